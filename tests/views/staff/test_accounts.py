import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from recovery.models import Clinic, Membership, Message, Role, User
from recovery.views.staff import accounts
from tests.cast import PASSWORD, sign_in_staff
from tests.pages import words
from tests.views.staff.conftest import url

REFUSAL = "This e-mail and password do not fit together. Check both."


@pytest.fixture(autouse=True)
def _fresh_limits(clean_cache: None) -> None:
    pass


@pytest.fixture
def aside(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What would be done beside the answer, instead of a thread with a connection of its own."""
    left: list[Callable[[], None]] = []
    monkeypatch.setattr(
        accounts.aside, "do", lambda service, **given: left.append(partial(service, **given))
    )
    return left


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(
        url("staff_sign_in"), {"username": email, "password": password} | more, follow=True
    )


def test_a_nurse_signs_in_to_the_queue(client: Client, nurse: User) -> None:
    response = sign_in(client, "Nora@Northgate.example")
    assert response.redirect_chain == [(url("queue"), 302)]
    assert "Your account, Nora" in response.content.decode()


def test_a_manager_signs_in_to_the_clinic_page(client: Client, manager: User) -> None:
    assert sign_in(client, manager.email).redirect_chain == [(url("clinic"), 302)]


def test_it_goes_on_where_the_person_wanted_to_go(client: Client, nurse: User) -> None:
    response = sign_in(client, nurse.email, next=url("patients"))
    assert response.redirect_chain == [(url("patients"), 302)]


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "javascript:x", "foo", "queue"]
)
def test_it_never_leads_elsewhere(client: Client, nurse: User, onward: str) -> None:
    assert sign_in(client, nurse.email, next=onward).redirect_chain == [(url("queue"), 302)]


@pytest.mark.parametrize(
    "who", ["wrong password", "unknown", "patient", "former", "inactive", "no password"]
)
def test_every_refusal_has_the_same_words(
    client: Client, clinic: Clinic, nurse: User, who: str
) -> None:
    email, password = nurse.email, PASSWORD
    if who == "wrong password":
        password = "something else"
    if who == "unknown":
        email = "nobody@northgate.example"
    if who == "patient":
        email = User.objects.create_user("ruth@example.org", PASSWORD).email
    if who == "former":
        Membership.objects.update(is_active=False)
    if who == "inactive":
        User.objects.update(is_active=False)
    if who == "no password":
        nurse.set_unusable_password()
        nurse.save()
    response = sign_in(client, email, password)
    text = words(response)
    assert (response.status_code, text.count(REFUSAL)) == (200, 1)
    assert text.startswith("Error: Staff sign-in")
    assert client.get(url("queue")).status_code == 302
    # The address stays, the password does not.
    content = response.content.decode()
    assert f'value="{email}"' in content
    assert password not in content


def test_attempts_run_out(client: Client, nurse: User) -> None:
    for _attempt in range(5):
        assert sign_in(client, nurse.email, "wrong").status_code == 200
    response = sign_in(client, nurse.email)
    assert response.status_code == 429
    assert "Too many attempts. Wait five minutes" in words(response)
    assert client.get(url("queue")).status_code == 302


def test_strangers_cannot_make_the_count_forgotten(client: Client, nurse: User) -> None:
    for _attempt in range(6):
        limited = sign_in(client, nurse.email, "wrong")
    for stranger in range(900):
        cache.set(f"stranger:{stranger}", [], 300)
    assert (limited.status_code, sign_in(client, nurse.email).status_code) == (429, 429)


def test_a_success_clears_the_count(client: Client, nurse: User) -> None:
    for _round in range(3):
        for _attempt in range(4):
            sign_in(client, nurse.email, "wrong")
        assert sign_in(client, nurse.email).redirect_chain == [(url("queue"), 302)]
        client.post(url("staff_sign_out"))


def test_signing_out_ends_the_session(as_nurse: Client) -> None:
    response = as_nurse.post(url("staff_sign_out"), follow=True)
    assert "You are signed out." in words(response)
    assert as_nurse.get(url("queue")).status_code == 302


def test_a_link_does_not_sign_out(as_nurse: Client) -> None:
    assert as_nurse.get(url("staff_sign_out")).status_code == 405
    assert as_nurse.get(url("queue")).status_code == 200


def test_a_patient_s_code_opens_no_staff_page(nurse: User) -> None:
    """The same person through the other door."""
    client = Client()
    client.force_login(nurse)
    assert client.get(url("queue")).status_code == 403
    assert client.get(url("staff_clinics")).status_code == 403


# What the forms say
# ------------------


@pytest.mark.parametrize(
    ("route", "given", "said"),
    [
        ("staff_sign_in", {"username": ""}, ["Write your e-mail address.", "Write your password."]),
        ("staff_sign_in", {"username": "nora"}, ["Write an address like name@example.org."]),
        ("staff_password_reset", {"email": ""}, ["Write your e-mail address."]),
        ("staff_password_reset", {"email": "nora@"}, ["Write an address like"]),
    ],
)
def test_a_door_says_what_to_do(
    client: Client, db: None, route: str, given: dict[str, str], said: list[str]
) -> None:
    text = words(client.post(url(route), given))
    assert text.startswith("Error:")
    assert [line for line in said if line not in text] == []
    assert "This field is required" not in text


def test_no_field_of_a_door_is_starred(client: Client, nurse: User) -> None:
    for link in (url("staff_sign_in"), url("staff_password_reset"), link_for(nurse)):
        content = client.get(link, follow=True).content.decode()
        assert "asterisk" not in content
        # The label is the field's name, and nothing else.
        assert re.findall(r"<label[^>]*>([^<]*)</label>", content)
        assert all(label.strip("*") == label for label in re.findall(r">([^<]*)</label>", content))


def test_what_makes_a_password_is_said_once(client: Client, nurse: User) -> None:
    assert words(client.get(link_for(nurse), follow=True)).count("12 characters") == 1
    refused = words(choose(client, link_for(nurse), ""))
    assert "New password: Write a password." in refused
    assert "The same again: Write the same password again." in refused


# Several clinics
# ---------------


@pytest.fixture
def in_two_clinics(nurse: User, harbor: Clinic) -> User:
    Membership.objects.create(user=nurse, clinic=harbor, role=Role.MANAGER)
    return nurse


def test_who_works_in_two_clinics_is_asked_which(
    client: Client, in_two_clinics: User, clinic: Clinic, harbor: Clinic
) -> None:
    response = sign_in(client, in_two_clinics.email)
    assert response.redirect_chain == [(url("staff_clinics"), 302)]
    assert "Northgate Spine Clinic Nurse Harbor Spine Manager" in words(response)
    chosen = client.post(url("staff_clinics"), {"clinic": str(harbor.uuid)})
    assert chosen["Location"] == url("clinic")
    assert client.get(url("queue")).status_code == 403
    back = client.post(url("staff_clinics"), {"clinic": str(clinic.uuid)})
    assert back["Location"] == url("queue")
    assert client.get(url("queue")).status_code == 200
    assert client.get(url("clinic")).status_code == 403


@pytest.mark.parametrize("clinic_uuid", ["harbor", "nonsense", ""])
def test_nobody_chooses_a_clinic_of_others(
    as_nurse: Client, harbor: Clinic, clinic_uuid: str
) -> None:
    value = str(harbor.uuid) if clinic_uuid == "harbor" else clinic_uuid
    assert as_nurse.post(url("staff_clinics"), {"clinic": value}).status_code == 404


def test_anonymous_chooses_no_clinic(client: Client, db: None) -> None:
    assert client.get(url("staff_clinics"))["Location"].startswith("/staff/sign-in/")


# Passwords
# ---------


def test_known_and_unknown_get_the_same_answer_for_the_same_work(
    client: Client, nurse: User, aside: list[Callable[[], None]]
) -> None:
    pages, work = [], []
    client.post(url("staff_password_reset"), {"email": "warm@northgate.example"})
    for email in (nurse.email, "nobody@northgate.example"):
        with CaptureQueriesContext(connection) as statements:
            response = client.post(url("staff_password_reset"), {"email": email})
        work.append([re.sub(r"'[^']*'|s\d+_x\d+", "", one["sql"]) for one in statements])
        pages.append(re.sub(r'csrfmiddlewaretoken"[^>]*>', "", response.content.decode()))
    assert pages[0] == pages[1]
    assert work[0] == work[1]
    assert "a link to set a password is on its way" in pages[0]
    for doing in aside:
        doing()
    assert Message.objects.get().user == nurse


@pytest.mark.django_db(transaction=True)
def test_the_mail_is_owed_beside_the_answer(client: Client, nurse: User) -> None:
    client.post(url("staff_password_reset"), {"email": nurse.email})
    until = time.monotonic() + 20
    while not Message.objects.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert Message.objects.get().user == nurse


def test_no_mail_for_a_patient_or_former_staff(
    client: Client, nurse: User, aside: list[Callable[[], None]]
) -> None:
    User.objects.create_user("ruth@example.org")
    Membership.objects.update(is_active=False)
    for email in ("ruth@example.org", nurse.email):
        client.post(url("staff_password_reset"), {"email": email})
    for doing in aside:
        doing()
    assert (len(aside), Message.objects.exists()) == (2, False)


def test_asking_again_and_again_is_stopped(
    client: Client, nurse: User, aside: list[Callable[[], None]]
) -> None:
    answers = [
        client.post(url("staff_password_reset"), {"email": nurse.email}).status_code
        for _attempt in range(6)
    ]
    assert answers == [200] * 5 + [429]
    assert len(aside) == 5


def link_for(user: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return url("staff_welcome", uid, default_token_generator.make_token(user))


def choose(client: Client, link: str, password: str, again: str | None = None) -> Any:
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else link
    data = {"new_password1": password, "new_password2": again or password}
    return client.post(address, data, follow=True)


def test_the_link_of_an_invitation_sets_a_password_once(client: Client, clinic: Clinic) -> None:
    user = User.objects.create_user("nell@northgate.example", name="Nell")
    Membership.objects.create(user=user, clinic=clinic, role=Role.NURSE)
    link = link_for(user)
    response = choose(client, link, "four plain words here")
    assert "Your password is set. Sign in with it." in words(response)
    assert sign_in(client, user.email, "four plain words here").redirect_chain == [
        (url("queue"), 302)
    ]
    again = Client().get(link, follow=True)
    assert "This link has been used, or is older than 3 days." in words(again)


@pytest.mark.parametrize(
    ("password", "again", "message"),
    [
        ("short", None, "New password: Too short. Write at least 12 characters."),
        ("password1234", None, "New password: Many people use this one."),
        ("190347562910", None, "New password: Digits alone are easy to guess."),
        ("nora@northgate.example", None, "New password: Too close to your name or address."),
        ("four plain words here", "four other words here", "The same again: The two are not"),
    ],
)
def test_a_weak_password_is_refused(
    client: Client, nurse: User, password: str, again: str | None, message: str
) -> None:
    response = choose(client, link_for(nurse), password, again)
    assert message in words(response)
    nurse.refresh_from_db()
    assert nurse.check_password(PASSWORD)


def test_a_forged_link_opens_nothing(client: Client, nurse: User) -> None:
    uid = urlsafe_base64_encode(force_bytes(nurse.pk))
    response = client.get(url("staff_welcome", uid, "abc-def"))
    assert "This link has been used" in words(response)


def test_a_new_password_ends_the_other_sessions(client: Client, nurse: User) -> None:
    elsewhere = sign_in_staff(Client(), nurse)
    assert elsewhere.get(url("queue")).status_code == 200
    choose(client, link_for(nurse), "four plain words here")
    assert elsewhere.get(url("queue")).status_code == 302
