"""The outcomes page: groups with their denominators, small ones hidden, also by difference."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recovery.clinical.reported import OPIOIDS, RESPONDED
from recovery.models import Alert, Clinic, Milestone, Outcome, Recovery
from recovery.queries.outcome_figures import MARKS
from recovery.services import alerts, contacts, tick
from tests.cast import NOW, make_recovery
from tests.outcomes import a_good_year, alert, answered, treated

pytestmark = pytest.mark.django_db
LAST_SUMMER = datetime(2025, 7, 10, 14, tzinfo=UTC)
LAST_FALL = datetime(2025, 11, 10, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(set_clock: Any) -> None:
    set_clock(NOW)


def page(client: Client, **asked: str) -> str:
    response = client.get(reverse("outcomes"), asked)
    assert response.status_code == 200
    return words(response.content.decode())


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def offered(client: Client, **asked: str) -> list[str]:
    html = client.get(reverse("outcomes"), asked).content.decode()
    return re.findall(r'<option value="([^"]+)"', html)


def test_without_a_procedure_it_says_so(as_manager: Client, clinic: Clinic) -> None:
    assert "0 procedures so far. Outcomes are shown from 5 on." in page(as_manager)


def test_a_period_without_a_form_says_so(as_manager: Client, clinic: Clinic) -> None:
    treated(clinic, 6, at=NOW - timedelta(days=5))
    shown = page(as_manager)
    assert "No outcome form has come due in this period yet" in shown
    assert "none due yet" in shown


def test_forms_that_nobody_answered_divide_by_nothing(as_manager: Client, clinic: Clinic) -> None:
    answered(treated(clinic, 6, at=LAST_FALL), state="missed")
    shown = page(as_manager)
    assert "0 of 6 due, 0%" in shown
    assert "No score both before and after yet." in shown


def test_each_figure_has_its_people_the_missing_and_the_rate_beside_it(
    as_manager: Client, clinic: Clinic
) -> None:
    answered(treated(clinic, 6, at=LAST_FALL), nrs=(7, 4), peg=(20, 14), pgic=2)
    answered(treated(clinic, 2, at=LAST_FALL), nrs=(7, 6), peg=(20, 20), pgic=4)
    answered(treated(clinic, 2, at=LAST_FALL), state="missed")
    shown = page(as_manager)
    assert "8 of 10 due, 80%" in shown
    # 6 of 8 met it; with the two missing counted as no, 6 of 10.
    assert "Pain down 2 points or more 0 to 10, average of 7 days 6 of 8 75% (41 to 93) 60% 2" in (
        shown
    )
    # Exactly 30 percent by raw sums.
    assert "PEG down 30% or more raw sum 6 of 8 75% (41 to 93) 60% 2" in shown
    assert "Much or very much better PGIC 1 or 2 6 of 8" in shown
    # Mean 2.5; six fell by 3 and two by 1.
    assert "3 months 2.5 (1.7 to 3.3) 3.0 (2.0 to 3.0) 0 8 of 10 2 80%" in shown


def test_a_form_is_due_once_its_window_has_ended(
    as_nurse: Client, as_manager: Client, clinic: Clinic, set_clock: Any
) -> None:
    """On D28 the one-month form is open until D37: who has not answered yet is not missing, and who
    has is not all that will be.
    """
    people = [make_recovery(clinic, day=28, now=NOW) for _n in range(20)]
    form = {"mode": "paper", "NRS-0": "3", "save_incomplete": "1"}
    for one in people[:6]:
        url = reverse("staff_checkin", args=[one.uuid, "C30"])
        assert as_nurse.post(url, form).status_code == 302
    shown = page(as_manager, at="one_month")
    assert "6 of 6" not in shown
    assert "1 month none due yet 6 answered, still open: not counted yet" in shown
    later = NOW + timedelta(days=10)
    set_clock(later)
    tick.run(now=later)
    shown = page(as_manager, at="one_month")
    assert "6 of 20 due, 30% no answer 14, late 0" in shown
    assert "still open" not in shown


def test_an_open_form_counts_in_no_figure_of_those_whose_time_is_over(
    as_manager: Client, clinic: Clinic, set_clock: Any
) -> None:
    answered(treated(clinic, 6, at=LAST_FALL), nrs=(7, 4))
    answered(treated(clinic, 2, at=LAST_FALL), state="missed")
    open_until = NOW + timedelta(days=1)
    answered(treated(clinic, 7, at=LAST_FALL), nrs=(7, 7), pgic=2, expires_at=open_until)
    shown = page(as_manager)
    assert "6 of 8 due, 75% no answer 2, late 0. 7 more answered, still open: not counted" in shown
    assert "average of 7 days 6 of 6 100% (61 to 100) 75% 2" in shown
    assert "3 months 3.0 (3.0 to 3.0) 3.0 (3.0 to 3.0) 0 6 of 8 2 75%" in shown
    assert "Much or very much better" not in shown
    set_clock(open_until)
    shown = page(as_manager)
    assert "13 of 15 due, 87% no answer 2, late 0 " in shown
    assert "average of 7 days 6 of 13 46% (23 to 71) 40% 2" in shown


def test_a_part_is_counted_and_hidden_by_those_whose_time_is_over(
    as_manager: Client, clinic: Clinic
) -> None:
    """Haddad's seven have answered; of three the window is open, so four are not shown, nor are
    Aldana's nine, which are everybody's less those four.
    """
    answered(treated(clinic, 9, at=LAST_FALL), nrs=(7, 2))
    theirs = treated(clinic, 7, at=LAST_FALL, surgeon="Samir Haddad")
    answered(theirs[:4], nrs=(7, 7))
    answered(theirs[4:], nrs=(7, 7), expires_at=NOW + timedelta(days=2))
    assert "average of 7 days 9 of 13" in page(as_manager)
    shown = page(as_manager, group="surgeon:Samir Haddad")
    assert "too few are due, here or among the others. 3 answered, still open" in shown
    for name in ("Mia Aldana", "Samir Haddad"):
        assert "Too few answers to be shown" in page(as_manager, group=f"surgeon:{name}")


def test_2_points_and_30_percent_are_two_marks(as_manager: Client, clinic: Clinic) -> None:
    answered(treated(clinic, 5, at=LAST_FALL), nrs=(7, 5))
    shown = page(as_manager)
    assert "average of 7 days 5 of 5" in shown
    assert "Pain down 30% or more same item 0 of 5" in shown


def test_a_baseline_of_0_has_no_percent(as_manager: Client, clinic: Clinic) -> None:
    answered(treated(clinic, 6, at=LAST_FALL), nrs=(7, 4))
    answered(treated(clinic, 2, at=LAST_FALL), nrs=(0, 0))
    shown = page(as_manager)
    assert "average of 7 days 6 of 8" in shown
    assert "Pain down 30% or more same item 6 of 6" in shown


def test_a_fall_of_exactly_the_mark_counts_whatever_its_decimals(
    as_manager: Client, clinic: Clinic
) -> None:
    """36.666667 less 26.666667 and 16.4 less 1.4 come to a little less where floats compute."""
    answered(treated(clinic, 5, at=LAST_FALL), nrs=(7, 4), odi=("36.666667", "26.666667"))
    answered(treated(clinic, 5, at=LAST_FALL), nrs=(7, 4), odi=("16.4", "1.4"))
    shown = page(as_manager)
    assert "ODI down 10 or more 0 to 100, entered by staff 10 of 10" in shown
    assert "ODI down 15 and pain down 2 both, as the trials count it 5 of 10" in shown
    assert "pain better 10 (100%) 0 (0%)" in shown


def test_the_trials_stand_beside_with_source_and_funding(
    as_manager: Client, clinic: Clinic
) -> None:
    answered(treated(clinic, 5, at=LAST_FALL), nrs=(7, 4), odi=(50, 30))
    shown = page(as_manager)
    assert "INTRACEPT, interim treated 3.5" in shown
    assert "SMART, per protocol sham 15.2" in shown
    assert "All of these studies were funded by the maker (M)." in shown
    assert "not a target" in shown
    assert "S6 INTRACEPT" in shown


@pytest.mark.parametrize(
    ("form", "months"),
    [
        ("one_month", {3}),
        ("three_month", {3}),
        ("six_month", {6}),
        ("one_year", {12}),
        ("two_year", {24, 60}),
    ],
)
def test_so_does_who_met_a_mark_in_them_at_the_time_that_is_looked_at(
    as_manager: Client, clinic: Clinic, form: str, months: set[int]
) -> None:
    answered(treated(clinic, 5, at=datetime(2023, 11, 10, 14, tzinfo=UTC)), form, nrs=(7, 4))
    shown = page(as_manager, at=form)
    for one in RESPONDED:
        spread = f" ({one.interval})" if one.interval else ""
        study = f"{one.of.study} {one.of.arm}, n {one.of.n} {one.percent}%{spread} {one.source}"
        row = f"{one.met} {one.months} months {study} funding: {one.of.funding}"
        assert (row in shown) is (one.months in months)
    assert "Shares of people in a study, not a target" in shown
    assert "that the maker paid for the trials is not verified (M)" in shown


def test_and_what_they_report_of_opioids(as_manager: Client, clinic: Clinic) -> None:
    treated(clinic, 5, at=LAST_FALL)
    shown = page(as_manager)
    for one in OPIOIDS:
        study = f"{one.of.study} {one.of.arm}, n {one.of.n} {one.source}"
        assert f"{one.said} {one.after} {study} funding: {one.of.funding}" in shown
    assert "S9 use of health care after the procedure, McCormick 2023, abstract" in shown


def test_a_mark_of_studies_is_one_of_the_page() -> None:
    assert {str(one.met) for one in RESPONDED} <= {str(mark.label) for mark in MARKS}


def test_under_five_answers_no_figure_is_shown(as_manager: Client, clinic: Clinic) -> None:
    answered(treated(clinic, 4, at=LAST_FALL), nrs=(7, 4))
    answered(treated(clinic, 3, at=LAST_FALL), state="missed")
    shown = page(as_manager)
    assert "4 of 7 due" in shown
    assert "Too few answers to be shown" in shown
    assert "4 of 4" not in shown


def test_nor_how_many_answered_where_under_five_are_due(as_manager: Client, clinic: Clinic) -> None:
    answered(treated(clinic, 3, at=LAST_FALL), nrs=(7, 4))
    answered(treated(clinic, 1, at=LAST_FALL), state="missed")
    treated(clinic, 3, at=NOW - timedelta(days=5))
    shown = page(as_manager)
    assert "Form at 3 months answered - too few are due, here or among the others" in shown
    assert "3 months too few are due, here or among the others -" in shown
    assert "3 months not shown not shown" in shown
    assert not re.search(r"[34] of 4|4 due", shown)


# Groups
# ------


def test_a_group_is_chosen_by_surgeon_however_the_name_was_typed(
    as_manager: Client, clinic: Clinic
) -> None:
    answered(treated(clinic, 3, at=LAST_FALL, surgeon="mia  aldana"), nrs=(7, 2))
    answered(treated(clinic, 3, at=LAST_FALL), nrs=(7, 2))
    answered(treated(clinic, 6, at=LAST_FALL, surgeon="Samir Haddad"), nrs=(7, 7))
    shown = page(as_manager, group="surgeon:Mia Aldana")
    assert "average of 7 days 6 of 6" in shown
    assert "Surgeon: Mia Aldana" in shown
    assert "average of 7 days 0 of 6" in page(as_manager, group="surgeon:Samir Haddad")


@pytest.mark.parametrize(
    ("facts", "group"),
    [
        ({"levels": "S1, l5"}, "levels:L5, S1"),
        ({"modic": "2"}, "modic:2"),
        ({"pain_months": 6}, "pain:over"),
        ({"care_months": 5}, "care:under"),
        ({"icd10": "M54.51"}, "diagnosis:M54.51"),
    ],
)
def test_and_by_each_fact_of_the_indication(
    as_manager: Client, clinic: Clinic, facts: dict[str, Any], group: str
) -> None:
    answered(treated(clinic, 5, at=LAST_FALL, **facts), nrs=(7, 2))
    answered(treated(clinic, 7, at=LAST_FALL), nrs=(7, 7))
    assert group in offered(as_manager)
    assert "average of 7 days 5 of 5" in page(as_manager, group=group)


def test_and_by_year_and_quarter(as_manager: Client, clinic: Clinic) -> None:
    answered(treated(clinic, 5, at=LAST_SUMMER), nrs=(7, 2))
    answered(treated(clinic, 6, at=LAST_FALL), nrs=(7, 7))
    assert offered(as_manager)[:3] == ["2025", "2025-Q3", "2025-Q4"]
    assert "average of 7 days 5 of 5" in page(as_manager, period="2025-Q3")
    assert "average of 7 days 5 of 11" in page(as_manager, period="2025")


def test_a_small_group_is_not_offered_nor_what_would_give_it_away(
    as_manager: Client, clinic: Clinic
) -> None:
    """Three of Ribeiro's are everybody less the others': one of the others is hidden too."""
    answered(treated(clinic, 9, at=LAST_FALL), nrs=(7, 2))
    answered(treated(clinic, 6, at=LAST_FALL, surgeon="Samir Haddad"), nrs=(7, 2))
    answered(treated(clinic, 3, at=LAST_FALL, surgeon="Tomas Ribeiro"), nrs=(7, 2))
    by_surgeon = [one for one in offered(as_manager) if one.startswith("surgeon:")]
    assert by_surgeon == ["surgeon:Mia Aldana"]
    shown = page(as_manager, group="surgeon:Tomas Ribeiro")
    assert "Choose one of the list. Groups under 5 are not in it." in shown


def test_what_is_refused_of_a_choice_stands_beside_its_field(
    as_manager: Client, clinic: Clinic
) -> None:
    answered(treated(clinic, 9, at=LAST_FALL), nrs=(7, 2))
    html = as_manager.get(reverse("outcomes"), {"group": "surgeon:x"}).content.decode()
    field = html.partition('id="id_group"')[2].partition('id="id_at"')[0]
    assert "Choose one of the list. Groups under 5 are not in it." in words(field)


def test_a_figure_is_hidden_where_the_other_groups_answers_are_few(
    as_manager: Client, clinic: Clinic
) -> None:
    """Haddad's two answers are everybody's less Aldana's, so Aldana's are not shown either."""
    answered(treated(clinic, 9, at=LAST_FALL), nrs=(7, 2))
    theirs = treated(clinic, 6, at=LAST_FALL, surgeon="Samir Haddad")
    answered(theirs[:2], nrs=(7, 7))
    answered(theirs[2:], state="missed")
    assert "average of 7 days 9 of 11" in page(as_manager)
    for name in ("Mia Aldana", "Samir Haddad"):
        assert "Too few answers to be shown" in page(as_manager, group=f"surgeon:{name}")


def test_so_is_the_completion_where_few_of_the_others_are_due(
    as_manager: Client, clinic: Clinic
) -> None:
    answered(treated(clinic, 9, at=LAST_FALL), nrs=(7, 2))
    theirs = treated(clinic, 6, at=LAST_FALL, surgeon="Samir Haddad")
    answered(theirs[:4], state="missed")
    assert "9 of 13 due, 69%" in page(as_manager)
    for name in ("Mia Aldana", "Samir Haddad"):
        shown = page(as_manager, group=f"surgeon:{name}")
        assert "Form at 3 months answered - too few are due, here or among the others" in shown
        assert "9 of 9" not in shown


def test_a_mark_of_percent_is_hidden_by_those_who_have_a_percent(
    as_manager: Client, clinic: Clinic
) -> None:
    """One of Haddad's five had no pain before, so that everybody's less Aldana's are four."""
    answered(treated(clinic, 6, at=LAST_FALL), nrs=(8, 2))
    theirs = treated(clinic, 5, at=LAST_FALL, surgeon="Samir Haddad")
    answered(theirs[:4], nrs=(8, 7))
    answered(theirs[4:], nrs=(0, 0))
    assert "Pain down 30% or more same item 6 of 10" in page(as_manager)
    shown = page(as_manager, group="surgeon:Mia Aldana")
    assert "average of 7 days 6 of 6" in shown
    assert "Pain down 30% or more same item Too few" in shown
    assert "Pain down 50% or more same item Too few" in shown


