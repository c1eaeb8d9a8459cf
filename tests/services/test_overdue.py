"""Calls about answers that did not come: what each outcome hides, until when, and for how long."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from recovery.models import Alert, Contact, Recovery
from recovery.models.recoveries import QueueRank
from recovery.queries import overdue as queries
from recovery.services import overdue, tick
from recovery.services.refusals import NotAllowed
from tests.cast import NOW, TODAY, ZONE, make_recovery
from tests.services.test_logs import record

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def silent(clinic, nurse) -> Recovery:
    """D5: DAY-01 to DAY-04 are missed; R40 and R41 are left out."""
    recovery = make_recovery(clinic, day=5, now=NOW)
    assert recovery.queue_rank == QueueRank.OVERDUE
    return recovery


def call(recovery, user, outcome, *, now=NOW, in_days=None, since=None, **more) -> Contact:
    recovery = Recovery.objects.select_related("clinic", "patient").get(pk=recovery.pk)
    return overdue.call(
        recovery=recovery,
        since=since or recovery.overdue_since,
        user=user,
        now=now,
        outcome=outcome,
        again_on=TODAY + timedelta(days=in_days) if in_days else None,
        **more,
    )


def state(recovery) -> tuple[bool, datetime | None, str]:
    row = Recovery.objects.get(pk=recovery.pk)
    return row.overdue_hidden, row.overdue_until, row.overdue_call


def midnight(in_days: int) -> datetime:
    on = TODAY + timedelta(days=in_days)
    return datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize("outcome", ["agreed", "later"])
def test_a_promise_hides_until_its_day_whatever_is_missed_meanwhile(silent, nurse, outcome):
    contact = call(silent, nurse, outcome, in_days=3)
    assert contact.hidden_until == midnight(3)
    assert state(silent) == (True, midnight(3), outcome)
    # DAY-05 and DAY-06 expire.
    tick.run(now=midnight(2) + 13 * HOUR)
    assert state(silent)[0]
    tick.run(now=midnight(3))
    assert state(silent) == (False, None, outcome)
    silent.refresh_from_db()
    assert silent.queue_rank == QueueRank.OVERDUE


def test_no_answer_comes_back_in_four_hours(silent, nurse):
    call(silent, nurse, "no_answer")
    assert state(silent) == (True, NOW + 4 * HOUR, "no_answer")
    silent.refresh_from_db()
    assert silent.queue_rank == QueueRank.HANDLED
    tick.run(now=NOW + 4 * HOUR)
    silent.refresh_from_db()
    assert silent.queue_rank == QueueRank.OVERDUE


def test_a_wrong_number_hides_nothing(silent, nurse):
    call(silent, nurse, "wrong_number")
    assert state(silent) == (False, None, "wrong_number")


def test_taken_off_needs_a_reason_and_lasts_until_the_patient_has_answered(silent, nurse):
    with pytest.raises(NotAllowed, match="why"):
        call(silent, nurse, "removed", note=" ")
    call(silent, nurse, "removed", note="Is followed elsewhere")
    tick.run(now=midnight(4))
    assert state(silent) == (True, None, "removed")
    record(silent, now=midnight(4) + HOUR, log_date=TODAY + timedelta(days=4))
    assert state(silent) == (False, None, "")
    tick.run(now=midnight(8))
    silent.refresh_from_db()
    assert silent.overdue_since is not None
    assert state(silent) == (False, None, "")


def test_put_back(silent, nurse):
    call(silent, nurse, "removed", note="A mistake")
    overdue.put_back(recovery=silent, user=nurse, now=NOW)
    silent.refresh_from_db()
    assert (state(silent), silent.queue_rank) == ((False, None, ""), QueueRank.OVERDUE)
    with pytest.raises(NotAllowed, match="not hidden"):
        overdue.put_back(recovery=silent, user=nurse, now=NOW)


@pytest.mark.parametrize("in_days", [None, 31, 400])
def test_a_promise_has_a_day_within_thirty(silent, nurse, in_days):
    with pytest.raises(NotAllowed, match="30 days"):
        call(silent, nurse, "agreed", in_days=in_days)
    assert not Contact.objects.exists()


def test_who_answered_meanwhile_is_not_hidden(silent, nurse):
    since = silent.overdue_since
    record(silent, now=NOW)
    contact = call(silent, nurse, "agreed", now=NOW + HOUR, in_days=3, since=since)
    assert contact.about_overdue_since == since
    assert state(silent) == (False, None, "")


def test_the_silences_alerts_are_contacted_and_no_symptoms(clinic, nurse):
    """R43, since the form of D14 was not filled in; and what was told of an earlier day."""
    recovery = make_recovery(clinic, day=20, now=NOW)
    record(recovery, log_date=TODAY - timedelta(days=7), saddle="yes")
    recovery.refresh_from_db()
    call(recovery, nurse, "agreed", in_days=2)
    states = dict(Alert.objects.values_list("rule", "state"))
    assert states == {"R43": "contacted", "R01": "open"}


def test_the_same_form_twice_is_one_call(silent, nurse):
    name = uuid.uuid4()
    for _ in range(2):
        call(silent, nurse, "agreed", in_days=3, client_id=name)
    assert Contact.objects.count() == 1


# Whether it helped
# -----------------


def long_ago(
    clinic, nurse, *, days: int, outcome: str = "agreed", answered_after=None, by="patient"
):
    recovery = make_recovery(clinic, day=60, now=NOW)
    since = NOW - timedelta(days=days + 2)
    Contact.objects.create(
        recovery=recovery,
        by=nurse,
        at=NOW - timedelta(days=days),
        kind="call",
        outcome=outcome,
        note="x",
        about_overdue_since=since,
    )
    if answered_after is not None:
        at = NOW - timedelta(days=days) + answered_after
        user = nurse if by == "staff" else None
        record(
            recovery, now=at, log_date=at.astimezone(ZoneInfo(ZONE)).date(), source=by, user=user
        )
    return recovery, since


def figures(clinic):
    parts = queries.worked(clinic, NOW)
    return {one.outcome: (one.answered, one.called, one.too_new) for one in parts}


def test_the_share_has_its_denominator_and_leaves_out_what_is_too_new(clinic, nurse, harbor):
    long_ago(clinic, nurse, days=20, answered_after=2 * DAY)
    long_ago(clinic, nurse, days=20, answered_after=7 * DAY)
    long_ago(clinic, nurse, days=20, answered_after=7 * DAY + timedelta(seconds=1))
    long_ago(clinic, nurse, days=20)
    long_ago(clinic, nurse, days=20, answered_after=DAY, by="staff")
    long_ago(clinic, nurse, days=20, outcome="no_answer", answered_after=DAY)
    long_ago(clinic, nurse, days=3, answered_after=DAY)
    long_ago(clinic, nurse, days=98, answered_after=DAY)
    long_ago(harbor, nurse, days=20, answered_after=DAY)
    assert figures(clinic) == {"agreed": (2, 5, 1), "no_answer": (1, 1, 0)}


def test_a_run_counts_once_from_its_first_call(clinic, nurse):
    recovery, since = long_ago(clinic, nurse, days=20, outcome="no_answer", answered_after=8 * DAY)
    Contact.objects.create(
        recovery=recovery,
        by=nurse,
        at=NOW - 18 * DAY,
        kind="call",
        outcome="agreed",
        about_overdue_since=since,
    )
    assert figures(clinic) == {"no_answer": (0, 1, 0)}


def test_without_a_call_there_is_no_share(clinic):
    assert queries.worked(clinic, NOW) == []
    assert queries.in_all([]).called == 0
