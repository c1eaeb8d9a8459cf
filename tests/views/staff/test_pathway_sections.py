"""The manager edits the draft of the clinic's pathway by section; errors stand at their field."""

from copy import deepcopy
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.models import Clinic, PathwayDraft, User
from recovery.services import pathways
from tests.pages import filled, words
from tests.pathways import begun, changes, edited, form_of
from tests.views.staff.conftest import NOW, url

pytestmark = pytest.mark.usefixtures("draft")


@pytest.fixture
def draft(clinic: Clinic, manager: User, now: Any) -> PathwayDraft:
    return begun(clinic, manager, now=NOW)


def save(client: Client, route: str, /, *args: str, **typed: Any) -> Any:
    """The page as it stands but for what is `typed`; None leaves a box unticked."""
    given = filled(client.get(url(route, *args))) | typed
    given = {field: value for field, value in given.items() if value is not None}
    return client.post(url(route, *args), given, follow=True)


def document() -> dict[str, Any]:
    return PathwayDraft.objects.get().document


# A form's times
# --------------


def test_a_reminder_is_moved(as_manager: Client, manager: User) -> None:
    page = save(
        as_manager,
        "pathway_slot",
        "DAY-05",
        reminder_0_time="18:30",
        reminder_1_day="",
        reminder_1_time="",
    )
    assert "Saved in the draft." in words(page)
    assert form_of(document(), "DAY-05")["reminders"] == ["D5 18:30"]
    assert PathwayDraft.objects.get().revision == 2


def test_saving_what_stands_there_changes_nothing(as_manager: Client) -> None:
    before = PathwayDraft.objects.values().get()
    assert "Nothing changed." in words(save(as_manager, "pathway_slot", "C42"))
    assert PathwayDraft.objects.values().get() == before


def test_a_form_that_is_off_is_asked(as_manager: Client) -> None:
    save(as_manager, "pathway_slot", "C180", asked="on")
    assert form_of(document(), "C180")["asked"] is True
    save(as_manager, "pathway_slot", "C180", asked=None)
    assert form_of(document(), "C180")["asked"] is False


def test_a_form_moves_with_all_its_times(as_manager: Client) -> None:
    save(as_manager, "pathway_slot", "C42", day="44", follow="on")
    assert form_of(document(), "C42") == {
        "key": "C42", "form": "six_week", "asked": True, "day": 44,
        "opens": "D40 06:00", "due": "D44 20:00", "expires": "D51 23:59",
        "reminders": ["D42 10:00", "D44 10:00", "D47 10:00"],
    }  # fmt: skip


def test_a_log_that_moves_has_the_key_of_its_day(as_manager: Client) -> None:
    page = save(as_manager, "pathway_slot", "PULSE-17", day="18", follow="on")
    assert "Pulse D18 PULSE-18 D18 06:00" in words(page)
    keys = [one["key"] for one in document()["forms"]]
    assert keys[keys.index("DAY-14") + 1] == "PULSE-18"