# Of one kind the fourth quarter has one person. That it cannot be had, other cells are hidden, in
# the end the totals of two quarters: their groups of that kind are all there is of them.
ONE_ALONE = {(2, "1"): 15, (5, "1"): 6, (8, "2"): 15, (11, "1"): 15, (11, "2"): 1}


def test_a_period_that_any_fact_needs_hidden_is_not_offered(
    as_manager: Client, clinic: Clinic
) -> None:
    for (month, modic), n in ONE_ALONE.items():
        treated(clinic, n, at=LAST_FALL.replace(month=month), modic=modic)
    assert offered(as_manager)[:3] == ["2025", "2025-Q1", "2025-Q4"]
    assert offered(as_manager, period="2025-Q3")[3:] == offered(as_manager)[3:]


def test_nor_is_a_figure_of_it_shown(as_manager: Client, clinic: Clinic) -> None:
    for (month, modic), n in ONE_ALONE.items():
        people = treated(clinic, 20, at=LAST_FALL.replace(month=month), modic=modic)
        answered(people[:n], nrs=(7, 2))
        answered(people[n:], state="missed")
    assert "average of 7 days 15 of 15" in page(as_manager, period="2025-Q1")
    for asked in ({}, {"group": "surgeon:Mia Aldana"}):
        shown = page(as_manager, period="2025-Q3", **asked)
        assert "15 of 20 due" in shown
        assert "average of 7 days Too few" in shown


