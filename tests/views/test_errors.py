"""The pages that say no, in the frame of the side that asked."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import DataError
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recovery.clinical.rules import RULES_BY_ID
from recovery.models import Clinic, DailyLog, Recovery, Role, User
from recovery.tokens import link_token
from tests.cast import NUMBERS, checkin_of, make_recovery, sign_in_staff, staff, user_of
from tests.pages import filled, read, words

pytestmark = pytest.mark.django_db

R01 = RULES_BY_ID["R01"].patient_text.format_map(NUMBERS)
R05 = RULES_BY_ID["R05"].patient_text.format_map(NUMBERS)
NOWHERE = "00000000-0000-4000-8000-000000000000"
MENU, HELP = "Queue Patients Observation Enroll Outcomes", "Call clinic"


@pytest.mark.parametrize(
    ("ask", "status", "said"),
    [
        (lambda: reverse("staff_recovery", args=[NOWHERE]), 404, "Page not found"),
        (lambda: reverse("clinic"), 403, "You cannot open this page"),
    ],
    ids=["a patient of no one", "a page for managers"],
)
def test_staff_are_refused_in_their_own_frame_with_their_menu(
    as_nurse: Client, ask: Callable[[], str], status: int, said: str
) -> None:
    page = as_nurse.get(ask())
    assert page.status_code == status
    assert said in words(page)
    assert MENU in words(page)
    assert "Sign out" in words(page)
    assert HELP not in words(page)


def test_the_menu_of_who_is_refused_offers_only_what_opens(as_manager: Client) -> None:
    page = as_manager.get(reverse("queue"))
    assert page.status_code == 403
    assert MENU not in words(page)
    assert f'href="{reverse("clinic")}"' in page.content.decode()


def test_staff_on_a_patients_page_stay_in_the_staff_frame(clinic: Clinic, nurse: User) -> None:
    recovery = make_recovery(clinic, day=5)
    as_nurse = sign_in_staff(Client(), nurse)
    page = as_nurse.get(reverse("today", args=[recovery.uuid]))
    assert page.status_code == 403
    assert "Intracept Care" in words(page)
    assert HELP not in words(page)
    assert recovery.patient.family_name not in words(page)
    assert f'action="{reverse("staff_sign_out")}"' in page.content.decode()


def test_who_works_nowhere_any_more_has_no_menu(clinic: Clinic) -> None:
    former = staff(clinic, "Flora", Role.NURSE)
    former.memberships.all().delete()
    page = sign_in_staff(Client(), former).get(reverse("queue"))
    assert page.status_code == 403
    assert "Intracept Care" in words(page)
    assert MENU not in words(page)


@pytest.mark.parametrize(
    ("address", "frame"), [("/staff/nowhere/", "Intracept Care"), ("/nowhere/", HELP)]
)
def test_an_address_that_leads_nowhere_costs_no_statement(
    as_nurse: Client, django_assert_num_queries: Any, address: str, frame: str
) -> None:
    with django_assert_num_queries(0):
        page = as_nurse.get(address)
    assert page.status_code == 404
    assert "Page not found" in words(page)
    assert frame in words(page)


def test_a_patient_is_refused_in_the_patients_frame(clinic: Clinic) -> None:
    recovery = make_recovery(clinic, day=5)
    client = Client()
    client.force_login(user_of(recovery))
    for route, status in ("queue", 403), ("clinic", 403), ("staff_sign_out", 405):
        page = client.get(reverse(route))
        assert page.status_code == status
        assert status == 405 or HELP in words(page)


def test_a_patient_who_is_refused_keeps_the_clinic_and_the_way_out(
    clinic: Clinic, harbor: Clinic
) -> None:
    recovery = make_recovery(clinic, day=5)
    theirs = make_recovery(harbor, day=5)
    client = Client()
    client.force_login(user_of(recovery))
    for address in reverse("queue"), reverse("today", args=[theirs.uuid]):
        page = client.get(address)
        assert clinic.name in words(page)
        assert "Call clinic open until" in words(page) or "Call clinic closed" in words(page)
        assert f'action="{reverse("account_logout")}"' in page.content.decode()
        assert harbor.name not in words(page)


def test_a_post_whose_token_is_lost_is_not_saved_in_either_frame(as_nurse: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_nurse.cookies
    page = strict.post(reverse("enrol"), {"given_name": "Ada"})
    assert page.status_code == 403
    assert "Not saved" in words(page)
    assert "Intracept Care" in words(page)
    assert HELP not in words(page)


# A log that is not stored
# ------------------------


OWN_PAGE = {"HTTP_ORIGIN": "http://testserver"}
ANSWERS = {
    "pain_avg": "4",
    "saddle": "no",
    "bladder": "yes",
    "bowel": "no",
    "signs": ["fall", "calf_one_leg"],
    "free_text": "It <b>hurts</b>",
}


def form_of(recovery: Recovery) -> str:
    return reverse("log_form", args=[recovery.uuid, uuid4()])


def assert_not_saved(page: Any, status: int, text: str = R01) -> None:
    assert page.status_code == status
    assert text in read(page).advice
    assert "Not saved" in words(page)
    said = (
        "Your answers are not saved. Nobody at the clinic can see them.",
        "What you sent is not saved.",
    )
    assert any(one in words(page) for one in said)
    assert not DailyLog.objects.exists()


def test_a_log_sent_after_the_session_ended_is_answered_and_not_lost(
    recovery: Recovery, settings: Any
) -> None:
    settings.EMERGENCY_NUMBER = "911"
    client, address = Client(), form_of(recovery)
    page = client.post(address, ANSWERS, **OWN_PAGE)
    assert_not_saved(page, 403)
    assert "You are signed out" in words(page)
    kept = filled(page)
    assert kept == {name: [v] if isinstance(v, str) else v for name, v in ANSWERS.items()}
    assert reverse("account_login") in page.content.decode()

    client.force_login(user_of(recovery))
    assert R01 in read(client.post(address, kept)).advice
    assert DailyLog.objects.get().free_text == ANSWERS["free_text"]


def test_a_check_in_form_sent_after_the_session_ended_is_not_lost(recovery: Recovery) -> None:
    ids = [recovery.uuid, checkin_of(recovery, "DAY-02").uuid, uuid4()]
    for name in ("checkin_form", "checkin_review"):
        page = Client().post(reverse(name, args=ids), {"nrs": "4", "ask": "yes"}, **OWN_PAGE)
        assert page.status_code == 403
        assert "Not saved" in words(page)
        assert filled(page) == {"nrs": ["4"], "ask": ["yes"]}


@pytest.mark.parametrize(
    ("route", "more"),
    [
        ("staff_log_new", []),
        ("staff_checkin", ["BASE"]),
        ("contact_new", []),
        ("facts_edit", []),
    ],
)
def test_what_a_nurse_sends_after_her_session_ended_is_not_lost(
    recovery: Recovery, nurse: User, route: str, more: list[str]
) -> None:
    address = reverse(route, args=[recovery.uuid, *more])
    page = Client().post(address, {"bladder": "yes", "note": "Called at noon"}, **OWN_PAGE)
    assert page.status_code == 403
    assert "What you sent is not saved." in words(page)
    assert "You are signed out" in words(page)
    assert reverse("staff_sign_in") in page.content.decode()
    assert filled(page) == {"bladder": ["yes"], "note": ["Called at noon"]}
    assert R01 in read(page).advice


def test_fever_with_a_weak_leg_is_answered_when_signed_out(recovery: Recovery) -> None:
    answers = {"temp_value": "39.8", "temp_unit": "C", "saddle": "no"}
    assert_not_saved(Client().post(form_of(recovery), answers), 403, R05)
    page = Client().post(form_of(recovery), {"saddle": "no"})
    assert page.status_code == 403
    assert read(page).advice == ""
    assert "Not saved" in words(page)


def test_a_log_whose_token_is_lost_is_answered_and_can_be_sent_again(recovery: Recovery) -> None:
    strict, address = Client(enforce_csrf_checks=True), form_of(recovery)
    strict.force_login(user_of(recovery))
    page = strict.post(address, ANSWERS, **OWN_PAGE)
    assert_not_saved(page, 403)
    assert "The page was open too long" in words(page)
    again = read(page).fields
    assert len(again["csrfmiddlewaretoken"]) == 1
    assert R01 in read(strict.post(address, again, **OWN_PAGE)).advice
    assert DailyLog.objects.exists()


def test_what_another_site_sent_is_not_offered_to_be_sent_again(recovery: Recovery) -> None:
    strict = Client(enforce_csrf_checks=True)
    for origin in ({"HTTP_ORIGIN": "https://elsewhere.example"}, {}):
        page = strict.post(form_of(recovery), ANSWERS, **origin)
        assert page.status_code == 403
        assert "Save again" not in words(page)
        assert "Press Back" in words(page)


def test_who_must_get_help_is_not_told_to_wait_for_us(recovery: Recovery) -> None:
    said = words(Client().post(form_of(recovery), ANSWERS, **OWN_PAGE))
    assert "call your clinic" not in said
    quiet = words(Client().post(form_of(recovery), {"saddle": "no"}, **OWN_PAGE))
    assert "If something worries you, call your clinic." in quiet


@pytest.mark.parametrize("door", ["link", "patient", "staff"])
def test_a_log_that_breaks_something_is_answered_all_the_same(
    recovery: Recovery, nurse: User, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(user_of(recovery))
    address = form_of(recovery)
    if door == "staff":
        client = sign_in_staff(Client(raise_request_exception=False), nurse)
        address = reverse("staff_log_new", args=[recovery.uuid])
    if door == "link":
        token = link_token(checkin_of(recovery, "DAY-02"))
        address = reverse("link_form", args=[token, uuid4()])
    execute = CursorWrapper.execute

    def refuse(self: Any, sql: str, params: Any = None) -> Any:
        if sql.startswith('INSERT INTO "recovery_dailylog"'):
            raise DataError("value out of range")
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", refuse)
    told = {"chest_or_breath": "no"}
    if door == "staff":
        today = timezone.now().astimezone(ZoneInfo(recovery.patient.zone)).date()
        told |= {"mode": "phone", "client_id": str(uuid4()), "log_date": today.isoformat()}
    page = client.post(address, ANSWERS | told, **OWN_PAGE)
    monkeypatch.undo()
    assert_not_saved(page, 500)
    assert ("Get help first. Saving can wait." in words(page)) is (door != "staff")
    assert client.post(address, filled(page)).status_code in (200, 302)
    assert DailyLog.objects.exists()


def test_who_may_not_log_for_a_person_is_told_that_nothing_is_saved(
    recovery: Recovery, as_nurse: Client
) -> None:
    assert_not_saved(as_nurse.post(form_of(recovery), ANSWERS), 403)
    stranger = Client()
    stranger.force_login(User.objects.create_user("stranger@example.org"))
    assert_not_saved(stranger.post(form_of(recovery), ANSWERS), 404)
