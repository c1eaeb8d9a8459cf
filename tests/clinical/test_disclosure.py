"""No hidden group can be computed from what is shown, whatever the clinic looks like."""

from fractions import Fraction
from random import Random

import pytest

from recovery.clinical.disclosure import Sum, hidden
from recovery.clinical.summaries import LEAST
from recovery.queries.cohorts import tables


def siblings(**counts: int) -> set[str]:
    total = sum(counts.values())
    return hidden({"all": total, **counts}, [Sum("all", sorted(counts))])


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        pytest.param({"a": 9, "b": 6}, set(), id="nothing small"),
        pytest.param({"a": 9, "b": 6, "c": 3}, {"b", "c"}, id="the next one too"),
        pytest.param({"a": 9, "b": 3, "c": 3}, {"b", "c"}, id="two small ones hide each other"),
        pytest.param({"a": 9, "b": 1, "c": 2}, {"a", "b", "c"}, id="until five are hidden"),
        pytest.param({"a": 9, "b": 0}, set(), id="nobody has nothing to hide"),
        pytest.param({"a": 3}, {"a", "all"}, id="a total that is small"),
        pytest.param({"a": 2, "b": 2}, {"a", "b", "all"}, id="all of it"),
    ],
)
def test_siblings(counts: dict[str, int], found: set[str]) -> None:
    assert siblings(**counts) == found


@pytest.mark.parametrize("seed", range(60))
def test_no_small_cell_follows_from_those_that_are_shown(seed: int) -> None:
    """Periods within years within all time, each by group: by elimination over all their sums."""
    rng = Random(seed)
    leaves = {
        (year, quarter, group): rng.choice((0, 0, 1, 2, 4, 5, 7, 12, 30))
        for year in (2024, 2025)
        for quarter in (1, 2, 3)
        for group in ("x", "y", "z")
    }
    counts, sums = tables(leaves)
    out = hidden(counts, sums)
    assert {cell for cell, n in counts.items() if 0 < n < LEAST} <= out
    known = _derivable(dict(counts), sums, out)
    assert not {cell for cell in known if 0 < counts[cell] < LEAST}


def _derivable(
    counts: dict[tuple[str, str], int],
    sums: list[Sum[tuple[str, str]]],
    out: set[tuple[str, str]],
) -> set[tuple[str, str]]:
    """The hidden cells that the sums determine: the unit rows of their reduced form."""
    cells = sorted(cell for cell in out if counts[cell])
    rows = []
    for one in sums:
        row = [Fraction(0)] * len(cells)
        for cell, sign in ((one.total, 1), *((part, -1) for part in one.parts)):
            if cell in cells:
                row[cells.index(cell)] += sign
        if any(row):
            rows.append(row)
    place = 0
    for column in range(len(cells)):
        pivot = next((n for n in range(place, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][column] for value in rows[place]]
        for n, row in enumerate(rows):
            if n != place and row[column]:
                factor = row[column]
                rows[n] = [a - factor * b for a, b in zip(row, rows[place], strict=True)]
        place += 1
    return {
        cells[[bool(value) for value in row].index(True)]
        for row in rows
        if sum(bool(value) for value in row) == 1
    }
