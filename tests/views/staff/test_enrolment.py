from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from recovery.models import (
    Clinic,
    Consent,
    Membership,
    Message,
    Patient,
    PatientAccess,
    Recovery,
    User,
)
from tests.cast import NUMBERS, default_pathway, sign_in_staff
from tests.crowd import at_once
from tests.pages import words
from tests.views.staff.conftest import someone, url

FILLED = {
    "record_number": "0815",
    "given_name": "Ruth",
    "family_name": "Keller",
    "birth_date": "1957-03-14",
    "phone": "555-0188",
    "email": "Ruth.Keller@Example.org",
    "zone": "America/Chicago",
    "language": "en",
    "procedure_date": "2026-03-10",
    "procedure_time": "09:30",
    "levels": "L4, L5",
    "surgeon": "Mia A.",
    "baseline_pain": "7",
    "baseline_opioid_mme": "22.5",
    "anticoagulated": "no",
    "osteoporosis": "unknown",
    "told": "on",
    "email_ok": "yes",
}


@pytest.fixture(autouse=True)
def _now(now: Any, nurse: User) -> None:
    pass


def enrol(client: Client, **changes: Any) -> Any:
    data = {name: value for name, value in (FILLED | changes).items() if value is not None}
    return client.post(url("enrol"), data, follow=True)


def test_one_form_makes_patient_recovery_consent_and_invitation(
    as_nurse: Client, nurse: User, clinic: Clinic, now: datetime
) -> None:
    response = enrol(as_nurse)
    recovery = Recovery.objects.get()
    patient = recovery.patient
    assert response.redirect_chain == [(url("staff_recovery", recovery.uuid), 302)]
    assert "Ruth Keller is enrolled. The invitation goes out by e-mail." in words(response)
    assert (patient.clinic, patient.record_number, patient.name) == (clinic, "0815", "Ruth Keller")
    assert (patient.birth_date, patient.phone) == (date(1957, 3, 14), "555-0188")
    assert (patient.zone, patient.language) == ("America/Chicago", "en")
    assert recovery.procedure_at == datetime(2026, 3, 10, 14, 30, tzinfo=UTC)
    assert recovery.procedure_on == date(2026, 3, 10)
    assert (recovery.state, recovery.levels, recovery.surgeon) == ("planned", "L4, L5", "Mia A.")
    assert (recovery.baseline_pain, recovery.baseline_opioid_mme) == (7, Decimal("22.5"))
    assert (recovery.anticoagulated, recovery.osteoporosis) == (False, None)
    consent = Consent.objects.get()
    assert (consent.told_by, consent.text_version, consent.email_ok) == (nurse, "2", True)
    assert abs((consent.told_at - now).total_seconds()) < 60
    assert PatientAccess.objects.get().user.email == "ruth.keller@example.org"
    assert Message.objects.get(kind="invitation").recovery == recovery


def test_what_is_not_known_may_stay_empty(as_nurse: Client) -> None:
    response = enrol(
        as_nurse,
        email="",
        levels="",
        surgeon="",
        baseline_pain=None,
        baseline_opioid_mme="",
        email_ok="no",
    )
    assert "Nothing is sent: log for the patient, on paper or by phone." in words(response)
    recovery = Recovery.objects.get()
    assert (recovery.baseline_pain, recovery.baseline_opioid_mme) == (None, None)
    assert not PatientAccess.objects.exists()


def test_a_couple_may_share_an_address(as_nurse: Client) -> None:
    enrol(as_nurse)
    enrol(as_nurse, record_number="0816", given_name="Hans")
    assert PatientAccess.objects.values_list("user__email", flat=True).distinct().count() == 1
    assert Recovery.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"record_number": ""}, "Record number: Fill this in."),
        ({"given_name": " "}, "First name: Fill this in."),
        ({"family_name": "x" * 81}, "Last name: Shorten this to 80 characters."),
        ({"family_name": "a\0b"}, "Last name: Null characters are not allowed."),
        (
            {"birth_date": "tomorrow"},
            "Date of birth: Write a date that exists, as year, month, day",
        ),
        ({"birth_date": "2026-03-06"}, "Date of birth: Check the year."),
        ({"birth_date": "1857-03-14"}, "Date of birth: Check the year."),
        ({"phone": "call me"}, "Phone: Write a phone number"),
        ({"phone": ""}, "Phone: Fill this in."),
        ({"email": "ruth@"}, "E-mail: Write an address like name@example.org."),
        ({"email": ""}, "E-mail: Write the address, or answer No to e-mails below."),
        ({"zone": "Mars/Olympus"}, "Time zone: “Mars/Olympus” is no time zone."),
        ({"zone": "../../etc/passwd"}, "Time zone: “../../etc/passwd” is no time zone."),
        ({"language": "tlh"}, "Language: Select a valid choice."),
        ({"procedure_date": ""}, "Procedure, date: Fill this in."),
        ({"procedure_date": "2024-01-01"}, "Procedure, date: Choose a date from Jan 29, 2025"),
        ({"procedure_date": "2028-01-01"}, "to Apr 9, 2027."),
        ({"procedure_time": "25:00"}, "Procedure, time: Write a time like 08:30."),
        ({"baseline_pain": "11"}, "Choose a number from 0 to 10. “11” is not one of them."),
        ({"baseline_pain": "eleven"}, "“eleven” is not one of them."),
        ({"baseline_opioid_mme": "lots"}, "“lots” is not a number we can read."),
        ({"baseline_opioid_mme": "-1"}, "Write a number from 0 to 2000."),
        ({"anticoagulated": None}, "Anticoagulant: Choose an answer."),
        ({"osteoporosis": "perhaps"}, "“perhaps” is not one of them."),
        ({"told": None}, "Tell the patient first, then tick this."),
        ({"email_ok": None}, "The patient agrees to e-mails: Choose an answer."),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_typed_is_lost(
    as_nurse: Client, changes: dict[str, Any], message: str
) -> None:
    response = enrol(as_nurse, **changes)
    page, content = words(response), response.content.decode()
    assert message in page
    assert page.startswith("Error: Enroll a patient")
    assert 'tabindex="-1" autofocus' in content
    assert not Patient.objects.exists()
    for name in {"record_number", "surgeon", "levels", "email"} - changes.keys():
        assert f'value="{FILLED[name]}"' in content
    if "anticoagulated" not in changes:
        assert 'name="anticoagulated" value="no" id="id_anticoagulated_1" checked' in content
    if "told" not in changes:
        assert 'id="id_told" checked' in content


