"""The observation room as a nurse uses it: it is 10:17 in New York, the procedure was at 08:00."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.clinical.rules import RULES_BY_ID
from recovery.models import (
    AccessEvent,
    Clinic,
    DailyLog,
    DischargeCheck,
    Observation,
    ObservationSheet,
    Recovery,
    User,
)
from recovery.services import observations
from tests.pages import Page, words
from tests.pathways import changes, own_pathway
from tests.test_routes import snapshot
from tests.views.staff.conftest import NOW, report, someone, url

MINUTE = timedelta(minutes=1)
TOLD = {"pain": "4", "strength_left": "5", "strength_right": "5", "feeling": "full"}


@pytest.fixture
def today(clinic: Clinic, nurse: User, now: Any) -> Recovery:
    """Treated today at 08:00, back in the room at 09:15: the mark of 60 minutes is open."""
    recovery = in_theatre(clinic)
    at = NOW - 62 * MINUTE
    observations.set_room_time(recovery=recovery, user=nurse, now=at, room_at=at)
    return recovery


def in_theatre(clinic: Clinic, given: str = "Ruth", **more: Any) -> Recovery:
    at = NOW - 137 * MINUTE
    return someone(clinic, given, "Keller", day=0, procedure_at=at, levels="L4, L5", **more)


def seen(recovery: Recovery, user: User, minute: int | None, **values: Any) -> Observation:
    sheet = recovery.observation_sheets.get()
    at = recovery.procedure_at if minute is None else sheet.room_at + minute * MINUTE
    return observations.record(
        recovery=recovery, user=user, now=at, minute=minute, values=values, read=None
    ).mark


def sheet(client: Client, recovery: Recovery, mark: str = "") -> Any:
    return client.get(url("observation", recovery.uuid), {"mark": mark} if mark else {})


def send(client: Client, recovery: Recovery, mark: str = "60", **changes: Any) -> Any:
    data = {"mark": mark, "revision": ""} | TOLD | changes
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(url("observation", recovery.uuid), data, follow=True)


def form_of(response: Any) -> dict[str, list[str]]:
    """What the entry's form would send, by its names."""
    html = response.content.decode()
    [form] = re.findall(r'<form class="ic-enter".*?</form>', html, re.DOTALL)
    fields = Page(re.sub(r' action="[^"]*"', "", form, count=1)).fields
    for hidden in ("csrfmiddlewaretoken", "made_for"):
        fields.pop(hidden)
    return fields


# The sheet
# ---------


def test_the_open_mark_waits_without_a_default(as_nurse: Client, today: Recovery) -> None:
    page = sheet(as_nurse, today)
    text = words(page)
    assert "Ruth Keller" in text
    assert "L4, L5. Procedure 08:00." in text
    assert "Now: 60 minutes, 10:15 Next: 10:30" in text
    assert form_of(page) == {"mark": ["60"], "revision": [""]}
    assert "Nothing is entered yet." in text


def test_a_mark_is_saved_and_stands_in_its_column(as_nurse: Client, today: Recovery) -> None:
    page = send(as_nurse, today, site="ooze", urine="not_yet")
    assert page.redirect_chain == [(url("observation", today.uuid), 302)]
    text = words(page)
    assert "Saved: 60 minutes." in text
    assert "Back pain 0 to 10 4" in text
    assert "Changed: ooze" in text
    assert "Site: ooze at 60 min." in text
    assert "All marks up to now are entered Next: 10:30" in text
    [mark] = Observation.objects.all()
    assert (mark.minute, mark.pain, mark.site, mark.mobility) == (60, 4, "ooze", "")


