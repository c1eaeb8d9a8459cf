"""What a patient does again: told with a date, corrected, taken back, and shown."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from recovery.models import AccessEvent, Clinic, FormResponse, Milestone, Recovery
from recovery.models.access import Relationship
from recovery.services import milestones
from recovery.services.refusals import NotAllowed
from tests.cast import make_recovery, sign_in_staff, user_of
from tests.pages import filled, words
from tests.views.patient.conftest import TODAY, at, is_data, url

DAY = timedelta(days=1)
PROCEDURE = TODAY - 2 * DAY


def tell(client: Client, recovery: Recovery, code: str = "walked", **answers: str) -> Any:
    """Open the form, answer, and send it as a browser does."""
    address = url("milestone_form", recovery, code)
    return client.post(address, filled(client.get(address)) | answers)


def standing() -> list[tuple[str, Any]]:
    return list(Milestone.objects.standing().order_by("code").values_list("code", "on"))


@pytest.mark.parametrize(
    ("answers", "on"),
    [
        ({"when": "today"}, TODAY),
        ({"when": "yesterday"}, TODAY - DAY),
        ({"when": "other", "other_on": f"{PROCEDURE}"}, PROCEDURE),
        ({"when": "yesterday", "other_on": f"{PROCEDURE}"}, TODAY - DAY),
    ],
)
def test_one_is_told_with_its_day(
    as_patient: Client, recovery: Recovery, answers: dict[str, str], on: Any
) -> None:
    assert tell(as_patient, recovery, **answers).status_code == 302
    assert standing() == [("walked", on)]
    row = Milestone.objects.get()
    assert (row.source, row.recorded_by) == ("patient", user_of(recovery))
    said = words(as_patient.get(url("milestones", recovery)))
    assert f"Walked for 10 minutes {on:%A}, March {on.day}, day {row.day}" in said
    assert f"Walked for 10 minutes {on:%b} {on.day}, day {row.day}" in words(
        as_patient.get(url("history", recovery))
    )
    assert AccessEvent.objects.filter(what="milestone walked", action="write").count() == 1


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ({}, "Choose a day."),
        ({"when": "tomorrow"}, "Choose one of the answers."),
        ({"when": "other"}, "Write which day it was."),
        ({"when": "other", "other_on": "last week"}, "Write the day as a date."),
        ({"when": "other", "other_on": f"{PROCEDURE - DAY}"}, "That is before your procedure."),
        ({"when": "other", "other_on": f"{TODAY + DAY}"}, "That day has not come yet."),
        ({"when": "other", "other_on": "0206-03-01"}, "That is before your procedure."),
    ],
)
def test_what_is_no_day_of_the_recovery_is_refused(
    as_patient: Client, recovery: Recovery, answers: dict[str, str], refusal: str
) -> None:
    page = tell(as_patient, recovery, **answers)
    assert page.status_code == 200
    assert refusal in words(page)
    assert "<title>Error:" in page.content.decode()
    assert standing() == []


def test_yesterday_is_refused_on_the_day_of_the_procedure(
    clinic: Clinic, afternoon: datetime
) -> None:
    recovery = make_recovery(clinic, day=0, now=afternoon)
    client = Client()
    client.force_login(user_of(recovery))
    assert "That is before your procedure." in words(tell(client, recovery, when="yesterday"))


def test_before_the_procedure_there_is_nothing_to_tell(clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, day=-4, now=afternoon)
    client = Client()
    client.force_login(user_of(recovery))
    assert client.get(url("milestone_form", recovery, "walked")).status_code == 404
    page = client.get(url("milestones", recovery))
    assert "After your procedure you can write down here" in words(page)
    assert url("milestone_form", recovery, "walked") not in page.content.decode()


def test_an_unknown_one_is_not_found(as_patient: Client, recovery: Recovery) -> None:
    assert as_patient.get(url("milestone_form", recovery, "ran")).status_code == 404


def test_a_correction_keeps_what_was_told_first(as_patient: Client, recovery: Recovery) -> None:
    tell(as_patient, recovery, when="today")
    tell(as_patient, recovery, when="yesterday")
    first, second = Milestone.objects.order_by("pk")
    assert (first.on, first.withdrawn_by) == (TODAY, user_of(recovery))
    assert first.withdrawn_at is not None
    assert (second.on, second.withdrawn_at) == (TODAY - DAY, None)


def test_taking_it_back_keeps_the_row(as_patient: Client, recovery: Recovery) -> None:
    tell(as_patient, recovery, when="today")
    assert tell(as_patient, recovery, take_back="1").status_code == 302
    assert standing() == []
    assert Milestone.objects.get().withdrawn_by == user_of(recovery)
    # Once more changes nothing, and it may be told again.
    assert tell(as_patient, recovery, take_back="1").status_code == 302
    tell(as_patient, recovery, when="yesterday")
    assert standing() == [("walked", TODAY - DAY)]


def test_a_double_tap_and_a_stale_retry_change_nothing(
    as_patient: Client, recovery: Recovery
) -> None:
    address = url("milestone_form", recovery, "walked")
    first = {"when": "today", "read": ""}
    as_patient.post(address, first)
    as_patient.post(address, first)
    assert Milestone.objects.count() == 1
    tell(as_patient, recovery, when="yesterday")
    page = as_patient.post(address, first)
    assert "This was changed since you opened it." in words(page)
    assert standing() == [("walked", TODAY - DAY)]
    assert as_patient.post(address, first | {"take_back": "1"}).status_code == 200
    assert standing() == [("walked", TODAY - DAY)]
    # What it shows then is what stands, ready to be changed.
    assert filled(page)["read"] == [str(Milestone.objects.standing().get().uuid)]
    assert filled(page)["when"] == ["yesterday"]


def test_a_caregiver_is_recorded_as_such(as_patient: Client, recovery: Recovery) -> None:
    recovery.patient.accesses.update(relationship=Relationship.CAREGIVER)
    tell(as_patient, recovery, when="today")
    assert Milestone.objects.get().source == "caregiver"


def test_the_goal_is_in_the_patients_own_words(as_patient: Client, recovery: Recovery) -> None:
    FormResponse.objects.filter(checkin__form="baseline").update(
        answers={"FACTS": {"own_goal": "Carry <my> grandson"}}
    )
    assert "Reached my own goal: Carry <my> grandson" in words(
        as_patient.get(url("milestones", recovery))
    )
    assert "Carry <my> grandson" in words(as_patient.get(url("milestone_form", recovery, "goal")))


def test_nobody_is_told_that_driving_is_safe_and_nobody_is_praised(
    as_patient: Client, recovery: Recovery
) -> None:
    page = as_patient.get(url("milestone_form", recovery, "drove"))
    assert "This is not a yes to driving. Ask us before you drive" in words(page)
    for code in Milestone.Code.values:
        tell(as_patient, recovery, code, when="today")
    for name in ("milestones", "history", "today"):
        said = words(as_patient.get(url(name, recovery))).lower()
        assert not {"safe to drive", "great", "well done", "congrat"} & {
            phrase
            for phrase in ("safe to drive", "great", "well done", "congrat")
            if phrase in said
        }
    assert "We do not say here what you may do." in words(
        as_patient.get(url("milestones", recovery))
    )


def test_staff_read_it_in_the_timeline_and_beside_the_chart(
    as_patient: Client, recovery: Recovery, nurse: Any
) -> None:
    tell(as_patient, recovery, when="today")
    tell(as_patient, recovery, when="yesterday")
    said = words(sign_in_staff(Client(), nurse).get(url("staff_recovery", recovery)))
    assert "Walked for 10 minutes: Mar 3" in said
    assert "No longer said: Walked for 10 minutes, Mar 4" in said
    assert "Back to daily life as told Walked for 10 minutes Mar 3 Enter or correct" in said


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("as_nurse", 403)])
def test_nobody_else_tells_or_takes_back(
    request: pytest.FixtureRequest, as_patient: Client, recovery: Recovery, who: str, status: int
) -> None:
    tell(as_patient, recovery, when="today")
    row, client = Milestone.objects.get(), request.getfixturevalue(who)
    address = url("milestone_form", recovery, "walked")
    for answers in ({"when": "yesterday"}, {"take_back": "1"}):
        assert client.post(address, {"read": row.uuid, **answers}).status_code == status
    assert client.get(address).status_code == status
    assert standing() == [("walked", TODAY)]


@pytest.mark.parametrize("on", [PROCEDURE - DAY, TODAY + DAY])
def test_the_service_refuses_other_days_too(
    recovery: Recovery, afternoon: datetime, on: Any
) -> None:
    with pytest.raises(NotAllowed):
        milestones.record(
            recovery=recovery,
            code=Milestone.Code.SLEPT,
            on=on,
            read=None,
            user=user_of(recovery),
            source="patient",
            now=afternoon,
        )


def test_today_is_where_the_patient_is(
    clinic: Clinic, recovery: Recovery, as_patient: Client, set_clock: Callable
) -> None:
    set_clock(at(2, 23, 30))
    assert timezone.now().date() != TODAY
    tell(as_patient, recovery, when="today")
    assert standing() == [("walked", TODAY)]


def test_the_list_costs_few_statements(
    as_patient: Client, recovery: Recovery, django_assert_max_num_queries: Any
) -> None:
    for code in Milestone.Code.values:
        tell(as_patient, recovery, code, when="today")
    with django_assert_max_num_queries(12) as counted:
        as_patient.get(url("milestones", recovery))
    assert len([q for q in counted.captured_queries if is_data(q["sql"])]) <= 8


def test_ids_of_others_are_not_read(as_patient: Client, recovery: Recovery) -> None:
    tell(as_patient, recovery, when="today")
    address = url("milestone_form", recovery, "walked")
    page = as_patient.post(address, {"when": "yesterday", "read": str(uuid.uuid4())})
    assert "This was changed since you opened it." in words(page)
