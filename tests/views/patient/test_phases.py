"""The page of each phase, and of the time before: what to do, to expect, to watch, whom to call."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from recovery.clinical.education import BEFORE_TEXT, PHASE_TEXTS
from recovery.clinical.phases import DEFAULT_PHASES
from recovery.clinical.rules import RULES_BY_ID, fill
from recovery.forms.signs import EMERGENCY_SIGNS, URGENT_SIGNS
from recovery.models import Clinic, Pathway, Preparation, Recovery, RecoveryPhase
from recovery.queries.pathways import phases_of, preparation_of
from tests.cast import NUMBERS, make_recovery, user_of
from tests.pages import read, words
from tests.views.patient.conftest import at, is_data, post, url

CODES = ("before", "immediate", "short_term", "gradual_return", "follow_up")
EXPECTED = {text.code: text.expect for text in PHASE_TEXTS} | {"before": BEFORE_TEXT.benefits}


def client_of(recovery: Recovery) -> Client:
    client = Client()
    client.force_login(user_of(recovery))
    return client


def phase(recovery: Recovery, code: str) -> Any:
    return client_of(recovery).get(url("phase", recovery, code))


def texts_of(text: Any) -> list[str]:
    parts = (getattr(text, name) for name in text.__dataclass_fields__)
    return [line for part in parts if isinstance(part, tuple) for line in part]


def unmarked(source: str) -> str:
    """As a patient reads it: the marks of the protocol are for staff."""
    return re.sub(r" \(S\d+(, S\d+)*\)", "", source)


@pytest.mark.parametrize("text", PHASE_TEXTS, ids=lambda text: text.code)
def test_a_phase_tells_all_that_the_clinics_row_holds(recovery: Recovery, text: Any) -> None:
    said = words(phase(recovery, text.code))
    for line in (text.name, *texts_of(text), "Whom to call", "call us today"):
        assert line in said
    assert f"Source: {unmarked(text.source)}. To be checked again by May 2027." in said
    assert "Not yet approved by a clinician." in said


def test_the_time_before_tells_what_is_done_what_can_go_wrong_and_what_else_there_is(
    recovery: Recovery,
) -> None:
    said = words(phase(recovery, "before"))
    for line in texts_of(BEFORE_TEXT):
        assert line.replace(": ", " ") in said or line in said
    assert unmarked(BEFORE_TEXT.source) in said


@pytest.mark.parametrize("code", ["later", "Before", "follow-up", "1"])
def test_what_is_no_phase_is_not_found(recovery: Recovery, code: str) -> None:
    assert phase(recovery, code).status_code == 404


def test_a_pathway_without_a_text_for_the_time_before_has_no_page_of_it(recovery: Recovery) -> None:
    Preparation.objects.all().delete()
    preparation_of.cache_clear()
    assert phase(recovery, "before").status_code == 404
    assert "Before the day" not in words(phase(recovery, "short_term"))


def test_an_approved_pathway_says_nothing_of_approval(recovery: Recovery, nurse: Any) -> None:
    Pathway.objects.update(approved_by=nurse, approved_at=at(0, 9))
    assert "approved" not in words(phase(recovery, "short_term"))


def test_the_clinics_own_words_are_shown(recovery: Recovery) -> None:
    RecoveryPhase.objects.filter(code="short_term").update(
        about="Our garden is open.", source="Our sheet"
    )
    phases_of.cache_clear()
    said = words(phase(recovery, "short_term"))
    assert "Our garden is open." in said
    assert "Source: Our sheet." in said


@pytest.mark.parametrize(
    ("day", "now_at", "others"),
    [
        (-4, "before", "This page is about another time. Your procedure is still to come."),
        (0, "short_term", "Today is the day of your procedure."),
        (2, "short_term", "This page is about another time. Today is day 2."),
        (9, "gradual_return", "This page is about another time. Today is day 9."),
        (40, "follow_up", "This page is about another time. Today is day 40."),
    ],
)
def test_the_page_says_whether_it_is_about_now_and_leads_to_the_others(
    clinic: Clinic, afternoon: datetime, day: int, now_at: str, others: str
) -> None:
    recovery = make_recovery(clinic, day=day, now=afternoon)
    for code in CODES:
        page = phase(recovery, code)
        html, said = page.content.decode(), words(page)
        assert (others in said) is (code != now_at)
        assert ("Good to do now" in said) is (code == now_at)
        linked = {other for other in CODES if f'"{url("phase", recovery, other)}"' in html}
        assert linked == set(CODES) - {code}
    home = client_of(recovery).get(url("today", recovery)).content.decode()
    assert f'"{url("phase", recovery, now_at)}"' in home


def test_while_an_alert_stands_it_is_said_first_and_nothing_is_called_expected(
    as_patient: Client, recovery: Recovery, nurse: Any, afternoon: datetime
) -> None:
    post(as_patient, recovery, signs="calf_one_leg")
    for code in CODES:
        page = phase(recovery, code)
        assert fill(RULES_BY_ID["R15"].patient_text, NUMBERS) in read(page).advice
        assert [line for line in EXPECTED[code] if line in words(page)] == []
        assert "Good to do" not in words(page)
    recovery.alerts.update(
        state="closed", closed_by=nurse, closed_at=afternoon, closing_reason="phone"
    )
    for code in CODES:
        page = phase(recovery, code)
        assert read(page).advice == ""
        assert [line for line in EXPECTED[code] if line not in words(page)] == []


def test_a_review_alert_takes_nothing_away(as_patient: Client, recovery: Recovery) -> None:
    post(as_patient, recovery, signs="fall")
    assert EXPECTED["short_term"][0] in words(phase(recovery, "short_term"))


@pytest.mark.parametrize("code", CODES)
def test_the_signs_are_those_of_the_rules_that_run_in_these_days(
    recovery: Recovery, code: str
) -> None:
    said = words(phase(recovery, code))
    first = -1 if code == "before" else next(p.first_day for p in DEFAULT_PHASES if p.code == code)
    for rule, signs in (EMERGENCY_SIGNS | URGENT_SIGNS).items():
        for sign in signs:
            told = str(sign).replace(" °", "\u00a0°")
            assert (" ".join(told.split()) in said) is RULES_BY_ID[rule].runs_on(first), rule


def test_open_or_closed_the_number_that_is_answered_comes_first(
    recovery: Recovery, set_clock: Callable
) -> None:
    said = words(phase(recovery, "short_term"))
    assert "Us, until 5:00 PM 555-0142 When we are closed 555-0199" in said
    set_clock(at(2, 21))
    said = words(phase(recovery, "short_term"))
    assert "Us, now that we are closed 555-0199 When we open, tomorrow" in said
    for number in NUMBERS.values():
        assert number in said


def test_driving_is_never_allowed(recovery: Recovery) -> None:
    for code in CODES:
        said = words(phase(recovery, code)).lower()
        for line in re.findall(r"[^.:]*\bdriv\w*[^.]*\.", said):
            assert re.search(r"not|never|someone|ask us", line), line


def test_a_page_costs_few_statements(
    recovery: Recovery, django_assert_max_num_queries: Any
) -> None:
    client = client_of(recovery)
    with django_assert_max_num_queries(12) as counted:
        client.get(url("phase", recovery, "follow_up"))
    assert len([q for q in counted.captured_queries if is_data(q["sql"])]) <= 8