def test_what_changed_is_told_in_words_from_the_marks(
    as_nurse: Client, nurse: User, today: Recovery
) -> None:
    well = {"strength_right": 5, "feeling": "full"}
    seen(today, nurse, None, pain=6, urine="passed", **well)
    for minute in (0, 15):
        seen(today, nurse, minute, strength_right=4, feeling="dull_right")
    seen(today, nurse, 30, site="ooze", **well)
    text = words(sheet(as_nurse, today))
    assert (
        "Changed against “Before”. Right leg 4 of 5 at 0 and 15 min, back to 5 at 30 min."
        " Leg feeling dull on the right at 0 and 15 min, then full at 30 min."
        " Local anesthetic can make a leg weak or numb for some hours; walk only with help. V S23"
        " Site: ooze at 30 min."
    ) in text
    assert "Tell the surgeon" not in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"strength_left": 3}, "Left leg 3 of 5 at 45 min."),
        ({"urine": "cannot"}, "Urine: cannot pass it at 45 min."),
        ({"feeling": "dull_both"}, "Leg feeling dull on both sides at 45 min."),
    ],
)
def test_what_a_log_would_call_an_emergency_is_told_now(
    as_nurse: Client, nurse: User, today: Recovery, values: Any, said: str
) -> None:
    seen(today, nurse, None, strength_left=5, feeling="full", urine="passed")
    seen(today, nurse, 45, **values)
    told = sheet(as_nurse, today)
    assert f"Tell the surgeon now: {said}" in words(told)
    assert "anesthetic" not in words(told)
    assert "Call the clinic" not in words(told)
    assert today.alerts.count() == 0
    assert f"Tell the surgeon: {said[:-1]}" in words(as_nurse.get(url("observation_room")))
    send(as_nurse, today, strength_left="5", feeling="full", urine="passed")
    again = words(sheet(as_nurse, today))
    assert "Tell the surgeon" not in again
    assert "Call the clinic" in again


def test_four_hours_after_the_procedure_the_anesthetic_explains_nothing(
    as_nurse: Client, nurse: User, today: Recovery, set_clock: Callable
) -> None:
    set_clock(NOW + timedelta(hours=3))
    seen(today, nurse, 180, strength_left=3)
    text = words(sheet(as_nurse, today))
    assert "Left leg 3 of 5 at 180 min." in text
    assert "anesthetic" not in text


def test_without_before_the_sheet_says_what_it_compares_with(
    as_nurse: Client, nurse: User, today: Recovery
) -> None:
    seen(today, nurse, 0, strength_left=4)
    said = "“Before” is not entered, so legs are compared with full strength and feeling."
    assert said in words(sheet(as_nurse, today))


def test_a_correction_begins_with_what_stands_and_both_are_seen(
    as_nurse: Client, as_second_nurse: Client, nurse: User, today: Recovery
) -> None:
    seen(today, nurse, 15, pain=4, strength_right=4)
    page = sheet(as_second_nurse, today, "15")
    assert "Correct: 15 minutes, 09:30" in words(page)
    filled = form_of(page)
    assert (filled["pain"], filled["strength_right"], filled["urine"]) == (["4"], ["4"], [""])
    page = as_second_nurse.post(
        url("observation", today.uuid), filled | {"strength_right": "5"}, follow=True
    )
    text = words(page)
    assert "1 mark was corrected 15 minutes, 09:30" in text
    assert "Back pain 4, right leg 4 of 5 Nora, 09:30. Superseded" in text
    assert "Back pain 4, right leg 5 of 5 Jonas, 10:17" in text
    assert Observation.objects.current().get().strength_right == 5


