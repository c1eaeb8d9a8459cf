"""Questions for my visit: written, changed and removed by the patient; nothing typed is lost."""

import pytest
from django.urls import reverse

from recovery.models import AccessEvent, PatientAccess, Recovery, VisitQuestion
from recovery.services import visits
from tests.cast import make_recovery, user_of
from tests.pages import filled, read, words
from tests.visits import ask

pytestmark = pytest.mark.django_db


def the_list(recovery):
    return reverse("visit_questions", args=[recovery.uuid])


def the_form(question):
    return reverse("visit_question", args=[question.recovery.uuid, question.uuid])


def test_nobody_reads_it_before_the_visit_and_whom_to_call(as_patient, recovery, clinic):
    answer = as_patient.get(the_list(recovery))
    assert "Nobody reads this before your visit" in words(answer)
    assert f"Call us at {clinic.clinic_phone}" in words(answer)
    assert reverse("signs", args=[recovery.uuid]) in answer.content.decode()


def test_today_leads_to_it(as_patient, recovery):
    page = as_patient.get(reverse("today", args=[recovery.uuid])).content.decode()
    assert the_list(recovery) in page


def test_a_question_is_added_once(as_patient, recovery, patient_user):
    page = filled(as_patient.get(the_list(recovery)))
    sent = page | {"text": "  May I\r\n swim?  "}
    for _tap in range(2):
        answer = as_patient.post(the_list(recovery), sent, follow=True)
    assert "May I swim?" in words(answer)
    question = VisitQuestion.objects.get()
    assert (question.text, question.asked_by) == ("May I swim?", patient_user)
    assert question.source == "patient"


def test_a_caregiver_asks_as_one(as_patient, recovery):
    PatientAccess.objects.update(relationship="caregiver")
    as_patient.post(the_list(recovery), {"text": "May she swim?"})
    assert VisitQuestion.objects.get().source == "caregiver"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Write your question."),
        ("   ", "Write your question."),
        ("x" * 301, "Please shorten this to 300 characters. It now has 301."),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_kept_is_said_beside_it(as_patient, recovery, text, told):
    page = as_patient.post(the_list(recovery), {"text": text})
    assert told in words(page)
    assert page.status_code == 200
    if text.strip("x") == "" and text:
        assert read(page).fields["text"] == [text]
    assert not VisitQuestion.objects.exists()


def test_too_many_are_refused_with_what_was_typed(as_patient, recovery, afternoon):
    for number in range(10):
        ask(recovery, f"Question {number}", now=afternoon)
    page = as_patient.post(the_list(recovery), {"text": "One more"})
    assert "You have 10 questions. Remove one to add another." in words(page)
    assert read(page).fields["text"] == ["One more"]


def test_it_is_changed_and_removed(as_patient, recovery, afternoon):
    question = ask(recovery, "May I swim?", now=afternoon)
    form = filled(as_patient.get(the_form(question)))
    assert form["text"] == ["May I swim?"]
    page = as_patient.post(the_form(question), form | {"text": "May I run?"}, follow=True)
    assert "May I run?" in words(page)
    assert "May I swim?" not in words(page)
    form = filled(as_patient.get(the_form(question)))
    page = as_patient.post(the_form(question), form | {"remove": "1"}, follow=True)
    assert "May I run?" not in words(page)
    assert VisitQuestion.objects.get().removed_at is not None
    assert as_patient.get(the_form(question)).status_code == 404


def test_an_empty_change_is_refused(as_patient, recovery, afternoon):
    question = ask(recovery, "May I swim?", now=afternoon)
    page = as_patient.post(the_form(question), {"text": "", "read": "0"})
    assert "Write your question." in words(page)
    assert VisitQuestion.objects.get().text == "May I swim?"


@pytest.mark.parametrize("seen", ["", "7", "-1", "x"])
def test_a_form_that_is_old_shows_what_stands_and_keeps_what_was_typed(
    as_patient, recovery, afternoon, seen
):
    question = ask(recovery, "May I swim?", now=afternoon)
    page = as_patient.post(the_form(question), {"text": "May I run?", "read": seen})
    assert page.status_code == 200
    assert VisitQuestion.objects.get().text == "May I swim?"
    assert read(page).fields["text"] == ["May I run?"]


def test_what_was_typed_while_staff_took_it_up_can_be_asked_anew(
    as_patient, recovery, afternoon, nurse
):
    question = ask(recovery, "May I swim?", now=afternoon)
    form = filled(as_patient.get(the_form(question)))
    visits.take(recovery=recovery, read={question.uuid: 0}, user=nurse, now=afternoon)
    page = as_patient.post(the_form(question), form | {"text": "And how far?"})
    told = words(page)
    assert "changed since you opened it" in told
    assert "We talked about these May I swim?" in told
    assert "And how far?" in page.content.decode()
    as_patient.post(the_list(recovery), {"text": "And how far?"})
    assert VisitQuestion.objects.standing().get().text == "And how far?"


def test_after_the_follow_up_it_only_reads(as_patient, recovery, afternoon):
    ask(recovery, "May I swim?", now=afternoon)
    Recovery.objects.update(state="completed")
    page = words(as_patient.get(the_list(recovery)))
    assert "May I swim?" in page
    assert "Your follow-up has ended. Call us" in page
    answer = as_patient.post(the_list(recovery), {"text": "Another"})
    assert "Your follow-up has ended" in words(answer)
    assert VisitQuestion.objects.count() == 1


def test_a_question_of_somebody_else_is_none(as_patient, recovery, clinic, afternoon):
    other = ask(make_recovery(clinic, now=afternoon), "Theirs", now=afternoon)
    mine = reverse("visit_question", args=[recovery.uuid, other.uuid])
    assert as_patient.get(mine).status_code == 404
    assert as_patient.post(mine, {"remove": "1", "read": "0"}).status_code == 404
    other.refresh_from_db()
    assert other.removed_at is None


def test_what_is_written_is_recorded(as_patient, recovery, patient_user):
    as_patient.post(the_list(recovery), {"text": "May I swim?"})
    event = AccessEvent.objects.get(what="visit question")
    assert (event.user, event.action) == (patient_user, "write")
    assert user_of(recovery) == patient_user
