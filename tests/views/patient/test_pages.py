"""Today, History and the warning signs, as a patient reads them."""

import gzip
import re
import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from recovery.clinical.education import BEFORE_TEXT, PHASE_TEXTS
from recovery.clinical.pathway import local
from recovery.clinical.rules import RULES, RULES_BY_ID, Severity
from recovery.forms.signs import EMERGENCY_SIGNS, URGENT_SIGNS
from recovery.models import Alert, Clinic, DailyLog, Preparation, Recovery, RecoveryPhase, User
from recovery.queries.pathways import phases_of
from recovery.services import logs, tick
from tests.cast import NUMBERS, QUIET, ZONE, checkin_of, default_pathway, make_recovery, user_of
from tests.completed import log_of
from tests.pages import read, words
from tests.pathways import own_pathway
from tests.views.patient.conftest import TODAY, at, is_data, post, url

EXPECTED = "Pain can be higher for a few days."


def log(
    recovery: Recovery, day: int, *, entered: datetime | None = None, **values: Any
) -> DailyLog:
    on = recovery.procedure_on + timedelta(days=day)
    return logs.record(
        recovery_id=recovery.pk,
        values=QUIET | values,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=on,
        now=entered or local(on, time(18), ZONE),
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
        user=user_of(recovery),
    ).log


def client_of(recovery: Recovery) -> Client:
    client = Client()
    client.force_login(user_of(recovery))
    return client


def today(recovery: Recovery) -> str:
    return words(client_of(recovery).get(url("today", recovery)))


# Today
# -----


def test_a_caregiver_reads_whose_page_it_is(recovery: Recovery) -> None:
    name = recovery.patient.given_name
    assert name not in today(recovery)
    recovery.patient.accesses.update(relationship="caregiver")
    said = today(recovery)
    assert f"{name}'s recovery. Wednesday, March 4" in said
    assert f"Day 2 after {name}'s procedure" in said


def test_today_says_the_day_what_is_due_and_what_the_phase_allows(recovery: Recovery) -> None:
    said = today(recovery)
    for part in (
        "Northgate Spine Clinic",
        "Wednesday, March 4",
        "Day 2 after your procedure",
        "Your check-in for today is open",
        "Please answer by 8:00 PM.",
        "Start check-in",
        "Take short, slow walks.",
        EXPECTED,
        "Baths, pools and hot tubs: ask us first.",
        "Something changed?",
        "Now: first 2 days",
        "Next: building up",
    ):
        assert part in said
    assert "Answer for yesterday" not in said


def test_the_newest_check_in_comes_first_and_yesterdays_is_a_link(
    recovery: Recovery, set_clock: Callable
) -> None:
    set_clock(at(3, 7))
    tick.run(now=at(3, 7))
    page = client_of(recovery).get(url("today", recovery))
    assert "Your check-in for today is open" in words(page)
    assert (
        f'{url("log_new", recovery)}?day=yesterday">Answer for yesterday' in page.content.decode()
    )


def test_before_six_yesterdays_check_in_is_the_one(recovery: Recovery, set_clock: Callable) -> None:
    set_clock(at(3, 5))
    page = client_of(recovery).get(url("today", recovery))
    assert "Your check-in for yesterday is open" in words(page)
    assert "It is open until 12:00 PM." in words(page)
    assert f'class="btn" href="{url("log_new", recovery)}?day=yesterday"' in page.content.decode()


def test_an_answered_day_says_when_the_next_check_in_opens(
    as_patient: Client, recovery: Recovery
) -> None:
    post(as_patient, recovery)
    said = today(recovery)
    assert "No check-in is open now" in said
    assert "You last saved a log at 3:30 PM." in said
    assert "The next check-in opens tomorrow, Thursday, at 6:00 AM." in said


def test_an_expired_check_in_is_not_offered_before_the_tick_has_seen_it(
    recovery: Recovery, set_clock: Callable
) -> None:
    set_clock(at(3, 12, 30))
    assert "No check-in is open now" in today(recovery)


