"""The daily log's form: what it refuses, what it asks again, what it reads."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from recovery.forms.logs import LogForm

TODAY = date(2026, 3, 4)
# Every question of days 0 to 14 answered, nothing wrong, as a browser sends it.
QUIET_POST: dict[str, Any] = {
    "log_date": TODAY.isoformat(),
    "revision": "",
    "pain_avg": "4",
    "leg_pain_status": "none",
    "leg_weakness": "none",
    "leg_numbness": "none",
    "saddle": "no",
    "bladder": "no",
    "bowel": "no",
    "chest_or_breath": "no",
    "signs": "none",
    "spot": "no",
    "chills": "no",
}
QUIET_ANSWERS = {
    "pain_avg": 4,
    "leg_pain_status": "none",
    "leg_weakness": "none",
    "leg_numbness": "none",
    "saddle": "no",
    "bladder": "no",
    "bowel": "no",
    "chest_or_breath": False,
    "chills": False,
    "sudden_new_back_pain": False,
    "fall": False,
    "calf_one_leg": False,
    "neck_stiff_or_confused": False,
    "allergy_severe": False,
    "hard_to_wake": False,
    "headache": "none",
    "wound": [],
    "bleeding": "none",
}


def form(
    *, day: int = 2, without: tuple[str, ...] = (), fixed: date | None = None, **changes: Any
) -> LogForm:
    """The quiet day's form with some answers changed, cleaned; a list sends several values."""
    data = QueryDict(mutable=True)
    for name, value in (QUIET_POST | changes).items():
        if name not in without:
            data.setlist(name, value if isinstance(value, list) else [value])
    made = LogForm(
        data,
        procedure_on=TODAY - timedelta(days=day),
        dates=(TODAY - timedelta(days=1), TODAY),
        fixed=fixed,
    )
    made.is_valid()
    return made


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        ("opioid_1_drug", ["morphine", "tramadol"], 'value="morphine" selected'),
        ("free_text", ["first note", "second note"], "first note\nsecond note</textarea>"),
    ],
)
def test_two_values_for_one_question_are_refused_and_neither_is_taken(
    name: str, sent: list[str], kept: str
) -> None:
    opioid = {"opioids_taken": "yes", "opioid_1_drug": "codeine", "opioid_1_mg": "5"}
    made = form(**opioid | {"opioid_1_doses": "2", name: sent})
    assert name in made.errors
    assert kept in str(made[name])
    assert [value for value in sent if value in str(made.answers)] == []
    assert "free_text" not in made.answers


def test_a_quiet_day_is_complete() -> None:
    made = form()
    assert made.errors == {}
    assert made.answers == QUIET_ANSWERS
    assert (made.reported_on, made.day, made.filled_from) == (TODAY, 2, None)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("eleven", "from 0 to 10. “eleven” is not"),
        ("12", "from 0 to 10. “12” is not"),
        ("-1", "from 0 to 10. “-1” is not"),
        ("5.5", "from 0 to 10. “5.5” is not"),
        (["5", "6"], "one number only"),
        ("9" * 500, "…"),
    ],
)
def test_pain_that_is_no_number_from_0_to_10_is_refused_at_the_field(value: Any, said: str) -> None:
    made = form(pain_avg=value)
    assert list(made.errors) == ["pain_avg"]
    assert said in made.errors["pain_avg"][0]
    assert "pain_avg" not in made.answers
    assert made.answers == {k: v for k, v in QUIET_ANSWERS.items() if k != "pain_avg"}
    assert made.missing == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("saddle", "maybe"),
        ("saddle", ["no", "yes"]),
        ("leg_weakness", "strong"),
        ("leg_side", "middle"),
        ("chest_or_breath", "true"),
        ("signs", ["fall", "rash"]),
        ("spot_signs", "green"),
        ("temp_unit", "K"),
        ("walk_minutes", "1441"),
        ("walk_minutes", "-5"),
        ("walk_minutes", "1e2"),
        ("walk_minutes", ["10", "20"]),
        ("acetaminophen_mg", "20001"),
        ("acetaminophen_mg", "4.5"),
        ("sleep", "11"),
        ("free_text", "x" * 1001),
        ("free_text", "a\x00b"),
    ],
)
def test_a_value_that_the_page_cannot_send_is_refused_beside_its_field(
    name: str, value: Any
) -> None:
    made = form(**{name: value})
    assert list(made.errors) == [name]
    assert name in made.wrong


