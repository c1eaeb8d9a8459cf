"""Which groups are too small to be shown, also by difference.

A group under LEAST is hidden. It stays hidden only if nobody can take the groups that are shown
from their total: where what a total hides comes to fewer than LEAST people, or is one group alone
that was hidden for another total's sake, the smallest group beside it is hidden too. Then all
totals are taken together: while they give a group under LEAST away, one that they need is hidden.

Taken together they are a network. A cell lies in two sums at most and leads from one to the other
(from the one to the ground, where it lies in no other), and at each sum as much comes in as goes
out. So a hidden cell is known just where no way around leads through other hidden ones, as a
bridge; what is shown across the same cut gives its value. That is found in one walk, where
elimination takes a hundred times as long.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from recovery.clinical.summaries import LEAST

Cell = TypeVar("Cell", bound=Hashable)
# The end of a cell that lies in one sum alone.
GROUND = 0


@dataclass(frozen=True, slots=True)
class Sum(Generic[Cell]):
    """A total and the groups it is made of: each person is in one of them.

    `implied` is one that the others come to: it says nothing new where all are taken together.
    """

    total: Cell
    parts: Sequence[Cell]
    implied: bool = False


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
    ends = _ends(counts, sums)
    while (side := _given_away(ends, counts, found)) is not None:
        across = (cell for cell, (a, b) in ends.items() if (a in side) != (b in side))
        found.add(_smallest((cell for cell in across if cell not in found), counts))
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


def _ends(counts: Mapping[Cell, int], sums: Iterable[Sum[Cell]]) -> dict[Cell, tuple[int, int]]:
    """The two sums between which each cell leads."""
    places: dict[Cell, list[int]] = {}
    for place, one in enumerate((one for one in sums if not one.implied), GROUND + 1):
        for cell in (one.total, *one.parts):
            if counts.get(cell):
                places.setdefault(cell, []).append(place)
    ends = {}
    for cell, found in places.items():
        a, b = found if len(found) > 1 else (found[0], GROUND)
        ends[cell] = a, b
    return ends


def _given_away(
    ends: Mapping[Cell, tuple[int, int]], counts: Mapping[Cell, int], found: set[Cell]
) -> set[int] | None:
    """The sums to one side of a bridge that is a cell under LEAST; None where there is none."""
    beside: dict[int, list[tuple[Cell, int]]] = {}
    for cell, (a, b) in ends.items():
        if cell in found:
            beside.setdefault(a, []).append((cell, b))
            beside.setdefault(b, []).append((cell, a))
    entered: dict[int, int] = {}
    for root in beside:
        if root not in entered:
            for bridge, side in _bridges(root, beside, entered):
                if counts[bridge] < LEAST:
                    return side
    return None


def _bridges(
    root: int, beside: Mapping[int, Sequence[tuple[Cell, int]]], entered: dict[int, int]
) -> Iterator[tuple[Cell, set[int]]]:
    """Each with the sums behind it: depth first, where `back` is how far back another way leads
    (Tarjan 1974). `entered` says in which order the sums were come to.
    """
    entered[root] = len(entered)
    back = {root: entered[root]}
    walk: list[tuple[int, Cell | None, Iterator[tuple[Cell, int]]]]
    walk = [(root, None, iter(beside[root]))]
    while walk:
        place, by, rest = walk[-1]
        for cell, other in rest:
            if other not in entered:
                back[other] = entered[other] = len(entered)
                walk.append((other, cell, iter(beside[other])))
                break
            if cell != by:
                back[place] = min(back[place], entered[other])
        else:
            walk.pop()
            if by is not None:
                before = walk[-1][0]
                back[before] = min(back[before], back[place])
                if back[place] == entered[place]:
                    yield by, {one for one, at in entered.items() if at >= entered[place]}


def _smallest(cells: Iterable[Cell], counts: Mapping[Cell, int]) -> Cell:
    """Of equals the first by name, so that the same page hides the same."""
    return min(cells, key=lambda cell: (counts[cell], str(cell)))
