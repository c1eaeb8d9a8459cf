"""What a group's changes come to, against figures from elsewhere."""

from collections import Counter
from fractions import Fraction

import pytest

from recovery.clinical.summaries import share, student, summary


def of(*values: int) -> Counter[int]:
    return Counter(values)


def test_of_nothing_there_is_no_figure() -> None:
    assert summary(Counter()) is None
    assert share(0, 0) is None


def test_one_value_has_no_interval() -> None:
    one = summary(of(3))
    assert one
    assert (one.n, one.median, one.mean, one.low, one.high) == (1, 3, 3, None, None)


def test_quartiles_mean_and_interval() -> None:
    found = summary(of(1, 2, 3, 4, 5, 6, 7, 8))
    assert found
    assert (found.lower, found.median, found.upper) == (Fraction(5, 2), Fraction(9, 2), 6.5)
    # Mean 4.5, SD 2.449, t(7) 2.365: 4.5 +- 2.048.
    assert found.low == pytest.approx(2.452, abs=0.01)
    assert found.high == pytest.approx(6.548, abs=0.01)


def test_a_value_may_be_counted_in_parts() -> None:
    """Eight twelfths to fifteen twelfths, whatever they are counted in."""
    found = summary(of(8, 9, 10, 11, 12, 13, 14, 15), per=12)
    assert found == summary(of(16, 18, 20, 22, 24, 26, 28, 30), per=24)
    assert found
    assert (found.lower, found.median, found.mean) == (
        Fraction(19, 24),
        Fraction(23, 24),
        Fraction(23, 24),
    )


@pytest.mark.parametrize(
    ("freedom", "table"), [(4, 2.776), (9, 2.262), (29, 2.045), (60, 2.000), (120, 1.980)]
)
def test_students_t_is_that_of_the_tables(freedom: int, table: float) -> None:
    assert student(freedom) == pytest.approx(table, abs=0.01)


@pytest.mark.parametrize(
    ("met", "n", "low", "high"),
    [(47, 66, 0.593, 0.807), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (6, 8, 0.409, 0.929)],
)
def test_wilsons_interval(met: int, n: int, low: float, high: float) -> None:
    found = share(met, n)
    assert found
    assert found.low == pytest.approx(low, abs=0.001)
    assert found.high == pytest.approx(high, abs=0.001)
