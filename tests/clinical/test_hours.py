"""When a wait in clinic hours ends."""

from datetime import UTC, datetime, timedelta

import pytest

from recovery.clinical.hours import add_open_time


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


# A Monday.
START = at(2, 9)
WEEK = [["08:00", "17:00"]] * 5 + [None, None]


def only(opens: str, closes: str) -> list[list[str] | None]:
    """Open on Wednesdays alone."""
    return [None, None, [opens, closes], None, None, None, None]


@pytest.mark.parametrize(
    ("hours", "wait", "ends"),
    [
        pytest.param(WEEK, 2, at(2, 11), id="within the day"),
        pytest.param(WEEK, 10, at(3, 10), id="into the next day"),
        pytest.param([None] * 7, 2, at(2, 11), id="no hours: every hour counts"),
        pytest.param(only("10:00", "11:00"), 2, at(11, 11), id="an hour a week"),
        pytest.param(only("10:00", "10:05"), 2, at(17, 9), id="five minutes: at the horizon"),
    ],
)
def test_a_wait_in_clinic_hours(hours, wait, ends):
    assert add_open_time(hours, "UTC", START, timedelta(hours=wait)) == ends
