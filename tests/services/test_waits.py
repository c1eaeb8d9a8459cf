"""Can it wait until tomorrow: the second key of the queue's order, and a word for staff alone."""

from datetime import timedelta

import pytest

from recovery.models import Alert, WaitAnswer
from recovery.models.recoveries import QueueRank, Wait
from recovery.queries import queue
from recovery.services import waits
from tests.cast import NOW, make_recovery
from tests.services.test_logs import record

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def someone(clinic, *, at, **answers):
    recovery = make_recovery(clinic, day=5, now=NOW)
    return recovery, record(recovery, now=at, **answers).log


def test_severity_then_the_patients_word_then_the_clock(clinic, nurse):
    """Rows of each severity, raised so that the clock alone would order them otherwise."""
    people = {
        "calm": ({"fall": True}, True, 5),
        "silent": ({"fall": True}, None, 3),
        "pressing": ({"fall": True}, False, 1),
        "pressing before": ({"fall": True}, False, 2),
        "urgent calm": ({"calf_one_leg": True}, True, 4),
        "urgent silent": ({"calf_one_leg": True}, None, 1),
        "emergency": ({"saddle": "yes"}, None, 0),
    }
    names = {}
    for name, (answers, said, hours) in people.items():
        recovery, log = someone(clinic, at=NOW - hours * HOUR, **answers)
        names[recovery.pk] = name
        if said is not None:
            assert waits.answer(log=log, can_wait=said, now=NOW)
    page = queue.page(clinic=clinic, user=nurse, now=NOW)
    assert [names[row.recovery.pk] for _rank, rows in page.groups for row in rows] == [
        "emergency",
        "urgent silent",
        "urgent calm",
        "pressing before",
        "pressing",
        "silent",
        "calm",
    ]


def test_it_can_be_said_anew_and_every_answer_is_kept(clinic, nurse):
    recovery, log = someone(clinic, at=NOW, fall=True)
    for said in (True, True, False):
        waits.answer(log=log, can_wait=said, now=NOW)
    assert list(WaitAnswer.objects.order_by("pk").values_list("can_wait", flat=True)) == [
        True,
        False,
    ]
    recovery.refresh_from_db()
    assert recovery.queue_wait == Wait.CANNOT


def test_it_holds_for_the_answer_it_was_said_of(clinic, nurse):
    """What fires anew asks anew."""
    recovery, log = someone(clinic, at=NOW - HOUR, fall=True)
    waits.answer(log=log, can_wait=True, now=NOW - HOUR)
    record(recovery, now=NOW, fall=True)
    recovery.refresh_from_db()
    assert recovery.queue_wait == Wait.UNSAID
    assert Alert.objects.get(rule="R35").can_wait is None


def test_of_an_emergency_nothing_is_asked_and_nothing_kept(clinic, nurse):
    recovery, log = someone(clinic, at=NOW, saddle="yes", fall=True)
    assert not waits.answer(log=log, can_wait=True, now=NOW)
    recovery.refresh_from_db()
    assert (recovery.queue_rank, recovery.queue_wait) == (QueueRank.EMERGENCY, Wait.UNSAID)
    assert not WaitAnswer.objects.exists()


def test_an_emergency_that_follows_takes_the_words_place(clinic, nurse):
    recovery, log = someone(clinic, at=NOW - HOUR, fall=True)
    waits.answer(log=log, can_wait=True, now=NOW - HOUR)
    record(recovery, now=NOW, saddle="yes")
    recovery.refresh_from_db()
    assert (recovery.queue_rank, recovery.queue_wait) == (QueueRank.EMERGENCY, Wait.UNSAID)


def test_a_quiet_log_has_nothing_to_sort(clinic, nurse):
    _recovery, log = someone(clinic, at=NOW)
    assert not waits.answer(log=log, can_wait=False, now=NOW)
    assert not WaitAnswer.objects.exists()
