"""When the patient left, and what that does to the first evening."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.models import AccessEvent, CheckIn, FactChange, Message, Recovery
from recovery.services import discharges, observations, reschedules, tick
from recovery.services.refusals import NotAllowed
from tests.cast import NOW, make_recovery
from tests.services.test_reschedules import log

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def recovery(clinic, nurse) -> Recovery:
    """Treated at 09:30; nothing has opened yet."""
    return make_recovery(clinic, day=0, now=NOW, ticked=False)


def leave(recovery: Recovery, user, after: timedelta, *, now=None) -> Recovery:
    at = recovery.procedure_at + after
    now = now or at + 5 * MINUTE
    return discharges.record(recovery=recovery, user=user, now=now, discharged_at=at)


def evening() -> CheckIn | None:
    return CheckIn.objects.filter(key="EVE0").first()


def test_the_first_evening_opens_two_hours_later(recovery, nurse):
    left = leave(recovery, nurse, 2 * HOUR).discharged_at
    tick.run(now=left + 2 * HOUR - MINUTE)
    assert evening() is None
    tick.run(now=left + 2 * HOUR)
    assert evening().opens_at == left + 2 * HOUR


def test_one_that_has_opened_unanswered_and_unannounced_opens_anew(recovery, nurse):
    tick.run(now=recovery.procedure_at + 7 * HOUR)
    assert evening().opens_at == recovery.procedure_at + 6.5 * HOUR
    left = leave(recovery, nurse, 7 * HOUR)
    assert evening() is None
    # A log written meanwhile counts as soon as it opens.
    log(left, on=left.procedure_on, now=left.discharged_at + HOUR)
    tick.run(now=left.discharged_at + 2 * HOUR)
    assert (evening().state, evening().opens_at) == (
        "completed",
        left.discharged_at + 2 * HOUR,
    )


def test_once_a_mail_about_it_is_owed_its_window_stays(recovery, nurse):
    tick.run(now=recovery.procedure_at + 10 * HOUR)
    before = evening()
    assert Message.objects.filter(checkin=before).exists()
    leave(recovery, nurse, 9 * HOUR, now=recovery.procedure_at + 10 * HOUR)
    assert (evening().pk, evening().opens_at) == (before.pk, before.opens_at)


def test_a_discharge_too_late_for_a_first_evening_cancels_it(recovery, nurse):
    tick.run(now=recovery.procedure_at + 10 * HOUR)
    leave(recovery, nurse, 25 * HOUR)
    assert evening().state == "cancelled"
    assert not Message.objects.filter(checkin=evening(), state="owed").exists()
    assert Message.objects.get(checkin=evening()).reason == "expired"


def test_it_is_recorded_with_what_stood_before(recovery, nurse):
    first = leave(recovery, nurse, 3 * HOUR)
    second = leave(first, nurse, 4 * HOUR)
    assert list(FactChange.objects.values_list("fact", "before", "after", "by")) == [
        ("discharged_at", "", first.discharged_at.isoformat(), nurse.pk),
        (
            "discharged_at",
            first.discharged_at.isoformat(),
            second.discharged_at.isoformat(),
            nurse.pk,
        ),
    ]
    leave(second, nurse, 4 * HOUR)
    assert FactChange.objects.count() == AccessEvent.objects.filter(what="discharge").count() == 2


def test_it_is_correctable_until_the_first_evening_is_answered(recovery, nurse):
    left = leave(recovery, nurse, 3 * HOUR)
    tick.run(now=left.discharged_at + 2 * HOUR)
    log(left, on=left.procedure_on, now=left.discharged_at + 3 * HOUR)
    with pytest.raises(NotAllowed, match="answered"):
        leave(left, nurse, 2 * HOUR, now=left.discharged_at + 4 * HOUR)


def test_a_first_log_before_leaving_keeps_nobody_from_writing_the_discharge_down(recovery, nurse):
    """Who stays past 16:00 has answered the evening when it opens, and goes home all the same."""
    tick.run(now=recovery.procedure_at)
    log(recovery, on=recovery.procedure_on, now=recovery.procedure_at + 5 * HOUR)
    tick.run(now=recovery.procedure_at + 7 * HOUR)
    assert evening().state == "completed"
    left = leave(recovery, nurse, 7 * HOUR)
    assert left.discharged_at == recovery.procedure_at + 7 * HOUR
    assert evening().state == "completed"


@pytest.mark.parametrize(
    ("after", "now", "state"),
    [
        pytest.param(-MINUTE, 8 * HOUR, "active", id="before the procedure"),
        pytest.param(9 * HOUR, 8 * HOUR, "active", id="in the future"),
        pytest.param(48 * HOUR, 60 * HOUR, "active", id="on day 2"),
        pytest.param(3 * HOUR, 8 * HOUR, "withdrawn", id="ended"),
    ],
)
def test_what_cannot_be_is_refused(recovery, nurse, after, now, state):
    Recovery.objects.update(state=state)
    with pytest.raises(NotAllowed):
        leave(recovery, nurse, after, now=recovery.procedure_at + now)
    recovery.refresh_from_db()
    assert recovery.discharged_at is None


def test_marks_of_a_day_that_the_procedure_was_not_on_keep_nobody_from_going_home(recovery, nurse):
    """A date typed wrong: the room was in use on the day that it named, and the discharge belongs
    to the day before.
    """
    seen = recovery.procedure_at + HOUR
    observations.set_room_time(recovery=recovery, user=nurse, now=seen, room_at=seen)
    observations.record(
        recovery=recovery, user=nurse, now=seen, minute=0, values={"pain": 3}, read=None
    )
    with pytest.raises(NotAllowed, match="by the marks"):
        leave(recovery, nurse, HOUR / 2, now=seen)
    earlier = reschedules.reschedule(
        recovery=recovery,
        user=nurse,
        now=seen + HOUR,
        procedure_at=recovery.procedure_at - 2 * DAY,
        anchor=recovery.anchor,
    )
    left = leave(earlier, nurse, 3 * HOUR, now=seen + 2 * HOUR)
    assert left.discharged_at == earlier.procedure_at + 3 * HOUR


def test_nine_statements_at_most(recovery, nurse):
    tick.run(now=recovery.procedure_at + 7 * HOUR)
    with CaptureQueriesContext(connection) as found:
        leave(recovery, nurse, 6 * HOUR, now=recovery.procedure_at + 7 * HOUR)
    sql = [one["sql"] for one in found if "SAVEPOINT" not in one["sql"]]
    # The row that goes takes its dependants along.
    assert len([one for one in sql if not one.startswith("DELETE")]) <= 9, sql
