"""What each check-in form asks (pathway 10.1, 10.4): parts of the daily log, and instruments."""

from collections.abc import Mapping
from dataclasses import dataclass

from recovery.clinical.instruments import Instrument, Option, Text
from recovery.clinical.instruments.items import Item

# The forms that the page of the daily log answers; the others have pages of their own.
LOG_FORMS = frozenset({"daily", "evening"})
# The section of the answers that holds fields of the daily log, by their names.
LOG = "log"


@dataclass(frozen=True, slots=True)
class LogPart:
    """Questions of the daily log: a finding on one of them is a finding here too (R01-R39)."""

    key: str
    fields: tuple[str, ...]


USUAL_STATE = LogPart(
    "state",
    (
        "leg_pain_status",
        "leg_pain",
        "leg_weakness",
        "leg_numbness",
        "leg_side",
        "saddle",
        "bladder",
        "bowel",
    ),
)
MEDICINE = LogPart("medicine", ("opioids", "activity_level"))
WOUND = LogPart("wound", ("wound", "bleeding"))
ACTIVITY = LogPart("activity", ("activity_level", "walk_minutes", "pt_done"))

KNOWN = (
    Option("no", Text("No")),
    Option("yes", Text("Yes")),
    Option("unknown", Text("I do not know")),
)
FACTS = Instrument(
    key="FACTS",
    title=Text("About you"),
    version="1",
    items=(
        Item(
            "anticoagulated",
            "choice",
            Text("Do you take a blood thinner? Warfarin, Eliquis and Xarelto are some."),
            required=True,
            options=KNOWN,
        ),
        Item(
            "osteoporosis",
            "choice",
            Text("Has a doctor told you that you have weak bones (osteoporosis)?"),
            required=True,
            options=KNOWN,
        ),
        Item(
            "own_goal",
            "string",
            Text("What would you most like to do again?"),
            max_length=200,
        ),
    ),
    licence="Words of our own.",
    source="design",
)

SCORE_ENTRY = ("ODI", "PROMIS-PF", "PROMIS-PI", "EQ-5D-VAS", "EQ-5D-INDEX")

Section = LogPart | str
LATER = ("NRS", "PEG", "RMDQ", "PGIC", *SCORE_ENTRY)
FORMS: Mapping[str, tuple[Section, ...]] = {
    "baseline": ("NRS", "PEG", "RMDQ", USUAL_STATE, MEDICINE, "FACTS", *SCORE_ENTRY),
    "two_week": (WOUND, ACTIVITY, "PEG"),
    "one_month": ("NRS", "PEG", "PGIC"),
    "six_week": ("NRS", "PEG", "RMDQ", "PGIC"),
    "three_month": LATER,
    "six_month": LATER,
    "one_year": LATER,
    "two_year": LATER,
}


def log_fields(form: str) -> tuple[str, ...]:
    """The fields of the daily log that the form asks."""
    parts = (section for section in FORMS[form] if isinstance(section, LogPart))
    return tuple(name for part in parts for name in part.fields)


def instrument_keys(form: str) -> tuple[str, ...]:
    return tuple(section for section in FORMS[form] if isinstance(section, str))
