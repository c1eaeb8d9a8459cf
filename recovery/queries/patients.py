"""The page of all patients of a clinic, and how a patient is found."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from recovery.clinical.pathway import local
from recovery.clinical.phases import phase_of
from recovery.models import (
    Alert,
    Clinic,
    Patient,
    Recovery,
    RecoveryPhase,
)
from recovery.models.alerts import Severity
from recovery.models.recoveries import QueueRank
from recovery.queries.corridors import Course, course
from recovery.queries.listed import Listed, ListedPatient, ListedPerson, listed, read
from recovery.queries.pathways import phases_of
from recovery.queries.prepared import AnyOf, Given, Prepared, moment, number, numbers

PAGE = 50
# Filters and the menu count no further than this; a larger queue reads "99+".
COUNTED = 99
WORDS = 4
WAITS_BELOW = int(QueueRank.CONTACTED)
BY_NAME = ("family_name", "given_name", "id")

# Alerts not handled come before those contacted, as a recovery's place in the queue has it; then
# the worst, and the lowest rule.
FIRST_ALERT = (
    Case(When(state=Alert.State.CONTACTED, then=Value(1)), default=Value(0)),
    Case(
        When(severity=Severity.EMERGENCY, then=Value(0)),
        When(severity=Severity.URGENT, then=Value(1)),
        default=Value(2),
    ),
    "rule",
)


LISTED = Prepared(
    lambda: listed(
        Recovery.objects.filter(AnyOf("patient_id", numbers("people"))).annotate(
            headline=Subquery(
                Alert.objects.filter(
                    recovery=OuterRef("pk"),
                    state__in=[Alert.State.OPEN, Alert.State.ACKNOWLEDGED, Alert.State.CONTACTED],
                )
                .order_by(*FIRST_ALERT)
                .values("headline")[:1]
            )
        ),
        ListedPerson,
    )
)


class CountUpTo(Subquery):
    """How many rows a sliced query has; in a select list it is counted once, not once a row."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def count_up_to(condition: str, *values: "int | Given") -> RawSQL:
    """How many recoveries fulfil a condition, up to one more than COUNTED; counted once, as with
    CountUpTo. In SQL, since the queue has eight: writing them took longer than counting.
    """
    counted = f"SELECT 1 FROM recovery_recovery WHERE {condition} LIMIT {COUNTED + 1}"  # noqa: S608
    sql = f"SELECT COUNT(*) FROM ({counted}) AS counted"  # noqa: S608
    return RawSQL(sql, values, output_field=IntegerField())  # noqa: S611 - no condition is typed


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recovery stands today, in the patient's zone."""

    day: int
    phase: RecoveryPhase | None
    age: int | None


@dataclass(frozen=True, slots=True)
class Row:
    recovery: ListedPerson
    place: Place
    course: Course


@dataclass(frozen=True, slots=True)
class PatientsPage:
    rows: list[Row]
    # The patient after whom the next page begins; None on the last page.
    after: uuid.UUID | None
    # How many stand in the queue and wait for somebody, up to one more than COUNTED.
    waiting: int
    # How many are in the observation room.
    in_room: int


def page(
    *, clinic: Clinic, now: datetime, text: str = "", after: uuid.UUID | None = None
) -> PatientsPage:
    """Fifty patients by name, each with the recovery it is about, in two statements."""
    values = menu_with(clinic, now) | {"after": after}
    if text:
        rows = _people(after=after is not None).filter(found(text, prefix=""))
        people = Prepared(lambda: rows[: PAGE + 1]).rows(values)
    else:
        people = _prepared(after=after is not None).rows(values)
    shown = list(people)
    newest = _newest([pk for pk, *_rest in shown[:PAGE]])
    return PatientsPage(
        rows=[
            Row(recovery, place(recovery, now), course(recovery, clinic))
            for pk, *_rest in shown[:PAGE]
            if (recovery := newest.get(pk))
        ],
        after=shown[PAGE - 1][1] if len(shown) > PAGE else None,
        **(_menu_of(shown[0][2:]) if shown else menu(clinic, now)),
    )


@cache
def _prepared(*, after: bool) -> Prepared:
    return Prepared(lambda: _people(after=after)[: PAGE + 1])


