"""Which rules a log fires: every clinical sentence with both its sides, as (expected, log).

Each row is a quiet day (pain 4, baseline 6) with the answers shown; what it names is the whole
list of rules that fire, so that a row also proves every other rule silent.
"""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from recovery.clinical.logfields import clean
from recovery.clinical.rules import RULES, Profile, advice, assess, clean_profile
from recovery.clinical.rules.facts import Earlier
from tests.clinical.quiet import QUIET, fired

VECTORS = [
    json.loads(line)
    for line in Path(__file__).with_name("rule_vectors.jsonl").read_text().splitlines()
]
NEW, CANNOT, USUAL = "new_or_worse", "cannot_stand_or_lift_foot", "usual"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['id']} {vector['why']}")
def test_a_vector_of_the_clinic(vector):
    history = [Earlier(**entry) for entry in vector["history"]]
    log = clean({**QUIET, **vector["log"]})
    findings = assess(clean_profile(vector["ctx"]), history, log)
    assert [finding.rule_id for finding in findings] == vector["expect"]
    assert advice(findings).severity == vector["top"]


def rows(*table):
    return pytest.mark.parametrize(
        ("expected", "day", "answers"),
        [pytest.param(*row[1:], id=row[0]) for row in table],
    )


@rows(
    ("saddle on the procedure day", "R01", 0, {"saddle": "yes"}),
    ("bladder after a year", "R01", 400, {"bladder": "yes"}),
    ("bowel before the procedure", "R01", -30, {"bowel": "yes"}),
    ("all three", "R01", 5, {"saddle": "yes", "bladder": "yes", "bowel": "yes"}),
    ("none", "", 5, {}),
)
def test_r01_cauda_equina(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("a foot that cannot be lifted, before D0", "R02", -1, {"leg_weakness": CANNOT}),
    ("the same on D14", "R02", 14, {"leg_weakness": CANNOT}),
    ("the same on D15 is not R11", "R02", 15, {"leg_weakness": CANNOT}),
    ("the same after a year", "R02", 400, {"leg_weakness": CANNOT}),
    ("new weakness before D0", "R02", -30, {"leg_weakness": NEW}),
    ("new weakness on D14", "R02", 14, {"leg_weakness": NEW}),
    ("new weakness on D15 is urgent", "R11", 15, {"leg_weakness": NEW}),
    ("weakness as before", "", 3, {"leg_weakness": USUAL}),
)
def test_r02_weakness(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("weakness in both", "R03 R11", 20, {"leg_weakness": NEW, "leg_side": "both"}),
    ("a foot, both", "R02 R03", 20, {"leg_weakness": CANNOT, "leg_side": "both"}),
    ("numbness in both", "R03 R11", 20, {"leg_numbness": NEW, "leg_side": "both"}),
    ("pain in both", "R03 R33", 20, {"leg_pain_status": NEW, "leg_side": "both"}),
    ("pain in both before D0", "R03", -1, {"leg_pain_status": NEW, "leg_side": "both"}),
    ("both as before", "", 20, {"leg_pain_status": USUAL, "leg_side": "both"}),
    ("both without a sign", "", 20, {"leg_side": "both"}),
    ("one leg", "R11", 20, {"leg_numbness": NEW, "leg_side": "right"}),
    ("side missing", "R11", 20, {"leg_numbness": NEW}),
)
def test_r03_both_legs(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("before D0", "R04", -30, {"chest_or_breath": True}),
    ("after a year", "R04", 400, {"chest_or_breath": True}),
    ("no", "", 1, {"chest_or_breath": False}),
)
def test_r04_chest(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("39.4 C", "R05", 2, {"temp_c": 39.4}),
    ("39.3 C", "R12", 2, {"temp_c": 39.3}),
    ("39.35 C is 39.4 when rounded", "R05", 2, {"temp_c": 39.35}),
    ("39.4 C before D0", "R05", -1, {"temp_c": 39.4}),
    ("38.0 C with a stiff neck", "R05", 2, {"temp_c": 38.0, "neck_stiff_or_confused": True}),
    ("37.9 C with a stiff neck", "R30", 2, {"temp_c": 37.9, "neck_stiff_or_confused": True}),
    ("a stiff neck before D0", "R05", -2, {"temp_c": 38.0, "neck_stiff_or_confused": True}),
    ("38.0 C with new weakness", "R05 R11", 20, {"temp_c": 38, "leg_weakness": NEW}),
    ("38.0 C with a foot", "R02 R05", 20, {"temp_c": 38, "leg_weakness": CANNOT}),
    ("38.0 C with numbness", "R05 R11", 200, {"temp_c": 38, "leg_numbness": NEW}),
    ("leg pain does not count", "R12 R33", 20, {"temp_c": 38, "leg_pain_status": NEW}),
    ("old weakness does not count", "R12", 20, {"temp_c": 38, "leg_weakness": USUAL}),
    ("chills do not count", "R05", 20, {"temp_c": 39.4, "chills": True}),
    ("D4, pain 8, baseline 6", "R05", 4, {"temp_c": 38, "pain_avg": 8}),
    ("D3, the same", "R12", 3, {"temp_c": 38, "pain_avg": 8}),
    ("pain 7 is one above", "R12", 4, {"temp_c": 38, "pain_avg": 7}),
    ("D91 fever with pain is R05 and not R29", "R05", 91, {"temp_c": 38, "pain_avg": 8}),
)
def test_r05_dangerous_fever(expected, day, answers):
    assert fired(day, **answers) == expected


