from datetime import date, datetime
from decimal import Decimal

import pytest

from recovery.clinical.logfields import (
    FIELDS,
    SAFETY_FIELDS,
    LogError,
    activity_note,
    asked_window,
    clean,
    missing_fields,
    required_fields,
    sift,
)

ALWAYS = [
    "pain_avg",
    "leg_pain_status",
    "leg_weakness",
    "leg_numbness",
    "saddle",
    "bladder",
    "bowel",
    "chills",
    "chest_or_breath",
]
TO_D14 = [
    "sudden_new_back_pain",
    "fall",
    "bleeding",
    "headache",
    "neck_stiff_or_confused",
    "calf_one_leg",
    "hard_to_wake",
    "allergy_severe",
]


def cleaned(**answers):
    values = clean({"day": 3, **answers})
    del values["day"]
    return values


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"temp_c": 98}, "temp_c 98 is outside 33.0-43.0"),
        ({"temp_c": Decimal("98.60")}, "temp_c 98.60 is outside 33.0-43.0"),
        ({"temp_c": Decimal("32.99")}, "temp_c 32.99 is outside 33.0-43.0"),
        ({"temp_c": Decimal("43.01")}, "temp_c 43.01 is outside 33.0-43.0"),
        ({"temp_f": 38}, "temp_f 38 is outside 91.4-109.4"),
        ({"temp_f": 109.5}, "temp_f 109.5 is outside 91.4-109.4"),
        ({"temp_c": "37"}, 'temp_c "37" is not a number'),
        ({"temp_c": True}, "temp_c true is not a number"),
        ({"temp_c": float("nan")}, "temp_c nan is not a number"),
        ({"temp_c": 37, "temp_f": 98.6}, "temp_c and temp_f are both given"),
        (
            {"temp_c": 37, "temp_value": 37, "temp_unit": "C"},
            "temp_c and temp_value are both given",
        ),
        ({"temp_value": 37}, "temp_unit is missing"),
        ({"temp_value": 37, "temp_unit": "K"}, 'temp_unit "K" is not one of C, F'),
        (
            {"temp_value": 98, "temp_unit": "C"},
            "temp_value 98 C is outside 33.0-43.0 C or 91.4-109.4 F",
        ),
        (
            {"temp_value": 37, "temp_unit": "F"},
            "temp_value 37 F is outside 33.0-43.0 C or 91.4-109.4 F",
        ),
        ({"pain_avg": 12}, "pain_avg 12 is outside 0-10"),
        ({"pain_avg": -1}, "pain_avg -1 is outside 0-10"),
        ({"pain_avg": 5.5}, "pain_avg 5.5 is not a whole number"),
        ({"pain_avg": "eleven"}, 'pain_avg "eleven" is not a whole number'),
        ({"pain_avg": "5"}, 'pain_avg "5" is not a whole number'),
        ({"pain_avg": True}, "pain_avg true is not a whole number"),
        ({"pain_avg": [5, 6]}, "pain_avg a list is not a whole number"),
        ({"pain_avg": {"a": 1}}, "pain_avg an object is not a whole number"),
        ({"pain_avg": Decimal("1E999999")}, "pain_avg 1E+999999 is outside 0-10"),
        ({"pain_avg": 5, "pain_worst": 4}, "pain_worst 4 is below pain_avg 5"),
        ({"leg_pain": 11}, "leg_pain 11 is outside 0-10"),
        ({"sleep": 11}, "sleep 11 is outside 0-10"),
        ({"walk_minutes": 1441}, "walk_minutes 1441 is outside 0-1440"),
        ({"acetaminophen_mg": 20001}, "acetaminophen_mg 20001 is outside 0-20000"),
        ({"opioid_mme": -1}, "opioid_mme -1 is outside 0-100000"),
        ({"fall": 1}, "fall 1 is not true or false"),
        ({"fall": "yes"}, 'fall "yes" is not true or false'),
        ({"saddle": "maybe"}, 'saddle "maybe" is not one of no, yes, unsure'),
        ({"saddle": True}, "saddle true is not one of no, yes, unsure"),
        ({"saddle": ["yes"]}, "saddle a list is not one of no, yes, unsure"),
        ({"leg_side": "up"}, 'leg_side "up" is not one of left, right, both'),
        (
            {"leg_numbness": "cannot_stand_or_lift_foot"},
            'leg_numbness "cannot_stand_or_lift_foot" is not one of none, usual, new_or_worse',
        ),
        (
            {"bleeding": "some"},
            'bleeding "some" is not one of none, spots, soaks_dressing, wont_stop',
        ),
        ({"wound": "bruise"}, 'wound "bruise" is not a list'),
        (
            {"wound": ["rash"]},
            (
                'wound "rash" is not one of redness_spreading, swelling_or_warmth, '
                "drainage_clear_or_bloody, pus_or_smell, opened, bruise"
            ),
        ),
        ({"free_text": "x" * 1001}, "free_text is longer than 1000 characters"),
        ({"free_text": 5}, "free_text 5 is not text"),
        ({"opioids": "oxycodone"}, 'opioids "oxycodone" is not a list'),
        ({"opioids": [{"mg": 5}]}, "opioids has an entry that is not drug, mg, doses"),
        ({"opioids": [5]}, "opioids has an entry that is not drug, mg, doses"),
        ({"opioids": [["tramadol", -5, 1]]}, "opioids: mg -5 is outside 0-10000"),
        ({"opioids": [{"drug": None}]}, "opioids: drug null is not text"),
        (
            {"opioids": [["tramadol", 50, 1]], "opioid_mme": 20},
            "opioid_mme 20 is not the total of opioids, 10.0",
        ),
        ({"log_date": "yesterday"}, 'log_date "yesterday" is not a date in ISO 8601'),
        ({"entered_by": "nurse"}, 'entered_by "nurse" is not one of patient, carer, staff'),
        ({"pain": 5}, 'unknown field "pain"'),
        ({"day": None}, "day is missing"),
        ({"day": "3"}, 'day "3" is not a whole number'),
        ({"day": 40000}, "day 40000 is outside -36500 to 36500"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_wrong(answers, message):
    with pytest.raises(LogError) as refused:
        cleaned(**answers)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("given", "celsius"),
    [
        ({"temp_c": 38}, "38.0"),
        ({"temp_c": 37.95}, "38.0"),
        ({"temp_c": Decimal("37.949")}, "37.9"),
        ({"temp_c": Decimal("43.0")}, "43.0"),
        ({"temp_f": 91.4}, "33.0"),
        ({"temp_f": 109.4}, "43.0"),
        ({"temp_f": 100.4}, "38.0"),
        ({"temp_f": 100.3}, "37.9"),
        ({"temp_f": Decimal("100.31")}, "38.0"),
        ({"temp_f": 101.3}, "38.5"),
        ({"temp_value": Decimal("100.4"), "temp_unit": "F"}, "38.0"),
        ({"temp_value": 37, "temp_unit": "C"}, "37.0"),
    ],
)
def test_a_temperature_becomes_celsius_rounded_half_up(given, celsius):
    values = cleaned(**given)
    assert str(values["temp_c"]) == celsius
    assert values.keys() == {"temp_c"}


