"""Signing in by the e-mailed code, and which person an address answers for."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from recovery import accounts
from recovery.models import Clinic, PatientAccess, Recovery, User
from tests.cast import make_recovery, user_of
from tests.pages import read, words
from tests.views.patient.conftest import AFTERNOON, url

SIGN_IN, CODE = "/sign-in/", "/sign-in/code/"


@pytest.fixture(autouse=True)
def _send_at_once(monkeypatch: pytest.MonkeyPatch, clean_cache: None, settings: Any) -> None:
    """The code goes out while the test waits instead of from a thread of its own."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    class Now:
        def __init__(self, target: Callable[[EmailMessage], None], args: Any, **_: Any) -> None:
            self.run = lambda: target(*args)

        def start(self) -> None:
            self.run()

    monkeypatch.setattr(accounts.threading, "Thread", Now)


def code_for(client: Client, email: str) -> str:
    response = client.post(SIGN_IN, {"email": email})
    assert response.status_code == 302
    return re.search(r"^\s*(\d{6})\s*$", mail.outbox[-1].body, re.MULTILINE).group(1)


@pytest.mark.parametrize("write", ["{}", " {} ", "{:.3} {:>.3}"], ids=["plain", "spaces", "halves"])
def test_a_code_signs_in_and_leads_to_today(client: Client, recovery: Recovery, write: str) -> None:
    code = code_for(client, user_of(recovery).email.upper())
    typed = f"{code[:3]} {code[3:]}" if ">" in write else write.format(code)
    response = client.post(CODE, {"code": typed}, follow=True)
    assert response.redirect_chain[-1][0] == url("today", recovery)
    assert "Day 2 after your procedure" in words(response)


def test_the_way_on_is_kept(client: Client, recovery: Recovery) -> None:
    where = url("history", recovery)
    onward = client.get(where)
    page = client.get(onward["Location"])
    assert read(page).fields["next"] == [where]
    response = client.post(SIGN_IN, {"email": user_of(recovery).email, "next": where})
    code = re.search(r"\d{6}", mail.outbox[-1].body).group(0)
    assert client.post(response["Location"], {"code": code})["Location"] == where


def test_known_and_unknown_addresses_get_the_same_words(recovery: Recovery) -> None:
    said = []
    for address in (user_of(recovery).email, "nobody@example.org"):
        client = Client()
        response = client.post(SIGN_IN, {"email": address})
        page = client.get(response["Location"])
        masked = f"{address[:1]}••••@example.org"
        assert f"If {masked} is known to the clinic" in words(page)
        said.append(words(page).replace(masked, "X"))
        wrong = client.post(CODE, {"code": "000000x"})
        said.append(words(wrong).replace(masked, "X"))
    assert said[0] == said[2]
    assert said[1] == said[3]
    assert "Wrong code. Type the 6 digits from the newest e-mail." in said[1]
    assert len(mail.outbox) == 1


def test_three_wrong_codes_end_the_attempt(client: Client, recovery: Recovery) -> None:
    code = code_for(client, user_of(recovery).email)
    for _attempt in range(3):
        response = client.post(CODE, {"code": "wrong1"})
    assert response.status_code == 302
    said = words(client.get(response["Location"]))
    assert said.startswith("Error: Sign in")
    assert "The code was wrong too often. Ask for a new one." in said
    assert client.post(CODE, {"code": code}, follow=True).redirect_chain[-1][0] == SIGN_IN
    assert "_auth_user_id" not in client.session


def test_a_new_code_can_be_sent_and_another_address_used(
    client: Client, recovery: Recovery
) -> None:
    code_for(client, user_of(recovery).email)
    page = client.get(CODE)
    assert "Send a new code" in words(page)
    client.post(CODE, {"action": "resend"})
    assert len(mail.outbox) == 2
    response = client.post(reverse("account_logout"), {"next": SIGN_IN}, follow=True)
    assert "Your e-mail address" in words(response)


def test_a_code_that_comes_too_late_is_said_to_be_so(
    client: Client, recovery: Recovery, settings: Any
) -> None:
    code = code_for(client, user_of(recovery).email)
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = -1
    page = client.post(CODE, {"code": code}, follow=True)
    assert page.redirect_chain[-1][0] == SIGN_IN
    assert "There is a problem That code no longer works. Ask for a new one." in words(page)


def test_no_digits_at_all_are_asked_for(client: Client, recovery: Recovery) -> None:
    code_for(client, user_of(recovery).email)
    assert words(client.post(CODE, {"code": " "})).count("Type the 6 digits from the e-mail") == 2


def test_who_asks_for_too_many_codes_is_told_to_wait(recovery: Recovery) -> None:
    for _phone in range(4):
        page = Client().post(SIGN_IN, {"email": user_of(recovery).email})
    assert words(page).count("You asked for a code many times. Wait a few minutes") == 2
    assert len(mail.outbox) == 3


