"""A procedure that moves: what is asked, what is sent, what stays."""

import threading
import uuid
from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.clinical.pathway import local, occasions
from recovery.models import AccessEvent, Alert, CheckIn, Message, Outcome, Recovery, Reschedule
from recovery.queries.pathways import plan_of
from recovery.services import checkins, discharges, logs, recoveries, reschedules, tick
from recovery.services.refusals import Moved, NotAllowed
from recovery.services.reschedules import reschedule
from tests.cast import NOW, QUIET, checkin_of, default_pathway, make_recovery, staff

pytestmark = pytest.mark.django_db
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
LOG_FORMS = {"evening", "daily"}


def move(recovery: Recovery, user, by: timedelta, *, now=NOW, **changes) -> Recovery:
    return reschedule(
        **{
            "recovery": recovery,
            "user": user,
            "now": now,
            "procedure_at": recovery.procedure_at + by,
            "anchor": recovery.anchor,
        }
        | changes
    )


def log(recovery: Recovery, *, on, now=NOW, **answers):
    return logs.record(
        recovery_id=recovery.pk,
        values=QUIET | answers,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=on,
        now=now,
        source="patient",
        mode="web",
    ).log


def live_until(recovery: Recovery, end: datetime) -> None:
    """Let the tick run at each moment that the recovery itself names, as the minutes would."""
    recovery.refresh_from_db()
    while recovery.next_event_at is not None and recovery.next_event_at <= end:
        tick.run(now=recovery.next_event_at)
        recovery.refresh_from_db()


@pytest.mark.once
@pytest.mark.parametrize(
    ("moved_on", "by"),
    [
        pytest.param(-40, WEEK, id="long before"),
        pytest.param(-3, WEEK, id="while the baseline is open"),
        pytest.param(0, WEEK, id="on the morning itself"),
        pytest.param(2, WEEK, id="entered late: it had been postponed"),
        pytest.param(20, WEEK, id="while a pulse is open"),
        pytest.param(9, -WEEK, id="it had been earlier"),
        pytest.param(3, timedelta(days=30), id="a month"),
    ],
)
def test_every_form_is_asked_once_for_the_new_date(clinic, nurse, moved_on, by):
    begin = NOW + 45 * DAY
    recovery = make_recovery(clinic, day=-45, now=NOW, ticked=False)
    moved_at = recovery.procedure_at + moved_on * DAY - HOUR
    live_until(recovery, moved_at)
    was_open = set(CheckIn.objects.open().values_list("key", flat=True))
    new = move(recovery, nurse, by, now=moved_at)
    live_until(recovery, begin + 200 * DAY)

    planned = occasions(new.procedure_at, new.patient.zone, plan_of(new.pathway_id))
    asked = CheckIn.objects.filter(anchor=2)
    forms = LOG_FORMS | set(asked.values_list("form", flat=True))
    expected = {o.key for o in planned if o.form in forms and o.expires_at > moved_at}
    assert Counter(asked.values_list("key", flat=True)) == Counter(expected)
    windows = {o.key: (o.opens_at, o.expires_at) for o in planned}
    for checkin in asked:
        assert (checkin.opens_at, checkin.expires_at) == windows[checkin.key]
    # The old date asks nothing more, and what it had open is cancelled, not missed.
    old = CheckIn.objects.filter(anchor=1).exclude(state="completed")
    assert not old.open().exists()
    assert set(old.filter(state="cancelled").values_list("key", flat=True)) == was_open
    assert not old.filter(opens_at__gt=moved_at).exists()
    # One message for each (anchor, key, number), and none for the old date that is still owed.
    reminders = Message.objects.filter(kind="reminder")
    named = Counter(reminders.values_list("checkin__anchor", "checkin__key", "number"))
    assert set(named.values()) <= {1}
    assert not reminders.filter(checkin__anchor=1, state__in=["owed", "claimed"]).exists()
    assert not reminders.filter(checkin__anchor=1, created_at__gt=moved_at).exists()
    # Followed to its end by the new date.
    assert recovery.state == "completed"
    assert recovery.next_event_at is None or recovery.next_event_at > begin


def answer(recovery: Recovery, key: str, now: datetime) -> None:
    checkins.save(
        checkin_id=checkin_of(recovery, key).pk,
        instruments=[],
        answers={},
        client_id=uuid.uuid4(),
        now=now,
        source="patient",
        mode="web",
        send=True,
    )


