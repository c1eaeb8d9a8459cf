"""A recovery that goes on by another version: what is asked, what is sent, what stays."""

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.models import (
    AccessEvent,
    CheckIn,
    FormResponse,
    Message,
    PathwayMove,
    Recovery,
)
from recovery.queries.checkins import forms_of
from recovery.queries.pathway_moves import Fate, preview
from recovery.queries.pathways import planned
from recovery.services import logs, tick
from recovery.services.pathway_moves import move
from recovery.services.refusals import Moved, NotAllowed
from tests.cast import NOW, QUIET, checkin_of, default_pathway, make_recovery
from tests.crowd import at_once
from tests.pathways import Data, form_of, own_pathway
from tests.services.test_reschedules import live_until

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def go(recovery: Recovery, pathway, user, *, now=NOW) -> Recovery:
    recovery.refresh_from_db()
    return move(
        recovery=recovery,
        from_pathway=recovery.pathway,
        to_pathway=pathway,
        user=user,
        now=now,
    )


def fates(recovery: Recovery, pathway, *, now=NOW) -> dict[str, Fate]:
    recovery.refresh_from_db()
    return {step.key: step.fate for step in preview(recovery, pathway, now=now).steps}


def changes(**forms: dict[str, Any]):
    """A change of forms by key, `C30=None` takes one out; "-" in a key is written "_"."""

    def change(data: Data) -> None:
        for name, fields in forms.items():
            form = form_of(data, name.replace("_", "-"))
            if fields is None:
                data["forms"].remove(form)
            else:
                form.update(fields)

    return change


@pytest.fixture
def later(clinic, manager, nurse):
    """Six months asked, C30 two days later, no C14, an evening reminder of DAY-05 alone."""
    return own_pathway(
        clinic,
        manager,
        changes(
            C14=None,
            C30={"opens": "D29 06:00", "expires": "D40 23:59", "reminders": ["D33 10:00"]},
            C180={"asked": True},
            DAY_05={"reminders": ["D5 20:00"]},
        ),
    )


def test_it_is_written_down(clinic, nurse, later):
    recovery = make_recovery(clinic, day=5, now=NOW)
    new = go(recovery, later, nurse)
    row = PathwayMove.objects.get()
    assert (row.recovery, row.by, row.at) == (new, nurse, NOW)
    assert (row.from_pathway, row.to_pathway) == (default_pathway(), later)
    assert (new.pathway, new.anchor, new.state) == (later, 1, "active")
    assert AccessEvent.objects.filter(user=nurse, what="pathway moved").count() == 1


@pytest.mark.parametrize("state", ["completed", "withdrawn", "cancelled", "died"])
def test_what_has_ended_keeps_its_version(clinic, nurse, later, state):
    recovery = make_recovery(clinic, day=5, now=NOW, ticked=False, state=state)
    with pytest.raises(NotAllowed):
        go(recovery, later, nurse)
    assert not PathwayMove.objects.exists()


@pytest.mark.parametrize("state", ["planned", "active", "paused"])
def test_what_is_followed_moves_and_keeps_its_state(clinic, nurse, later, state):
    day = -5 if state == "planned" else 5
    recovery = make_recovery(clinic, day=day, now=NOW, ticked=False, state=state)
    assert go(recovery, later, nurse).state == state


def test_back_to_the_version_that_ships_with_the_product(clinic, nurse, later):
    recovery = make_recovery(clinic, day=5, now=NOW)
    assert go(go(recovery, later, nurse), default_pathway(), nurse).pathway == default_pathway()


def test_not_to_where_it_is_nor_to_the_neighbours(clinic, harbor, manager, nurse, later):
    recovery = make_recovery(clinic, day=5, now=NOW)
    neighbours = own_pathway(harbor, manager, changes(C14=None))
    for pathway in (default_pathway(), neighbours):
        with pytest.raises(NotAllowed):
            go(recovery, pathway, nurse)


def test_not_after_somebody_else_has_moved_it(clinic, nurse, later):
    recovery = make_recovery(clinic, day=5, now=NOW)
    go(recovery, later, nurse)
    with pytest.raises(Moved):
        move(
            recovery=recovery,
            from_pathway=default_pathway(),
            to_pathway=later,
            user=nurse,
            now=NOW,
        )


# What becomes of each form
# -------------------------


