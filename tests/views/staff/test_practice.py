"""The manager's page: enrolment against the clinic's own books, load, waits, rules for review."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.models import Alert, Clinic, Contact, FormResponse, ProceduresDone
from tests.cast import NOW, make_recovery
from tests.outcomes import alert, answered, treated
from tests.views.staff.test_outcomes import words

pytestmark = pytest.mark.django_db
FALL = datetime(2025, 11, 10, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(set_clock: Any) -> None:
    set_clock(NOW)


def page(client: Client, **asked: str) -> str:
    response = client.get(reverse("practice"), asked)
    assert response.status_code == 200
    return words(response.content.decode())


def enter(client: Client, month: str, number: str) -> Any:
    return client.post(reverse("practice"), {"month": month, "number": number}, follow=True)


def test_an_empty_clinic_says_so_and_divides_by_nothing(as_manager: Client, clinic: Clinic) -> None:
    shown = page(as_manager)
    assert "No procedure has taken place yet" in shown
    assert "No alert was raised in this period." in shown
    assert "Alerts for each nurse hour -" in shown


def test_procedures_done_are_entered_and_held_against_the_enrolled(
    as_manager: Client, clinic: Clinic
) -> None:
    treated(clinic, 8, at=FALL)
    assert "8 enrolled 8 more in months without your number" in page(as_manager)
    enter(as_manager, "2025-11", "10")
    assert "80% 8 of 10" in page(as_manager)
    enter(as_manager, "2025-11", "9")
    assert ProceduresDone.objects.get().number == 9
    enter(as_manager, "2025-11", "3")
    assert "More enrolled (8) than done by your numbers (3)" in page(as_manager)


@pytest.mark.parametrize(
    ("month", "number"),
    [("2025-13", "3"), ("1990-01", "3"), ("2025-11", "-1"), ("2025-11", "many"), ("", "")],
)
def test_a_wrong_number_is_refused_beside_its_field(
    as_manager: Client, clinic: Clinic, month: str, number: str
) -> None:
    response = enter(as_manager, month, number)
    assert response.status_code == 200
    assert "Error:" in words(response.content.decode())
    assert not ProceduresDone.objects.exists()


def test_activated_logging_and_three_months(as_manager: Client, clinic: Clinic) -> None:
    """The baseline form of a recovery of the cast is the patient's own answer."""
    told = make_recovery(clinic, day=20, now=NOW)
    assert FormResponse.objects.filter(recovery=told, source="patient").exists()
    answered(treated(clinic, 6, at=FALL, week_days_logged=2, fortnight_days_logged=3), nrs=(7, 2))
    answered(treated(clinic, 2, at=FALL), state="missed")
    shown = page(as_manager)
    assert "Activated 11% 1 of 9" in shown
    assert "Logging in week 1 67% 6 of 9" in shown
    assert "Three-month form 75% 6 of 8 due" in shown


def test_a_three_month_form_that_is_open_is_not_due(as_manager: Client, clinic: Clinic) -> None:
    answered(treated(clinic, 6, at=FALL), nrs=(7, 2), expires_at=NOW + timedelta(days=3))
    assert "Three-month form - none has come due" in page(as_manager)
    answered(treated(clinic, 5, at=FALL), state="missed")
    assert "Three-month form 0% 0 of 5 due" in page(as_manager)


def test_of_one_to_four_patients_nothing_is_told(
    as_manager: Client, clinic: Clinic, nurse: Any
) -> None:
    people = treated(clinic, 4, at=FALL)
    answered(people, nrs=(7, 2))
    for one in people:
        alert(one, nurse)
    shown = page(as_manager)
    assert "4 procedures so far. How the practice runs is shown from 5 on." in shown
    for part in ("Activated", "Three-month form", "Alert load", "Contact", "R18"):
        assert part not in shown
    assert "Procedures done, by your own books" in shown
    treated(clinic, 1, at=FALL)
    shown = page(as_manager)
    assert "Activated 0% 0 of 5" in shown
    assert "Alerts raised 4" in shown


def test_nor_is_a_share_of_fewer_than_five(as_manager: Client, clinic: Clinic) -> None:
    past = treated(clinic, 3, at=FALL, week_days_logged=2, fortnight_days_logged=2)
    answered(past, nrs=(7, 2))
    treated(clinic, 6, at=NOW - timedelta(days=4))
    enter(as_manager, "2025-11", "3")
    shown = page(as_manager)
    assert "Logging in week 1 - too few are past D7, here or among the others" in shown
    assert "Three-month form - too few are due, here or among the others" in shown
    assert "3 of 3" not in shown


def test_nor_what_would_give_another_period_away(as_manager: Client, clinic: Clinic) -> None:
    """All time less the year before last would be the three of last year who are due."""
    answered(treated(clinic, 9, at=FALL.replace(year=2024)), nrs=(7, 2))
    last_year = treated(clinic, 8, at=FALL)
    answered(last_year[:3], nrs=(7, 2))
    assert "Three-month form 100% 12 of 12 due" in page(as_manager)
    for period in ("2024", "2025"):
        shown = page(as_manager, period=period)
        assert "Three-month form - too few are due, here or among the others" in shown


