"""The counting vectors of instruments 11, and what stands around them."""

from datetime import date, timedelta

import pytest

from recovery.clinical.activity import days_code, periods, time_codes

D0 = date(2026, 3, 10)


def days(*numbers: int) -> list[date]:
    return [D0 + timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("count", "code"),
    [(0, ""), (1, ""), (2, "98985"), (15, "98985"), (16, "98977"), (30, "98977")],
)
def test_days_of_a_period(count, code):
    assert days_code(count) == code


@pytest.mark.parametrize(
    ("minutes", "codes"),
    [
        (9, {}),
        (10, {"98979": 1}),
        (19, {"98979": 1}),
        (20, {"98980": 1}),
        (39, {"98980": 1}),
        (40, {"98980": 1, "98981": 1}),
        (59, {"98980": 1, "98981": 1}),
        (60, {"98980": 1, "98981": 2}),
    ],
)
def test_minutes_of_a_month(minutes, codes):
    assert dict(time_codes(minutes, live=True)) == codes
    assert time_codes(minutes, live=False) == ()


def test_the_period_starts_at_the_first_day_even_before_the_procedure():
    first, second = periods(days(-3, -3, 0, 26, 27), procedure_on=D0, today=days(27)[0])
    assert (first.first, first.last, len(first.days)) == (days(-3)[0], days(26)[0], 3)
    assert (second.first, len(second.days), second.code) == (days(27)[0], 1, "")


def test_no_day_no_period_and_an_empty_one_between():
    assert periods([], procedure_on=D0, today=D0) == []
    found = periods(days(0, 60), procedure_on=D0, today=days(65)[0])
    assert [len(period.days) for period in found] == [1, 0, 1]


def test_the_global_period_stands_apart():
    [period] = periods(days(*range(-2, 16)), procedure_on=D0, today=days(20)[0])
    assert (len(period.days), len(period.apart)) == (18, 11)
    assert (period.code, period.code_without) == ("98977", "98985")


@pytest.mark.parametrize(
    ("entered", "today", "in_days"),
    [
        # 14 of 30, nothing entered today: today and tomorrow.
        (range(14), 14, 1),
        (range(14), 13, 2),
        # One missing and today is still free.
        (range(15), 20, 0),
        # Two missing and one day left.
        (range(14), 29, None),
        # All days that are left are needed.
        (range(14), 28, 1),
    ],
)
def test_the_forecast(entered, today, in_days):
    [period] = periods(days(*entered), procedure_on=D0, today=days(today)[0])
    forecast = period.forecast(days(today)[0])
    assert forecast is not None
    assert forecast.in_days == in_days
    assert forecast.missing == 16 - len(entered)


def test_no_forecast_for_what_is_reached_or_over():
    [reached] = periods(days(*range(16)), procedure_on=D0, today=days(16)[0])
    assert reached.forecast(days(16)[0]) is None
    past, _now = periods(days(1), procedure_on=D0, today=days(40)[0])
    assert past.forecast(days(40)[0]) is None