def test_a_form_that_is_not_asked_any_more_is_cancelled_with_what_is_owed(clinic, nurse, later):
    recovery = make_recovery(clinic, day=16, now=NOW)
    assert checkin_of(recovery, "C14").is_open
    shown = preview(recovery, later, now=NOW)
    owed = Message.objects.filter(checkin__key="C14", state="owed").count()
    assert owed == 1 == shown.stopped
    assert [step.key for step in shown.of(Fate.CANCELLED)] == ["C14"]
    go(recovery, later, nurse)
    assert checkin_of(recovery, "C14").state == "cancelled"
    reasons = Message.objects.filter(checkin__key="C14").values_list("state", "reason")
    assert set(reasons) <= {("not_sent", "replanned"), ("not_sent", "superseded")}
    live_until(recovery, NOW + 10 * DAY)
    assert checkin_of(recovery, "C14").state == "cancelled"


def test_what_is_answered_stays_and_is_shown(clinic, nurse, later):
    recovery = make_recovery(clinic, day=14, now=NOW)
    checkin = checkin_of(recovery, "C14")
    answer(checkin, status="completed", completed_at=NOW)
    CheckIn.objects.filter(pk=checkin.pk).update(state="completed", completed_at=NOW)
    assert fates(recovery, later)["C14"] is Fate.STAYS
    go(recovery, later, nurse)
    assert checkin_of(recovery, "C14").state == "completed"
    recovery.refresh_from_db()
    assert "C14" in [row.key for row in forms_of(recovery, now=NOW)]


def test_an_open_form_that_nobody_heard_of_follows_its_new_window(clinic, nurse, later):
    recovery = make_recovery(clinic, day=29, now=NOW)
    before = checkin_of(recovery, "C30")
    Message.objects.filter(checkin=before).delete()
    assert fates(recovery, later)["C30"] is Fate.FOLLOWS
    go(recovery, later, nurse)
    recovery.refresh_from_db()
    after = checkin_of(recovery, "C30")
    window = next(one for one in planned(recovery) if one.key == "C30")
    assert (after.pk, after.opens_at, after.expires_at) == (
        before.pk,
        window.opens_at,
        window.expires_at,
    )
    assert after.is_open


def test_one_whose_new_window_is_to_come_opens_again_then(clinic, nurse, later):
    recovery = make_recovery(clinic, day=27, now=NOW)
    assert checkin_of(recovery, "C30").is_open
    assert fates(recovery, later)["C30"] is Fate.LATER
    go(recovery, later, nurse)
    assert not CheckIn.objects.filter(key="C30").exists()
    live_until(recovery, NOW + 3 * DAY)
    assert checkin_of(recovery, "C30").is_open


@pytest.mark.parametrize("heard", ["a mail", "a draft"])
def test_one_that_the_patient_heard_of_or_began_keeps_its_window(clinic, nurse, later, heard):
    recovery = make_recovery(clinic, day=27, now=NOW)
    before = checkin_of(recovery, "C30")
    if heard == "a draft":
        answer(before, status="in_progress")
    else:
        mail(before, number=1)
    assert fates(recovery, later)["C30"] is Fate.KEEPS
    go(recovery, later, nurse)
    after = checkin_of(recovery, "C30")
    assert (after.pk, after.expires_at) == (before.pk, before.expires_at)
    row = next(row for row in forms_of(Recovery.objects.get(), now=NOW) if row.key == "C30")
    # The deadline shown is the deadline enforced.
    assert row.expires_at == before.expires_at


def test_one_whose_new_window_is_over_keeps_its_own(clinic, manager, nurse):
    recovery = make_recovery(clinic, day=36, now=NOW)
    Message.objects.all().delete()
    short = own_pathway(
        clinic, manager, changes(C30={"expires": "D33 23:59", "reminders": ["D30 10:00"]})
    )
    assert fates(recovery, short)["C30"] is Fate.KEEPS
    go(recovery, short, nurse)
    assert checkin_of(recovery, "C30").is_open


def test_what_an_earlier_move_cancelled_opens_again(clinic, nurse, later):
    recovery = make_recovery(clinic, day=14, now=NOW)
    go(recovery, later, nurse)
    assert fates(recovery, default_pathway())["C14"] is Fate.REOPENS
    go(recovery, default_pathway(), nurse)
    assert checkin_of(recovery, "C14").is_open
    live_until(recovery, NOW + 10 * DAY)
    assert checkin_of(recovery, "C14").state == "expired"


