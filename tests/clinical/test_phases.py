from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from recovery.clinical.phases import DEFAULT_PHASES, immediate_ends_at, phase_of

PROCEDURE = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def phase_code(day, entered_at=PROCEDURE + timedelta(days=900), discharged_at=None):
    phase = phase_of(
        day,
        entered_at=entered_at,
        procedure_at=PROCEDURE,
        discharged_at=discharged_at,
        phases=DEFAULT_PHASES,
    )
    return phase and phase.code


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (-1, None),
        (0, "short_term"),
        (2, "short_term"),
        (3, "gradual_return"),
        (14, "gradual_return"),
        (15, "follow_up"),
        (29, "follow_up"),
        (4000, "follow_up"),
    ],
)
def test_a_day_has_one_phase_and_none_before_the_procedure(day, code):
    assert phase_code(day) == code


@pytest.mark.parametrize(
    ("entered_after", "discharged_after", "code"),
    [
        pytest.param(-HOUR, None, "immediate", id="on the morning of the procedure"),
        pytest.param(2 * HOUR - timedelta(seconds=1), None, "immediate", id="just before 2 h"),
        pytest.param(2 * HOUR, None, "short_term", id="2 h after, discharge unknown"),
        pytest.param(3 * HOUR, 4 * HOUR, "immediate", id="before a late discharge"),
        pytest.param(4 * HOUR, 4 * HOUR, "short_term", id="at the discharge"),
        pytest.param(1.5 * HOUR, HOUR, "short_term", id="after an early discharge"),
    ],
)
def test_a_log_about_d0_is_immediate_until_the_discharge(entered_after, discharged_after, code):
    discharged_at = None if discharged_after is None else PROCEDURE + discharged_after
    assert phase_code(0, PROCEDURE + entered_after, discharged_at) == code


def test_a_log_about_d1_is_never_immediate():
    assert phase_code(1, PROCEDURE, PROCEDURE + timedelta(days=3)) == "short_term"


def test_the_immediate_phase_ends_at_the_discharge_or_after_two_hours():
    assert immediate_ends_at(PROCEDURE, None) == PROCEDURE + 2 * HOUR
    assert immediate_ends_at(PROCEDURE, PROCEDURE + HOUR) == PROCEDURE + HOUR


def test_phases_stand_in_order_and_leave_no_day_out():
    assert [phase.order for phase in DEFAULT_PHASES] == [1, 2, 3, 4]
    for before, after in pairwise(DEFAULT_PHASES[1:]):
        assert after.first_day == before.last_day + 1
    assert DEFAULT_PHASES[-1].last_day is None
    assert [phase.name for phase in DEFAULT_PHASES] == [
        "in the clinic",
        "first 2 days",
        "building up",
        "follow-up",
    ]
