"""How a log's values are written in the texts that staff read.

A template names a word in braces: "Fever {temp} on D{day}." No text shows a value that the log
does not hold: what is missing is said to be.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from recovery.clinical.rules.facts import Facts
from recovery.clinical.rules.rule import VERY_HIGH_READING

TENTH = Decimal("0.1")

WHO: Mapping[str | None, str] = {
    "patient": "the patient",
    "carer": "a carer",
    "staff": "staff",
    None: "someone not recorded",
}


def render(template: str, facts: Facts, items: Sequence[str]) -> str:
    """The template with its words filled in; `items` are the answers that fired the rule."""
    return template.format_map(_Words(facts, items))


def number(value: Decimal | int) -> str:
    """At most one decimal, half up, and none when it is whole."""
    text = f"{Decimal(value).quantize(TENTH, ROUND_HALF_UP):f}"
    return text.removesuffix(".0")


def _known(answer: bool | None) -> str:
    return "unknown" if answer is None else "yes" if answer else "no"


def _temp(facts: Facts) -> str:
    if facts.temp is None:
        return "not measured, chills"
    fahrenheit = (facts.temp * 9 / 5 + 32).quantize(TENTH, ROUND_HALF_UP)
    return f"{facts.temp} °C ({fahrenheit} °F)"


def _fever(facts: Facts) -> str:
    return "Chills, no temperature" if facts.temp is None else f"Fever {_temp(facts)}"


def _baseline(facts: Facts) -> str:
    known = facts.profile.baseline_pain
    return "no baseline" if known is None else f"baseline {known}"


def _side(facts: Facts) -> str:
    side = facts.log.get("leg_side")
    return "both legs" if side == "both" else side or "side not given"


def _at_side(facts: Facts) -> str:
    return f", {_side(facts)}" if facts.log.get("leg_side") else ""


def _leg_pain(facts: Facts) -> str:
    pain = facts.log.get("leg_pain")
    return "not rated" if pain is None else f"{pain}/10"


def _weakness(facts: Facts) -> str:
    if facts.says("leg_weakness", "cannot_stand_or_lift_foot"):
        return "Cannot stand or lift foot"
    return "New leg weakness"


def _leg_change(facts: Facts) -> str:
    both = facts.new_numbness and facts.says("leg_weakness", "new_or_worse")
    if both:
        return "New weakness and numbness"
    return "New leg numbness" if facts.new_numbness else "New leg weakness"


def _bleeding(facts: Facts) -> str:
    if facts.says("bleeding", "wont_stop"):
        return "Bleeding will not stop"
    if facts.profile.anticoagulated:
        return "Dressing soaked, on an anticoagulant"
    unknown = facts.profile.anticoagulated is None
    return "Dressing soaked, anticoagulant unknown" if unknown else "Dressing soaked with blood"


def _oozing(facts: Facts) -> str:
    drained = "drainage_clear_or_bloody" in facts.wound and facts.day <= 2
    return "Clear or bloody fluid" if drained else "Spots of blood"


def _reaction(facts: Facts) -> str:
    if not facts.yes("allergy_severe"):
        return "Very hard to wake"
    if not facts.yes("hard_to_wake"):
        return "Swelling of face, tongue or throat"
    return "Hard to wake, and swelling of face"


def _headache(facts: Facts) -> str:
    return "Severe headache" if facts.says("headache", "severe") else "Postural headache"


def _back_or_fall(facts: Facts) -> str:
    if not facts.yes("sudden_new_back_pain"):
        return f"Fall, pain {facts.pain}, {_baseline(facts)}"
    return "Sudden new back pain, and a fall" if facts.yes("fall") else "Sudden new back pain"


def _fall(facts: Facts) -> str:
    return "Fall, pain not rated" if facts.pain is None else "Fall without a rise in pain"


def _previous(facts: Facts) -> str:
    last = facts.last_rated()
    return "unknown" if last is None else str(last.pain_avg)


def _mme(facts: Facts) -> str:
    total = facts.log.get("opioid_mme")
    if total is None or facts.yes("opioid_total_unknown"):
        return "cannot compute"
    return number(total)


def _mme_baseline(facts: Facts) -> str:
    known = facts.profile.baseline_opioid_mme
    return "no baseline" if known is None else f"baseline {number(known)}"


def _opioids(facts: Facts) -> str:
    mme = _mme(facts)
    if mme == "cannot compute":
        return "Opioid total cannot be computed"
    return f"Opioids {mme} MME, {_mme_baseline(facts)}"


def _three_log_mean(which: int) -> Callable[[Facts], str]:
    def mean(facts: Facts) -> str:
        sums = facts.three_log_sums()
        return "unknown" if sums is None else number(Decimal(sums[which]) / 3)

    return mean


WORDS: Mapping[str, Callable[[Facts], str]] = {
    "anticoagulant": lambda facts: _known(facts.profile.anticoagulated),
    "at_side": _at_side,
    "back_or_fall": _back_or_fall,
    "baseline": _baseline,
    "best": _three_log_mean(0),
    "bleeding": _bleeding,
    "celsius": lambda facts: f"{facts.temp} °C",
    "day": lambda facts: str(facts.day),
    "fall": _fall,
    "fever": _fever,
    "headache": _headache,
    "latest": _three_log_mean(1),
    "leg_change": _leg_change,
    "leg_pain": _leg_pain,
    "mg": lambda facts: str(facts.log.get("acetaminophen_mg")),
    "mme": _mme,
    "mme_baseline": _mme_baseline,
    "oozing": _oozing,
    "opioids": _opioids,
    "osteoporosis": lambda facts: _known(facts.profile.osteoporosis),
    "pain": lambda facts: str(facts.pain),
    "previous": _previous,
    "reaction": _reaction,
    "side": _side,
    "temp": _temp,
    "weakness": _weakness,
    "who": lambda facts: WHO[facts.log.get("entered_by")],
    "worst": lambda facts: str(facts.highest_pain),
}


TROUBLES = {
    "saddle": "saddle sensory change",
    "bladder": "bladder trouble",
    "bowel": "bowel trouble",
}


def _how_high(items: Sequence[str]) -> str:
    return "Very high fever," if VERY_HIGH_READING in items else "Fever"


def _with(items: Sequence[str], most: int) -> str:
    others = [item for item in items if item != VERY_HIGH_READING]
    return f" with {', '.join(others[:most])}" if others else ""


ITEM_WORDS: Mapping[str, Callable[[Sequence[str]], str]] = {
    "items": ", ".join,
    "first": lambda items: items[0],
    "few": lambda items: ", ".join(items) if len(items) < 3 else f"{len(items)} questions",
    "troubles": lambda items: ", ".join(TROUBLES[item] for item in items),
    # A headline has no room for more than one.
    "high_alone": lambda items: _how_high(items if len(items) == 1 else ()),
    "with_first": lambda items: _with(items, 1),
    "high_fever": _how_high,
    "with_others": lambda items: _with(items, len(items)),
}


class _Words:
    """The words of one finding, each written when a template asks for it."""

    def __init__(self, facts: Facts, items: Sequence[str]) -> None:
        self.facts = facts
        self.items = items

    def __getitem__(self, name: str) -> str:
        if name in ITEM_WORDS:
            return ITEM_WORDS[name](self.items)
        return WORDS[name](self.facts)
