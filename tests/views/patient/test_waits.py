"""Can this wait until tomorrow? Asked where a log was answered, and never of an emergency."""

import uuid
from typing import Any

import pytest
from django.test import Client

from recovery.models import DailyLog, Recovery, WaitAnswer
from recovery.services import logs
from recovery.tokens import link_token
from tests.cast import NUMBERS, QUIET, checkin_of
from tests.pages import words
from tests.views.patient.conftest import TODAY, url

QUESTION = "Can this wait until tomorrow?"
URGENT = {"wound": ["redness_spreading"]}
REVIEW = {"fall": True}


def report(recovery: Recovery, now: Any, *, mode: str = "web", **answers: Any) -> DailyLog:
    return logs.record(
        recovery_id=recovery.pk,
        values=QUIET | answers,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=TODAY,
        now=now,
        source="patient",
        mode=mode,
    ).log


def test_an_answer_that_cannot_wait_tells_whom_to_call(
    as_patient: Client, recovery: Recovery, afternoon: Any
) -> None:
    log = report(recovery, afternoon, **REVIEW)
    page = url("log_saved", recovery, log.client_id)
    assert QUESTION in words(as_patient.get(page))
    response = as_patient.post(page, {"wait": "no"}, follow=True)
    text = words(response)
    assert "You told us: it cannot wait." in text
    assert f"Please call us now at {NUMBERS['clinic_phone']}." in text
    assert "We may not read your answer in time." in text
    recovery.refresh_from_db()
    assert recovery.queue_wait == 0
    as_patient.post(page, {"wait": "yes"})
    assert "You told us: it can wait. Call us if that changes." in words(as_patient.get(page))
    assert WaitAnswer.objects.count() == 2


@pytest.mark.parametrize("said", ["yes", "no"])
def test_an_urgent_text_stands_whatever_is_answered(
    as_patient: Client, recovery: Recovery, afternoon: Any, said: str
) -> None:
    log = report(recovery, afternoon, **URGENT)
    page = url("log_saved", recovery, log.client_id)
    assert "Please call as it says above, whatever you answer." in words(as_patient.get(page))
    text = words(as_patient.post(page, {"wait": said}, follow=True))
    assert "Your skin may be infected. Call us today" in text
    assert "Please call as it says above." in text


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"saddle": "yes"}, id="an emergency"),
        pytest.param({"saddle": "yes"} | REVIEW, id="an emergency beside another"),
        pytest.param({}, id="nothing fired"),
    ],
)
def test_where_it_is_not_asked_a_post_changes_nothing(
    as_patient: Client, recovery: Recovery, afternoon: Any, answers: dict[str, Any]
) -> None:
    log = report(recovery, afternoon, **answers)
    page = url("log_saved", recovery, log.client_id)
    assert QUESTION not in words(as_patient.get(page))
    assert QUESTION not in words(as_patient.post(page, {"wait": "yes"}, follow=True))
    assert not WaitAnswer.objects.exists()


def test_missing_answers_alone_ask_for_those(
    as_patient: Client, recovery: Recovery, afternoon: Any
) -> None:
    log = report(recovery, afternoon, saddle=None)
    assert log.rules == ["R39"]
    assert QUESTION not in words(as_patient.get(url("log_saved", recovery, log.client_id)))


@pytest.mark.parametrize("said", ["", "perhaps", "\0"])
def test_nonsense_is_no_answer(
    as_patient: Client, recovery: Recovery, afternoon: Any, said: str
) -> None:
    log = report(recovery, afternoon, **REVIEW)
    page = url("log_saved", recovery, log.client_id)
    assert as_patient.post(page, {"wait": said}).status_code == 302
    assert not WaitAnswer.objects.exists()


def test_by_a_link_it_is_asked_of_that_log_alone(
    client: Client, recovery: Recovery, afternoon: Any
) -> None:
    token = link_token(checkin_of(recovery, "DAY-02"))
    log = report(recovery, afternoon, mode="link", **REVIEW)
    page = f"/c/{token}/{log.client_id}/saved/"
    strict = Client(enforce_csrf_checks=True)
    assert QUESTION in words(strict.get(page))
    assert "You told us: it cannot wait." in words(strict.post(page, {"wait": "no"}, follow=True))
    recovery.refresh_from_db()
    assert recovery.queue_wait == 0
    # One that came signed in is not the link's.
    other = report(recovery, afternoon, **REVIEW)
    assert strict.post(f"/c/{token}/{other.client_id}/saved/", {"wait": "no"}).status_code == 404