@pytest.mark.parametrize(("due", "told"), [(4, "too few have come so far"), (7, "10 of 10 told:")])
def test_opioids_are_hidden_by_those_whose_time_has_come(
    as_manager: Client, clinic: Clinic, due: int, told: str
) -> None:
    """A log of D27 tells of one month too, and counts from D30 on: until then Haddad's are four."""
    past, soon = NOW - timedelta(days=60), NOW - timedelta(days=27)
    treated(clinic, 10, at=past, opioid_use={"one_month": False})
    treated(clinic, 4, at=past, surgeon="Samir Haddad", opioid_use={"one_month": True})
    treated(clinic, due - 4, at=past, surgeon="Samir Haddad")
    treated(clinic, 1, at=soon, surgeon="Samir Haddad", opioid_use={"one_month": False})
    assert f"4 of 14 told, {10 + due} due" in page(as_manager)
    shown = page(as_manager, group="surgeon:Mia Aldana")
    assert f"1 month {told}" in shown
    assert "10 of 10 told, 10 due" not in shown


@pytest.mark.parametrize(("followed", "is_shown"), [(3, False), (5, True)])
def test_milestones_are_hidden_where_few_of_the_others_were_followed_as_long(
    as_manager: Client, clinic: Clinic, nurse: Any, followed: int, is_shown: bool
) -> None:
    """Everybody's less Aldana's would be those of Haddad's alone who have passed D90."""
    ours = treated(clinic, 10, at=LAST_FALL)
    theirs = treated(clinic, followed, at=LAST_FALL, surgeon="Samir Haddad")
    treated(clinic, 5, at=datetime(2025, 12, 20, 14, tzinfo=UTC), surgeon="Samir Haddad")
    for one in ours[:6] + theirs[:2]:
        told(one, nurse, "walked")
    assert f"Walked for 10 minutes 8 of {10 + followed} " in page(as_manager)
    shown = page(as_manager, group="surgeon:Mia Aldana")
    assert "Surgeon: Mia Aldana" in shown
    assert ("Walked for 10 minutes 6 of 10 60% " in shown) is is_shown
    assert ("Walked" in shown) is is_shown
    assert ("or too few people, here or among the others" in shown) is not is_shown


