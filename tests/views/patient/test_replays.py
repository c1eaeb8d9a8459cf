"""The same form sent again: from a page gone stale, after midnight, by a finger that taps twice."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.models import Alert, Clinic, DailyLog, Message, Recovery, User
from recovery.services import alerts, contacts
from recovery.tokens import link_token
from tests.cast import make_recovery
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


def test_a_corrected_date_is_followed(as_patient: Client, recovery: Recovery) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id)
    for _tap in range(2):
        post(as_patient, recovery, client_id, log_date=YESTERDAY, revision="0")
    assert days() == [2, 1]
    assert as_patient.get(url("today", recovery)).status_code == 200