@pytest.mark.parametrize(
    ("value", "unit", "stored", "said"),
    [
        ("98.6", "F", Decimal("98.6"), ""),
        ("37,2", "C", Decimal("37.2"), ""),
        ("38", "C", Decimal(38), ""),
        ("98", "C", None, "33.0 to 43.0 in °C, and 91.4 to 109.4 in °F. Did you mean °F?"),
        ("37", "F", None, "Did you mean °C?"),
        ("20", "C", None, "not a body temperature"),
        ("98.6", "", None, "Choose °F or °C"),
        ("98.65", "F", None, "one digit after the point at most, like 98.6"),
        ("38.55", "C", None, "one digit after the point"),
        ("warm", "F", None, "“warm” is not a number"),
        ("nan", "F", None, "“nan” is not a number"),
    ],
)
def test_a_temperature_needs_its_unit_and_must_fit_it(
    value: str, unit: str, stored: Decimal | None, said: str
) -> None:
    made = form(temp_value=value, temp_unit=unit, without=("chills",))
    assert made.answers.get("temp_value") == stored
    if stored is None:
        assert said in made.errors["temp_value"][0]
        # Without a temperature the chills are asked for.
        assert "chills" in made.missing
    else:
        assert (made.errors, made.answers["temp_unit"]) == ({}, unit)


@pytest.mark.parametrize(
    ("typed", "mg", "said"),
    [
        ("5000", 5000, ""),
        ("5,000", 5000, ""),
        ("12,000", 12000, ""),
        ("0,500", None, "whole number"),
        ("5.000", None, "whole number, like 2000. “5.000” is not"),
        ("5.0", None, "whole number"),
        ("4,5", None, "whole number"),
        ("50,00", None, "whole number"),
        ("1,0000", None, "whole number"),
        ("5,000.0", None, "whole number"),
        ("30,000", None, "from 0 to 20000"),
        ("lots", None, "not a number"),
    ],
)
def test_a_whole_number_may_have_commas_only_between_thousands(
    typed: str, mg: int | None, said: str
) -> None:
    made = form(acetaminophen_mg=typed)
    assert made.answers.get("acetaminophen_mg") == mg
    assert bool(made.errors) == bool(said)
    assert said in "".join(made.errors.get("acetaminophen_mg", []))


@pytest.mark.parametrize(
    ("typed", "mg", "said"),
    [
        ("7.5", Decimal("7.5"), ""),
        ("7,5", Decimal("7.5"), ""),
        ("5,000", None, "“5,000” can mean two numbers. Write it without a comma"),
        ("5.000", None, "one digit after the point"),
        ("7,25", None, "one digit after the point"),
        ("1,000.5", None, "not a number"),
    ],
)
def test_a_comma_that_can_mean_two_things_is_never_guessed(
    typed: str, mg: Decimal | None, said: str
) -> None:
    made = form(opioids_taken="yes", opioid_1_drug="oxycodone", opioid_1_mg=typed)
    assert bool(made.errors) == bool(said)
    assert said in "".join(made.errors.get("opioid_1_mg", []))
    if mg is not None:
        assert made.answers["opioids"] == [{"drug": "oxycodone", "mg": mg}]


def test_a_unit_without_a_temperature_says_nothing() -> None:
    assert form(temp_unit="F").answers == QUIET_ANSWERS


def test_worst_pain_is_not_below_the_average() -> None:
    assert form(pain_worst="4").answers["pain_worst"] == 4
    made = form(pain_worst="3")
    assert "cannot be lower than your average pain, 4" in made.errors["pain_worst"][0]
    assert made.answers == QUIET_ANSWERS


@pytest.mark.parametrize(
    ("ticked", "answers"),
    [
        (["none"], {}),
        (["fall"], {"fall": True}),
        (["headache_mild"], {"headache": "mild"}),
        (["headache_mild", "headache_severe"], {"headache": "severe"}),
        (["headache_severe"], {"headache": "severe"}),
        (["headache_upright"], {"headache": "worse_upright"}),
        (["headache_severe", "headache_upright"], {"headache": "worse_upright"}),
        (["hard_to_wake", "allergy_severe"], {"hard_to_wake": True, "allergy_severe": True}),
    ],
)
def test_a_tick_is_yes_and_the_rest_of_an_answered_list_is_no(
    ticked: list[str], answers: dict[str, Any]
) -> None:
    made = form(signs=ticked)
    assert made.errors == {}
    assert made.answers == QUIET_ANSWERS | answers


