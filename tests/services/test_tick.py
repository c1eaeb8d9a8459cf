"""The tick: what opens, expires, is owed and escalates as time goes by."""

from datetime import datetime, timedelta
from time import sleep
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.models import Alert, CheckIn, Membership, Message, Patient, Recovery
from recovery.models.recoveries import QueueRank
from recovery.services import addresses, alerts, contacts, messages, recoveries, tick
from tests.cast import NOW, TODAY, ZONE, checkin_of, make_recovery
from tests.crowd import at_once
from tests.services.test_logs import record

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def local(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """A time of TODAY, or of `days` later, in the patient's zone."""
    on = TODAY + timedelta(days=days)
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZoneInfo(ZONE))


@pytest.fixture
def on_day_5(clinic, nurse) -> Recovery:
    return make_recovery(clinic, day=5, now=local(5))


def run_from_to(start: datetime, end: datetime, step: timedelta = 10 * MINUTE) -> None:
    while start <= end:
        tick.run(now=start)
        start += step


def reminders(recovery: Recovery, **filters) -> list[tuple[str, int, str, str]]:
    rows = Message.objects.filter(recovery=recovery, kind="reminder", **filters)
    return list(
        rows.order_by("planned_at", "number").values_list(
            "checkin__key", "number", "state", "reason"
        )
    )


def test_a_checkin_opens_at_its_time(on_day_5):
    tick.run(now=local(5, 59))
    assert not CheckIn.objects.filter(key="DAY-05").exists()
    tick.run(now=local(6))
    assert checkin_of(on_day_5, "DAY-05").state == CheckIn.State.OPEN


def test_reminders_are_owed_at_their_times_and_a_newer_one_replaces_an_unsent_one(on_day_5):
    run_from_to(local(6), local(20, 30))
    assert reminders(on_day_5, checkin__key="DAY-05") == [
        ("DAY-05", 1, "not_sent", "superseded"),
        ("DAY-05", 2, "owed", ""),
    ]


def test_a_doubled_tick_does_nothing(on_day_5):
    for _ in range(3):
        tick.run(now=local(17))
    assert len(reminders(on_day_5, checkin__key="DAY-05")) == 1


def test_an_answer_stops_the_second_reminder(on_day_5):
    tick.run(now=local(17))
    record(on_day_5, now=local(18))
    tick.run(now=local(20))
    assert [row[2:] for row in reminders(on_day_5, checkin__key="DAY-05")] == [
        ("not_sent", "answered")
    ]


def test_an_unanswered_checkin_expires_and_is_overdue_since_then(on_day_5):
    run_from_to(local(6), local(12, days=1), HOUR)
    on_day_5.refresh_from_db()
    # The first of the run: nothing was ever answered, so it began with the first evening.
    first = CheckIn.objects.filter(recovery=on_day_5, state="expired").order_by("expires_at")[0]
    assert first.key == "EVE0"
    assert on_day_5.overdue_since == first.expires_at
    assert on_day_5.queue_rank == 5


def test_any_log_clears_what_was_overdue(on_day_5):
    record(on_day_5, now=local(18))
    on_day_5.refresh_from_db()
    assert (on_day_5.overdue_since, on_day_5.queue_rank) == (None, None)


def test_who_has_told_of_a_later_day_is_not_silent(on_day_5):
    """D6 is told of in the morning before D5's window ends at noon."""
    record(on_day_5, now=local(8), log_date=TODAY - DAY)
    record(on_day_5, now=local(8, days=1), log_date=TODAY + DAY)
    tick.run(now=local(12, 1, days=1))
    assert checkin_of(on_day_5, "DAY-05").state == "expired"
    on_day_5.refresh_from_db()
    assert (on_day_5.overdue_since, on_day_5.queue_rank) == (None, None)


def test_a_day_told_late_clears_what_a_newer_day_had_not(on_day_5):
    """Also a row that stands from before."""
    record(on_day_5, now=local(8, days=1), log_date=TODAY + DAY)
    tick.run(now=local(12, 1, days=1))
    Recovery.objects.filter(pk=on_day_5.pk).update(overdue_since=local(12, days=1))
    record(on_day_5, now=local(13, days=1), log_date=TODAY)
    on_day_5.refresh_from_db()
    assert (on_day_5.overdue_since, on_day_5.queue_rank) == (None, None)