def test_before_the_procedure_it_says_the_date_and_what_comes(
    clinic: Clinic, afternoon: datetime
) -> None:
    said = today(make_recovery(clinic, day=-4, now=afternoon))
    assert "Your procedure is on Sunday, March 8" in said
    assert "Ask someone to take you home." in said
    assert "Something changed?" in said
    assert EXPECTED not in said


def test_a_medicine_that_must_not_be_stopped_is_nothing_to_wait_with(
    clinic: Clinic, afternoon: datetime
) -> None:
    said = today(make_recovery(clinic, day=-4, now=afternoon))
    good, _heading, wait = said.partition("Wait until we say so")
    assert "Do not stop any medicine on your own. Ask us first." in good
    assert "medicine" not in wait.partition("Source:")[0].lower()


def test_the_next_check_in_before_the_procedure_is_the_first_form(
    clinic: Clinic, afternoon: datetime
) -> None:
    said = today(make_recovery(clinic, day=-33, now=afternoon))
    assert "The next check-in opens on Saturday, March 7, at 9:00 AM." in said


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("paused", "Day 2 after your procedure Your follow-up is paused"),
        ("completed", "Day 2 after your procedure Your follow-up has ended"),
        ("withdrawn", "Day 2 after your procedure Your follow-up has ended"),
        ("cancelled", "No procedure is planned now Your follow-up has ended"),
    ],
)
def test_a_recovery_that_is_not_followed_says_so_first_and_can_log(
    recovery: Recovery, state: str, told: str
) -> None:
    Recovery.objects.update(state=state)
    said = today(recovery)
    assert f"{told} No check-ins now. You can still log." in said
    assert "Start check-in" not in said
    assert "The next check-in" not in said
    assert "Something changed?" in said


def test_a_weekly_check_in_is_answered_about_today(clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, day=36, now=afternoon)
    page = client_of(recovery).get(url("today", recovery))
    assert "Your check-in for today is open" in words(page)
    assert "It is open until tomorrow at 8:00 PM." in words(page)
    assert f'class="btn" href="{url("log_new", recovery)}"' in page.content.decode()


def test_a_log_from_before_the_procedure_does_not_answer_for_the_evening_after_it(
    clinic: Clinic, set_clock: Callable
) -> None:
    set_clock(at(0, 7))
    recovery = make_recovery(clinic, day=0, now=at(0, 7))
    client = client_of(recovery)
    on = recovery.procedure_on.isoformat()
    post(client, recovery, log_date=on)
    set_clock(at(0, 17))
    tick.run(now=at(0, 17))
    assert "Your check-in for today is open" in today(recovery)

    post(client, recovery, log_date=on)
    assert checkin_of(recovery, "EVE0").completed_by == DailyLog.objects.latest("pk")
    assert "No check-in is open now" in today(recovery)


@pytest.mark.parametrize(("hour", "answered"), [(7, False), (10, True)])
def test_the_evening_is_answered_only_by_what_came_after_the_procedure(
    clinic: Clinic, set_clock: Callable, hour: int, answered: bool
) -> None:
    set_clock(at(0, hour))
    recovery = make_recovery(clinic, day=0, now=at(0, hour))
    log(recovery, 0, entered=at(0, hour))
    set_clock(at(1, 13))
    tick.run(now=at(1, 13))
    assert ("You answered 1 of 1" in today(recovery)) is answered


