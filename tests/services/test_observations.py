"""The observation room: one mark, its corrections, the list, and the way home."""

from datetime import timedelta

import pytest

from recovery.models import (
    AccessEvent,
    Alert,
    CheckIn,
    DischargeCheck,
    Observation,
    ObservationSheet,
    Recovery,
)
from recovery.services import discharges, observations, recoveries, reschedules, tick
from recovery.services.refusals import Moved, NotAllowed
from tests.cast import NOW, make_recovery
from tests.services.test_reschedules import log

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CODES = [code.value for code in DischargeCheck.Code]


@pytest.fixture
def recovery(clinic, nurse) -> Recovery:
    """Treated at 09:30, back in the room an hour later."""
    recovery = make_recovery(clinic, day=0, now=NOW, ticked=False)
    at = back(recovery)
    observations.set_room_time(recovery=recovery, user=nurse, now=at, room_at=at)
    return recovery


def back(recovery: Recovery):
    return recovery.procedure_at + HOUR


def enter(recovery, user, minute=0, *, read=None, now=None, **values):
    now = now or back(recovery) + (minute or 0) * MINUTE
    return observations.record(
        recovery=recovery, user=user, now=now, minute=minute, values=values, read=read
    )


def leave(recovery, user, *, after=2 * HOUR, accepted=CODES, now=None):
    at = recovery.procedure_at + after
    observations.discharge(
        recovery=recovery, user=user, now=now or at, discharged_at=at, accepted=accepted
    )


def rows():
    return list(Observation.objects.order_by("pk"))


# Marks
# -----


def test_what_was_seen_is_stored_and_nothing_else(recovery, nurse):
    mark = enter(recovery, nurse, 15, pain=4, urine="not_yet").mark
    assert mark.values == {"pain": 4, "urine": "not_yet"}
    assert (mark.minute, mark.revision, mark.entered_by) == (15, 0, nurse)
    assert mark.observed_at == mark.entered_at == back(recovery) + 15 * MINUTE
    assert AccessEvent.objects.filter(user=nurse, what="observation +15").count() == 1


def test_no_alert_comes_of_a_mark(recovery, nurse):
    enter(recovery, nurse, strength_left=0, strength_right=0, urine="cannot", feeling="dull_both")
    assert Alert.objects.count() == 0


def test_the_same_post_twice_is_one_row(recovery, nurse):
    first = enter(recovery, nurse, pain=4)
    again = enter(recovery, nurse, pain=4)
    assert (first.replay, again.replay, again.mark) == (False, True, first.mark)
    assert len(rows()) == 1


def test_a_correction_supersedes_and_both_stay(recovery, nurse, second_nurse):
    old = enter(recovery, nurse, strength_right=4).mark
    new = enter(recovery, second_nurse, read=0, strength_right=5, now=old.entered_at + HOUR).mark
    assert (new.revision, new.supersedes, new.entered_by) == (1, old, second_nurse)
    # When it was seen stays; when it was written down does not.
    assert (new.observed_at, new.entered_at) == (old.observed_at, old.entered_at + HOUR)
    assert list(Observation.objects.current()) == [new]
    assert len(rows()) == 2


def test_a_stale_retry_reverts_no_correction(recovery, nurse):
    enter(recovery, nurse, pain=4)
    new = enter(recovery, nurse, read=0, pain=5).mark
    assert enter(recovery, nurse, pain=4).mark == new
    assert len(rows()) == 2


def test_the_second_of_two_nurses_is_told_and_stores_nothing(recovery, nurse, second_nurse):
    enter(recovery, nurse, pain=4)
    with pytest.raises(Moved):
        enter(recovery, second_nurse, pain=6)
    assert [row.pain for row in rows()] == [4]


def test_a_mark_taken_back_stands_no_more_and_can_come_again(recovery, nurse):
    enter(recovery, nurse, pain=4)
    enter(recovery, nurse, read=0)
    assert not Observation.objects.current().exists()
    enter(recovery, nurse, read=1, pain=5)
    assert [row.pain for row in Observation.objects.current()] == [5]
    assert len(rows()) == 3


def test_a_mark_entered_later_was_seen_at_its_own_time(recovery, nurse):
    mark = enter(recovery, nurse, 15, pain=4, now=back(recovery) + 50 * MINUTE).mark
    assert mark.observed_at == back(recovery) + 15 * MINUTE
    assert mark.entered_at == back(recovery) + 50 * MINUTE


