"""A patient's phone and date of birth, corrected after enrolment."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from recovery.models import AccessEvent, FactChange, Patient, Recovery
from tests.pages import filled, words
from tests.views.staff.conftest import url


def edit(client: Client, recovery: Recovery, **changes: Any) -> Any:
    """Open the page, change some of it, and send what the browser would."""
    address = url("person_edit", recovery.uuid)
    return client.post(address, filled(client.get(address)) | changes, follow=True)


@pytest.fixture
def known(recovery: Recovery) -> Recovery:
    Patient.objects.update(phone="555-0123", birth_date=date(1961, 4, 2))
    return recovery


def test_a_correction_is_saved_and_told_in_the_timeline_by_name(
    as_nurse: Client, known: Recovery
) -> None:
    facts = words(as_nurse.get(url("facts_edit", known.uuid)))
    assert "Phone and date of birth" in facts
    text = words(edit(as_nurse, known, phone="555-0199", birth_date="1916-04-02"))
    assert "The person's details are saved." in text
    assert "Phone: 555-0199, before: 555-0123 Nora" in text
    assert "Date of birth: Apr 2, 1916, before: Apr 2, 1961 Nora" in text
    patient = Patient.objects.get(pk=known.patient_id)
    assert (patient.phone, patient.birth_date) == ("555-0199", date(1916, 4, 2))
    for action in ("read", "write"):
        assert AccessEvent.objects.filter(action=action, what="person").exists()


def test_sent_as_it_is_it_changes_nothing(as_nurse: Client, known: Recovery) -> None:
    assert "Nothing was changed." in words(edit(as_nurse, known))
    assert not FactChange.objects.exists()


def test_a_page_that_stood_open_undoes_nothing(as_nurse: Client, known: Recovery) -> None:
    address = url("person_edit", known.uuid)
    stale = filled(as_nurse.get(address))
    edit(as_nurse, known, phone="555-0199")
    as_nurse.post(address, stale | {"birth_date": "1961-04-03"})
    patient = Patient.objects.get(pk=known.patient_id)
    assert (patient.phone, patient.birth_date) == ("555-0199", date(1961, 4, 3))


def test_what_is_not_known_may_stay_so(as_nurse: Client, recovery: Recovery) -> None:
    Patient.objects.update(phone="", birth_date=None)
    text = words(edit(as_nurse, recovery, phone="555-0123"))
    assert "Phone: 555-0123 Nora" in text
    assert Patient.objects.get(pk=recovery.patient_id).birth_date is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"phone": ""}, "Phone: Fill this in."),
        ({"phone": "soon"}, "Phone: Write a phone number"),
        ({"birth_date": ""}, "Date of birth: Fill this in."),
        ({"birth_date": "2061-04-02"}, "Date of birth: Check the year."),
        ({"birth_date": "1861-04-02"}, "Date of birth: Check the year."),
        (
            {"birth_date": "1961-02-30"},
            "Date of birth: Write a date that exists, as year, month, day",
        ),
    ],
)
def test_what_is_wrong_is_named_and_not_saved(
    as_nurse: Client, known: Recovery, changes: dict[str, str], message: str
) -> None:
    text = words(edit(as_nurse, known, **changes))
    assert text.startswith("Error: Phone and date of birth of Ruth Keller")
    assert message in text
    assert not FactChange.objects.exists()