@pytest.mark.parametrize(
    ("answers", "rule"),
    [({"bladder": "yes", "calf_one_leg": True}, "R01"), ({"calf_one_leg": True}, "R15")],
)
def test_the_text_of_an_alert_stands_above_the_check_in_until_it_is_closed(
    recovery: Recovery, nurse: Any, afternoon: datetime, answers: dict[str, Any], rule: str
) -> None:
    log(recovery, 1, **answers)
    page = client_of(recovery).get(url("today", recovery))
    text = RULES_BY_ID[rule].patient_text.format_map(NUMBERS)
    assert text in read(page).advice
    assert words(page).index(text) < words(page).index("Start check-in")
    assert EXPECTED not in words(page)
    assert "Good to do now" not in words(page)
    assert "Wait until we say so" in words(page)

    Alert.objects.filter(rule=rule).update(
        state="closed", closed_by=nurse, closed_at=afternoon, closing_reason="phone"
    )
    assert text not in read(client_of(recovery).get(url("today", recovery))).advice
    Alert.objects.update(
        state="closed", closed_by=nurse, closed_at=afternoon, closing_reason="phone"
    )
    page = client_of(recovery).get(url("today", recovery))
    assert read(page).advice == ""
    assert EXPECTED in words(page)


def test_an_alert_keeps_the_words_in_which_it_was_shown(recovery: Recovery) -> None:
    stored = log(recovery, 2, chills=True)
    assert stored.advice.startswith("Chills can mean an infection.")
    assert stored.advice in read(client_of(recovery).get(url("today", recovery))).advice


def test_an_alert_that_stands_names_the_number_of_today(recovery: Recovery) -> None:
    client_id = log(recovery, 2, calf_one_leg=True).client_id
    Clinic.objects.update(clinic_phone="555-0777")
    for name, rest in ("today", []), ("log_saved", [client_id]):
        page = client_of(recovery).get(url(name, recovery, *rest))
        assert "Call us today at 555-0777" in read(page).advice
        assert NUMBERS["clinic_phone"] not in read(page).advice


def test_a_correction_does_not_take_an_alerts_text_away(
    as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id, saddle="yes")
    post(as_patient, recovery, client_id, revision="0")
    assert "nerves low in your back" in read(as_patient.get(url("today", recovery))).advice


def test_while_closed_the_button_calls_the_after_hours_line(
    recovery: Recovery, set_clock: Callable
) -> None:
    log(recovery, 2, calf_one_leg=True, entered=at(2, 15))
    set_clock(at(2, 21))
    page = client_of(recovery).get(url("today", recovery))
    assert "We are closed now. Call 555-0199." in read(page).advice
    assert 'class="btn btn-primary" href="tel:5550199"' in page.content.decode()


def test_a_review_alert_does_not_stand_on_today(recovery: Recovery) -> None:
    log(recovery, 2, fall=True)
    page = client_of(recovery).get(url("today", recovery))
    assert read(page).advice == ""
    assert EXPECTED in words(page)


def test_new_weakness_on_the_first_day_is_not_to_be_waited_out(
    clinic: Clinic, set_clock: Callable
) -> None:
    set_clock(at(0, 10, 30))
    said = today(make_recovery(clinic, day=0, now=at(0, 10, 30)))
    assert (
        "New weakness at home is not part of this, nor is numbness in both legs at home. "
        "Do not wait. Get help now: see Warning signs."
    ) in said
    # What is expected is nothing to do.
    assert said.index("Good to do now") < said.index("What you can expect") < said.index("numb")


def test_what_is_seeded_is_what_ships(clinic: Clinic) -> None:
    phases = {phase.code: phase for phase in default_pathway().phases.all()}
    for text in PHASE_TEXTS:
        phase = phases[text.code]
        for part in ("good_now", "wait_with", "expect"):
            assert getattr(phase, part) == "\n".join(getattr(text, part))
    before = Preparation.objects.get(pathway=default_pathway())
    for part in (
        "steps",
        "suits",
        "benefits",
        "risks",
        "choices",
        "good_now",
        "wait_with",
        "about",
    ):
        assert getattr(before, part) == "\n".join(getattr(BEFORE_TEXT, part))