def test_a_form_that_is_new_and_open_now_is_asked_and_one_that_is_over_never(
    clinic, manager, nurse
):
    recovery = make_recovery(clinic, day=20, now=NOW, ticked=False)
    less = own_pathway(clinic, manager, changes(C14=None, PULSE_17=None, PULSE_20=None))
    Recovery.objects.update(pathway=less)
    tick.run(now=NOW)
    told = fates(recovery, default_pathway())
    assert (told["C14"], told["PULSE-17"], told["PULSE-20"]) == (Fate.OVER, Fate.OVER, Fate.ADDED)
    go(recovery, default_pathway(), nurse)
    tick.run(now=NOW)
    asked = set(CheckIn.objects.values_list("key", flat=True))
    assert "PULSE-20" in asked
    assert not {"C14", "PULSE-17"} & asked
    assert not recovery.alerts.filter(rule="R43").exists()


def test_a_log_that_is_there_already_answers_what_is_new(clinic, manager, nurse):
    recovery = make_recovery(clinic, day=20, now=NOW, ticked=False)
    less = own_pathway(clinic, manager, changes(PULSE_20=None))
    Recovery.objects.update(pathway=less)
    tick.run(now=NOW)
    recovery.refresh_from_db()
    log(recovery)
    go(recovery, default_pathway(), nurse)
    tick.run(now=NOW)
    assert checkin_of(recovery, "PULSE-20").state == "completed"


@pytest.mark.once
@pytest.mark.parametrize("moved_on", [-3, 0, 3, 5, 13, 20, 29, 34, 89])
def test_no_reminder_number_of_a_form_goes_twice_and_no_form_is_asked_twice(
    clinic, nurse, later, moved_on
):
    recovery = make_recovery(clinic, day=-31, now=NOW, ticked=False)
    moment = recovery.procedure_at + moved_on * DAY + 8 * HOUR
    live_until(recovery, moment)
    sent = set(
        Message.objects.filter(kind="reminder").values_list("checkin__key", "number", "state")
    )
    go(recovery, later, nurse, now=moment)
    live_until(recovery, recovery.procedure_at + 260 * DAY)
    named = Counter(Message.objects.filter(kind="reminder").values_list("checkin__key", "number"))
    assert set(named.values()) <= {1}
    asked = Counter(CheckIn.objects.values_list("key", flat=True))
    assert set(asked.values()) == {1}
    assert "C180" in asked
    # What was sent before stays as it was.
    after = set(
        Message.objects.filter(kind="reminder").values_list("checkin__key", "number", "state")
    )
    assert {one for one in sent if one[2] in ("sent", "not_sent")} <= after
    assert recovery.state == "completed"


def test_reminders_still_to_come_are_those_of_the_new_version(clinic, nurse, later):
    recovery = make_recovery(clinic, day=5, now=NOW)  # 21:00 there: both have come
    Message.objects.all().delete()
    CheckIn.objects.filter(key="DAY-05").update(reminders_settled=0)
    before = NOW - 5 * HOUR
    go(recovery, later, nurse, now=before)
    assert checkin_of(recovery, "DAY-05").reminders_settled == 0
    tick.run(now=NOW - 3 * HOUR)
    assert not Message.objects.filter(checkin__key="DAY-05").exists()
    tick.run(now=NOW - HOUR)
    assert Message.objects.filter(checkin__key="DAY-05").count() == 1


def test_a_form_that_is_the_same_in_both_keeps_a_reminder_that_no_tick_has_seen_yet(
    clinic, nurse, later
):
    recovery = make_recovery(clinic, day=6, now=NOW - 5 * HOUR)  # 16:00 there
    assert fates(recovery, later)["DAY-06"] is Fate.STAYS
    go(recovery, later, nurse, now=NOW - 3 * HOUR)
    tick.run(now=NOW - 3 * HOUR)
    assert Message.objects.get(checkin__key="DAY-06").number == 1


def test_other_reminders_alone_are_shown_as_a_change(clinic, nurse, later):
    recovery = make_recovery(clinic, day=5, now=NOW)
    shown = preview(recovery, later, now=NOW)
    assert "DAY-05" in [step.key for step in shown.of(Fate.FOLLOWS)]
    assert {"DAY-05", "C30", "C180"} <= {step.key for step in shown.changed}