@pytest.mark.parametrize(("passed", "is_shown"), [(3, False), (5, True)])
def test_so_are_the_days_logged_where_few_of_the_others_have_passed_the_fortnight(
    as_manager: Client, clinic: Clinic, passed: int, is_shown: bool
) -> None:
    winter = datetime(2026, 1, 10, 14, tzinfo=UTC)
    treated(clinic, 10, at=winter, fortnight_days_logged=7)
    theirs = {"surgeon": "Samir Haddad", "fortnight_days_logged": 14}
    treated(clinic, passed, at=winter, **theirs)
    treated(clinic, 5, at=NOW - timedelta(days=5), surgeon="Samir Haddad")
    assert f"of {14 * (10 + passed)} days" in page(as_manager)
    shown = page(as_manager, group="surgeon:Mia Aldana")
    assert ("70 of 140 days" in shown) is is_shown
    assert ("too few have passed D14, here or among the others" in shown) is not is_shown


def test_a_milestone_keeps_its_line_whatever_the_filter(
    as_manager: Client, clinic: Clinic, nurse: Any
) -> None:
    """Of everybody most have walked, of Aldana's most drove a car."""
    ours = treated(clinic, 8, at=LAST_FALL)
    theirs = treated(clinic, 8, at=LAST_FALL, surgeon="Samir Haddad")
    for one in ours[:5] + theirs:
        told(one, nurse, "walked")
    for one in ours[:6] + theirs[:5]:
        told(one, nurse, "drove")
    assert lines(as_manager) == {"Walked for 10 minutes, 81%": "2", "Drove a car, 69%": "3"}
    hers = lines(as_manager, group="surgeon:Mia Aldana")
    assert hers == {"Drove a car, 75%": "3", "Walked for 10 minutes, 63%": "2"}


