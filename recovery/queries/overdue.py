"""Who should have answered and did not, by phase; and whether calling them helps. Reads no log but
for that figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.db.models import Count, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from recovery.clinical.phases import IMMEDIATE
from recovery.models import Clinic, Contact, DailyLog, FormResponse, Recovery
from recovery.queries.corridors import Course, course
from recovery.queries.listed import ListedWork, listed, read, with_handling
from recovery.queries.pathways import phases_of, usable
from recovery.queries.patients import (
    COUNTED,
    PAGE,
    CountUpTo,
    Place,
    day_of,
    in_room_up_to,
    place,
    waiting_up_to,
)

ALL, TO_CALL, HIDDEN = "", "call", "hidden"
FOLLOWED = (Recovery.State.PLANNED, Recovery.State.ACTIVE)
# The youngest recoveries first: so the phases stand one after the other, and risk falls.
ORDER = ("-procedure_on", "overdue_since", "id")
LISTED = listed(with_handling(Recovery.objects.order_by(*ORDER)), ListedWork)
CURSOR = signing.Signer(salt="recovery.overdue")
ANSWERS_WITHIN = timedelta(days=7)
COUNTED_DAYS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Row:
    recovery: ListedWork
    place: Place
    course: Course


@dataclass(frozen=True, slots=True)
class OverduePage:
    # Each with the code of its phase; one phase is in sequence.
    groups: list[tuple[Any, list[Row]]]
    # By TO_CALL, HIDDEN and the code of a phase, each up to one more than COUNTED.
    counts: dict[str, int]
    waiting: int
    in_room: int
    after: str


def page(
    *, clinic: Clinic, now: datetime, show: str = ALL, phase: str = "", after: str = ""
) -> OverduePage:
    """Fifty rows in two statements, the versions of the clinic's pathway included."""
    phases = _phases(clinic, now)
    rows = _overdue(clinic, LISTED)
    if show:
        rows = rows.filter(overdue_hidden=show == HIDDEN)
    if phase in phases:
        rows = rows.filter(phases[phase])
    if last := _read_cursor(after):
        on, since, pk = last
        same_day = Q(TupleGreaterThan(Tuple("overdue_since", "id"), (since, pk)), procedure_on=on)
        rows = rows.filter(Q(procedure_on__lt=on) | same_day, procedure_on__lte=on)
    counts = _counts(clinic, phases, now)
    shown = list(read(rows.annotate(**counts)[: PAGE + 1], ListedWork))
    if shown:
        found = dict(zip(counts, shown[0][1], strict=True))
    else:
        found = Clinic.objects.filter(pk=clinic.pk).values(**counts).get()
    groups: list[tuple[Any, list[Row]]] = []
    for recovery, _counted in shown[:PAGE]:
        row = Row(recovery, place(recovery, now), course(recovery, clinic))
        if not groups or groups[-1][0] != row.place.phase:
            groups.append((row.place.phase, []))
        groups[-1][1].append(row)
    return OverduePage(
        groups=groups,
        counts={name: found[f"n_{name}"] for name in (TO_CALL, HIDDEN, *phases)},
        waiting=found["waiting"],
        in_room=found["in_room"],
        after=_cursor(shown[PAGE - 1][0]) if len(shown) > PAGE else "",
    )


def _overdue(clinic: Clinic, rows: Any = Recovery.objects) -> Any:
    return rows.filter(clinic=clinic, overdue_since__isnull=False, state__in=FOLLOWED)


def _phases(clinic: Clinic, now: datetime) -> dict[str, Q]:
    """By code of a phase: which recoveries are in it today, by the clinic's date. D0 belongs to
    the second one here: nothing can be overdue before the patient has left.
    """
    today = now.astimezone(ZoneInfo(clinic.zone)).date()
    found: dict[str, Q] = {}
    for pathway in usable(clinic).values_list("pk", flat=True):
        for one in phases_of(pathway):
            if one.code == IMMEDIATE:
                continue
            here = Q(pathway=pathway, procedure_on__lte=_day(today, one.first_day))
            if one.last_day is not None:
                here &= Q(procedure_on__gte=_day(today, one.last_day))
            found[one.code] = found.get(one.code, Q()) | here
    return found


