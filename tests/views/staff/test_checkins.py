"""The check-in forms of a patient as staff see them, and entry on the patient's behalf."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recovery.models import AccessEvent, Alert, CheckIn, FormResponse, Recovery, Score
from recovery.queries.instruments import instruments_of
from recovery.services import checkins, reschedules, tick
from tests.cast import checkin_of
from tests.views.staff.conftest import NOW, someone

pytestmark = pytest.mark.django_db
ENTERED = {
    "mode": "paper",
    "NRS-0": "4",
    "PEG-0": "4",
    "PEG-1": "4",
    "PEG-2": "4",
    "RMDQ-0": "9",
    "PGIC-0": "2",
}


@pytest.fixture
def recovery(clinic, nurse, now) -> Recovery:
    """On day 40: the six-week form is open."""
    return someone(clinic, "Ruth", "Keller", day=40)


def overview(client: Any, recovery: Recovery) -> str:
    return client.get(reverse("staff_checkins", args=[recovery.uuid])).content.decode()


def form(recovery: Recovery, key: str) -> str:
    return reverse("staff_checkin", args=[recovery.uuid, key])


def from_patient(recovery: Recovery, key: str, answers: dict[str, Any], **given: Any) -> Any:
    checkin = checkin_of(recovery, key)
    return checkins.save(
        checkin_id=checkin.pk,
        instruments=instruments_of(checkin.form, staff=False, clinic=recovery.clinic),
        answers=answers,
        source="patient",
        mode="web",
        **{"client_id": uuid.uuid4(), "now": NOW, "send": True} | given,
    )


def test_every_form_with_its_state(as_nurse, recovery):
    page = overview(as_nurse, recovery)
    for name in ("Baseline", "Two-week", "One-month", "Six-week", "Three-month"):
        assert name in page
    assert page.count("Expired") == 2
    assert "Planned" in page
    assert "Open" in page


def test_scores_stand_beside_the_baseline(as_nurse, recovery):
    response = FormResponse.objects.get(recovery=recovery, checkin__key="BASE")
    Score.objects.create(
        response=response, instrument="PEG", version="1", answered=3, total=20, score="6.7"
    )
    from_patient(
        recovery, "C42", {"PEG": {"peg-average": 4, "peg-enjoyment": 5, "peg-activity": 5}}
    )
    page = overview(as_nurse, recovery)
    assert row_of(page, "PEG") == ["4.7", "6.7", "6 of its sum of 30", "30.0%", "yes", "yes", "no"]


def row_of(page: str, instrument: str) -> list[str]:
    """The cells of the last answered form's row."""
    row = page[page.rindex(f'scope="row">{instrument}</th>') :].partition("</tr>")[0]
    return [cell.partition("</td>")[0].partition(">")[2] for cell in row.split("<td ")[1:]]


def test_an_overall_change_is_told_in_its_own_words(as_nurse, recovery):
    from_patient(recovery, "C42", {"PGIC": {"pgic": 2}})
    assert row_of(overview(as_nurse, recovery), "PGIC")[0] == "2, Much Improved"


def test_entered_for_the_patient_with_the_mode(as_nurse, recovery, nurse):
    saved = as_nurse.post(form(recovery, "C42"), ENTERED)
    assert saved.url == reverse("staff_checkins", args=[recovery.uuid])
    response = FormResponse.objects.current().get(recovery=recovery, checkin__key="C42")
    assert (response.source, response.mode, response.entered_by) == ("staff", "paper", nurse)
    assert checkin_of(recovery, "C42").state == CheckIn.State.COMPLETED
    assert Score.objects.get(response=response, instrument="RMDQ").total == 9
    assert AccessEvent.objects.filter(user=nurse, action="write", what="form C42").exists()


def test_how_it_was_answered_must_be_said(as_nurse, recovery):
    refused = as_nurse.post(form(recovery, "C42"), ENTERED | {"mode": ""})
    assert refused.status_code == 200
    assert "Choose on paper, by phone or in person." in refused.content.decode()
    assert not FormResponse.objects.filter(checkin__key="C42").exists()