def test_a_rule_that_rarely_leads_to_action_is_for_review(
    as_manager: Client, clinic: Clinic, nurse: Any
) -> None:
    for place, one in enumerate(treated(clinic, 12, at=FALL)):
        alert(one, nurse, rule="R32", acted=place < 2)
    for place, one in enumerate(treated(clinic, 10, at=FALL)):
        alert(one, nurse, rule="R18", acted=place < 2)
    for one in treated(clinic, 4, at=FALL):
        alert(one, nurse, rule="R13", acted=False)
    shown = page(as_manager)
    assert shown.count("for review: under 20%") == 1
    assert "17% (5 to 45) 2 of 12 for review: under 20%" in shown
    assert "20% (6 to 51) 2 of 10" in shown
    assert "4 4 fewer than 5 closed" in shown


def test_waits_are_told_by_severity_from_the_opening(
    as_manager: Client, clinic: Clinic, nurse: Any
) -> None:
    """Raised on a Friday at 9:00 in New York; one in the night counts from the opening."""
    *others, last = zip((10, 20, 30, 40, 50), treated(clinic, 5, at=FALL), strict=True)
    for minutes, one in others:
        alert(one, nurse, minutes=minutes)
    few = "4 alerts, too few to show minutes"
    assert f"Emergency 0 none none Urgent 4 {few} {few}" in page(as_manager)
    alert(last[1], nurse, minutes=last[0])
    told = "5 alerts: half within 30 , 9 of 10 within 50"
    assert f"Urgent 5 {told} {told}" in page(as_manager)
    [night] = treated(clinic, 1, at=FALL - timedelta(hours=7))
    alert(night, nurse, minutes=120)
    assert "Urgent 6 6 alerts: half within 25 , 9 of 10 within 50" in page(as_manager)


def test_minutes_run_while_the_clinic_is_open_those_of_an_emergency_at_any_hour(
    as_manager: Client, clinic: Clinic, nurse: Any
) -> None:
    """Raised on a Friday at 16:55 in New York, somebody reached on Monday at 8:10."""
    friday = FALL + timedelta(hours=7, minutes=55)
    over_the_weekend = 3795
    for one in treated(clinic, 5, at=friday):
        alert(one, nurse, minutes=over_the_weekend)
        alert(one, nurse, rule="R32", minutes=over_the_weekend)
        emergency = alert(one, nurse, rule="R01", minutes=over_the_weekend)
        Alert.objects.filter(pk=emergency.pk).update(severity="emergency")
    shown = page(as_manager)
    assert "Emergency 5 5 alerts: half within 3795 , 9 of 10 within 3795" in shown
    assert "Urgent 5 5 alerts: half within 15 , 9 of 10 within 15" in shown
    assert "Review 5 5 alerts: half within 15 , 9 of 10 within 15" in shown


def test_the_load_counts_opening_hours_of_the_nurses(
    as_manager: Client, clinic: Clinic, nurse: Any
) -> None:
    """Of the fourth quarter of 2025: 66 days from Monday to Friday, nine hours each."""
    [one] = treated(clinic, 1, at=FALL)
    alert(one, nurse)
    Contact.objects.create(
        recovery=one, by=nurse, at=FALL, kind="call", outcome="advised", minutes=12
    )
    treated(clinic, 5, at=FALL)
    shown = page(as_manager, period="2025-Q4")
    assert "Alerts raised 1" in shown
    assert "opening hours, 1 nurse 585" in shown or "opening hours, 1 nurse 594" in shown
    assert "1 (12 minutes)" in shown


def test_the_load_of_today_is_held_against_the_hours_of_today(
    as_manager: Client, clinic: Clinic, nurse: Any, set_clock: Any
) -> None:
    """A Monday at noon in New York: open since 8:00, and on 42 weekdays of the year before it."""
    opening = datetime(2026, 3, 2, 13, tzinfo=UTC)
    for one in treated(clinic, 6, at=opening)[:2]:
        alert(one, nurse)
    Alert.objects.update(raised_at=opening + timedelta(hours=1))
    set_clock(opening + timedelta(hours=4))
    shown = page(as_manager)
    assert "opening hours, 1 nurse 4 Alerts for each nurse hour 0.50" in shown
    assert "opening hours, 1 nurse 382" in page(as_manager, period="2026-Q1")
    set_clock(opening + timedelta(hours=12))
    assert "opening hours, 1 nurse 9 Alerts for each nurse hour 0.22" in page(as_manager)
    Clinic.objects.update(hours=[None] * 7)
    assert "opening hours, 1 nurse 0 Alerts for each nurse hour -" in page(as_manager)
