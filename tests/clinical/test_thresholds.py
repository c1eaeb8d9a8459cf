"""Another number in a rule's condition: what it would fire, and that nothing live knows it."""

import ast
import inspect
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recovery
from recovery.clinical.logfields import clean
from recovery.clinical.logfields.fields import STRONG_PAIN
from recovery.clinical.rules import (
    RED_FLAGS,
    RULES_BY_ID,
    THRESHOLDS,
    Earlier,
    Profile,
    Severity,
    Supposed,
    Threshold,
    assess,
)
from tests.clinical.quiet import QUIET
from tests.clinical.test_properties import CASES, Case

CODE = Path(recovery.__file__).parent
NEW = "new_or_worse"
LOST = [(day, pain) for day, pain in zip(range(1, 16), [6] * 9 + [2, 2, 2, 5, 5, 5], strict=True)]


def test_a_number_is_not_asked_about_below_what_asks_the_question():
    """`pain_controlled` is asked from a pain of 7 on: of less, past logs know nothing."""
    [threshold] = [one for one in THRESHOLDS if one.rule_id == "R17"]
    assert threshold.low == STRONG_PAIN


def name_of(threshold: Threshold) -> str:
    return f"{threshold.rule_id} {threshold.name}"


def values(threshold: Threshold) -> list[Any]:
    found = [threshold.low]
    while found[-1] < threshold.high:
        found.append(found[-1] + threshold.step)
    return found


def fired(
    supposed: Supposed | None, day: int, history: list[tuple[int, int]], **answers: Any
) -> str:
    log = clean({**QUIET, **answers, "day": day})
    earlier = [Earlier(*one) for one in history]
    found = assess(Profile(baseline_pain=4), earlier, log, supposed=supposed)
    return " ".join(one.rule_id for one in found)


UNCONTROLLED = {"pain_controlled": False}
FALL, SUDDEN = {"fall": True}, {"sudden_new_back_pain": True}
LEG = {"leg_pain_status": NEW}


@pytest.mark.parametrize(
    ("asked", "day", "history", "answers", "now", "then"),
    [
        ("R17 pain 7", 2, [], UNCONTROLLED | {"pain_worst": 7}, "", "R17"),
        # R32 gives way to R17, and so stands where R17 does not.
        ("R17 pain 9", 2, [], UNCONTROLLED | {"pain_avg": 8}, "R17", "R32"),
        ("R17 pain 9", 2, [], UNCONTROLLED | {"pain_avg": 9}, "R17", "R17"),
        ("R18 pain 6", 9, [], {"pain_avg": 6}, "", ""),
        ("R18 pain 8", 9, [], {"pain_avg": 7}, "R18", ""),
        ("R18 points 4", 9, [], {"pain_avg": 7}, "R18", ""),
        ("R18 points 4", 9, [], {"pain_avg": 8}, "R18", "R18"),
        ("R18 points 4", 9, [(8, 7)], {"pain_avg": 7}, "R18", "R34"),
        ("R19 points 1", 9, [], FALL | {"pain_avg": 5}, "R35", "R19"),
        ("R19 points 3", 9, [], FALL | {"pain_avg": 6}, "R19", "R35"),
        ("R19 points 5", 9, [], SUDDEN, "R19", "R19"),
        ("R20 leg_pain 8", 9, [], LEG | {"leg_pain": 7}, "R20", "R33"),
        ("R20 leg_pain 6", 9, [], LEG | {"leg_pain": 6}, "R33", "R20"),
        ("R21 mg 3500", 9, [], {"acetaminophen_mg": 3600}, "R37", "R21"),
        ("R21 mg 3500", 9, [], {"acetaminophen_mg": 3500}, "R37", "R37"),
        ("R30 celsius 37.5", 9, [], {"temp_c": 37.5}, "", "R30"),
        ("R30 celsius 37.5", 9, [], {"temp_c": 38.0}, "R12", "R12"),
        ("R32 points 2", 2, [], {"pain_avg": 6}, "", "R32"),
        ("R32 points 4", 2, [], {"pain_avg": 7}, "R32", ""),
        ("R34 points 1", 9, [(8, 5)], {"pain_avg": 5}, "", "R34"),
        ("R34 points 1", 9, [(8, 4)], {"pain_avg": 5}, "", ""),
        ("R34 points 3", 9, [(8, 6)], {"pain_avg": 6}, "R34", ""),
        ("R36 mme 40", 9, [], {"opioid_mme": 40}, "", "R36"),
        # Over the baseline on D15 it fires by any number.
        ("R36 mme 90", 15, [], {"opioid_mme": 10}, "R36", "R36"),
        ("R37 mg 2500", 9, [], {"acetaminophen_mg": 2600}, "", "R37"),
        ("R38 points 4", 16, LOST, {"pain_avg": 5}, "R38", ""),
        ("R38 eased 3", 16, LOST, {"pain_avg": 5}, "R38", ""),
    ],
)
def test_what_another_number_would_fire(asked, day, history, answers, now, then):
    rule, name, value = asked.split()
    assert fired(None, day, history, **answers) == now
    assert fired(Supposed(rule, name, Decimal(value)), day, history, **answers) == then


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=name_of)
def test_a_threshold_says_the_number_that_its_rule_has(threshold):
    """In the condition that people read, and of what no emergency rule can ever be."""
    for rule in threshold.fires:
        assert str(threshold.value) in RULES_BY_ID[rule].condition
        assert RULES_BY_ID[rule].severity != Severity.EMERGENCY
    assert not RED_FLAGS & set(threshold.fires)
    assert threshold.rule_id in threshold.fires
    assert threshold.offers(threshold.value)
    assert len(values(threshold)) > 2