def test_the_spine_has_a_bone_for_each_day(clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, day=5, now=afternoon)
    log(recovery, 0)
    log(recovery, 1)
    log(recovery, 3, entered=at(1, 10))
    page = client_of(recovery).get(url("today", recovery)).content.decode()
    spine = page.partition('class="ic-spine"')[2].partition("</svg>")[0]
    looks = [rect.partition('"')[0].strip() for rect in spine.split('<rect class="')[1:]]
    assert looks[:6] == ["is-done", "is-done", "is-miss", "is-late", "is-miss", "is-today"]
    assert looks[6:] == [""] * 9
    assert "You answered 3 of 5 check-ins that have closed." in page


def test_the_source_and_review_date_of_the_advice_are_shown(recovery: Recovery) -> None:
    assert "Source: A published account of the procedure; discharge sheets. To be" in today(
        recovery
    )
    RecoveryPhase.objects.filter(code="short_term").update(source="Our sheet (ward S1), 2026 (S2)")
    phases_of.cache_clear()
    assert "Source: Our sheet (ward S1), 2026. To be checked again by May 2027." in today(recovery)


@pytest.mark.parametrize("name", ["today", "history"])
@pytest.mark.parametrize("days", [0, 14])
def test_pages_cost_eight_statements_whatever_the_history(
    clinic: Clinic, afternoon: datetime, django_assert_max_num_queries: Any, name: str, days: int
) -> None:
    recovery = make_recovery(clinic, day=20, now=afternoon)
    for day in range(days):
        log(recovery, day, pain_avg=day % 5)
    client = client_of(recovery)
    with django_assert_max_num_queries(12) as counted:
        assert client.get(url(name, recovery)).status_code == 200
    statements = [query["sql"] for query in counted.captured_queries]
    assert len([sql for sql in statements if is_data(sql)]) <= 8, statements


# History
# -------


def history(recovery: Recovery, page: int = 1) -> Any:
    return client_of(recovery).get(url("history", recovery) + f"?page={page}")


def test_an_empty_history_says_so(recovery: Recovery) -> None:
    said = words(history(recovery))
    assert "You have not logged your pain yet." in said
    assert "print this page" not in said


def test_an_emergency_stands_above_the_history_too(clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, day=9, now=afternoon)
    log(recovery, 9, bladder="yes")
    said = words(history(recovery))
    assert (
        said.index("Get help now") < said.index("This stays here until") < said.index("Your pain")
    )


def test_history_is_a_sentence_a_chart_and_the_list(clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, day=17, now=afternoon)
    for day, pain in enumerate([5, 8, 8, 7, 6]):
        log(recovery, day, pain_avg=pain)
    log(recovery, 7, pain_avg=5, entered=local(recovery.procedure_on + timedelta(8), time(9), ZONE))
    log(recovery, 12, pain_avg=3)
    page = history(recovery)
    said = words(page)
    assert "Your last answer was 3, on day 12. Before your procedure it was 6." in said
    assert "Pain was between 3 and 8, and 3 on day 12." in said
    assert "Flare, days 1 to 3" in said
    assert "Relief can take up to a month." in said
    html = page.content.decode()
    chart = html.partition("<figure")[2].partition("<figcaption")[0]
    assert chart.count('class="c-dot"') == 6
    assert chart.count('class="c-dot--late"') == 1
    # Days 0 to 4 are joined; what lies between 4, 7 and 12 is not known.
    assert chart.count('class="c-line"') == 1
    assert chart.count('class="c-gap"') == 2
    assert "style=" not in html
    assert "Day 7 5 Entered later" in said


OPIOID = {"opioids": [{"drug": "oxycodone", "mg": 5, "doses": 2}]}
TABLETS, NO_TABLETS, NO_OPIOID = (
    {"acetaminophen_mg": 1000},
    {"acetaminophen_mg": 0},
    {"opioids": []},
)


