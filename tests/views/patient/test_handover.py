"""The first log by the code of the observation room: it is 11:00, the procedure was at 09:30."""

import uuid
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.clinical.pathway import local
from recovery.clinical.rules import RULES_BY_ID
from recovery.models import Alert, Clinic, DailyLog, Patient, Recovery, User
from recovery.services import discharges, reschedules
from recovery.tokens import first_log_token, link_token
from tests.cast import NUMBERS, QUIET, checkin_of, make_recovery
from tests.pages import filled, read, words
from tests.views.patient.conftest import QUIET_POST, TODAY, at
from tests.views.patient.test_links import everything

ANSWERS = {name: value for name, value in QUIET_POST.items() if name != "log_date"}
R01 = RULES_BY_ID["R01"].patient_text.format_map(NUMBERS)
NOW = at(2, 11)
HOUR = timedelta(hours=1)


@pytest.fixture
def recovery(clinic: Clinic, nurse: User, set_clock: Callable) -> Recovery:
    set_clock(NOW)
    return make_recovery(clinic, day=0, now=NOW)


@pytest.fixture
def token(recovery: Recovery) -> str:
    return first_log_token(recovery)


@pytest.fixture
def phone() -> Client:
    return Client(enforce_csrf_checks=True)


def address(token: str, client_id: uuid.UUID | None = None) -> str:
    return reverse("first_log_form", args=[token, client_id or uuid.uuid4()])


def send(phone: Client, token: str, client_id: uuid.UUID | None = None, **changes: Any) -> Any:
    answers = {k: v for k, v in (ANSWERS | changes).items() if v is not None}
    return phone.post(address(token, client_id), answers)


def leave(recovery: Recovery, user: User, at: Any) -> None:
    discharges.record(recovery=recovery, user=user, now=at, discharged_at=at)


# Opening
# -------


def test_the_code_opens_the_log_of_the_day_without_a_password(phone: Client, token: str) -> None:
    page = phone.get(reverse("first_log", args=[token]), follow=True)
    assert page.redirect_chain[0][0].startswith(f"/f/{token}/")
    assert "Wednesday, March 4" in words(page)
    assert set(map(tuple, filled(page).values())) == {("",)}


@pytest.mark.parametrize("name", ["first_log", "first_log_form", "first_log_signs"])
def test_a_page_behind_the_code_shows_nothing_else_of_the_patient(
    phone: Client, token: str, recovery: Recovery, name: str
) -> None:
    where = address(token) if name == "first_log_form" else reverse(name, args=[token])
    html = phone.get(where, follow=True).content.decode()
    person = recovery.patient
    for secret in (
        person.given_name,
        person.family_name,
        person.record_number,
        str(person.uuid),
        str(recovery.uuid),
        "recoveries/",
        "History",
    ):
        assert secret not in html


@pytest.mark.parametrize("name", ["first_log", "first_log_form", "first_log_signs"])
def test_opening_changes_nothing_however_often(phone: Client, token: str, name: str) -> None:
    where = address(token) if name == "first_log_form" else reverse(name, args=[token])
    before = everything()
    for ask in (phone.get, phone.head) * 3:
        assert ask(where, follow=True).status_code == 200
    assert everything() == before


@pytest.mark.parametrize("broken", ["x", "0" * 32, "0" * 32 + ":forged", "a:b:c"])
def test_a_broken_token_is_404(phone: Client, db: None, broken: str) -> None:
    assert phone.get(reverse("first_log", args=[broken])).status_code == 404
    assert send(phone, broken).status_code == 404


def test_the_token_of_one_kind_of_link_opens_none_of_the_other(
    phone: Client, clinic: Clinic, token: str, set_clock: Callable
) -> None:
    assert phone.get(reverse("link", args=[token])).status_code == 404
    other = make_recovery(clinic, day=2, now=NOW)
    reminder = link_token(checkin_of(other, "DAY-02"))
    assert phone.get(reverse("first_log", args=[reminder])).status_code == 404


