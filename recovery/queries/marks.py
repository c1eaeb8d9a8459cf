"""The marks of alerts and contacts on the staff's chart, and which of their labels fit."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from recovery.models import Alert
from recovery.models.alerts import RANK_OF
from recovery.queries.record_parts import Row

# Pixels that a letter takes.
LETTER = 6.2

X = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Mark:
    day: int
    x: float
    shape: str
    # Empty where it does not fit beside the mark.
    label: str
    # The rules, or the kinds of contacts, of that day.
    told: tuple[str, ...]


def alert_marks(x: X, alerts: Iterable[tuple[int, Alert]], right: float) -> list[Mark]:
    grouped: dict[int, list[Alert]] = defaultdict(list)
    for day, alert in alerts:
        grouped[day].append(alert)
    marks = []
    for day, same in sorted(grouped.items()):
        same.sort(key=lambda alert: (RANK_OF[alert.severity], alert.rule))
        rules = tuple(dict.fromkeys(alert.rule for alert in same))
        marks.append(Mark(day, x(day), str(same[0].severity), ", ".join(rules), rules))
    return _without_overlap(marks, right)


def contact_marks(x: X, contacts: Iterable[tuple[int, Row]], right: float) -> list[Mark]:
    kinds: dict[int, list[str]] = defaultdict(list)
    for day, row in contacts:
        kinds[day].append(row.kind)
    marks = [
        Mark(day, x(day), found[-1], found[-1], tuple(dict.fromkeys(found)))
        for day, found in sorted(kinds.items())
    ]
    return _without_overlap(marks, right)


def _without_overlap(marks: list[Mark], right: float) -> list[Mark]:
    """A label that would run into the next mark, or out of the picture, is left out."""
    kept = []
    follows = right + 12
    for mark in reversed(marks):
        fits = mark.x + 14 + len(mark.label) * LETTER < follows
        kept.append(mark if fits else replace(mark, label=""))
        follows = mark.x
    return kept[::-1]