def test_before_is_seen_before_the_procedure_whenever_it_is_entered(clinic, nurse):
    recovery = make_recovery(clinic, day=0, now=NOW, ticked=False)
    early = enter(recovery, nurse, None, pain=6, now=recovery.procedure_at - HOUR).mark
    assert early.observed_at == recovery.procedure_at - HOUR
    late = make_recovery(clinic, day=0, now=NOW, ticked=False)
    mark = enter(late, nurse, None, pain=6, now=late.procedure_at + HOUR).mark
    assert mark.observed_at == late.procedure_at


@pytest.mark.parametrize(
    ("minute", "after", "values", "why"),
    [
        pytest.param(0, 0, {}, "Nothing was chosen", id="an empty row"),
        pytest.param(30, 24.9, {"pain": 4}, "still to come", id="a mark in the future"),
        pytest.param(7, 30, {"pain": 4}, "no such mark", id="between two marks"),
        pytest.param(1455, 3000, {"pain": 4}, "day of the procedure", id="a day later"),
    ],
)
def test_what_is_refused(recovery, nurse, minute, after, values, why):
    with pytest.raises(NotAllowed, match=why):
        enter(recovery, nurse, minute, now=back(recovery) + after * MINUTE, **values)
    assert rows() == []


def test_without_the_time_in_the_room_there_is_no_mark_after(clinic, nurse):
    recovery = make_recovery(clinic, day=0, now=NOW, ticked=False)
    with pytest.raises(NotAllowed, match="back in the room"):
        enter(recovery, nurse, pain=4)
    assert ObservationSheet.objects.count() == 0


@pytest.mark.parametrize("state", ["paused", "withdrawn", "cancelled", "completed", "died"])
def test_nothing_is_entered_while_nobody_is_followed(recovery, nurse, state):
    Recovery.objects.update(state=state)
    with pytest.raises(NotAllowed, match=f"while the follow-up is {state}"):
        enter(recovery, nurse, pain=4)
    with pytest.raises(NotAllowed):
        observations.check(
            recovery=recovery, user=nurse, now=back(recovery), code="urine", done=True
        )
    assert rows() == []


@pytest.mark.parametrize("days", [-1, 1, 30])
def test_the_sheet_is_written_on_its_day_alone(recovery, nurse, days):
    with pytest.raises(NotAllowed, match="on the day of the procedure, Mar 2, 2026"):
        enter(recovery, nurse, pain=4, now=back(recovery) + timedelta(days=days))


def test_the_room_keeps_the_clinics_day_wherever_the_patient_lives(clinic, nurse):
    """It is the next day in Auckland from 06:00 in New York on; the sheet stays open."""
    recovery = make_recovery(clinic, day=0, now=NOW, ticked=False, zone="Pacific/Auckland")
    at = recovery.procedure_at + HOUR
    observations.set_room_time(recovery=recovery, user=nurse, now=at, room_at=at)
    enter(recovery, nurse, 60, pain=4, now=at + HOUR)
    assert len(rows()) == 1


# Minute 0
# --------


def test_the_time_in_the_room_is_corrected_until_a_mark_counts_from_it(recovery, nurse):
    enter(recovery, nurse, None, pain=6, now=back(recovery) + MINUTE)
    at = back(recovery) - 5 * MINUTE
    given = {"recovery": recovery, "user": nurse, "now": back(recovery) + 2 * MINUTE}
    observations.set_room_time(**given, room_at=at)
    assert ObservationSheet.objects.get().room_at == at
    enter(recovery, nurse, 0, pain=4)
    with pytest.raises(NotAllowed, match="stays as it is"):
        observations.set_room_time(**given, room_at=back(recovery))
    assert ObservationSheet.objects.get().room_at == at


@pytest.mark.parametrize("minutes", [-61, 1])
def test_nobody_is_back_before_the_procedure_or_in_the_future(recovery, nurse, minutes):
    with pytest.raises(NotAllowed, match="between the procedure and now"):
        observations.set_room_time(
            recovery=recovery,
            user=nurse,
            now=back(recovery),
            room_at=back(recovery) + minutes * MINUTE,
        )


def test_a_corrected_time_of_the_procedure_keeps_the_sheet_and_another_day_begins_one(
    recovery, nurse
):
    enter(recovery, nurse, pain=4)
    now = back(recovery) + MINUTE

    def move(by, at):
        recovery.refresh_from_db()
        reschedules.reschedule(
            recovery=recovery,
            user=nurse,
            now=at,
            procedure_at=recovery.procedure_at + by,
            anchor=recovery.anchor,
            reason="",
        )
        recovery.refresh_from_db()

    move(-10 * MINUTE, now)
    enter(recovery, nurse, 15, pain=4, now=now + 15 * MINUTE)
    assert ObservationSheet.objects.get().marks.count() == 2
    move(timedelta(days=7), now + HOUR)
    enter(recovery, nurse, None, pain=5, now=recovery.procedure_at - HOUR)
    assert [sheet.marks.count() for sheet in ObservationSheet.objects.order_by("on")] == [2, 1]


