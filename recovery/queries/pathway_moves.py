"""What moving a recovery to another version of its pathway would do, without doing it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recovery.clinical.pathway import Occasion
from recovery.models import CheckIn, FormResponse, Message, Pathway, Recovery
from recovery.queries.pathways import planned

ENDED = (CheckIn.State.COMPLETED, CheckIn.State.EXPIRED)
WENT = (Message.State.HANDING, Message.State.SENT, Message.State.UNKNOWN)
WAITING = (Message.State.OWED, Message.State.CLAIMED)


class Fate(StrEnum):
    """What becomes of one form of the old version, the new one, or both.

    A form that has opened: STAYS as it is; KEEPS its window, which the patient was told or has
    begun to answer; FOLLOWS the new window and reminders; LATER: is withdrawn and opens again at
    its new time; CANCELLED: is asked no more; REOPENS, after an earlier move had cancelled it.

    One that has not: SAME; MOVED to another window or other reminders; ADDED; DROPPED; OVER: its
    new time is past, so it is never asked.
    """

    STAYS = "stays"
    KEEPS = "keeps"
    FOLLOWS = "follows"
    LATER = "later"
    CANCELLED = "cancelled"
    REOPENS = "reopens"
    SAME = "same"
    MOVED = "moved"
    ADDED = "added"
    DROPPED = "dropped"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Step:
    """One form under both versions; a side is None where that version does not ask it.

    `checkin` is its row, if it has opened; `told` says that a mail about it was ever owed.
    """

    key: str
    form: str
    day: int
    before: Occasion | None
    after: Occasion | None
    checkin: CheckIn | None
    fate: Fate
    # The highest number among its reminders, sent or not.
    told: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """`steps` in the order of the new version, those that end with the old one last."""

    steps: tuple[Step, ...]
    # Reminders that went or may have gone, and those owed that a cancelled form takes along.
    sent: int
    stopped: int
    # Whether all that the new version asks is over, so that the tick completes the recovery.
    ends: bool

    def of(self, *fates: Fate) -> list[Step]:
        return [step for step in self.steps if step.fate in fates]

    @property
    def changed(self) -> list[Step]:
        """All but what stays as it is."""
        return [step for step in self.steps if step.fate not in (Fate.SAME, Fate.STAYS)]

    @property
    def counts(self) -> Mapping[Fate, int]:
        return Counter(step.fate for step in self.steps)


def preview(recovery: Recovery, pathway: Pathway, *, now: datetime) -> Preview:
    """Three statements, besides plans that were not read before."""
    before = {one.key: one for one in planned(recovery)}
    after = {one.key: one for one in planned(recovery, pathway.pk)}
    rows = {
        row.key: row for row in CheckIn.objects.filter(recovery=recovery, anchor=recovery.anchor)
    }
    numbers: defaultdict[int, int] = defaultdict(int)
    sent = 0
    owed: Counter[int] = Counter()
    mails = Message.objects.filter(recovery=recovery, kind=Message.Kind.REMINDER)
    for checkin, number, state in mails.values_list("checkin", "number", "state"):
        sent += state in WENT
        if checkin is not None:
            # One that the patient asked for has no number, and tells of the window all the same.
            numbers[checkin] = max(numbers[checkin], number or 1)
            owed[checkin] += state in WAITING
    begun = set(
        FormResponse.objects.in_progress()
        .filter(recovery=recovery)
        .values_list("checkin", flat=True)
    )
    steps = []
    for key in dict.fromkeys((*after, *before, *rows)):
        one, other, row = before.get(key), after.get(key), rows.get(key)
        known = one or other or row
        assert known is not None
        told = numbers[row.pk] if row else 0
        bound = row is not None and (told > 0 or row.pk in begun)
        fate = _of_row(row, one, other, bound, now) if row else _of_plan(one, other, now)
        steps.append(Step(key, known.form, (other or known).day, one, other, row, fate, told=told))
    cancelled = {step.checkin.pk for step in steps if step.checkin and step.fate == Fate.CANCELLED}
    ends = [one.expires_at for one in after.values()]
    ends += [step.checkin.expires_at for step in steps if step.checkin and step.fate == Fate.KEEPS]
    return Preview(
        tuple(steps),
        sent,
        stopped=sum(owed[pk] for pk in cancelled),
        ends=recovery.procedure_at <= now and max(ends, default=now) <= now,
    )


def _of_plan(before: Occasion | None, after: Occasion | None, now: datetime) -> Fate:
    if after is None:
        return Fate.DROPPED
    if after == before:
        return Fate.SAME
    if after.expires_at <= now:
        return Fate.OVER
    return Fate.ADDED if before is None else Fate.MOVED


def _of_row(
    row: CheckIn, before: Occasion | None, after: Occasion | None, bound: bool, now: datetime
) -> Fate:
    if row.state in ENDED:
        return Fate.STAYS
    over = after is None or after.expires_at <= now
    if row.state == CheckIn.State.CANCELLED:
        return Fate.STAYS if over else Fate.REOPENS
    if after is None:
        return Fate.CANCELLED
    window = (row.opens_at, row.due_at, row.expires_at)
    if window == (after.opens_at, after.due_at, after.expires_at):
        same = before is not None and before.reminders == after.reminders
        return Fate.STAYS if same else Fate.FOLLOWS
    if bound or over:
        return Fate.KEEPS
    return Fate.FOLLOWS if after.opens_at <= now else Fate.LATER
