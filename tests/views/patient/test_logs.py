"""The daily log: what is stored, what is refused, and what is said."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from recovery.clinical.rules import CALL_NOW, RULES, RULES_BY_ID, Severity
from recovery.models import Alert, CheckIn, Clinic, DailyLog, PatientAccess, Recovery, User
from recovery.services import contacts, logs
from tests.cast import NUMBERS, QUIET, make_recovery, user_of
from tests.pages import filled, read, words
from tests.views.patient.conftest import AFTERNOON, QUIET_POST, TODAY, at, is_data, post, url


def text_of(rule: str) -> str:
    return RULES_BY_ID[rule].patient_text.format_map(NUMBERS)


# The blank form
# --------------


def test_a_new_log_gets_an_id_of_its_own(as_patient: Client, recovery: Recovery) -> None:
    first = as_patient.get(url("log_new", recovery))
    second = as_patient.get(url("log_new", recovery) + "?day=yesterday")
    assert first.status_code == second.status_code == 302
    assert first["Location"] != second["Location"].partition("?")[0]
    assert second["Location"].endswith("/?day=yesterday")


@pytest.mark.parametrize("day", [-3, 0, 2, 14, 15, 31, 100])
def test_nothing_is_chosen_beforehand(clinic: Clinic, afternoon: Any, day: int) -> None:
    recovery = make_recovery(clinic, day=day, now=afternoon)
    client = Client()
    client.force_login(user_of(recovery))
    page = client.get(url("log_form", recovery, uuid.uuid4()))
    given = {name: value for name, value in filled(page).items() if value != [""]}
    assert given == {"log_date": [TODAY.isoformat()]}
    assert read(page).offered["pain_avg"] == [str(n) for n in range(11)]


@pytest.mark.parametrize("day", [-3, 2, 20, 100])
def test_every_question_is_on_the_page_whatever_the_day(
    clinic: Clinic, afternoon: Any, day: int
) -> None:
    """What need not be answered stands in a closed part, so that no sign goes unreported."""
    recovery = make_recovery(clinic, day=day, now=afternoon)
    client = Client()
    client.force_login(user_of(recovery))
    offered = read(client.get(url("log_form", recovery, uuid.uuid4()))).offered
    for name in ("signs", "spot", "spot_signs", "leg_side", "leg_pain", "pain_controlled"):
        assert name in offered
    assert "hard_to_wake" in offered["signs"]


def test_yesterday_is_a_form_of_its_own(as_patient: Client, recovery: Recovery) -> None:
    page = as_patient.get(url("log_form", recovery, uuid.uuid4()) + "?day=yesterday")
    assert filled(page)["log_date"] == ["2026-03-03"]
    assert "Yesterday, day 1" in page.content.decode()


def test_the_form_about_yesterday_asks_about_that_day(
    as_patient: Client, recovery: Recovery
) -> None:
    address = url("log_form", recovery, uuid.uuid4())
    blank = words(as_patient.get(address + "?day=yesterday"))
    refused = words(post(as_patient, recovery, log_date="2026-03-03", signs=None))
    for said in blank, refused:
        assert "Your back pain that day, on average" in said
        assert "Check any you had that day" in said
        assert "Acetaminophen (Tylenol) that day" in said
        assert "past 24 hours" not in said
        assert "you have now" not in said
    assert "Check what you had that day, or “None of these”" in refused
    today = words(as_patient.get(address))
    assert "Your back pain over the past 24 hours, on average" in today
    assert "Check any you have now" in today
    assert "that day" not in today


def test_no_stands_before_yes_in_every_question(as_patient: Client, recovery: Recovery) -> None:
    offered = read(as_patient.get(url("log_form", recovery, uuid.uuid4()))).offered
    both = {name: values for name, values in offered.items() if {"yes", "no"} <= {*values}}
    assert "pain_controlled" in both
    assert {values.index("no") < values.index("yes") for values in both.values()} == {True}


# Storing
# -------


def test_the_button_names_what_is_saved(clinic: Clinic, afternoon: Any) -> None:
    for day, planned in (5, True), (66, False):
        recovery = make_recovery(clinic, day=day, now=afternoon)
        client = Client()
        client.force_login(user_of(recovery))
        blank = client.get(url("log_form", recovery, uuid.uuid4()))
        assert ("Save check-in" in words(blank)) is planned
        assert ("Save log" in words(blank)) is not planned


def test_a_quiet_day_is_one_post(as_patient: Client, recovery: Recovery) -> None:
    client_id = uuid.uuid4()
    response = post(as_patient, recovery, client_id)
    assert response["Location"] == url("log_saved", recovery, client_id)
    log = DailyLog.objects.get()
    stored = {name: getattr(log, name) for name in QUIET}
    assert stored == QUIET
    assert (log.source, log.mode, log.entered_by) == ("patient", "web", user_of(recovery))
    assert CheckIn.objects.get(key="DAY-02").state == CheckIn.State.COMPLETED


def test_a_caregiver_is_recorded_as_one(as_patient: Client, recovery: Recovery) -> None:
    PatientAccess.objects.update(relationship="caregiver")
    post(as_patient, recovery)
    assert DailyLog.objects.get().source == "caregiver"


def test_several_logs_a_day_and_yesterdays_are_allowed(
    as_patient: Client, recovery: Recovery
) -> None:
    post(as_patient, recovery)
    post(as_patient, recovery, pain_avg="5")
    post(as_patient, recovery, log_date="2026-03-03")
    assert list(DailyLog.objects.values_list("day", "pain_avg", "late").order_by("pk")) == [
        (2, 4, False),
        (2, 5, False),
        (1, 4, True),
    ]


def test_the_same_post_twice_is_one_log(as_patient: Client, recovery: Recovery) -> None:
    client_id = uuid.uuid4()
    for _tap in range(2):
        assert post(as_patient, recovery, client_id).status_code == 302
    assert DailyLog.objects.count() == 1


def test_a_log_costs_at_most_nine_statements(
    as_patient: Client, recovery: Recovery, django_assert_max_num_queries: Any
) -> None:
    for on in ("2026-03-03", "2026-03-04"):
        post(as_patient, recovery, log_date=on)
    with django_assert_max_num_queries(20) as counted:
        assert post(as_patient, recovery).status_code == 302
    statements = [query["sql"] for query in counted.captured_queries]
    assert len([sql for sql in statements if is_data(sql)]) <= 9, statements


# Refusing
# --------


@pytest.mark.parametrize("pain", ["eleven", "12", "-1", "5.5", ["5", "6"]])
def test_a_wrong_pain_stores_nothing_and_loses_nothing(
    as_patient: Client, recovery: Recovery, pain: Any
) -> None:
    typed = {"free_text": "First <walk> & rest", "walk_minutes": "12", "temp_value": "98.6"}
    page = post(as_patient, recovery, pain_avg=pain, temp_unit="F", **typed)
    assert page.status_code == 200
    assert DailyLog.objects.count() == 0
    assert "Error:" in page.content.decode().partition("</title>")[0]
    kept = filled(page)
    for name, value in (QUIET_POST | typed | {"temp_unit": "F"}).items():
        if name not in ("pain_avg", "revision"):
            assert [text.strip() for text in kept[name]] == [value], name


def test_what_was_typed_wrong_stays_to_be_mended(as_patient: Client, recovery: Recovery) -> None:
    page = post(as_patient, recovery, temp_value="98", temp_unit="C", walk_minutes="a lot")
    kept = filled(page)
    assert (kept["temp_value"], kept["temp_unit"], kept["walk_minutes"]) == (
        ["98"],
        ["C"],
        ["a lot"],
    )
    said = words(page)
    assert "33.0 to 43.0 in °C, and 91.4 to 109.4 in °F" in said
    assert DailyLog.objects.count() == 0


def test_a_missing_answer_is_asked_for_again_then_may_be_left_out(
    as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    page = post(as_patient, recovery, client_id, bladder=None)
    assert DailyLog.objects.count() == 0
    assert "Tell us about your bladder" in words(page)
    assert read(page).buttons == ["save_incomplete"]
    response = post(as_patient, recovery, client_id, bladder=None, save_incomplete="1")
    assert response.status_code == 302
    log = DailyLog.objects.get()
    assert (log.bladder, log.rules) == ("", ["R39"])
    saved = words(as_patient.get(response["Location"]))
    assert "Thank you. Your log is saved." in saved
    assert text_of("R39") in saved
    assert "Answer them now" in saved


def test_a_complete_form_offers_no_way_around_its_questions(
    as_patient: Client, recovery: Recovery
) -> None:
    page = as_patient.get(url("log_form", recovery, uuid.uuid4()))
    assert read(page).buttons == []


@pytest.mark.parametrize(
    ("answers", "question", "error"),
    [
        (
            {"pain_avg": "8"},
            "Is the pain under control with the plan we gave you?",
            "Tell us if your pain is under control",
        ),
        (
            {"acetaminophen_tablets": "4"},
            "Strength of one tablet",
            "Choose the strength of one tablet",
        ),
        ({"acetaminophen_mg": "lots"}, "Or all of it, in mg", "Write a number, like 2000."),
        (
            {"opioids_taken": "yes", "opioid_1_drug": "oxycodone", "opioid_1_doses": "x"},
            "How many",
            "Write a number, like 4.",
        ),
    ],
)
def test_an_error_stands_at_the_question_that_it_is_about(
    as_patient: Client, recovery: Recovery, answers: dict[str, str], question: str, error: str
) -> None:
    said = words(post(as_patient, recovery, **answers)).partition("There is a problem")[2]
    assert f"{question} Error: {error}" in said


def test_after_a_refusal_the_day_can_still_be_changed(
    as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    page = post(as_patient, recovery, client_id, log_date="2026-03-03", bladder=None)
    assert read(page).offered["log_date"] == ["2026-03-04", "2026-03-03"]
    assert filled(page)["log_date"] == ["2026-03-03"]
    mended = filled(page) | {"bladder": "no", "log_date": "2026-03-04"}
    assert as_patient.post(url("log_form", recovery, client_id), mended).status_code == 302
    assert DailyLog.objects.get().log_date == TODAY


@pytest.mark.parametrize("on", ["2026-03-05", "2026-03-01", "2025-03-04", "soon", ""])
def test_a_date_out_of_range_is_refused_with_the_range(
    as_patient: Client, recovery: Recovery, on: str
) -> None:
    page = post(as_patient, recovery, log_date=on)
    assert DailyLog.objects.count() == 0
    assert "You can log for Wed, Mar 4 or Tue, Mar 3." in words(page)
    assert read(page).offered["log_date"] == ["2026-03-04", "2026-03-03"]
    assert "log_date" not in filled(page)


# A refusal never hides an emergency
# ----------------------------------


def test_a_red_flag_in_a_refused_form_is_answered_and_stored(
    as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    page = post(as_patient, recovery, client_id, pain_avg="12", bladder="yes")
    assert text_of("R01") in read(page).advice
    assert words(page).index("Get help now") < words(page).index("There is a problem")
    log = DailyLog.objects.get()
    assert (log.pain_avg, log.bladder, log.rules) == (None, "yes", ["R01", "R39"])
    assert Alert.objects.filter(rule="R01", state="open").count() == 1

    mended = filled(page)
    assert mended["revision"] == ["0"]
    response = as_patient.post(
        url("log_form", recovery, client_id), mended | {"pain_avg": "9", "pain_controlled": "yes"}
    )
    assert response.status_code == 302
    first, second = DailyLog.objects.order_by("pk")
    assert (second.supersedes, second.revision, second.pain_avg) == (first, 1, 9)


def test_a_red_flag_beside_a_dose_that_no_log_can_hold_is_answered(
    as_patient: Client, recovery: Recovery
) -> None:
    dose = {"drug": "hydromorphone", "mg": "10000", "doses": "30"}
    opioid = {f"opioid_1_{part}": value for part, value in dose.items()}
    page = post(as_patient, recovery, bladder="yes", opioids_taken="yes", **opioid)
    assert text_of("R01") in read(page).advice
    assert "Check the dose and how many" in words(page)
    log = DailyLog.objects.get()
    assert (log.bladder, log.opioids) == ("yes", None)


def test_sending_the_refused_form_again_stores_it_once(
    as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    page = post(as_patient, recovery, client_id, pain_avg="12", saddle="yes")
    as_patient.post(url("log_form", recovery, client_id), filled(page))
    assert DailyLog.objects.count() == 1


def test_an_emergency_with_a_refused_date_is_dated_today(
    as_patient: Client, recovery: Recovery
) -> None:
    page = post(as_patient, recovery, log_date="2026-03-01", chest_or_breath="yes")
    assert text_of("R04") in read(page).advice
    assert DailyLog.objects.get().log_date == TODAY


def test_a_refused_date_is_judged_as_today_which_it_would_be_stored_as(
    clinic: Clinic, afternoon: datetime
) -> None:
    recovery = make_recovery(clinic, day=60, now=afternoon)
    client = Client()
    client.force_login(user_of(recovery))
    weak = {"log_date": "2026-01-01", "leg_weakness": "new_or_worse", "leg_side": "left"}
    page = post(client, recovery, **weak)
    # From day 15 on new weakness is a call today (R11), and such a refusal stores nothing.
    assert read(page).advice == ""
    assert DailyLog.objects.count() == 0
    assert text_of("R01") in read(post(client, recovery, **weak, bladder="yes")).advice


def test_a_day_chosen_for_a_late_correction_makes_a_new_log_and_moves_no_older_one(
    as_patient: Client, recovery: Recovery, set_clock: Callable
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id)
    set_clock(at(4, 0, 1))
    page = post(as_patient, recovery, client_id, revision="0", pain_avg="3")
    assert "You can log for" in words(page)
    chosen = filled(page) | {"log_date": at(4, 9).date().isoformat()}
    response = as_patient.post(url("log_form", recovery, client_id), chosen)
    older, new = DailyLog.objects.current().order_by("pk")
    assert (older.day, older.pain_avg, new.day, new.pain_avg) == (2, 4, 4, 3)
    assert response["Location"] == url("log_saved", recovery, new.client_id)


@pytest.mark.parametrize(
    "answers",
    [
        {"bladder": "unsure"},
        {"pain_avg": None, "headache": "severe"},
        {"leg_numbness": "new_or_worse", "leg_side": None},
    ],
)
def test_without_a_red_flag_a_refused_form_stores_nothing(
    as_patient: Client, recovery: Recovery, answers: dict[str, Any]
) -> None:
    page = post(as_patient, recovery, pain_worst="1", **answers)
    assert page.status_code == 200
    assert read(page).advice == ""
    assert DailyLog.objects.count() == 0


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"temp_value": "103", "temp_unit": "F"}, "R05"),
        ({"spot": "yes", "spot_signs": "wont_stop"}, "R06"),
        ({"signs": ["allergy_severe", "none"]}, "R07"),
        ({"signs": ["headache_severe", "neck_stiff_or_confused"]}, "R08"),
        ({"leg_weakness": "new_or_worse"}, "R02"),
        ({"leg_numbness": "new_or_worse", "leg_side": "both"}, "R03"),
    ],
)
def test_every_red_flag_counts_in_a_refused_form(
    as_patient: Client, recovery: Recovery, answers: dict[str, Any], rule: str
) -> None:
    page = post(as_patient, recovery, pain_avg="eleven", **answers)
    assert text_of(rule) in read(page).advice
    assert rule in DailyLog.objects.get().rules


# After saving
# ------------


def saved(client: Client, recovery: Recovery, **changes: Any) -> str:
    response = post(client, recovery, **changes)
    assert response.status_code == 302
    return words(client.get(response["Location"]))


def test_a_quiet_log_is_a_receipt_and_no_comfort(as_patient: Client, recovery: Recovery) -> None:
    said = saved(as_patient, recovery)
    assert "Thank you. Your log is saved." in said
    assert "Call us if something worries you." in said
    assert "Saved at 3:30 PM." in said
    assert "They may not read it before the next working day." in said
    assert "Pain, past 24 hours 4 of 10" in said
    assert "Safety questions All “No”" in said
    assert "Your next check-in opens tomorrow, Thursday, at 6:00 AM" in said


def test_what_is_said_of_yesterdays_log_speaks_of_that_day(
    as_patient: Client, recovery: Recovery
) -> None:
    assert "Pain that day 4 of 10" in saved(as_patient, recovery, log_date="2026-03-03")
    urgent = saved(as_patient, recovery, log_date="2026-03-03", signs="calf_one_leg")
    assert "Pain that day 4 of 10" in urgent
    said = saved(as_patient, recovery, log_date="2026-03-03", bladder="yes")
    assert "New on Tuesday, March 3 Bladder trouble" in said
    assert "Pain that day 4 of 10" in said
    assert "Today is day 2." in said


def test_the_next_check_in_may_be_a_form(clinic: Clinic, afternoon: datetime) -> None:
    """On day 37 the log of day 41 lies ahead, and before it the form of six weeks."""
    recovery = make_recovery(clinic, day=37, now=afternoon)
    client = Client()
    client.force_login(user_of(recovery))
    said = saved(client, recovery)
    assert "Your next check-in opens tomorrow, Thursday, at 6:00 AM" in said


def test_safety_questions_without_an_answer_are_counted(
    as_patient: Client, recovery: Recovery
) -> None:
    said = saved(as_patient, recovery, saddle=None, signs=None, save_incomplete="1")
    assert "Safety questions “No”; 2 have no answer" in said
    said = saved(as_patient, recovery, signs=["headache_mild"])
    assert "Other safety questions All “No”" in said


def test_an_urgent_text_stands_whole_above_the_receipt(
    as_patient: Client, recovery: Recovery
) -> None:
    said = saved(as_patient, recovery, temp_value="100.8", temp_unit="F", chills=None)
    assert said.index("Call today") < said.index(text_of("R12")) < said.index("Saved at")
    assert "Call 555-0142" in said
    assert "After 5:00 PM: 555-0199" in said
    assert "We are closed" not in said
    assert "Temperature 100.8 °F (38.2 °C)" in said


def test_five_thousand_with_its_comma_is_five_thousand(
    as_patient: Client, recovery: Recovery
) -> None:
    assert text_of("R21") in saved(as_patient, recovery, acetaminophen_mg="5,000")
    assert DailyLog.objects.get().acetaminophen_mg == 5000


def test_an_emergency_comes_first_and_large_with_what_to_show(
    as_patient: Client, recovery: Recovery
) -> None:
    said = saved(as_patient, recovery, bladder="yes", temp_value="100.8", temp_unit="F")
    assert said.index("Get help now") < said.index(text_of("R01")) < said.index("Saved at")
    assert "Show this to the team there" in said
    assert "Bladder trouble" in said
    assert "Date of procedure Mar 2, 2026. Today is day 2." in said
    assert text_of("R12") not in said


def test_an_emergency_before_the_procedure_does_not_say_that_it_was_done(
    clinic: Clinic, afternoon: datetime
) -> None:
    recovery = make_recovery(clinic, day=-3, now=afternoon)
    client = Client()
    client.force_login(user_of(recovery))
    said = saved(client, recovery, bladder="yes", pain_avg="6")
    assert "Procedure Planned, not done yet: basivertebral nerve ablation" in said
    assert "Date of procedure Mar 7, 2026. New now" in said
    assert "Pain, past 24 hours 6 of 10" in said


def test_both_legs_are_only_named_with_what_is_new_in_them(
    as_patient: Client, recovery: Recovery
) -> None:
    assert "In both legs" not in saved(
        as_patient, recovery, leg_side="both", leg_numbness="usual", chest_or_breath="yes"
    )
    assert "In both legs" in saved(
        as_patient, recovery, leg_side="both", leg_pain_status="new_or_worse"
    )


def test_who_tapped_wrong_at_night_is_given_the_number_that_is_answered(
    as_patient: Client, recovery: Recovery, set_clock: Callable
) -> None:
    set_clock(at(2, 22))
    said = saved(as_patient, recovery, bladder="yes")
    assert "Correct it, and call us at 555-0199" in said


@pytest.mark.parametrize(("anticoagulated", "trips"), [(True, True), (False, False), (None, False)])
def test_a_soaked_dressing_is_answered_at_once_where_blood_is_thinned(
    clinic: Clinic, afternoon: datetime, anticoagulated: bool | None, trips: bool
) -> None:
    recovery = make_recovery(clinic, now=afternoon, anticoagulated=anticoagulated)
    client = Client()
    client.force_login(user_of(recovery))
    html = client.get(url("log_form", recovery, uuid.uuid4())).content.decode()
    [box] = re.findall(r'<input [^>]*value="soaks_dressing"[^>]*>', html)
    assert ("ic-trip" in box) is trips


@pytest.mark.parametrize(
    ("answers", "number", "also"),
    [
        ({"calf": "calf_one_leg"}, "555-0199", "We are closed now. Call 555-0199."),
        (
            {"acetaminophen_mg": "5000"},
            "1-800-222-1222",
            "Call the poison help line at 1-800-222-1222. To reach us, call 555-0199.",
        ),
    ],
)
def test_a_closed_clinic_is_not_called(
    as_patient: Client,
    recovery: Recovery,
    set_clock: Callable,
    answers: dict[str, str],
    number: str,
    also: str,
) -> None:
    set_clock(at(2, 20))
    changes = {"signs": answers["calf"]} if "calf" in answers else answers
    response = post(as_patient, recovery, **changes)
    page = as_patient.get(response["Location"])
    said = words(page)
    log = DailyLog.objects.get()
    assert log.advice in said
    assert also in said
    digits = "".join(sign for sign in number if sign.isdigit())
    assert f'class="btn btn-primary" href="tel:{digits}"' in page.content.decode()
    assert f"{also} We open tomorrow, Thursday, at 8:00 AM." in said


def test_a_holiday_says_when_we_open_and_changes_no_word_of_the_rule(
    as_patient: Client, recovery: Recovery, set_clock: Callable
) -> None:
    """Thursday and Friday are holidays, so it is Monday."""
    Clinic.objects.update(holidays={"2026-03-05": "Founders", "2026-03-06": "Bridge"})
    set_clock(at(3, 10))
    said = saved(as_patient, recovery, signs="calf_one_leg")
    text = DailyLog.objects.get().advice
    told = "We are closed now. Call 555-0199. We open on Monday, March 9, at 8:00 AM."
    assert f"{text} {told}" in said


def test_a_mild_headache_and_a_bruise_are_noted_and_raise_nothing(
    as_patient: Client, recovery: Recovery
) -> None:
    said = saved(as_patient, recovery, signs="headache_mild", spot="yes", spot_signs="bruise")
    assert "Headache A mild headache" in said
    assert "The spot on your back A bruise" in said
    log = DailyLog.objects.get()
    assert (log.headache, log.wound, log.rules) == ("mild", ["bruise"], [])


def test_a_review_text_is_shown_and_r39_beneath_another_text(
    as_patient: Client, recovery: Recovery
) -> None:
    said = saved(as_patient, recovery, signs="fall", bowel=None, save_incomplete="1")
    assert said.index(text_of("R35")) < said.index(text_of("R39"))


@pytest.mark.parametrize(
    "answers", [{"saddle": "unsure"}, {"acetaminophen_mg": "9000"}], ids=["R10", "R21"]
)
def test_what_says_now_is_headed_now(
    as_patient: Client, recovery: Recovery, answers: dict[str, str]
) -> None:
    page = as_patient.get(post(as_patient, recovery, **answers)["Location"])
    assert words(page).startswith("Call now - ")
    assert read(page).advice.startswith("Call now ")
    today = as_patient.get(url("today", recovery))
    assert read(today).advice.startswith("Call now ")


def test_the_rules_that_are_headed_now_are_those_that_say_it() -> None:
    says_now = {
        rule.id
        for rule in RULES
        if rule.severity == Severity.URGENT and re.search(r"Call [^.]*\bnow\b", rule.patient_text)
    }
    assert says_now == CALL_NOW


def test_a_later_quiet_log_does_not_hide_a_standing_emergency(
    as_patient: Client, recovery: Recovery
) -> None:
    post(as_patient, recovery, bladder="yes")
    page = as_patient.get(post(as_patient, recovery)["Location"])
    said = words(page)
    assert said.startswith("Get help now - ")
    assert text_of("R01") in read(page).advice
    assert said.index(text_of("R01")) < said.index("Your log is saved.")
    assert "This stays here until the clinic has dealt with it." in said
    assert "Do not wait for a call back." in said
    assert "They may not read it" not in said
    assert "Call us if something worries you." not in said


def test_today_says_that_the_clinic_was_in_touch_until_it_happens_again(
    as_patient: Client, recovery: Recovery, nurse: User, set_clock: Callable
) -> None:
    post(as_patient, recovery, bladder="yes")
    said = "The clinic was in touch with you about this"
    assert said not in words(as_patient.get(url("today", recovery)))
    contacts.record(recovery=recovery, user=nurse, now=AFTERNOON, kind="call", outcome="no_answer")
    assert said not in words(as_patient.get(url("today", recovery)))
    contacts.record(recovery=recovery, user=nurse, now=AFTERNOON, kind="call", outcome="advised")
    today = words(as_patient.get(url("today", recovery)))
    at = AFTERNOON.astimezone(ZoneInfo(recovery.patient.zone))
    assert f"{said} at {at:%-I:%M}" in today
    assert text_of("R01") in today
    post(as_patient, recovery, bladder="yes")
    assert said not in words(as_patient.get(url("today", recovery)))


def test_after_a_talk_about_it_today_says_so_before_what_an_urgent_text_told(
    as_patient: Client, recovery: Recovery, nurse: User
) -> None:
    post(as_patient, recovery, signs="calf_one_leg")
    contacts.record(recovery=recovery, user=nurse, now=AFTERNOON, kind="call", outcome="advised")
    today = words(as_patient.get(url("today", recovery)))
    assert today.count("The clinic was in touch with you about this") == 1
    assert today.index("The clinic was in touch") < today.index(text_of("R15"))


def test_a_correction_does_not_hide_it_either(as_patient: Client, recovery: Recovery) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id, signs="calf_one_leg")
    page = as_patient.get(post(as_patient, recovery, client_id, revision="0")["Location"])
    assert text_of("R15") in read(page).advice


@pytest.mark.parametrize("standing", [{"bladder": "yes"}, {"signs": "calf_one_leg"}])
@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"spot": "yes", "spot_signs": "drainage_clear_or_bloody"}, "R31"),
        ({"pain_avg": "9", "pain_controlled": "yes"}, "R32"),
        ({"leg_pain_status": "new_or_worse", "leg_side": "left"}, "R33"),
        ({"temp_value": "37.9", "temp_unit": "C"}, "R30"),
    ],
)
def test_no_comfort_stands_beside_advice_that_stands(
    as_patient: Client,
    recovery: Recovery,
    standing: dict[str, str],
    answers: dict[str, str],
    rule: str,
) -> None:
    post(as_patient, recovery, **standing)
    said = saved(as_patient, recovery, **answers)
    assert DailyLog.objects.latest("pk").shown_rule == rule
    assert text_of(rule).partition(".")[0] not in said


def test_an_urgent_text_of_this_log_stands_beneath_an_older_emergency(
    as_patient: Client, recovery: Recovery
) -> None:
    post(as_patient, recovery, bladder="yes")
    said = saved(as_patient, recovery, acetaminophen_mg="9000")
    assert said.index(text_of("R01")) < said.index(text_of("R21"))
    said = saved(as_patient, recovery, bladder="yes")
    assert said.count(text_of("R01")) == 1


@pytest.mark.parametrize("answers", [{"bladder": "yes"}, {"signs": "calf_one_leg"}])
def test_what_staff_have_closed_is_a_record(
    as_patient: Client,
    recovery: Recovery,
    nurse: User,
    afternoon: datetime,
    answers: dict[str, str],
) -> None:
    location = post(as_patient, recovery, **answers)["Location"]
    Alert.objects.update(
        state="closed", closed_by=nurse, closed_at=afternoon, closing_reason="phone"
    )
    page = as_patient.get(location)
    said = words(page)
    assert read(page).advice == ""
    assert "Get help now" not in said
    assert "Call today" not in said
    assert f"What we told you then {DailyLog.objects.get().advice}" in said
    assert "The clinic has dealt with this since." in said


def test_saved_is_404_for_a_log_that_is_not_there(as_patient: Client, recovery: Recovery) -> None:
    assert as_patient.get(url("log_saved", recovery, uuid.uuid4())).status_code == 404


# Changing an answer
# ------------------

FULL = {
    "pain_avg": "7",
    "pain_controlled": "yes",
    "pain_worst": "8",
    "leg_pain_status": "usual",
    "leg_pain": "3",
    "leg_weakness": "usual",
    "leg_numbness": "usual",
    "signs": ["fall", "headache_upright"],
    "spot": "yes",
    "spot_signs": ["drainage_clear_or_bloody", "spots"],
    "temp_value": "99.1",
    "temp_unit": "F",
    "acetaminophen_tablets": "4",
    "acetaminophen_strength": "500",
    "nsaid_taken": "no",
    "opioids_taken": "yes",
    "opioid_1_drug": "oxycodone",
    "opioid_1_mg": "7.5",
    "opioid_1_doses": "3",
    "activity_level": "light",
    "walk_minutes": "25",
    "pt_done": "yes",
    "sleep": "6",
    "free_text": "\n  Two lines\nand a <tag> & more",
}


MILD = {"signs": ["headache_mild"], "spot": "yes", "spot_signs": ["bruise"]}


@pytest.mark.parametrize("changes", [{}, FULL, MILD], ids=["quiet", "everything", "mild signs"])
def test_the_form_comes_back_as_it_was_answered(
    as_patient: Client, recovery: Recovery, changes: dict[str, Any]
) -> None:
    """Saving what the page shows is a replay, so the page shows every answer."""
    client_id = uuid.uuid4()
    assert post(as_patient, recovery, client_id, **changes).status_code == 302
    address = url("log_form", recovery, client_id)
    shown = filled(as_patient.get(address))
    assert shown["revision"] == ["0"]
    assert as_patient.post(address, shown).status_code == 302
    log = DailyLog.objects.get()
    if changes is FULL:
        assert (log.acetaminophen_mg, log.opioids) == (
            2000,
            [{"drug": "oxycodone", "mg": 7.5, "doses": 3}],
        )


def test_a_changed_answer_supersedes_and_raises_its_alert(
    as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id)
    address = url("log_form", recovery, client_id)
    response = as_patient.post(address, filled(as_patient.get(address)) | {"bowel": "yes"})
    old, new = DailyLog.objects.order_by("pk")
    assert (new.supersedes, new.revision) == (old, 1)
    assert Alert.objects.get().rule == "R01"
    assert text_of("R01") in words(as_patient.get(response["Location"]))


def test_a_log_of_the_day_before_yesterday_is_shown_but_not_changed(
    as_patient: Client, recovery: Recovery, set_clock: Callable
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id)
    set_clock(at(4, 9))
    response = as_patient.get(url("log_form", recovery, client_id))
    assert response["Location"] == url("log_saved", recovery, client_id)
    assert "Change an answer" not in words(as_patient.get(response["Location"]))


def test_what_the_clinic_noted_is_not_the_patients_to_change(
    as_patient: Client, recovery: Recovery, nurse: User
) -> None:
    client_id = uuid.uuid4()
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET,
        client_id=client_id,
        revision=None,
        log_date=TODAY,
        now=AFTERNOON,
        source=DailyLog.Source.STAFF,
        mode=DailyLog.Mode.PHONE,
        user=nurse,
    )
    response = as_patient.get(url("log_form", recovery, client_id))
    assert response["Location"] == url("log_saved", recovery, client_id)


@pytest.mark.parametrize("state", ["paused", "completed", "withdrawn"])
def test_rules_run_in_every_state(as_patient: Client, recovery: Recovery, state: str) -> None:
    Recovery.objects.update(state=state)
    assert text_of("R01") in saved(as_patient, recovery, saddle="yes")
    assert Alert.objects.get().rule == "R01"
