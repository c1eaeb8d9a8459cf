"""Which questions are shown for given answers, which are missing, and what comes back clean."""

from decimal import Decimal

import pytest

from recovery.clinical.instruments import (
    NO_SCORE,
    Condition,
    Instrument,
    Item,
    Option,
    QuestionnaireError,
    Text,
    evaluate,
    parse,
    score,
)
from tests.clinical.instruments.test_fhir import LINES, LIST_OF_LINES, PEG_LIKE, SECTIONS, WALKING

Q = Text("?")


def form(*items, scorer=""):
    return Instrument("F", Q, "1", items, scorer=scorer)


def choice(link_id, *values, **more):
    return Item(link_id, "choice", Q, options=tuple(Option(v, Q, "") for v in values), **more)


def when(question, operator, answer, answer_type="Boolean"):
    return Condition(question, operator, answer_type, answer)


def shown_for(condition, **answers):
    """Whether "then" is shown: one question of each kind stands before it."""
    asked = form(
        Item("yes", "boolean", Q),
        Item("n", "integer", Q),
        Item("d", "decimal", Q),
        Item("s", "string", Q),
        choice("c", "a", "b"),
        choice("several", "a", "b", "c", repeats=True),
        Item("then", "string", Q, conditions=(condition,)),
    )
    found = evaluate(asked, answers)
    assert found.errors == ()
    return "then" in found.enabled


OPERATORS = [
    (when("yes", "exists", True), {}, False),
    (when("yes", "exists", True), {"yes": False}, True),
    (when("yes", "exists", False), {}, True),
    (when("yes", "exists", False), {"yes": True}, False),
    (when("s", "exists", True), {"s": "  "}, False),
    (when("yes", "=", True), {"yes": True}, True),
    (when("yes", "=", True), {"yes": False}, False),
    (when("yes", "=", False), {}, False),
    (when("yes", "!=", True), {"yes": False}, True),
    (when("yes", "!=", True), {"yes": True}, False),
    (when("yes", "!=", True), {}, True),
    (when("n", "=", 5, "Integer"), {"n": 5}, True),
    (when("n", "=", Decimal("5.0"), "Decimal"), {"n": 5}, True),
    (when("n", "=", Decimal("5.5"), "Decimal"), {"n": 5}, False),
    (when("n", ">", 5, "Integer"), {"n": 5}, False),
    (when("n", ">", 5, "Integer"), {"n": 6}, True),
    (when("n", ">=", 5, "Integer"), {"n": 5}, True),
    (when("n", "<", 5, "Integer"), {"n": 5}, False),
    (when("n", "<", 5, "Integer"), {"n": 4}, True),
    (when("n", "<=", 5, "Integer"), {"n": 5}, True),
    (when("n", "<=", 5, "Integer"), {}, False),
    (when("d", ">", Decimal("0.1"), "Decimal"), {"d": 0.1}, False),
    (when("d", ">", Decimal("0.1"), "Decimal"), {"d": 0.2}, True),
    (when("s", "=", "x", "String"), {"s": "x"}, True),
    (when("c", "=", "a", "Coding"), {"c": "a"}, True),
    (when("c", "=", "a", "Coding"), {"c": "b"}, False),
    (when("c", "!=", "a", "Coding"), {"c": "b"}, True),
    (when("several", "=", "b", "Coding"), {"several": ["a", "b"]}, True),
    (when("several", "=", "b", "Coding"), {"several": ["a", "c"]}, False),
    (when("several", "!=", "b", "Coding"), {"several": ["a", "b"]}, False),
    (when("several", "!=", "b", "Coding"), {"several": ["a", "c"]}, True),
    (when("several", "exists", True), {"several": []}, False),
]


@pytest.mark.parametrize(("condition", "answers", "shown"), OPERATORS)
def test_operators(condition, answers, shown):
    assert shown_for(condition, **answers) is shown


@pytest.mark.parametrize(
    ("behavior", "one", "other", "shown"),
    [
        ("all", True, True, True),
        ("all", True, False, False),
        ("any", True, False, True),
        ("any", False, True, True),
        ("any", False, False, False),
    ],
)
def test_several_conditions_hold_all_or_any(behavior, one, other, shown):
    both = (when("one", "=", True), when("other", "=", True))
    asked = form(
        Item("then", "string", Q, conditions=both, behavior=behavior),
        Item("one", "boolean", Q),
        Item("other", "boolean", Q),
    )
    assert ("then" in evaluate(asked, {"one": one, "other": other}).enabled) is shown


NESTED = form(
    Item("a", "boolean", Q, required=True),
    Item(
        "group",
        "group",
        conditions=(when("a", "=", True),),
        items=(
            Item("b", "boolean", Q, required=True),
            Item(
                "inner",
                "group",
                conditions=(when("b", "=", True),),
                items=(Item("c", "boolean", Q, required=True),),
            ),
        ),
    ),
    Item("after", "boolean", Q, conditions=(when("c", "exists", True),), required=True),
)


