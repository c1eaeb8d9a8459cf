"""What patients are told: reading level, and the form that pages rest on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from recovery.clinical.ownpathways.document import BEFORE_LINES, PHASE_LINES
from recovery.clinical.ownpathways.problem import Path, Problem, _
from recovery.clinical.phases import DEFAULT_PHASES, IMMEDIATE
from recovery.clinical.readability import AIM, HIGHEST, grade, stopped, words

# A few words that name a treatment are no sentence to be measured.
SENTENCE = 5
BRACES = re.compile(r"[{}]")


def phase_problems(phases: Sequence[tuple[Path, Mapping[str, Any]]]) -> Iterator[Problem]:
    """The four, in their order and without a gap. Day 0 is shared by the first two."""
    begins = 0
    for (path, phase), known in zip(phases, DEFAULT_PHASES, strict=True):
        if phase["code"] != known.code:
            yield Problem(
                (*path, "code"),
                _("%(code)s stands where %(wanted)s must", code=phase["code"], wanted=known.code),
            )
            return
        first, last = phase["first_day"], phase["last_day"]
        if first != begins:
            yield Problem(
                (*path, "first_day"),
                _(
                    "D%(first)s leaves a gap or an overlap: this phase begins on D%(begins)s",
                    first=first,
                    begins=begins,
                ),
            )
        if known.last_day is None:
            if last is not None:
                yield Problem((*path, "last_day"), _("the last phase has no end: null"))
            return
        if last is None or last < first:
            yield Problem((*path, "last_day"), _("must be D%(first)s or later", first=first))
            return
        if known.code == IMMEDIATE and last != 0:
            yield Problem((*path, "last_day"), _("the first phase is D0 alone"))
            return
        begins = last if known.code == IMMEDIATE else last + 1


def told_problems(path: Path, told: Mapping[str, Any]) -> Iterator[Problem]:
    """Of one phase, or of the time before the procedure."""
    for name in dict.fromkeys((*PHASE_LINES, *BEFORE_LINES)):
        yield from _lines((*path, name), told.get(name, ()))
    for place, risk in enumerate(told.get("risks", ())):
        if not all(part.strip() for part in risk.partition(":")):
            yield Problem((*path, "risks", place), _("is not a risk, a colon, and how often it is"))
    try:
        date.fromisoformat(told["review_on"])
    except ValueError:
        yield Problem(
            (*path, "review_on"), _("%(day)s is no day of the calendar", day=told["review_on"])
        )


def graded(text: str) -> float:
    """The grade that a text reads at; numbers stand in place of what is in braces."""
    return grade(stopped(re.sub(r"{\w+}", "911", text)))


def joined(lines: Sequence[str]) -> str:
    """The lines that are sentences, as the one text that a grade is taken of."""
    return " ".join(stopped(line) for line in lines if len(words(line)) >= SENTENCE)


def reading(path: Path, text: str) -> Iterator[Problem]:
    """Whether a text is easy enough."""
    found = graded(text)
    if found > HIGHEST:
        yield Problem(
            path,
            _(
                "reads at grade %(grade)s; %(most)s is the most there may be",
                grade=f"{found:.1f}",
                most=HIGHEST,
            ),
        )
    elif found > AIM:
        yield Problem(
            path,
            _("reads at grade %(grade)s; the aim is %(aim)s", grade=f"{found:.1f}", aim=AIM),
            warning=True,
        )


def _lines(path: Path, lines: Sequence[str]) -> Iterator[Problem]:
    for place, line in enumerate(lines):
        here = (*path, place)
        if BRACES.search(line):
            yield Problem(here, _("has braces, which only texts of rules may have"))
        if not words(line):
            yield Problem(here, _("has no word in it"))
        if len(words(line)) >= SENTENCE:
            yield from (one for one in reading(here, stopped(line)) if not one.warning)
    yield from (one for one in reading(path, joined(lines)) if one.warning)
