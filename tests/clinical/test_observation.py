"""What counts as a change against "Before", and when staff are told to tell the surgeon."""

from datetime import UTC, datetime, timedelta

import pytest

from recovery.clinical.observation import (
    Mark,
    anesthetic_explains,
    courses,
    is_changed,
    marks_shown,
    open_minute,
    rule_like,
    to_tell_now,
)
from recovery.clinical.rules import RULES_BY_ID
from recovery.clinical.rules.rule import Severity

START = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
BACK = START + timedelta(minutes=60)
MINUTE = timedelta(minutes=1)


def mark(minute: int, **values: object) -> Mark:
    return Mark(minute, BACK + minute * MINUTE, values)


@pytest.mark.parametrize(
    ("field", "before", "value", "changed", "rule"),
    [
        ("pain", 6, 6, False, None),
        ("pain", 6, 3, False, None),
        ("pain", 6, 7, True, None),
        ("pain", None, 10, False, None),
        ("strength_right", 5, 5, False, None),
        ("strength_right", 5, 4, True, "R02"),
        ("strength_right", 4, 4, False, None),
        ("strength_right", 4, 5, False, None),
        ("strength_left", None, 4, True, "R02"),
        ("strength_left", None, 5, False, None),
        ("feeling", "full", "full", False, None),
        ("feeling", "full", "dull_left", True, None),
        ("feeling", "dull_left", "dull_left", False, None),
        ("feeling", "dull_left", "dull_right", True, None),
        ("feeling", "dull_both", "dull_right", False, None),
        ("feeling", "dull_left", "dull_both", True, None),
        ("feeling", "full", "dull_both", True, "R03"),
        ("feeling", None, "dull_both", True, "R03"),
        ("site", None, "dry", False, None),
        ("site", "ooze", "dry", False, None),
        ("site", None, "ooze", True, None),
        ("site", "ooze", "bleeding", True, None),
        ("urine", "passed", "not_yet", False, None),
        ("urine", "passed", "cannot", True, "R01"),
        ("urine", "cannot", "cannot", False, None),
        ("urine", None, "cannot", True, "R01"),
        ("mobility", "walked", "not_yet", False, None),
        ("strength_left", 5, None, False, None),
    ],
)
def test_what_is_a_change(field, before, value, changed, rule):
    assert is_changed(field, before, value) is changed
    assert rule_like(field, before, value) == rule


def test_each_rule_that_a_change_is_like_is_an_emergency():
    for rule in ("R01", "R02", "R03"):
        assert RULES_BY_ID[rule].severity == Severity.EMERGENCY


def test_a_course_begins_with_its_first_change_and_says_how_it_went_on():
    found = courses(
        {"strength_right": 5},
        [
            mark(0, strength_right=5),
            *(mark(m, strength_right=4) for m in (15, 30)),
            mark(45),
            mark(60, strength_right=5),
            mark(75, strength_right=3),
        ],
    )
    assert [(s.value, s.minutes, s.changed) for s in found[0].stretches] == [
        (4, (15, 30), True),
        (5, (60,), False),
        (3, (75,), True),
    ]
    assert len(found) == 1


def test_only_what_still_stands_is_told_now():
    before = {"strength_left": 5, "urine": "passed"}
    back = [mark(0, strength_left=3, urine="cannot"), mark(15, strength_left=5)]
    assert [c.field for c in to_tell_now(before, courses(before, back))] == ["urine"]
    # A mark at which it was not looked at takes nothing back.
    quiet = [*back, mark(30, pain=4)]
    assert [c.field for c in to_tell_now(before, courses(before, quiet))] == ["urine"]


@pytest.mark.parametrize(
    ("hours", "values", "explains"),
    [
        (1, {"feeling": "dull_right"}, True),
        (4, {"feeling": "dull_left"}, True),
        # What the surgeon must be told now is explained by nothing.
        (1, {"strength_left": 4}, False),
        (1, {"feeling": "dull_both"}, False),
        (1, {"feeling": "dull_left", "urine": "cannot"}, False),
        (4.02, {"feeling": "dull_left"}, False),
        (5, {"strength_left": 4}, False),
        (1, {"site": "ooze"}, False),
        (1, {"urine": "cannot"}, False),
        (1, {}, False),
    ],
)
def test_the_anesthetic_explains_legs_alone_and_four_hours_at_most(hours, values, explains):
    late = Mark(0, START + timedelta(hours=hours), values)
    early = mark(0, strength_left=5)
    assert anesthetic_explains({}, [early, late], START) is explains


def test_the_anesthetic_explains_a_leg_that_was_weak_and_is_so_no_more():
    marks = [mark(0, strength_left=4), mark(15, strength_left=5, site="ooze")]
    assert anesthetic_explains({}, marks, START)
    assert not anesthetic_explains({}, [*marks, mark(30, urine="cannot")], START)


@pytest.mark.parametrize(
    ("after", "minute"),
    [(0, 0), (9, 0), (10, 15), (15, 15), (24.9, 15), (25, 30), (60, 60), (5000, 1440)],
)
def test_a_mark_opens_five_minutes_before_its_time(after, minute):
    assert open_minute(BACK, BACK + after * MINUTE) == minute


def test_the_columns_reach_to_two_hours_and_grow_with_time():
    assert marks_shown(0) == list(range(0, 121, 15))
    assert marks_shown(150)[-1] == 150
    assert marks_shown(0, [15, 45], ended=True) == [0, 15, 30, 45]