@pytest.mark.parametrize(
    ("key", "typed", "message"),
    [
        ("DAY-05", {"reminder_0_day": "7"}, "Reminder 1, day: D7 17:00 is outside"),
        ("DAY-05", {"reminder_0_time": "21:00"}, "Reminder 1, day: D5 21:00 is not from 08:00"),
        ("DAY-05", {"reminder_0_time": ""}, "Reminder 1, time: Write the time, or leave"),
        ("DAY-05", {"reminder_2_time": "9:00"}, "Reminder 3, day: Write the day, or leave both"),
        ("DAY-05", {"reminder_2_day": "5", "reminder_2_time": "20:30"}, "A third reminder on D5"),
        ("DAY-05", {"due_time": "06:00"}, "Due, day: D5 06:00 is not after D5 06:00"),
        ("DAY-05", {"expires_day": "5", "expires_time": "19:00"}, "Ends, day: D5 19:00 is before"),
        ("DAY-05", {"opens_day": ""}, "Opens, day: Fill this in."),
        ("DAY-05", {"opens_day": "soon"}, "Opens, day: Write a number, like 20."),
        ("DAY-05", {"opens_day": "9" * 5000}, "Opens, day: Write a"),
        ("DAY-05", {"opens_day": ["5", "6"]}, "Opens, day: Write one number only."),
        ("DAY-05", {"opens_day": "1201"}, "Opens, day: Write a number from -90 to 1200."),
        ("DAY-05", {"opens_time": "06:00:30"}, "Opens, time: Write a time like 08:30."),
        ("DAY-05", {"opens_time": "6\x00"}, "Opens, time: Write a time like 08:30."),
        ("DAY-05", {"day": "6"}, "Day of the form: There is a log of this kind on D6."),
        ("DAY-05", {"day": "0", "follow": "on"}, "Day of the form: A daily log is"),
        ("PULSE-17", {"day": "18"}, "Opens, day: D17 06:00 is not on D18"),
        ("PULSE-17", {"expires_day": "20"}, "Pulse D20, Day: a log of D20 would answer PULSE-17"),
        ("DAY-02", {"asked": None}, "Patients are asked this form: DAY-02 cannot be left out"),
        ("C42", {"day": "30", "follow": "on"}, "Day of the form: R44 judges the response"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(
    as_manager: Client, key: str, typed: dict[str, Any], message: str
) -> None:
    before = document()
    page = save(as_manager, "pathway_slot", key, **typed)
    assert page.status_code == 200
    assert message in words(page), words(page)
    assert "<title>Error:" in page.content.decode()
    assert document() == before
    again = filled(page)
    for name, value in typed.items():
        kept = again.get(name, [""])[0]
        assert kept == (" ".join(value) if isinstance(value, list) else value or "")


def test_rows_for_more_reminders_up_to_the_most(as_manager: Client) -> None:
    many = [f"D{day} 10:00" for day in range(85, 96)]
    edited(PathwayDraft.objects.get(), None, changes(forms={"C90": {"reminders": many}}), now=NOW)
    page = as_manager.get(url("pathway_slot", "C90"))
    assert "Reminder 12" in words(page)
    assert "Reminder 13" not in words(page)
    save(as_manager, "pathway_slot", "C90", reminder_11_day="97", reminder_11_time="10:00")
    assert form_of(document(), "C90")["reminders"] == [*many, "D97 10:00"]


def test_a_key_that_no_form_has_is_not_there(as_manager: Client) -> None:
    assert as_manager.get(url("pathway_slot", "NONE")).status_code == 404
    page = as_manager.get(url("pathway_slot", "PULSE-99"), follow=True)
    assert "PULSE-99 is not in the draft." in words(page)


# Which forms
# -----------


@pytest.mark.parametrize(
    ("form", "day", "key", "opens", "reminders"),
    [
        ("daily", "16", "DAY-16", "D16 06:00", ["D16 17:00", "D16 20:00"]),
        ("pulse", "97", "PULSE-97", "D97 06:00", ["D97 17:00", "D98 17:00"]),
    ],
)
def test_a_log_is_added_at_its_usual_times(
    as_manager: Client, form: str, day: str, key: str, opens: str, reminders: list[str]
) -> None:
    page = save(as_manager, "pathway_slot_new", form=form, day=day)
    assert page.redirect_chain[-1][0] == url("pathway_slot", key)
    added = form_of(document(), key)
    assert (added["opens"], added["reminders"], added["asked"]) == (opens, reminders, True)


def test_a_check_in_form_taken_out_is_added_again(as_manager: Client) -> None:
    before = document()
    page = as_manager.post(url("pathway_slot_remove", "C30"), {"revision": "1"}, follow=True)
    assert "C30 is taken out of the draft." in words(page)
    assert "C30" not in [one["key"] for one in document()["forms"]]
    save(as_manager, "pathway_slot_new", form="one_month")
    assert document() == before


@pytest.mark.parametrize(
    ("form", "day", "message"),
    [
        ("", "16", "Form: Fill this in."),
        ("weekly", "16", "Form: Select a valid choice."),
        ("six_week", "", "Form: Select a valid choice."),
        ("daily", "", "Day: Write the day of the log."),
        ("daily", "0", "Day: A log is asked from day 1 on."),
        ("daily", "5", "Day: There is a log of this kind on D5."),
        ("daily", "x", "Day: Write a number"),
        ("daily", "17", "a log of D17 would answer"),
    ],
)
def test_a_form_that_does_not_fit_is_not_added(
    as_manager: Client, form: str, day: str, message: str
) -> None:
    before = document()
    page = save(as_manager, "pathway_slot_new", form=form, day=day)
    assert message in words(page)
    assert document() == before


def test_a_form_that_no_pathway_leaves_out_stays(as_manager: Client) -> None:
    assert "No pathway leaves this form out." in words(as_manager.get(url("pathway_slot", "EVE0")))
    page = as_manager.post(url("pathway_slot_remove", "EVE0"), {"revision": "1"}, follow=True)
    assert "EVE0 is missing, and cannot be left out" in words(page)
    assert form_of(document(), "EVE0")


# Phases and texts
# ----------------


def test_the_days_of_two_phases_move_together(as_manager: Client) -> None:
    save(as_manager, "pathway_days", last_day_1="4", last_day_2="21")
    days = [(one["first_day"], one["last_day"]) for one in document()["phases"]]
    assert days == [(0, 0), (0, 4), (5, 21), (22, None)]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            {"last_day_1": "14", "last_day_2": "14"},
            "Gradual return: last day: Must be D15",
        ),
        ({"last_day_1": "-1"}, "Short-term: last day: Write a number from 0 to 1200."),
        ({"last_day_2": ""}, "Gradual return: last day: Fill this in."),
    ],
)
def test_days_that_do_not_follow_each_other_are_refused(
    as_manager: Client, typed: dict[str, str], message: str
) -> None:
    before = document()
    assert message in words(save(as_manager, "pathway_days", **typed))
    assert document() == before


