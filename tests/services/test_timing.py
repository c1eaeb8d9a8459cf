"""R40 to R43 and R46: what misses and silence fire, once, and what quiets them.

The cases S1 to S8 and S17 are those of docs/protocol.md; scores are judged in test_checkins.
"""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from recovery.models import Alert, Message, Recovery
from recovery.services import checkins, contacts, recoveries, reschedules, tick
from tests.cast import TODAY, ZONE, checkin_of, make_recovery
from tests.services.test_logs import record

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time on a day of a recovery whose procedure was TODAY; in UTC, so that hours add up."""
    on = TODAY + timedelta(days=day)
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


@pytest.fixture
def recovery(clinic, nurse) -> Recovery:
    return make_recovery(clinic, day=0, now=at(0, 15))


def tick_to(end: datetime, *, start: datetime | None = None, step: timedelta = 6 * HOUR) -> None:
    moment = start or at(0, 15)
    while moment < end:
        tick.run(now=moment)
        moment += step
    tick.run(now=end)


def log(recovery: Recovery, day: int, hour: int = 18, **answers) -> None:
    """A log about `day`, with that day's ticks until then."""
    tick_to(at(day, hour), start=at(day, 0))
    report(recovery, at(day, hour), **answers)


def report(recovery: Recovery, now: datetime, **answers) -> None:
    """A log about the day it is, quiet but for `answers`."""
    record(recovery, now=now, **{"log_date": now.astimezone(ZoneInfo(ZONE)).date()} | answers)


def log_days(recovery: Recovery, *days: int) -> None:
    for day in days:
        log(recovery, day)


def reached(recovery: Recovery, nurse, moment: datetime, outcome: str = "advised") -> None:
    contacts.record(recovery=recovery, user=nurse, now=moment, kind="call", outcome=outcome)


def fired(recovery: Recovery) -> list[str]:
    """The rules of time, each as often as it was raised."""
    rows = Alert.objects.filter(recovery=recovery, rule__gte="R40")
    return sorted(rows.values_list("rule", flat=True))


def raised_at(recovery: Recovery, rule: str) -> datetime:
    return Alert.objects.get(recovery=recovery, rule=rule).raised_at


def test_s1_no_first_log_and_no_contact(recovery):
    tick_to(at(2, 11, 59))
    assert fired(recovery) == []
    tick.run(now=at(2, 12))
    assert fired(recovery) == ["R40"]
    assert raised_at(recovery, "R40") == at(2, 12)


@pytest.mark.parametrize("moment", [at(1, 9), at(2, 11)])
def test_s2_a_contact_on_day_1_or_2_quiets_it(recovery, nurse, moment):
    tick_to(moment)
    reached(recovery, nurse, moment)
    tick_to(at(2, 12), start=moment)
    assert fired(recovery) == []


@pytest.mark.parametrize("outcome", ["no_answer", "wrong_number"])
def test_a_call_that_reached_nobody_quiets_nothing(recovery, nurse, outcome):
    tick_to(at(1, 9))
    reached(recovery, nurse, at(1, 9), outcome)
    tick_to(at(2, 12), start=at(1, 9))
    assert fired(recovery) == ["R40"]


def test_a_contact_before_day_1_quiets_nothing(recovery, nurse):
    reached(recovery, nurse, at(0, 16))
    tick_to(at(2, 12))
    assert fired(recovery) == ["R40"]


def test_s3_two_in_a_row(recovery):
    log_days(recovery, 1, 2)
    tick_to(at(4, 12), start=at(2, 18))
    assert fired(recovery) == []
    tick_to(at(5, 12), start=at(4, 12))
    assert fired(recovery) == ["R41"]


def test_s4_a_log_between_two_misses(recovery):
    log_days(recovery, 1, 2, 4)
    tick_to(at(6, 12), start=at(4, 18))
    assert fired(recovery) == []


def test_s5_once_for_a_run_however_long(recovery, nurse):
    log_days(recovery, 1, 2)
    tick_to(at(5, 12), start=at(2, 18))
    Alert.objects.filter(rule="R41").update(
        state="closed", closed_by=nurse, closed_at=at(5, 13), closing_reason="phone"
    )
    tick_to(at(7, 12), start=at(5, 13))
    assert fired(recovery) == ["R41"]