def lines(client: Client, **asked: str) -> dict[str, str]:
    """How the line beside each name is drawn."""
    html = client.get(reverse("outcomes"), asked).content.decode()
    found = re.findall(r'c-step--(\d)" d="M482[^>]*/><text[^>]*>([^<]*)', html)
    return {name: style for style, name in found}


def told(recovery: Recovery, nurse: Any, code: str) -> None:
    Milestone.objects.create(
        recovery=recovery,
        code=code,
        on=recovery.procedure_on + timedelta(days=3),
        recorded_at=NOW,
        recorded_by=nurse,
        source="staff",
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"period": "1999"},
        {"period": "2025-Q9"},
        {"group": "surgeon:nobody"},
        {"group": "nothing"},
        {"at": "never"},
        {"period": "'; DROP TABLE--"},
        {"group": "\x00"},
    ],
)
def test_what_is_not_offered_is_said_and_everybody_is_shown(
    as_manager: Client, clinic: Clinic, asked: dict[str, str]
) -> None:
    answered(treated(clinic, 6, at=LAST_FALL), nrs=(7, 2))
    shown = page(as_manager, **asked)
    assert "Error:" in shown
    assert "Choose one of the list." in shown
    assert "average of 7 days 6 of 6" in shown


def test_a_cancelled_one_an_older_date_and_one_to_come_are_left_out(
    as_manager: Client, clinic: Clinic
) -> None:
    answered(treated(clinic, 6, at=LAST_FALL), nrs=(7, 2))
    answered(treated(clinic, 5, at=LAST_FALL, state="cancelled"), nrs=(7, 7))
    moved = treated(clinic, 5, at=LAST_FALL)
    answered(moved, nrs=(7, 7))
    Recovery.objects.filter(pk__in=[one.pk for one in moved]).update(anchor=2)
    treated(clinic, 5, at=NOW + timedelta(days=3), state="planned")
    shown = page(as_manager)
    assert "Procedures followed up 11 " in shown
    assert "average of 7 days 6 of 6" in shown


