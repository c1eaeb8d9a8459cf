"""When a clinic is open, when a wait in clinic hours ends, and how long one was."""

from datetime import UTC, date, datetime, timedelta

import pytest

from recovery.clinical.hours import Calendar


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


# A Monday.
START = at(2, 9)
WEEK = [["08:00", "17:00"]] * 5 + [None, None]
NEVER = [None] * 7


def only(opens: str, closes: str) -> list[list[str] | None]:
    """Open on Wednesdays alone."""
    return [None, None, [opens, closes], None, None, None, None]


def days(*numbers: int) -> frozenset[date]:
    return frozenset(date(2026, 3, number) for number in numbers)


@pytest.mark.parametrize(
    ("hours", "holidays", "wait", "ends"),
    [
        pytest.param(WEEK, (), 2, at(2, 11), id="within the day"),
        pytest.param(WEEK, (), 10, at(3, 10), id="into the next day"),
        pytest.param(WEEK, (3,), 10, at(4, 10), id="over a holiday"),
        pytest.param(WEEK, (2,), 2, at(3, 10), id="begun on a holiday"),
        pytest.param(WEEK, (6,), 37, at(9, 10), id="over a holiday before a weekend"),
        pytest.param(WEEK, range(2, 31), 2, at(17, 9), id="closed for a month: at the horizon"),
        pytest.param(NEVER, (), 2, at(2, 11), id="no hours: every hour counts"),
        pytest.param(NEVER, (2,), 2, at(2, 11), id="no hours, and a holiday"),
        pytest.param(only("10:00", "11:00"), (), 2, at(11, 11), id="an hour a week"),
        pytest.param(only("10:00", "10:05"), (), 2, at(17, 9), id="five minutes: at the horizon"),
    ],
)
def test_a_wait_in_clinic_hours(hours, holidays, wait, ends):
    calendar = Calendar(hours, "UTC", days(*holidays))
    assert calendar.add_open_time(START, timedelta(hours=wait)) == ends


@pytest.mark.parametrize(
    ("hours", "holidays", "now", "is_open", "changes"),
    [
        pytest.param(WEEK, (), at(2, 7, 59), False, at(2, 8), id="before it opens"),
        pytest.param(WEEK, (), at(2, 8), True, at(2, 17), id="as it opens"),
        pytest.param(WEEK, (), at(2, 17), False, at(3, 8), id="as it closes"),
        pytest.param(WEEK, (), at(6, 18), False, at(9, 8), id="before a weekend"),
        pytest.param(WEEK, (2,), at(2, 9), False, at(3, 8), id="on a holiday"),
        pytest.param(WEEK, (9, 10), at(6, 18), False, at(11, 8), id="a weekend and two holidays"),
        pytest.param(WEEK, range(1, 30), at(2, 9), False, at(30, 8), id="closed for a month"),
        pytest.param(NEVER, (2,), at(2, 9), False, None, id="never open"),
    ],
)
def test_whether_it_is_open_and_when_that_changes(hours, holidays, now, is_open, changes):
    calendar = Calendar(hours, "UTC", days(*holidays))
    assert calendar.is_open(now) is is_open
    assert calendar.next_change(now) == changes
    assert calendar.open_from(now) == (now if is_open else changes or now)


WEEKENDS = [None] * 5 + [["00:00", "06:00"]] * 2
# New York is at UTC-5 until the 8th, 2:00.
ZONE = "America/New_York"


@pytest.mark.parametrize(
    ("hours", "holidays", "start", "end", "minutes"),
    [
        pytest.param(WEEK, (), at(2, 9), at(2, 9, 40), 40, id="within the day"),
        pytest.param(WEEK, (), at(2, 16, 55), at(3, 8, 10), 15, id="over a night"),
        pytest.param(WEEK, (), at(6, 16, 55), at(9, 8, 10), 15, id="over a weekend"),
        pytest.param(WEEK, (3,), at(2, 16, 55), at(4, 8, 10), 15, id="over a holiday"),
        pytest.param(WEEK, (9,), at(6, 16, 55), at(10, 8, 10), 15, id="a weekend and a holiday"),
        pytest.param(WEEK, (), at(2, 16), at(4, 9), 60 + 540 + 60, id="over a whole day"),
        pytest.param(WEEK, (), at(2, 3), at(2, 8, 20), 20, id="begun before it opens"),
        pytest.param(WEEK, (), at(2, 20), at(3, 8, 20), 20, id="begun after it has closed"),
        pytest.param(WEEK, (2,), at(2, 9), at(3, 8, 20), 20, id="begun on a holiday"),
        pytest.param(WEEK, (), at(2, 16, 30), at(2, 21), 30, id="ended after it has closed"),
        pytest.param(WEEK, (), at(6, 16, 30), at(7, 12), 30, id="ended on a weekend"),
        pytest.param(WEEK, (), at(2, 18), at(3, 7), 0, id="begun and ended in one night"),
        pytest.param(WEEK, (), at(2, 9), at(2, 9), 0, id="at once"),
        pytest.param(WEEK, (), at(2, 9), at(2, 8, 30), 0, id="ended before it began"),
        pytest.param(WEEK, (), at(2, 9), at(30, 9), 20 * 540, id="four weeks, past the horizon"),
        pytest.param(WEEK, range(2, 31), at(2, 9), at(30, 9), 0, id="closed all the time"),
        pytest.param(only("10:00", "11:00"), (), at(2, 9), at(11, 10, 30), 90, id="an hour a week"),
        pytest.param(NEVER, (), at(6, 16, 55), at(7, 16, 55), 1440, id="no hours: each one counts"),
        pytest.param(NEVER, (6,), at(6, 9), at(6, 11), 120, id="no hours, and a holiday"),
        pytest.param(NEVER, (), at(6, 11), at(6, 9), 0, id="no hours, ended before it began"),
    ],
)
def test_how_long_it_was_open_between(hours, holidays, start, end, minutes):
    calendar = Calendar(hours, "UTC", days(*holidays))
    assert calendar.open_time(start, end) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        # Open from 0:00 to 6:00 on Saturday and Sunday.
        pytest.param(at(7, 4), at(8, 4), 6, id="a day of 24 hours"),
        pytest.param(at(8, 4), at(9, 4), 5, id="the hour that the clock skips was never open"),
        pytest.param(at(8, 6), at(8, 7, 30), 1.5, id="over the change"),
        pytest.param(
            datetime(2026, 11, 1, 4, tzinfo=UTC),
            datetime(2026, 11, 2, 5, tzinfo=UTC),
            7,
            id="the hour that comes twice is open twice",
        ),
    ],
)
def test_open_time_over_a_change_of_the_clock(start, end, hours):
    assert Calendar(WEEKENDS, ZONE).open_time(start, end) == timedelta(hours=hours)


@pytest.mark.parametrize("start", [at(2, 3), at(2, 9), at(6, 16, 55), at(7, 12)])
@pytest.mark.parametrize("wait", [1, 60, 600, 2400])
def test_a_wait_that_has_ended_was_as_long(start, wait):
    calendar = Calendar(WEEK, ZONE, days(4))
    end = calendar.add_open_time(start, timedelta(minutes=wait))
    assert calendar.open_time(start, end) == timedelta(minutes=wait)


def test_a_holiday_is_a_day_of_the_clinics_zone():
    """At 23:00 UTC of the 2nd it is the 3rd in Auckland, and the clinic there is open."""
    now = at(2, 23)
    assert Calendar(WEEK, "Pacific/Auckland", days(2)).is_open(now)
    assert not Calendar(WEEK, "Pacific/Auckland", days(3)).is_open(now)