def test_texts_are_one_sentence_a_line(as_manager: Client) -> None:
    lines = "You can walk a little.\r\n\r\n  Drink enough water. \r\n"
    page = save(as_manager, "pathway_texts", "short_term", good_now=lines, name="At home")
    assert "Saved in the draft." in words(page)
    phase = document()["phases"][1]
    assert (phase["good_now"], phase["name"]) == (
        ["You can walk a little.", "Drink enough water."],
        "At home",
    )
    assert "Reads at grade 0.5. The aim is 6 or less." in words(
        as_manager.get(url("pathway_texts", "short_term"))
    )


def test_the_time_before_the_procedure_has_texts_too(as_manager: Client) -> None:
    risks = "Bleeding: 1 in 100"
    save(as_manager, "pathway_texts", "before", risks=risks, review_on="2027-01-31")
    before = document()["before"]
    assert (before["risks"], before["review_on"]) == (["Bleeding: 1 in 100"], "2027-01-31")


HARD = "Discontinue anticoagulation perioperatively, considering cardiovascular comorbidities."


@pytest.mark.parametrize(
    ("code", "typed", "message"),
    [
        ("short_term", {"good_now": ""}, "Good to do: Fill this in."),
        ("short_term", {"good_now": f"Walk.\n{HARD}"}, "Good to do: Line 2: reads at grade"),
        ("short_term", {"about": "Call {clinic_phone}."}, "Good to know: Line 1: has braces"),
        ("short_term", {"about": "x" * 201}, "Good to know: Line 1: has 201 letters, 200 is"),
        (
            "short_term",
            {"about": "A.\n" * 11},
            "Good to know: Has 11 entries and must",
        ),
        ("short_term", {"about": "A\x00"}, "Good to know: Null characters are not allowed."),
        ("short_term", {"about": "A\x07b."}, "Good to know: Line 1: has a line break or a control"),
        ("short_term", {"name": "x" * 61}, "Name for patients: Shorten this to 60 characters."),
        ("short_term", {"source": ""}, "Source: Fill this in."),
        (
            "short_term",
            {"review_on": "soon"},
            "To be reviewed on: Write a date that exists, as year",
        ),
        ("short_term", {"review_on": "0206-01-01"}, "is not a date like 2027-05-01"),
        ("before", {"risks": "It may bleed"}, "What can go wrong: Line 1: is not a risk, a colon"),
    ],
)
def test_a_text_that_cannot_be_told_stands_beside_its_field(
    as_manager: Client, code: str, typed: dict[str, str], message: str
) -> None:
    before = document()
    page = save(as_manager, "pathway_texts", code, **typed)
    assert message in words(page), words(page)
    assert document() == before
    for name, value in typed.items():
        assert filled(page)[name][0].strip() == value.strip()


