"""The queue: who needs somebody, worst first, then who cannot wait, then longest waiting. Never
reads a log.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.core import signing
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from recovery.models import Alert, Clinic, Contact, Duty, LanguageApproval, Note, Recovery, User
from recovery.models.alerts import RANK_OF, Severity
from recovery.models.recoveries import QueueRank
from recovery.queries.corridors import Course, course
from recovery.queries.patients import (
    COUNTED,
    PAGE,
    ROW,
    CountUpTo,
    Place,
    day_of,
    found,
    in_room_up_to,
    place,
    with_mail_marks,
)

FILTERS = {rank.name.lower(): rank for rank in QueueRank}
MINE = "mine"
ORDER = ("queue_rank", "queue_wait", "queue_since", "id")
# Until when staff should have made contact (R47, docs/protocol.md): clinic hours for urgent ones.
EMERGENCY_WAIT = timedelta(minutes=15)
URGENT_WAIT = timedelta(hours=2)
CURSOR = signing.Signer(salt="recovery.queue")
# Ranks at which nobody needs to do anything now.
DONE = ("contacted", "handled")


@dataclass(frozen=True, slots=True)
class Clock:
    """What the row waits for: `kind` is due, review, stays, returns, asleep, handled or since."""

    kind: str
    at: datetime
    # Only with due and review: whether it has passed, the minutes to it (or since, negative), and
    # how much of the wait is gone.
    over: bool = False
    left: int = 0
    gone: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    recovery: Any
    rank: QueueRank
    place: Place
    course: Course
    # The alerts that put the row at its rank, the first one's headline is the row's; and the rest.
    alerts: list[Alert]
    others: list[Alert]
    clock: Clock
    # Who is on it now, and until when: by a claim of an alert, or of the row.
    holder: Any = None
    held_until: datetime | None = None

    @property
    def first(self) -> Alert | None:
        return self.alerts[0] if self.alerts else None


@dataclass(frozen=True, slots=True)
class QueuePage:
    groups: list[tuple[QueueRank, list[Row]]]
    # By filter name, each up to one more than COUNTED.
    counts: dict[str, int]
    # The person's own filters, as they were saved.
    saved: list[dict[str, Any]]
    # How many are in the observation room.
    in_room: int
    # Whether the clinic has ever approved a language that it may have lost since.
    approved: bool
    # Where the next page begins; empty on the last page.
    after: str

    @property
    def waiting(self) -> int:
        return min(sum(self.counts[name] for name in FILTERS if name not in DONE), COUNTED + 1)


def page(
    *,
    clinic: Clinic,
    user: User,
    now: datetime,
    only: Collection[str] = (),
    mine: bool = False,
    text: str = "",
    after: str = "",
) -> QueuePage:
    """Fifty rows in two statements, whatever stands in the queue.

    `only` are names of FILTERS; without any, all. `mine` are those assigned to `user`, and those
    that `user` is on now. `after` is a page's own; a forged one begins anew.
    """
    rows = with_mail_marks(Recovery.objects.filter(clinic=clinic, queue_rank__isnull=False))
    ranks = [FILTERS[name] for name in only]
    if ranks:
        # A single one is an equality, by which the index is in order.
        rows = rows.filter(queue_rank__in=ranks) if ranks[1:] else rows.filter(queue_rank=ranks[0])
    if mine:
        rows = rows.filter(pk__in=_of(user, now))
    if text:
        # The clinic of the patient is the recovery's; named, it opens the indexes of the names.
        rows = rows.filter(found(text), patient__clinic=clinic)
    if last := _read_cursor(after):
        rows = rows.filter(TupleGreaterThan(Tuple(*ORDER), last))
    rows = with_handling(rows).only(*ROW).annotate(**_counts(clinic, user, now))
    shown = list(rows.order_by(*ORDER)[: PAGE + 1])
    alerts = _alerts(shown[:PAGE], day_of(clinic, now)[0])
    counts = _read_counts(shown, clinic, user, now)
    groups: dict[QueueRank, list[Row]] = defaultdict(list)
    for recovery in shown[:PAGE]:
        row = _row(recovery, alerts[recovery.pk], clinic, now)
        groups[row.rank].append(row)
    return QueuePage(
        groups=list(groups.items()),
        counts={name: counts[f"n_{name}"] for name in (*FILTERS, MINE)},
        saved=counts["saved"] or [],
        in_room=counts["n_in_room"],
        approved=counts["approved"],
        after=cursor(shown[PAGE - 1]) if len(shown) > PAGE else "",
    )


def with_handling(rows: QuerySet[Recovery]) -> QuerySet[Recovery]:
    """Annotate whose a row is, who is on it, and the newest note that was left."""
    note = Note.objects.filter(recovery=OuterRef("pk")).order_by("-at", "-pk")
    return rows.select_related("patient").annotate(
        assigned_name=_name("assigned_to"),
        holder_name=_name("held_by"),
        note=Subquery(note.values("text")[:1]),
    )


def _name(field: str) -> Case:
    """As `str(User)` gives it."""
    return Case(
        When(**{f"{field}__name": ""}, then=F(f"{field}__email")),
        default=F(f"{field}__name"),
        output_field=CharField(),
    )


def _row(recovery: Any, alerts: Sequence[Alert], clinic: Clinic, now: datetime) -> Row:
    rank = QueueRank(recovery.queue_rank)
    here = [alert for alert in alerts if rank_of(alert) == rank]
    if rank == QueueRank.HANDLED:
        clock = Clock("handled", recovery.queue_since)
    else:
        clock = clock_of(here, clinic, now) if here else Clock("since", recovery.queue_since)
    held = next((alert for alert in alerts if alert.state == Alert.State.ACKNOWLEDGED), None)
    on_row = recovery.held_until is not None and recovery.held_until > now
    return Row(
        recovery=recovery,
        rank=rank,
        place=place(recovery, now),
        course=course(recovery, clinic),
        alerts=here,
        others=[a for a in alerts if a not in here and a.state != Alert.State.CLOSED],
        clock=clock,
        holder=held.claimed_by if held else _holder(recovery) if on_row else None,
        held_until=held.claimed_until if held else recovery.held_until if on_row else None,
    )


def _holder(recovery: Any) -> User:
    return User(pk=recovery.held_by_id, name=recovery.holder_name)


def rank_of(alert: Alert) -> QueueRank:
    if alert.state == Alert.State.CONTACTED:
        return QueueRank.CONTACTED
    if alert.state in (Alert.State.SNOOZED, Alert.State.CLOSED):
        return QueueRank.HANDLED
    return RANK_OF[Severity(alert.severity)]


def clock_of(alerts: Sequence[Alert], clinic: Clinic, now: datetime) -> Clock:
    """The clock of alerts of one rank: the first that runs out, or when the first comes back."""
    if alerts[0].state == Alert.State.SNOOZED:
        return Clock("asleep", min(alert.returns_at for alert in alerts if alert.returns_at))
    if alerts[0].state == Alert.State.CONTACTED:
        back = [alert.returns_at for alert in alerts if alert.returns_at]
        return Clock("returns", min(back)) if back else Clock("stays", alerts[0].contacted_at)
    start = min(alert.clock_from for alert in alerts)
    due = contact_by(Severity(alerts[0].severity), start, clinic)
    return Clock(
        "review" if alerts[0].severity == Severity.REVIEW else "due",
        due,
        over=due <= now,
        left=ceil((due - now).total_seconds() / 60),
        gone=min(1.0, max(0.0, (now - start) / (due - start))),
    )


def contact_by(severity: Severity, start: datetime, clinic: Clinic) -> datetime:
    """Review: the end of the next clinic day; a clinic without hours has one day."""
    if severity == Severity.EMERGENCY:
        return start + EMERGENCY_WAIT
    if severity == Severity.URGENT:
        return clinic.calendar.add_open_time(start, URGENT_WAIT)
    calendar = clinic.calendar
    change = calendar.next_change(start)
    if change and calendar.is_open(start):
        change = calendar.next_change(change)
    closes = change and calendar.next_change(change)
    return closes or start + timedelta(days=1)


def _alerts(recoveries: Sequence[Recovery], today: datetime) -> dict[int, list[Alert]]:
    """The alerts not closed, and those closed since `today` began: worst and lowest rule first,
    with the last contact's outcome.
    """
    standing: dict[int, list[Alert]] = defaultdict(list)
    if recoveries:
        contact = Contact.objects.filter(alerts=OuterRef("pk")).order_by("-at", "-pk")
        rows = (
            Alert.objects.filter(~Q(state=Alert.State.CLOSED) | Q(closed_at__gte=today))
            .filter(recovery__in=[recovery.pk for recovery in recoveries])
            .select_related("claimed_by", "closed_by")
            .annotate(outcome=Subquery(contact.values("outcome")[:1]))
            .defer("patient_text")
        )
        for alert in sorted(rows, key=worst_first):
            standing[alert.recovery_id].append(alert)
    return standing


def worst_first(alert: Alert) -> tuple[QueueRank, str]:
    return RANK_OF[Severity(alert.severity)], alert.rule


def _counts(clinic: Clinic, user: User, now: datetime) -> dict[str, Any]:
    """One count a filter, which stops early: a row's own work must not grow with the queue. The
    menu's count of the observation room, the person's own filters and whether a language was
    approved ride along.
    """
    queue = Recovery.objects.filter(clinic=clinic)
    mine = queue.filter(pk__in=_of(user, now), queue_rank__lt=QueueRank.CONTACTED)
    kept = Duty.objects.filter(clinic=clinic, user=user).values("queue_filters")
    return {
        "n_in_room": in_room_up_to(clinic, now),
        f"n_{MINE}": CountUpTo(mine.values("id")[: COUNTED + 1]),
        "saved": Subquery(kept),
        "approved": Exists(LanguageApproval.objects.standing().filter(clinic=clinic)),
    } | {
        f"n_{name}": CountUpTo(queue.filter(queue_rank=rank).values("id")[: COUNTED + 1])
        for name, rank in FILTERS.items()
    }


def _of(user: User, now: datetime) -> QuerySet[Any]:
    """What is assigned to somebody, and what they hold now by a claim: three indexes, since one
    condition over all three would read the whole queue.
    """
    rows, claims = Recovery.objects.order_by(), Alert.objects.order_by()
    return (
        rows.filter(assigned_to=user)
        .values("pk")
        .union(
            rows.filter(held_by=user, held_until__gt=now).values("pk"),
            claims.filter(claimed_by=user, state=Alert.State.ACKNOWLEDGED).values("recovery"),
        )
    )


def _read_counts(shown: Sequence[Any], clinic: Clinic, user: User, now: datetime) -> dict[str, Any]:
    counts = _counts(clinic, user, now)
    if shown:
        return {name: getattr(shown[0], name) for name in counts}
    found: dict[str, Any] = Clinic.objects.filter(pk=clinic.pk).values(**counts).get()
    return found


def cursor(last: Recovery) -> str:
    place = f"{last.queue_rank}~{last.queue_wait}~{last.queue_since.isoformat()}~{last.pk}"
    return CURSOR.sign(place)


def _read_cursor(text: str) -> tuple[int, int, datetime, int] | None:
    try:
        rank, wait, since, pk = CURSOR.unsign(text).split("~")
    except (signing.BadSignature, ValueError):
        # Forged, or signed by a release whose places had another shape.
        return None
    return int(rank), int(wait), datetime.fromisoformat(since), int(pk)
