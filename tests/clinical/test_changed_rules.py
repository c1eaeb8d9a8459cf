"""Rules with what a clinic changes of them: louder, in its own words, and never quieter."""

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.clinical.logfields import clean
from recovery.clinical.ownpathways import rulechecks
from recovery.clinical.plan import RuleChange
from recovery.clinical.rules import (
    MILDER_THAN,
    RED_FLAGS,
    RULES,
    RULES_BY_ID,
    TIME_RULES,
    UNCHANGEABLE,
    Profile,
    Severity,
    advice,
    assess,
    calls_for,
    judging,
    severity_of,
)
from tests.clinical.test_properties import CASES, SIGNS, Case
from tests.clinical.test_properties import RED_FLAGS as RED_FLAG_ANSWERS

Changes = tuple[RuleChange, ...]
TENTH = Decimal("0.1")
EMERGENCY, URGENT, REVIEW = Severity.EMERGENCY, Severity.URGENT, Severity.REVIEW
OWN = "Call {emergency_number}, {clinic_phone} or {poison_phone}."
LOUDER = {REVIEW: [REVIEW, URGENT, EMERGENCY], URGENT: [URGENT, EMERGENCY]}


def allowed_changes(seed: int) -> Changes:
    """Any changes that a pathway may have."""
    rng = random.Random(seed)
    free = [rule for rule in RULES if rule.id not in UNCHANGEABLE]
    now = {rule.id: rng.choice(LOUDER[rule.severity]) for rule in free}
    for milder, worse in MILDER_THAN:
        now[worse] = min(now[milder], now[worse], key=lambda one: one.rank)
    raised = [rule for rule in free if now[rule.id] != rule.severity]
    retold = [rule for rule in free if rule not in raised and rng.random() < 0.5]
    return (
        *(RuleChange(rule.id, now[rule.id], f"{rule.id}. {OWN}") for rule in raised),
        *(RuleChange(rule.id, patient_text=f"{rule.id}. {OWN}") for rule in retold),
    )


# By one number, since forty draws for each example would take longer than what is tested.
ALLOWED = st.integers(0, 2**32).map(allowed_changes)


def found(case: Case, changes: Changes, **answers: Any):
    log = clean({**case.log, **answers})
    return assess(case.profile, case.history, log, changes)


def rank(case: Case, changes: Changes, **answers: Any) -> int:
    severity = advice(found(case, changes, **answers)).severity
    return 3 if severity == "none" else Severity(severity).rank


def drawn(test):
    return settings(
        max_examples=1_000,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )(test)


@drawn
@given(changes=ALLOWED)
def test_what_is_drawn_is_what_a_pathway_may_have(changes: Changes) -> None:
    rows = [
        (
            ("rules", place),
            {"rule": one.rule_id, "patient_text": one.patient_text}
            | ({"severity": one.severity} if one.severity else {}),
        )
        for place, one in enumerate(changes)
    ]
    assert [one for one in rulechecks.problems(rows) if not one.warning] == []


@drawn
@given(case=CASES, changes=ALLOWED, flag=st.sampled_from(RED_FLAG_ANSWERS))
def test_p1_a_red_flag_never_lowers_the_severity(case, changes, flag):
    assert rank(case, changes, **flag) == 0


@drawn
@given(case=CASES, changes=ALLOWED, rule_id=st.sampled_from(list(SIGNS)), data=st.data())
def test_p3_r01_to_r04_fire_on_their_signs_as_they_were_written(case, changes, rule_id, data):
    sign = data.draw(st.sampled_from(SIGNS[rule_id]))
    one = next(one for one in found(case, changes, **sign) if one.rule_id == rule_id)
    rule = RULES_BY_ID[rule_id]
    assert (one.severity, one.patient_text, one.calls) == (
        EMERGENCY,
        rule.patient_text,
        "emergency_number",
    )


@drawn
@given(case=CASES, changes=ALLOWED)
def test_p4_an_emergency_shows_no_text_of_a_review_and_a_louder_rule_no_text_of_a_quieter(
    case, changes
):
    findings = found(case, changes)
    shown = advice(findings)
    loudest = min((one.severity.rank for one in findings), default=3)
    assert rank(case, changes) == loudest
    if loudest < 2:
        top = next(one for one in findings if one.rule_id == shown.rule_id)
        assert (top.severity.rank, top.patient_text) == (loudest, shown.text)
        quiet = {one.patient_text for one in findings if one.severity is REVIEW}
        assert shown.text not in quiet
        # What a raised rule says is the clinic's own: no text that calls something expected.
        assert "can be normal" not in shown.text
        assert "can be higher for a few days" not in shown.text
    if loudest == 0:
        assert shown.r39_text is None


