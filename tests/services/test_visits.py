"""The patient's questions: asked once, changed until they are taken up, never lost."""

import uuid
from datetime import timedelta

import pytest

from recovery.models import AccessEvent, Alert, Message, Recovery, VisitQuestion
from recovery.services import visits
from recovery.services.refusals import Moved, NotAllowed
from tests.cast import NOW, make_recovery, user_of
from tests.visits import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(clinic, nurse) -> Recovery:
    return make_recovery(clinic, day=20, now=NOW)


def test_a_double_tap_asks_once(recovery):
    said = {"recovery": recovery, "user": user_of(recovery), "source": "patient", "now": NOW}
    client_id = uuid.uuid4()
    first = visits.ask(text="May I swim?", client_id=client_id, **said)
    again = visits.ask(text="May I swim?", client_id=client_id, **said)
    assert first == again
    assert VisitQuestion.objects.count() == 1


def test_no_rule_reads_it_and_nobody_is_told(recovery):
    before = Message.objects.count(), list(Alert.objects.values())
    ask(recovery, "I cannot feel my legs and I leak urine", now=NOW)
    assert (Message.objects.count(), list(Alert.objects.values())) == before


def test_ten_stand_at_a_time_and_a_removed_one_makes_room(recovery):
    questions = [ask(recovery, f"Question {n}", now=NOW) for n in range(10)]
    with pytest.raises(NotAllowed, match="Remove one"):
        ask(recovery, "One more", now=NOW)
    visits.remove(question=questions[0], read=0, user=user_of(recovery), now=NOW)
    ask(recovery, "One more", now=NOW)
    assert VisitQuestion.objects.count() == 11


def test_it_is_changed_until_it_is_taken_up(recovery, nurse):
    question, user = ask(recovery, "May I swim?", now=NOW), user_of(recovery)
    visits.change(question=question, text="May I run?", read=0, user=user, now=NOW)
    with pytest.raises(Moved):
        visits.change(question=question, text="May I ski?", read=0, user=user, now=NOW)
    # Staff saw the words before the change.
    with pytest.raises(Moved):
        visits.take(recovery=recovery, read={question.uuid: 0}, user=nurse, now=NOW)
    assert visits.take(recovery=recovery, read={question.uuid: 1}, user=nurse, now=NOW) == 1
    assert visits.take(recovery=recovery, read={question.uuid: 1}, user=nurse, now=NOW) == 0
    for act in (visits.remove, visits.change):
        more = {"text": "May I ski?"} if act is visits.change else {}
        with pytest.raises(Moved):
            act(question=question, read=1, user=user, now=NOW, **more)
    row = VisitQuestion.objects.get()
    assert (row.text, row.taken_by, row.removed_at) == ("May I run?", nurse, None)


def test_the_same_words_and_a_second_removal_change_nothing(recovery):
    question, user = ask(recovery, "May I swim?", now=NOW), user_of(recovery)
    visits.change(question=question, text="May I swim?", read=0, user=user, now=NOW)
    assert VisitQuestion.objects.get().revision == 0
    for _again in range(2):
        visits.remove(question=question, read=0, user=user, now=NOW)
    assert VisitQuestion.objects.get().removed_at == NOW


def test_none_is_taken_where_one_was_removed(recovery, nurse):
    stays, gone = ask(recovery, "A", now=NOW), ask(recovery, "B", now=NOW)
    visits.remove(question=gone, read=0, user=user_of(recovery), now=NOW)
    with pytest.raises(Moved):
        visits.take(recovery=recovery, read={stays.uuid: 0, gone.uuid: 0}, user=nurse, now=NOW)
    assert not VisitQuestion.objects.exclude(taken_at=None).exists()


def test_a_question_of_another_recovery_is_not_taken(recovery, clinic, nurse):
    other = ask(make_recovery(clinic, day=3, now=NOW), "Theirs", now=NOW)
    assert visits.take(recovery=recovery, read={other.uuid: 0}, user=nurse, now=NOW) == 0


def test_after_the_follow_up_there_is_no_more_to_ask(recovery):
    question = ask(recovery, "May I swim?", now=NOW)
    Recovery.objects.update(state=Recovery.State.COMPLETED)
    recovery.refresh_from_db()
    with pytest.raises(NotAllowed, match="ended"):
        ask(recovery, "Another", now=NOW + timedelta(days=1))
    with pytest.raises(NotAllowed, match="ended"):
        visits.change(question=question, text="B", read=0, user=user_of(recovery), now=NOW)


def test_what_was_written_is_recorded(recovery, nurse):
    question = ask(recovery, "May I swim?", now=NOW)
    visits.take(recovery=recovery, read={question.uuid: 0}, user=nurse, now=NOW)
    events = AccessEvent.objects.filter(what__startswith="visit question").order_by("pk")
    assert [(event.what, event.action) for event in events] == [
        ("visit question", "write"),
        ("visit questions taken up", "write"),
    ]
