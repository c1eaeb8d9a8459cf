"""Every page of a patient opens for that patient and for nobody else."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from recovery.models import DailyLog, PatientAccess, Recovery
from tests.views.patient.conftest import post, url

PAGES = (
    "today",
    "history",
    "signs",
    "phase",
    "milestones",
    "milestone_form",
    "log_new",
    "log_form",
    "log_saved",
)
MORE = {"phase": "follow_up", "milestone_form": "slept"}


@pytest.fixture
def address(as_patient: Client, recovery: Recovery) -> Callable[[str], str]:
    """The real address of a page; where it names a log, of a log that exists."""
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id)

    def address(name: str) -> str:
        rest = {"log_form": client_id, "log_saved": client_id, **MORE}
        return url(name, recovery, *([rest[name]] if name in rest else []))

    return address


@pytest.mark.parametrize("name", PAGES)
def test_it_opens_for_the_patient(as_patient: Client, address: Any, name: str) -> None:
    assert as_patient.get(address(name)).status_code in (200, 302)


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_gets_404(stranger: Client, address: Any, name: str) -> None:
    assert stranger.get(address(name)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_staff_get_403_also_of_the_same_clinic(as_nurse: Client, address: Any, name: str) -> None:
    assert as_nurse.get(address(name)).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_anonymous_is_asked_to_sign_in(address: Any, name: str) -> None:
    response = Client().get(address(name))
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=")


def test_access_that_has_ended_is_no_access(
    as_patient: Client, address: Any, recovery: Recovery, afternoon: Any
) -> None:
    PatientAccess.objects.filter(patient=recovery.patient).update(ended_at=afternoon)
    assert as_patient.get(address("today")).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("as_nurse", 403)])
def test_nobody_else_writes_a_log(
    request: pytest.FixtureRequest, recovery: Recovery, who: str, status: int
) -> None:
    assert post(request.getfixturevalue(who), recovery).status_code == status
    assert DailyLog.objects.count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_never_cached_and_carry_the_policy(
    as_patient: Client, address: Any, name: str
) -> None:
    response = as_patient.get(address(name))
    if response.status_code == 200:
        assert "no-store" in response["Cache-Control"]
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