def test_the_second_of_two_nurses_sees_who_was_first_and_what(
    as_nurse: Client, as_second_nurse: Client, today: Recovery
) -> None:
    send(as_nurse, today, pain="4")
    page = send(as_second_nurse, today, pain="7")
    text = words(page)
    assert "Error:" in text
    assert "This mark has been entered since you opened it." in text
    assert "Nora entered it at 10:17: Back pain 4, left leg 5 of 5" in text
    assert Observation.objects.count() == 1
    typed = form_of(page)
    assert (typed["pain"], typed["revision"]) == (["7"], ["0"])
    as_second_nurse.post(url("observation", today.uuid), typed)
    assert [row.pain for row in Observation.objects.order_by("pk")] == [4, 7]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"strength_left": "6"}, "Strength, left: Choose one of the answers. “6” is not one"),
        ({"pain": "11"}, "Back pain: Choose a number from 0 to 10. “11” is not one of them."),
        ({"pain": ["4", "5"]}, "Back pain: Choose one number only."),
        ({"feeling": "numb\x00"}, "is not one of them."),
        ({"site": "x" * 5000}, "is not one of them."),
        ({"mark": "75"}, "This mark is still to come."),
        ({"mark": "7"}, "There is no such mark."),
        ({"mark": "1e3"}, "There is no such mark."),
        ({"mark": "-15"}, "There is no such mark."),
        ({"mark": ""}, "There is no such mark."),
        ({"mark": "9" * 40}, "There is no such mark."),
        (dict.fromkeys(TOLD), "Nothing was chosen, so nothing is saved."),
    ],
)
def test_a_wrong_answer_is_named_and_the_others_stay(
    as_nurse: Client, today: Recovery, changes: Any, said: str
) -> None:
    page = send(as_nurse, today, **changes)
    assert page.status_code == 200
    text = words(page)
    assert text.startswith("Error: Observation: Ruth Keller")
    assert said in text
    assert Observation.objects.count() == 0
    if changes.get("strength_left"):
        assert form_of(page)["pain"] == ["4"]


def test_minute_0_is_set_once_by_a_tap_or_typed(
    as_nurse: Client, clinic: Clinic, nurse: User, now: Any
) -> None:
    recovery = in_theatre(clinic)
    assert "Back now, 10:17" in words(sheet(as_nurse, recovery))
    as_nurse.post(url("observation_start", recovery.uuid), {"now": "1"})
    assert ObservationSheet.objects.get().room_at == NOW
    as_nurse.post(url("observation_start", recovery.uuid), {"at": "10:05"})
    row = ObservationSheet.objects.get()
    assert (row.room_at, row.room_set_by) == (NOW - 12 * MINUTE, nurse)
    send(as_nurse, recovery, mark="0")
    page = as_nurse.post(url("observation_start", recovery.uuid), {"at": "10:00"}, follow=True)
    assert "The marks count from this time, so it stays as it is." in words(page)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("07:59", "Back in the room at: Write a time from 08:00 to 10:17."),
        ("10:18", "Back in the room at: Write a time from 08:00 to 10:17."),
        ("", "Back in the room at: Fill this in."),
        ("soon", "Back in the room at: Write a time like 08:30."),
    ],
)
def test_a_wrong_time_is_named(
    as_nurse: Client, clinic: Clinic, nurse: User, now: Any, typed: str, said: str
) -> None:
    recovery = in_theatre(clinic)
    page = as_nurse.post(url("observation_start", recovery.uuid), {"at": typed})
    assert said in words(page)
    assert not ObservationSheet.objects.exists()


def test_before_the_procedure_only_before_is_entered(
    as_nurse: Client, clinic: Clinic, nurse: User, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=0, procedure_at=NOW + 60 * MINUTE)
    page = sheet(as_nurse, recovery)
    text = words(page)
    assert "Before the procedure" in text
    assert "Before going home" not in text
    assert form_of(page)["mark"] == ["before"]
    send(as_nurse, recovery, mark="before")
    assert Observation.objects.get().minute is None
    assert "back in the room" in words(send(as_nurse, recovery, mark="0"))


@pytest.mark.parametrize("state", ["paused", "cancelled", "withdrawn"])
def test_nothing_is_entered_for_who_is_not_followed(
    as_nurse: Client, today: Recovery, state: str
) -> None:
    Recovery.objects.filter(pk=today.pk).update(state=state)
    before = snapshot()
    text = words(send(as_nurse, today))
    assert f"Nothing is entered here while the follow-up is {state}." in text
    as_nurse.post(url("observation_leave", today.uuid), {"at": "10:10"})
    as_nurse.post(url("observation_check", today.uuid), {"done": "urine"})
    after = snapshot()
    for each in (before, after):
        del each["AccessEvent"]
    assert after == before
    assert "Save" not in words(sheet(as_nurse, today))


