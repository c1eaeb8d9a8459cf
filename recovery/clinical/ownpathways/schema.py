"""What the file of a pathway may hold, as a JSON Schema. `structure` reads a file by it.

What a schema cannot say (a reminder within its window, forms that do not overlap, a severity that
only rises) stands in the checks.
"""

from collections.abc import Mapping
from typing import Any

from recovery.clinical.checkinforms import FORMS, LOG_FORMS
from recovery.clinical.ownpathways.problem import _
from recovery.clinical.phases import DEFAULT_PHASES
from recovery.clinical.plan import WORST_PAIN

FORMAT = 1
FIRST_DAY, LAST_DAY = -90, 1200
MAX_FORMS, MAX_REMINDERS, MAX_LINES, MAX_STEPS = 120, 12, 10, 40
TITLE, NAME, LINE, SOURCE, RULE_TEXT = 80, 60, 200, 200, 500

KNOWN_FORMS = (*sorted(LOG_FORMS), *FORMS)

_DAY: Mapping[str, Any] = {"type": "integer", "minimum": FIRST_DAY, "maximum": LAST_DAY}
_PHASE_DAY: Mapping[str, Any] = {"type": "integer", "minimum": 0, "maximum": LAST_DAY}
_OPEN_END: Mapping[str, Any] = {**_PHASE_DAY, "type": ["integer", "null"]}
_PAIN: Mapping[str, Any] = {"type": "integer", "minimum": 0, "maximum": WORST_PAIN}
_MOMENT: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^D(0|-?[1-9][0-9]{0,3}) ([01][0-9]|2[0-3]):[0-5][0-9]$",
    "description": str(_("a day and a time like D5 06:00")),
}
_DATE: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
    "description": str(_("a date like 2027-05-01")),
}


def _text(longest: int) -> Mapping[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def _lines(fewest: int = 0) -> Mapping[str, Any]:
    return {"type": "array", "minItems": fewest, "maxItems": MAX_LINES, "items": _text(LINE)}


def _object(required: Mapping[str, Any], optional: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


_TOLD: Mapping[str, Any] = {"source": _text(SOURCE), "review_on": _DATE}

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A clinic's pathway",
    **_object(
        {
            "format": {"const": FORMAT},
            "title": _text(TITLE),
            "forms": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_FORMS,
                "items": _object(
                    {
                        "key": {
                            "type": "string",
                            "pattern": "^[A-Z]{1,5}(-?[0-9]{1,4})?$",
                            "description": str(_("a key like DAY-05, PULSE-17 or C42")),
                        },
                        "form": {"enum": list(KNOWN_FORMS)},
                        "day": _DAY,
                        "opens": _MOMENT,
                        "due": _MOMENT,
                        "expires": _MOMENT,
                        "reminders": {
                            "type": "array",
                            "maxItems": MAX_REMINDERS,
                            "items": _MOMENT,
                        },
                    },
                    {"asked": {"type": "boolean"}},
                ),
            },
            "phases": {
                "type": "array",
                "minItems": len(DEFAULT_PHASES),
                "maxItems": len(DEFAULT_PHASES),
                "items": _object(
                    {
                        "code": {"enum": [phase.code for phase in DEFAULT_PHASES]},
                        "name": _text(NAME),
                        "first_day": _PHASE_DAY,
                        "last_day": _OPEN_END,
                        "good_now": _lines(1),
                        **_TOLD,
                    },
                    {"wait_with": _lines(), "expect": _lines(), "about": _lines()},
                ),
            },
            "before": _object(
                {"name": _text(NAME), "good_now": _lines(1), **_TOLD},
                {
                    name: _lines()
                    for name in (
                        *("steps", "suits", "benefits", "risks", "choices"),
                        *("wait_with", "about"),
                    )
                },
            ),
        },
        {
            "corridor": {
                "type": "array",
                "maxItems": MAX_STEPS,
                "items": _object(
                    {
                        "first_day": _PHASE_DAY,
                        "last_day": _OPEN_END,
                        "low": _PAIN,
                        "high": _PAIN,
                    },
                    {},
                ),
            },
            "rules": {
                "type": "array",
                "maxItems": 60,
                "items": _object(
                    {
                        "rule": {
                            "type": "string",
                            "pattern": "^R[0-9]{2}$",
                            "description": str(_("a rule like R13")),
                        }
                    },
                    {
                        "severity": {"enum": ["urgent", "emergency"]},
                        "patient_text": _text(RULE_TEXT),
                    },
                ),
            },
        },
    ),
}
