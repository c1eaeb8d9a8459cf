"""What a group's changes come to: median, quartiles, mean and share, each with its interval.

Everything is counted from how often each value occurs, so that a million answers are a few hundred
numbers. No value is filled in for one that is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

# Of a 95 % interval.
Z = NormalDist().inv_cdf(0.975)
# Below as many people a figure is not shown: it would speak of persons.
LEAST = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """`low` and `high` are the 95 % interval of the mean, None with fewer than two values."""

    n: int
    lower: Fraction
    median: Fraction
    upper: Fraction
    mean: Fraction
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Share:
    """`met` of `n`, with its 95 % interval as shares of 1 (Wilson 1927)."""

    met: int
    n: int
    low: float
    high: float

    @property
    def percent(self) -> float:
        return 100 * self.met / self.n


def summary(counts: Mapping[int, int], per: int = 1) -> Summary | None:
    """None of no value. So many of the whole numbers that are counted make one: `per`.

    A quartile is the middle of all values that divide the group so (the second definition of
    Hyndman and Fan 1996, as in the corridor).
    """
    n = sum(counts.values())
    if not n:
        return None
    values = sorted(counts)
    total = sum(value * counts[value] for value in values)
    mean = Fraction(total, n * per)
    lower, median, upper = (
        Fraction(_twice_quantile(values, counts, n * quarters), 2 * per) for quarters in (1, 2, 3)
    )
    low = high = None
    if n > 1:
        squares = sum(value * value * counts[value] for value in values)
        spread = float(Fraction(n * squares - total * total, n * (n - 1) * per * per))
        reach = student(n - 1) * sqrt(spread / n)
        low, high = float(mean) - reach, float(mean) + reach
    return Summary(n, lower, median, upper, mean, low, high)


def _twice_quantile(values: list[int], counts: Mapping[int, int], wanted: int) -> int:
    """`wanted` is four times the share of the total. Twice, since two values may share it."""
    below, first = 0, None
    for value in values:
        below += counts[value]
        if 4 * below > wanted:
            return (value if first is None else first) + value
        if 4 * below == wanted and first is None:
            first = value
    raise ValueError("there is no value to take a quartile of")


def student(freedom: int) -> float:
    """The 97.5 % point of Student's t by its expansion in 1/freedom (Cornish and Fisher 1938):
    within 0.01 of the tables from 4 degrees of freedom on.
    """
    z, v = Z, freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )


def share(met: int, n: int) -> Share | None:
    """None of nobody: a share of nobody is no number."""
    if not n:
        return None
    p, z2 = met / n, Z * Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    reach = Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Share(met, n, max(0.0, middle - reach), min(1.0, middle + reach))
