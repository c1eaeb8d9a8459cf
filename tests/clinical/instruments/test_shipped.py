"""What ships, and in what words."""

import dataclasses

import pytest

from recovery.clinical.instruments import SCORERS, SHIPPED, evaluate, score
from recovery.clinical.instruments.response import POINTS

MAY_SHIP = {"NRS", "PEG", "PGIC"}


def test_these_ship_and_only_three_of_them_ask_a_patient():
    assert list(SHIPPED) == [
        *("NRS", "PEG", "RMDQ", "PGIC", "ODI", "PROMIS-PF", "PROMIS-PI", "EQ-5D-VAS", "EQ-5D-INDEX")
    ]
    assert {key for key, instrument in SHIPPED.items() if not instrument.staff_only} == MAY_SHIP


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=list(SHIPPED))
def test_each_says_where_it_comes_from_and_what_may_be_shipped(instrument):
    assert instrument.licence
    assert instrument.source
    assert instrument.scorer in SCORERS
    assert all(mark.words and mark.source for mark in instrument.thresholds)
    if instrument.key not in MAY_SHIP:
        assert instrument.scorer == "entered"


@pytest.mark.parametrize("key", POINTS)
def test_what_has_a_change_has_its_marks_in_words(key):
    marks = [mark.words for mark in SHIPPED[key].thresholds]
    assert f" {POINTS[key]} " in marks[0]
    assert any("30%" in words for words in marks)
    assert any("50%" in words for words in marks)


@pytest.mark.parametrize(
    ("key", "link_id", "words"),
    [
        (
            "NRS",
            "nrs-7d",
            (
                "Rate your back pain over the past 7 days, on average. 0 = no pain, 10 = the worst "
                "pain you can imagine."
            ),
        ),
        ("PGIC", "pgic", "Since your procedure, my overall status is:"),
    ],
)
def test_words_of_the_source(key, link_id, words):
    [item] = SHIPPED[key].questions
    assert (item.link_id, str(item.text)) == (link_id, words)


def test_peg_asks_three_ratings_in_its_order():
    asked = SHIPPED["PEG"].questions
    assert [item.link_id for item in asked] == ["peg-average", "peg-enjoyment", "peg-activity"]
    assert [str(item.text).partition(".")[0] for item in asked] == [
        "Average pain over the past week",
        "Interference with enjoyment of life over the past week",
        "Interference with general activity over the past week",
    ]
    assert {(item.low, item.high, item.required) for item in asked} == {(0, 10, True)}
    assert "Krebs" in SHIPPED["PEG"].citation


def test_pgic_has_seven_states_from_best_to_worst():
    [item] = SHIPPED["PGIC"].questions
    assert [(option.value, str(option.text)) for option in item.options] == [
        (1, "Very Much Improved"),
        (2, "Much Improved"),
        (3, "Minimally Improved"),
        (4, "No Change"),
        (5, "Minimally Worse"),
        (6, "Much Worse"),
        (7, "Very Much Worse"),
    ]


@pytest.mark.parametrize(
    ("key", "answers", "total", "shown", "basis"),
    [
        ("NRS", {"nrs-7d": 7}, 7, "7", 7),
        ("PEG", {"peg-average": 6, "peg-enjoyment": 7, "peg-activity": 5}, 18, "6.0", 18),
        ("PEG", {"peg-average": 6, "peg-enjoyment": 7}, None, None, None),
        ("PGIC", {"pgic": 2}, 2, "2", 2),
        ("ODI", {"odi-percent": 44, "odi-answered": 9}, None, "44.0", 44),
        ("RMDQ", {"rmdq-count": 14, "rmdq-version": "UK 1983"}, 14, "14", 14),
        ("RMDQ", {"rmdq-version": "UK 1983"}, None, None, None),
        ("PROMIS-PF", {"promis-pf-t": 50}, None, "50", 50),
        ("EQ-5D-VAS", {"eq5d-vas": 80}, 80, "80", 80),
    ],
)
def test_answers_to_what_ships_are_scored(key, answers, total, shown, basis):
    instrument = SHIPPED[key]
    found = score(instrument, evaluate(instrument, answers))
    assert (found.total, found.shown, found.basis) == (total, shown, basis)


@pytest.mark.parametrize(
    ("key", "link_id", "answer", "message"),
    [
        ("NRS", "nrs-7d", 11, "nrs-7d 11 is outside 0-10"),
        ("PGIC", "pgic", 8, "pgic 8 is not one of 1, 2, 3, 4, 5, 6, 7"),
        (
            "ODI",
            "odi-percent",
            104,
            "odi-percent 104 is outside 0-100, with at most one decimal",
        ),
        (
            "ODI",
            "odi-percent",
            41.27,
            ("odi-percent 41.27 has too many decimals, wanted is 0-100, with at most one decimal"),
        ),
        ("ODI", "odi-answered", 11, "odi-answered 11 is outside 1-10"),
        ("RMDQ", "rmdq-count", 25, "rmdq-count 25 is outside 0-24"),
        ("EQ-5D-VAS", "eq5d-vas", 101, "eq5d-vas 101 is outside 0-100"),
    ],
)
def test_what_is_out_of_range_is_refused(key, link_id, answer, message):
    found = evaluate(SHIPPED[key], {link_id: answer})
    assert [error.message for error in found.errors] == [message]
    assert score(SHIPPED[key], found).shown is None


def test_what_ships_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        SHIPPED["NRS"].version = "2"