def test_a_second_run_of_misses_is_told_again(recovery, nurse):
    log_days(recovery, 1, 2)
    tick_to(at(5, 12), start=at(2, 18))
    Alert.objects.filter(rule="R41").update(
        state="closed", closed_by=nurse, closed_at=at(5, 13), closing_reason="phone"
    )
    log_days(recovery, 5, 6)
    tick_to(at(9, 12), start=at(6, 18))
    assert fired(recovery) == ["R41", "R41"]


def test_misses_that_one_late_tick_finds_are_told_once(recovery):
    log_days(recovery, 1, 2)
    tick.run(now=at(9, 13))
    assert fired(recovery) == ["R41"]


def test_a_late_log_about_a_missed_day_breaks_the_run(recovery):
    log_days(recovery, 1, 2)
    tick_to(at(4, 13), start=at(2, 18))
    report(recovery, at(4, 13), log_date=TODAY + timedelta(days=3))
    tick_to(at(5, 12), start=at(4, 13))
    assert fired(recovery) == []


def test_a_contact_during_the_run_quiets_it(recovery, nurse):
    log_days(recovery, 1, 2)
    tick_to(at(4, 10), start=at(2, 18))
    reached(recovery, nurse, at(4, 10))
    tick_to(at(6, 12), start=at(4, 10))
    assert fired(recovery) == []


def test_a_contact_before_the_run_does_not(recovery, nurse):
    log_days(recovery, 1, 2)
    reached(recovery, nurse, at(2, 19))
    tick_to(at(5, 12), start=at(2, 19))
    assert fired(recovery) == ["R41"]


def test_misses_after_day_14_are_no_run(recovery):
    log_days(recovery, *range(1, 15))
    report(recovery, at(15, 9))
    tick_to(at(18, 23), start=at(15, 9), step=24 * HOUR)
    tick_to(at(25, 23), start=at(18, 23), step=24 * HOUR)
    assert "R41" not in fired(recovery)


@pytest.mark.parametrize(
    ("hours", "expected"), [(timedelta(hours=23, minutes=59), []), (24 * HOUR, ["R42"])]
)
def test_s6_and_s7_silent_for_24_h_after_an_alert(recovery, hours, expected):
    log_days(recovery, 1, 2, 3, 4)
    report(recovery, at(5, 9), saddle="unsure")
    tick_to(at(5, 9) + hours, start=at(5, 9))
    assert fired(recovery) == expected


def test_it_is_urgent_and_mailed_when_the_clinic_opens(recovery, nurse):
    """Day 6 is a Sunday. On Monday one mail tells of it and of the alert that was silent."""
    log_days(recovery, 1, 2, 3, 4)
    report(recovery, at(5, 9), saddle="unsure")
    tick_to(at(5, 9) + 24 * HOUR, start=at(5, 9))
    alert = Alert.objects.get(recovery=recovery, rule="R42")
    assert (alert.severity, alert.patient_text) == ("urgent", "")
    mails = Message.objects.filter(recovery=recovery, kind="alert")
    assert not mails.exists()
    tick_to(at(7, 8), start=at(7, 8))
    assert [mail.user for mail in mails] == [nurse]


def test_s8_a_contact_meanwhile(recovery, nurse):
    log_days(recovery, 1, 2, 3, 4)
    report(recovery, at(5, 9), saddle="unsure")
    reached(recovery, nurse, at(5, 15))
    tick_to(at(7, 9), start=at(5, 15))
    assert "R42" not in fired(recovery)


def test_another_log_meanwhile(recovery):
    log_days(recovery, 1, 2, 3, 4)
    report(recovery, at(5, 9), saddle="unsure")
    report(recovery, at(5, 20))
    tick_to(at(6, 11), start=at(5, 20))
    assert "R42" not in fired(recovery)


def test_it_is_said_once_for_a_silence(recovery, nurse):
    log_days(recovery, 1, 2, 3, 4)
    report(recovery, at(5, 9), saddle="unsure")
    tick_to(at(5, 9) + 24 * HOUR, start=at(5, 9))
    Alert.objects.filter(rule="R42").update(
        state="closed", closed_by=nurse, closed_at=at(6, 10), closing_reason="phone"
    )
    tick_to(at(7, 11), start=at(6, 10))
    assert fired(recovery).count("R42") == 1


def test_it_wakes_the_tick_over_a_weekend(clinic, nurse):
    """An urgent alert's own second mail waits for clinic hours; this rule does not."""
    clinic.hours = [["08:00", "17:00"], *[None] * 6]
    clinic.save()
    recovery = make_recovery(clinic, day=60, now=at(0, 15))
    report(recovery, at(0, 17), saddle="unsure")
    Recovery.objects.filter(pk=recovery.pk).update(next_event_at=None)
    report(recovery, at(0, 18), saddle="unsure", bladder="unsure")
    recovery.refresh_from_db()
    assert recovery.next_event_at <= at(1, 18)