def test_an_empty_list_of_signs_is_not_a_no() -> None:
    made = form(without=("signs",))
    assert made.missing == ["signs"]
    assert not {"fall", "headache", "hard_to_wake"} & made.answers.keys()


def test_a_sign_ticked_beside_none_of_these_is_refused_and_still_counts() -> None:
    made = form(signs=["allergy_severe", "none"])
    assert list(made.errors) == ["signs"]
    assert made.answers["allergy_severe"] is True
    assert "fall" not in made.answers


@pytest.mark.parametrize(
    ("spot", "ticked", "wound", "bleeding", "error"),
    [
        ("no", [], [], "none", ""),
        ("yes", ["opened", "spots"], ["opened"], "spots", ""),
        ("yes", ["spots", "wont_stop"], [], "wont_stop", ""),
        ("", ["none"], [], "none", ""),
        ("yes", ["bruise"], ["bruise"], "none", ""),
        ("yes", ["none"], None, None, "Which is it?"),
        ("", ["pus_or_smell"], ["pus_or_smell"], "none", ""),
        ("yes", [], None, None, "Check the boxes for what you see"),
        ("no", ["wont_stop"], [], "wont_stop", "Which is it?"),
        ("yes", ["opened", "none"], ["opened"], "none", "Which is it?"),
    ],
)
def test_the_spot_on_the_back(
    spot: str, ticked: list[str], wound: Any, bleeding: Any, error: str
) -> None:
    made = form(spot=spot, spot_signs=ticked)
    assert (made.answers.get("wound"), made.answers.get("bleeding")) == (wound, bleeding)
    assert bool(made.errors) is bool(error)
    if error:
        assert error in made.errors["spot"][0]


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


@pytest.mark.parametrize(
    ("day", "asked"),
    [
        (-3, ALWAYS),
        (0, [*ALWAYS, "signs", "spot"]),
        (14, [*ALWAYS, "signs", "spot"]),
        (15, [*ALWAYS, "spot"]),
        (30, [*ALWAYS, "spot"]),
        (31, ALWAYS),
        (200, ALWAYS),
    ],
)
def test_what_must_be_answered_depends_on_the_day(day: int, asked: list[str]) -> None:
    made = form(day=day, without=tuple(QUIET_POST.keys() - {"log_date"}))
    assert set(made.missing) == set(asked)
    assert set(made.errors) == set(asked)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"pain_avg": "6"}, []),
        ({"pain_avg": "7"}, ["pain_controlled"]),
        ({"pain_avg": "7", "pain_controlled": "yes"}, []),
        ({"leg_numbness": "new_or_worse"}, ["leg_side"]),
        ({"leg_weakness": "cannot_stand_or_lift_foot"}, ["leg_side"]),
        ({"leg_pain_status": "usual"}, []),
        ({"leg_pain_status": "new_or_worse", "leg_side": "left"}, []),
    ],
)
def test_some_questions_follow_from_others(changes: dict[str, str], asked: list[str]) -> None:
    assert form(**changes).missing == asked