@pytest.mark.parametrize("day", [5, 29])
def test_statements_do_not_grow_with_the_forms(clinic, nurse, later, day):
    recovery = make_recovery(clinic, day=day, now=NOW)
    recovery = Recovery.objects.select_related("pathway").get(pk=recovery.pk)
    preview(recovery, later, now=NOW)
    with CaptureQueriesContext(connection) as captured:
        move(
            recovery=recovery,
            from_pathway=recovery.pathway,
            to_pathway=later,
            user=nurse,
            now=NOW,
        )
    found = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]
    assert len(found) <= 12, found


def test_a_preview_reads_three_statements(clinic, nurse, later, django_assert_num_queries):
    recovery = make_recovery(clinic, day=29, now=NOW)
    preview(recovery, later, now=NOW)
    with django_assert_num_queries(3):
        preview(recovery, later, now=NOW)


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_at_once_one_does(clinic, manager, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    later = own_pathway(clinic, manager, changes(C14=None))
    shipped = default_pathway()

    def one():
        return move(recovery=recovery, from_pathway=shipped, to_pathway=later, user=nurse, now=NOW)

    outcomes = sorted(type(one).__name__ for one in at_once([one, one]))
    assert outcomes == ["Moved", "Recovery"]
    assert PathwayMove.objects.count() == 1


def log(recovery: Recovery, **answers: Any):
    return logs.record(
        recovery_id=recovery.pk,
        values=QUIET | answers,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=recovery.procedure_on + 20 * DAY,
        now=NOW,
        source="patient",
        mode="web",
    ).log


def answer(checkin: CheckIn, **fields: Any) -> FormResponse:
    return FormResponse.objects.create(
        recovery=checkin.recovery,
        checkin=checkin,
        client_id=uuid.uuid4(),
        saved_at=NOW,
        source="patient",
        mode="web",
        **fields,
    )


def mail(checkin: CheckIn, *, number: int) -> Message:
    return Message.objects.create(
        kind="reminder",
        dedupe_key=f"reminder:{checkin.uuid}:{number}",
        clinic=checkin.recovery.clinic,
        recovery=checkin.recovery,
        checkin=checkin,
        number=number,
        state="sent",
        sent_at=NOW - HOUR,
        created_at=NOW - HOUR,
        planned_at=NOW - HOUR,
        send_after=NOW - HOUR,
    )


# What was kept open
# ------------------


MORNING = 14 * HOUR


@pytest.fixture
def shorter(clinic, manager, nurse):
    """The pulse of day 17 for its own day alone, and nothing else after day 13."""

    def change(data: Data) -> None:
        last = form_of(data, "PULSE-17")
        data["forms"] = [form for form in data["forms"] if form["day"] < 14 or form == last]
        form_of(data, "PULSE-17").update(expires="D17 20:00", due="D17 19:00")

    return own_pathway(clinic, manager, change)


def kept_pulse(clinic, nurse, shorter) -> Recovery:
    """On day 17; the patient has a mail that names the next evening as its end."""
    recovery = make_recovery(clinic, day=17, now=NOW)
    assert Message.objects.filter(checkin__key="PULSE-17").exists()
    assert fates(recovery, shorter)["PULSE-17"] is Fate.KEEPS
    go(recovery, shorter, nurse)
    assert checkin_of(recovery, "PULSE-17").is_open
    return recovery


def test_the_log_of_today_answers_a_pulse_that_was_kept_open(clinic, nurse, shorter):
    recovery = kept_pulse(clinic, nurse, shorter)
    log = logs.record(
        recovery_id=recovery.pk,
        values=QUIET,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=recovery.procedure_on + 18 * DAY,
        now=NOW + MORNING,
        source="patient",
        mode="web",
    ).log
    pulse = checkin_of(recovery, "PULSE-17")
    assert (pulse.state, pulse.completed_by) == ("completed", log)


def test_a_follow_up_goes_on_while_a_form_is_kept_open(clinic, nurse, shorter):
    recovery = kept_pulse(clinic, nurse, shorter)
    tick.run(now=NOW + MORNING)
    recovery.refresh_from_db()
    assert recovery.state == "active"
    tick.run(now=NOW + 2 * DAY)
    recovery.refresh_from_db()
    assert recovery.state == "completed"
    assert checkin_of(recovery, "PULSE-17").state == "expired"