def test_the_neighbours_are_not_counted(as_manager: Client, harbor: Clinic, clinic: Clinic) -> None:
    answered(treated(harbor, 9, at=LAST_FALL), nrs=(7, 2))
    assert "0 procedures so far" in page(as_manager)


def test_opioids_milestones_alerts_and_complications(
    as_manager: Client, clinic: Clinic, nurse: Any
) -> None:
    a_good_year(clinic, nurse, NOW, 20)
    sent = Recovery.objects.first()
    contacts.record(recovery=sent, user=nurse, now=NOW, kind="call", outcome="ed")
    shown = page(as_manager)
    assert "baseline 35% (18 to 57) 7 of 20 told, 20 due 0" in shown
    assert "1 month 20% (8 to 42) 4 of 20 told, 20 due 0" in shown
    assert "Sent to the emergency department by a contact, or as an alert was closed 1 of 20" in (
        shown
    )
    assert re.search(r"Walked for 10 minutes \d+ of 20 \d+%", shown)


def closed(recovery: Recovery, nurse: Any, complication: str = "", rule: str = "R18") -> None:
    one = alert(recovery, nurse, rule=rule)
    Alert.objects.filter(pk=one.pk).update(complication=complication)


def test_complications_by_kind_of_everybody_and_what_was_not_said_apart(
    as_manager: Client, clinic: Clinic, nurse: Any
) -> None:
    people = treated(clinic, 20, at=LAST_FALL)
    for one in people[:3]:
        # Two alerts of one person are one person.
        closed(one, nurse, "infection")
        closed(one, nurse, "infection", "R13")
    closed(people[2], nurse, "fracture", "R19")
    closed(people[3], nurse)
    closed(people[3], nurse, "flare", "R32")
    for one in people[4:9]:
        closed(one, nurse)
    # Open: nothing could be said yet.
    make_recovery(clinic, day=9, now=NOW)
    shown = page(as_manager)
    assert "Infection 3 of 21 14% (5 to 35)" in shown
    assert "Vertebral fracture 1 of 21 5% (1 to 23)" in shown
    assert "Pain flare that passed 1 of 21 5%" in shown
    assert "Bleeding 0 of 21 0% (0 to 15)" in shown
    assert "nothing said of a complication 5 of 21 24%" in shown
    assert "Of all 21 followed up; 9 of them had an alert closed" in shown