def test_an_answer_that_is_missing_is_asked_for_in_the_words_of_the_buttons(as_nurse, recovery):
    page = as_nurse.post(form(recovery, "C42"), {"mode": "paper"}).content.decode()
    assert "Answer this question, or save without it below" in page
    assert "Save without these answers" in page
    assert "go on without" not in page
    assert "Not answered: " in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [("104", "from 0 to 100"), ("41.27", "one digit after the point"), ("-1", "from 0 to 100")],
)
def test_an_odi_out_of_range_or_too_exact(as_nurse, clinic, nurse, now, typed, words):
    recovery = someone(clinic, "Ruth", "Keller", day=85)
    refused = as_nurse.post(form(recovery, "C90"), ENTERED | {"ODI-0": typed})
    assert refused.status_code == 200
    page = refused.content.decode()
    assert words in page
    assert f'value="{typed}"' in page


def test_the_owner_of_several_scales_is_named_once(as_nurse, clinic, nurse, now):
    recovery = someone(clinic, "Ruth", "Keller", day=85)
    page = as_nurse.get(form(recovery, "C90")).content.decode()
    assert page.count("PROMIS is copyrighted by its owners.") == 1
    assert page.count("EQ-5D is copyrighted by EuroQol.") == 1


def test_an_index_is_typed_with_all_its_digits(as_nurse, clinic, nurse, now):
    recovery = someone(clinic, "Ruth", "Keller", day=85)
    typed = {"EQ-5D-INDEX-0": "-0.873", "save_incomplete": "1"}
    assert as_nurse.post(form(recovery, "C90"), ENTERED | typed).status_code == 302
    assert Score.objects.get(instrument="EQ-5D-INDEX").score == "-0.873"


def test_a_late_entry_leaves_the_checkin_expired(as_nurse, recovery):
    page = as_nurse.get(form(recovery, "C30")).content.decode()
    assert "What you save is marked as a late entry." in page
    as_nurse.post(form(recovery, "C30"), ENTERED)
    response = FormResponse.objects.current().get(recovery=recovery, checkin__key="C30")
    assert response.late
    assert checkin_of(recovery, "C30").state == CheckIn.State.EXPIRED


def test_answers_that_came_too_late_are_offered_to_staff(as_nurse, recovery, set_clock):
    end = checkin_of(recovery, "C42").expires_at
    set_clock(end)
    tick.run(now=end)
    from_patient(recovery, "C42", {"NRS": {"nrs-7d": 3}}, now=end)
    assert "Take over what the patient typed" in overview(as_nurse, recovery)
    page = as_nurse.get(form(recovery, "C42")).content.decode()
    assert 'id="NRS-0_3" value="3" checked' in page
    as_nurse.post(form(recovery, "C42"), ENTERED | {"mode": "web", "NRS-0": "3"})
    draft, response = FormResponse.objects.filter(checkin__key="C42").order_by("pk")
    assert (response.status, response.mode, response.late) == ("completed", "web", True)
    # What the patient typed stays as it was, and is offered no more.
    assert (draft.status, draft.source) == ("in_progress", "patient")
    assert "Take over what the patient typed" not in overview(as_nurse, recovery)


def test_what_a_draft_has_told_is_not_told_again_when_staff_take_it_over(
    as_nurse, clinic, nurse, now, set_clock
):
    recovery = someone(clinic, "Ruth", "Keller", day=13)
    end = checkin_of(recovery, "C14").expires_at
    set_clock(end)
    tick.run(now=end)
    bleeding = {"log": {"wound": [], "bleeding": "wont_stop"}}
    from_patient(recovery, "C14", bleeding, now=end)
    posted = ENTERED | {"mode": "web", "spot": "yes", "spot_signs": "wont_stop"}
    for sign in ("wont_stop", ["wont_stop", "pus_or_smell"]):
        as_nurse.post(form(recovery, "C14"), posted | {"spot_signs": sign})
        [alert] = recovery.alerts.filter(rule="R06")
        assert alert.firings == (1 if sign == "wont_stop" else 2)


def test_staff_correct_what_a_patient_sent_and_both_are_kept(as_nurse, recovery):
    sent = from_patient(recovery, "C42", {"NRS": {"nrs-7d": 3}}).response
    as_nurse.post(form(recovery, "C42"), ENTERED)
    first, second = FormResponse.objects.filter(checkin__key="C42").order_by("revision")
    assert (first, second.supersedes) == (sent, sent)


