"""What is sent stays with the clinic its page was made for, whatever another tab chose since."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from recovery.models import Clinic, Membership, Patient, ProcedureImport, Recovery, Role, User
from tests.cast import sign_in_staff
from tests.lists import csv_of, row
from tests.pages import read, words
from tests.views.staff.conftest import url
from tests.views.staff.test_enrolment import FILLED

TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "staff"
POSTS = re.compile(r'<form\b[^>]*method="post"[^>]*>')
CONFLICT = 409

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def nora(nurse: User, clinic: Clinic, harbor: Clinic, harbor_nurse: User) -> Client:
    """She treats and manages at both clinics, and works at Northgate now."""
    for one in (clinic, harbor):
        for role in (Role.NURSE, Role.MANAGER):
            Membership.objects.get_or_create(
                user=nurse, clinic=one, role=role, defaults={"name": "Nora"}
            )
    client = sign_in_staff(Client(), nurse)
    work_in(client, clinic)
    return client


def work_in(client: Client, clinic: Clinic) -> None:
    assert client.post(url("staff_clinics"), {"clinic": str(clinic.uuid)}).status_code == 302


def made_for(client: Client, address: str) -> dict[str, Any]:
    """What a page's own form says of its clinic."""
    return {"made_for": read(client.get(address), address).fields["made_for"][0]}


def test_a_patient_is_enrolled_only_where_the_page_was_made(
    nora: Client, clinic: Clinic, harbor: Clinic
) -> None:
    page = made_for(nora, url("enrol"))
    work_in(nora, harbor)
    refused = nora.post(url("enrol"), FILLED | page)
    assert refused.status_code == CONFLICT
    assert not Patient.objects.exists()
    said = words(refused)
    assert "What you sent is not saved. The page it came from was made for Northgate" in said
    assert "You now work in Harbor Spine." in said
    # What was typed is there, and one button goes back and saves it.
    kept = read(refused).fields
    typed = {name: [value] for name, value in FILLED.items() if not isinstance(value, list)}
    assert typed.items() <= kept.items()
    assert read(refused).buttons == ["work_in"]
    assert nora.post(url("enrol"), kept | {"work_in": str(clinic.uuid)}).status_code == 302
    assert Patient.objects.get().clinic == clinic
    assert "Northgate" in words(nora.get(url("clinic")))


def test_a_page_that_names_its_clinic_is_taken_there(nora: Client, clinic: Clinic) -> None:
    assert nora.post(url("enrol"), FILLED | made_for(nora, url("enrol"))).status_code == 302
    assert Patient.objects.get().clinic == clinic


def test_one_that_names_none_is_refused_where_it_could_be_either(
    nora: Client, harbor: Clinic
) -> None:
    refused = nora.post(url("enrol"), FILLED)
    assert refused.status_code == CONFLICT
    assert "The page it came from does not say for which clinic it was made." in words(refused)
    assert "Press Back" in words(refused)
    assert not Patient.objects.exists()


def test_who_works_in_one_clinic_needs_no_name(as_nurse: Client, clinic: Clinic) -> None:
    assert as_nurse.post(url("enrol"), FILLED).status_code == 302
    assert Patient.objects.get().clinic == clinic


@pytest.mark.parametrize(
    ("route", "sent"),
    [
        ("holiday_add", {"on": "2026-03-09", "holiday": "Northgate day"}),
        ("staff_invite", {"name": "Ann", "email": "ann@example.org", "role": "nurse"}),
        ("clinic", {"name": "Northgate", "phone": "+1 202 555 0142"}),
        ("exports", {"tables": ["logs"], "whose": "named", "file_format": "csv"}),
        ("pathway_begin", {}),
        ("queue_filter", {"only": ["urgent"], "name": "Mine"}),
        ("my_mails", {}),
        ("patients", {"q": "Smith"}),
    ],
)
def test_no_form_of_staff_is_taken_by_the_other_clinic(
    nora: Client, clinic: Clinic, harbor: Clinic, route: str, sent: dict[str, Any]
) -> None:
    work_in(nora, harbor)
    before = Clinic.objects.values().get(pk=harbor.pk)
    page = {"made_for": str(clinic.uuid)}
    assert nora.post(url(route), sent | page).status_code == CONFLICT
    assert Clinic.objects.values().get(pk=harbor.pk) == before
    assert not Membership.objects.filter(user__email="ann@example.org").exists()
    assert not harbor.exports.exists()