@pytest.mark.parametrize(("theirs", "is_shown"), [(2, False), (5, True)])
def test_complications_are_hidden_where_few_alerts_were_closed_here_or_among_the_others(
    as_manager: Client, clinic: Clinic, nurse: Any, theirs: int, is_shown: bool
) -> None:
    """Everybody's less Aldana's would be those of Haddad's few."""
    ours = treated(clinic, 10, at=LAST_FALL)
    others = treated(clinic, 8, at=LAST_FALL, surgeon="Samir Haddad")
    for one in ours[:6]:
        closed(one, nurse, "infection")
    for one in others[:theirs]:
        closed(one, nurse, "bleeding")
    shown = page(as_manager)
    assert "Infection 6 of 18" in shown
    assert f"Bleeding {theirs} of 18" in shown
    for name, infection, n, of in (("Mia Aldana", 6, 6, 10), ("Samir Haddad", 0, theirs, 8)):
        shown = page(as_manager, group=f"surgeon:{name}")
        assert (f"Infection {infection} of {of}" in shown) is is_shown
        too_few = f"{n} of {of} had an alert closed: too few to be shown, here or among the others."
        assert (too_few in shown) is not is_shown


def test_alerts_keep_when_they_were_first_taken_and_first_reached(
    clinic: Clinic, nurse: Any
) -> None:
    one = alert(make_recovery(clinic, day=9, now=NOW), nurse)
    Alert.objects.update(
        state="open",
        closed_by=None,
        closed_at=None,
        closing_reason="",
        acknowledged_at=None,
        reached_at=None,
    )
    one.refresh_from_db()
    alerts.claim(alert=one, user=nurse, now=NOW)
    later = NOW + timedelta(minutes=20)
    for at in (later, later + timedelta(hours=1)):
        contacts.record(recovery=one.recovery, user=nurse, now=at, kind="call", outcome="advised")
    one.refresh_from_db()
    assert (one.acknowledged_at, one.reached_at) == (NOW, later)


def test_nothing_is_shown_before_older_answers_are_counted(
    as_manager: Client, clinic: Clinic
) -> None:
    answered(treated(clinic, 9, at=LAST_FALL), nrs=(7, 2))
    Clinic.objects.update(outcomes_at=None)
    shown = page(as_manager)
    assert "manage.py rebuild_outcomes" in shown
    assert "9 of 9" not in shown


def test_every_chart_has_a_title_a_description_and_a_table(
    as_manager: Client, clinic: Clinic, nurse: Any
) -> None:
    a_good_year(clinic, nurse, NOW)
    html = as_manager.get(reverse("outcomes")).content.decode()
    charts = re.findall(r'<svg class="ic-chart.*?</svg>', html, re.DOTALL)
    assert len(charts) == 5
    for chart in charts:
        assert 'role="img"' in chart
        assert re.search(r"<title id=[^>]+>[^<]+</title>", chart)
        assert re.search(r"<desc id=[^>]+>[^<]+</desc>", chart)
    assert html.count("<table") >= len(charts)
    assert "style=" not in html


@pytest.mark.parametrize("asked", [{}, {"group": "surgeon:Mia Aldana", "period": "2025"}])
def test_the_statements_do_not_grow_with_the_people(
    as_manager: Client, clinic: Clinic, nurse: Any, asked: dict[str, str]
) -> None:
    counts = []
    for size in (20, 40):
        Outcome.objects.all().delete()
        a_good_year(clinic, nurse, NOW, size)
        with CaptureQueriesContext(connection) as found:
            page(as_manager, **asked)
        counts.append(len(found))
    assert counts[0] == counts[1] == (9 if not asked else 13)