def test_later_the_sheet_is_history(
    as_nurse: Client, nurse: User, today: Recovery, set_clock: Callable
) -> None:
    seen(today, nurse, 0, pain=4)
    set_clock(NOW + timedelta(days=3))
    text = words(sheet(as_nurse, today))
    assert "This sheet is written on the day of the procedure, Mar 5, 2026." in text
    assert "Back pain 0 to 10 4" in text
    assert "Save" not in text
    assert "camera" not in text
    assert "print a paper log" not in text


# The way home
# ------------


def tick(client: Client, recovery: Recovery, **data: str) -> Any:
    return client.post(url("observation_check", recovery.uuid), data, follow=True)


def leave(client: Client, recovery: Recovery, **data: Any) -> Any:
    return client.post(url("observation_leave", recovery.uuid), {"at": "10:16"} | data, follow=True)


def test_a_point_is_ticked_with_a_name_and_taken_back(as_nurse: Client, today: Recovery) -> None:
    assert "Before going home 0 of 6" in words(sheet(as_nurse, today))
    text = words(tick(as_nurse, today, done="ride"))
    assert "Before going home 1 of 6" in text
    assert "Ride home is here Nora, 10:17" in text
    assert "Before going home 0 of 6" in words(tick(as_nurse, today, undone="ride"))


@pytest.mark.parametrize("data", [{}, {"done": "ready"}, {"done": "ride", "undone": "ride"}])
def test_a_point_that_is_none_is_refused(as_nurse: Client, today: Recovery, data: Any) -> None:
    assert "Choose one point of the list." in words(tick(as_nurse, today, **data))
    assert not DischargeCheck.objects.exists()


def test_a_point_that_the_marks_speak_against_says_so(
    as_nurse: Client, nurse: User, today: Recovery
) -> None:
    seen(today, nurse, 45, strength_right=4)
    said = "Strength and feeling as before By the marks: Right leg 4 of 5 at 45 min"
    assert said in words(sheet(as_nurse, today))


def test_a_tick_does_not_count_against_what_the_marks_say(
    as_nurse: Client, nurse: User, today: Recovery
) -> None:
    """Neither on the page nor at the discharge; back as before it counts again."""
    tick(as_nurse, today, done="as_before")
    assert "Before going home 1 of 6" in words(sheet(as_nurse, today))
    seen(today, nurse, 45, strength_right=4)
    page = sheet(as_nurse, today)
    assert "Before going home 0 of 6" in words(page)
    point = re.search(
        r'<button class="ic-check"[^>]*value="as_before"[^>]*>', page.content.decode()
    )
    assert point
    assert "disabled" in point[0]
    assert 'aria-pressed="false"' in point[0]
    others = [code.value for code in DischargeCheck.Code if code != "as_before"]
    assert "Still open: Strength and feeling as before" in words(
        leave(as_nurse, today, open=others)
    )
    seen(today, nurse, 60, strength_right=5)
    assert "Before going home 1 of 6" in words(sheet(as_nurse, today))


def test_enter_in_the_time_of_a_discharge_leaves_no_point_open(
    as_nurse: Client, today: Recovery
) -> None:
    """A browser sends the form's first button then; that points stay open, only their own says."""
    asked = leave(as_nurse, today).content.decode()
    [form] = re.findall(
        r'<form class="ic-clockform"[^>]*observation/leave/.*?</form>', asked, re.DOTALL
    )
    first, last = re.findall(r"<button[^>]*>", form)
    assert "name=" not in first
    assert "autofocus" not in first + last
    assert 'type="hidden" name="open"' not in form
    again = words(leave(as_nurse, today))
    assert "Not discharged yet." in again
    today.refresh_from_db()
    assert today.discharged_at is None
    accepted = re.search(r'name="open" value="([^"]*)"', last)
    assert accepted
    leave(as_nurse, today, open=accepted[1])
    today.refresh_from_db()
    assert today.discharged_at == NOW - MINUTE


