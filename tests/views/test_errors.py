"""The pages that say no, in the frame of the side that asked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.models import Clinic, Role, User
from tests.cast import make_recovery, sign_in_staff, staff, user_of
from tests.pages import words

pytestmark = pytest.mark.django_db

NOWHERE = "00000000-0000-4000-8000-000000000000"
MENU, HELP = "Queue Patients Enrol", "Call clinic"


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


def test_a_post_whose_token_is_lost_is_not_saved_in_either_frame(as_nurse: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_nurse.cookies
    page = strict.post(reverse("enrol"), {"given_name": "Ada"})
    assert page.status_code == 403
    assert "Not saved" in words(page)
    assert "Intracept Care" in words(page)
    assert HELP not in words(page)