@pytest.mark.parametrize(
    ("answers", "values"),
    [
        pytest.param({"pain_avg": None, "saddle": None}, {}, id="null is missing"),
        pytest.param({"temp_unit": "F"}, {}, id="a unit alone is no temperature"),
        pytest.param({"pain_avg": 5.0}, {"pain_avg": 5}, id="5.0 is a whole number"),
        pytest.param({"pain_worst": 2}, {"pain_worst": 2}, id="worst pain alone"),
        pytest.param(
            {"pain_avg": 4, "pain_worst": 4}, {"pain_avg": 4, "pain_worst": 4}, id="equal"
        ),
        pytest.param({"wound": []}, {"wound": []}, id="none of these is an answer"),
        pytest.param(
            {"wound": ["opened", "bruise", "redness_spreading", "opened"]},
            {"wound": ["redness_spreading", "opened", "bruise"]},
            id="a set has the field's order",
        ),
        pytest.param(
            {"opioids": []}, {"opioids": [], "opioid_mme": Decimal(0)}, id="no opioid is zero"
        ),
        pytest.param(
            {"opioids": [["tramadol", 50, 2]]},
            {
                "opioids": [{"drug": "tramadol", "mg": Decimal(50), "doses": Decimal(2)}],
                "opioid_mme": Decimal(20),
            },
            id="an opioid as a list",
        ),
        pytest.param(
            {"opioids": [{"drug": "kratom", "mg": None}], "opioid_total_unknown": False},
            {"opioids": [{"drug": "kratom"}], "opioid_total_unknown": True},
            id="an opioid without a factor",
        ),
        pytest.param(
            {"log_date": "2026-03-09", "entered_at": "2026-03-09T20:00:00+00:00"},
            {
                "log_date": date(2026, 3, 9),
                "entered_at": datetime.fromisoformat("2026-03-09T20:00:00+00:00"),
            },
            id="dates",
        ),
    ],
)
def test_a_clean_log_holds_the_present_values_and_stays_as_it_is(answers, values):
    assert cleaned(**answers) == values
    assert cleaned(**values) == values


