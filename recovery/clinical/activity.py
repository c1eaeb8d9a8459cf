"""What the report on US remote therapeutic monitoring counts (instruments 11, evidence 5.1).

Two clocks. Days with data of the patient's own run in 30-day periods from the first such day;
minutes run in calendar months and need one real-time contact. A report, no advice on billing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_A_PERIOD = 30
# (V S37-S40)
FEW_DAYS, MANY_DAYS = 2, 16
FEW_DAYS_CODE, MANY_DAYS_CODE = "98985", "98977"
# (V S37-S40, S38 S40)
LEAST_MINUTES, FULL_MINUTES = 10, 20
LEAST_CODE, FIRST_CODE, FURTHER_CODE = "98979", "98980", "98981"
# The global period of 64628 is 10 days (M): D0 to D10.
GLOBAL_LAST_DAY = 10


def days_code(days: int) -> str:
    """The code whose test so many different days of one period meet; empty for none."""
    if days < FEW_DAYS:
        return ""
    return FEW_DAYS_CODE if days < MANY_DAYS else MANY_DAYS_CODE


def time_codes(minutes: int, *, live: bool) -> tuple[tuple[str, int], ...]:
    """The codes whose tests a month's minutes meet, each with how often; `live` says whether there
    was a real-time contact, without which none is met. At 20 minutes 98980 replaces 98979.
    """
    if not live or minutes < LEAST_MINUTES:
        return ()
    if minutes < FULL_MINUTES:
        return ((LEAST_CODE, 1),)
    further = (minutes - FULL_MINUTES) // FULL_MINUTES
    return ((FIRST_CODE, 1), *(((FURTHER_CODE, further),) if further else ()))


def in_global_period(day: int) -> bool:
    """Whether a day after the procedure is in the procedure's global period (M)."""
    return 0 <= day <= GLOBAL_LAST_DAY


@dataclass(frozen=True, slots=True)
class Period:
    """Thirty days; `days` are those on which the patient entered something, `apart` of them those
    in the procedure's global period.
    """

    number: int
    first: date
    days: frozenset[date]
    apart: frozenset[date]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=DAYS_A_PERIOD - 1)

    @property
    def code(self) -> str:
        return days_code(len(self.days))

    @property
    def code_without(self) -> str:
        """The code without the days in the global period."""
        return days_code(len(self.days) - len(self.apart))

    def forecast(self, today: date) -> "Forecast | None":
        """When the period would come to 16 days; None where it has, or is not running."""
        missing = MANY_DAYS - len(self.days)
        if missing <= 0 or not self.first <= today <= self.last:
            return None
        free = today not in self.days
        # Today still counts where nothing was entered yet.
        needed = missing - free
        left = (self.last - today).days + free
        return Forecast(missing=missing, left=left, in_days=needed if missing <= left else None)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`missing` days to 16, `left` days on which one could still be entered, today among them;
    `in_days` from today at the earliest, None where the period ends before.
    """

    missing: int
    left: int
    in_days: int | None


def periods(entered: Collection[date], *, procedure_on: date, today: date) -> list[Period]:
    """The periods from the first day on which the patient entered something, up to today's.

    A period without a day is one too; without any day there is none. What is entered is never
    later than `today`.
    """
    if not entered:
        return []
    begin = min(entered)
    found = []
    for number in range((max(today, begin) - begin).days // DAYS_A_PERIOD + 1):
        first = begin + timedelta(days=number * DAYS_A_PERIOD)
        last = first + timedelta(days=DAYS_A_PERIOD - 1)
        days = frozenset(day for day in entered if first <= day <= last)
        found.append(Period(number + 1, first, days, _apart(days, procedure_on)))
    return found


def _apart(days: Iterable[date], procedure_on: date) -> frozenset[date]:
    return frozenset(day for day in days if in_global_period((day - procedure_on).days))