@pytest.mark.parametrize(
    ("baseline", "pain", "expected"),
    [(4, 6, "R12"), (5, 7, "R05"), (6, 7, "R12"), (9, 10, "R05 R18"), (10, 10, "R12")],
)
def test_r05_pain_is_seven_two_above_the_baseline_or_ten(baseline, pain, expected):
    assert fired(5, (), {"baseline_pain": baseline}, pain_avg=pain, temp_c=38) == expected


@rows(
    ("does not stop", "R06", 0, {"bleeding": "wont_stop"}),
    ("does not stop, before D0", "R06", -1, {"bleeding": "wont_stop"}),
    ("does not stop, after a year", "R06", 400, {"bleeding": "wont_stop"}),
    ("spots on D2", "", 2, {"bleeding": "spots"}),
    ("none", "", 2, {"bleeding": "none"}),
)
def test_r06_bleeding(expected, day, answers):
    assert fired(day, **answers) == expected


@pytest.mark.parametrize(
    ("anticoagulated", "day", "expected"),
    [
        (True, 5, "R06"),
        (False, 5, "R14"),
        (None, 5, "R14"),
        (True, -1, "R06"),
        (False, -1, ""),
        (None, 400, "R14"),
    ],
)
def test_r06_and_r14_part_by_the_anticoagulant(anticoagulated, day, expected):
    profile = {"anticoagulated": anticoagulated}
    assert fired(day, (), profile, bleeding="soaks_dressing") == expected


