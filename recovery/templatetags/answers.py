"""The answers of a daily log as staff read them: short title left, answer right."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recovery.clinical.rules import RULES_BY_ID

TENTH = Decimal("0.1")

TITLES: dict[str, str | Promise] = {
    "pain_avg": gettext_lazy("Back pain, average"),
    "pain_worst": gettext_lazy("Back pain, worst"),
    "pain_controlled": gettext_lazy("Under control with the plan"),
    "sudden_new_back_pain": gettext_lazy("Sudden new back pain"),
    "fall": gettext_lazy("A fall"),
    "leg_pain_status": gettext_lazy("Leg pain"),
    "leg_pain": gettext_lazy("Leg pain, 0 to 10"),
    "leg_weakness": gettext_lazy("Leg weakness"),
    "leg_numbness": gettext_lazy("Leg numbness"),
    "leg_side": gettext_lazy("Which leg"),
    "saddle": gettext_lazy("Saddle"),
    "bladder": gettext_lazy("Bladder"),
    "bowel": gettext_lazy("Bowel"),
    "temp_value": gettext_lazy("Temperature"),
    "chills": gettext_lazy("Chills"),
    "wound": gettext_lazy("Wound"),
    "bleeding": gettext_lazy("Bleeding"),
    "headache": gettext_lazy("Headache"),
    "neck_stiff_or_confused": gettext_lazy("Stiff neck or confusion"),
    "chest_or_breath": gettext_lazy("Chest or breathing"),
    "calf_one_leg": gettext_lazy("One calf swollen or painful"),
    "hard_to_wake": gettext_lazy("Hard to wake"),
    "allergy_severe": gettext_lazy("Face, tongue or throat swollen"),
    "acetaminophen_mg": gettext_lazy("Acetaminophen, 24 h"),
    "nsaid_taken": gettext_lazy("NSAID"),
    "opioids": gettext_lazy("Opioids, 24 h"),
    "activity_level": gettext_lazy("Activity"),
    "walk_minutes": gettext_lazy("Walked"),
    "pt_done": gettext_lazy("Physical therapy"),
    "sleep": gettext_lazy("Sleep, 0 to 10"),
}
CODES: dict[str, str | Promise] = {
    "none": gettext_lazy("none"),
    "usual": gettext_lazy("as before"),
    "new_or_worse": gettext_lazy("new or worse"),
    "cannot_stand_or_lift_foot": gettext_lazy("cannot stand or lift the foot"),
    "left": gettext_lazy("left"),
    "right": gettext_lazy("right"),
    "both": gettext_lazy("both"),
    "no": gettext_lazy("no"),
    "yes": gettext_lazy("yes"),
    "unsure": gettext_lazy("not sure"),
    "redness_spreading": gettext_lazy("redness that spreads"),
    "swelling_or_warmth": gettext_lazy("swelling or warmth"),
    "drainage_clear_or_bloody": gettext_lazy("clear or bloody fluid"),
    "pus_or_smell": gettext_lazy("pus or smell"),
    "opened": gettext_lazy("opened"),
    "bruise": gettext_lazy("bruise"),
    "spots": gettext_lazy("spots"),
    "soaks_dressing": gettext_lazy("soaks the dressing"),
    "wont_stop": gettext_lazy("does not stop"),
    "mild": gettext_lazy("mild"),
    "severe": gettext_lazy("severe"),
    "worse_upright": gettext_lazy("worse upright"),
    "rest": gettext_lazy("rested"),
    "light": gettext_lazy("a little"),
    "most": gettext_lazy("most things"),
    "full": gettext_lazy("everything"),
}


# The one question to which "no" is the answer that worries.
BAD_IF_NO = "pain_controlled"
# What conditions call a field, where they call it otherwise.
NAMED = {"temp_value": "temp", "opioids": "opioid_mme"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its answer, and the answer of the log before. Empty: not answered."""

    title: str
    now: str
    before: str = ""
    changed: bool = False
    # A rule that fired asks for it, and the answer is one that a rule can be about.
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    rows: list[Answer]
    # Titles of what was answered no or none, and no otherwise before: many, and read at a glance.
    quiet: list[str]


def asked_by(rules: Iterable[str]) -> set[str]:
    """The questions that these rules' conditions name."""
    conditions = [known.condition for rule in rules if (known := RULES_BY_ID.get(rule))]
    named = set(re.findall(r"\w+", " ".join(conditions)))
    return {name for name in TITLES if NAMED.get(name, name) in named}


def answers(log: Any, before: Any = None, deciding: Collection[str] = ()) -> Answers:
    """What was answered in either log, in the form's order. `deciding`: what set off a rule."""
    rows, quiet = [], []
    for name, title in TITLES.items():
        now, then = said(log, name), said(before, name) if before else ""
        changed = bool(before) and now != then
        quietly = name != BAD_IF_NO and now in (_("no"), _("none"))
        if quietly and not changed:
            quiet.append(str(title) if str(title).isupper() else str(title).lower())
        elif now or then:
            decides = name in deciding and bool(now) and not quietly
            rows.append(Answer(str(title), now, then, changed=changed, decides=decides))
    return Answers(rows, quiet)


def said(log: Any, name: str) -> str:
    if name in SPECIAL:
        return SPECIAL[name](log)
    value = getattr(log, name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(CODES.get(value, value)) if isinstance(value, str) else str(value)


def _temperature(log: Any) -> str:
    """In the unit it was given, with the other in brackets."""
    value = log.temp_value
    if value is None:
        return ""
    if log.temp_unit == "F":
        other = ((value - 32) * 5 / 9).quantize(TENTH, ROUND_HALF_UP)
        return f"{value} °F ({other} °C)"
    other = (value * 9 / 5 + 32).quantize(TENTH, ROUND_HALF_UP)
    return f"{value} °C ({other} °F)"


def _wound(log: Any) -> str:
    if log.wound is None:
        return ""
    return ", ".join(str(CODES.get(sign, sign)) for sign in log.wound) or _("none")


def _opioids(log: Any) -> str:
    if log.opioids is None:
        return ""
    if log.opioid_total_unknown or log.opioid_mme is None:
        return _("total not known")
    return _("%(n)s MME") % {"n": f"{log.opioid_mme.normalize():f}"}


def _acetaminophen(log: Any) -> str:
    return "" if log.acetaminophen_mg is None else _("%(n)d mg") % {"n": log.acetaminophen_mg}


def _walked(log: Any) -> str:
    return "" if log.walk_minutes is None else _("%(n)d min") % {"n": log.walk_minutes}


SPECIAL: dict[str, Callable[[Any], str]] = {
    "temp_value": _temperature,
    "wound": _wound,
    "opioids": _opioids,
    "acetaminophen_mg": _acetaminophen,
    "walk_minutes": _walked,
}
