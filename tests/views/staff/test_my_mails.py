"""Which mails a person of the staff wants: the person's own page."""

from typing import Any

import pytest
from django.test import Client

from recovery.models import Clinic, Duty, User
from recovery.services import oncall
from tests.cast import sign_in_staff
from tests.pages import words
from tests.views.staff.conftest import url

ALL = dict.fromkeys(oncall.MAILS, "on")


def choose(client: Client, *wanted: str) -> Any:
    return client.post(url("my_mails"), dict.fromkeys(wanted, "on"), follow=True)


def ticked(client: Client) -> list[str]:
    content = client.get(url("my_mails")).content.decode()
    return [name for name in oncall.MAILS if f'id="id_{name}" checked' in content]


def test_everything_is_on_until_it_is_turned_off(
    as_nurse: Client, nurse: User, second_nurse: User
) -> None:
    assert ticked(as_nurse) == list(oncall.MAILS)
    assert "Saved." in words(choose(as_nurse, "emergency_mails", "digest_mails"))
    assert ticked(as_nurse) == ["emergency_mails", "digest_mails"]
    assert ticked(sign_in_staff(Client(), second_nurse)) == list(oncall.MAILS)


def test_the_last_who_gets_emergencies_is_told_why_beside_the_box(as_nurse: Client) -> None:
    response = choose(as_nurse, "digest_mails")
    text = words(response)
    assert "Emergencies: Nobody else gets these mails here." in text
    # What was chosen beside it is kept.
    assert response.content.decode().count(" checked") == 1
    assert not Duty.objects.exists()


def test_it_says_where_the_person_stands(
    as_nurse: Client, clinic: Clinic, nurse: User, second_nurse: User
) -> None:
    text = words(as_nurse.get(url("my_mails")))
    assert "has no on-call order" in text
    assert "At once, to everybody, and again until a contact is recorded." in text
    assert "if you are first on call" not in text
    oncall.move(clinic=clinic, user=second_nurse, to="on")
    assert "At once if you are first on call" in words(as_nurse.get(url("my_mails")))
    assert "You are not in the on-call order" in words(as_nurse.get(url("my_mails")))
    oncall.move(clinic=clinic, user=nurse, to="on")
    assert "You are number 2 in the on-call order" in words(as_nurse.get(url("my_mails")))


def test_the_menu_leads_there_for_those_who_get_mails(as_nurse: Client, as_manager: Client) -> None:
    assert "My mails" in words(as_nurse.get(url("queue")))
    assert "My mails" not in words(as_manager.get(url("clinic")))


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_manager_gets_none(as_manager: Client, method: str) -> None:
    assert getattr(as_manager, method)(url("my_mails")).status_code == 403
