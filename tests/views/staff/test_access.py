"""Every staff page opens for its role, and for nobody else."""

from typing import Any

import pytest
from django.test import Client

from recovery.models import AccessEvent, Alert, Contact, Recovery
from tests.views.staff.conftest import EMERGENCY, alert_of, report, url

CHARTS = ("staff_recovery", "staff_logs", "staff_log_new")
LISTS = ("queue", "patients", "enrol")
ON_RECOVERY = ("contact_new", "recovery_state")
ON_ALERT = ("alert_claim", "alert_release", "alert_close")


@pytest.fixture
def _alert(recovery: Recovery) -> None:
    report(recovery, **EMERGENCY)


def address(name: str, recovery: Recovery) -> str:
    if name in ON_ALERT:
        return url(name, alert_of(recovery, "R01").uuid)
    return url(name) if name in LISTS else url(name, recovery.uuid)


@pytest.mark.parametrize("name", CHARTS + LISTS)
@pytest.mark.parametrize("who", ["as_nurse", "as_clinician"])
@pytest.mark.usefixtures("_alert")
def test_it_opens_for_those_who_treat(
    request: pytest.FixtureRequest, recovery: Recovery, name: str, who: str
) -> None:
    assert request.getfixturevalue(who).get(address(name, recovery)).status_code == 200


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.usefixtures("_alert")
def test_the_neighbours_nurse_gets_404(
    as_harbor_nurse: Client, recovery: Recovery, name: str
) -> None:
    assert as_harbor_nurse.get(address(name, recovery)).status_code == 404


@pytest.mark.parametrize("name", ON_RECOVERY + ON_ALERT)
@pytest.mark.usefixtures("_alert")
def test_the_neighbours_nurse_changes_nothing(
    as_harbor_nurse: Client, recovery: Recovery, name: str
) -> None:
    before = Alert.objects.values().get()
    data = {"kind": "call", "outcome": "advised", "reason": "phone", "state": "paused"}
    assert as_harbor_nurse.post(address(name, recovery), data).status_code == 404
    recovery.refresh_from_db()
    assert Alert.objects.values().get() == before
    assert recovery.state == Recovery.State.ACTIVE
    assert not Contact.objects.exists()


@pytest.mark.parametrize("name", CHARTS + LISTS)
@pytest.mark.parametrize("who", ["as_manager", "as_patient"])
@pytest.mark.usefixtures("_alert")
def test_managers_and_patients_get_403(
    request: pytest.FixtureRequest, recovery: Recovery, name: str, who: str
) -> None:
    response = request.getfixturevalue(who).get(address(name, recovery))
    assert response.status_code == 403
    assert b"Keller" not in response.content


@pytest.mark.parametrize("name", CHARTS + LISTS)
@pytest.mark.usefixtures("_alert")
def test_anonymous_is_asked_to_sign_in(recovery: Recovery, name: str) -> None:
    there = address(name, recovery)
    response = Client().get(there)
    assert (response.status_code, response["Location"]) == (302, f"/staff/sign-in/?next={there}")


@pytest.mark.parametrize("name", ON_RECOVERY + ON_ALERT)
@pytest.mark.usefixtures("_alert")
def test_what_changes_something_is_no_link(as_nurse: Client, recovery: Recovery, name: str) -> None:
    assert as_nurse.get(address(name, recovery)).status_code == 405


def test_a_nurse_does_not_open_the_clinic_page(as_nurse: Client) -> None:
    assert as_nurse.get(url("clinic")).status_code == 403


def test_a_role_that_ends_ends_access_at_once(
    as_nurse: Client, nurse: Any, recovery: Recovery
) -> None:
    assert as_nurse.get(url("queue")).status_code == 200
    nurse.memberships.update(is_active=False)
    assert as_nurse.get(url("queue")).status_code == 403


@pytest.mark.parametrize(
    ("name", "what"),
    [("staff_recovery", "recovery"), ("staff_logs", "logs"), ("staff_log_new", "log form")],
)
def test_every_look_at_a_chart_is_recorded(
    as_nurse: Client, nurse: Any, recovery: Recovery, now: Any, name: str, what: str
) -> None:
    as_nurse.get(url(name, recovery.uuid))
    event = AccessEvent.objects.get(patient=recovery.patient, user=nurse)
    assert (event.action, event.what) == ("read", what)
    assert 0 <= (event.at - now).total_seconds() < 60


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("facts_edit", {}),
        ("facts_edit", {"baseline_pain": "11"}),
        ("procedure", {}),
        ("procedure", {"procedure_date": "2026-03-12", "procedure_time": "09:30"}),
        ("procedure_new", {}),
        ("staff_checkin", {}),
        ("staff_milestones", {"code": "walked"}),
        ("staff_log_new", {}),
        ("pathway_move", {}),
        ("address", {}),
        ("observation", {}),
    ],
)
def test_so_is_what_is_shown_again_because_it_was_not_saved(
    as_nurse: Client, nurse: Any, recovery: Recovery, name: str, data: dict[str, str]
) -> None:
    args = ["BASE"] if name == "staff_checkin" else []
    shown = as_nurse.post(url(name, recovery.uuid, *args), data)
    assert shown.status_code == 200
    assert "Keller" in shown.content.decode()
    assert AccessEvent.objects.filter(patient=recovery.patient, user=nurse, action="read").exists()


def test_a_refused_look_is_not_recorded_as_one(as_harbor_nurse: Client, recovery: Recovery) -> None:
    as_harbor_nurse.get(url("staff_recovery", recovery.uuid))
    assert not AccessEvent.objects.filter(patient=recovery.patient).exists()


def test_markup_in_what_people_typed_stays_text(
    as_nurse: Client, clinic: Any, recovery: Recovery
) -> None:
    bad = "<script>alert(1)</script>"
    recovery.patient.given_name = bad
    recovery.patient.save()
    report(recovery, **EMERGENCY, free_text=bad)
    for name in ("queue", "patients"):
        assert bad.encode() not in as_nurse.get(url(name)).content
    for name in ("staff_recovery", "staff_logs"):
        assert bad.encode() not in as_nurse.get(url(name, recovery.uuid)).content
