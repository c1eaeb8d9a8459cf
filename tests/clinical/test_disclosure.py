"""No hidden group can be computed from what is shown, whatever the clinic looks like."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from time import process_time

import pytest

from recovery.clinical.disclosure import Sum, hidden
from recovery.clinical.summaries import LEAST
from recovery.queries.cells import ALL, Cell, tables


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


SHAPES = [
    pytest.param((2024, 2025), 3, "xyz", (0, 0, 1, 2, 4, 5, 7, 12, 30), id="two years"),
    pytest.param((2025,), 4, "xyz", (0, 1, 2, 4, 5, 7, 9, 12, 20, 30), id="one year"),
    pytest.param((2024, 2025), 4, "vwxyz", (0, 3, 6, 8, 9, 11, 15, 20), id="few small ones"),
    pytest.param((2023, 2024, 2025), 2, "xy", (1, 5, 5, 6, 6, 8), id="many that are alike"),
]


@pytest.mark.parametrize(("years", "quarters", "groups", "sizes"), SHAPES)
def test_no_small_cell_follows_from_those_that_are_shown(
    years: tuple[int, ...], quarters: int, groups: str, sizes: tuple[int, ...]
) -> None:
    """Periods within years within all time, each by group: by elimination over all their sums."""
    for seed in range(1000):
        rng = Random(seed)
        leaves = {
            (year, quarter, group): rng.choice(sizes)
            for year in years
            for quarter in range(1, quarters + 1)
            for group in groups
        }
        counts, sums = tables(leaves)
        out = hidden(counts, sums)
        assert {cell for cell, n in counts.items() if 0 < n < LEAST} <= out, seed
        known = _derivable(counts, sums, out)
        assert not {cell for cell in known if 0 < counts[cell] < LEAST}, seed
        # What the page shows before anything is chosen.
        assert (ALL, ALL) not in out or counts[ALL, ALL] < LEAST, seed


def test_whatever_order_the_database_tells_them_in_the_same_is_hidden() -> None:
    for seed in range(200):
        rng = Random(seed)
        leaves = [
            ((year, quarter, group), rng.choice((0, 1, 3, 5, 5, 6, 9)))
            for year in (2024, 2025)
            for quarter in (1, 2, 3)
            for group in ("x", "y", "z")
        ]
        first = hidden(*tables(dict(leaves)))
        rng.shuffle(leaves)
        assert hidden(*tables(dict(leaves))) == first


def test_ten_years_of_many_surgeons_are_hidden_in_no_time() -> None:
    """A page asks a hundred times. Way above what it takes, for the sake of slow machines."""
    rng = Random(1)
    leaves = {
        (year, quarter, f"surgeon {n}"): rng.randint(1, 9)
        for year in range(2016, 2026)
        for quarter in (1, 2, 3, 4)
        for n in range(20)
    }
    begin = process_time()
    hidden(*tables(leaves))
    assert process_time() - begin < 1


def _derivable(counts: Mapping[Cell, int], sums: Sequence[Sum[Cell]], out: set[Cell]) -> set[Cell]:
    """The hidden cells that the sums determine: the unit rows of their reduced form."""
    reduced: dict[Cell, dict[Cell, Fraction]] = {}
    for one in sums:
        signs = {one.total: Fraction(-1)} | dict.fromkeys(one.parts, Fraction(1))
        row = {cell: sign for cell, sign in signs.items() if cell in out and counts[cell]}
        for pivot in row.keys() & reduced.keys():
            _take(row, reduced[pivot], row[pivot])
        if not row:
            continue
        pivot = next(iter(row))
        row = {cell: value / row[pivot] for cell, value in row.items()}
        for other in reduced.values():
            if pivot in other:
                _take(other, row, other[pivot])
        reduced[pivot] = row
    return {pivot for pivot, row in reduced.items() if len(row) == 1}


def _take(row: dict[Cell, Fraction], other: Mapping[Cell, Fraction], times: Fraction) -> None:
    for cell, value in other.items():
        left = row.get(cell, 0) - times * value
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