def reminded(recovery: Recovery) -> list[tuple[str, int]]:
    rows = Message.objects.filter(recovery=recovery, kind="reminder").exclude(state="not_sent")
    return sorted(rows.values_list("checkin__key", "number"))


@pytest.mark.parametrize("by", [-HOUR, HOUR])
def test_a_corrected_hour_reminds_nobody_again_and_asks_nothing_twice(clinic, nurse, by):
    recovery = make_recovery(clinic, day=43, now=NOW, ticked=False)
    evening = local(NOW.date(), time(17), recovery.patient.zone)
    live_until(recovery, evening - HOUR)
    answer(recovery, "C42", evening - HOUR)
    live_until(recovery, evening)
    states = list(CheckIn.objects.order_by("key").values_list("key", "state"))
    before = reminded(recovery), Message.objects.count()
    new = move(recovery, nurse, by, now=evening + HOUR / 2)
    tick.run(now=evening + HOUR / 2)
    assert (reminded(recovery), Message.objects.count()) == before
    assert list(CheckIn.objects.order_by("key").values_list("key", "state")) == states
    assert set(CheckIn.objects.values_list("anchor", flat=True)) == {2}
    # Nor is what was answered missed a week later.
    live_until(new, evening + 10 * DAY)
    assert checkin_of(new, "C42").state == "completed"
    outcome = Outcome.objects.get(form="six_week")
    assert (outcome.anchor, outcome.state) == (2, "on_time")
    assert not Alert.objects.filter(rule="R43", raised_at__gt=evening).exists()