@rows(
    ("hard to wake", "R07", 0, {"hard_to_wake": True}),
    ("throat swelling before D0", "R07", -1, {"allergy_severe": True}),
    ("both after a year", "R07", 400, {"hard_to_wake": True, "allergy_severe": True}),
    ("neither", "", 0, {"hard_to_wake": False, "allergy_severe": False}),
)
def test_r07_sedation_or_allergy(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("severe, stiff neck", "R08", 3, {"headache": "severe", "neck_stiff_or_confused": True}),
    ("upright, fever", "R08 R12", 3, {"headache": "worse_upright", "temp_c": 38}),
    (
        "severe, fever, neck",
        "R05 R08",
        3,
        {"headache": "severe", "temp_c": 38} | {"neck_stiff_or_confused": True},
    ),
    ("severe, 37.9 C", "R16 R30", 3, {"headache": "severe", "temp_c": 37.9}),
    ("severe, chills alone", "R12 R16", 3, {"headache": "severe", "chills": True}),
    ("mild, stiff neck", "", 3, {"headache": "mild", "neck_stiff_or_confused": True}),
    ("before D0", "R08", -1, {"headache": "severe", "neck_stiff_or_confused": True}),
)
def test_r08_dangerous_headache(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("saddle unsure", "R10", 4, {"saddle": "unsure"}),
    ("bladder unsure before D0", "R10", -30, {"bladder": "unsure"}),
    ("bowel unsure after a year", "R10", 400, {"bowel": "unsure"}),
    ("unsure beside yes", "R01", 4, {"saddle": "unsure", "bladder": "yes"}),
)
def test_r10_unsure(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("numbness before D0", "R11", -10, {"leg_numbness": NEW}),
    ("numbness after a year", "R11", 400, {"leg_numbness": NEW}),
    ("numbness as before", "", 8, {"leg_numbness": USUAL}),
    ("numbness and weakness on D14", "R02 R11", 14, {"leg_numbness": NEW, "leg_weakness": NEW}),
    ("numbness and a foot on D15", "R02 R11", 15, {"leg_numbness": NEW, "leg_weakness": CANNOT}),
)
def test_r11_leg_change(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("38.0 C before D0", "R12", -30, {"temp_c": 38}),
    ("38.0 C on D90", "R12", 90, {"temp_c": 38}),
    ("38.0 C on D91", "R29", 91, {"temp_c": 38}),
    ("37.95 C is 38.0 when rounded", "R12", 9, {"temp_c": 37.95}),
    ("37.94 C is 37.9", "R30", 9, {"temp_c": 37.94}),
    ("100.4 F", "R12", 9, {"temp_f": 100.4}),
    ("100.3 F is 37.9 C", "R30", 9, {"temp_f": 100.3}),
    ("chills before D0", "R12", -1, {"chills": True}),
    ("chills on D90", "R12", 90, {"chills": True}),
    ("chills on D91", "R29", 91, {"chills": True}),
    ("chills with a temperature", "", 9, {"chills": True, "temp_c": 36.6}),
    ("no chills", "", 9, {"chills": False}),
    ("39.4 C on D91", "R05", 91, {"temp_c": 39.4}),
)
def test_r12_and_r29_fever(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("redness", "R13", 0, {"wound": ["redness_spreading"]}),
    ("swelling", "R13", 400, {"wound": ["swelling_or_warmth"]}),
    ("pus", "R13", 1, {"wound": ["pus_or_smell"]}),
    ("opened", "R13", 1, {"wound": ["opened"]}),
    ("pus before D0", "", -1, {"wound": ["pus_or_smell"]}),
    ("a bruise", "", 5, {"wound": ["bruise"]}),
    ("none of these", "", 5, {"wound": []}),
    ("drainage on D0", "R31", 0, {"wound": ["drainage_clear_or_bloody"]}),
    ("drainage on D2", "R31", 2, {"wound": ["drainage_clear_or_bloody"]}),
    ("drainage on D3", "R13", 3, {"wound": ["drainage_clear_or_bloody"]}),
    (
        "drainage and pus on D2",
        "R13 R31",
        2,
        {"wound": ["drainage_clear_or_bloody", "pus_or_smell"]},
    ),
    ("drainage before D0", "", -1, {"wound": ["drainage_clear_or_bloody"]}),
    ("spots on D2", "", 2, {"bleeding": "spots"}),
    ("spots on D3", "R31", 3, {"bleeding": "spots"}),
    ("spots after a year", "R31", 400, {"bleeding": "spots"}),
)
def test_r13_and_r31_wound(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("calf on D0", "R15", 0, {"calf_one_leg": True}),
    ("calf before D0", "", -1, {"calf_one_leg": True}),
    ("no calf", "", 9, {"calf_one_leg": False}),
    ("severe headache", "R16", 9, {"headache": "severe"}),
    ("postural headache", "R16", 400, {"headache": "worse_upright"}),
    ("mild headache", "", 9, {"headache": "mild"}),
    ("severe headache before D0", "", -1, {"headache": "severe"}),
)
def test_r15_calf_and_r16_headache(expected, day, answers):
    assert fired(day, **answers) == expected