# Answering
# ---------


def test_a_post_stores_an_ordinary_log_of_the_immediate_phase(phone: Client, token: str) -> None:
    client_id = uuid.uuid4()
    response = send(phone, token, client_id)
    assert response["Location"] == reverse("first_log_saved", args=[token, client_id])
    log = DailyLog.objects.get()
    assert {name: getattr(log, name) for name in QUIET} == QUIET
    assert (log.day, log.source, log.mode) == (0, "patient", "link")
    assert (log.entered_by, log.late, log.phase.code) == (None, False, "immediate")
    said = words(phone.get(response["Location"]))
    assert "Thank you. Your log is saved." in said
    assert "Saved at 11:00 AM." in said


def test_the_same_form_twice_is_one_log(phone: Client, token: str) -> None:
    client_id = uuid.uuid4()
    for _time in range(2):
        assert send(phone, token, client_id).status_code == 302
    assert DailyLog.objects.count() == 1


def test_the_rules_judge_it_and_staff_are_told(phone: Client, token: str) -> None:
    page = phone.get(send(phone, token, saddle="yes")["Location"])
    assert read(page).advice.startswith("Get help now")
    assert R01 in words(page)
    assert Alert.objects.get().rule == "R01"


def test_a_refused_form_hides_no_emergency(phone: Client, token: str) -> None:
    page = send(phone, token, bladder="yes", pain_avg="")
    assert R01 in words(page)
    assert "Tell us your pain, from 0 to 10" in words(page)
    assert Alert.objects.filter(rule="R01").exists()


def test_the_sender_can_correct_it_and_nobody_else(phone: Client, token: str) -> None:
    client_id = uuid.uuid4()
    send(phone, token, client_id)
    shown = filled(phone.get(address(token, client_id)))
    assert (shown["pain_avg"], shown["revision"]) == (["4"], ["0"])
    phone.post(address(token, client_id), shown | {"pain_avg": "6"})
    assert DailyLog.objects.current().get().pain_avg == 6
    for where in (reverse("first_log", args=[token]), address(token)):
        page = phone.get(where)
        text = words(page)
        assert "Already answered This first log was saved at 11:00 AM." in text
        assert "Sign in to change an answer" in text


def test_an_answered_code_says_to_do_what_was_told_and_not_what_it_was(
    phone: Client, token: str
) -> None:
    send(phone, token, bladder="yes")
    text = words(phone.get(reverse("first_log", args=[token])))
    assert "If we told you to get help or to call, do it now." in text
    assert "nerves" not in text
    assert "bladder" not in text


def test_a_log_of_another_door_is_not_shown_to_it(
    phone: Client, token: str, recovery: Recovery, as_patient: Client
) -> None:
    client_id = uuid.uuid4()
    where = reverse("log_form", args=[recovery.uuid, client_id])
    as_patient.post(where, QUIET_POST | {"bladder": "yes"})
    assert DailyLog.objects.count() == 1
    assert phone.get(reverse("first_log_saved", args=[token, client_id])).status_code == 404
    text = words(phone.get(reverse("first_log", args=[token])))
    assert "Already answered" in text
    assert "do it now" not in text


# Its end
# -------


def ended(phone: Client, token: str) -> bool:
    return "This link has ended" in words(
        phone.get(reverse("first_log", args=[token]), follow=True)
    )


def test_it_ends_when_the_first_evening_opens(
    phone: Client, token: str, recovery: Recovery, nurse: User, set_clock: Callable
) -> None:
    set_clock(at(2, 15, 59))
    assert not ended(phone, token)
    set_clock(at(2, 16))
    assert ended(phone, token)
    leave(recovery, nurse, at(2, 15))
    assert not ended(phone, token)
    set_clock(at(2, 17))
    assert ended(phone, token)