def _day(today: date, day: int) -> date:
    return today - timedelta(days=day)


def _counts(clinic: Clinic, phases: dict[str, Q], now: datetime) -> dict[str, Any]:
    kinds = {TO_CALL: Q(overdue_hidden=False), HIDDEN: Q(overdue_hidden=True), **phases}
    return {
        "waiting": waiting_up_to(clinic.pk),
        "in_room": in_room_up_to(clinic, day_of(clinic, now)[0], now),
    } | {
        f"n_{name}": CountUpTo(_overdue(clinic).filter(which).values("id")[: COUNTED + 1])
        for name, which in kinds.items()
    }


def _cursor(last: ListedWork) -> str:
    return CURSOR.sign(f"{last.procedure_on}~{last.overdue_since.isoformat()}~{last.pk}")


def _read_cursor(text: str) -> tuple[date, datetime, int] | None:
    try:
        on, since, pk = CURSOR.unsign(text).split("~")
    except signing.BadSignature:
        return None
    return date.fromisoformat(on), datetime.fromisoformat(since), int(pk)


# Whether calling helps
# ---------------------


@dataclass(frozen=True, slots=True)
class Worked:
    """Of the runs of misses that somebody called about, how many the patient then answered.

    A run counts once, from its first call on, and only when its seven days are over.
    """

    outcome: str
    called: int
    answered: int
    # Called within the last seven days: their time is not over.
    too_new: int


def worked(clinic: Clinic, now: datetime) -> list[Worked]:
    """By outcome of the first call, over the 90 days before the last seven; one statement.

    Answered is a log or a form by the patient or a caregiver, not one that staff entered, nor a
    correction of an earlier one.
    """
    over = now - ANSWERS_WITHIN
    calls = Contact.objects.filter(
        recovery__clinic=clinic, about_overdue_since__isnull=False, at__gt=over - COUNTED_DAYS
    ).annotate(until=ExpressionWrapper(F("at") + ANSWERS_WITHIN, output_field=DateTimeField()))
    earlier = Contact.objects.filter(
        recovery=OuterRef("recovery"),
        about_overdue_since=OuterRef("about_overdue_since"),
        at__lt=OuterRef("at"),
    )
    logs = DailyLog.objects.filter(
        recovery=OuterRef("recovery"),
        supersedes=None,
        entered_at__gt=OuterRef("at"),
        entered_at__lte=OuterRef("until"),
    ).exclude(source=DailyLog.Source.STAFF)
    forms = FormResponse.objects.filter(
        recovery=OuterRef("recovery"),
        supersedes=None,
        completed_at__gt=OuterRef("at"),
        completed_at__lte=OuterRef("until"),
    ).exclude(source=DailyLog.Source.STAFF)
    rows = (
        calls.filter(~Exists(earlier))
        .annotate(answered=Exists(logs) | Exists(forms))
        .order_by()
        .values("outcome")
        .annotate(
            called=Count("pk", filter=Q(at__lte=over)),
            answers=Count("pk", filter=Q(at__lte=over, answered=True)),
            too_new=Count("pk", filter=Q(at__gt=over)),
        )
    )
    found = {
        row["outcome"]: Worked(row["outcome"], row["called"], row["answers"], row["too_new"])
        for row in rows
    }
    return [found[code] for code in Contact.OF_MISSES if code in found]


def in_all(parts: Sequence[Worked]) -> Worked:
    return Worked(
        outcome="",
        called=sum(one.called for one in parts),
        answered=sum(one.answered for one in parts),
        too_new=sum(one.too_new for one in parts),
    )