# The list and the way home
# -------------------------


def tick_point(recovery, user, code, *, done=True, now=None):
    observations.check(
        recovery=recovery, user=user, now=now or back(recovery), code=code, done=done
    )


def test_a_tick_says_who_and_when_and_twice_is_once(recovery, nurse, second_nurse):
    tick_point(recovery, nurse, "urine")
    tick_point(recovery, second_nurse, "urine")
    tick_point(recovery, second_nurse, "ride", done=False)
    [row] = DischargeCheck.objects.all()
    assert (row.code, row.state, row.by, row.at) == ("urine", "done", nurse, back(recovery))


def test_a_tick_taken_back_stays_in_the_record(recovery, nurse, second_nurse):
    tick_point(recovery, nurse, "urine")
    tick_point(recovery, second_nurse, "urine", done=False)
    states = DischargeCheck.objects.order_by("pk").values_list("state", "by__name")
    assert list(states) == [("done", "Nora"), ("undone", "Jonas")]


def test_a_discharge_with_points_open_asks_for_each_by_name(recovery, nurse):
    for code in CODES[:4]:
        tick_point(recovery, nurse, code)
    for accepted in ([], ["explained"], ["urine", "ride"]):
        with pytest.raises(observations.PointsOpen):
            leave(recovery, nurse, accepted=accepted)
    leave(recovery, nurse, accepted=["explained", "first_log"])
    recovery.refresh_from_db()
    assert recovery.discharged_at == recovery.procedure_at + 2 * HOUR
    left = DischargeCheck.objects.filter(state="left_open")
    assert sorted(left.values_list("code", flat=True)) == ["explained", "first_log"]


def test_a_stored_first_log_ticks_its_point(recovery, nurse):
    for code in CODES[:5]:
        tick_point(recovery, nurse, code)
    log(recovery, on=recovery.procedure_on, now=back(recovery) + HOUR / 2)
    leave(recovery, nurse, accepted=[])
    assert not DischargeCheck.objects.filter(state="left_open").exists()


def test_a_discharge_before_the_last_mark_is_refused(recovery, nurse):
    enter(recovery, nurse, 60, pain=3)
    with pytest.raises(NotAllowed, match="still looking after"):
        leave(recovery, nurse, after=1.9 * HOUR, now=back(recovery) + 2 * HOUR)
    with pytest.raises(NotAllowed, match="still looking after"):
        discharges.record(
            recovery=recovery,
            user=nurse,
            now=back(recovery) + 2 * HOUR,
            discharged_at=back(recovery) + HOUR - MINUTE,
        )
    leave(recovery, nurse, now=back(recovery) + 2 * HOUR)


def test_after_the_discharge_the_list_stays_and_no_later_mark_comes(recovery, nurse):
    leave(recovery, nurse)
    now = back(recovery) + 2 * HOUR
    enter(recovery, nurse, 45, pain=3, now=now)
    with pytest.raises(NotAllowed, match="had left by then"):
        enter(recovery, nurse, 90, pain=3, now=now)
    with pytest.raises(NotAllowed, match="has left"):
        tick_point(recovery, nurse, "urine", now=now)
    with pytest.raises(NotAllowed, match="saved already"):
        leave(recovery, nurse, after=2.5 * HOUR, now=now)


def test_a_log_before_the_first_evening_opens_counts_when_it_opens(recovery, nurse):
    tick.run(now=back(recovery))
    stored = log(recovery, on=recovery.procedure_on, now=back(recovery) + HOUR / 2)
    assert stored.phase.code == "immediate"
    leave(recovery, nurse)
    opens = recovery.procedure_at + 4 * HOUR
    tick.run(now=opens - MINUTE)
    assert not CheckIn.objects.filter(key="EVE0").exists()
    tick.run(now=opens)
    evening = CheckIn.objects.get(key="EVE0")
    assert (evening.state, evening.completed_by, evening.opens_at) == ("completed", stored, opens)


def test_a_pause_ends_the_entry_and_a_resume_brings_it_back(recovery, nurse):
    given = {"recovery": recovery, "user": nurse, "now": back(recovery)}
    tick.run(now=back(recovery))
    recoveries.change_state(**given, state=Recovery.State.PAUSED)
    with pytest.raises(NotAllowed):
        enter(recovery, nurse, pain=4)
    recoveries.change_state(**given, state=Recovery.State.ACTIVE)
    enter(recovery, nurse, pain=4)