def test_a_text_that_is_a_little_hard_is_saved_and_said(as_manager: Client) -> None:
    hard = "Call the clinic about any medicine that is new to you since the procedure."
    page = words(save(as_manager, "pathway_texts", "short_term", about=hard))
    assert "Saved in the draft." in page
    assert "Short-term, Good to know: reads at grade 7.6; the aim is 6" in page


def test_a_phase_that_is_none_is_not_there(as_manager: Client) -> None:
    assert as_manager.get(url("pathway_texts", "later")).status_code == 404


# Rules
# -----


def test_all_rules_stand_there_and_some_cannot_be_changed(as_manager: Client) -> None:
    page = as_manager.get(url("pathway_rules"))
    told = words(page)
    for rule in ("R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R39", "R47"):
        assert url("pathway_rules") in page.request["PATH_INFO"]
        assert as_manager.get(url("pathway_rule", rule)).status_code == 404
        assert as_manager.post(url("pathway_rule", rule), {"severity": ""}).status_code == 404
    assert told.count("cannot be changed") == 10
    assert url("pathway_rule", "R13") in page.content.decode()


TEXT = "Please call us today at {clinic_phone}."


def test_a_rule_is_raised_with_a_text_of_the_clinic_s_own(as_manager: Client) -> None:
    page = save(as_manager, "pathway_rule", "R34", severity="urgent", patient_text=TEXT)
    assert "Saved in the draft." in words(page)
    assert document()["rules"] == [{"rule": "R34", "severity": "urgent", "patient_text": TEXT}]
    page = words(as_manager.get(url("pathway_rule", "R34")))
    assert "Reads at grade" in page
    assert "The text as shipped" in page
    assert "{clinic_phone} 555-0142" in page
    # Back to the rule as it comes with the product.
    save(as_manager, "pathway_rule", "R34", severity="", patient_text="")
    assert document()["rules"] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Call {clinic_phone} or {after_hours_phone}.", id="numbers for the most part"),
        pytest.param("Call us: {clinic_phone}", id="a few short words"),
    ],
)
def test_of_a_text_that_has_no_grade_none_is_said(as_manager: Client, text: str) -> None:
    save(as_manager, "pathway_rule", "R34", severity="urgent", patient_text=text)
    assert document()["rules"][0]["patient_text"] == text
    assert "Reads at grade" not in words(as_manager.get(url("pathway_rule", "R34")))


@pytest.mark.parametrize(
    ("rule", "typed", "message"),
    [
        ("R34", {"severity": "urgent"}, "Text of the clinic's own: R34 is raised to urgent, so it"),
        ("R34", {"severity": "urgent", "patient_text": "Please call us today."},
         "Text of the clinic's own: An urgent text names {clinic_phone} or {after_hours_phone}"),
        ("R34", {"severity": "emergency", "patient_text": TEXT},
         "An emergency's text names {emergency_number}"),
        ("R34", {"patient_text": "Call {my_phone} now."}, "{my_phone} is not one of"),
        ("R34", {"patient_text": HARD}, "Text of the clinic's own: Reads at grade"),
        ("R34", {"patient_text": HARD.rstrip(".")}, "Text of the clinic's own: Reads at grade"),
        ("R34", {"patient_text": "Call us.\r\nNow."}, "has a line break or a control character"),
        ("R34", {"patient_text": "x" * 501}, "has 501 letters, 500 is the most"),
        ("R34", {"severity": "review"}, "Severity: Select a valid choice."),
        ("R13", {"severity": "review"}, "Severity: Select a valid choice."),
        ("R30", {"severity": "emergency", "patient_text": "Call {emergency_number} now."},
         "Severity: R30 would be emergency and R12, a worse sign, urgent: raise R12 too"),
    ],
)  # fmt: skip
def test_a_rule_cannot_be_lowered_or_told_without_a_number(
    as_manager: Client, rule: str, typed: dict[str, str], message: str
) -> None:
    page = save(as_manager, "pathway_rule", rule, **typed)
    assert message.lower() in words(page).lower(), words(page)
    assert document()["rules"] == []
    if "patient_text" in typed:
        kept = filled(page)["patient_text"][0]
        assert kept.split() == typed["patient_text"].split()