def test_a_discharge_with_points_open_asks_once_more(as_nurse: Client, today: Recovery) -> None:
    for code in ("as_before", "urine", "walked", "ride"):
        tick(as_nurse, today, done=code)
    page = leave(as_nurse, today)
    text = words(page)
    assert "Not discharged yet. Still open: Sheet and warning signs explained" in text
    assert "Discharge with 2 points open" in text
    today.refresh_from_db()
    assert today.discharged_at is None
    page = leave(as_nurse, today, open=["explained", "first_log"])
    text = words(page)
    assert "The discharge is saved. The first evening follows it." in text
    assert "Open at discharge: Nora, 10:17" in text
    today.refresh_from_db()
    assert today.discharged_at == NOW - MINUTE
    told = words(as_nurse.get(url("staff_recovery", today.uuid)))
    assert "Discharged at: Mar 5, 2026, 10:16 Nora" in told


def test_a_discharge_before_the_last_mark_is_refused_beside_its_field(
    as_nurse: Client, today: Recovery
) -> None:
    send(as_nurse, today)
    text = words(leave(as_nurse, today, open=[code.value for code in DischargeCheck.Code]))
    assert text.startswith("Error:")
    assert "Somebody was still looking after the patient then, by the marks." in text


def test_a_first_log_ticks_its_point_and_ends_the_code(as_nurse: Client, today: Recovery) -> None:
    assert "Works once, until 16:00." in words(sheet(as_nurse, today))
    report(today, ago=5 * MINUTE)
    text = words(sheet(as_nurse, today))
    assert "First log opened on the phone Log came at 10:12" in text
    assert "The first log came at 10:12." in text
    assert "camera" not in text


def test_a_log_from_home_does_not_hide_that_its_point_was_left_open(
    as_nurse: Client, today: Recovery
) -> None:
    leave(as_nurse, today, open=[code.value for code in DischargeCheck.Code])
    report(today, ago=0 * MINUTE)
    text = words(sheet(as_nurse, today))
    assert "First log opened on the phone Log came at 10:17 Open at discharge: Nora" in text


def test_a_code_has_not_ended_before_its_time(as_nurse: Client, today: Recovery) -> None:
    Recovery.objects.filter(pk=today.pk).update(state="paused")
    text = words(sheet(as_nurse, today))
    assert "Hand over the first log There is no code while nothing can be entered here." in text
    assert "The code ended" not in text


def test_who_has_logged_before_leaving_is_not_asked_again_that_evening(
    as_nurse: Client, today: Recovery
) -> None:
    report(today, ago=5 * MINUTE)
    text = words(leave(as_nurse, today, open=[code.value for code in DischargeCheck.Code]))
    assert "The discharge is saved. The first log answers the first evening." in text
    assert "The first evening follows it." not in text


def test_the_code_ends_two_hours_after_the_discharge(
    as_nurse: Client, today: Recovery, set_clock: Callable
) -> None:
    leave(as_nurse, today, open=[code.value for code in DischargeCheck.Code])
    assert "Works once, until 12:16." in words(sheet(as_nurse, today))
    set_clock(NOW + timedelta(hours=2))
    text = words(sheet(as_nurse, today))
    assert "The code ended Mar 5, 12:16, when the first evening's check-in opens." in text


