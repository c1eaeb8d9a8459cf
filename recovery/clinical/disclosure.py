"""Which groups are too small to be shown, also by difference.

A group under LEAST is hidden. It stays hidden only if nobody can take the groups that are shown
from their total: where what a total hides comes to fewer than LEAST people, or is one group alone
that was hidden for another total's sake, the smallest group beside it is hidden too.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from recovery.clinical.summaries import LEAST

Cell = TypeVar("Cell", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Sum(Generic[Cell]):
    """A total and the groups it is made of: each person is in one of them."""

    total: Cell
    parts: Sequence[Cell]


def hidden(counts: Mapping[Cell, int], sums: Iterable[Sum[Cell]]) -> set[Cell]:
    """The cells that must not be shown; those of nobody have nothing to hide."""
    found = {cell for cell, n in counts.items() if 0 < n < LEAST}
    sums = list(sums)
    grown = True
    while grown:
        grown = False
        for one in sums:
            while (more := _one_more(one, counts, found)) is not None:
                found.add(more)
                grown = True
    return found


def _one_more(one: Sum[Cell], counts: Mapping[Cell, int], found: set[Cell]) -> Cell | None:
    """The next cell to hide so that this sum gives no hidden one away; None when it does not."""
    parts = [part for part in one.parts if counts.get(part)]
    unknown = [part for part in parts if part in found]
    shown = [part for part in parts if part not in found]
    if one.total in found:
        # The total is told by its parts where all of them are shown.
        return _smallest(shown, counts) if not unknown and shown else None
    if not unknown:
        return None
    if len(unknown) > 1 and sum(counts[part] for part in unknown) >= LEAST:
        return None
    if shown:
        return _smallest(shown, counts)
    # Nothing beside it is left: then the total is the hidden group, and goes too.
    return one.total if counts.get(one.total) else None


def _smallest(cells: Iterable[Cell], counts: Mapping[Cell, int]) -> Cell:
    """Of equals the first by name, so that the same page hides the same."""
    return min(cells, key=lambda cell: (counts[cell], str(cell)))
