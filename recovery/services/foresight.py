"""The dry run: which mails will go out until a time, and which will not and why, if nobody does
anything meanwhile.

The same `advance` and `Recheck` that the engine uses decide, on rows that are read and changed in
memory alone: nothing is written, locked or sent. Mails about no patient (morning mails, passwords)
are left out: they follow from what people do.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from recovery.clinical.pathway import Occasion
from recovery.mails.build import also_open, speech_for
from recovery.models import CheckIn, Message, Recovery, User
from recovery.queries.languages import Speeches
from recovery.queries.pathways import planned
from recovery.services import tick
from recovery.services.advance import advance
from recovery.services.channels import Reminded
from recovery.services.messages import why_superseded
from recovery.services.recheck import TO_PATIENT, Recheck, quiet_until
from recovery.services.situations import Situation

logger = logging.getLogger(__name__)

UNREADABLE = "The dry run cannot advance recovery row %s"
State, Reason = Message.State, Message.Reason
# One that a sender holds goes now, or comes back.
WAITING = (State.OWED, State.CLAIMED)
# As far as a reminder's moment may be from its time, whatever is set.
SPREAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A mail, a row already or not yet, with its user, recovery and check-in."""

    message: Message
    # When it may leave; for one that will not go, when that is decided.
    at: datetime
    # Reason.NONE: it goes.
    reason: Message.Reason
    # What a reminder asks for: its own check-in first, then the others that are open by then.
    checkins: tuple[CheckIn, ...] = ()
    # That it is written in.
    language: str = "en"


@dataclass(slots=True)
class Outlook:
    """The mails in order of time."""

    mails: list[Foreseen] = field(default_factory=list)
    # Recoveries that the tick could not advance either.
    unreadable: list[Recovery] = field(default_factory=list)
    # How many recoveries were left out because there were too many.
    left_off: int = 0


class _Known(NamedTuple):
    """What is read for a batch."""

    waiting: dict[int, list[Message]]
    recheck: Recheck
    users: dict[int, User]
    speeches: Speeches


def outlook(
    recoveries: QuerySet[Recovery], *, now: datetime, until: datetime, most: int | None = None
) -> Outlook:
    """What becomes of the mails of `recoveries`, of which at most `most` are looked at. A fixed
    number of statements for each batch of them.
    """
    owed = Message.objects.filter(state__in=WAITING, send_after__lte=until, recovery__isnull=False)
    moving = recoveries.filter(Q(next_event_at__lte=until) | Q(pk__in=owed.values("recovery")))
    ids = list(moving.order_by(*tick.ORDER).values_list("pk", flat=True))
    found = Outlook(left_off=max(0, len(ids) - most) if most else 0)
    ids = ids[:most]
    for first in range(0, len(ids), tick.BATCH):
        for rows in _readable(ids[first : first + tick.BATCH], until, found):
            _foresee(rows, now, until, found)
    found.mails.sort(key=_place)
    return found


def ahead(recovery: Recovery, *, now: datetime, most: int) -> list[Foreseen]:
    """What becomes of the patient's next mails, up to the time of the reminder `most` ahead; of a
    paused recovery the reminders that will not go while it is.
    """
    times = sorted(
        (
            (at, number, occasion)
            for occasion in planned(recovery)
            for number, at in enumerate(occasion.reminders, start=1)
            if at > now
        ),
        key=lambda time: time[0],
    )[:most]
    if recovery.state == Recovery.State.PAUSED:
        return [_paused(recovery, *time) for time in times]
    until = max((at for at, _number, _occasion in times), default=now) + SPREAD
    found = outlook(Recovery.objects.filter(pk=recovery.pk), now=now, until=until)
    return [one for one in found.mails if one.message.kind in TO_PATIENT]


def _paused(recovery: Recovery, at: datetime, number: int, occasion: Occasion) -> Foreseen:
    checkin = CheckIn(key=occasion.key, form=occasion.form, day=occasion.day)
    message = Message(
        kind=Message.Kind.REMINDER, recovery=recovery, checkin=checkin, number=number, planned_at=at
    )
    return Foreseen(message, at, Reason.NOT_FOLLOWED, (checkin,))


def _place(one: Foreseen) -> tuple[datetime, int, int, str]:
    message = one.message
    return one.at, message.urgency, message.recovery_id or 0, message.dedupe_key