def test_a_rule_that_patients_hear_nothing_of_has_no_text(as_manager: Client) -> None:
    page = as_manager.get(url("pathway_rule", "R43"))
    assert "Patients hear nothing of this rule, so it has no text." in words(page)
    save(as_manager, "pathway_rule", "R43", severity="urgent", patient_text="Hello.")
    assert document()["rules"] == [{"rule": "R43", "severity": "urgent"}]


# Corridor and title
# ------------------


def test_the_corridor_is_set_step_by_step(as_manager: Client) -> None:
    steps = {"first_day_0": "0", "last_day_0": "6", "low_0": "2", "high_0": "8",
             "first_day_2": "7", "last_day_2": "", "low_2": "0", "high_2": "5"}  # fmt: skip
    save(as_manager, "pathway_corridor", **steps)
    assert document()["corridor"] == [
        {"first_day": 0, "last_day": 6, "low": 2, "high": 8},
        {"first_day": 7, "last_day": None, "low": 0, "high": 5},
    ]
    empty = dict.fromkeys(filled(as_manager.get(url("pathway_corridor"))), "")
    save(as_manager, "pathway_corridor", **(empty | {"revision": "2"}))
    assert document()["corridor"] == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("0", "6", "8", "2"), "Step 1, Pain from: 8 is above 2"),
        (("6", "0", "2", "8"), "Step 1, Last day: D0 is before D6"),
        (("", "6", "2", "8"), "Step 1, First day: Fill this in, or leave the whole row empty."),
        (("0", "6", "2", ""), "Step 1, Pain to: Fill this in, or leave the whole row empty."),
        (("0", "6", "2", "11"), "Step 1, Pain to: Write a number from 0 to 10."),
        (("0", "6", "2", "2.5"), "Step 1, Pain to: Write a whole number"),
    ],
)
def test_a_step_that_is_none_is_refused(
    as_manager: Client, row: tuple[str, ...], message: str
) -> None:
    names = ("first_day_0", "last_day_0", "low_0", "high_0")
    typed = dict(zip(names, row, strict=True))
    page = save(as_manager, "pathway_corridor", **typed)
    assert message in words(page)
    assert {name: filled(page)[name][0] for name in names} == typed
    assert document()["corridor"] == []


def test_steps_that_overlap_are_refused_at_the_second(as_manager: Client) -> None:
    steps = {"first_day_0": "0", "last_day_0": "6", "low_0": "2", "high_0": "8",
             "first_day_2": "6", "low_2": "0", "high_2": "5"}  # fmt: skip
    page = words(save(as_manager, "pathway_corridor", **steps))
    assert "Step 3, First day: D6 is covered by the step before" in page


def test_the_title_is_the_clinic_s(as_manager: Client) -> None:
    save(as_manager, "pathway_title", title="Northgate, spring 2026")
    assert document()["title"] == "Northgate, spring 2026"
    for title, message in (("", "Fill this in."), ("x" * 81, "Shorten this to 80 characters.")):
        assert f"Title: {message}" in words(save(as_manager, "pathway_title", title=title))


# Two at once
# -----------

SECTIONS = {
    ("pathway_slot", "DAY-05"): {"reminder_0_time": "18:30"},
    ("pathway_slot_new",): {"form": "daily", "day": "16"},
    ("pathway_days",): {"last_day_1": "4"},
    ("pathway_texts", "before"): {"name": "Getting ready"},
    ("pathway_rule", "R43"): {"severity": "urgent"},
    ("pathway_corridor",): {"first_day_0": "0", "low_0": "2", "high_0": "8"},
    ("pathway_title",): {"title": "Mine"},
}


