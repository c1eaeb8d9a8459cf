"""Who is in the observation room today, with the newest that each sheet says."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from recovery.clinical import observation
from recovery.clinical.observation import Course
from recovery.models import Clinic, Observation, ObservationSheet, Recovery
from recovery.queries.observations import day_in_clinic, read_marks
from recovery.queries.patients import Place, day_of, place


@dataclass(slots=True)
class Person:
    """A recovery on its day of procedure, with the newest that its sheet says."""

    recovery: Recovery
    place: Place
    row: ObservationSheet | None = None
    newest: Observation | None = None
    entered: int = 0
    # The mark that can be entered now, where it is not yet; and what stands changed.
    waits: int | None = None
    changed: list[Course] = field(default_factory=list)
    tell: list[Course] = field(default_factory=list)


@dataclass(slots=True)
class Today:
    in_room: list[Person] = field(default_factory=list)
    later: list[Person] = field(default_factory=list)
    gone: list[Person] = field(default_factory=list)


def today(clinic: Clinic, now: datetime) -> Today:
    """Everybody whom the clinic treats today, in three statements."""
    recoveries = (
        Recovery.objects.filter(
            clinic=clinic,
            procedure_at__range=day_of(clinic, now),
            state__in=[Recovery.State.PLANNED, Recovery.State.ACTIVE],
        )
        .select_related("patient", "clinic")
        .order_by("procedure_at", "pk")
    )
    people = {one.pk: Person(one, place(one, now)) for one in recoveries}
    sheets = ObservationSheet.objects.filter(recovery__in=people)
    by_sheet = {
        row.pk: people[row.recovery_id]
        for row in sheets
        if row.on == day_in_clinic(people[row.recovery_id].recovery)
    }
    for row in sheets:
        if row.pk in by_sheet:
            by_sheet[row.pk].row = row
    standing: dict[int, dict[int | None, Observation]] = defaultdict(dict)
    for mark in Observation.objects.current().filter(sheet__in=by_sheet):
        standing[mark.sheet_id][mark.minute] = mark
    for pk, person in by_sheet.items():
        _read_sheet(person, standing[pk], now)
    found = Today()
    for person in people.values():
        if person.recovery.discharged_at:
            found.gone.append(person)
        elif person.recovery.procedure_at > now:
            found.later.append(person)
        else:
            found.in_room.append(person)
    return found


def _read_sheet(person: Person, standing: dict[int | None, Observation], now: datetime) -> None:
    before, marks = read_marks(standing)
    person.entered = len(standing)
    person.newest = standing[marks[-1].minute] if marks else standing.get(None)
    courses = observation.courses(before, marks)
    person.changed = [course for course in courses if course.stands]
    person.tell = observation.to_tell_now(before, courses)
    if person.row and person.row.room_at and not person.recovery.discharged_at:
        newest = observation.open_minute(person.row.room_at, now)
        person.waits = newest if newest not in standing else None
