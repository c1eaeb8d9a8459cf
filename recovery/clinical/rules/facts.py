"""What the rules ask of a log, its patient and the logs before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from recovery.clinical.logfields import Field, LogError, check, quoted

# Below the trials' mean of about 6.6, so the rules are more sensitive without a baseline.
ASSUMED_BASELINE = 4
MAX_PAIN = 10
FEVER = Decimal("38.0")
Number = int | Decimal

PROFILE_FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("baseline_pain", "int", 0, 10),
        Field("baseline_opioid_mme", "decimal", 0, 100000),
        Field("anticoagulated", "bool"),
        Field("osteoporosis", "bool"),
    )
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of the patient from before the procedure; None is not known."""

    baseline_pain: int | None = None
    baseline_opioid_mme: Decimal | None = None
    anticoagulated: bool | None = None
    osteoporosis: bool | None = None


def clean_profile(raw: Mapping[str, Any]) -> Profile:
    """The profile from JSON-like values; null is not known. Raises LogError."""
    known = {}
    for name, value in raw.items():
        if name not in PROFILE_FIELDS:
            raise LogError(name, f"unknown field {quoted(name)} in ctx")
        if value is not None:
            known[name] = check(PROFILE_FIELDS[name], value)
    return Profile(**known)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A log entered before, not superseded: the day it is about and its average pain."""

    day: int
    pain_avg: int | None


class Facts:
    """One clean log with its profile and its history, read in the rules' own terms."""

    __slots__ = ("baseline", "day", "fever", "history", "log", "pain", "profile", "temp")

    def __init__(
        self, profile: Profile, history: Sequence[Earlier], log: Mapping[str, Any]
    ) -> None:
        self.profile = profile
        self.history = history
        self.log = log
        self.day: int = log["day"]
        self.pain: int | None = log.get("pain_avg")
        self.temp: Decimal | None = log.get("temp_c")
        self.fever = self.temp is not None and self.temp >= FEVER
        known = profile.baseline_pain
        self.baseline: int = ASSUMED_BASELINE if known is None else known

    def says(self, field: str, *values: str) -> bool:
        return self.log.get(field) in values

    def yes(self, field: str) -> bool:
        return self.log.get(field) is True

    @property
    def chills_alone(self) -> bool:
        """Chills without a temperature: the sign of fever of someone without a thermometer."""
        return self.temp is None and self.yes("chills")

    @property
    def wound(self) -> Sequence[str]:
        signs: Sequence[str] | None = self.log.get("wound")
        return signs or ()

    @property
    def new_weakness(self) -> bool:
        return self.says("leg_weakness", "new_or_worse", "cannot_stand_or_lift_foot")

    @property
    def new_numbness(self) -> bool:
        return self.says("leg_numbness", "new_or_worse")

    @property
    def new_leg_pain(self) -> bool:
        return self.says("leg_pain_status", "new_or_worse")

    @property
    def bad_headache(self) -> bool:
        return self.says("headache", "severe", "worse_upright")

    @property
    def highest_pain(self) -> int | None:
        """The larger of the average and the worst pain, of those that are present."""
        present = [p for p in (self.pain, self.log.get("pain_worst")) if p is not None]
        return max(present, default=None)

    def pain_risen_by(self, points: Number) -> bool:
        return self.risen(self.pain, points)

    def risen(self, pain: int | None, points: Number) -> bool:
        """At least `points` above the baseline, at most 10 asked for, and above the baseline."""
        if pain is None:
            return False
        return pain >= min(self.baseline + points, MAX_PAIN) and pain > self.baseline

    def last_rated(self) -> Earlier | None:
        """The most recent log of an earlier day with a pain_avg; of one day the last entered."""
        last = None
        for earlier in self.history:
            rated = earlier.day < self.day and earlier.pain_avg is not None
            if rated and (last is None or earlier.day >= last.day):
                last = earlier
        return last

    def three_log_sums(self) -> tuple[int, int] | None:
        """Pain of the best and of the latest three logs in a row since D1, as exact sums.

        The best window shares no log with the latest, which ends with this log. None when this log
        has no pain_avg, or when there are fewer than six such logs.
        """
        if self.pain is None:
            return None
        rated = [
            (earlier.day, earlier.pain_avg)
            for earlier in self.history
            if earlier.pain_avg is not None and 1 <= earlier.day < self.day
        ]
        rated.sort(key=lambda entry: entry[0])
        pains = [pain for _, pain in rated] + [self.pain]
        if len(pains) < 6:
            return None
        sums = [sum(three) for three in zip(pains, pains[1:], pains[2:], strict=False)]
        return min(sums[:-3]), sums[-1]
