"""Nurses and clinicians move a recovery to the pathway in use, after a look at what that does."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.models import AccessEvent, CheckIn, Clinic, Pathway, PathwayMove, Recovery, User
from recovery.services import tick
from tests.pages import filled, words
from tests.pathways import changes, own_pathway
from tests.views.staff.conftest import NOW, alert_of, report, someone, url


@pytest.fixture
def recovery(clinic: Clinic, nurse: User, now: Any) -> Recovery:
    """Ruth Keller on day 20."""
    return someone(clinic, "Ruth", "Keller", day=20)


CHANGES: dict[str, Any] = {
    "title": "Ours",
    "forms": {
        "PULSE-24": None,
        "C180": {"asked": True},
        "C42": {"due": "D43 20:00"},
    },
}


@pytest.fixture
def newer(clinic: Clinic, manager: User, recovery: Recovery) -> Pathway:
    return own_pathway(clinic, manager, changes(**CHANGES), now=NOW)


def move(client: Client, recovery: Recovery, **typed: str) -> Any:
    page = client.get(url("pathway_move", recovery.uuid))
    return client.post(url("pathway_move", recovery.uuid), filled(page) | typed, follow=True)


def test_on_the_version_in_use_no_move_is_offered(as_nurse: Client, recovery: Recovery) -> None:
    page = as_nurse.get(url("staff_recovery", recovery.uuid))
    assert "Pathway: Default pathway. It is the one in use." in words(page)
    assert url("pathway_move", recovery.uuid) not in page.content.decode()
    page = as_nurse.get(url("pathway_move", recovery.uuid))
    assert "This recovery follows the version in use." in words(page)
    assert "before" not in filled(page)


def test_the_patient_s_page_offers_the_move(
    as_nurse: Client, recovery: Recovery, newer: Pathway
) -> None:
    page = as_nurse.get(url("staff_recovery", recovery.uuid))
    assert "Pathway: Default pathway. In use for new recoveries: version 1, Ours." in words(page)
    assert url("pathway_move", recovery.uuid) in page.content.decode()


def test_a_snooze_ends_with_its_phase_as_the_new_version_has_it(
    as_nurse: Client, as_second_nurse: Client, clinic: Clinic, manager: User, now: Any
) -> None:
    recovery = someone(clinic, "Paula", "Berger", day=5)
    report(recovery, leg_pain=4, leg_pain_status="new_or_worse", leg_side="left")
    alert = alert_of(recovery, "R33")
    data = {"R33-level": "5", "R33-reason": "Known radiculitis"}
    as_nurse.post(url("alert_snooze", alert.uuid), data)
    shorter = {"gradual_return": {"last_day": 10}, "follow_up": {"first_day": 11}}
    own_pathway(clinic, manager, changes(title="Ours", phases=shorter), now=NOW)
    move(as_second_nurse, recovery)
    page = words(as_second_nurse.get(url("handling", recovery.uuid)))
    assert "Expected up to 5 until Mar 11, 00:00." in page


def test_the_page_shows_what_it_means_for_this_recovery(
    as_nurse: Client, recovery: Recovery, newer: Pathway
) -> None:
    page = words(as_nurse.get(url("pathway_move", recovery.uuid)))
    for told in (
        "Nothing has changed yet",
        "Follows now Default pathway Would follow Version 1, Ours",
        "1 form: gets the new times",
        "1 form: is asked too",
        "1 form: is not asked any more",
        "Six-month check D180 is asked too",
        "Pulse D24 is not asked any more",
        "Six-week check D42 Due Now D42 20:00 After the move D43 20:00",
    ):
        assert told in page, page
    # What waits stands in the menu, as on every page.
    assert "Queue 1 Patients" in page
    recovery.refresh_from_db()
    assert not PathwayMove.objects.exists()
    assert AccessEvent.objects.filter(action="read", what="pathway").count() == 1


def test_a_confirmed_move_is_recorded_and_told(
    as_nurse: Client, nurse: User, recovery: Recovery, newer: Pathway
) -> None:
    page = words(move(as_nurse, recovery))
    assert "This recovery follows the version in use now." in page
    assert "Pathway: Version 1, Ours. It is the one in use." in page
    assert "Pathway moved from Default pathway to version 1, Ours Nora" in page
    row = PathwayMove.objects.get()
    assert (row.recovery, row.to_pathway, row.by) == (recovery, newer, nurse)
    recovery.refresh_from_db()
    assert recovery.pathway == newer
    assert AccessEvent.objects.filter(action="write", what="pathway moved").count() == 1


def test_a_clinician_moves_one_too(
    as_clinician: Client, recovery: Recovery, newer: Pathway
) -> None:
    move(as_clinician, recovery)
    recovery.refresh_from_db()
    assert recovery.pathway == newer


def test_an_open_form_that_is_asked_no_more_is_cancelled(
    as_nurse: Client, manager: User, clinic: Clinic, recovery: Recovery
) -> None:
    assert CheckIn.objects.get(recovery=recovery, key="PULSE-20").is_open
    own_pathway(clinic, manager, changes(forms={"PULSE-20": None}), now=NOW)
    assert "1 form: open: cancelled" in words(as_nurse.get(url("pathway_move", recovery.uuid)))
    move(as_nurse, recovery)
    assert CheckIn.objects.get(recovery=recovery, key="PULSE-20").state == "cancelled"


def test_a_move_that_ends_the_follow_up_says_so_before(
    as_nurse: Client, manager: User, clinic: Clinic, recovery: Recovery
) -> None:
    def to_day_14(data: dict[str, Any]) -> None:
        data["forms"] = [form for form in data["forms"] if form["day"] <= 14]

    own_pathway(clinic, manager, to_day_14, now=NOW)
    page = words(as_nurse.get(url("pathway_move", recovery.uuid)))
    assert "After the move its last form is over: this follow-up ends at once." in page
    move(as_nurse, recovery)
    tick.run(now=NOW + timedelta(hours=1))
    recovery.refresh_from_db()
    assert recovery.state == "completed"


def test_a_version_approved_since_is_shown_before_it_is_followed(
    as_nurse: Client, manager: User, clinic: Clinic, recovery: Recovery, newer: Pathway
) -> None:
    read = filled(as_nurse.get(url("pathway_move", recovery.uuid)))
    own_pathway(clinic, manager, changes(title="Newest"), now=NOW)
    page = words(as_nurse.post(url("pathway_move", recovery.uuid), read))
    assert "Not moved Another version is in use since you opened this page. Look again." in page
    assert "Would follow Version 2, Newest" in page
    assert not PathwayMove.objects.exists()


def test_two_who_move_it_at_once_move_it_once(
    as_nurse: Client, as_clinician: Client, recovery: Recovery, newer: Pathway
) -> None:
    read = filled(as_nurse.get(url("pathway_move", recovery.uuid)))
    move(as_clinician, recovery)
    page = words(as_nurse.post(url("pathway_move", recovery.uuid), read))
    assert "Somebody has moved this recovery to another pathway. Look again." in page
    assert PathwayMove.objects.count() == 1


@pytest.mark.parametrize("sent", [{}, {"before": "x", "after": "y"}, {"before": "\x00"}])
def test_a_move_between_versions_that_are_none_is_refused(
    as_nurse: Client, recovery: Recovery, newer: Pathway, sent: dict[str, str]
) -> None:
    page = as_nurse.post(url("pathway_move", recovery.uuid), sent)
    assert "Another version is in use since you opened this page." in words(page)
    assert not PathwayMove.objects.exists()


def test_a_follow_up_that_has_ended_keeps_its_pathway(
    as_nurse: Client, recovery: Recovery, newer: Pathway
) -> None:
    read = filled(as_nurse.get(url("pathway_move", recovery.uuid)))
    Recovery.objects.filter(pk=recovery.pk).update(state="withdrawn")
    assert (
        url("pathway_move", recovery.uuid)
        not in as_nurse.get(url("staff_recovery", recovery.uuid)).content.decode()
    )
    page = words(as_nurse.post(url("pathway_move", recovery.uuid), read))
    assert "Not moved This follow-up has ended, so its pathway stays as it is." in page
    assert not PathwayMove.objects.exists()


def test_a_manager_and_the_neighbours_move_nothing(
    as_manager: Client, as_harbor_nurse: Client, recovery: Recovery, newer: Pathway
) -> None:
    given = {"before": str(recovery.pathway.uuid), "after": str(newer.uuid)}
    for client, status in ((as_manager, 403), (as_harbor_nurse, 404)):
        assert client.get(url("pathway_move", recovery.uuid)).status_code == status
        assert client.post(url("pathway_move", recovery.uuid), given).status_code == status
    assert not PathwayMove.objects.exists()


@pytest.mark.parametrize("day", [3, 100])
def test_the_page_s_statements_do_not_grow_with_the_recovery(
    as_nurse: Client, manager: User, clinic: Clinic, now: Any, day: int
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=day)
    own_pathway(clinic, manager, changes(**CHANGES), now=NOW)
    as_nurse.get(url("pathway_move", recovery.uuid))
    with CaptureQueriesContext(connection) as statements:
        as_nurse.get(url("pathway_move", recovery.uuid))
    sql = [one["sql"] for one in statements if not one["sql"].startswith(("BEGIN", "COMMIT"))]
    assert len(sql) <= 11, "\n".join(sql)