def test_an_address_is_sent_ten_codes_an_hour_and_then_told_to_call(
    recovery: Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, statuses = time.time(), []
    for minute in range(0, 26, 2):
        monkeypatch.setattr(time, "time", lambda at=begin + 60 * minute: at)
        page = Client().post(SIGN_IN, {"email": user_of(recovery).email})
        statuses.append(page.status_code)
    assert statuses == [302] * 10 + [200] * 3
    assert len(mail.outbox) == 10
    assert "If it still says no, call us: we can note your answers by phone." in words(page)
    monkeypatch.setattr(time, "time", lambda: begin + 62 * 60)
    assert Client().post(SIGN_IN, {"email": user_of(recovery).email}).status_code == 302


@pytest.mark.parametrize("email", ["", "nonsense", "a@b"])
def test_an_address_that_is_none_is_refused_and_kept(client: Client, db: None, email: str) -> None:
    page = client.post(SIGN_IN, {"email": email})
    assert page.status_code == 200
    assert words(page).count("Type your e-mail address, like name@example.com") == 2
    assert page.content.decode().partition("<title>")[2].startswith("Error:")
    assert read(page).fields["email"] == [email]


def test_signing_out_ends_the_session(as_patient: Client, recovery: Recovery) -> None:
    cookie = as_patient.cookies["sessionid"].value
    as_patient.post(reverse("account_logout"))
    again = Client()
    again.cookies["sessionid"] = cookie
    assert again.get(url("today", recovery)).status_code == 302


def test_an_inactive_user_gets_no_code(client: Client, recovery: Recovery) -> None:
    User.objects.update(is_active=False)
    client.post(SIGN_IN, {"email": user_of(recovery).email})
    assert mail.outbox == []


# Which clinic, before anybody is known
# -------------------------------------


def test_the_only_clinic_of_a_site_is_named_at_the_door(client: Client, clinic: Clinic) -> None:
    said = words(client.get(SIGN_IN))
    assert "Northgate Spine Clinic" in said
    assert "No e-mail? Call us We can note your answers by phone: 555-0142" in said


def test_several_clinics_are_offered_by_their_names(
    client: Client, clinic: Clinic, harbor: Clinic
) -> None:
    said = words(client.get(SIGN_IN))
    assert said.startswith("Sign in - Your recovery")
    assert "Harbor Spine We can note" in said
    assert "Northgate Spine Clinic We can note" in said
    assert "Emergency call 911" in said


# Which person
# ------------


def test_home_leads_everybody_to_their_own_place(
    recovery: Recovery, as_patient: Client, as_nurse: Client, as_manager: Client
) -> None:
    assert Client().get("/")["Location"] == SIGN_IN
    assert as_patient.get("/")["Location"] == url("today", recovery)
    assert as_nurse.get("/")["Location"] == reverse("queue")
    assert as_manager.get("/")["Location"] == reverse("clinic")


def test_a_shared_address_asks_which_person(
    as_patient: Client, recovery: Recovery, clinic: Clinic
) -> None:
    other = make_recovery(clinic, now=AFTERNOON, email="", patient={"given_name": "Otto"})
    PatientAccess.objects.create(user=user_of(recovery), patient=other.patient)
    page = as_patient.get("/", follow=True)
    said = words(page)
    assert "Who is this for?" in said
    assert recovery.patient.name in said
    assert other.patient.name in said
    today = words(as_patient.get(url("today", other)))
    assert "Otto's recovery. Wednesday, March 4" in today
    assert "Answer for someone else" in today


def test_a_second_recovery_of_one_person_replaces_the_first(
    as_patient: Client, recovery: Recovery
) -> None:
    Recovery.objects.update(state=Recovery.State.COMPLETED)
    recovery.refresh_from_db()
    later = Recovery.objects.create(
        clinic=recovery.clinic,
        patient=recovery.patient,
        pathway=recovery.pathway,
        created_at=AFTERNOON,
        procedure_at=AFTERNOON + timedelta(days=9),
        procedure_on=(AFTERNOON + timedelta(days=9)).date(),
    )
    assert as_patient.get("/")["Location"] == url("today", later)


def test_an_address_that_answers_for_nobody_is_told_whom_to_call(
    client: Client, clinic: Clinic
) -> None:
    client.force_login(User.objects.create_user("lone@example.org"))
    page = client.get("/", follow=True)
    assert "Nobody to answer for yet" in words(page)
    assert "555-0142" in words(page)


def test_the_people_page_is_the_patients_own(client: Client, as_nurse: Client) -> None:
    assert client.get(reverse("people"))["Location"].startswith(SIGN_IN)
    assert as_nurse.get(reverse("people")).status_code == 403


# When something is not there
# ---------------------------


def test_a_page_that_is_not_there_says_so_with_the_numbers(client: Client, db: None) -> None:
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert "Page not found" in words(page)
    assert 'href="tel:911"' in page.content.decode()


def test_a_lost_csrf_token_says_not_saved(recovery: Recovery) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user_of(recovery))
    page = strict.post(url("log_new", recovery), {})
    assert page.status_code == 403
    assert "Not saved" in words(page)