@drawn
@given(case=CASES, changes=ALLOWED, tenths=st.integers(330, 429) | st.integers(375, 396))
def test_p5_a_higher_temperature_never_lowers_the_severity(case, changes, tenths):
    lower = Decimal(tenths) / 10
    assert rank(case, changes, temp_c=lower + TENTH) <= rank(case, changes, temp_c=lower)


@drawn
@given(case=CASES, changes=ALLOWED)
def test_no_change_makes_a_rule_fire_or_keeps_it_from_firing_or_lowers_it(case, changes):
    before = assess(case.profile, case.history, clean(case.log))
    after = found(case, changes)
    assert [one.rule_id for one in after] == [one.rule_id for one in before]
    for one, other in zip(before, after, strict=True):
        assert other.severity.rank <= one.severity.rank
        assert (other.headline, other.staff_text, other.items) == (
            one.headline,
            one.staff_text,
            one.items,
        )
        assert other.calls == calls_for(other.rule_id, other.severity)


# Whatever is stored
# ------------------

STORED = tuple(RuleChange(rule.id, REVIEW, "All is well.") for rule in RULES)


def test_a_change_of_an_emergency_rule_counts_for_nothing_even_if_it_were_stored():
    log = clean({"day": 3, "saddle": "yes", "chest_or_breath": True, "hard_to_wake": True})
    findings = [one for one in assess(Profile(), [], log, STORED) if one.rule_id in RED_FLAGS]
    assert [one.rule_id for one in findings] == ["R01", "R04", "R07"]
    assert {one.severity for one in findings} == {EMERGENCY}
    assert "All is well." not in {one.patient_text for one in findings}
    assert advice(assess(Profile(), [], log, STORED)).text == RULES_BY_ID["R01"].patient_text


def test_no_stored_change_lowers_a_rule():
    assert all(severity_of(rule.id, STORED) is rule.severity for rule in RULES)


# Whom the button calls
# ---------------------


@pytest.mark.parametrize(
    ("rule_id", "severity", "calls"),
    [
        ("R13", URGENT, "clinic_phone"),
        ("R13", EMERGENCY, "emergency_number"),
        ("R35", REVIEW, ""),
        ("R35", URGENT, "clinic_phone"),
        ("R21", URGENT, "poison_phone"),
        ("R21", EMERGENCY, "emergency_number"),
    ],
)
def test_the_button_follows_from_the_severity(rule_id, severity, calls):
    assert calls_for(rule_id, severity) == calls


def test_every_shipped_rule_calls_as_its_severity_says():
    assert all(rule.calls == calls_for(rule.id, rule.severity) for rule in RULES)


# Rules that staff alone hear of
# ------------------------------


@pytest.mark.parametrize("rule", [rule for rule in TIME_RULES if rule.severity], ids=lambda r: r.id)
def test_a_rule_of_time_is_raised_for_staff_and_has_nothing_to_say_to_patients(rule):
    changes = (RuleChange(rule.id, "emergency", "Words."),)
    one = judging.finding(rule.id, "detail", changes)
    assert (one.severity, one.patient_text, one.calls) == (EMERGENCY, "", "")
    assert judging.finding(rule.id).severity == rule.severity


# Runs of misses where a day is not asked
# ---------------------------------------


@pytest.mark.parametrize(
    ("missed", "day", "expected", "second"),
    [
        ({4, 5}, 5, range(1, 15), True),
        ({4, 6}, 6, range(1, 15), False),
        ({4, 6}, 6, [1, 2, 3, 4, 6, 8], True),
        ({4, 6, 8}, 8, [1, 2, 3, 4, 6, 8], False),
        ({6}, 6, [1, 2, 3, 4, 6, 8], False),
    ],
)
def test_a_run_of_misses_goes_over_the_days_that_are_asked(missed, day, expected, second):
    assert judging.second_miss(missed, day, expected) is second
