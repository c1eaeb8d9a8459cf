"""A patient's own hours: the pathway's times moved into them, and nothing lost or doubled."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery.clinical.pathway import Occasion, occasions
from recovery.clinical.plan import Unanswered
from recovery.clinical.reminding import USUAL, Hours, by_day, in_hours

ZONE = "America/New_York"
D0 = date(2026, 3, 1)


def planned(key: str, hours: Hours, *, zone: str = ZONE, on: date = D0) -> Occasion:
    at = datetime.combine(on, time(9, 30), ZoneInfo(zone))
    found = in_hours(occasions(at, zone), zone, hours)
    return next(one for one in found if one.key == key)


def times(key: str, hours: Hours, *, zone: str = ZONE, on: date = D0) -> list[str]:
    found = planned(key, hours, zone=zone, on=on)
    zoned = (at.astimezone(ZoneInfo(zone)) for at in found.reminders)
    return [f"D{(at.date() - on).days} {at:%H:%M}" for at in zoned]


@pytest.mark.parametrize(
    ("key", "hours", "expected"),
    [
        ("DAY-05", USUAL, ["D5 17:00", "D5 20:00"]),
        # The day's first comes when it is wanted, the second as planned.
        ("DAY-05", Hours(remind_at=time(9)), ["D5 09:00", "D5 20:00"]),
        # A second one that would come before it comes with it.
        ("DAY-05", Hours(remind_at=time(20, 30)), ["D5 20:30", "D5 20:30"]),
        # The evening is quiet: the next morning, while it can still be answered.
        ("DAY-05", Hours(quiet_from=time(19)), ["D5 17:00", "D6 08:00"]),
        ("DAY-05", Hours(time(10), time(17)), ["D6 10:00", "D6 10:00"]),
        # 12:00 ends the check-in: the time stays, to be written down as too late.
        ("DAY-05", Hours(time(13), time(18)), ["D5 17:00", "D5 20:00"]),
        # Each day of a form has its own first reminder.
        ("C14", Hours(remind_at=time(18)), ["D14 18:00", "D16 18:00"]),
        # Not open yet in the morning.
        ("EVE0", Hours(remind_at=time(9)), ["D0 19:00"]),
        # Over by then.
        ("BASE", Hours(remind_at=time(11)), ["D-7 11:00", "D-2 11:00", "D-1 11:00"]),
    ],
)
def test_reminders_move_into_the_patients_hours(
    key: str, hours: Hours, expected: list[str]
) -> None:
    assert times(key, hours) == expected


def test_a_wanted_time_that_a_clock_change_skips_is_the_first_minute_after() -> None:
    """None falls by day any more; in 2011 Samoa skipped a whole day."""
    at = by_day(datetime(2011, 12, 30, 8, tzinfo=UTC), "Pacific/Apia", Hours(time(9)))
    assert f"{at.astimezone(ZoneInfo('Pacific/Apia')):%Y-%m-%d %H:%M}" == "2011-12-31 09:00"


@pytest.mark.parametrize("on", [date(2026, 3, 8), date(2026, 11, 1)])
def test_on_the_day_of_a_clock_change_it_is_the_time_on_the_wall(on: date) -> None:
    begun = on - timedelta(days=1)
    assert times("DAY-01", Hours(remind_at=time(9)), on=begun) == ["D1 09:00", "D1 20:00"]


@given(
    until=st.integers(8, 13),
    start=st.integers(15, 21),
    wanted=st.none() | st.integers(0, 12 * 60),
    zone=st.sampled_from(["America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Europe/London"]),
    on=st.dates(date(2024, 1, 1), date(2030, 12, 1)),
)
@settings(max_examples=60, deadline=None)
def test_none_is_lost_or_out_of_order_and_all_are_in_the_hours_that_can_be(
    until: int, start: int, wanted: int | None, zone: str, on: date
) -> None:
    clock = None if wanted is None else time(8 + wanted // 60, wanted % 60)
    hours = Hours(time(until), time(start), clock if clock and clock < time(start) else None)
    at = datetime.combine(on, time(9, 30), ZoneInfo(zone))
    plan = occasions(at, zone)
    for before, after in zip(plan, in_hours(plan, zone, hours), strict=True):
        assert len(after.reminders) == len(before.reminders)
        assert list(after.reminders) == sorted(after.reminders)
        for one in after.reminders:
            assert after.opens_at <= one < after.expires_at
            there = one.astimezone(ZoneInfo(zone)).time()
            too_late = by_day(one, zone, hours) >= after.expires_at
            assert too_late or hours.quiet_until <= there < hours.quiet_from


@pytest.mark.parametrize(("until", "start"), [(7, 21), (8, 22), (12, 12), (14, 9)])
def test_hours_beyond_the_pathways_are_refused(until: int, start: int) -> None:
    with pytest.raises(ValueError, match="not within"):
        Hours(time(until), time(start))


@pytest.mark.parametrize(("after", "call"), [(0, 3), (4, 3), (2, 0), (2, 4)])
def test_a_pathway_cannot_allow_a_fourth(after: int, call: int) -> None:
    with pytest.raises(ValueError, match="is not 1 to 3"):
        Unanswered(after, call)