def test_a_form_is_missed_though_a_log_came_before_its_window_ended(clinic, nurse):
    recovery = make_recovery(clinic, day=36, now=local(5))
    form = checkin_of(recovery, "C30")
    record(recovery, now=form.expires_at - HOUR, log_date=TODAY)
    Recovery.objects.filter(pk=recovery.pk).update(overdue_since=None)
    tick.run(now=form.expires_at)
    recovery.refresh_from_db()
    assert recovery.overdue_since == form.expires_at


def test_a_contact_hides_the_overdue_row_until_the_next_miss(on_day_5, nurse):
    contacts.record(recovery=on_day_5, user=nurse, now=local(9), kind="call", outcome="advised")
    on_day_5.refresh_from_db()
    assert on_day_5.queue_rank is None
    tick.run(now=local(12, days=1))
    on_day_5.refresh_from_db()
    assert on_day_5.queue_rank == 5


@pytest.mark.parametrize("days", [1, 3, 30])
def test_after_an_outage_at_most_one_reminder_goes(on_day_5, days):
    tick.run(now=local(17, days=days))
    owed = reminders(on_day_5, state="owed")
    assert len(owed) <= 1
    rest = {reason for *_, state, reason in reminders(on_day_5) if state == "not_sent"}
    assert rest <= {"superseded", "expired"}
    assert len(reminders(on_day_5)) > len(owed)


def test_a_reminder_that_is_late_at_night_waits_for_the_morning(on_day_5):
    tick.run(now=local(22))
    message = Message.objects.get(checkin__key="DAY-05", state="owed")
    assert message.send_after == local(8, days=1)


def test_a_planned_recovery_becomes_active_at_the_procedure(clinic, nurse):
    recovery = make_recovery(clinic, day=0, now=local(8))
    assert recovery.state == Recovery.State.PLANNED
    tick.run(now=local(9, 30))
    recovery.refresh_from_db()
    assert recovery.state == Recovery.State.ACTIVE


def test_a_recovery_is_completed_when_its_last_occasion_has_expired(clinic, nurse):
    recovery = make_recovery(clinic, day=103, now=NOW)
    assert recovery.state == Recovery.State.ACTIVE
    tick.run(now=NOW + 2 * DAY)
    recovery.refresh_from_db()
    assert (recovery.state, recovery.next_event_at) == (Recovery.State.COMPLETED, None)


def test_what_expired_before_enrolment_never_becomes_a_row(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW, ticked=False, baseline=False)
    Recovery.objects.update(created_at=local(10))
    tick.run(now=local(10))
    assert set(CheckIn.objects.filter(recovery=recovery).values_list("key", flat=True)) == {
        "DAY-04",
        "DAY-05",
    }


def test_a_paused_recovery_sends_nothing_and_a_resumed_one_starts_fresh(on_day_5, nurse):
    recoveries.change_state(recovery=on_day_5, user=nurse, now=local(5), state="paused")
    run_from_to(local(6), local(5, days=3), HOUR)
    assert not CheckIn.objects.filter(recovery=on_day_5, key="DAY-06").exists()
    recoveries.change_state(recovery=on_day_5, user=nurse, now=local(5, days=3), state="active")
    tick.run(now=local(17, days=3))
    opened = set(CheckIn.objects.filter(state="open").values_list("key", flat=True))
    assert opened == {"DAY-08"}
    assert reminders(on_day_5, state="owed")[-1][0] == "DAY-08"


# Alerts
# ------


def escalations(recovery: Recovery) -> list[datetime]:
    rows = Message.objects.filter(recovery=recovery, kind="escalation")
    return sorted(set(rows.values_list("planned_at", flat=True)))