def _readable(ids: Sequence[int], until: datetime, found: Outlook) -> Iterator[list[Situation]]:
    """The situations of a batch; of one that cannot be read, row by row, those that can."""
    rows = Recovery.objects.filter(pk__in=ids).select_related("patient", "clinic")
    try:
        yield tick.situations(list(rows.order_by(*tick.ORDER)), until)
    except tick.ERRORS:
        for recovery in rows.order_by(*tick.ORDER):
            try:
                known = tick.situations([recovery], until)
            except tick.ERRORS:
                logger.exception(UNREADABLE, recovery.pk)
                found.unreadable.append(recovery)
            else:
                yield known


def _foresee(
    situations: Sequence[Situation], now: datetime, until: datetime, found: Outlook
) -> None:
    recoveries = [situation.recovery for situation in situations]
    by_recovery: dict[int, list[Message]] = defaultdict(list)
    rows = Message.objects.filter(state__in=WAITING, recovery__in=recoveries)
    for message in rows.select_related("user", "checkin").order_by("send_after", "pk"):
        by_recovery[message.recovery_id or 0].append(message)
    people = {situation.addressee for situation in situations}
    people |= {person.user for situation in situations for person in situation.people}
    known = _Known(
        waiting=by_recovery,
        recheck=Recheck([], recoveries),
        users=User.objects.in_bulk([pk for pk in people if pk is not None]),
        speeches=Speeches(),
    )
    for situation in situations:
        try:
            found.mails += _Course(situation, known, now).run(until)
        except tick.ERRORS:
            logger.exception(UNREADABLE, situation.recovery.pk)
            found.unreadable.append(situation.recovery)


class _Course:
    """One recovery and its mails as time goes by: each event of the recovery is a tick, and each
    mail leaves when it may.
    """

    def __init__(self, situation: Situation, known: _Known, now: datetime) -> None:
        self.situation, self.known, self.now = situation, known, now
        self.found: list[Foreseen] = []
        self.waiting: list[Message] = []
        by_pk: dict[int | None, CheckIn] = {one.pk: one for one in situation.checkins.values()}
        for message in known.waiting.get(situation.recovery.pk, ()):
            message.recovery, message.clinic = situation.recovery, situation.recovery.clinic
            # The one that ticks change, not a copy of it.
            if message.checkin_id in by_pk:
                message.checkin = by_pk[message.checkin_id]
            self.waiting.append(message)

    def run(self, until: datetime) -> list[Foreseen]:
        recovery = self.situation.recovery
        while True:
            event = recovery.next_event_at
            ticks_at = None if event is None else max(event, self.now)
            message = min(self.waiting, key=self._leaves, default=None)
            leaves_at = None if message is None else max(message.send_after, self.now)
            # In one minute the tick comes first, as it does in the engine.
            if ticks_at is not None and (leaves_at is None or ticks_at <= leaves_at):
                if ticks_at > until:
                    break
                self._tick(ticks_at)
            elif message is not None and leaves_at is not None and leaves_at <= until:
                self._send(message, leaves_at)
            else:
                break
        return self.found

    def _leaves(self, message: Message) -> tuple[datetime, int]:
        return max(message.send_after, self.now), message.urgency

    def _tick(self, at: datetime) -> None:
        for message in advance(self.situation, at).messages:
            if message.user_id is not None:
                message.user = self.known.users[message.user_id]
            message.clinic = self.situation.recovery.clinic
            if message.state != State.OWED:
                self._tell(message, at, Reason(message.reason))
                continue
            if _is_planned_reminder(message):
                older_ones = [
                    one
                    for one in self.waiting
                    if _is_planned_reminder(one) and one.state == State.OWED
                ]
                for older in older_ones:
                    self.waiting.remove(older)
                    self._tell(older, at, why_superseded(message))
            self.waiting.append(message)

    def _send(self, message: Message, at: datetime) -> None:
        morning = quiet_until(message, now=at)
        if morning is not None:
            message.send_after = morning
            return
        self.waiting.remove(message)
        self.known.recheck.goes_otherwise(message)
        reason = self.known.recheck.reason(message, now=at)
        if message.checkin is not None and message.number is not None and not reason:
            self.situation.reminded.append(
                Reminded(
                    message.planned_at, message.channel, message.checkin.key, bool(message.number)
                )
            )
        self._tell(message, at, reason)

    def _tell(self, message: Message, at: datetime, reason: Message.Reason) -> None:
        checkins: tuple[CheckIn, ...] = ()
        if message.checkin is not None:
            others = also_open(message, self.situation.checkins.values(), at)
            checkins = (message.checkin, *(others if not reason else ()))
        language = speech_for(message, self.known.speeches).language
        self.found.append(Foreseen(message, at, reason, checkins, language))


def _is_planned_reminder(message: Message) -> bool:
    return message.kind == Message.Kind.REMINDER and message.number is not None