@rows(
    ("average 8", "R17", 1, {"pain_avg": 8, "pain_controlled": False}),
    ("average 7", "", 1, {"pain_avg": 7, "pain_controlled": False}),
    ("worst 8", "R17", 1, {"pain_worst": 8, "pain_controlled": False}),
    ("worst 7", "", 1, {"pain_worst": 7, "pain_controlled": False}),
    ("worst 8 alone", "R17 R39", 1, {"pain_avg": None, "pain_worst": 8, "pain_controlled": False}),
    ("controlled", "", 1, {"pain_avg": 8, "pain_controlled": True}),
    ("not asked", "", 1, {"pain_avg": 8}),
    ("no pain given", "R39", 1, {"pain_avg": None, "pain_controlled": False}),
    ("before D0", "", -1, {"pain_avg": 8, "pain_controlled": False}),
    ("in the flare it stands for R32", "R17", 2, {"pain_avg": 9, "pain_controlled": False}),
    (
        "after the flare R18 stands beside it",
        "R17 R18",
        4,
        {"pain_avg": 9, "pain_controlled": False},
    ),
)
def test_r17_uncontrolled_pain(expected, day, answers):
    assert fired(day, **answers) == expected


@pytest.mark.parametrize(
    ("day", "baseline", "pain", "expected"),
    [
        (0, 6, 9, "R32"),
        (3, 6, 9, "R32"),
        (3, 6, 8, ""),
        (4, 6, 9, "R18"),
        (4, 6, 8, ""),
        (400, 6, 9, "R18"),
        (-1, 6, 10, ""),
        (4, 4, 7, "R18"),
        (4, 3, 6, ""),
        (3, 3, 6, "R32"),
        (4, 9, 10, "R18"),
        (3, 9, 10, "R32"),
        (4, 10, 10, ""),
        (3, 10, 10, ""),
        (4, None, 7, "R18"),
        (4, None, 6, ""),
        (3, None, 7, "R32"),
        (3, None, 6, ""),
        (3, 0, 3, "R32"),
        (3, 0, 2, ""),
    ],
)
def test_r18_and_r32_rise_by_three(day, baseline, pain, expected):
    assert fired(day, (), {"baseline_pain": baseline}, pain_avg=pain) == expected


@rows(
    ("sudden pain", "R19", 0, {"sudden_new_back_pain": True}),
    ("sudden pain before D0", "", -1, {"sudden_new_back_pain": True}),
    ("sudden pain and a fall", "R19", 5, {"sudden_new_back_pain": True, "fall": True}),
    ("a fall, two above", "R19", 5, {"fall": True, "pain_avg": 8}),
    ("a fall, one above", "R35", 5, {"fall": True, "pain_avg": 7}),
    ("a fall, pain missing", "R35 R39", 5, {"fall": True, "pain_avg": None}),
    ("a fall in the flare", "R19 R32", 2, {"fall": True, "pain_avg": 9}),
    ("a fall before D0", "", -1, {"fall": True, "pain_avg": 9}),
    ("a fall after a year", "R35", 400, {"fall": True}),
    ("no fall", "", 5, {"fall": False, "pain_avg": 8}),
)
def test_r19_and_r35_falls(expected, day, answers):
    assert fired(day, **answers) == expected


@pytest.mark.parametrize(
    ("baseline", "pain", "expected"), [(9, 10, "R19 R32"), (10, 10, "R35"), (None, 6, "R19")]
)
def test_r19_rise_has_a_ceiling_and_an_assumed_baseline(baseline, pain, expected):
    assert fired(3, (), {"baseline_pain": baseline}, fall=True, pain_avg=pain) == expected


