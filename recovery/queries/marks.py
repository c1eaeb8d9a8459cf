"""The marks of alerts and contacts on the staff's chart, and which of their labels fit."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from recovery.models import Alert
from recovery.models.alerts import RANK_OF
from recovery.queries.record import Row

# Pixels that a letter takes.
LETTER = 6.2

X = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    shape: str
    label: str


def alert_marks(x: X, alerts: Iterable[tuple[int, Alert]], right: float) -> list[Mark]:
    grouped: dict[int, list[Alert]] = defaultdict(list)
    for day, alert in alerts:
        grouped[day].append(alert)
    marks = []
    for day, same in sorted(grouped.items()):
        same.sort(key=lambda alert: (RANK_OF[alert.severity], alert.rule))
        label = ", ".join(dict.fromkeys(alert.rule for alert in same))
        marks.append(Mark(x(day), str(same[0].severity), label))
    return _without_overlap(marks, right)


def contact_marks(x: X, contacts: Iterable[tuple[int, Row]], right: float) -> list[Mark]:
    days = {day: row.kind for day, row in contacts}
    return _without_overlap([Mark(x(day), kind, kind) for day, kind in sorted(days.items())], right)


def _without_overlap(marks: list[Mark], right: float) -> list[Mark]:
    """A label that would run into the next mark, or out of the picture, is left out."""
    kept = []
    follows = right + 12
    for mark in reversed(marks):
        fits = mark.x + 14 + len(mark.label) * LETTER < follows
        kept.append(mark if fits else Mark(mark.x, mark.shape, ""))
        follows = mark.x
    return kept[::-1]