@pytest.mark.parametrize(
    ("answers", "enabled", "missing", "dropped"),
    [
        ({}, "a", "a", ""),
        ({"a": False}, "a", "", ""),
        ({"a": True}, "a group b", "b", ""),
        ({"a": True, "b": True}, "a group b inner c", "c", ""),
        ({"a": True, "b": True, "c": False}, "a group b inner c after", "after", ""),
        ({"a": True, "b": False, "c": True, "after": True}, "a group b", "", "c after"),
        ({"a": False, "b": True, "c": True, "after": True}, "a", "", "b c after"),
    ],
)
def test_what_is_in_a_hidden_group_is_hidden_and_its_answers_count_nowhere(
    answers, enabled, missing, dropped
):
    found = evaluate(NESTED, answers)
    assert found.enabled == tuple(enabled.split())
    assert found.missing == tuple(missing.split())
    assert found.dropped == tuple(dropped.split())
    assert set(found.values) == set(answers) - set(found.dropped)
    assert found.complete is (not missing)


def test_a_required_group_needs_one_answer_of_those_that_are_shown():
    hidden = Item("hidden", "string", Q, conditions=(when("on", "=", True),))
    group = Item("group", "group", items=(Item("x", "string", Q), hidden), required=True)
    asked = form(Item("on", "boolean", Q), group)
    assert evaluate(asked, {}).missing == ("group",)
    assert evaluate(asked, {"hidden": "there"}).missing == ("group",)
    assert evaluate(asked, {"hidden": "there", "on": True}).missing == ()
    assert evaluate(asked, {"x": "there"}).missing == ()


def test_begun_and_not_finished_is_partial():
    assert [
        (found.partial, found.complete)
        for found in (
            evaluate(NESTED, {}),
            evaluate(NESTED, {"a": True}),
            evaluate(NESTED, {"a": True, "b": 7}),
            evaluate(NESTED, {"a": False}),
        )
    ] == [(False, False), (True, False), (True, False), (False, True)]


CLEAN = [
    ("minutes", 30, 30),
    ("minutes", 30.0, 30),
    ("km", 2.5, Decimal("2.5")),
    ("km", 3, Decimal(3)),
    ("outside", "often", "often"),
    ("aids", ["rail", "stick", "rail"], ("stick", "rail")),
    ("floors", 2, 2),
    ("floors", Decimal("2.0"), 2),
    ("shoes", False, False),
    ("note", " as it was ", " as it was "),
]


@pytest.mark.parametrize(("link_id", "answer", "clean"), CLEAN)
def test_answers_come_back_typed(link_id, answer, clean):
    found = evaluate(parse(WALKING), {"outside": "often", link_id: answer})
    assert found.errors == ()
    assert found.values[link_id] == clean
    assert type(found.values[link_id]) is type(clean)


@pytest.mark.parametrize("nothing", [None, "", "  "])
@pytest.mark.parametrize("link_id", ["outside", "minutes", "km", "aids", "shoes", "note"])
def test_no_answer_is_no_error(link_id, nothing):
    found = evaluate(parse(WALKING), {link_id: nothing})
    assert (found.values, found.errors) == ({}, ())


BAD = [
    ("minutes", 601, "minutes 601 is outside 0-600"),
    ("minutes", 1.5, "minutes 1.5 is not a whole number"),
    ("minutes", "30", 'minutes "30" is not a number'),
    ("minutes", True, "minutes true is not a number"),
    ("minutes", Decimal("1e999999999"), "minutes 1E+999999999 is outside 0-600"),
    ("km", 0.4, "km 0.4 is outside 0.5 or more, with at most one decimal"),
    ("km", 2.55, "km 2.55 has too many decimals, wanted is 0.5 or more, with at most one decimal"),
    ("outside", "Often", 'outside "Often" is not one of often, seldom, never'),
    ("outside", ["often"], "outside a list is not one of often, seldom, never"),
    ("floors", "2", 'floors "2" is not one of 0, 1, 2'),
    ("floors", True, "floors true is not one of 0, 1, 2"),
    ("floors", Decimal("1e999999999"), "floors 1E+999999999 is not one of 0, 1, 2"),
    ("aids", "stick", 'aids "stick" is not a list'),
    ("aids", ["stick", "cane"], 'aids "cane" is not one of stick, rail'),
    ("aids", [["stick"]], "aids a list is not one of stick, rail"),
    ("shoes", "yes", 'shoes "yes" is not true or false'),
    ("note", "x" * 81, "note is longer than 80 characters"),
    ("note", 7, "note 7 is not text"),
    ("walk", True, 'unknown question "walk"'),
    ("shoe", True, 'unknown question "shoe"'),
]


@pytest.mark.parametrize(("link_id", "answer", "message"), BAD)
def test_a_wrong_answer_is_refused_by_name_and_the_others_stay(link_id, answer, message):
    other = {"shoes": True} if link_id == "floors" else {"floors": 1}
    found = evaluate(parse(WALKING), {**other, link_id: answer})
    assert [(error.field, error.message) for error in found.errors] == [(link_id, message)]
    assert found.values == other
    assert not found.complete