def sent_form(recovery: Recovery, now: datetime, **answers) -> None:
    """The two-week form with these answers of the log, as sent at `now`."""
    checkins.save(
        checkin_id=checkin_of(recovery, "C14").pk,
        instruments=[],
        answers={"log": answers},
        client_id=uuid.uuid4(),
        now=now,
        source="patient",
        mode="web",
        send=True,
    )


@pytest.mark.parametrize(
    ("hours", "expected"), [(timedelta(hours=23, minutes=59), []), (24 * HOUR, ["R42"])]
)
def test_an_alert_of_a_form_is_waited_for_as_one_of_a_log(recovery, hours, expected):
    log_days(recovery, *range(1, 14))
    sent_form(recovery, at(13, 19), wound=["pus_or_smell"])
    tick_to(at(13, 19) + hours, start=at(13, 19))
    assert fired(recovery) == expected


def test_one_silence_feeds_its_alert_once(recovery, nurse):
    """A nurse who reads it can close it: what she read does not change under her hands."""
    log_days(recovery, 1, 2)
    report(recovery, at(3, 9), saddle="unsure")
    tick_to(at(4, 9), start=at(3, 9))
    report(recovery, at(4, 12), saddle="unsure")
    tick_to(at(5, 21), start=at(4, 12), step=HOUR)
    [alert] = Alert.objects.filter(recovery=recovery, rule="R42")
    assert alert.firings == 1


def test_a_silence_after_the_contact_is_said_again(recovery, nurse):
    log_days(recovery, 1, 2)
    report(recovery, at(3, 9), saddle="unsure")
    tick_to(at(4, 9), start=at(3, 9))
    reached(recovery, nurse, at(4, 10))
    report(recovery, at(4, 12), saddle="unsure")
    tick_to(at(5, 13), start=at(4, 12), step=HOUR)
    alert = Alert.objects.get(recovery=recovery, rule="R42")
    assert (alert.state, alert.firings) == ("open", 2)


@pytest.mark.parametrize("state", ["withdrawn", "cancelled", "died"])
def test_nobody_waits_for_a_log_of_one_who_left(recovery, nurse, state):
    log_days(recovery, 1, 2, 3, 4)
    report(recovery, at(5, 9), saddle="unsure")
    Recovery.objects.filter(pk=recovery.pk).update(state=state)
    tick_to(at(7, 9), start=at(5, 9))
    assert fired(recovery) == []


def test_s17_a_form_that_expired_unfilled(recovery):
    log_days(recovery, *range(1, 15))
    tick_to(at(18, 23, 58), start=at(14, 18))
    assert fired(recovery) == []
    tick_to(at(19, 12), start=at(18, 23, 59))
    [alert] = Alert.objects.filter(recovery=recovery, rule="R43")
    assert alert.staff_text.endswith("(D14)")


def test_no_baseline_form_on_day_1(clinic, nurse):
    recovery = make_recovery(clinic, day=0, now=at(0, 15), baseline=False)
    tick_to(at(1, 5, 59))
    assert fired(recovery) == []
    tick_to(at(1, 6), start=at(1, 5, 59))
    assert fired(recovery) == ["R46"]
    tick_to(at(1, 23), start=at(1, 6))
    assert fired(recovery) == ["R46"]


def test_a_missing_baseline_is_said_once_for_a_new_date_too(clinic, nurse):
    recovery = make_recovery(clinic, day=0, now=at(0, 15), baseline=False)
    tick_to(at(1, 6))
    reschedules.reschedule(
        recovery=recovery, user=nurse, now=at(1, 8), procedure_at=at(8, 9), anchor=1
    )
    tick_to(at(12, 9), start=at(1, 8))
    assert Alert.objects.get(recovery=recovery, rule="R46").firings == 1


def test_one_enrolled_late_is_told_too(clinic, nurse):
    recovery = make_recovery(clinic, day=9, now=at(0, 15), baseline=False)
    assert "R46" in fired(recovery)


def test_nothing_is_missed_while_paused(recovery, nurse):
    log_days(recovery, 1, 2)
    recoveries.change_state(recovery=recovery, user=nurse, now=at(2, 20), state="paused")
    tick_to(at(6, 12), start=at(2, 20))
    assert fired(recovery) == []
