"""The cells of the outcomes pages, a period and a group each, and which of them may be shown."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recovery.clinical.disclosure import Sum, hidden
from recovery.clinical.summaries import LEAST

ALL = ""
# A period and a group; ALL is every one.
Cell = tuple[str, str]
# Year, quarter, group.
Leaf = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """Whether a figure about `n` people may be shown in a cell of a fact's groups."""

    cell: Cell
    dimension: str
    # Of how many people each figure is everywhere: by kind and count, and by each fact.
    leaves: dict[tuple[Any, str], dict[str, Counter[Leaf]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Counter))
    )
    # A figure's marks ask the same of it.
    known: dict[tuple[Any, str], bool] = field(default_factory=dict)

    def __call__(self, kind: Any, count: str, n: int) -> bool:
        if n < LEAST:
            return False
        if (kind, count) not in self.known:
            self.known[kind, count] = not self._hidden(self.leaves.get((kind, count), {}))
        return self.known[kind, count]

    def _hidden(self, leaves: Mapping[str, Mapping[Leaf, int]]) -> bool:
        period, _group = self.cell
        for key, leaf in leaves.items():
            cells = hidden(*tables(leaf))
            if (period, ALL) in cells or (key == self.dimension and self.cell in cells):
                return True
        return False


def tables(leaves: Mapping[Leaf, int]) -> tuple[dict[Cell, int], list[Sum[Cell]]]:
    """The counts of every period and group, and which of them add up to which."""
    counts: Counter[Cell] = Counter()
    years: dict[str, set[str]] = {}
    groups: set[str] = set()
    for (year, quarter, group), n in leaves.items():
        name = f"{year}-Q{quarter}"
        years.setdefault(str(year), set()).add(name)
        groups.add(group)
        for period in (ALL, str(year), name):
            counts[period, ALL] += n
            counts[period, group] += n
    # In one order, whoever counts: two pages that hid other cells of the same would together show
    # what either hides.
    columns = (ALL, *sorted(groups))
    sums = [_sum((ALL, g), ((year, g) for year in years)) for g in columns]
    for year, quarters in sorted(years.items()):
        sums += [_sum((year, g), ((one, g) for one in quarters)) for g in columns]
    # Group by group the quarters come to years and those to all time, and so do their totals.
    implied = {ALL, *years}
    periods = sorted(implied.union(*years.values()))
    sums += [
        _sum((period, ALL), ((period, g) for g in groups), implied=period in implied)
        for period in periods
    ]
    return counts, sums


def _sum(total: Cell, parts: Iterable[Cell], *, implied: bool = False) -> Sum[Cell]:
    return Sum(total, sorted(parts), implied)
