"""When a clinic is open, and when a wait in clinic hours ends."""

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


def test_a_holiday_is_a_day_of_the_clinics_zone():
    """At 23:00 UTC of the 2nd it is the 3rd in Auckland, and the clinic there is open."""
    now = at(2, 23)
    assert Calendar(WEEK, "Pacific/Auckland", days(2)).is_open(now)
    assert not Calendar(WEEK, "Pacific/Auckland", days(3)).is_open(now)
