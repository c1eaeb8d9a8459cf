"""The cast placed in a clinic and in time, and the steps as the player takes them."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from recovery.clinical.pathway import local
from recovery.management.demo.courses import pains
from recovery.management.demo.people import HOUSES, House
from recovery.management.demo.steps import Ago, Case, Scene, When
from recovery.models import Milestone


@dataclass(frozen=True, slots=True)
class Entry:
    """A log ready to be recorded."""

    about: date
    values: dict[str, Any]
    client_id: uuid.UUID
    revision: int | None
    by_link: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A check-in form ready to be saved; with `send` false it is kept for later.

    `staff` adds the scores of the visit to what the patient sent.
    """

    key: str
    answers: Mapping[str, Mapping[str, Any]]
    client_id: uuid.UUID
    by_link: bool = False
    staff: bool = False
    send: bool = True


@dataclass(frozen=True, slots=True)
class Reached:
    """The patient tells of a milestone."""

    code: Milestone.Code
    on: date


@dataclass(frozen=True, slots=True)
class Ticked:
    """Nobody does anything, but the clock does: a reminder falls due, a miss is judged."""


@dataclass(frozen=True, slots=True)
class Patient:
    """A case placed in a clinic and in time; `now` is the moment the demo begins."""

    case: Case
    house: House
    phone: str
    now: datetime
    rng: Random
    # Apart from the above, so that a form more changes no log.
    form_rng: Random
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
    what: Scene | Entry | Sheet | Reached | Ticked


def patients(*, now: datetime, seed: int) -> Iterator[Patient]:
    for house in HOUSES:
        for place, case in enumerate(house.cases, start=101):
            days, forms = _random(seed, case, "days"), _random(seed, case, "forms")
            course = pains(case, _random(seed, case, "pain"), max(case.day, 0))
            yield Patient(case, house, house.phone(place), now, days, forms, course)


def _random(seed: int, case: Case, what: str) -> Random:
    """Reproducible on purpose, and each patient's own: a new case changes no other one."""
    return Random(f"{seed} {case.number} {what}")  # noqa: S311