@pytest.mark.parametrize(
    ("told", "said", "boxes"),
    [
        pytest.param([OPIOID | TABLETS], "Both", (1, 0, 1, 0), id="both"),
        pytest.param([OPIOID | NO_TABLETS], "Opioid", (1, 0, 0, 1), id="an opioid alone"),
        pytest.param([OPIOID], "Opioid", (1, 0, 0, 0), id="and the other not answered"),
        pytest.param([NO_OPIOID | TABLETS], "Acetaminophen", (0, 1, 1, 0), id="tablets alone"),
        pytest.param([NO_OPIOID | NO_TABLETS], "None", (0, 1, 0, 1), id="none"),
        pytest.param([NO_OPIOID], "No opioid", (0, 1, 0, 0), id="half an answer"),
        pytest.param([NO_TABLETS], "No acetaminophen", (0, 0, 0, 1), id="the other half"),
        pytest.param([OPIOID, NO_OPIOID], "Opioid", (1, 0, 0, 0), id="taken stays taken"),
        pytest.param(
            [{"opioids": [{"drug": "other"}]}], "Opioid", (1, 0, 0, 0), id="one without a factor"
        ),
    ],
)
def test_history_shows_what_medicine_was_taken_day_by_day(
    clinic: Clinic,
    afternoon: datetime,
    told: list[dict[str, Any]],
    said: str,
    boxes: tuple[int, ...],
) -> None:
    recovery = make_recovery(clinic, day=5, now=afternoon)
    for values in told:
        log(recovery, 3, **values)
    log(recovery, 4)
    page = history(recovery)
    assert f"Day 4 4 Not answered Day 3 4 {said} " in words(page)
    html = page.content.decode()
    lanes = html.partition("Opioid</text>")[2].partition("</svg>")[0].split("Acetaminophen</text>")
    drawn = []
    for lane in lanes:
        none = "".join(re.findall(r'c-med--none" d="([^"]*)"', lane))
        every = "".join(re.findall(r'class="c-med[^"]*" d="([^"]*)"', lane))
        drawn += [every.count("M") - none.count("M"), none.count("M")]
    assert tuple(drawn) == boxes
    text = f"Opioid: taken on {boxes[0]} of your days, none on {boxes[1]}. Acetaminophen: taken on "
    assert f"{text}{boxes[2]} of your days, none on {boxes[3]}." in words(page)


def test_without_an_answer_about_medicine_there_is_no_strip(recovery: Recovery) -> None:
    log(recovery, 1)
    html = history(recovery).content.decode()
    assert "c-med" not in html
    assert "acetaminophen" not in html


def test_a_day_with_medicine_and_no_pain_is_in_the_table_alone(recovery: Recovery) -> None:
    log(recovery, 0)
    log(recovery, 1, **OPIOID, pain_avg=None)
    page = history(recovery)
    assert "Day 1 – Opioid Day 0 4 Not answered" in words(page)
    assert page.content.decode().count('class="c-dot"') == 2  # the dot and its key


def test_no_dose_and_no_total_is_shown_to_a_patient(recovery: Recovery) -> None:
    log(recovery, 1, **OPIOID, **TABLETS)
    html = history(recovery).content.decode()
    assert "MME" not in html
    assert "1000" not in html
    assert "15" not in html.partition("<figure")[2].partition("<desc")[0]


def test_a_year_of_history_stays_a_small_page(clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, day=364, now=afternoon, ticked=False)
    DailyLog.objects.bulk_create(
        log_of(recovery, day, (day * 7) % 9, late=day % 9 == 0, acetaminophen_mg=500 * (day % 2))
        for day in range(365)
    )
    DailyLog.objects.filter(day__gt=9).update(opioid_mme=0)
    DailyLog.objects.filter(day__lt=9).update(opioid_mme=15)
    html = history(recovery).content
    assert b"Day 364" in html
    assert len(html) <= 60_000
    assert len(gzip.compress(html)) <= 15_000


def test_only_the_current_version_is_shown(as_patient: Client, recovery: Recovery) -> None:
    client_id = uuid.uuid4()
    post(as_patient, recovery, client_id, pain_avg="9", pain_controlled="yes")
    post(as_patient, recovery, client_id, pain_avg="2", revision="0")
    said = words(history(recovery))
    assert "Pain 2 of 10. Saved at 3:30 PM. Changed." in said
    assert "Pain 9" not in said