@rows(
    ("leg pain 7", "R20", 5, {"leg_pain_status": NEW, "leg_pain": 7}),
    ("leg pain 6", "R33", 5, {"leg_pain_status": NEW, "leg_pain": 6}),
    ("leg pain 0", "R33", 5, {"leg_pain_status": NEW, "leg_pain": 0}),
    ("leg pain not rated", "R33", 5, {"leg_pain_status": NEW}),
    ("leg pain as before", "", 5, {"leg_pain_status": USUAL, "leg_pain": 9}),
    ("leg pain rated, status missing", "", 5, {"leg_pain_status": None, "leg_pain": 9}),
    ("leg pain 7 before D0", "", -1, {"leg_pain_status": NEW, "leg_pain": 7}),
    ("leg pain 6 before D0", "", -1, {"leg_pain_status": NEW, "leg_pain": 6}),
    ("leg pain after a year", "R20", 400, {"leg_pain_status": NEW, "leg_pain": 10}),
)
def test_r20_and_r33_leg_pain(expected, day, answers):
    assert fired(day, **answers) == expected


@pytest.mark.parametrize(
    ("day", "mg", "expected"),
    [
        (2, 3000, ""),
        (2, 3001, "R37"),
        (2, 4000, "R37"),
        (2, 4001, "R21"),
        (400, 4001, "R21"),
        (-1, 4001, ""),
        (-1, 4000, ""),
    ],
)
def test_r21_and_r37_acetaminophen(day, mg, expected):
    assert fired(day, acetaminophen_mg=mg) == expected


@pytest.mark.parametrize(
    ("celsius", "expected"),
    [("37.74", ""), ("37.75", "R30"), ("37.8", "R30"), ("37.9", "R30"), ("38.0", "R12")],
)
def test_r30_low_grade(celsius, expected):
    assert fired(3, temp_c=Decimal(celsius)) == expected
    assert fired(400, temp_c=Decimal(celsius)) == expected.replace("R12", "R29")


def test_r30_is_silent_before_d0():
    assert fired(-1, temp_c=37.9) == ""


YESTERDAY_HIGH = [(9, 8)]


@pytest.mark.parametrize(
    ("day", "history", "pain", "expected"),
    [
        pytest.param(10, [(9, 8)], 8, "R34", id="two in a row, one day apart"),
        pytest.param(10, [(8, 8)], 8, "R34", id="two days apart"),
        pytest.param(10, [(7, 8)], 8, "", id="three days apart"),
        pytest.param(10, [(9, 7)], 8, "", id="the earlier one is one above"),
        pytest.param(10, [(9, 8)], 7, "", id="this one is one above"),
        pytest.param(10, [(9, 8)], 9, "R18", id="R18 stands for it"),
        pytest.param(4, [(3, 8)], 8, "R34", id="D4 after D3"),
        pytest.param(4, [(2, 8)], 8, "", id="D4 after D2"),
        pytest.param(5, [(3, 8)], 8, "R34", id="D5 after D3"),
        pytest.param(3, [(2, 8)], 8, "", id="D3 is in the flare window"),
        pytest.param(10, [(9, 8), (9, 5)], 8, "", id="of one day the last entered: 5"),
        pytest.param(10, [(9, 5), (9, 8)], 8, "R34", id="of one day the last entered: 8"),
        pytest.param(10, [(9, 8), (8, 5)], 8, "R34", id="the latest day, not the last entered"),
        pytest.param(10, [(8, 8), (9, None)], 8, "R34", id="a log without pain is passed over"),
        pytest.param(10, [(9, 8), (9, None)], 8, "R34", id="on the same day too"),
        pytest.param(10, [(10, 8)], 8, "", id="another log of this day is no earlier one"),
        pytest.param(10, [(11, 8)], 8, "", id="nor is a later one"),
        pytest.param(10, [(9, 8), (10, 4)], 8, "R34", id="which does not hide the earlier"),
        pytest.param(400, [(399, 8)], 8, "R34", id="after a year"),
        pytest.param(10, [(9, 8)], None, "R39", id="no pain now"),
    ],
)
def test_r34_sustained_rise(day, history, pain, expected):
    assert fired(day, history, pain_avg=pain) == expected