@pytest.mark.parametrize("value", [0, 2.5, 7, Decimal("3.5")])
def test_a_number_that_is_not_offered_is_refused(value):
    with pytest.raises(ValueError, match="R18 has no points of"):
        Supposed("R18", "points", value)


@pytest.mark.parametrize(("rule", "name"), [("R01", "pain"), ("R12", "celsius"), ("R18", "days")])
def test_what_is_no_threshold_is_refused(rule, name):
    with pytest.raises(ValueError, match=f"{rule} has no {name}"):
        Supposed(rule, name, 3)


def found(case: Case, supposed: Supposed | None) -> dict[str, Any]:
    log = clean(case.log)
    return {one.rule_id: one for one in assess(case.profile, case.history, log, supposed=supposed)}


@given(case=CASES, threshold=st.sampled_from(THRESHOLDS))
@settings(max_examples=500)
def test_todays_number_is_what_is_live(case, threshold):
    supposed = Supposed(threshold.rule_id, threshold.name, threshold.value)
    assert found(case, supposed) == found(case, None)


@given(case=CASES, threshold=st.sampled_from(THRESHOLDS), seed=st.integers(0, 2**32))
@settings(max_examples=500)
def test_a_lower_number_is_never_quieter_and_an_emergency_is_never_touched(case, threshold, seed):
    lower, higher = sorted(random.Random(seed).sample(values(threshold), 2))
    rule, name = threshold.rule_id, threshold.name
    low, high = (found(case, Supposed(rule, name, value)) for value in (lower, higher))
    today = found(case, None)
    assert rule in low or rule not in high
    assert [low.get(flag) for flag in sorted(RED_FLAGS)] == [
        today.get(flag) for flag in sorted(RED_FLAGS)
    ]


def test_nothing_is_supposed_unless_it_is_said():
    given = inspect.signature(assess).parameters["supposed"]
    assert given.default is None
    assert given.kind is inspect.Parameter.KEYWORD_ONLY
    passing = {
        path.name
        for path in CODE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).endswith("assess")
        and any(keyword.arg == "supposed" for keyword in call.keywords)
    }
    assert passing == {"pastlogs.py"}