def test_the_same_entry_twice_is_one(as_nurse, recovery):
    for _ in range(3):
        as_nurse.post(form(recovery, "C42"), ENTERED)
    assert FormResponse.objects.filter(checkin__key="C42").count() == 1


def test_looking_at_a_form_that_never_opened_writes_nothing(as_nurse, clinic, nurse, now):
    recovery = someone(clinic, "Ruth", "Keller", day=40, ticked=False)
    Recovery.objects.filter(pk=recovery.pk).update(created_at=NOW)
    tick.run(now=NOW)
    assert as_nurse.get(form(recovery, "C14")).status_code == 200
    assert not CheckIn.objects.filter(recovery=recovery, key="C14").exists()
    as_nurse.post(form(recovery, "C14"), ENTERED | {"spot": "no"})
    assert checkin_of(recovery, "C14").state == CheckIn.State.EXPIRED
    assert FormResponse.objects.current().get(checkin__key="C14").late


def test_a_form_of_a_date_that_moved_is_shown_and_not_entered_again(as_nurse, clinic, nurse, now):
    """Its key would open the form of the new date."""
    recovery = someone(clinic, "Ruth", "Keller", day=-2)
    moved_to = recovery.procedure_at + timedelta(days=7)
    reschedules.reschedule(recovery=recovery, user=nurse, now=NOW, procedure_at=moved_to, anchor=1)
    tick.run(now=NOW)
    page = overview(as_nurse, recovery)
    assert page.count("Baseline, D") == 2
    assert page.count(f'href="{form(recovery, "BASE")}"') == 1
    assert "Correct<" not in page


@pytest.mark.parametrize("key", ["DAY-05", "C90", "C180", "NOPE"])
def test_no_such_form(as_nurse, recovery, key):
    assert as_nurse.get(form(recovery, key)).status_code == 404


def test_a_danger_told_by_phone_is_said_to_the_nurse(as_nurse, clinic, nurse, now):
    recovery = someone(clinic, "Ruth", "Keller", day=13)
    posted = ENTERED | {"mode": "phone", "spot": "yes", "spot_signs": "wont_stop"}
    page = as_nurse.post(form(recovery, "C14"), posted, follow=True).content.decode()
    assert "Tell the patient: Press firmly on the spot" in page
    assert Alert.objects.filter(recovery=recovery, rule="R06").exists()


@pytest.mark.parametrize("wrong", [{"mode": ""}, {"PEG-0": "11"}, {"activity_level": "?"}])
@pytest.mark.parametrize("sent_before", [False, True])
def test_a_danger_in_a_refused_form_is_said_to_the_nurse_at_once(
    as_nurse, clinic, nurse, now, wrong, sent_before
):
    recovery = someone(clinic, "Ruth", "Keller", day=13)
    if sent_before:
        as_nurse.post(form(recovery, "C14"), ENTERED | {"spot": "no"})
    posted = ENTERED | {"mode": "phone", "spot": "yes", "spot_signs": "wont_stop"}
    refused = as_nurse.post(form(recovery, "C14"), posted | wrong)
    page = refused.content.decode()
    assert "Tell the patient now" in page
    assert "Press firmly on the spot" in page
    assert "Please check" in page
    assert Alert.objects.filter(recovery=recovery, rule="R06").exists()
    as_nurse.post(form(recovery, "C14"), posted)
    response = FormResponse.objects.current().get(checkin__key="C14", recovery=recovery)
    assert (response.mode, response.answers["PEG"]["peg-average"]) == ("phone", 4)


def test_the_overview_costs_the_same_for_any_number(as_nurse, recovery):
    def count() -> int:
        # The first look takes the messages away.
        overview(as_nurse, recovery)
        with CaptureQueriesContext(connection) as queries:
            overview(as_nurse, recovery)
        return len(queries)

    before = count()
    for key in ("C14", "C30", "C42"):
        as_nurse.post(form(recovery, key), ENTERED | {"spot": "no"})
    assert count() <= before + 1
    assert before <= 10