@pytest.mark.parametrize(
    ("baseline", "earlier", "pain", "expected"),
    [
        (9, 10, 10, "R18"),
        (10, 10, 10, ""),
        (8, 10, 10, "R18"),
        (4, 6, 6, "R34"),
        (None, 6, 6, "R34"),
        (None, 5, 6, ""),
        (0, 2, 3, "R34"),
    ],
)
def test_r34_has_a_ceiling_and_an_assumed_baseline(baseline, earlier, pain, expected):
    assert fired(10, [(9, earlier)], {"baseline_pain": baseline}, pain_avg=pain) == expected


@pytest.mark.parametrize(
    ("day", "profile", "answers", "expected"),
    [
        (3, {}, {"opioid_mme": Decimal("49.9")}, ""),
        (3, {}, {"opioid_mme": 50}, "R36"),
        (14, {}, {"opioid_mme": 1}, ""),
        (15, {}, {"opioid_mme": 1}, "R36"),
        (15, {}, {"opioid_mme": 0}, ""),
        (15, {"baseline_opioid_mme": Decimal(30)}, {"opioid_mme": 30}, ""),
        (15, {"baseline_opioid_mme": Decimal(30)}, {"opioid_mme": Decimal("30.1")}, "R36"),
        (15, {"baseline_opioid_mme": Decimal(90)}, {"opioid_mme": 50}, "R36"),
        (3, {}, {"opioid_total_unknown": True}, "R36"),
        (3, {}, {"opioid_total_unknown": False}, ""),
        (3, {}, {"opioids": [["kratom", 5, 1]]}, "R36"),
        (3, {}, {"opioids": [["oxycodone", 5, 4], ["tramadol", 50, 2]]}, "R36"),
        (3, {}, {"opioids": [["oxycodone", 5, 4]]}, ""),
        (20, {}, {"opioids": []}, ""),
        (-1, {}, {"opioid_mme": 90}, ""),
    ],
)
def test_r36_opioids(day, profile, answers, expected):
    assert fired(day, (), profile, **answers) == expected


def days(*pains, start=1):
    return list(enumerate(pains, start))


@pytest.mark.parametrize(
    ("day", "history", "pain", "baseline", "expected"),
    [
        pytest.param(15, days(3, 3, 3, 5, 6), 7, 6, "R38", id="mean 3.0, then 6.0"),
        pytest.param(15, days(3, 3, 3, 5, 6), 6, 6, "", id="mean 3.0, then 5.7"),
        pytest.param(14, days(3, 3, 3, 5, 6), 7, 6, "", id="D14 is too early"),
        pytest.param(15, days(3, 3, 3, 6), 8, 6, "", id="five logs are too few"),
        pytest.param(15, days(3, 3, 3, 5, 6), None, 6, "", id="this log has no pain"),
        pytest.param(15, days(3, 3, 3, 5, 6), 7, 5, "R38", id="the best is 2 below the baseline"),
        pytest.param(15, days(2, 2, 2, 5, 5), 6, 3, "", id="the best is 1 below the baseline"),
        pytest.param(15, days(2, 2, 2, 5, 4), 6, 4, "R38", id="2.0 and baseline 4"),
        pytest.param(15, days(2, 2, 3, 5, 5), 6, 4, "", id="2.3 is not 2 below baseline 4"),
        pytest.param(15, days(2, 2, 2, 5, 4), 6, None, "R38", id="no baseline: 4"),
        pytest.param(15, days(2, 2, 3, 5, 5), 6, None, "", id="no baseline: 4, best 2.3"),
        pytest.param(15, days(3, 3, 4, 5, 6), 8, 6, "R38", id="exact thirds: 3.33 and 6.33"),
        pytest.param(15, days(3, 3, 4, 5, 5), 8, 6, "", id="exact thirds: 3.33 and 6.0"),
        pytest.param(15, days(6, 6, 1, 1, 1), 8, 6, "", id="windows that share a log do not count"),
        pytest.param(15, days(6, 1, 1, 1, 2, 3), 8, 6, "R38", id="any earlier window can be best"),
        pytest.param(15, days(8, 1, 1, 1, 8, 8, 8), 8, 8, "R38", id="windows cross the days"),
        pytest.param(15, days(3, 3, 3, 5, 6, start=0), 7, 6, "", id="D0 does not count"),
        pytest.param(15, [*days(3, 3, 3, 5), (5, None)], 7, 6, "", id="logs without pain neither"),
        pytest.param(15, [*days(3, 3, 3, 5), (5, None), (6, 6)], 7, 6, "R38", id="nor stop others"),
        pytest.param(15, days(3, 3, 3, 5, 6)[::-1], 7, 6, "R38", id="by day, however entered"),
        pytest.param(15, [*days(3, 3, 3, 5), (15, 6)], 7, 6, "", id="this day's others are out"),
        pytest.param(15, [(2, 3), (2, 3), (2, 3), (9, 5), (9, 6)], 7, 6, "R38", id="several a day"),
        pytest.param(400, days(3, 3, 3, 5, 6), 7, 6, "R38", id="after a year"),
    ],
)
def test_r38_loss_of_response(day, history, pain, baseline, expected):
    assert fired(day, history, {"baseline_pain": baseline}, pain_avg=pain) == expected