def test_change_is_offered_for_own_logs_of_today_and_yesterday(recovery: Recovery) -> None:
    shown = {day: log(recovery, day) for day in (0, 1, 2)}
    noted = log(recovery, 2)
    DailyLog.objects.filter(pk=noted.pk).update(source="staff", mode="phone")
    html = history(recovery).content.decode()
    offered = {
        day: f'href="{url("log_form", recovery, one.client_id)}"' in html
        for day, one in shown.items()
    }
    assert offered == {0: False, 1: True, 2: True}
    assert url("log_form", recovery, noted.client_id) + '"' not in html
    assert "Noted by the clinic." in html


def test_nothing_is_called_expected_while_an_alert_stands(
    clinic: Clinic, afternoon: datetime
) -> None:
    recovery = make_recovery(clinic, day=17, now=afternoon)
    for day, pain in enumerate([5, 8, 8, 4]):
        log(recovery, day, pain_avg=pain)
    assert "Flare" in words(history(recovery))
    log(recovery, 16, calf_one_leg=True)
    said = words(history(recovery))
    assert "Flare" not in said
    assert "Relief can take" not in said


@pytest.mark.parametrize(("day", "expected"), [(30, True), (31, False), (92, False)])
def test_relief_is_expected_within_a_month_and_not_after_it(
    clinic: Clinic, afternoon: datetime, day: int, expected: bool
) -> None:
    recovery = make_recovery(clinic, day=day, now=afternoon)
    log(recovery, day)
    for said in today(recovery), words(history(recovery)):
        assert ("Relief can take up to a month." in said) is expected


def test_a_flare_ends_by_day_three(clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, day=5, now=afternoon)
    for day, pain in enumerate([5, 8, 8, 7, 7, 7]):
        log(recovery, day, pain_avg=pain, pain_controlled=True)
    assert not Alert.objects.filter(rule__in=["R18", "R34"]).exists()
    assert "Flare, days 1 to 3" in words(history(recovery))


def test_a_rise_that_staff_look_at_is_no_flare(clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, day=6, now=afternoon)
    for day, pain in enumerate([5, 8, 8, 8, 8]):
        log(recovery, day, pain_avg=pain, pain_controlled=True)
    assert Alert.objects.filter(rule="R34", state="open").exists()
    assert "Flare" not in words(history(recovery))


def test_all_that_was_logged_counts_in_the_sentence(clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, day=2, now=afternoon)
    log(recovery, 1, pain_avg=10, pain_controlled=True, entered=at(1, 9))
    log(recovery, 1, pain_avg=2, entered=at(1, 18))
    assert "Pain was between 2 and 10, and 2 on day 1." in words(history(recovery))


@pytest.mark.parametrize(
    ("page", "first", "shown"), [(1, 39, 30), (2, 9, 10), (99, 9, 10), (0, 39, 30)]
)
def test_the_list_comes_in_pages(
    clinic: Clinic, afternoon: datetime, page: int, first: int, shown: int
) -> None:
    recovery = make_recovery(clinic, day=39, now=afternoon)
    rows = [log(recovery, day) for day in range(40)]
    html = history(recovery, page).content.decode()
    linked = [one.day for one in rows if url("log_saved", recovery, one.client_id) in html]
    assert (max(linked), len(linked)) == (first, shown)
    assert f"Page {1 if first == 39 else 2} of 2" in html


def test_pain_without_a_baseline_is_shown_without_one(clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, now=afternoon, baseline_pain=None)
    log(recovery, 2)
    said = words(history(recovery))
    assert "Your last answer was 4, on day 2." in said
    assert "Before" not in said.partition("Your logs")[0].partition("Your last answer")[2]


# Warning signs
# -------------