def test_a_corrected_hour_keeps_the_run_of_misses_and_the_call_to_make(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    Recovery.objects.update(overdue_since=NOW - DAY, call_since=NOW - DAY, call_for="DAY-04")
    new = move(recovery, nurse, HOUR)
    assert (new.overdue_since, new.call_since) == (NOW - DAY, NOW - DAY)


@pytest.mark.parametrize(("by", "state"), [(-2 * HOUR, "expired"), (3 * HOUR, "open")])
def test_the_baseline_ends_at_the_corrected_hour(clinic, nurse, by, state):
    recovery = make_recovery(clinic, day=0, now=NOW, ticked=False, baseline=False)
    start = recovery.procedure_at
    live_until(recovery, start - 3 * HOUR)
    assert checkin_of(recovery, "BASE").is_open
    live_until(recovery, start + HOUR if by > HOUR else start - HOUR)
    now = start + HOUR if by > HOUR else start - HOUR
    tick.run(now=now)
    new = move(recovery, nurse, by, now=now)
    tick.run(now=now)
    baseline = checkin_of(new, "BASE")
    assert (baseline.state, baseline.expires_at) == (state, start + by)
    new.refresh_from_db()
    assert (new.state, new.overdue_since) == (
        ("planned", None) if by > HOUR else ("active", start + by)
    )


def test_the_first_evening_opens_by_the_corrected_hour(clinic, nurse):
    recovery = make_recovery(clinic, day=0, now=NOW, ticked=False)
    noon = local(recovery.procedure_on, time(12), recovery.patient.zone)
    opened = noon + 4 * HOUR
    live_until(recovery, opened)
    assert checkin_of(recovery, "EVE0").is_open
    new = move(recovery, nurse, noon + 2 * HOUR - recovery.procedure_at, now=opened + HOUR / 6)
    tick.run(now=opened + HOUR / 6)
    assert not CheckIn.objects.filter(key="EVE0").exists()
    live_until(new, noon + 6 * HOUR)
    assert checkin_of(new, "EVE0").opens_at == noon + 6 * HOUR


def test_it_is_written_down_with_its_reason(clinic, nurse):
    recovery = make_recovery(clinic, day=-5, now=NOW)
    before = recovery.procedure_at
    new = move(recovery, nurse, WEEK, reason="Fever")
    row = Reschedule.objects.get()
    assert (row.recovery, row.anchor, row.by, row.at, row.reason) == (new, 1, nurse, NOW, "Fever")
    assert (row.from_procedure_at, row.to_procedure_at) == (before, before + WEEK)
    assert (new.anchor, new.procedure_on) == (2, recovery.procedure_on + WEEK)
    assert AccessEvent.objects.filter(user=nurse, what="procedure moved").count() == 1


@pytest.mark.parametrize(
    ("before", "by", "after"),
    [
        ("planned", WEEK, "planned"),
        ("planned", -WEEK, "active"),
        ("active", 30 * DAY, "planned"),
        ("active", -DAY, "active"),
        ("paused", WEEK, "paused"),
        ("completed", 30 * DAY, "planned"),
        ("completed", -DAY, "active"),
    ],
)
def test_the_state_follows_from_the_new_time(clinic, nurse, before, by, after):
    day = -5 if before == "planned" else 5
    recovery = make_recovery(clinic, day=day, now=NOW, ticked=False, state=before)
    assert move(recovery, nurse, by).state == after


@pytest.mark.parametrize("state", ["withdrawn", "cancelled", "died"])
def test_what_has_ended_does_not_move(clinic, nurse, state):
    recovery = make_recovery(clinic, day=5, now=NOW, ticked=False, state=state)
    with pytest.raises(NotAllowed):
        move(recovery, nurse, WEEK)
    assert not Reschedule.objects.exists()


def test_a_wrong_year_at_enrolment_can_be_put_right(clinic, nurse):
    recovery = make_recovery(clinic, day=365, now=NOW)
    assert recovery.state == "completed"
    new = move(recovery, nurse, 363 * DAY)
    tick.run(now=NOW)
    new.refresh_from_db()
    assert new.state == "active"
    assert CheckIn.objects.open().filter(anchor=2, key="DAY-02").exists()


def test_a_completed_one_does_not_come_back_beside_another(clinic, nurse):
    old = make_recovery(clinic, day=200, now=NOW)
    Recovery.objects.create(
        clinic=clinic,
        patient=old.patient,
        pathway=default_pathway(),
        created_at=NOW,
        procedure_at=NOW + WEEK,
        procedure_on=(NOW + WEEK).date(),
    )
    with pytest.raises(NotAllowed, match="Another procedure"):
        move(old, nurse, DAY)


def test_a_move_that_was_looked_at_before_another_is_refused(clinic, nurse):
    recovery = make_recovery(clinic, day=-5, now=NOW)
    move(recovery, nurse, WEEK)
    with pytest.raises(Moved):
        move(recovery, nurse, 2 * WEEK)
    assert Reschedule.objects.count() == 1


def test_the_time_it_has_is_no_move(clinic, nurse):
    recovery = make_recovery(clinic, day=-5, now=NOW)
    with pytest.raises(NotAllowed):
        move(recovery, nurse, timedelta())


def test_what_was_answered_and_sent_stays(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    log(recovery, on=recovery.procedure_on + 5 * DAY)
    sent = Message.objects.create(
        kind="reminder",
        dedupe_key="reminder:x:1",
        clinic=clinic,
        recovery=recovery,
        checkin=CheckIn.objects.filter(key="DAY-03").first(),
        number=1,
        created_at=NOW,
        planned_at=NOW,
        send_after=NOW,
        state="sent",
        sent_at=NOW,
    )
    move(recovery, nurse, 30 * DAY)
    sent.refresh_from_db()
    assert (sent.state, sent.reason) == ("sent", "")
    assert CheckIn.objects.get(key="DAY-05").state == "completed"


def test_a_reminder_that_is_owed_or_claimed_does_not_go(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    owed = Message.objects.get(kind="reminder", state="owed")
    move(recovery, nurse, WEEK)
    owed.refresh_from_db()
    assert (owed.state, owed.reason) == ("not_sent", "moved")


def test_overdue_ends_and_alerts_stay(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    log(recovery, on=recovery.procedure_on + 5 * DAY, saddle="yes")
    Recovery.objects.update(overdue_since=NOW - DAY)
    recovery.refresh_from_db()
    new = move(recovery, nurse, 30 * DAY)
    assert (new.overdue_since, new.overdue_hidden) == (None, False)
    assert recovery.alerts.not_closed().exists()
    assert (new.queue_rank, new.alert_rank) == (1, 1)


def test_logs_keep_the_day_they_were_judged_by_and_count_from_the_new_date(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    first = log(recovery, on=recovery.procedure_on + 4 * DAY, pain_avg=8, pain_controlled=True)
    second = log(recovery, on=recovery.procedure_on + 5 * DAY, pain_avg=7, pain_controlled=True)
    recovery.refresh_from_db()
    new = move(recovery, nurse, 3 * DAY)
    assert (new.last_log_day, new.pain_trend, new.last_pain) == (2, [[1, 8], [2, 7]], 7)
    for row, day, now in ((first, 4, 1), (second, 5, 2)):
        row.refresh_from_db()
        assert (row.day, row.day_now) == (day, now)
    # The rules read the history by the new date: of these two days one is before tomorrow's D3.
    third = log(recovery, on=second.log_date + DAY, now=NOW + DAY, pain_avg=9, pain_controlled=True)
    new.refresh_from_db()
    assert third.day == 3
    assert new.pain_trend == [[1, 8], [2, 7], [3, 9]]


@pytest.mark.parametrize(
    ("by", "kept"),
    [
        (timedelta(hours=-2), True),
        (timedelta(hours=2), True),
        (timedelta(hours=6), False),
        (-DAY, True),
        (-2 * DAY, False),
        (WEEK, False),
    ],
)
def test_a_discharge_that_does_not_fit_the_new_time_is_forgotten(clinic, nurse, by, kept):
    recovery = make_recovery(clinic, day=0, now=NOW)
    left = recovery.procedure_at + timedelta(hours=4)
    discharges.record(recovery=recovery, user=nurse, now=NOW, discharged_at=left)
    assert move(recovery, nurse, by).discharged_at == (left if kept else None)


def test_a_moved_one_that_is_paused_asks_again_when_it_is_resumed(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    recoveries.change_state(recovery=recovery, user=nurse, now=NOW, state="paused")
    new = move(recovery, nurse, 3 * DAY)
    tick.run(now=NOW)
    assert not CheckIn.objects.filter(anchor=2).exists()
    recoveries.change_state(recovery=new, user=nurse, now=NOW, state="active")
    tick.run(now=NOW)
    assert CheckIn.objects.open().filter(anchor=2, key="DAY-02").exists()


@pytest.mark.parametrize(("state", "statements"), [("active", 8), ("completed", 10)])
def test_a_move_takes_a_fixed_number_of_statements(clinic, nurse, state, statements):
    recovery = make_recovery(clinic, day=5, now=NOW)
    for day in range(1, 6):
        log(recovery, on=recovery.procedure_on + day * DAY)
    Recovery.objects.update(state=state)
    with CaptureQueriesContext(connection) as found:
        move(recovery, nurse, WEEK)
    # A check-in's rows and its messages are one statement each, whatever their number.
    sql = [one["sql"] for one in found if "SAVEPOINT" not in one["sql"]]
    assert len(sql) <= statements, sql


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_of_four_at_once_one_moves_it(clinic):
    default_pathway()
    user = staff(clinic, "Nora", "nurse")
    recovery = make_recovery(clinic, day=-5, now=NOW)
    start, answers = threading.Barrier(4), []

    def one(weeks: int) -> None:
        start.wait()
        try:
            move(recovery, user, weeks * WEEK)
            answers.append("moved")
        except Moved:
            answers.append("refused")
        connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(answers) == {"moved": 1, "refused": 3}
    assert Recovery.objects.get().anchor == 2


def test_state_after_is_what_the_move_does():
    future = datetime(2026, 5, 1, tzinfo=UTC)
    assert reschedules.state_after("active", future, NOW) == "planned"
    assert reschedules.state_after("paused", future, NOW) == "paused"


def test_logs_of_the_old_date_answer_nothing_of_the_new_but_their_own_dates(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    for day in range(1, 6):
        log(recovery, on=recovery.procedure_on + day * DAY)
    recovery.refresh_from_db()
    new = move(recovery, nurse, 3 * DAY)
    live_until(new, new.procedure_at + 10 * DAY)
    states = dict(CheckIn.objects.filter(anchor=2, form="daily").values_list("key", "state"))
    # D5 of the old date is D2 of the new one; no other day of the new date was logged.
    assert {key for key, state in states.items() if state == "completed"} == {"DAY-02"}
    assert {"DAY-03", "DAY-04", "DAY-05"} <= set(states)
