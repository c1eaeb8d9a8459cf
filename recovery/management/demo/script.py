"""From a case to its steps: what is handed to the services, and at which moment."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from recovery.clinical.pathway import DEFAULT_PLAN, local
from recovery.management.demo.courses import MISSES, pains, quiet_answers
from recovery.management.demo.people import HOUSES, House
from recovery.management.demo.scenes import SCENES
from recovery.management.demo.steps import (
    Ago,
    Case,
    Correct,
    Enrolled,
    Log,
    On,
    Scene,
    Silent,
    When,
)

# Reminders go at 17:00, so that a log after that came by the link more often than not.
REMINDED = time(17)
# Hours at which staff call those who have no e-mail.
CALLS = (13, 15)


@dataclass(frozen=True, slots=True)
class Entry:
    """A log ready to be recorded."""

    about: date
    values: dict[str, Any]
    client_id: uuid.UUID
    revision: int | None
    by_link: bool


@dataclass(frozen=True, slots=True)
class Patient:
    """A case placed in a clinic and in time; `now` is the moment the demo begins."""

    case: Case
    house: House
    phone: str
    now: datetime
    rng: Random
    # Average pain by day, from day 0.
    pains: Sequence[int]

    @property
    def zone(self) -> str:
        return self.case.zone or self.house.zone

    @property
    def procedure_on(self) -> date:
        return self.today - timedelta(days=self.case.day)

    @property
    def procedure_at(self) -> datetime:
        return local(self.procedure_on, time.fromisoformat(self.case.at), self.zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def moment(self, when: When) -> datetime:
        if isinstance(when, Ago):
            return self.now - timedelta(minutes=when.minutes)
        return self.at(when.day, time.fromisoformat(when.at))

    def at(self, day: int, clock: time) -> datetime:
        return local(self.procedure_on + timedelta(days=day), clock, self.zone)

    def day_of(self, moment: datetime) -> int:
        return (moment.astimezone(ZoneInfo(self.zone)).date() - self.procedure_on).days

    def client_id(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)


class Step(NamedTuple):
    """What happens to one patient at one moment."""

    at: datetime
    patient: Patient
    what: Scene | Entry


def patients(*, now: datetime, seed: int) -> Iterator[Patient]:
    for house in HOUSES:
        for place, case in enumerate(house.cases, start=101):
            rng, pain_rng = _random(seed, case, "days"), _random(seed, case, "pain")
            course = pains(case, pain_rng, max(case.day, 0))
            yield Patient(case, house, house.phone(place), now, rng, course)


def _random(seed: int, case: Case, what: str) -> Random:
    """Reproducible on purpose, and each patient's own: a new case changes no other one."""
    return Random(f"{seed} {case.number} {what}")  # noqa: S311


def steps(*, now: datetime, seed: int) -> list[Step]:
    """Everything that happened in all clinics up to `now`, in order."""
    found = [
        step for patient in patients(now=now, seed=seed) for step in _of(patient) if step.at <= now
    ]
    return sorted(found, key=lambda step: step.at)


def _of(patient: Patient) -> Iterator[Step]:
    scenes = SCENES.get(patient.case.number, ())
    if not any(isinstance(scene, Enrolled) for scene in scenes):
        enrolled = _enrolled(patient)
        yield Step(patient.moment(enrolled.when), patient, enrolled)
    yield from _course(patient, scenes)
    yield from _scenes(patient, scenes)


def _enrolled(patient: Patient) -> Enrolled:
    rng = patient.rng
    before = max(rng.randint(4, 24), 1 - patient.case.day)
    return Enrolled(On(-before, f"{rng.randint(9, 15):02}:{rng.randint(0, 59):02}"))


# The course
# ----------


def _course(patient: Patient, scenes: Iterable[Scene]) -> Iterator[Step]:
    """One log for each planned day, but for those missed and those that a scene has."""
    case, rng = patient.case, patient.rng
    if case.day < 0:
        return
    taken, last_day = _days_of_scenes(patient, scenes)
    planned = [slot.day for slot in DEFAULT_PLAN.slots if slot.answered_by]
    planned = [day for day in planned if day <= case.day]
    misses, late = MISSES[case.answers]
    habit = rng.choice(((7, 9), (17, 19), (17, 20), (19, 21)))
    for day in planned:
        answers = quiet_answers(case, day, patient.pains[day], rng)
        moment, missed = _logged_at(patient, day, habit, late), rng.random() < misses
        # What is missed is missed in the past: who is overdue now is for the scenes to say.
        if day in taken or day > last_day or (missed and day in planned[:-2]):
            continue
        on_the_day = patient.day_of(moment) == day
        yield Step(
            moment,
            patient,
            Entry(
                about=patient.procedure_on + timedelta(days=day),
                values=answers,
                client_id=patient.client_id(),
                revision=None,
                by_link=on_the_day
                and moment.astimezone(ZoneInfo(patient.zone)).time() > REMINDED
                and rng.random() < 0.8,
            ),
        )


def _days_of_scenes(patient: Patient, scenes: Iterable[Scene]) -> tuple[set[int], int]:
    """The days whose log is a scene's, and the last day that the course has a log about."""
    taken, last = set(), patient.case.day
    for scene in scenes:
        if isinstance(scene, Silent):
            last = min(last, scene.after)
        elif isinstance(scene, Log) and not scene.extra:
            day = patient.day_of(patient.moment(scene.when))
            taken.add(day)
            if isinstance(scene.when, Ago):
                last = min(last, day - 1)
    return taken, last


def _logged_at(patient: Patient, day: int, habit: tuple[int, int], late: float) -> datetime:
    rng = patient.rng
    hour, minute, tomorrow = rng.randint(*habit), rng.randint(2, 58), rng.random() < late
    if patient.case.answers == "phone":
        return patient.at(day, time(rng.randint(*CALLS), minute))
    if day == 0:
        # At home, after the evening's log has opened.
        return patient.at(0, time(rng.randint(18, 20), minute))
    if tomorrow:
        return patient.at(day + 1, time(rng.randint(7, 10), minute))
    return patient.at(day, time(hour, minute))


# The scenes
# ----------


def _scenes(patient: Patient, scenes: Iterable[Scene]) -> Iterator[Step]:
    tagged: dict[str, Entry] = {}
    for scene in scenes:
        if isinstance(scene, Silent):
            continue
        moment = patient.moment(scene.when)
        if isinstance(scene, Log):
            entry = _entry(patient, scene, moment)
            tagged[scene.tag] = entry
            yield Step(moment, patient, entry)
        elif isinstance(scene, Correct):
            first = tagged[scene.tag]
            values = first.values | scene.answers
            again = Entry(first.about, values, first.client_id, 0, first.by_link)
            yield Step(moment, patient, again)
        else:
            yield Step(moment, patient, scene)


def _entry(patient: Patient, log: Log, moment: datetime) -> Entry:
    case, rng = patient.case, patient.rng
    day = patient.day_of(moment)
    pain = log.answers.get("pain_avg", patient.pains[day])
    answers = quiet_answers(case, day, pain, rng)
    values = {name: value for name, value in answers.items() if name != "free_text"}
    # A temperature that a scene gives stands instead of chills, and the other way round.
    if "temp_value" in log.answers:
        values.pop("chills", None)
    values |= log.answers
    if values.get("pain_worst", 10) < pain:
        values["pain_worst"] = pain
    return Entry(
        about=moment.astimezone(ZoneInfo(patient.zone)).date(),
        values={name: value for name, value in values.items() if name not in log.without},
        client_id=patient.client_id(),
        revision=None,
        by_link=False,
    )