SAFETY = [
    "pain_avg",
    "leg_weakness",
    "leg_numbness",
    "saddle",
    "bladder",
    "bowel",
    "chest_or_breath",
]


@pytest.mark.parametrize("field", SAFETY)
@pytest.mark.parametrize(("day", "expected"), [(-1, ""), (0, "R39"), (14, "R39"), (15, "")])
def test_r39_a_safety_answer_is_missing(field, day, expected):
    assert fired(day, **{field: None}) == expected


def test_r39_does_not_ask_for_the_others():
    assert fired(3, leg_pain_status=None) == ""


def test_missing_is_never_read_as_an_answer():
    assert fired(3, **dict.fromkeys(QUIET)) == "R39"
    assert fired(40, **dict.fromkeys(QUIET)) == ""


LOUD = {
    "pain_avg": 10,
    "pain_controlled": False,
    "saddle": "yes",
    "bladder": "unsure",
    "leg_weakness": CANNOT,
    "leg_numbness": NEW,
    "leg_pain_status": NEW,
    "leg_pain": 9,
    "leg_side": "both",
    "chest_or_breath": True,
    "temp_c": 39.4,
    "bleeding": "wont_stop",
    "hard_to_wake": True,
    "headache": "severe",
    "wound": ["pus_or_smell", "drainage_clear_or_bloody"],
    "calf_one_leg": True,
    "sudden_new_back_pain": True,
    "fall": True,
    "acetaminophen_mg": 5000,
    "opioid_mme": 90,
}


def test_before_d0_exactly_r01_to_r08_and_r10_to_r12_run():
    assert fired(-1, **LOUD) == "R01 R02 R03 R04 R05 R06 R07 R08 R11"
    assert fired(-1, chills=True, saddle="unsure") == "R10 R12"
    early = [rule.id for rule in RULES if rule.runs_on(-1)]
    assert early == ["R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R10", "R11", "R12"]


def test_everything_at_once_after_d0():
    assert fired(9, **LOUD) == (
        "R01 R02 R03 R04 R05 R06 R07 R08 R11 R13 R15 R17 R18 R19 R20 R21 R36"
    )


def test_rules_stand_by_number_with_the_reserved_numbers_left_out():
    numbers = [*range(1, 9), *range(10, 22), *range(29, 40)]
    assert [rule.id for rule in RULES] == [f"R{number:02}" for number in numbers]


def test_a_rule_gives_way_only_to_one_that_stands_before_it():
    ids = [rule.id for rule in RULES]
    yields = {rule.id: rule.unless for rule in RULES if rule.unless}
    assert all(ids.index(stronger) < ids.index(weaker) for weaker, stronger in yields.items())


def test_nothing_known_of_the_patient_is_a_profile_too():
    assert assess(Profile(), [], clean({**QUIET, "day": 3})) == ()