def test_an_emergency_tells_again_after_15_and_60_minutes_and_then_hourly(on_day_5):
    start = local(18)
    record(on_day_5, now=start, saddle="yes")
    run_from_to(start, start + 4 * HOUR, 5 * MINUTE)
    waits = [at - start for at in escalations(on_day_5)]
    assert waits == [15 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR]


def test_an_urgent_alert_tells_again_once_after_two_clinic_hours(on_day_5):
    # TODAY is a Monday; the clinic closes at 17:00 and opens at 08:00.
    record(on_day_5, now=local(16), calf_one_leg=True)
    run_from_to(local(16), local(16, days=1), 10 * MINUTE)
    assert escalations(on_day_5) == [local(9, days=1)]


def test_one_mail_a_person_for_the_highest_severity(on_day_5, nurse, clinician):
    record(on_day_5, now=local(9), saddle="yes", calf_one_leg=True)
    tick.run(now=local(9, 15))
    mails = Message.objects.filter(kind="escalation")
    assert {mail.user for mail in mails} == {nurse, clinician}
    assert mails.count() == 2


def test_claiming_stops_no_clock_and_lapses(on_day_5, nurse):
    record(on_day_5, now=local(9), saddle="yes")
    alerts.claim(alert=Alert.objects.get(), user=nurse, now=local(9, 1))
    run_from_to(local(9, 1), local(9, 40), MINUTE)
    assert Alert.objects.get().state == Alert.State.OPEN
    assert len(escalations(on_day_5)) == 1


def test_a_contact_that_reached_somebody_stops_the_clock(on_day_5, nurse):
    record(on_day_5, now=local(9), saddle="yes")
    contacts.record(recovery=on_day_5, user=nurse, now=local(9, 5), kind="call", outcome="ed")
    run_from_to(local(9), local(11, 55), 5 * MINUTE)
    assert escalations(on_day_5) == []
    on_day_5.refresh_from_db()
    assert on_day_5.queue_rank == 6


@pytest.mark.parametrize("outcome", ["no_answer", "wrong_number"])
def test_no_answer_lets_an_emergency_go_on_and_a_review_come_back(on_day_5, nurse, outcome):
    record(on_day_5, now=local(9), saddle="yes", fall=True)
    contacts.record(recovery=on_day_5, user=nurse, now=local(9, 5), kind="call", outcome=outcome)
    states = dict(Alert.objects.values_list("rule", "state"))
    assert states == {"R01": "open", "R35": "contacted"}
    run_from_to(local(9), local(13, 5), 5 * MINUTE)
    assert len(escalations(on_day_5)) == 5
    assert Alert.objects.get(rule="R35").state == "open"


def test_after_an_outage_an_alert_tells_once_and_goes_on_from_there(on_day_5):
    record(on_day_5, now=local(9), saddle="yes")
    tick.run(now=local(12, 30))
    tick.run(now=local(12, 45))
    assert escalations(on_day_5) == [local(12, 30)]
    tick.run(now=local(13))
    assert len(escalations(on_day_5)) == 2


def test_staff_whose_role_ended_are_not_told(on_day_5, nurse, clinician):
    Membership.objects.filter(user=clinician).update(is_active=False)
    record(on_day_5, now=local(9), saddle="yes")
    assert {mail.user for mail in Message.objects.filter(kind="alert")} == {nurse}


# One bad row
# -----------


def test_a_row_that_cannot_be_advanced_delays_nobody_else(clinic, nurse):
    bad = make_recovery(clinic, day=5, now=local(5))
    good = make_recovery(clinic, day=5, now=local(5))
    bad.patient.zone = "Mars/Olympus"
    bad.patient.save()
    tick.run(now=local(17))
    assert checkin_of(good, "DAY-05").state == CheckIn.State.OPEN
    assert not CheckIn.objects.filter(recovery=bad, key="DAY-05").exists()


def test_the_alerts_of_a_row_that_cannot_be_advanced_tell_staff_all_the_same(on_day_5):
    record(on_day_5, now=local(9), saddle="yes")
    Patient.objects.update(zone="Mars/Olympus")
    run_from_to(local(9), local(10), MINUTE)
    assert escalations(on_day_5) == [local(9, 15), local(10)]
    # It stays due: once it can be advanced, nothing of it is lost.
    on_day_5.refresh_from_db()
    assert on_day_5.next_event_at <= local(10)


