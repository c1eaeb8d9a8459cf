"""Numbers in the conditions of urgent and review rules, for the question what another would fire.

No clinic sets one: 8.1 of the rules lets a pathway raise a severity, shorten a wait or add a rule,
and no more. Numbers that an emergency rule shares (38.0 C), and days, are not even asked about. The
ranges are a judgement; R21 never goes above the maximum on the label, nor R17 below the pain from
which its question is asked. A question that is stored is one of its RULE_SET_VERSION: raise it when
a range narrows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from recovery.clinical.logfields.fields import STRONG_PAIN
from recovery.clinical.rules import review, urgent
from recovery.clinical.rules.facts import Facts, Number
from recovery.clinical.rules.rule import Rule

Condition = Callable[[Facts, Number], bool]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number of a rule, and from `low` to `high` in steps what may be asked in its place.

    `fires` has each rule that the number decides on, its condition as a function of the number:
    where one rule ends, another may begin. A lower number always fires the threshold's own rule on
    the same logs and more.
    """

    rule_id: str
    name: str
    value: Number
    low: Number
    high: Number
    fires: Mapping[str, Condition]
    step: Number = 1

    def offers(self, value: Number) -> bool:
        return self.low <= value <= self.high and (value - self.low) % self.step == 0


def _named(name: str, condition: Callable[..., bool]) -> Condition:
    return lambda facts, number: condition(facts, **{name: number})


THRESHOLDS = (
    Threshold(
        "R17",
        "pain",
        urgent.UNCONTROLLED_PAIN,
        STRONG_PAIN,
        10,
        {"R17": urgent.uncontrolled_pain},
    ),
    Threshold(
        "R18", "pain", urgent.PAIN_AFTER_THE_FLARE, 4, 10, {"R18": urgent.pain_after_the_flare}
    ),
    Threshold(
        "R18",
        "points",
        urgent.RISE_AFTER_THE_FLARE,
        1,
        6,
        {"R18": _named("points", urgent.pain_after_the_flare)},
    ),
    Threshold(
        "R19",
        "points",
        urgent.RISE_AFTER_A_FALL,
        1,
        5,
        {"R19": urgent.sudden_pain_or_fall},
    ),
    Threshold(
        "R20",
        "leg_pain",
        urgent.STRONG_LEG_PAIN,
        4,
        10,
        {"R20": urgent.strong_leg_pain, "R33": review.new_leg_pain},
    ),
    Threshold(
        "R21",
        "mg",
        urgent.MAX_ACETAMINOPHEN,
        3000,
        4000,
        {
            "R21": urgent.too_much_acetaminophen,
            "R37": _named("most", review.much_acetaminophen),
        },
        step=250,
    ),
    Threshold(
        "R30",
        "celsius",
        review.LOW_GRADE,
        Decimal("37.3"),
        Decimal("37.9"),
        {"R30": review.low_grade},
        step=Decimal("0.1"),
    ),
    Threshold("R32", "points", review.RISE_IN_THE_FLARE, 1, 6, {"R32": review.pain_in_the_flare}),
    Threshold("R34", "points", review.SUSTAINED_RISE, 1, 5, {"R34": review.sustained_rise}),
    Threshold("R36", "mme", review.CAUTION_MME, 20, 90, {"R36": review.opioids}, step=5),
    Threshold(
        "R37",
        "mg",
        review.MUCH_ACETAMINOPHEN,
        2000,
        3750,
        {"R37": review.much_acetaminophen},
        step=250,
    ),
    Threshold("R38", "eased", review.EASED, 1, 5, {"R38": review.lost_response}),
    Threshold("R38", "points", review.LOST, 1, 6, {"R38": _named("points", review.lost_response)}),
)
THRESHOLDS_BY_NAME: Mapping[tuple[str, str], Threshold] = {
    (one.rule_id, one.name): one for one in THRESHOLDS
}


@dataclass(frozen=True, slots=True)
class Supposed:
    """Another number in the place of a threshold's. Judging with it is a question, never live.

    Raises ValueError for a threshold that there is not, and for a number that it does not offer.
    """

    rule_id: str
    name: str
    value: Number

    def __post_init__(self) -> None:
        found = THRESHOLDS_BY_NAME.get((self.rule_id, self.name))
        if found is None or not found.offers(self.value):
            raise ValueError(f"{self.rule_id} has no {self.name} of {self.value}")

    @property
    def threshold(self) -> Threshold:
        return THRESHOLDS_BY_NAME[self.rule_id, self.name]

    @property
    def quieter(self) -> bool:
        return self.value > self.threshold.value


@lru_cache(maxsize=1024)
def supposing(rules: tuple[Rule, ...], supposed: Supposed) -> tuple[Rule, ...]:
    """The rules with that number in their conditions; what they say stays as it is."""
    conditions = supposed.threshold.fires
    return tuple(
        replace(rule, fires=_with(conditions[rule.id], supposed.value))
        if rule.id in conditions
        else rule
        for rule in rules
    )


def _with(condition: Condition, value: Number) -> Callable[[Facts], bool]:
    return lambda facts: condition(facts, value)
