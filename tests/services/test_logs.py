"""Recording a log: what is stored, what it raises, what a second call does."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.clinical.logfields import LogError
from recovery.models import Alert, CheckIn, DailyLog, Message, Recovery
from recovery.services import logs, reschedules, tick
from recovery.services.logs import Recorded
from tests.cast import NOW, QUIET, TODAY, checkin_of, make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_day_5(clinic, nurse) -> Recovery:
    return make_recovery(clinic, day=5, now=NOW)


def record(recovery: Recovery, *, now=NOW, **given: Any) -> Recorded:
    options = {
        "client_id": uuid.uuid4(),
        "revision": None,
        "log_date": TODAY,
        "source": DailyLog.Source.PATIENT,
        "mode": DailyLog.Mode.WEB,
        "user": None,
    }
    options |= {name: given.pop(name) for name in list(given) if name in options}
    return logs.record(recovery_id=recovery.pk, values={**QUIET, **given}, now=now, **options)


def test_a_log_knows_its_day_phase_and_rule_set(on_day_5):
    log = record(on_day_5).log
    assert (log.day, log.phase.code, log.late) == (5, "gradual_return", False)
    assert (log.rules, log.shown_rule) == ([], "")
    assert log.advice == "Thank you. Your log is saved. Call us if something worries you."
    assert log.judged_baseline_pain == 6


def test_a_log_completes_its_checkin_and_stops_its_reminders(on_day_5):
    checkin = checkin_of(on_day_5, "DAY-05")
    owed = Message.objects.get(checkin=checkin, state=Message.State.OWED)
    log = record(on_day_5).log
    checkin.refresh_from_db()
    owed.refresh_from_db()
    assert (checkin.state, checkin.completed_by) == (CheckIn.State.COMPLETED, log)
    assert (owed.state, owed.reason) == (Message.State.NOT_SENT, Message.Reason.ANSWERED)


def test_status_columns_follow_the_log(on_day_5):
    record(on_day_5, pain_avg=7, log_date=TODAY - timedelta(days=1))
    record(on_day_5, pain_avg=3)
    on_day_5.refresh_from_db()
    assert on_day_5.pain_trend == [[4, 7], [5, 3]]
    assert (on_day_5.last_pain, on_day_5.last_log_day, on_day_5.days_logged) == (3, 5, 2)


def test_a_log_of_yesterday_is_marked(on_day_5):
    assert record(on_day_5, log_date=TODAY - timedelta(days=1)).log.late is True


def test_a_correction_is_as_late_as_what_it_corrects(on_day_5):
    client_id = uuid.uuid4()
    record(on_day_5, client_id=client_id)
    tomorrow = {"client_id": client_id, "revision": 0, "now": NOW + timedelta(days=1)}
    assert record(on_day_5, **tomorrow, free_text="Slept badly").log.late is False
    other_day = {"log_date": TODAY - timedelta(days=1), "revision": 1}
    assert record(on_day_5, **tomorrow | other_day).log.late is True


def test_a_log_of_tomorrow_is_refused(on_day_5):
    with pytest.raises(ValueError, match="not come yet"):
        record(on_day_5, log_date=TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"pain_avg": 11},
        {"pain_worst": 2},
        {"saddle": "perhaps"},
        {"temp_value": Decimal("98.0"), "temp_unit": "C"},
    ],
)
def test_a_value_that_no_form_lets_through_is_refused_here_too(on_day_5, wrong):
    with pytest.raises(LogError):
        record(on_day_5, **wrong)
    assert not DailyLog.objects.exists()


def test_an_emergency_raises_its_alert_and_tells_every_nurse_and_clinician(
    on_day_5, nurse, clinician, manager, harbor_nurse
):
    log = record(on_day_5, bladder="yes", pain_avg=9, pain_controlled=True).log
    assert log.rules == ["R01", "R18"]
    assert log.advice.startswith("This can be a sign that nerves low in your back")
    assert "Call 911 or" in log.advice
    assert {alert.rule: alert.severity for alert in Alert.objects.all()} == {
        "R01": "emergency",
        "R18": "urgent",
    }
    mails = Message.objects.filter(kind=Message.Kind.ALERT)
    assert {mail.user for mail in mails} == {nurse, clinician}
    on_day_5.refresh_from_db()
    assert (on_day_5.queue_rank, on_day_5.queue_since) == (1, NOW)
    assert on_day_5.next_event_at <= NOW + timedelta(minutes=15)


def test_a_review_finding_tells_nobody_by_mail(on_day_5):
    record(on_day_5, temp_value=Decimal("37.9"), temp_unit="C")
    assert Alert.objects.get().rule == "R30"
    assert not Message.objects.filter(kind=Message.Kind.ALERT).exists()


def test_the_rule_firing_again_feeds_the_same_alert_and_tells_staff_again(on_day_5, nurse):
    first = record(on_day_5, saddle="yes").log
    second = record(on_day_5, saddle="yes", now=NOW + timedelta(minutes=5)).log
    alert = Alert.objects.get()
    assert list(alert.logs.order_by("pk")) == [first, second]
    assert (alert.clock_from, alert.notice) == (NOW, 1)
    assert Message.objects.filter(kind=Message.Kind.ALERT, user=nurse).count() == 2


def test_an_alert_that_staff_had_contacted_is_reopened_with_a_new_clock(on_day_5):
    record(on_day_5, saddle="yes")
    Alert.objects.update(state=Alert.State.CONTACTED, contacted_at=NOW, next_notice_at=None)
    later = NOW + timedelta(hours=3)
    record(on_day_5, saddle="yes", now=later)
    alert = Alert.objects.get()
    assert (alert.state, alert.clock_from, alert.notice) == (Alert.State.OPEN, later, 2)
    assert alert.next_notice_at == later + timedelta(minutes=15)


@pytest.mark.parametrize("state", ["paused", "completed", "withdrawn", "cancelled", "died"])
def test_the_rules_run_in_every_state(on_day_5, state):
    Recovery.objects.update(state=state)
    record(on_day_5, chest_or_breath=True)
    assert Alert.objects.get().rule == "R04"


# Replays and corrections
# -----------------------


def test_the_same_answers_again_change_nothing(on_day_5):
    client_id = uuid.uuid4()
    first = record(on_day_5, client_id=client_id, saddle="yes")
    again = record(on_day_5, client_id=client_id, saddle="yes")
    assert (again.replay, again.log) == (True, first.log)
    assert (DailyLog.objects.count(), Message.objects.filter(kind="alert").count()) == (1, 1)


def test_other_answers_are_a_correction_that_supersedes(on_day_5):
    client_id = uuid.uuid4()
    first = record(on_day_5, client_id=client_id, pain_avg=4).log
    second = record(on_day_5, client_id=client_id, revision=0, pain_avg=5).log
    assert (second.revision, second.supersedes) == (1, first)
    assert list(DailyLog.objects.current()) == [second]
    on_day_5.refresh_from_db()
    assert (on_day_5.last_pain, on_day_5.days_logged) == (5, 1)


@pytest.mark.parametrize("days", [1, 2])
def test_a_correction_to_another_day_leaves_its_check_in_to_the_other_log_after_a_move(
    on_day_5, nurse, days
):
    """Both are about today, which the move made day 6 or 7."""
    client_id, yesterday = uuid.uuid4(), TODAY - timedelta(days=1)
    record(on_day_5, client_id=client_id)
    other = record(on_day_5, pain_avg=5).log
    reschedules.reschedule(
        recovery=on_day_5,
        user=nurse,
        now=NOW,
        procedure_at=on_day_5.procedure_at - timedelta(days=days),
        anchor=on_day_5.anchor,
    )
    tick.run(now=NOW)
    record(on_day_5, client_id=client_id, revision=0, log_date=yesterday)
    checkin = CheckIn.objects.get(key=f"DAY-0{5 + days}")
    assert (checkin.state, checkin.completed_by) == (CheckIn.State.COMPLETED, other)


def test_a_stale_retry_never_reverts_a_correction(on_day_5):
    client_id = uuid.uuid4()
    record(on_day_5, client_id=client_id, pain_avg=4)
    record(on_day_5, client_id=client_id, revision=0, pain_avg=5)
    late = record(on_day_5, client_id=client_id, revision=None, pain_avg=4)
    assert late.replay is True
    assert DailyLog.objects.current().get().pain_avg == 5


def test_a_correction_to_a_red_flag_raises_and_the_reverse_closes_nothing(on_day_5):
    client_id = uuid.uuid4()
    record(on_day_5, client_id=client_id)
    record(on_day_5, client_id=client_id, revision=0, bowel="yes")
    record(on_day_5, client_id=client_id, revision=1, bowel="no")
    assert Alert.objects.get().state == Alert.State.OPEN
    assert DailyLog.objects.current().get().rules == []


def test_a_patient_does_not_correct_what_staff_entered(on_day_5, nurse):
    client_id = uuid.uuid4()
    record(on_day_5, client_id=client_id, source="staff", mode="phone", user=nurse)
    with pytest.raises(PermissionDenied):
        record(on_day_5, client_id=client_id, revision=0, pain_avg=2)
    assert DailyLog.objects.get().pain_avg == 4


def test_opioids_are_stored_as_typed_and_totalled_for_staff(on_day_5):
    client_id = uuid.uuid4()
    taken = [{"drug": "oxycodone", "mg": Decimal(10), "doses": Decimal(2)}]
    log = record(on_day_5, client_id=client_id, opioids=taken).log
    assert log.opioid_mme == Decimal("30.0")
    assert record(on_day_5, client_id=client_id, opioids=taken).replay is True


# What comes before the tick
# --------------------------


def test_a_log_before_its_checkin_opens_counts_when_it_opens(clinic, nurse):
    # 03:00 in New York on day 5: the check-in opens at 06:00.
    early = NOW - timedelta(hours=18)
    recovery = make_recovery(clinic, day=5, now=early)
    log = record(recovery, now=early).log
    assert not CheckIn.objects.filter(key="DAY-05").exists()
    tick.run(now=NOW)
    checkin = checkin_of(recovery, "DAY-05")
    assert (checkin.state, checkin.completed_by) == (CheckIn.State.COMPLETED, log)
    assert not Message.objects.filter(checkin=checkin).exists()


# What it costs
# -------------


def statements(recovery: Recovery, **answers: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        record(recovery, **answers)
    wrapping = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(wrapping) for query in captured)


@pytest.mark.parametrize("history", [0, 1, 40])
def test_six_statements_whatever_the_history(clinic, nurse, history):
    """Day 62 has a check-in, so this is a log with all that it can touch."""
    recovery = make_recovery(clinic, day=62, now=NOW)
    record(make_recovery(clinic, day=62, now=NOW))
    for days_ago in range(history, 0, -1):
        record(recovery, log_date=TODAY - timedelta(days=days_ago))
    assert statements(recovery) == 6


@pytest.mark.parametrize(
    "answers",
    [
        {"saddle": "yes"},
        {"saddle": "yes", "temp_value": Decimal("39.9"), "temp_unit": "C", "fall": True},
    ],
)
def test_at_most_six_more_with_alerts_however_many(clinic, nurse, clinician, answers):
    recovery = make_recovery(clinic, day=60, now=NOW)
    record(recovery, saddle="yes")
    assert statements(recovery, **answers) <= 12
