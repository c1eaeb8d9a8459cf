"""The corridor's decisions as tables, and its quartiles against their own definition."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.clinical.corridor import (
    Band,
    Quartiles,
    Standing,
    band_of,
    quartiles,
    rise,
    standing,
)
from recovery.clinical.medicines import taken
from recovery.clinical.plan import Step

STEPS = (Step(0, 3, 3, 8), Step(4, 7, 3, 7), Step(15, None, 1, 5))
OWN = {5: Quartiles(57, Decimal("2.5"), Decimal(4), Decimal(6))}


def quartiles_of(*pains: int) -> tuple[float, ...]:
    counts = Counter(pains)
    return tuple(float(q) for q in quartiles([counts[pain] for pain in range(11)])[1:])


@pytest.mark.parametrize(
    ("pains", "found"),
    [
        pytest.param((4,), (4, 4, 4), id="one pain is every quartile"),
        pytest.param((2, 4), (2, 3, 4), id="the median of two lies between them"),
        pytest.param((1, 2, 3, 4), (1.5, 2.5, 3.5), id="a share that falls between two"),
        pytest.param((1, 2, 3, 4, 5), (2, 3, 4), id="a share that falls on one"),
        pytest.param((0, 0, 0, 10), (0, 0, 5), id="between two pains far apart"),
        pytest.param((3,) * 50, (3, 3, 3), id="all alike"),
        pytest.param((2,) * 13 + (7,) * 39, (4.5, 7, 7), id="exactly a quarter is lower"),
        pytest.param((2,) * 14 + (7,) * 39, (2, 7, 7), id="more than a quarter is lower"),
    ],
)
def test_quartiles(pains: tuple[int, ...], found: tuple[float, ...]) -> None:
    assert quartiles_of(*pains) == found


def slow_quantile(pains: list[int], share: Fraction) -> Fraction:
    """By the definition: the middle of all values with enough pains on either side."""
    n = len(pains)
    fit = [
        value
        for value in (Fraction(tenths, 10) for tenths in range(101))
        if sum(pain <= value for pain in pains) >= share * n
        and sum(pain >= value for pain in pains) >= (1 - share) * n
    ]
    return (min(fit) + max(fit)) / 2


@given(st.lists(st.integers(0, 10), min_size=1, max_size=120))
def test_quartiles_are_those_of_the_definition(pains: list[int]) -> None:
    counts = Counter(pains)
    found = quartiles([counts[pain] for pain in range(11)])
    assert found.recoveries == len(pains)
    for quarter, value in enumerate(found[1:], start=1):
        assert Fraction(value) == slow_quantile(pains, Fraction(quarter, 4))
    assert 0 <= found.lower <= found.median <= found.upper <= 10
    # Upside down it is the same band: neither end is favoured.
    mirrored = quartiles([counts[10 - pain] for pain in range(11)])
    assert (10 - mirrored.upper, 10 - mirrored.lower) == (found.lower, found.upper)


def test_nothing_has_no_quartiles() -> None:
    with pytest.raises(ValueError, match="no pain"):
        quartiles([0] * 11)


@pytest.mark.parametrize(
    ("day", "band"),
    [
        pytest.param(5, Band(Decimal("2.5"), Decimal(6), 57), id="own data before a step"),
        pytest.param(4, Band(Decimal(3), Decimal(7)), id="no own data on that day: the step"),
        pytest.param(3, Band(Decimal(3), Decimal(8)), id="the last day of a step"),
        pytest.param(700, Band(Decimal(1), Decimal(5)), id="a step without end"),
        pytest.param(9, None, id="neither: no band, whatever stands on either side"),
        pytest.param(-1, None, id="before the procedure"),
    ],
)
def test_which_band_a_day_gets(day: int, band: Band | None) -> None:
    assert band_of(day, OWN, STEPS) == band


def test_without_data_and_steps_there_is_none() -> None:
    assert [band_of(day, {}, ()) for day in (0, 5, 90)] == [None] * 3


@pytest.mark.parametrize(
    ("pain", "where"), [(0, "below"), (2, "below"), (3, "within"), (6, "within"), (7, "above")]
)
def test_a_pain_against_its_band(pain: int, where: str) -> None:
    assert standing(pain, Band(Decimal("2.5"), Decimal(6), 50)) == Standing(where)


@pytest.mark.parametrize(
    ("trend", "found"),
    [
        pytest.param([], None, id="no pain yet"),
        pytest.param([[12, 4]], None, id="one pain has nothing to rise from"),
        pytest.param([[12, 4], [16, 5]], None, id="one point is below what matters"),
        pytest.param([[12, 4], [16, 6]], (2, 12, 16), id="two points are shown"),
        pytest.param([[10, 7], [12, 4], [14, 6], [16, 7]], (3, 12, 16), id="from the lowest"),
        pytest.param([[12, 4], [14, 4], [16, 7]], (3, 14, 16), id="from the latest lowest"),
        pytest.param([[10, 2], [12, 7], [16, 6]], (4, 10, 16), id="the newest, not the highest"),
        pytest.param([[10, 9], [16, 3]], None, id="a fall is no rise"),
        pytest.param(
            [[1, 1], *([day, 5] for day in range(2, 9))], None, id="seven days with a log, no more"
        ),
        pytest.param(
            [[1, 1], *([day, 5] for day in range(3, 9))], (4, 1, 8), id="the seventh one counts"
        ),
        pytest.param([[-2, 1], [0, 2], [1, 7]], None, id="not from before or on the first day"),
        pytest.param([[-2, 1], [0, 8]], None, id="nothing after the first day"),
    ],
)
def test_a_rise(trend: list[list[int]], found: tuple[int, int, int] | None) -> None:
    assert rise(trend) == found


@pytest.mark.parametrize(
    ("amounts", "unknown", "said"),
    [
        ([], False, None),
        ([None, None], False, None),
        ([Decimal(0)], False, False),
        ([None, 0], False, False),
        ([0, 500], False, True),
        ([None], True, True),
        ([Decimal(0)], True, True),
    ],
)
def test_whether_a_medicine_was_taken(
    amounts: list[Decimal | int | None], unknown: bool, said: bool | None
) -> None:
    assert taken(amounts, unknown=unknown) is said
