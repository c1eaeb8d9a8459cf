"""The recovery corridor: the pain of a day against a band, and what a course of pains comes to.

A day's band is the middle half of the clinic's own completed recoveries, where enough of them have
that day; else the step that the clinic has set itself; else there is none. Nothing lies between
days that have a band, and no curve is invented. Nothing here alerts: the rules do.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from recovery.clinical.plan import Step

# Completed recoveries with a pain on a day, below which the day has no quartiles.
LEAST_RECOVERIES = 50
# A rise is shown from as many points on: the smallest change on 0 to 10 that matters (V S35). That
# it is taken over so many days with a log is a judgement, and so is leaving out the day of the
# procedure, when the anaesthetic still works.
RISE, RISE_DAYS, RISE_FROM_DAY = 2, 7, 1


class Quartiles(NamedTuple):
    """Of one day over `recoveries` completed recoveries; whole or half points."""

    recoveries: int
    lower: Decimal
    median: Decimal
    upper: Decimal


def quartiles(counts: Sequence[int]) -> Quartiles:
    """Quartiles of pains given as how often each from 0 to 10 occurs; at least one must.

    A quartile is the middle of all values that have at least its share of the pains at or below
    them and at least the rest at or above them (the second definition of Hyndman and Fan 1996: the
    mean of two neighbours where the share falls between them). So it is a pain that was reported or
    the half between two, decided on whole numbers alone.
    """
    total = sum(counts)
    return Quartiles(total, *(_quantile(counts, total * quarters) for quarters in (1, 2, 3)))


def _quantile(counts: Sequence[int], wanted: int) -> Decimal:
    """`wanted` is four times the share of the total."""
    below, low = 0, None
    for pain, count in enumerate(counts):
        below += count
        if 4 * below > wanted:
            return Decimal(pain) if low is None else Decimal(low + pain) / 2
        if 4 * below == wanted and low is None:
            low = pain
    raise ValueError("there is no pain to take a quartile of")


@dataclass(frozen=True, slots=True)
class Band:
    """What a pain of one day is held against, both ends included.

    `recoveries` says of how many completed ones it is the middle half; None is the clinic's
    setting.
    """

    low: Decimal
    high: Decimal
    recoveries: int | None = None

    @property
    def is_own_data(self) -> bool:
        return self.recoveries is not None


class Standing(StrEnum):
    ABOVE = "above"
    WITHIN = "within"
    BELOW = "below"


def band_of(day: int, own: Mapping[int, Quartiles], steps: Sequence[Step]) -> Band | None:
    """The band of a day: the clinic's own data, else its own step, else none."""
    if found := own.get(day):
        return Band(found.lower, found.upper, found.recoveries)
    for step in steps:
        if step.first_day <= day and (step.last_day is None or day <= step.last_day):
            return Band(Decimal(step.low), Decimal(step.high))
    return None


def standing(pain: int, band: Band) -> Standing:
    if pain > band.high:
        return Standing.ABOVE
    return Standing.BELOW if pain < band.low else Standing.WITHIN


class Rise(NamedTuple):
    """So many points up from one day to another."""

    points: int
    first_day: int
    last_day: int

    @property
    def days(self) -> int:
        return self.last_day - self.first_day


def rise(trend: Collection[Sequence[int]]) -> Rise | None:
    """How far the newest pain stands above the lowest of the last seven days with a log.

    `trend` is (day, pain) of days that have one, oldest first. Counted from D1 on, from the latest
    of several lowest days; None below 2 points. A fall is no rise.
    """
    told = [(day, pain) for day, pain in trend if day >= RISE_FROM_DAY][-RISE_DAYS:]
    if not told:
        return None
    last_day, newest = told[-1]
    lowest, first_day = min((pain, -day) for day, pain in told)
    if newest - lowest < RISE:
        return None
    return Rise(newest - lowest, -first_day, last_day)
