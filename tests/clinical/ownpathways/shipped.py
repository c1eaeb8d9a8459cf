"""The pathway that ships with the product as a document, and as data to be spoilt."""

from copy import deepcopy
from datetime import date
from typing import Any

from recovery.clinical.education import BEFORE_TEXT, PHASE_TEXTS
from recovery.clinical.ownpathways import Document, PhaseTexts, PreparationTexts, to_data
from recovery.clinical.phases import DEFAULT_PHASES
from recovery.clinical.plan import DEFAULT_PLAN

REVIEW_ON = date(2027, 5, 1)

SHIPPED = Document(
    title="The shipped pathway",
    slots=DEFAULT_PLAN.slots,
    corridor=(),
    changes=(),
    phases=tuple(
        PhaseTexts(
            code=text.code,
            name=text.name,
            first_day=phase.first_day,
            last_day=phase.last_day,
            good_now=text.good_now,
            wait_with=text.wait_with,
            expect=text.expect,
            about=text.about,
            source=text.source,
            review_on=REVIEW_ON,
        )
        for text, phase in zip(PHASE_TEXTS, DEFAULT_PHASES, strict=True)
    ),
    before=PreparationTexts(
        **{name: getattr(BEFORE_TEXT, name) for name in BEFORE_TEXT.__dataclass_fields__},
        review_on=REVIEW_ON,
    ),
)


def data(**changed: Any) -> dict[str, Any]:
    """The shipped pathway as data of its own, some of it changed."""
    return {**deepcopy(to_data(SHIPPED)), **changed}


def form(data: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in data["forms"] if one["key"] == key)


def place(data: dict[str, Any], key: str) -> int:
    return [one["key"] for one in data["forms"]].index(key)