@pytest.mark.parametrize(("address", "typed"), SECTIONS.items())
def test_what_somebody_else_saved_meanwhile_is_not_written_over(
    as_manager: Client, manager: User, address: tuple[str, ...], typed: dict[str, str]
) -> None:
    read = filled(as_manager.get(url(*address))) | typed
    theirs = edited(PathwayDraft.objects.get(), manager, changes(title="Theirs"), now=NOW).document
    page = as_manager.post(url(*address), read)
    assert "Not saved Somebody has changed the draft since you opened it." in words(page)
    assert "Open this page with the newer draft" in words(page)
    assert {name: filled(page)[name][0] for name in typed} == typed
    assert document() == theirs


@pytest.mark.parametrize(("address", "typed"), SECTIONS.items())
def test_what_was_typed_for_a_draft_that_is_gone_stays_to_be_read(
    as_manager: Client, clinic: Clinic, address: tuple[str, ...], typed: dict[str, str]
) -> None:
    read = filled(as_manager.get(url(*address))) | typed
    pathways.discard(clinic=clinic, revision=1)
    page = as_manager.post(url(*address), read)
    assert "Not saved The draft is gone: somebody has approved or discarded it." in words(page)
    assert {name: filled(page)[name][0] for name in typed} == typed
    assert not PathwayDraft.objects.exists()


def test_a_form_that_somebody_has_just_taken_out_shows_what_was_typed(
    as_manager: Client, manager: User
) -> None:
    read = filled(as_manager.get(url("pathway_slot", "PULSE-83"))) | {"reminder_0_time": "18:30"}
    edited(PathwayDraft.objects.get(), manager, changes(forms={"PULSE-83": None}), now=NOW)
    page = as_manager.post(url("pathway_slot", "PULSE-83"), read)
    assert "Somebody has changed the draft since you opened it." in words(page)
    assert filled(page)["reminder_0_time"] == ["18:30"]


def test_a_form_is_taken_out_of_the_draft_that_was_read_alone(
    as_manager: Client, manager: User
) -> None:
    edited(PathwayDraft.objects.get(), manager, changes(title="Theirs"), now=NOW)
    page = as_manager.post(url("pathway_slot_remove", "C30"), {"revision": "1"}, follow=True)
    assert "Somebody has changed the draft since you opened it." in words(page)
    page = as_manager.post(url("pathway_slot_remove", "C30"), {"revision": "x"}, follow=True)
    assert "This page is out of date. Look again." in words(page)
    assert form_of(document(), "C30")


@pytest.mark.parametrize("revision", ["", "0", "x", "-1", "9" * 40])
def test_a_page_that_does_not_say_what_it_was_made_from_saves_nothing(
    as_manager: Client, revision: str
) -> None:
    before = deepcopy(document())
    page = save(as_manager, "pathway_title", title="Mine", revision=revision)
    assert page.status_code == 200
    assert "<title>Error:" in page.content.decode()
    assert document() == before


# Who, and what it costs
# ----------------------


def test_a_nurse_edits_nothing(as_nurse: Client) -> None:
    before = document()
    for address, typed in SECTIONS.items():
        assert as_nurse.get(url(*address)).status_code == 403
        assert as_nurse.post(url(*address), typed | {"revision": "1"}).status_code == 403
    assert document() == before


def test_saving_a_section_takes_few_statements(as_manager: Client) -> None:
    given = filled(as_manager.get(url("pathway_slot", "DAY-05"))) | {"reminder_0_time": "18:30"}
    with CaptureQueriesContext(connection) as statements:
        answer = as_manager.post(url("pathway_slot", "DAY-05"), given)
    assert answer.status_code == 302
    assert PathwayDraft.objects.get().edited_at.replace(microsecond=0) == NOW
    sql = [one["sql"] for one in statements if "SAVEPOINT" not in one["sql"]]
    assert len(sql) <= 10, "\n".join(sql)
