"""The fields of a daily log as data (pathway 10.2): range, choices, when each must be answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Kind = Literal["int", "decimal", "bool", "choice", "set", "text", "list", "date", "datetime"]
Days = tuple[int | None, int | None]
Answers = Mapping[str, Any]

ALWAYS: Days = (None, None)
TO_D14: Days = (0, 14)
TO_D30: Days = (0, 30)
STRONG_PAIN = 7


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `days` are those on which it must be answered (None: it never has to be), and
    `needed` narrows that by the other answers.
    """

    name: str
    kind: Kind
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    days: Days | None = None
    needed: Callable[[Answers], bool] | None = None

    @property
    def range(self) -> str:
        between = "-" if self.low is not None and self.low >= 0 else " to "
        return f"{self.low}{between}{self.high}"

    def required_on(self, day: int, answers: Answers) -> bool:
        if self.days is None:
            return False
        first, last = self.days
        asked = (first is None or day >= first) and (last is None or day <= last)
        return asked and (self.needed is None or self.needed(answers))


def _strong_pain(answers: Answers) -> bool:
    pain = answers.get("pain_avg")
    return isinstance(pain, int) and pain >= STRONG_PAIN


def _new_leg_sign(answers: Answers) -> bool:
    """A long-standing sign ("usual") needs no side: no rule looks at it."""
    signs = (answers.get(name) for name in ("leg_pain_status", "leg_weakness", "leg_numbness"))
    return any(sign in ("new_or_worse", "cannot_stand_or_lift_foot") for sign in signs)


def _no_temperature(answers: Answers) -> bool:
    return all(answers.get(name) is None for name in ("temp_c", "temp_f", "temp_value"))


SIGN = ("none", "usual", "new_or_worse")
CHANGE = ("no", "yes", "unsure")

# Pathway 10.2, row by row. `day` stands for log_date: the caller knows the procedure date. The
# other two facts of that row are written by the product, so they are never asked for.
_FIELDS = (
    Field("day", "int", -36500, 36500, unit="days after the procedure"),
    Field("log_date", "date"),
    Field("entered_at", "datetime"),
    Field("entered_by", "choice", choices=("patient", "carer", "staff")),
    Field("pain_avg", "int", 0, 10, days=ALWAYS),
    Field("pain_worst", "int", 0, 10),
    Field("pain_controlled", "bool", days=ALWAYS, needed=_strong_pain),
    Field("sudden_new_back_pain", "bool", days=TO_D14),
    Field("fall", "bool", days=TO_D14),
    Field("leg_pain", "int", 0, 10),
    Field("leg_pain_status", "choice", choices=SIGN, days=ALWAYS),
    Field("leg_weakness", "choice", choices=(*SIGN, "cannot_stand_or_lift_foot"), days=ALWAYS),
    Field("leg_numbness", "choice", choices=SIGN, days=ALWAYS),
    Field(
        "leg_side", "choice", choices=("left", "right", "both"), days=ALWAYS, needed=_new_leg_sign
    ),
    Field("saddle", "choice", choices=CHANGE, days=ALWAYS),
    Field("bladder", "choice", choices=CHANGE, days=ALWAYS),
    Field("bowel", "choice", choices=CHANGE, days=ALWAYS),
    Field("temp_c", "decimal", Decimal("33.0"), Decimal("43.0"), unit="C"),
    Field("temp_f", "decimal", Decimal("91.4"), Decimal("109.4"), unit="F"),
    Field("temp_value", "decimal"),
    Field("temp_unit", "choice", choices=("C", "F")),
    Field("chills", "bool", days=ALWAYS, needed=_no_temperature),
    Field(
        "wound",
        "set",
        choices=(
            "redness_spreading",
            "swelling_or_warmth",
            "drainage_clear_or_bloody",
            "pus_or_smell",
            "opened",
            "bruise",
        ),
        days=TO_D30,
    ),
    Field(
        "bleeding", "choice", choices=("none", "spots", "soaks_dressing", "wont_stop"), days=TO_D14
    ),
    Field("headache", "choice", choices=("none", "mild", "severe", "worse_upright"), days=TO_D14),
    Field("neck_stiff_or_confused", "bool", days=TO_D14),
    Field("chest_or_breath", "bool", days=ALWAYS),
    Field("calf_one_leg", "bool", days=TO_D14),
    Field("hard_to_wake", "bool", days=TO_D14),
    Field("allergy_severe", "bool", days=TO_D14),
    Field("acetaminophen_mg", "int", 0, 20000, unit="mg in 24 h"),
    Field("nsaid_taken", "bool"),
    Field("opioids", "list"),
    Field("opioid_mme", "decimal", 0, 100000, unit="MME in 24 h"),
    Field("opioid_total_unknown", "bool"),
    Field("activity_level", "choice", choices=("rest", "light", "most", "full")),
    Field("walk_minutes", "int", 0, 1440, unit="minutes"),
    Field("pt_done", "bool"),
    Field("sleep", "int", 0, 10),
    Field("free_text", "text", high=1000, unit="characters"),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in _FIELDS}

# One missing on D0 to D14 fires R39.
SAFETY_FIELDS = (
    "pain_avg",
    "leg_weakness",
    "leg_numbness",
    "saddle",
    "bladder",
    "bowel",
    "chest_or_breath",
)


def required_fields(day: int, answers: Answers) -> list[str]:
    """The fields that must be answered for a log about `day`, given the answers so far."""
    return [field.name for field in FIELDS.values() if field.required_on(day, answers)]


def missing_fields(day: int, answers: Answers) -> list[str]:
    """Those of `required_fields` that have no answer yet."""
    return [name for name in required_fields(day, answers) if answers.get(name) is None]


def asked_window(name: str) -> Days | None:
    """First and last day on which the field stands open on the form (None: without an end).

    Returns None for a field that is always optional. Outside its window a question stands in the
    closed "Anything else?", and its answer is judged all the same.
    """
    return FIELDS[name].days


def activity_note(day: int, activity_level: str | None) -> str:
    """What staff read when activity does not fit the phase; empty when it does. Never an alert."""
    if activity_level == "full" and day < 3:
        return "Full activity before day 3."
    if activity_level == "rest" and day > 14:
        return "Still resting after day 14."
    return ""