def test_a_record_number_that_is_there_is_named(
    as_nurse: Client, clinic: Clinic, harbor: Clinic
) -> None:
    someone(clinic, "Old", "Patient", patient={"record_number": "0815"})
    page = words(enrol(as_nurse))
    assert "Record number: Record number 0815 is enrolled already." in page
    assert Recovery.objects.count() == 1


def test_the_neighbours_record_numbers_are_theirs(as_nurse: Client, harbor: Clinic) -> None:
    someone(harbor, "Paula", "Private", patient={"record_number": "0815"})
    enrol(as_nurse)
    assert Patient.objects.filter(record_number="0815").count() == 2


def test_a_time_that_the_clocks_skip_is_refused(as_nurse: Client) -> None:
    response = enrol(
        as_nurse, zone="America/New_York", procedure_date="2026-03-08", procedure_time="02:30"
    )
    expected = "02:30 does not exist on that day: the clocks go forward. Write 03:00 or later."
    assert expected in words(response)
    assert not Recovery.objects.exists()


def test_a_time_that_comes_twice_is_the_first_and_said(as_nurse: Client) -> None:
    response = enrol(
        as_nurse, zone="America/New_York", procedure_date="2026-11-01", procedure_time="01:30"
    )
    assert "01:30 comes twice. The first is stored." in words(response)
    # 01:30 in summer time.
    assert Recovery.objects.get().procedure_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("number", NUMBERS)
def test_without_a_number_that_patients_are_told_nobody_is_enrolled(
    as_nurse: Client, clinic: Clinic, number: str
) -> None:
    setattr(clinic, number, "")
    clinic.save()
    response = enrol(as_nurse)
    name = str(Clinic._meta.get_field(number).verbose_name)
    assert f"Enrollment is closed until the clinic has: {name}." in words(response)
    assert not Patient.objects.exists()


def test_the_form_offers_no_answer_by_itself(as_nurse: Client) -> None:
    content = as_nurse.get(url("enrol")).content.decode()
    assert " checked" not in content
    assert 'value="America/New_York"' in content


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_one_number_sent_four_times_at_once_is_one_patient(clinic: Clinic, nurse: User) -> None:
    default_pathway()
    clients = [sign_in_staff(Client(), nurse) for _n in range(4)]
    answers = at_once([lambda client=client: words(enrol(client)) for client in clients])
    assert Recovery.objects.count() == Patient.objects.count() == 1
    assert sum("Ruth Keller is enrolled." in answer for answer in answers) == 1
    assert sum("is enrolled already." in answer for answer in answers) == 3


@pytest.mark.django_db(transaction=True)
def test_a_couple_enrolled_at_once_shares_its_new_address(clinic: Clinic, nurse: User) -> None:
    default_pathway()
    sent = [(sign_in_staff(Client(), nurse), number) for number in ("A1", "B2", "C3", "D4")]
    answers = at_once([lambda one=one: words(enrol(one[0], record_number=one[1])) for one in sent])
    assert ["Ruth Keller is enrolled." in answer for answer in answers] == [True] * 4
    assert User.objects.get(email="ruth.keller@example.org").accesses.count() == 4


def test_somebody_must_be_there_to_read_the_answers(
    as_nurse: Client, clinic: Clinic, nurse: User, second_nurse: User
) -> None:
    Membership.objects.exclude(user=nurse).update(is_active=False)
    assert "Ruth Keller is enrolled." in words(enrol(as_nurse))
