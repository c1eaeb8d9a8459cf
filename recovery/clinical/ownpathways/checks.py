"""Everything that is wrong with a pathway, by structure and by meaning."""

from collections.abc import Iterator, Mapping
from typing import Any

from recovery.clinical.ownpathways import formchecks, rulechecks, structure, textchecks
from recovery.clinical.ownpathways.document import Document, from_sound_data
from recovery.clinical.ownpathways.problem import Path, PathwayError, Problem, _


def problems(data: object) -> list[Problem]:
    """Every problem and every warning of a pathway as plain data, in the order of the document.

    What is sound in its structure is looked at for its meaning, even beside parts that are not.
    """
    found = list(structure.problems(data))
    if isinstance(data, dict):
        found += _meaning(data, [problem.path for problem in found])
    order = list(data) if isinstance(data, dict) else []

    def place(problem: Problem) -> tuple[int, list[tuple[bool, int]]]:
        head = problem.path[0] if problem.path else ""
        numbers = [(False, part) for part in problem.path if isinstance(part, int)]
        return order.index(head) if head in order else -1, numbers

    return sorted(found, key=place)


def from_data(data: object) -> Document:
    """Raises PathwayError with every problem; warnings refuse nothing."""
    if wrong := [problem for problem in problems(data) if not problem.warning]:
        raise PathwayError(wrong)
    assert isinstance(data, Mapping)
    return from_sound_data(data)


def _meaning(data: Mapping[str, Any], wrong: list[Path]) -> Iterator[Problem]:
    def is_sound(path: Path) -> bool:
        return not any(one[: len(path)] == path for one in wrong)

    def sound(name: str) -> list[tuple[Path, Mapping[str, Any]]]:
        entries = data.get(name) if (name,) not in wrong else None
        placed = ((name, place) for place in range(len(entries or ())))
        return [(path, (entries or ())[path[1]]) for path in placed if is_sound(path)]

    yield from formchecks.problems(sound("forms"))
    if isinstance(data.get("forms"), list):
        yield from formchecks.needed(data["forms"])
    yield from _corridor(sound("corridor"))
    yield from rulechecks.problems(sound("rules"))
    phases = sound("phases")
    if is_sound(("phases",)) and phases:
        yield from textchecks.phase_problems(phases)
    for path, phase in phases:
        yield from textchecks.told_problems(path, phase)
    if "before" in data and is_sound(("before",)):
        yield from textchecks.told_problems(("before",), data["before"])


def _corridor(steps: list[tuple[Path, Mapping[str, Any]]]) -> Iterator[Problem]:
    reached: int | None = -1
    for path, step in steps:
        first, last = step["first_day"], step["last_day"]
        if reached is None or first <= reached:
            yield Problem(
                (*path, "first_day"), _("D%(first)s is covered by the step before", first=first)
            )
        if last is not None and last < first:
            yield Problem(
                (*path, "last_day"), _("D%(last)s is before D%(first)s", last=last, first=first)
            )
        if step["low"] > step["high"]:
            yield Problem(
                (*path, "low"), _("%(low)s is above %(high)s", low=step["low"], high=step["high"])
            )
        reached = last if reached is not None else None
