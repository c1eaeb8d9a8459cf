"""The facts: more of them at enrolment, and their correction."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from recovery.models import AccessEvent, Clinic, FactChange, Recovery
from tests.pages import filled, words
from tests.views.staff.conftest import someone, url
from tests.views.staff.test_enrolment import enrol


def edit(client: Client, recovery: Recovery, **changes: Any) -> Any:
    """Open the page, change some of it, and send what the browser would."""
    address = url("facts_edit", recovery.uuid)
    return client.post(address, filled(client.get(address)) | changes, follow=True)


def test_the_page_shows_what_is_known(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    recovery = someone(
        clinic,
        "Ruth",
        "Keller",
        baseline_opioid_mme=Decimal("22.5"),
        modic="1+2",
        osteoporosis=None,
        levels="L4",
    )
    sent = filled(as_nurse.get(url("facts_edit", recovery.uuid)))
    assert {name: value for name, [value] in sent.items() if not name.startswith("initial-")} == {
        "baseline_pain": "6",
        "baseline_opioid_mme": "22.5",
        "anticoagulated": "no",
        "osteoporosis": "unknown",
        "levels": "L4",
        "surgeon": "",
        "pain_months": "",
        "care_months": "",
        "modic": "1+2",
        "icd10": "",
    }
    assert AccessEvent.objects.filter(action="read", what="facts").exists()


def test_corrections_are_saved_and_told_in_the_timeline(
    as_nurse: Client, recovery: Recovery
) -> None:
    page = words(
        edit(
            as_nurse,
            recovery,
            baseline_pain="unknown",
            osteoporosis="yes",
            modic="2",
            icd10=" m54.51",
            pain_months="30",
        )
    )
    assert "The facts are saved." in page
    recovery.refresh_from_db()
    assert (recovery.baseline_pain, recovery.osteoporosis, recovery.modic) == (None, True, "2")
    assert (recovery.icd10, recovery.pain_months) == ("M54.51", 30)
    assert "Osteoporosis: yes, before: no Nora" in page
    assert "Baseline pain: not known, before: 6 Nora" in page
    assert "Modic type: Type 2 Nora" in page


def test_sent_as_it_is_it_changes_nothing(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    recovery = someone(clinic, "Ruth", "Keller", baseline_opioid_mme=Decimal("20.0"), modic="1")
    assert "Nothing was changed." in words(edit(as_nurse, recovery))
    assert not FactChange.objects.exists()


def test_a_page_that_stood_open_undoes_nothing(as_nurse: Client, recovery: Recovery) -> None:
    address = url("facts_edit", recovery.uuid)
    stale = filled(as_nurse.get(address))
    edit(as_nurse, recovery, baseline_pain="8")
    as_nurse.post(address, stale | {"surgeon": "Mia A."})
    recovery.refresh_from_db()
    assert (recovery.baseline_pain, recovery.surgeon) == (8, "Mia A.")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"icd10": "back pain"}, "ICD-10 code: Write a code like M54.51."),
        ({"icd10": "M54."}, "Write a code like M54.51."),
        ({"icd10": "54.51"}, "Write a code like M54.51."),
        ({"icd10": "M54.51234"}, "Write a code like M54.51."),
        ({"icd10": "M٥4"}, "Write a code like M54.51."),
        ({"modic": "3"}, "Modic change on MRI: Select a valid choice."),
        ({"pain_months": "-1"}, "Low back pain, months: Write a number from 0 to 1200."),
        ({"pain_months": "2.5"}, "Write a whole number, like 24. “2.5” is not one."),
        ({"care_months": "long"}, "“long” is not a number we can read."),
        ({"baseline_pain": "11"}, "“11” is not one of them."),
        ({"baseline_pain": []}, "Pain, average of 7 days: Choose an answer."),
        ({"baseline_pain": ["1", "2"]}, "Choose one answer only."),
        ({"osteoporosis": "perhaps"}, "“perhaps” is not one of them."),
        ({"surgeon": "x" * 81}, "Surgeon: Shorten this to 80 characters."),
        ({"levels": "a\0b"}, "Levels treated: Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_lost(
    as_nurse: Client, recovery: Recovery, changes: dict[str, Any], message: str
) -> None:
    typed = {"surgeon": "Mia A."} | changes
    response = edit(as_nurse, recovery, **typed)
    page = words(response)
    assert page.startswith("Error: Facts of Ruth Keller")
    assert message in page
    assert not FactChange.objects.exists()
    if "surgeon" not in changes:
        assert filled(response)["surgeon"] == ["Mia A."]
        # Mended, it is still a change against what the page was first filled with.
        mended = filled(response) | {"surgeon": "Mia A."} | dict.fromkeys(changes, "")
        mended |= {"baseline_pain": "6", "osteoporosis": "no"}
        as_nurse.post(url("facts_edit", recovery.uuid), mended)
        recovery.refresh_from_db()
        assert recovery.surgeon == "Mia A."


def test_the_completeness_line_names_what_is_missing(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", levels="L4", pain_months=0)
    page = words(as_nurse.get(url("staff_recovery", recovery.uuid)))
    missing = "months of conservative care, Modic type, diagnosis code."
    assert f"Missing about the case: {missing}" in page
    Recovery.objects.update(care_months=9, modic="none", icd10="M54.51")
    page = words(as_nurse.get(url("staff_recovery", recovery.uuid)))
    assert "missing" not in page
    assert "Back pain 0 months, conservative care 9 months, Modic neither, M54.51." in page


def test_enrolment_asks_for_more_facts_and_demands_none(as_nurse: Client, nurse: Any) -> None:
    enrol(as_nurse, pain_months="24", care_months="8", modic="1", icd10="m54.51")
    first = Recovery.objects.get()
    assert (first.pain_months, first.care_months, first.modic) == (24, 8, "1")
    assert first.icd10 == "M54.51"
    response = enrol(as_nurse, record_number="0816", icd10="lumbago")
    assert "Diagnosis, ICD-10 code: Write a code like M54.51." in words(response)
    assert '<details class="ic-add" open>' in response.content.decode()
