"""The same form sent again: from a page gone stale, after midnight, by a finger that taps twice."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.models import Alert, Clinic, DailyLog, Message, Recovery, User
from recovery.services import alerts, contacts, tick
from recovery.tokens import link_token
from tests.cast import checkin_of, make_recovery, user_of
from tests.pages import words
from tests.views.patient.conftest import QUIET_POST, TODAY, at, post, url

YESTERDAY = (TODAY - timedelta(days=1)).isoformat()


def stored() -> list[tuple[int, str]]:
    return list(DailyLog.objects.order_by("pk").values_list("revision", "bladder"))


def days() -> list[int]:
    return list(DailyLog.objects.order_by("pk").values_list("day", flat=True))


def mails() -> int:
    return Message.objects.filter(kind="alert").count()


def test_back_edit_and_a_double_tap_is_one_correction_and_one_mail(
    as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id)
    for _tap in range(3):
        post(as_patient, recovery, client_id, bladder="yes")
    assert stored() == [(0, "no"), (1, "yes")]
    assert mails() == 1


def test_yes_then_no_then_yes_again_from_a_stale_page_fires_again(
    as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id, bladder="yes")
    post(as_patient, recovery, client_id)
    for _tap in range(2):
        response = post(as_patient, recovery, client_id, bladder="yes")
    assert stored() == [(0, "yes"), (1, "no"), (2, "yes")]
    assert mails() == 2
    assert Alert.objects.get().logs.count() == 2
    assert "Call 911" in words(as_patient.get(response["Location"]))


def test_a_retry_that_comes_late_reverts_no_correction(
    as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id, bladder="yes")
    post(as_patient, recovery, client_id, bladder="yes", free_text="Since noon", revision="0")
    post(as_patient, recovery, client_id, bladder="yes")
    assert DailyLog.objects.current().get().free_text == "Since noon"
    assert mails() == 2


def handled(recovery: Recovery, nurse: User, now: datetime) -> None:
    contacts.record(recovery=recovery, user=nurse, now=now, kind="call", outcome="ed")
    read = {alert.uuid: alert.firings for alert in recovery.alerts.all()}
    alerts.close(recovery=recovery, read=read, user=nurse, now=now, reason="ed")


def test_an_emergency_sent_again_after_midnight_stays_of_its_day(
    as_patient: Client, recovery: Recovery, set_clock: Callable[[datetime], None]
) -> None:
    """Its date may not be reported any more, so that nobody knows which day is meant."""
    client_id = uuid.uuid4()
    set_clock(at(2, 23, 59))
    post(as_patient, recovery, client_id, log_date=YESTERDAY, bladder="yes")
    set_clock(at(3, 0, 1))
    response = post(as_patient, recovery, client_id, log_date=YESTERDAY, bladder="yes")
    assert "You can log for" in words(response)
    assert days() == [1]
    assert mails() == 1


def test_a_refused_page_reloaded_days_later_raises_nothing(
    as_patient: Client, recovery: Recovery, nurse: User, set_clock: Callable[[datetime], None]
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id, bladder="yes", pain_avg="12")
    handled(recovery, nurse, at(2, 16))
    set_clock(at(6, 9))
    response = post(as_patient, recovery, client_id, bladder="yes", pain_avg="12")
    assert "Call 911" in words(response)
    assert days() == [2]
    assert not recovery.alerts.not_closed().exists()


def test_a_correction_whose_date_is_refused_keeps_the_day_of_the_log(
    as_patient: Client, recovery: Recovery, set_clock: Callable[[datetime], None]
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id)
    set_clock(at(6, 9))
    post(as_patient, recovery, client_id, revision="0", bladder="yes")
    assert days() == [2, 2]
    assert stored() == [(0, "no"), (1, "yes")]


@pytest.mark.parametrize(("again", "rows"), [({}, [20]), ({"pain_avg": "5"}, [20, 20])])
def test_a_link_that_means_today_keeps_the_day_it_was_answered_on(
    clinic: Clinic, nurse: User, set_clock: Any, again: dict[str, str], rows: list[int]
) -> None:
    set_clock(at(2, 23, 59))
    recovery = make_recovery(clinic, day=20, now=at(2, 23, 59))
    pulse = recovery.checkins.open().get(key__startswith="PULSE")
    address = reverse("link_form", args=[link_token(pulse), uuid.uuid4()])
    answers = {name: value for name, value in QUIET_POST.items() if name != "log_date"}
    Client().post(address, answers | {"pain_avg": "6"})
    set_clock(at(3, 0, 1))
    Client().post(address, answers | {"pain_avg": "6", "revision": ""} | again)
    assert days() == rows


def test_a_corrected_date_is_followed_once(as_patient: Client, recovery: Recovery) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id)
    for _tap in range(2):
        post(as_patient, recovery, client_id, log_date=YESTERDAY, revision="0")
    assert days() == [2, 1]


# What a corrected date does to the check-ins
# -------------------------------------------


def moved_to_yesterday(client: Client, recovery: Recovery) -> None:
    client_id = uuid.uuid4()
    post(client, recovery, client_id)
    assert checkin_of(recovery, "DAY-02").state == "completed"
    post(client, recovery, client_id, log_date=YESTERDAY, revision="0")


def test_the_day_that_was_not_meant_waits_for_its_answer_again(
    as_patient: Client, recovery: Recovery
) -> None:
    moved_to_yesterday(as_patient, recovery)
    checkin = checkin_of(recovery, "DAY-02")
    assert (checkin.state, checkin.completed_at, checkin.completed_by) == ("open", None, None)
    tick.run(now=at(2, 17, 1))
    assert checkin.messages.filter(state="owed", planned_at=at(2, 17)).exists()
    tick.run(now=at(3, 12, 1))
    checkin.refresh_from_db()
    recovery.refresh_from_db()
    assert (checkin.state, recovery.overdue_since) == ("expired", at(3, 12))


def test_after_its_window_the_day_that_was_not_meant_is_missed(
    as_patient: Client, recovery: Recovery, set_clock: Callable[[datetime], None]
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id)
    set_clock(at(3, 13))
    tick.run(now=at(3, 13))
    today = (TODAY + timedelta(days=1)).isoformat()
    post(as_patient, recovery, client_id, log_date=today, revision="0")
    assert checkin_of(recovery, "DAY-02").state == "expired"
    assert checkin_of(recovery, "DAY-03").state == "completed"


def test_another_log_of_the_day_that_was_not_meant_answers_it(
    as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id)
    post(as_patient, recovery)
    post(as_patient, recovery, client_id, log_date=YESTERDAY, revision="0")
    checkin = checkin_of(recovery, "DAY-02")
    assert (checkin.state, checkin.completed_by.client_id == client_id) == ("completed", False)


def test_a_date_corrected_before_the_checkin_opens_does_not_answer_it(
    clinic: Clinic, nurse: User, set_clock: Callable[[datetime], None]
) -> None:
    set_clock(at(2, 3))
    recovery = make_recovery(clinic, now=at(2, 3))
    client = Client()
    client.force_login(user_of(recovery))
    client_id = uuid.uuid4()
    post(client, recovery, client_id)
    post(client, recovery, client_id, log_date=YESTERDAY, revision="0")
    tick.run(now=at(2, 15))
    assert checkin_of(recovery, "DAY-02").state == "open"


# A correction is no newer report
# -------------------------------


def test_of_two_logs_of_a_day_the_one_entered_last_counts_whichever_is_corrected(
    as_patient: Client, recovery: Recovery, as_nurse: Client
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id, pain_avg="3")
    post(as_patient, recovery, pain_avg="5")
    post(as_patient, recovery, client_id, pain_avg="3", revision="0", free_text="Slept badly")
    recovery.refresh_from_db()
    assert (recovery.last_pain, recovery.pain_trend) == (5, [[2, 5]])
    history = words(as_patient.get(url("history", recovery)))
    assert "Your last answer was 5, on day 2." in history
    page = words(as_nurse.get(reverse("staff_recovery", args=[recovery.uuid])))
    assert "Pain 5 today" in page
