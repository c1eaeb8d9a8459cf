"""The queue: who needs somebody, worst first, then longest waiting. Never reads a log."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.core import signing
from django.db.models import OuterRef, Subquery
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from recovery.models import Alert, Clinic, Contact, Recovery, User
from recovery.models.alerts import RANK_OF, Severity
from recovery.models.recoveries import QueueRank
from recovery.queries.corridors import Course, course
from recovery.queries.patients import (
    COUNTED,
    PAGE,
    ROW,
    CountUpTo,
    Place,
    found,
    in_room_up_to,
    place,
    with_mail_marks,
)

FILTERS = {rank.name.lower(): rank for rank in QueueRank}
ORDER = ("queue_rank", "queue_since", "id")
# Until when staff should have made contact (R47, docs/protocol.md): clinic hours for urgent ones.
EMERGENCY_WAIT = timedelta(minutes=15)
URGENT_WAIT = timedelta(hours=2)
CURSOR = signing.Signer(salt="recovery.queue")


@dataclass(frozen=True, slots=True)
class Clock:
    """What the row waits for: `kind` is due, review, stays, returns or since."""

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

    @property
    def first(self) -> Alert | None:
        return self.alerts[0] if self.alerts else None

    @property
    def holder(self) -> User | None:
        """Who has claimed what the row is about."""
        return self.first.claimed_by if self.first else None

    @property
    def claimable(self) -> bool:
        return bool(self.first and self.first.state == Alert.State.OPEN)


@dataclass(frozen=True, slots=True)
class QueuePage:
    groups: list[tuple[QueueRank, list[Row]]]
    # By filter name, each up to one more than COUNTED.
    counts: dict[str, int]
    # How many are in the observation room.
    in_room: int
    # Where the next page begins; empty on the last page.
    after: str

    @property
    def waiting(self) -> int:
        return min(sum(n for name, n in self.counts.items() if name != "contacted"), COUNTED + 1)


def page(
    *, clinic: Clinic, now: datetime, only: str = "", text: str = "", after: str = ""
) -> QueuePage:
    """Fifty rows in two statements, whatever stands in the queue.

    `only` is a name of FILTERS or empty; `after` is a page's own; a forged one begins anew.
    """
    rows = with_mail_marks(Recovery.objects.filter(clinic=clinic, queue_rank__isnull=False))
    if only:
        rows = rows.filter(queue_rank=FILTERS[only])
    if text:
        # The clinic of the patient is the recovery's; named, it opens the indexes of the names.
        rows = rows.filter(found(text), patient__clinic=clinic)
    if last := _read_cursor(after):
        rows = rows.filter(TupleGreaterThan(Tuple(*ORDER), last))
    rows = rows.select_related("patient").only(*ROW).annotate(**_counts(clinic, now))
    rows = rows.order_by(*ORDER)
    shown = list(rows[: PAGE + 1])
    alerts = _alerts(shown[:PAGE])
    counts = _read_counts(shown, clinic, now)
    groups: dict[QueueRank, list[Row]] = defaultdict(list)
    for recovery in shown[:PAGE]:
        row = _row(recovery, alerts[recovery.pk], clinic, now)
        groups[row.rank].append(row)
    return QueuePage(
        groups=list(groups.items()),
        counts={name: counts[f"n_{name}"] for name in FILTERS},
        in_room=counts["n_in_room"],
        after=_cursor(shown[PAGE - 1]) if len(shown) > PAGE else "",
    )


def _row(recovery: Recovery, alerts: Sequence[Alert], clinic: Clinic, now: datetime) -> Row:
    rank = QueueRank(recovery.queue_rank)
    here = [alert for alert in alerts if rank_of(alert) == rank]
    return Row(
        recovery=recovery,
        rank=rank,
        place=place(recovery, now),
        course=course(recovery, clinic),
        alerts=here,
        others=[alert for alert in alerts if alert not in here],
        clock=clock_of(here, clinic, now) if here else Clock("since", recovery.queue_since),
    )


def rank_of(alert: Alert) -> QueueRank:
    if alert.state == Alert.State.CONTACTED:
        return QueueRank.CONTACTED
    return RANK_OF[Severity(alert.severity)]


def clock_of(alerts: Sequence[Alert], clinic: Clinic, now: datetime) -> Clock:
    """The clock of alerts of one rank: the first that runs out, or when the first comes back."""
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


def _alerts(recoveries: Sequence[Recovery]) -> dict[int, list[Alert]]:
    """The alerts not closed, worst and lowest rule first, with the last contact's outcome."""
    standing: dict[int, list[Alert]] = defaultdict(list)
    if recoveries:
        contact = Contact.objects.filter(alerts=OuterRef("pk")).order_by("-at", "-pk")
        rows = (
            Alert.objects.not_closed()
            .filter(recovery__in=[recovery.pk for recovery in recoveries])
            .select_related("claimed_by")
            .annotate(outcome=Subquery(contact.values("outcome")[:1]))
            .defer("patient_text", "closing_text")
        )
        for alert in sorted(rows, key=worst_first):
            standing[alert.recovery_id].append(alert)
    return standing


def worst_first(alert: Alert) -> tuple[QueueRank, str]:
    return RANK_OF[Severity(alert.severity)], alert.rule


def _counts(clinic: Clinic, now: datetime) -> dict[str, CountUpTo]:
    """One count a filter, which stops early: a row's own work must not grow with the queue. The
    menu's count of the observation room rides along.
    """
    return {"n_in_room": in_room_up_to(clinic, now)} | {
        f"n_{name}": CountUpTo(
            Recovery.objects.filter(clinic=clinic, queue_rank=rank).values("id")[: COUNTED + 1]
        )
        for name, rank in FILTERS.items()
    }


def _read_counts(shown: Sequence[Any], clinic: Clinic, now: datetime) -> dict[str, int]:
    counts = _counts(clinic, now)
    if shown:
        return {name: getattr(shown[0], name) for name in counts}
    return Clinic.objects.filter(pk=clinic.pk).values(**counts).get()


def _cursor(last: Recovery) -> str:
    return CURSOR.sign(f"{last.queue_rank}~{last.queue_since.isoformat()}~{last.pk}")


def _read_cursor(text: str) -> tuple[int, datetime, int] | None:
    try:
        rank, since, pk = CURSOR.unsign(text).split("~")
    except signing.BadSignature:
        return None
    return int(rank), datetime.fromisoformat(since), int(pk)