@pytest.mark.parametrize("state", ["paused", "withdrawn", "cancelled", "died"])
def test_it_opens_nothing_where_nobody_is_followed(phone: Client, token: str, state: str) -> None:
    Recovery.objects.update(state=state)
    assert ended(phone, token)


def test_it_opens_nothing_before_the_procedure(
    phone: Client, token: str, recovery: Recovery, nurse: User, set_clock: Callable
) -> None:
    reschedules.reschedule(
        recovery=recovery,
        user=nurse,
        now=NOW,
        procedure_at=recovery.procedure_at + timedelta(days=7),
        anchor=recovery.anchor,
        reason="",
    )
    assert ended(phone, token)
    text = words(send(phone, token, bladder="yes"))
    assert "Not saved" in text
    assert R01 in text
    assert not DailyLog.objects.exists()


def test_after_its_end_it_offers_the_sign_in_and_tells_nothing(
    phone: Client, token: str, recovery: Recovery, set_clock: Callable
) -> None:
    set_clock(at(2, 18))
    page = phone.get(reverse("first_log", args=[token]))
    text = words(page)
    assert "It was for the hours in the clinic. You can sign in and log at any time." in text
    assert "Sign in to log now" in text
    assert recovery.patient.family_name not in page.content.decode()


def test_a_form_that_was_open_is_stored_for_a_day_and_no_longer(
    phone: Client, token: str, set_clock: Callable
) -> None:
    set_clock(at(3, 15, 59))
    assert send(phone, token).status_code == 302
    log = DailyLog.objects.get()
    assert (log.day, log.late) == (0, True)
    set_clock(at(3, 16))
    page = send(phone, token, bladder="yes")
    text = words(page)
    assert "Not saved This link has ended. What you sent just now is not saved" in text
    assert R01 in text
    assert "call us at 555-0142" in text
    assert DailyLog.objects.count() == 1
    assert not Alert.objects.exists()


def test_a_form_left_open_since_before_the_procedure_moved_leaves_the_first_log_as_it_is(
    phone: Client, token: str, recovery: Recovery, nurse: User, set_clock: Callable
) -> None:
    """The procedure was broken off, and done a week later; the phone still has the page."""
    client_id = uuid.uuid4()
    send(phone, token, client_id, saddle="yes")
    reschedules.reschedule(
        recovery=recovery,
        user=nurse,
        now=NOW,
        procedure_at=recovery.procedure_at + timedelta(days=7),
        anchor=recovery.anchor,
        reason="",
    )
    set_clock(at(9, 11))
    page = phone.get(address(token, client_id), follow=True)
    saved = phone.post(address(token, client_id), ANSWERS | {"pain_avg": "3"}, follow=True)
    assert (page.status_code, saved.status_code) == (200, 200)
    assert "Thank you. Your log is saved." in words(saved)
    logs = DailyLog.objects.current().order_by("log_date").values_list("day", "saddle", "pain_avg")
    assert list(logs) == [(0, "yes", 4), (0, "no", 3)]


def test_where_the_procedures_day_has_not_come_yet_the_first_log_is_about_today(
    phone: Client, clinic: Clinic, nurse: User, set_clock: Callable
) -> None:
    """Treated in the morning in New Zealand; by the patient's own zone it is the day before."""
    morning = local(TODAY, time(11), "Pacific/Auckland")
    set_clock(morning)
    recovery = make_recovery(clinic, day=0, now=morning, zone="Pacific/Auckland")
    Patient.objects.update(zone="America/New_York")
    page = phone.get(reverse("first_log", args=[first_log_token(recovery)]), follow=True)
    assert "Tuesday, March 3" in words(page)
    saved = phone.post(page.redirect_chain[-1][0], ANSWERS | {"bladder": "yes"}, follow=True)
    assert saved.status_code == 200
    assert R01 in words(saved)
    log = DailyLog.objects.get()
    assert (log.log_date, log.bladder) == (TODAY - timedelta(days=1), "yes")
