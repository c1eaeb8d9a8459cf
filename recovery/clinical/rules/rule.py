"""What a rule is: its condition, its texts, where it comes from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from recovery.clinical.rules.facts import Facts

# The one factor of a fever that is no other sign: its words stand before the reading.
VERY_HIGH_READING = "a very high reading"


class Severity(StrEnum):
    """EMERGENCY: act now. URGENT: the patient calls today. REVIEW: next working day's list."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    REVIEW = "review"

    @property
    def rank(self) -> int:
        """0 is the highest."""
        return RANKS[self]


# A severity that is stored is text, and finds its rank here all the same.
RANKS: Mapping[str, int] = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Variant:
    """Another text for the patient, when the rule fires in a way its own text does not fit."""

    condition: str
    applies: Callable[[Facts], bool]
    patient_text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that a log can fire.

    It fires on the days from `first_day` (None: before D0 too) to `last_day` (None: without end),
    when `fires` holds and the rule `unless` did not fire. `days` and `condition` say the same in
    words. `headline` (under 45 characters) and `staff_text` are templates of `words`;
    `patient_text` names the clinic's numbers in braces. `calls` is the number its button dials.
    """

    id: str
    severity: Severity
    days: str
    condition: str
    fires: Callable[[Facts], bool]
    headline: str
    staff_text: str
    patient_text: str
    calls: str
    why: str
    sources: tuple[str, ...]
    first_day: int | None = 0
    last_day: int | None = None
    unless: str = ""
    items: Callable[[Facts], Sequence[str]] | None = None
    variants: tuple[Variant, ...] = ()
    assumes_baseline: bool = False
    kind: str = "answer"

    def runs_on(self, day: int) -> bool:
        begun = self.first_day is None or day >= self.first_day
        return begun and (self.last_day is None or day <= self.last_day)

    def text_for(self, facts: Facts) -> str:
        for variant in self.variants:
            if variant.applies(facts):
                return variant.patient_text
        return self.patient_text


@dataclass(frozen=True, slots=True)
class TimeRule:
    """A rule that time, silence or a score fires: the services judge it, its words stand here.

    R47 escalates what another rule raised, so it has no severity of its own.
    """

    id: str
    severity: Severity | None
    condition: str
    headline: str
    staff_text: str
    sources: tuple[str, ...]
    kind: str = "time"
