"""The protocol's part on the observation room: what is looked at, and what counts as a change."""

from collections.abc import Iterator

from recovery.clinical.markdown import codes, table
from recovery.clinical.observation import (
    ANESTHETIC_LASTS,
    ANESTHETIC_SOURCE,
    ANESTHETIC_TEXT,
    EARLY,
    FIELDS,
    PLANNED_TO,
    STEP,
)

HOURS = ANESTHETIC_LASTS.seconds // 3600
CHANGES = {
    "pain": "higher than before; without \u201cBefore\u201d none",
    "strength_left": "lower than before, or than 5 (`R02`)",
    "strength_right": "lower than before, or than 5 (`R02`)",
    "feeling": "dull on a side that was not; both sides new (`R03`)",
    "site": "`ooze`, `bleeding` or `swelling` that was not there",
    "urine": "`cannot`, unless it was so before (`R01`)",
    "mobility": "none",
}


def observed() -> Iterator[str]:
    yield "## The observation room"
    yield (
        f"Staff enter a mark every {STEP} minutes from the time at which the patient is back in "
        f"the room: to {PLANNED_TO} minutes, and on while the patient stays. A mark opens "
        f"{EARLY.seconds // 60} minutes before its time. Nothing is required and nothing is "
        "filled in. Each mark is compared with \u201cBefore\u201d; where that is missing, legs are "
        "compared with full strength and full feeling."
    )
    yield table(
        ("field", "answers", "a change, and the rule that it is like"),
        ((f"`{name}`", _answers(name), CHANGES[name]) for name in FIELDS),
    )
    yield (
        "A change like an emergency rule, at the newest mark that has the field, is shown to "
        "staff as “Tell the surgeon now”. No rule runs on marks, and no alert comes of them "
        "(design). Where no such change stands, and legs were weak or numb at a mark, the last "
        f"such mark not later than {HOURS} h after the procedure, staff also read "
        f"({ANESTHETIC_SOURCE}):"
    )
    yield f"> {ANESTHETIC_TEXT}"


def _answers(name: str) -> str:
    answers = FIELDS[name]
    if name in ("pain", "strength_left", "strength_right"):
        return f"{answers[0]} to {answers[-1]}"
    return codes(str(answer) for answer in answers)