def test_a_baseline_whose_end_another_zone_has_moved_opens_and_goes_on(clinic, nurse):
    """In Tokyo the procedure is at 08:00 of its day, in Los Angeles that is the day before."""
    start = datetime(TODAY.year, TODAY.month, TODAY.day, 8, tzinfo=ZoneInfo("Asia/Tokyo"))
    enrolled = {"created_at": start - 45 * DAY, "next_event_at": start - 45 * DAY}
    recovery = make_recovery(clinic, zone="Asia/Tokyo", ticked=False, baseline=False)
    on = {"procedure_at": start, "procedure_on": TODAY}
    Recovery.objects.filter(pk=recovery.pk).update(**on, **enrolled)
    Patient.objects.update(zone="America/Los_Angeles")
    assert tick.run(now=start - 29 * DAY).failed == 0
    baseline = checkin_of(recovery, "BASE")
    assert (baseline.state, baseline.expires_at) == (CheckIn.State.OPEN, start)
    assert tick.run(now=start + MINUTE).failed == 0
    baseline.refresh_from_db()
    assert baseline.state == CheckIn.State.EXPIRED


def cost(now: datetime) -> int:
    """The data statements of a tick."""
    with CaptureQueriesContext(connection) as captured:
        tick.run(now=now)
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured)


def test_a_tick_with_nothing_due_is_one_read(clinic, nurse):
    make_recovery(clinic, day=5, now=local(6))
    assert cost(local(6)) == 1


def test_the_statements_of_a_tick_do_not_grow_with_its_batch(clinic, nurse):
    make_recovery(clinic, day=5, now=local(5))
    cost(local(17))
    one = cost(local(17, days=1))
    for _ in range(5):
        make_recovery(clinic, day=6, now=local(17, days=1))
    assert cost(local(17, days=2)) == one


def test_an_answered_form_leaves_the_logs_two_times(clinic, nurse):
    recovery = make_recovery(clinic, day=14, now=local(5))
    CheckIn.objects.filter(key="C14").update(state="completed", completed_at=local(5))
    run_from_to(local(6), local(17, 30), HOUR)
    assert reminders(recovery, checkin__key="DAY-14") == [("DAY-14", 1, "owed", "")]


def test_enrolled_after_a_reminder_of_the_baseline_one_mail_is_enough(clinic, nurse):
    recovery = make_recovery(clinic, day=-5, now=local(15), ticked=False, baseline=False)
    Recovery.objects.filter(pk=recovery.pk).update(created_at=local(15))
    tick.run(now=local(15))
    assert checkin_of(recovery, "BASE").is_open
    assert reminders(recovery) == [("BASE", 1, "not_sent", "not_followed")]
    tick.run(now=local(10, days=3))
    assert reminders(recovery)[1:] == [("BASE", 2, "owed", "")]


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_an_address_that_fails_while_a_tick_begins_stays_in_the_queue(clinic, nurse):
    """The tick's statement has begun, and reaches the row only after the failure is stored."""
    recovery = make_recovery(clinic, day=5, now=local(5))
    invitation = messages.owe_invitation(recovery, now=local(5)) and recovery.messages.get(
        kind="invitation"
    )
    Recovery.objects.filter(pk=recovery.pk).update(next_event_at=local(5))

    def slowly(execute, sql, *rest):
        if "FOR UPDATE" in sql:
            sql = sql.replace(" WHERE ", " WHERE (SELECT pg_sleep(1)) IS NOT NULL AND ", 1)
        return execute(sql, *rest)

    def run_tick() -> None:
        with connection.execute_wrapper(slowly):
            tick.run(now=local(6))

    def fail() -> None:
        sleep(0.4)
        addresses.address_failed(invitation, now=local(5))

    assert at_once([run_tick, fail]) == [None, None]
    recovery.refresh_from_db()
    assert recovery.queue_rank == QueueRank.CALL
