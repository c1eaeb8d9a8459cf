"""The queue: who needs somebody, worst first, then who cannot wait, then longest waiting. Never
reads a log.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from math import ceil
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from recovery.clinical.hours import Calendar
from recovery.models import Alert, Clinic, Contact, Recovery, User
from recovery.models.alerts import RANK_OF, Severity
from recovery.models.recoveries import QueueRank
from recovery.queries.corridors import Course, course
from recovery.queries.listed import ListedWork, listed, read, with_handling
from recovery.queries.patients import COUNTED, PAGE, Place, day_of, found, place
from recovery.queries.prepared import AnyOf, Prepared, moment, number, numbers
from recovery.queries.queue_counts import (
    CLAIMED,
    COUNTING,
    FILTERS,
    MINE,
    counted_with,
    read_counts,
)
from recovery.queries.unions import name_of

ORDER = ("queue_rank", "queue_wait", "queue_since", "id")
# Values by those names place the row after which a page begins.
LAST = [moment(name) if name == "queue_since" else number(name) for name in ORDER]
# Until when staff should have made contact (R47, docs/protocol.md): clinic hours for urgent ones.
EMERGENCY_WAIT = timedelta(minutes=15)
URGENT_WAIT = timedelta(hours=2)
QUEUE = listed(
    with_handling(Recovery.objects.filter(queue_rank__isnull=False)).order_by(*ORDER), ListedWork
)
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


@dataclass(slots=True, eq=False)
class QueuedAlert:
    """An alert as a row of the queue says it; a plain row, as queries.listed has them."""

    recovery_id: int
    uuid: UUID
    rule: str
    severity: str
    state: str
    headline: str
    staff_text: str
    clock_from: datetime
    claimed_by_id: int | None
    claimed_name: str | None
    claimed_until: datetime | None
    contacted_at: datetime | None
    returns_at: datetime | None
    expected_level: int | None
    closed_at: datetime | None
    closed_name: str | None
    closing_reason: str
    closing_text: str
    # What came of the last contact about it (Contact.Outcome).
    outcome: str | None

    def is_claimed(self, now: datetime) -> bool:
        """Whether somebody has it now: the tick may be late to open it when a claim runs out."""
        until = self.claimed_until
        return self.state == Alert.State.ACKNOWLEDGED and until is not None and until > now


AnyAlert = Alert | QueuedAlert
ALERTS = Prepared(
    lambda: (
        Alert.objects.filter(
            ~Q(state=Alert.State.CLOSED) | Q(closed_at__gte=moment("today")),
            AnyOf("recovery_id", numbers("recoveries")),
        )
        .annotate(
            claimed_name=name_of("claimed_by"),
            closed_name=name_of("closed_by"),
            outcome=Subquery(
                Contact.objects.filter(alerts=OuterRef("pk"))
                .order_by("-at", "-pk")
                .values("outcome")[:1]
            ),
        )
        .values_list(*(one.name for one in fields(QueuedAlert)))
    )
)


@dataclass(frozen=True, slots=True)
class Row:
    recovery: ListedWork
    rank: QueueRank
    place: Place
    course: Course
    # The alerts that put the row at its rank, the first one's headline is the row's; and the rest.
    alerts: list[QueuedAlert]
    others: list[QueuedAlert]
    clock: Clock
    # Who is on it now, and until when: by a claim of an alert, or of the row.
    holder: User | None = None
    held_until: datetime | None = None

    @property
    def first(self) -> QueuedAlert | None:
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
    """Fifty rows in two statements, or three with `mine`, whatever stands in the queue.

    `only` are names of FILTERS; without any, all. `mine` are those assigned to `user`, and those
    that `user` is on now. `after` is a page's own; a forged one begins anew.
    """
    ranks = [int(FILTERS[name]) for name in only]
    values = counted_with(clinic, user, now)
    # Asked first: mostly there are none, and then an index has the rest in order.
    claimed = [pk for (pk,) in CLAIMED.rows(values)] if mine else []
    last = _read_cursor(after)
    values |= {
        "ranks": ranks,
        "rank": ranks[0] if ranks else None,
        "claimed": claimed,
        **dict(zip(ORDER, last or (), strict=False)),
    }
    shape = (min(len(ranks), 2), mine, bool(claimed), last is not None)
    if text:
        # The clinic of the patient is the recovery's; named, it opens the indexes of the names.
        rows = _narrowed(*shape).filter(found(text), patient__clinic=clinic)
        found_rows = Prepared(lambda: rows[: PAGE + 1]).rows(values)
    else:
        found_rows = _prepared(*shape).rows(values)
    asked = list(read(found_rows, ListedWork))
    shown = [recovery for recovery, _counted in asked]
    counts = read_counts(asked[0][1] if asked else None, values)
    alerts = _alerts([recovery.pk for recovery in shown[:PAGE]], day_of(clinic, now)[0])
    hours = clinic.calendar
    groups: dict[QueueRank, list[Row]] = defaultdict(list)
    for recovery in shown[:PAGE]:
        row = _row(recovery, alerts[recovery.pk], clinic, hours, now)
        groups[row.rank].append(row)
    return QueuePage(
        groups=list(groups.items()),
        counts={name: counts[name] for name in (*FILTERS, MINE)},
        saved=counts["saved"] or [],
        in_room=counts["in_room"],
        approved=counts["approved"],
        after=cursor(shown[PAGE - 1]) if len(shown) > PAGE else "",
    )


@cache
def _prepared(*shape: Any) -> Prepared:
    return Prepared(lambda: _narrowed(*shape)[: PAGE + 1])


def _narrowed(ranks: int, mine: bool, claimed: bool, after: bool) -> QuerySet[Any]:
    """The queue of a clinic: of no rank alone, of one, or of some (2); what is somebody's, who has
    claimed something or not; after a row.
    """
    rows = QUEUE.filter(clinic=number("clinic"))
    if ranks == 1:
        # An equality, by which the index is in order.
        rows = rows.filter(queue_rank=number("rank"))
    elif ranks:
        rows = rows.filter(AnyOf("queue_rank", numbers("ranks")))
    if mine:
        theirs = Q(assigned_to=number("user"))
        rows = rows.filter(theirs | Q(AnyOf("pk", numbers("claimed"))) if claimed else theirs)
    if after:
        rows = rows.filter(TupleGreaterThan(Tuple(*ORDER), LAST))
    return rows.annotate(**COUNTING)


def _row(
    recovery: ListedWork, alerts: list[QueuedAlert], clinic: Clinic, hours: Calendar, now: datetime
) -> Row:
    rank = QueueRank(recovery.queue_rank)
    here = [alert for alert in alerts if rank_of(alert) == rank]
    clock = Clock("handled" if rank == QueueRank.HANDLED else "since", recovery.queue_since)
    if here and rank != QueueRank.HANDLED:
        clock = clock_of(here, hours, now)
    held = next((alert for alert in alerts if alert.is_claimed(now)), None)
    holder, until = None, None
    if held:
        holder, until = User(pk=held.claimed_by_id, name=held.claimed_name), held.claimed_until
    elif recovery.held_until and recovery.held_until > now:
        holder, until = User(pk=recovery.held_by_id, name=recovery.holder_name), recovery.held_until
    return Row(
        recovery=recovery,
        rank=rank,
        place=place(recovery, now),
        course=course(recovery, clinic),
        alerts=here,
        others=[a for a in alerts if a not in here and a.state != Alert.State.CLOSED],
        clock=clock,
        holder=holder,
        held_until=until,
    )


def rank_of(alert: AnyAlert) -> QueueRank:
    if alert.state == Alert.State.CONTACTED:
        return QueueRank.CONTACTED
    if alert.state in (Alert.State.SNOOZED, Alert.State.CLOSED):
        return QueueRank.HANDLED
    return RANK_OF[alert.severity]


def clock_of(alerts: Sequence[AnyAlert], hours: Calendar, now: datetime) -> Clock:
    """The clock of alerts of one rank: the first that runs out, or when the first comes back."""
    if alerts[0].state == Alert.State.SNOOZED:
        return Clock("asleep", min(alert.returns_at for alert in alerts if alert.returns_at))
    if alerts[0].state == Alert.State.CONTACTED:
        back = [alert.returns_at for alert in alerts if alert.returns_at]
        return Clock("returns", min(back)) if back else Clock("stays", alerts[0].contacted_at)
    start = min(alert.clock_from for alert in alerts)
    due = contact_by(alerts[0].severity, start, hours)
    return Clock(
        "review" if alerts[0].severity == Severity.REVIEW else "due",
        due,
        over=due <= now,
        left=ceil((due - now).total_seconds() / 60),
        gone=min(1.0, max(0.0, (now - start) / (due - start))),
    )


def contact_by(severity: str, start: datetime, hours: Calendar) -> datetime:
    """Review: the end of the next clinic day; a clinic without hours has one day."""
    if severity == Severity.EMERGENCY:
        return start + EMERGENCY_WAIT
    if severity == Severity.URGENT:
        return hours.add_open_time(start, URGENT_WAIT)
    return hours.end_of_next_day(start) or start + timedelta(days=1)


def _alerts(recoveries: Sequence[int], today: datetime) -> dict[int, list[QueuedAlert]]:
    """The alerts not closed, and those closed since `today` began: worst and lowest rule first,
    with the last contact's outcome.
    """
    standing: dict[int, list[QueuedAlert]] = defaultdict(list)
    if recoveries:
        rows = ALERTS.rows({"recoveries": recoveries, "today": today})
        for alert in sorted((QueuedAlert(*row) for row in rows), key=worst_first):
            standing[alert.recovery_id].append(alert)
    return standing


def worst_first(alert: AnyAlert) -> tuple[QueueRank, str]:
    return RANK_OF[alert.severity], alert.rule


def cursor(last: Recovery | ListedWork) -> str:
    place = f"{last.queue_rank}~{last.queue_wait}~{last.queue_since.isoformat()}~{last.pk}"
    return CURSOR.sign(place)


def _read_cursor(text: str) -> tuple[int, int, datetime, int] | None:
    try:
        rank, wait, since, pk = CURSOR.unsign(text).split("~")
    except (signing.BadSignature, ValueError):
        # Forged, or signed by a release whose places had another shape.
        return None
    return int(rank), int(wait), datetime.fromisoformat(since), int(pk)
