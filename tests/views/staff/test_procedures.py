"""Moving, cancelling and adding a procedure, and the discharge, as staff do it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.models import (
    AccessEvent,
    Alert,
    CheckIn,
    Clinic,
    Membership,
    Message,
    Recovery,
    Reschedule,
    User,
)
from recovery.services import reschedules, tick
from tests.cast import user_of
from tests.pages import filled, words
from tests.test_routes import snapshot
from tests.views.staff.conftest import NOW, alert_of, report, someone, url

WEEK = timedelta(weeks=1)


@pytest.fixture
def planned(clinic: Clinic, nurse: User, now: Any) -> Recovery:
    """March 10, 09:30 in New York, five days from now."""
    return someone(clinic, "Dieter", "Early", day=-5)


def send(client: Client, recovery: Recovery, **changes: Any) -> Any:
    data = {"procedure_date": "2026-03-17", "procedure_time": "09:30", "reason": ""} | changes
    return client.post(url("procedure", recovery.uuid), data, follow=True)


def confirm(client: Client, page: Any, recovery: Recovery, **changes: Any) -> Any:
    data = filled(page) | {"confirm": "1"} | changes
    return client.post(url("procedure", recovery.uuid), data, follow=True)


def kept() -> dict[str, Any]:
    """Every row, but for who looked."""
    rows = snapshot()
    del rows["AccessEvent"]
    return rows


def test_a_move_is_shown_then_confirmed(as_nurse: Client, planned: Recovery) -> None:
    page = as_nurse.get(url("procedure", planned.uuid))
    assert "Tue, Mar 10, 2026, 09:30 where the patient is (America/New_York)." in words(page)
    assert filled(page)["procedure_date"] == ["2026-03-10"]
    before = kept()
    preview = send(as_nurse, planned, reason="Fever <b>")
    text = words(preview)
    assert "Procedure now Tue, Mar 10, 2026, 09:30 Moves to Tue, Mar 17, 2026, 09:30" in text
    assert "Follow-up stays Planned" in text
    assert "Daily log D1 Mar 11, 06:00 Mar 18, 06:00" in text
    assert "Three-month check D90 Jun 1, 06:00 Jun 8, 06:00" in text
    assert kept() == before
    done = confirm(as_nurse, preview, planned)
    assert done.redirect_chain == [(url("staff_recovery", planned.uuid), 302)]
    assert "The procedure has moved. Everything follows the new date." in words(done)
    planned.refresh_from_db()
    assert planned.procedure_at == datetime(2026, 3, 17, 13, 30, tzinfo=UTC)
    assert (planned.anchor, Reschedule.objects.get().reason) == (2, "Fever <b>")
    moved = "Procedure moved from Mar 10, 2026, 09:30 to Mar 17, 2026, 09:30 Nora. Fever <b>"
    assert moved in words(done)


def test_the_preview_says_what_is_cancelled_and_what_stays(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=2)
    report(recovery, ago=timedelta(days=1))
    Recovery.objects.update(discharged_at=recovery.procedure_at + timedelta(hours=3))
    tick.run(now=NOW + timedelta(hours=7))
    text = words(send(as_nurse, recovery))
    assert "Follow-up Active → Planned" in text
    assert "Is cancelled 1 open check-in: Daily log D2 1 reminder that is owed" in text
    assert "the discharge of Mar 3, 12:30" in text
    assert "Stays 2 answered check-ins" in text
    assert "1 log; its day counts from the new date" in text
    assert "Daily log D1 Mar 4, 06:00 completed Mar 18, 06:00" in text


def test_the_preview_of_another_hour_says_that_the_rest_stays(
    as_nurse: Client, planned: Recovery
) -> None:
    page = send(as_nurse, planned, procedure_date="2026-03-10", procedure_time="13:15")
    text = words(page)
    assert "Moves only the hour: the baseline form ends when the procedure begins" in text
    assert "Is cancelled nothing Stays every other form, what was answered" in text
    assert "First evening D0 Mar 10, 16:00 Mar 10, 17:15" in text
    assert "Daily log D1" not in text
    confirm(as_nurse, page, planned)
    planned.refresh_from_db()
    assert planned.procedure_at == datetime(2026, 3, 10, 17, 15, tzinfo=UTC)
    assert set(CheckIn.objects.values_list("anchor", flat=True)) <= {2}


def test_a_move_into_the_past_names_what_is_not_asked_any_more(
    as_nurse: Client, planned: Recovery
) -> None:
    text = words(send(as_nurse, planned, procedure_date="2026-03-01"))
    assert "Follow-up Planned → Active" in text
    assert "Daily log D1 Mar 11, 06:00 Mar 2, 06:00 over by then, not asked" in text
    assert "Daily log D4 Mar 14, 06:00 Mar 5, 06:00 Daily log D5" in text
    assert "The new date is past: the patient will count as treated then." in text
    assert "Is cancelled nothing: no check-in is open, no reminder is owed" in text


@pytest.mark.parametrize(("day", "warned"), [(2, True), (-5, False)])
def test_a_done_procedure_that_moves_ahead_is_warned_of(
    as_nurse: Client, clinic: Clinic, now: Any, day: int, warned: bool
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=day)
    text = words(send(as_nurse, recovery))
    assert ("the patient will count as not treated yet" in text) is warned
    assert "The new date is past" not in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"procedure_date": "0206-03-17"}, "New date: Choose a date from Jan 29, 2025 to"),
        ({"procedure_date": "2046-03-17"}, "New date: Choose a date from Jan 29, 2025 to Apr 9"),
        (
            {"procedure_date": "2026-02-30"},
            "New date: Write a date that exists, as year, month, day",
        ),
        ({"procedure_date": ""}, "New date: Fill this in."),
        ({"procedure_time": "25:00"}, "New time: Write a time like 08:30."),
        ({"procedure_time": ""}, "New time: Fill this in."),
        ({"procedure_date": "2026-03-10"}, "New time: That is the time the procedure has now."),
        (
            {"procedure_date": "2026-03-08", "procedure_time": "02:30"},
            "New time: 02:30 does not exist on that day: the clocks go forward. Write 03:00",
        ),
        ({"reason": "x" * 201}, "Reason: Shorten this to 200 characters."),
        ({"reason": "a\0b"}, "Reason: Null characters are not allowed."),
    ],
)
@pytest.mark.parametrize("step", [{}, {"confirm": "1", "anchor": "1"}])
def test_a_wrong_date_is_refused_beside_its_field(
    as_nurse: Client, planned: Recovery, step: Any, changes: Any, message: str
) -> None:
    before = kept()
    response = send(as_nurse, planned, **{"reason": "Flu"} | changes | step)
    text = words(response)
    assert text.startswith("Error: Procedure of Dieter Early")
    assert message in text
    if "reason" not in changes:
        assert filled(response)["reason"] == ["Flu"]
    assert kept() == before


def test_a_time_that_comes_twice_is_the_first_and_said(as_nurse: Client, planned: Recovery) -> None:
    when = {"procedure_date": "2026-11-01", "procedure_time": "01:30"}
    done = confirm(as_nurse, send(as_nurse, planned, **when), planned)
    assert "01:30 comes twice. The first is stored." in words(done)
    planned.refresh_from_db()
    assert planned.procedure_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_colleague_who_was_faster_is_named_as_the_reason(
    as_nurse: Client, planned: Recovery, second_nurse: User
) -> None:
    preview = send(as_nurse, planned)
    reschedules.reschedule(
        recovery=planned,
        user=second_nurse,
        now=NOW,
        procedure_at=planned.procedure_at + 2 * WEEK,
        anchor=1,
    )
    again = confirm(as_nurse, preview, planned)
    assert "Somebody has moved this procedure since you looked. Look again." in words(again)
    assert "Procedure now Tue, Mar 24, 2026, 09:30 Moves to Tue, Mar 17" in words(again)
    assert Reschedule.objects.count() == 1
    confirm(as_nurse, again, planned)
    assert Reschedule.objects.count() == 2


@pytest.mark.parametrize("anchor", ["", "2", "0", "one", "99999999999999999999"])
def test_a_confirmation_without_a_preview_shows_the_preview(
    as_nurse: Client, planned: Recovery, anchor: str
) -> None:
    response = send(as_nurse, planned, confirm="1", anchor=anchor)
    assert "Look again." in words(response) or "Error: Procedure" in words(response)
    assert not Reschedule.objects.exists()


def test_sent_twice_it_moves_once(as_nurse: Client, planned: Recovery) -> None:
    preview = send(as_nurse, planned)
    confirm(as_nurse, preview, planned)
    assert "That is the time the procedure has now." in words(confirm(as_nurse, preview, planned))
    assert Reschedule.objects.count() == 1


@pytest.mark.parametrize("state", ["withdrawn", "cancelled", "died"])
def test_what_has_ended_does_not_move(as_nurse: Client, planned: Recovery, state: str) -> None:
    Recovery.objects.update(state=state)
    said = "This follow-up has ended, so its procedure no longer moves."
    assert said in words(as_nurse.get(url("procedure", planned.uuid)))
    assert said in words(send(as_nurse, planned))
    assert said in words(send(as_nurse, planned, confirm="1", anchor="1"))
    assert not Reschedule.objects.exists()
    page = words(as_nurse.get(url("staff_recovery", planned.uuid)))
    assert "Move the procedure" not in page


def test_it_is_cancelled_from_the_same_page(as_nurse: Client, planned: Recovery) -> None:
    page = as_nurse.get(url("procedure", planned.uuid))
    text = words(page)
    opened = CheckIn.objects.open().count()
    word = "check-in that is" if opened == 1 else "check-ins that are"
    assert f"It stops: {opened} {word} open now" in text
    assert "forms to come" in text
    done = as_nurse.post(url("recovery_state", planned.uuid), {"state": "cancelled"}, follow=True)
    assert "Follow-up: cancelled." in words(done)


def test_one_that_took_place_is_not_cancelled(as_nurse: Client, recovery: Recovery) -> None:
    assert "Cancel it" not in words(as_nurse.get(url("procedure", recovery.uuid)))


def test_the_patient_sees_the_new_date(as_nurse: Client, planned: Recovery) -> None:
    confirm(as_nurse, send(as_nurse, planned), planned)
    client = Client()
    client.force_login(user_of(planned))
    assert "March 17" in words(client.get(url("today", planned.uuid)))


@pytest.mark.parametrize("days", [1, 60])
def test_the_pages_take_a_fixed_number_of_statements(
    as_nurse: Client, clinic: Clinic, now: Any, days: int
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=days)
    for step in (
        lambda: as_nurse.get(url("procedure", recovery.uuid)),
        lambda: send(as_nurse, recovery),
        lambda: as_nurse.get(url("facts_edit", recovery.uuid)),
        lambda: as_nurse.get(url("procedure_new", recovery.uuid)),
    ):
        step()
        with CaptureQueriesContext(connection) as statements:
            assert step().status_code == 200
        sql = [one["sql"] for one in statements]
        assert len([s for s in sql if not s.startswith(("BEGIN", "COMMIT"))]) <= 10, sql


# A second procedure
# ------------------

ADDED = {
    "procedure_date": "2026-04-02",
    "procedure_time": "08:00",
    "levels": "L5",
    "surgeon": "",
    "baseline_pain": "5",
    "baseline_opioid_mme": "",
    "anticoagulated": "no",
    "osteoporosis": "unknown",
}


def add(client: Client, recovery: Recovery, **changes: Any) -> Any:
    return client.post(url("procedure_new", recovery.uuid), ADDED | changes, follow=True)


@pytest.fixture
def ended(clinic: Clinic, nurse: User, now: Any) -> Recovery:
    recovery = someone(clinic, "Ruth", "Keller", day=200)
    assert recovery.state == "completed"
    return recovery


def test_a_procedure_is_added_to_a_patient(as_nurse: Client, ended: Recovery) -> None:
    page = add(as_nurse, ended)
    new = Recovery.objects.exclude(pk=ended.pk).get()
    assert page.redirect_chain == [(url("staff_recovery", new.uuid), 302)]
    text = words(page)
    assert "The procedure is added. Its follow-up has begun." in text
    assert f"Procedure of {ended.procedure_on:%b} {ended.procedure_on.day}, 2025 Completed" in text
    assert (new.patient, new.state, new.baseline_pain) == (ended.patient, "planned", 5)
    assert new.procedure_at == datetime(2026, 4, 2, 12, 0, tzinfo=UTC)
    assert AccessEvent.objects.filter(what="procedure added").exists()
    assert "Procedure of Apr 2, 2026 Planned" in words(
        as_nurse.get(url("staff_recovery", ended.uuid))
    )


@pytest.mark.parametrize("state", ["planned", "active", "paused"])
def test_while_one_is_followed_the_page_says_how_to_end_it(
    as_nurse: Client, planned: Recovery, state: str
) -> None:
    Recovery.objects.update(state=state)
    for response in (as_nurse.get(url("procedure_new", planned.uuid)), add(as_nurse, planned)):
        text = words(response)
        assert f"The procedure of Mar 10, 2026 is {state}." in text
        assert "A patient has one follow-up at a time." in text
    assert Recovery.objects.count() == 1


def test_a_double_click_adds_one(as_nurse: Client, ended: Recovery) -> None:
    add(as_nurse, ended)
    assert "is planned. A patient has one follow-up at a time." in words(add(as_nurse, ended))
    assert Recovery.objects.count() == 2


def test_who_has_died_gets_no_procedure(as_nurse: Client, planned: Recovery) -> None:
    Recovery.objects.update(state="died")
    assert "The patient has died." in words(add(as_nurse, planned))
    assert Recovery.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"procedure_date": "0206-03-17"}, "Procedure, date: Choose a date from"),
        ({"procedure_date": "2046-03-17"}, "Procedure, date: Choose a date from"),
        ({"procedure_date": "2026-03-08", "procedure_time": "02:30"}, "does not exist"),
        ({"baseline_pain": "12"}, "“12” is not one of them."),
        ({"anticoagulated": ""}, "Anticoagulant: Choose an answer."),
    ],
)
def test_a_wrong_answer_about_it_is_named(
    as_nurse: Client, ended: Recovery, changes: Any, message: str
) -> None:
    text = words(add(as_nurse, ended, **changes))
    assert text.startswith("Error: Add a procedure for Ruth Keller")
    assert message in text
    assert Recovery.objects.count() == 1


def test_it_is_closed_while_nobody_could_read_the_answers(
    as_nurse: Client, ended: Recovery, clinic: Clinic
) -> None:
    clinic.clinic_phone = ""
    clinic.save()
    assert "Enrollment is closed until the clinic has:" in words(add(as_nurse, ended))
    assert Membership.objects.exists()
    assert Recovery.objects.count() == 1


def test_the_patient_meets_the_procedure_that_is_followed(
    as_nurse: Client, ended: Recovery
) -> None:
    client = Client()
    client.force_login(user_of(ended))
    assert client.get("/")["Location"] == url("today", ended.uuid)
    add(as_nurse, ended)
    new = Recovery.objects.exclude(pk=ended.pk).get()
    assert client.get("/")["Location"] == url("today", new.uuid)
    for name in ("today", "history"):
        for recovery in (ended, new):
            assert client.get(url(name, recovery.uuid)).status_code == 200
    # Cancelled, it gives way to the one that took place.
    as_nurse.post(url("recovery_state", new.uuid), {"state": "cancelled"})
    assert client.get("/")["Location"] == url("today", ended.uuid)
    text = words(as_nurse.get(url("patients")))
    assert "Keller" in text
    assert url("staff_recovery", ended.uuid) in as_nurse.get(url("patients")).content.decode()


# What was snoozed
# ----------------

LEG = {"leg_pain": 4, "leg_pain_status": "new_or_worse", "leg_side": "left"}


def snoozed(client: Client, recovery: Recovery) -> Alert:
    report(recovery, **LEG)
    alert = alert_of(recovery, "R33")
    data = {"R33-level": "5", "R33-reason": "Known radiculitis"}
    client.post(url("alert_snooze", alert.uuid), data)
    alert.refresh_from_db()
    assert alert.state == "snoozed"
    return alert


@pytest.mark.parametrize(
    ("day", "to", "sleeps_until"),
    [
        pytest.param(1, "2026-03-03", "Mar 6, 00:00", id="D1 is D2, whose phase ends sooner"),
        pytest.param(1, "2026-03-02", None, id="D1 is D3, of another phase"),
        pytest.param(1, "2026-03-20", None, id="D1 is before the procedure"),
        pytest.param(3, "2026-03-04", None, id="D3 is D1, of the phase before"),
        pytest.param(5, "2026-03-01", "Mar 15, 00:00", id="a later end is not given"),
        pytest.param(5, "2026-02-26", "Mar 13, 00:00", id="D5 is D7"),
    ],
)
def test_a_snooze_ends_with_its_phase_also_when_the_procedure_moves(
    as_nurse: Client,
    as_second_nurse: Client,
    clinic: Clinic,
    nurse: User,
    now: Any,
    day: int,
    to: str,
    sleeps_until: str | None,
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=day)
    alert = snoozed(as_nurse, recovery)
    confirm(as_second_nurse, send(as_second_nurse, recovery, procedure_date=to), recovery)
    tick.run(now=NOW + timedelta(minutes=1))
    alert.refresh_from_db()
    assert alert.state == ("snoozed" if sleeps_until else "open")
    if sleeps_until:
        page = words(as_second_nurse.get(url("handling", recovery.uuid)))
        assert f"Expected up to 5 until {sleeps_until}." in page
    else:
        page = words(as_second_nurse.get(url("queue"), {"only": "review"}))
        assert "Ruth Keller" in page


def test_a_snooze_of_the_time_in_the_clinic_ends_with_the_discharge(
    as_nurse: Client, as_second_nurse: Client, clinic: Clinic, nurse: User, now: Any
) -> None:
    """Treated at 09:30; snoozed until 11:30, but home since 10:10, as is written down later."""
    recovery = someone(clinic, "Ruth", "Keller", day=0)
    alert = snoozed(as_nurse, recovery)
    leave(as_second_nurse, recovery, at="10:10")
    tick.run(now=NOW + timedelta(minutes=1))
    alert.refresh_from_db()
    assert alert.state == "open"


# The discharge
# -------------


@pytest.fixture
def today(clinic: Clinic, nurse: User, now: Any) -> Recovery:
    """Treated today at 06:30 in New York; it is 10:17."""
    at = NOW - timedelta(hours=3, minutes=47)
    return someone(clinic, "Ruth", "Keller", day=0, procedure_at=at)


def leave(client: Client, recovery: Recovery, **data: Any) -> Any:
    return client.post(url("discharge", recovery.uuid), {"at": "08:45"} | data, follow=True)


def test_the_discharge_anchors_the_first_evening(as_nurse: Client, today: Recovery) -> None:
    page = words(as_nurse.get(url("staff_recovery", today.uuid)))
    assert "Discharge When did the patient leave?" in page
    done = words(leave(as_nurse, today))
    assert "The discharge is saved. The first evening follows it." in done
    assert "Discharge Mar 5, 08:45 Correct it" in done
    assert "Discharged at: Mar 5, 2026, 08:45 Nora" in done
    tick.run(now=NOW + timedelta(hours=1))
    assert CheckIn.objects.get(key="EVE0").opens_at == datetime(2026, 3, 5, 15, 45, tzinfo=UTC)
    done = words(leave(as_nurse, today, at="08:50"))
    assert "Discharged at: Mar 5, 2026, 08:50, before: Mar 5, 2026, 08:45 Nora" in done


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"at": "06:29"}, "Discharged at: Write a time from Mar 5, 06:30 to Mar 5, 10:17"),
        ({"at": "10:18"}, "Discharged at: Write a time from Mar 5, 06:30 to Mar 5, 10:17"),
        ({"at": ""}, "Discharged at: Fill this in."),
        ({"at": "noon"}, "Discharged at: Write a time like 08:30."),
        ({"at": "24:00"}, "Discharged at: Write a time like 08:30."),
    ],
)
def test_a_wrong_time_is_named_on_the_patients_page(
    as_nurse: Client, today: Recovery, data: Any, message: str
) -> None:
    text = words(leave(as_nurse, today, **data))
    assert text.startswith("Error: Ruth Keller, D0")
    assert message in text
    today.refresh_from_db()
    assert today.discharged_at is None


def test_on_the_next_day_it_asks_which_day(as_nurse: Client, recovery: Recovery) -> None:
    text = words(as_nurse.get(url("staff_recovery", recovery.uuid)))
    assert "Day Wed, Mar 4 Thu, Mar 5 Discharged at" in text
    assert "Day: Choose the day." in words(leave(as_nurse, recovery))
    assert "Mar 4, 12:45" in words(leave(as_nurse, recovery, at="12:45", on="2026-03-04"))
    assert "Choose one of the answers" in words(
        leave(as_nurse, recovery, at="12:45", on="2026-03-03")
    )


def test_a_first_log_before_leaving_leaves_it_to_be_asked(
    as_nurse: Client, today: Recovery, set_clock: Any
) -> None:
    """Who stays past the hour at which the first evening opens has answered it by then."""
    report(today)
    set_clock(NOW + timedelta(hours=8))
    tick.run(now=NOW + timedelta(hours=8))
    assert CheckIn.objects.get(key="EVE0").state == "completed"
    page = words(as_nurse.get(url("staff_recovery", today.uuid)))
    assert "Discharge When did the patient leave?" in page
    done = words(leave(as_nurse, today, at="18:00"))
    assert "The discharge is saved. The first log answers the first evening." in done
    assert "When did the patient leave?" not in done
    assert "The first evening is answered" in words(leave(as_nurse, today, at="18:05"))


def test_it_is_not_asked_before_after_or_once_the_evening_is_answered(
    as_nurse: Client, clinic: Clinic, planned: Recovery, today: Recovery
) -> None:
    later = someone(clinic, "Otto", "Later", day=2)
    for recovery in (planned, later):
        assert "Discharge" not in words(as_nurse.get(url("staff_recovery", recovery.uuid)))
        refused = words(leave(as_nurse, recovery, on="2026-03-03"))
        assert "Write a time from" in refused
    leave(as_nurse, today)
    CheckIn.objects.create(
        recovery=today,
        anchor=1,
        key="EVE0",
        form="evening",
        day=0,
        opens_at=NOW,
        due_at=NOW,
        expires_at=NOW + timedelta(days=1),
        state="completed",
        completed_at=NOW,
    )
    assert "When did the patient leave?" not in words(
        as_nurse.get(url("staff_recovery", today.uuid))
    )
    assert "The first evening is answered" in words(leave(as_nurse, today, at="08:50"))
    assert not Message.objects.filter(reason="moved").exists()