def test_missing_answers_may_be_left_out_but_wrong_ones_never() -> None:
    incomplete = form(without=("bladder",), save_incomplete="1")
    assert (incomplete.errors, incomplete.missing) == ({}, ["bladder"])
    assert "bladder" not in incomplete.answers
    assert list(form(without=("bladder",), pain_avg="12", save_incomplete="1").errors) == [
        "pain_avg"
    ]


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        (TODAY, True),
        (TODAY - timedelta(days=1), True),
        (TODAY + timedelta(days=1), False),
        (TODAY - timedelta(days=3), False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_the_date_is_today_or_yesterday(given: Any, accepted: bool) -> None:
    made = form(log_date=str(given))
    assert (made.reported_on == given) is accepted
    assert list(made.errors) == ([] if accepted else ["log_date"])
    if not accepted:
        assert made.errors["log_date"] == ["You can log for Wed, Mar 4 or Tue, Mar 3."]
        assert made.answers == QUIET_ANSWERS


def test_a_link_fixes_the_date_whatever_is_sent() -> None:
    fixed = TODAY - timedelta(days=2)
    made = form(log_date=TODAY.isoformat(), fixed=fixed)
    assert (made.errors, made.reported_on, made.day) == ({}, fixed, 0)


@pytest.mark.parametrize(
    ("sent", "read"), [("", None), ("0", 0), ("3", 3), ("-1", None), ("x", None), ("99999", None)]
)
def test_the_revision_the_form_was_filled_from(sent: str, read: int | None) -> None:
    assert form(revision=sent).filled_from == read


@pytest.mark.parametrize(
    ("changes", "mg", "wrong"),
    [
        ({"acetaminophen_tablets": "0"}, 0, ""),
        ({"acetaminophen_tablets": "4", "acetaminophen_strength": "500"}, 2000, ""),
        ({"acetaminophen_tablets": "1.5", "acetaminophen_strength": "500"}, 750, ""),
        (
            {"acetaminophen_tablets": "1.5", "acetaminophen_strength": "325"},
            None,
            "acetaminophen_tablets",
        ),
        ({"acetaminophen_mg": "4500"}, 4500, ""),
        ({"acetaminophen_tablets": "4"}, None, "acetaminophen_strength"),
        (
            {
                "acetaminophen_tablets": "4",
                "acetaminophen_strength": "500",
                "acetaminophen_mg": "1000",
            },
            None,
            "acetaminophen_mg",
        ),
        (
            {"acetaminophen_tablets": "90", "acetaminophen_strength": "650"},
            None,
            "acetaminophen_tablets",
        ),
    ],
)
def test_acetaminophen_by_tablets_or_in_all(
    changes: dict[str, str], mg: int | None, wrong: str
) -> None:
    made = form(**changes)
    assert made.answers.get("acetaminophen_mg") == mg
    assert list(made.errors) == ([wrong] if wrong else [])


def test_opioids_are_none_or_each_one_taken() -> None:
    assert "opioids" not in form().answers
    assert form(opioids_taken="no").answers["opioids"] == []
    taken = form(
        opioids_taken="yes",
        opioid_1_drug="oxycodone",
        opioid_1_mg="5",
        opioid_1_doses="4",
        opioid_3_drug="other",
    )
    assert taken.answers["opioids"] == [
        {"drug": "oxycodone", "mg": Decimal(5), "doses": 4},
        {"drug": "other"},
    ]


def test_half_a_dose_counts() -> None:
    made = form(
        opioids_taken="yes", opioid_1_drug="oxycodone", opioid_1_mg="5", opioid_1_doses="1.5"
    )
    assert made.answers["opioids"] == [
        {"drug": "oxycodone", "mg": Decimal(5), "doses": Decimal("1.5")}
    ]


def test_a_dose_beyond_what_a_log_holds_is_refused_where_it_is_largest() -> None:
    made = form(
        opioids_taken="yes",
        opioid_1_drug="tramadol",
        opioid_1_mg="50",
        opioid_1_doses="4",
        opioid_2_drug="hydromorphone",
        opioid_2_mg="10000",
        opioid_2_doses="30",
    )
    assert list(made.errors) == ["opioid_2_doses"]
    assert "opioids" not in made.answers


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"opioids_taken": "yes"}, "opioid_1_drug"),
        ({"opioids_taken": "no", "opioid_1_drug": "tramadol"}, "opioids_taken"),
        ({"opioids_taken": "yes", "opioid_2_mg": "50"}, "opioid_2_drug"),
        ({"opioids_taken": "yes", "opioid_1_drug": "heroin"}, "opioid_1_drug"),
    ],
)
def test_an_opioid_without_its_name_is_refused(changes: dict[str, str], wrong: str) -> None:
    made = form(**changes)
    assert list(made.errors) == [wrong]
    assert "opioids" not in made.answers


def test_every_message_names_an_input_to_go_to() -> None:
    made = form(log_date="", pain_avg="12", temp_value="98", temp_unit="C", signs=[])
    targets = [problem["target"] for problem in made.problems()]
    assert targets == ["log_date_0", "pain_avg_0", "signs_0", "temp_value"]
