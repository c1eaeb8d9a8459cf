"""What a patient does again, as staff enter it for the patient."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from recovery.models import AccessEvent, Clinic, Milestone, Recovery, User
from recovery.services import milestones
from tests.pages import words
from tests.views.staff.conftest import NOW, someone, url

TODAY, YESTERDAY = date(2026, 3, 5), date(2026, 3, 4)


def tell(client: Client, recovery: Recovery, code: str = "walked", **given: str) -> Any:
    """As the page sends it, filled from what stands."""
    found = Milestone.objects.standing().filter(recovery=recovery, code=code).first()
    read = {f"{code}-read": str(found.uuid) if found else ""}
    named = {name if name == "take_back" else f"{code}-{name}": v for name, v in given.items()}
    address = url("staff_milestones", recovery.uuid)
    return client.post(address, {"code": code} | read | named, follow=True)


def standing() -> list[tuple[str, date, str]]:
    rows = Milestone.objects.standing().order_by("code")
    return list(rows.values_list("code", "on", "source"))


def test_entered_corrected_and_taken_back_with_the_nurses_name(
    as_nurse: Client, nurse: User, recovery: Recovery
) -> None:
    tell(as_nurse, recovery, on="2026-03-04")
    assert standing() == [("walked", YESTERDAY, "staff")]
    tell(as_nurse, recovery, on="2026-03-05")
    assert standing() == [("walked", TODAY, "staff")]
    page = words(as_nurse.get(url("staff_recovery", recovery.uuid)))
    assert "Walked for 10 minutes: Mar 5 Staff, Nora" in page
    tell(as_nurse, recovery, take_back="1")
    assert standing() == []
    assert Milestone.objects.count() == 2
    written = AccessEvent.objects.filter(user=nurse, action="write", what__startswith="milestone")
    assert written.count() == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-03-03", "Choose a date from Mar 4, 2026 to Mar 5, 2026."),
        ("2026-03-06", "Choose a date from"),
        ("0206-03-04", "Choose a date from"),
        ("soon", "Write a date that exists, as year, month, day"),
        ("\0", "Write a date that exists, as year, month, day"),
        ("", "Fill this in."),
    ],
)
def test_a_wrong_date_is_refused_at_its_field(
    as_nurse: Client, recovery: Recovery, typed: str, said: str
) -> None:
    refused = tell(as_nurse, recovery, on=typed)
    assert refused.status_code == 200
    assert said in words(refused)
    assert standing() == []


def test_what_the_patient_told_meanwhile_is_read_before_it_is_changed(
    as_nurse: Client, nurse: User, recovery: Recovery
) -> None:
    address = url("staff_milestones", recovery.uuid)
    blank = {"code": "walked", "walked-read": "", "walked-on": "2026-03-04"}
    milestones.record(
        recovery=recovery,
        code=Milestone.Code.WALKED,
        on=TODAY,
        read=None,
        user=nurse,
        source="patient",
        now=NOW,
    )
    refused = as_nurse.post(address, blank)
    assert "This was changed since you opened it." in words(refused)
    assert 'value="2026-03-05"' in refused.content.decode()
    assert standing() == [("walked", TODAY, "patient")]


@pytest.mark.parametrize("sent", [{}, {"code": ""}, {"code": "flew"}, {"code": "\0"}])
@pytest.mark.parametrize("take_back", [{}, {"take_back": "1"}])
def test_an_unknown_choice_leads_back_to_the_page_says_so_and_writes_nothing(
    as_nurse: Client, recovery: Recovery, sent: dict[str, str], take_back: dict[str, str]
) -> None:
    address = url("staff_milestones", recovery.uuid)
    answer = as_nurse.post(address, sent | take_back | {"walked-on": "2026-03-04"})
    assert (answer.status_code, answer.url) == (302, address)
    page = as_nurse.get(address)
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert "Nothing was saved. Look again." in words(page)
    assert not Milestone.objects.exists()
    assert not AccessEvent.objects.filter(action="write").exists()


def test_nothing_is_done_again_before_the_procedure(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    planned = someone(clinic, "Ruth", "Keller", day=-3)
    page = as_nurse.get(url("staff_milestones", planned.uuid))
    assert "from the day of the procedure on" in words(page)
    assert "Nothing was saved." in words(tell(as_nurse, planned, on="2026-03-05"))
    assert standing() == []