def test_the_paper_log_asks_in_the_forms_own_words_and_names_nobody(
    as_nurse: Client, today: Recovery
) -> None:
    page = as_nurse.get(url("observation_paper", today.uuid))
    text = words(page)
    form = words(as_nurse.get(url("staff_log_new", today.uuid)))
    for asked in (
        "Your back pain over the past 24 hours, on average",
        "I cannot stand, or cannot lift my foot",
        "Trouble with your bladder",
        "Very hard to wake (if you answer for someone)",
        "Acetaminophen (Tylenol) in the past 24 hours",
        "A note for the nurses",
    ):
        assert asked in text
        assert asked in form
    assert f"Record {today.patient.record_number}" in text
    assert "In an emergency call 911." in text
    assert "When we are closed, call 555-0199." in text.replace("\u2011", "-")
    for boxes in re.findall(r'<p class="p-boxes">(.*?)</p>', page.content.decode(), re.DOTALL):
        choices = re.findall(r"</span>([^<]+)</span>", boxes)
        assert "Yes" not in choices[:-1]
    assert "0 is no pain, 10 is worst pain you can imagine." in text
    assert "If it is 7 or more: Is the pain under control" in text
    assert today.patient.family_name not in text
    assert AccessEvent.objects.filter(action="read", what="paper log").exists()


def paper(client: Client, recovery: Recovery) -> str:
    text = words(client.get(url("observation_paper", recovery.uuid)))
    return text.replace("\u00a0", " ").replace("\u2011", "-")


@pytest.mark.parametrize(
    ("after", "rule"),
    [
        ("If you answer “Yes” to one of the next 3 questions:", "R01"),
        ("If you answer “Not sure” to one of the next 3 questions:", "R10"),
        (
            "If you answer “New or worse” or “I cannot stand, or cannot lift my foot”:",
            "R02",
        ),
        ("If you answer “Both”:", "R03"),
        ("or fainting No Yes If you answer “Yes”:", "R04"),
        ("If you answer “Bleeding that does not stop”:", "R06"),
        (
            (
                "If you answer “Swelling of the face, tongue or throat” or "
                "“Very hard to wake (if you answer for someone)”:"
            ),
            "R07",
        ),
        ("A bad headache with fever, a stiff neck or confusion:", "R08"),
        (
            (
                "Fever of 103 °F (39.4 °C) or more, or any fever with a stiff neck, confusion, "
                "strong back pain, or a weak or numb leg:"
            ),
            "R05",
        ),
        ("More than 4,000 mg of acetaminophen (Tylenol) in 24 hours:", "R21"),
    ],
)
def test_the_paper_log_says_what_to_do_at_once_in_the_rules_own_words(
    as_nurse: Client, today: Recovery, after: str, rule: str
) -> None:
    text = RULES_BY_ID[rule].patient_text.format_map(today.clinic.numbers)
    assert f"{after} {text}" in paper(as_nurse, today)


def test_the_paper_log_says_no_more_than_the_rules_say_of_that_answer(
    as_nurse: Client, today: Recovery
) -> None:
    text = paper(as_nurse, today)
    for rule in ("R11", "R12", "R13", "R14", "R15", "R16", "R19"):
        assert RULES_BY_ID[rule].patient_text.split("{")[0] not in text


def test_the_paper_log_of_somebody_on_a_blood_thinner_warns_of_a_soaked_dressing_too(
    as_nurse: Client, today: Recovery
) -> None:
    today.anticoagulated = True
    today.save(update_fields=["anticoagulated"])
    asked = "If you answer “Blood soaks the dressing” or “Bleeding that does not stop”: Press"
    assert asked in paper(as_nurse, today)


def test_the_paper_log_follows_what_the_clinic_raised(
    as_nurse: Client, today: Recovery, manager: Any
) -> None:
    own = "You may have a clot in your leg. Call {emergency_number} now. Do not rub the leg."
    rules = [{"rule": "R15", "severity": "emergency", "patient_text": own}]
    today.pathway = own_pathway(today.clinic, manager, changes(rules=rules))
    today.save(update_fields=["pathway"])
    told = own.format_map(today.clinic.numbers)
    assert f"If you answer “Swelling or pain in one calf”: {told}" in paper(as_nurse, today)


# Who is there
# ------------