def test_a_sifted_post_keeps_its_clean_fields_and_names_every_wrong_one_in_order():
    values, errors = sift(
        {
            "pain": 3,
            "temp_c": 98,
            "pain_worst": 2,
            "pain_avg": 5,
            "saddle": "yes",
            "fall": "no",
            "day": None,
        }
    )
    assert values == {"pain_avg": 5, "saddle": "yes"}
    assert [error.field for error in errors] == ["pain_worst", "fall", "temp_c", "pain"]


def test_two_temperatures_keep_neither():
    values, errors = sift({"temp_c": 36.6, "temp_f": 104})
    assert values == {}
    assert [error.field for error in errors] == ["temp_f"]


@pytest.mark.parametrize(
    ("day", "asked"),
    [
        (-3, ALWAYS),
        (0, [*ALWAYS, *TO_D14, "wound"]),
        (14, [*ALWAYS, *TO_D14, "wound"]),
        (15, [*ALWAYS, "wound"]),
        (30, [*ALWAYS, "wound"]),
        (31, ALWAYS),
    ],
)
def test_what_must_be_answered_depends_on_the_day(day, asked):
    assert sorted(required_fields(day, {})) == sorted(asked)


@pytest.mark.parametrize(
    ("answers", "field", "required"),
    [
        ({"pain_avg": 7}, "pain_controlled", True),
        ({"pain_avg": 6}, "pain_controlled", False),
        ({}, "pain_controlled", False),
        ({"leg_weakness": "new_or_worse"}, "leg_side", True),
        ({"leg_weakness": "cannot_stand_or_lift_foot"}, "leg_side", True),
        ({"leg_numbness": "new_or_worse"}, "leg_side", True),
        ({"leg_pain_status": "new_or_worse"}, "leg_side", True),
        ({"leg_pain_status": "usual", "leg_numbness": "none"}, "leg_side", False),
        ({"temp_c": Decimal("36.6")}, "chills", False),
        ({"temp_value": Decimal("98.6")}, "chills", False),
        ({}, "chills", True),
    ],
)
def test_what_must_be_answered_depends_on_other_answers(answers, field, required):
    assert (field in required_fields(40, answers)) == required


def test_a_false_answer_is_an_answer_and_an_empty_set_too():
    missing = missing_fields(1, {"fall": False, "wound": [], "pain_avg": 0, "saddle": None})
    assert {"fall", "wound", "pain_avg"}.isdisjoint(missing)
    assert "saddle" in missing


def test_every_safety_field_is_always_required():
    assert all(asked_window(name) == (None, None) for name in SAFETY_FIELDS)
    assert asked_window("wound") == (0, 30)
    assert asked_window("sleep") is None


@pytest.mark.parametrize(
    ("day", "level", "noted"),
    [
        (2, "full", True),
        (3, "full", False),
        (14, "rest", False),
        (15, "rest", True),
        (9, None, False),
    ],
)
def test_activity_out_of_phase_is_noted(day, level, noted):
    assert bool(activity_note(day, level)) == noted


def test_every_field_is_checked_by_its_kind():
    for name, field in FIELDS.items():
        with pytest.raises(LogError):
            clean({"day": 1, name: object()})
        assert field.name == name