def _people(*, after: bool) -> QuerySet[Any]:
    """The patients of a clinic by name, from the beginning or after one."""
    people = Patient.objects.filter(clinic=number("clinic")).order_by(*BY_NAME)
    if after:
        uuid_of_last = Given("after", UUIDField())
        last = Patient.objects.filter(clinic=number("clinic"), uuid=uuid_of_last)
        place_of_last = [Subquery(last.values(name)) for name in BY_NAME]
        people = people.filter(TupleGreaterThan(Tuple(*BY_NAME), place_of_last))
    return people.values_list("pk", "uuid", WAITING, IN_ROOM)


def _newest(people: Sequence[int]) -> dict[int, ListedPerson]:
    """By patient: the followed recovery, else that of the latest procedure. Each with the
    `headline` of the alert that gives it its place in the queue.
    """
    if not people:
        return {}
    rows = LISTED.rows({"people": people})
    found = [recovery for recovery, _more in read(rows, ListedPerson)]
    in_turn = sorted(found, key=lambda recovery: recovery.precedence)
    return {recovery.patient_id: recovery for recovery in in_turn}


def found(text: str, prefix: str = "patient__") -> Q:
    """Each word begins the first name, the last name or the record number."""
    condition = Q()
    # PostgreSQL takes no NUL, and no name has one.
    for word in text.replace("\0", " ").split()[:WORDS]:
        condition &= (
            Q(**{f"{prefix}family_name__istartswith": word})
            | Q(**{f"{prefix}given_name__istartswith": word})
            | Q(**{f"{prefix}record_number__istartswith": word})
        )
    return condition


def place(recovery: Recovery | Listed, now: datetime) -> Place:
    today = now.astimezone(ZoneInfo(recovery.patient.zone)).date()
    day = recovery.day_on(today)
    return Place(
        day=day,
        phase=phase_of(
            day,
            entered_at=now,
            procedure_at=recovery.procedure_at,
            discharged_at=recovery.discharged_at,
            phases=phases_of(recovery.pathway_id),
        ),
        age=_age(recovery.patient, today),
    )


def _age(patient: Patient | ListedPatient, today: date) -> int | None:
    born = patient.birth_date
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def waiting_up_to(clinic: "int | Given", below: "int | Given" = WAITS_BELOW) -> RawSQL:
    return count_up_to("clinic_id = %s AND queue_rank < %s", clinic, below)


def waiting(clinic: Clinic) -> int:
    """How many recoveries wait for somebody, up to one more than COUNTED."""
    return _waiting(clinic)[: COUNTED + 1].count()


def _waiting(clinic: Clinic) -> QuerySet[Recovery]:
    return Recovery.objects.filter(clinic=clinic, queue_rank__lt=QueueRank.CONTACTED)


def in_room_up_to(clinic: Any, since: Any, until: Any) -> CountUpTo:
    """How many are in the observation room: treated within the day so far, and not discharged."""
    there = Recovery.objects.filter(
        clinic=clinic,
        procedure_at__range=(since, until),
        discharged_at=None,
        state__in=[Recovery.State.PLANNED, Recovery.State.ACTIVE],
    )
    return CountUpTo(there.values("id")[: COUNTED + 1])


# What the menu counts, in queries that are prepared; `menu_with` gives their values.
WAITING = waiting_up_to(number("clinic"))
IN_ROOM = in_room_up_to(number("clinic"), moment("today"), moment("now"))
MENU = Prepared(lambda: Clinic.objects.filter(pk=number("clinic")).values_list(WAITING, IN_ROOM))


def menu_with(clinic: Clinic, now: datetime) -> dict[str, Any]:
    return {"clinic": clinic.pk, "today": day_of(clinic, now)[0], "now": now}


def menu(clinic: Clinic, now: datetime) -> dict[str, int]:
    """What the menu counts, in one statement: who waits in the queue, who is in the room."""
    [counts] = MENU.rows(menu_with(clinic, now))
    return _menu_of(counts)


def _menu_of(counts: Sequence[int]) -> dict[str, int]:
    return dict(zip(("waiting", "in_room"), counts, strict=True))


def day_of(clinic: Clinic, now: datetime) -> tuple[datetime, datetime]:
    """The first and the last moment of the clinic's day."""
    zone = ZoneInfo(clinic.zone)
    on = now.astimezone(zone).date()
    midnight = (local(day, time(), clinic.zone) for day in (on, on + timedelta(days=1)))
    first, after = midnight
    return first, after - timedelta(microseconds=1)