def test_the_warning_signs_name_every_red_flag_and_whom_to_call(recovery: Recovery) -> None:
    said = words(client_of(recovery).get(url("signs", recovery)))
    for signs in (*EMERGENCY_SIGNS.values(), *URGENT_SIGNS.values()):
        for sign in signs:
            assert str(sign) in said
    for number in NUMBERS.values():
        assert number in said


def test_the_warning_signs_call_whoever_answers_now(
    recovery: Recovery, set_clock: Callable
) -> None:
    for hour, number in ((15, "5550142"), (23, "5550199")):
        set_clock(at(2, hour))
        html = client_of(recovery).get(url("signs", recovery)).content.decode()
        assert f'class="btn btn-primary" href="tel:{number}"' in html


def test_every_emergency_rule_has_its_words() -> None:
    emergencies = {rule.id for rule in RULES if rule.severity == Severity.EMERGENCY}
    assert emergencies == EMERGENCY_SIGNS.keys()
    urgent = {rule.id for rule in RULES if rule.severity == Severity.URGENT}
    assert URGENT_SIGNS.keys() <= urgent


# Every page
# ----------


@pytest.mark.parametrize("name", ["today", "history", "signs", "log_form"])
def test_help_is_the_last_thing_on_every_page(recovery: Recovery, name: str) -> None:
    address = url(name, recovery, *([uuid.uuid4()] if name == "log_form" else []))
    html = client_of(recovery).get(address).content.decode()
    bar = html.partition('<nav class="ic-help"')[2]
    assert url("signs", recovery) in bar
    assert 'href="tel:5550142"' in bar
    assert "open until 5\u00a0PM" in bar
    assert bar.partition("</nav>")[2].split() == ["</body>", "</html>"]
    assert "It is not an emergency service." in html
    assert 'href="tel:911"' in html


def test_names_are_escaped(recovery: Recovery) -> None:
    Clinic.objects.update(name="<b>Spine</b> & Co")
    html = client_of(recovery).get(url("today", recovery)).content.decode()
    assert "<b>Spine</b>" not in html
    assert "&lt;b&gt;Spine&lt;/b&gt; &amp; Co" in html


def test_the_date_is_that_of_the_patients_zone(clinic: Clinic, set_clock: Callable) -> None:
    set_clock(local(TODAY, time(23, 30), ZONE))
    recovery = make_recovery(clinic, now=local(TODAY, time(23, 30), ZONE), zone="Asia/Tokyo")
    said = today(recovery)
    assert "Thursday, March 5" in said
    assert "Day 2 after your procedure" in said


def test_the_spine_of_a_pathway_with_many_logs_has_a_width_for_each(
    clinic: Clinic, manager: User, as_patient: Client, afternoon: Any
) -> None:
    def daily(day: int) -> dict[str, Any]:
        return {
            "key": f"DAY-{day:02}",
            "form": "daily",
            "day": day,
            "opens": f"D{day} 06:00",
            "due": f"D{day} 20:00",
            "expires": f"D{day + 1} 12:00",
            "reminders": [],
        }

    def logs_to_day_111(data: dict[str, Any]) -> None:
        kept = [form for form in data["forms"] if form["form"] != "daily"]
        data["forms"] = kept + [daily(day) for day in range(1, 112)]

    pathway = own_pathway(clinic, manager, logs_to_day_111)
    recovery = make_recovery(clinic, day=20, now=at(2, 15))
    Recovery.objects.filter(pk=recovery.pk).update(pathway=pathway)
    html = client_of(recovery).get(url("today", recovery)).content.decode()
    spine = html[html.index('class="ic-spine"') :].partition("</svg>")[0]
    bones = re.findall(r'x="([-\d.]+)" y="[\d.]+" width="([-\d.]+)"', spine)
    assert len(bones) == 112
    assert all(float(width) > 0 for _x, width in bones)
    assert max(float(x) + float(width) for x, width in bones) <= 358.1