def test_the_room_lists_who_is_there_who_comes_and_who_has_gone(
    as_nurse: Client, nurse: User, clinic: Clinic, today: Recovery, neighbour: Recovery
) -> None:
    seen(today, nurse, 45, strength_right=4)
    someone(clinic, "Lena", "Later", day=0, procedure_at=NOW + 60 * MINUTE)
    gone = in_theatre(clinic, "Greta")
    Recovery.objects.filter(pk=gone.pk).update(discharged_at=NOW - MINUTE)
    someone(clinic, "Yves", "Yesterday", day=1)
    someone(clinic, "Carl", "Cancelled", day=0, procedure_at=NOW - MINUTE, state="cancelled")
    text = words(as_nurse.get(url("observation_room")))
    assert "Observation 1 Enroll" in text
    assert "In the room 1 Ruth Keller" in text
    assert "Last +45, 10:00 1 mark. +60 is open" in text
    assert "Right leg 4 of 5 at 45 min" in text
    assert "Later today 1 Lena Later" in text
    assert "Gone home 1 Greta Keller" in text
    for name in ("Yesterday", "Cancelled", "Private"):
        assert name not in text


@pytest.mark.parametrize("name", ["queue", "patients", "staff_recovery", "observation"])
def test_the_menu_counts_who_is_in_the_room(
    as_nurse: Client, clinic: Clinic, today: Recovery, name: str
) -> None:
    in_theatre(clinic, "Greta")
    ids = [today.uuid] if name in ("staff_recovery", "observation") else []
    assert "Observation 2 Enroll" in words(as_nurse.get(url(name, *ids)))


def test_an_empty_room_says_so(as_nurse: Client, nurse: User, now: Any) -> None:
    assert "Nobody is in the room now." in words(as_nurse.get(url("observation_room")))


@pytest.mark.parametrize("people", [1, 9])
def test_the_pages_cost_the_same_whatever_the_room(
    as_nurse: Client, nurse: User, clinic: Clinic, today: Recovery, people: int
) -> None:
    for number in range(people):
        other = in_theatre(clinic, f"P{number}")
        at = NOW - 40 * MINUTE
        observations.set_room_time(recovery=other, user=nurse, now=at, room_at=at)
        seen(other, nurse, 0, pain=4)
    for minute in (0, 15, 30, 45):
        seen(today, nurse, minute, pain=4)
    assert statements(as_nurse, url("observation_room")) <= 8
    assert statements(as_nurse, url("observation", today.uuid)) <= 11


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        client.get(address)
    return len([one for one in found if not one["sql"].startswith(("BEGIN", "COMMIT"))])


# On the patient's page
# ---------------------


def test_the_patients_page_links_to_the_sheet_as_one_entry(
    as_nurse: Client, nurse: User, today: Recovery, set_clock: Callable
) -> None:
    assert "Open the sheet" in words(as_nurse.get(url("staff_recovery", today.uuid)))
    for minute in (0, 15, 30):
        seen(today, nurse, minute, pain=4)
    set_clock(NOW + timedelta(days=3))
    page = as_nurse.get(url("staff_recovery", today.uuid))
    text = words(page)
    assert text.count("Observation, 3 marks") == 2
    assert url("observation", today.uuid) in page.content.decode()


def test_nothing_is_said_of_a_room_that_nobody_used(as_nurse: Client, recovery: Recovery) -> None:
    assert "Open the sheet" not in words(as_nurse.get(url("staff_recovery", recovery.uuid)))


def test_reads_and_writes_are_recorded(as_nurse: Client, nurse: User, today: Recovery) -> None:
    sheet(as_nurse, today)
    send(as_nurse, today)
    tick(as_nurse, today, done="urine")
    told = AccessEvent.objects.filter(user=nurse, patient=today.patient)
    assert told.filter(action="read", what="observation").exists()
    assert set(told.filter(action="write").values_list("what", flat=True)) == {
        "observation, back in the room",
        "observation +60",
        "discharge check urine, done",
    }


def test_a_log_keyed_in_from_paper_ticks_nothing(as_nurse: Client, today: Recovery) -> None:
    report(today)
    DailyLog.objects.update(source="staff", mode="paper")
    assert "Log came at" not in words(sheet(as_nurse, today))
