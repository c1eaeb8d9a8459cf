"""The first clinic of an installation, from the command line to its manager's first sign-in."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from recovery.models import Clinic, Membership, Message, User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

NUMBERS = {
    "clinic_phone": "312-555-0101",
    "emergency_number": "911",
    "after_hours_phone": "312-555-0102",
    "poison_phone": "1-800-222-1222",
    "crisis_phone": "988",
}


def create(name: str = "Lakeside", zone: str = "America/Chicago", **options: object) -> str:
    out = io.StringIO()
    manager = {"manager_name": "Ada Moss", "manager_email": "Ada@Lakeside.example"}
    call_command("create_clinic", name, zone, stdout=out, **(manager | options))
    return out.getvalue()


def test_a_clinic_its_manager_and_the_mail_to_choose_a_password() -> None:
    said = create(clinic_phone="312-555-0101")
    clinic = Clinic.objects.get()
    assert (clinic.name, clinic.zone, clinic.clinic_phone) == (
        "Lakeside",
        "America/Chicago",
        "312-555-0101",
    )
    assert clinic.hours == [["08:00", "17:00"]] * 5 + [None, None]
    membership = Membership.objects.get()
    assert (membership.user.email, membership.role) == ("ada@lakeside.example", "manager")
    assert Message.objects.get(state="owed").user == membership.user
    assert "ada@lakeside.example is sent a link" in said
    assert "--print-link" in said
    assert "needs: emergency number" in said
    assert "a nurse or clinician" in said


def test_with_every_number_only_staff_are_missing() -> None:
    assert "the Clinic page needs: a nurse or clinician." in create(**NUMBERS)


def test_the_printed_link_sets_a_password_that_signs_in(client: Client) -> None:
    said = create(print_link=True)
    link = re.search(r"https?://\S+/staff/welcome/\S+", said)
    assert link
    page = client.get(link[0], follow=True)
    answer = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert client.post(page.request["PATH_INFO"], answer).url == reverse("staff_sign_in")
    manager = {"username": "ada@lakeside.example", "password": PASSWORD}
    assert client.post(reverse("staff_sign_in"), manager).url == reverse("clinic")


def test_a_manager_who_has_a_password_gets_no_link() -> None:
    User.objects.create_user("ada@lakeside.example", PASSWORD, name="Ada Moss")
    said = create(print_link=True)
    assert "has a password already" in said
    assert "/staff/welcome/" not in said
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"name": " "}, "name: "),
        ({"zone": "America/Chicag"}, "zone: “America/Chicag” is no time zone"),
        ({"manager_email": "ada"}, "manager email: Write an address like name@example.org"),
        ({"manager_name": ""}, "manager name: "),
        ({"crisis_phone": "soon"}, "crisis phone: Write a phone number"),
        ({"mail_name": "Lakeside <care>"}, "mail name: Leave out"),
    ],
)
def test_what_makes_no_sense_is_named_and_nothing_is_written(
    options: dict[str, object], complaint: str
) -> None:
    with pytest.raises(CommandError, match=re.escape(complaint)):
        create(**options)
    assert not Clinic.objects.exists()
    assert not User.objects.exists()


def test_the_same_clinic_twice_is_refused() -> None:
    create()
    with pytest.raises(CommandError, match="Lakeside exists already"):
        create()
    assert Clinic.objects.count() == 1
