"""The page of one phase, or of the time before the procedure, as one read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from recovery.models import Preparation, Recovery, RecoveryPhase
from recovery.queries.pathways import phase_now, phases_of, preparation_of
from recovery.queries.today import StandingAdvice, standing_advice

# No phase: no log points to the time before the procedure, but it has a page.
BEFORE = "before"
DAY_BEFORE = -1


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the others link to. `first_day` is None for the time before the procedure,
    `last_day` for the last phase.
    """

    code: str
    name: str
    first_day: int | None
    last_day: int | None
    is_now: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class PhasePage:
    on: date
    day: int
    texts: RecoveryPhase | Preparation
    here: Place
    places: tuple[Place, ...]
    advice: StandingAdvice | None

    @property
    def is_before(self) -> bool:
        return self.here.code == BEFORE

    @property
    def signs_on(self) -> int:
        """The day whose rules choose the warning signs."""
        return DAY_BEFORE if self.here.first_day is None else self.here.first_day


def phase_page(recovery: Recovery, code: str, *, on: date, now: datetime) -> PhasePage | None:
    """The page of `code`; None when the pathway has none. One statement. `on` is the date where
    the patient is.
    """
    present = phase_now(recovery, now)
    places = tuple(_places(recovery, code, present.code if present else BEFORE))
    here = next((place for place in places if place.is_here), None)
    if here is None:
        return None
    texts = next((p for p in phases_of(recovery.pathway_id) if p.code == code), None)
    return PhasePage(
        on=on,
        day=recovery.day_on(on),
        texts=texts or preparation_of(recovery.pathway_id),
        here=here,
        places=places,
        advice=standing_advice(recovery),
    )


def _places(recovery: Recovery, here: str, now: str) -> Iterator[Place]:
    preparation = preparation_of(recovery.pathway_id)
    if preparation:
        name = preparation.patient_name
        yield Place(BEFORE, name, None, None, now == BEFORE, here == BEFORE)
    for phase in phases_of(recovery.pathway_id):
        yield Place(
            phase.code,
            phase.patient_name,
            phase.first_day,
            phase.last_day,
            phase.code == now,
            phase.code == here,
        )