def test_errors_stand_in_the_order_of_the_page():
    found = evaluate(parse(WALKING), {"nowhere": 1, "shoes": 1, "floors": 9, "minutes": -1})
    assert [error.field for error in found.errors] == ["minutes", "floors", "shoes", "nowhere"]


def loaded(items, scorer):
    return parse({**PEG_LIKE, "item": items}, scorer=scorer)


def sections(*values):
    return {
        f"section-{n}": f"{n}{value}"
        for n, value in enumerate(values, start=1)
        if value is not None
    }


SCORES = [
    (PEG_LIKE["item"], "peg_mean", {"q0": 6, "q1": 7, "q2": 5}, 18, "6.0", 18),
    (PEG_LIKE["item"], "peg_mean", {"q0": 6, "q1": 7}, None, None, None),
    (PEG_LIKE["item"], "sum", {"q0": 6, "q1": 7, "q2": 4}, 17, "17", 17),
    (PEG_LIKE["item"], "sum", {"q0": 6, "q2": 4}, None, None, None),
    (PEG_LIKE["item"], "mean", {"q0": 6, "q1": 7, "q2": 4}, 17, "5.7", 17),
    (LINES, "rmdq_count", {f"line-{n}": False for n in range(1, 25)}, 0, "0", 0),
    (LINES, "rmdq_count", {f"line-{n}": n in (1, 24) for n in range(1, 25)}, 2, "2", 2),
    (LINES, "rmdq_count", {}, None, None, None),
    (LINES, "rmdq_count", {"line-1": True, "line-24": True}, None, None, None),
    (LIST_OF_LINES, "rmdq_count", {}, 0, "0", 0),
    (LIST_OF_LINES, "rmdq_count", {"lines": ["3", "5", "3"]}, 2, "2", 2),
    (SECTIONS, "odi_proportion", sections(2, 2, 2, 2, 2, 2, 1, 1, 1, 1), 16, "32.0", 32),
    (SECTIONS, "odi_proportion", sections(5, 5, 5, 1, 0, 0, 0, 0, 0), 16, "35.6", None),
    (SECTIONS, "odi_proportion", {}, None, None, None),
]


def test_a_score_says_how_many_questions_were_answered():
    peg = loaded(PEG_LIKE["item"], "peg_mean")
    assert score(peg, evaluate(peg, {"q0": 6, "q1": 7})).answered == 2
    assert score(peg, evaluate(peg, {"q0": 6, "q1": 7, "q2": 0})).answered == 3
    ratings = loaded(PEG_LIKE["item"], "mean")
    assert score(ratings, evaluate(ratings, {"q0": 6})).answered == 1


@pytest.mark.parametrize(("items", "scorer", "answers", "total", "shown", "basis"), SCORES)
def test_a_loaded_form_is_scored_by_its_scorer(items, scorer, answers, total, shown, basis):
    instrument = loaded(items, scorer)
    found = score(instrument, evaluate(instrument, answers))
    assert (found.total, found.shown) == (total, shown)
    if basis is not None:
        assert found.basis == basis


def test_the_number_of_sections_answered_is_told():
    instrument = loaded(SECTIONS, "odi_proportion")
    found = score(instrument, evaluate(instrument, sections(5, 5, 5, 1, 0, 0, 0, 0, 0)))
    assert found.answered == 9
    assert found.basis * 45 == 1600


def test_what_was_not_submitted_or_is_refused_has_no_score():
    lines = loaded(LINES, "rmdq_count")
    assert score(lines, None) == NO_SCORE
    assert score(lines, evaluate(lines, {"line-1": 1})) == NO_SCORE
    without = parse(WALKING)
    assert score(without, evaluate(without, {"floors": 2})) == NO_SCORE


def test_a_hidden_question_is_not_counted_and_not_waited_for():
    asked = form(
        Item("n", "integer", Q, low=0, high=9),
        Item("m", "integer", Q, low=0, high=9, conditions=(when("n", ">", 5, "Integer"),)),
        scorer="sum",
    )
    assert score(asked, evaluate(asked, {"n": 5, "m": 4})).total == 5
    assert score(asked, evaluate(asked, {"n": 6, "m": 4})).total == 10
    assert score(asked, evaluate(asked, {"n": 6})).total is None


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ((), "item: there is no item"),
        ((Item("a", "string", Q), Item("a", "string", Q)), 'item[1].linkId: "a" is given twice'),
        ((Item("a", "choice", Q),), "item[0].answerOption: a choice without options"),
        (
            (Item("a", "string", Q, conditions=(when("b", "exists", True),)),),
            'item[0].enableWhen[0].question: no item has linkId "b"',
        ),
    ],
)
def test_an_instrument_that_does_not_hold_together_cannot_be_made(items, message):
    with pytest.raises(QuestionnaireError) as refused:
        form(*items)
    assert str(refused.value) == message