def test_a_chart_s_page_says_where_it_belongs(
    nora: Client, recovery: Recovery, harbor: Clinic
) -> None:
    """The address decides, and the words say more than that nothing is there."""
    address = url("recovery_state", recovery.uuid)
    page = made_for(nora, url("facts_edit", recovery.uuid))
    work_in(nora, harbor)
    assert nora.post(address, {"state": "paused"}).status_code == 404
    assert nora.post(address, {"state": "paused"} | page).status_code == CONFLICT
    recovery.refresh_from_db()
    assert recovery.state == Recovery.State.ACTIVE


def test_a_log_by_phone_is_answered_and_kept(
    nora: Client, recovery: Recovery, harbor: Clinic
) -> None:
    address = url("staff_log_new", recovery.uuid)
    page = made_for(nora, address)
    work_in(nora, harbor)
    refused = nora.post(address, {"bladder": "yes", "saddle": "yes"} | page)
    assert refused.status_code == CONFLICT
    assert "Get help now" in read(refused).advice
    assert read(refused).fields["bladder"] == ["yes"]


def test_a_file_is_to_be_chosen_again(nora: Client, clinic: Clinic, harbor: Clinic) -> None:
    page = made_for(nora, url("procedure_imports"))
    work_in(nora, harbor)
    refused = nora.post(
        url("procedure_imports"),
        {"file": SimpleUploadedFile("list.csv", csv_of([row()]).encode())} | page,
    )
    assert refused.status_code == CONFLICT
    assert not ProcedureImport.objects.exists()
    assert "A file cannot be kept" in words(refused)
    back = read(refused, url("staff_clinics"))
    assert back.buttons == ["clinic"]
    assert str(clinic.uuid) in refused.content.decode()


def test_without_a_clinic_chosen_nothing_that_was_sent_is_dropped(
    nora: Client, clinic: Clinic, nurse: User
) -> None:
    page = made_for(nora, url("enrol"))
    again = sign_in_staff(Client(), nurse)
    refused = again.post(url("enrol"), FILLED | page)
    assert refused.status_code == CONFLICT
    assert "The page it came from was made for Northgate Spine Clinic." in words(refused)
    assert "You now work in" not in words(refused)
    kept = read(refused).fields | {"work_in": str(clinic.uuid)}
    assert again.post(url("enrol"), kept).status_code == 302
    assert Patient.objects.get().clinic == clinic


def test_a_clinic_one_has_left_is_not_gone_back_to(
    nora: Client, nurse: User, clinic: Clinic, harbor: Clinic
) -> None:
    page = made_for(nora, url("enrol"))
    Membership.objects.filter(user=nurse, clinic=clinic).update(is_active=False)
    refused = nora.post(url("enrol"), FILLED | page)
    assert refused.status_code == CONFLICT
    assert "The page it came from was made for a clinic in which you do not work." in words(refused)
    assert "Northgate" not in words(refused)
    forced = nora.post(url("enrol"), FILLED | page | {"work_in": page["made_for"]})
    assert forced.status_code == CONFLICT
    assert not Patient.objects.exists()


def test_another_person_s_clinic_is_not_named(
    as_harbor_nurse: Client, as_nurse: Client, clinic: Clinic
) -> None:
    refused = as_harbor_nurse.post(url("enrol"), FILLED | {"made_for": str(clinic.uuid)})
    assert refused.status_code == CONFLICT
    assert "Northgate" not in words(refused)


def test_every_template_that_posts_says_its_clinic() -> None:
    """`csrf_token` writes both."""
    silent = [
        (path.name, form)
        for path in sorted(TEMPLATES.rglob("*.html"))
        for form, rest in _forms(path.read_text())
        if not rest.startswith("{% csrf_token %}")
    ]
    assert silent == []


def _forms(text: str) -> list[tuple[str, str]]:
    return [(found[0], text[found.end() :]) for found in POSTS.finditer(text)]


@pytest.mark.parametrize(
    "route", ["queue", "patients", "enrol", "clinic", "pathway", "exports", "questionnaires"]
)
def test_no_page_keeps_the_clinic_of_the_page_before(
    nora: Client, clinic: Clinic, harbor: Clinic, route: str
) -> None:
    """Heads and queues are rendered once for all pages of a shape."""
    for one in (clinic, harbor, clinic):
        work_in(nora, one)
        html = nora.get(url(route)).content.decode()
        forms = _forms(html)
        said = re.findall(r'name="made_for" value="([^"]*)"', html)
        assert (len(said), set(said)) == (len(forms), {str(one.uuid)})
