"""The tables of scores and responses, line by line, through the command line."""

import json

import pytest

from tests.clinical.test_command import run

YES, NO, NONE = True, False, None
ALL_NULL = dict.fromkeys(("change", "percent", "mid", "r30", "r50", "worse"))


def answered(lines):
    """The answers to many lines by one process."""
    return run("score", lines)


# baseline, follow-up: change, percent, >= 2, >= 30%, >= 50%, pain-free, worse
NRS = [
    (7, 5, 2, "28.6", YES, NO, NO, NO, NO),
    (7, 4, 3, "42.9", YES, YES, NO, NO, NO),
    (10, 7, 3, "30.0", YES, YES, NO, NO, NO),
    (10, 5, 5, "50.0", YES, YES, YES, NO, NO),
    (3, 2, 1, "33.3", NO, YES, NO, NO, NO),
    (3, 1, 2, "66.7", YES, YES, YES, NO, NO),
    (7, 0, 7, "100.0", YES, YES, YES, YES, NO),
    (5, 7, -2, "-40.0", NO, NO, NO, NO, YES),
    (5, 6, -1, "-20.0", NO, NO, NO, NO, NO),
    (0, 0, 0, NONE, NO, NONE, NONE, YES, NO),
    (0, 2, -2, NONE, NO, NONE, NONE, NO, YES),
    (NONE, 4, NONE, NONE, NONE, NONE, NONE, NONE, NONE),
    (4, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE),
]


def test_nrs_responses():
    lines = [
        {"instrument": "NRS", "baseline": row[0], "followup": row[1], "detail": True} for row in NRS
    ]
    names = ("change", "percent", "mid", "r30", "r50", "pain_free", "worse")
    got = [tuple(answer[name] for name in names) for answer in answered(lines)]
    assert got == [row[2:] for row in NRS]


PEG_SCORES = [
    ([0, 0, 0], 0, "0.0"),
    ([10, 10, 10], 30, "10.0"),
    ([6, 7, 5], 18, "6.0"),
    ([6, 7, 4], 17, "5.7"),
    ([5, 5, 6], 16, "5.3"),
    ([1, 0, 0], 1, "0.3"),
    ([8, None, 7], None, None),
    ([8, 7], None, None),
    ([], None, None),
    (None, None, None),
]
RMDQ_SCORES = [
    ([], 0, "0"),
    (list(range(1, 25)), 24, "24"),
    ([1, 3, 5, 9, 11, 17, 18, 21], 8, "8"),
    ([3, 3, 5], 2, "2"),
    (None, None, None),
]
NRS_SCORES = [(0, 0, "0"), ([7], 7, "7"), (10, 10, "10"), (7.0, 7, "7"), ([], None, None)]


@pytest.mark.parametrize(
    ("instrument", "rows"), [("PEG", PEG_SCORES), ("RMDQ", RMDQ_SCORES), ("NRS", NRS_SCORES)]
)
def test_scores(instrument, rows):
    lines = [{"instrument": instrument, "answers": answers} for answers, *_score in rows]
    assert answered(lines) == [{"sum": total, "score": score} for _answers, total, score in rows]


# raw sums: change, percent, MID, 30%, 50%, worse
PEG_CHANGES = [
    (20, 17, 3, "15.0", YES, NO, NO, NO),
    (20, 18, 2, "10.0", NO, NO, NO, NO),
    (20, 14, 6, "30.0", YES, YES, NO, NO),
    (20, 15, 5, "25.0", YES, NO, NO, NO),
    (10, 7, 3, "30.0", YES, YES, NO, NO),
    (3, 2, 1, "33.3", NO, YES, NO, NO),
    (15, 18, -3, "-20.0", NO, NO, NO, YES),
    (15, 17, -2, "-13.3", NO, NO, NO, NO),
    (16, 17, -1, "-6.3", NO, NO, NO, NO),  # -6.25: half rounds away from zero
    (16, 15, 1, "6.3", NO, NO, NO, NO),
    (30, 15, 15, "50.0", YES, YES, YES, NO),
    (0, 3, -3, NONE, NO, NONE, NONE, YES),
    (NONE, 3, NONE, NONE, NONE, NONE, NONE, NONE),
]
# counts: change, percent, >= 5, >= 30%, >= 50%, worse, <= 2 recovered, <= 4 target, hard to measure
RMDQ_CHANGES = [
    (14, 9, 5, "35.7", YES, YES, NO, NO, NO, NO, NO),
    (14, 10, 4, "28.6", NO, NO, NO, NO, NO, NO, NO),
    (10, 7, 3, "30.0", NO, YES, NO, NO, NO, NO, NO),
    (4, 2, 2, "50.0", NO, YES, YES, NO, YES, YES, NO),
    (8, 13, -5, "-62.5", NO, NO, NO, YES, NO, NO, NO),
    (8, 12, -4, "-50.0", NO, NO, NO, NO, NO, NO, NO),
    (3, 1, 2, "66.7", NO, YES, YES, NO, YES, YES, YES),
    (3, 9, -6, "-200.0", NO, NO, NO, YES, NO, NO, YES),
    (9, 4, 5, "55.6", YES, YES, YES, NO, NO, YES, NO),
    (9, 5, 4, "44.4", NO, YES, NO, NO, NO, NO, NO),
    (21, 23, -2, "-9.5", NO, NO, NO, NO, NO, NO, YES),
    (21, 16, 5, "23.8", YES, NO, NO, NO, NO, NO, NO),
    (20, 24, -4, "-20.0", NO, NO, NO, NO, NO, NO, NO),
    (NONE, 4, *[NONE] * 9),
]
# percents: change, percent, >= 10, >= 30%, >= 50%, worse, >= 15, >= 20
ODI_CHANGES = [
    (44, 34, 10, "22.7", YES, NO, NO, NO, NO, NO),
    (44, 34.1, 9.9, "22.5", NO, NO, NO, NO, NO, NO),
    (44, 29, 15, "34.1", YES, YES, NO, NO, YES, NO),
    (44, 30, 14, "31.8", YES, YES, NO, NO, NO, NO),
    (44, 24, 20, "45.5", YES, YES, NO, NO, YES, YES),
    (44, 22, 22, "50.0", YES, YES, YES, NO, YES, YES),
    (35.6, 24.9, 10.7, "30.1", YES, YES, NO, NO, NO, NO),
    (30, 40, -10, "-33.3", NO, NO, NO, YES, NO, NO),
    (0, 0, 0, NONE, NO, NONE, NONE, NO, NO, NO),
    (44, NONE, *[NONE] * 8),
]


@pytest.mark.parametrize(
    ("instrument", "rows", "details"),
    [
        ("PEG", PEG_CHANGES, ()),
        ("RMDQ", RMDQ_CHANGES, ("recovered", "target", "hard_to_measure")),
        ("ODI", ODI_CHANGES, ("fall_15", "fall_20")),
    ],
)
def test_responses(instrument, rows, details):
    lines = [
        {"instrument": instrument, "baseline": first, "followup": later, "detail": True}
        for first, later, *_marks in rows
    ]
    names = ("change", "percent", "mid", "r30", "r50", "worse", *details)
    got = [tuple(answer[name] for name in names) for answer in answered(lines)]
    assert got == [tuple(marks) for _first, _later, *marks in rows]


def test_a_response_has_six_keys_and_no_more_unless_details_are_asked_for():
    lines = [
        {"instrument": name, "baseline": 10, "followup": None}
        for name in ("NRS", "PEG", "RMDQ", "ODI")
    ]
    for line, answer in zip(lines, answered(lines), strict=True):
        assert list(answer) == list(ALL_NULL), line
        assert answer == ALL_NULL
    [shown] = answered([{"instrument": "PEG", "baseline": 20, "followup": 14}])
    assert json.dumps(shown) == (
        '{"change": 6, "percent": "30.0", "mid": true, "r30": true, "r50": false, "worse": false}'
    )


# sections: sum, percent, sections answered
ODI_SCORES = [
    ([2, 2, 2, 2, 2, 2, 1, 1, 1, 1], 16, "32.0", 10),
    ([2, 2, 2, 2, 2, 2, 2, 1, 1, None], 16, "35.6", 9),
    ([2, 2, 2, 2, 2, 2, 2, 1, 1], 16, "35.6", 9),
    ([3, 3, 2, 2, 2, 2, 2, 2, 2, 2], 22, "44.0", 10),
    ([5] * 10, 50, "100.0", 10),
    ([0] * 10, 0, "0.0", 10),
    ([None] * 9 + [1], 1, "20.0", 1),
    ([None] * 10, None, None, 0),
    (None, None, None, 0),
]


def test_odi_counts_the_sections_answered():
    got = answered([{"instrument": "ODI", "answers": row[0]} for row in ODI_SCORES])
    assert got == [
        {"sum": total, "score": score, "answered": count} for _, total, score, count in ODI_SCORES
    ]


@pytest.mark.parametrize("answers", [lambda n: n, lambda n: [n]])
def test_pgic_is_responder_at_1_and_2_and_worse_from_5(answers):
    got = answered([{"instrument": "PGIC", "answers": answers(n)} for n in range(1, 8)])
    assert [answer["responder"] for answer in got] == [YES, YES, NO, NO, NO, NO, NO]
    assert [answer["worse"] for answer in got] == [NO, NO, NO, NO, YES, YES, YES]
    assert [(a["sum"], a["score"]) for a in got] == [(n, str(n)) for n in range(1, 8)]


def test_pgic_that_is_missing_is_nothing():
    nothing = {"sum": None, "score": None, "responder": None, "worse": None}
    lines = [{"instrument": "PGIC", "answers": missing} for missing in (None, [], [None])]
    assert answered(lines) == [nothing] * 3


# ODI, NRS at the baseline; at the follow-up: ODI's fall, pain's fall, responder
COMPOSITES = [
    (44, 7, 29, 5, 15, 2, YES),
    (44, 7, 30, 4, 14, 3, NO),
    (44, 7, 20, 6, 24, 1, NO),
    (44, 7, None, 5, None, 2, None),
    (44, None, 29, 5, 15, None, None),
]


def test_trial_composite():
    lines = [
        {
            "instrument": "COMPOSITE",
            "baseline": {"ODI": row[0], "NRS": row[1]},
            "followup": {"ODI": row[2], "NRS": row[3]},
        }
        for row in COMPOSITES
    ]
    got = [tuple(answer.values()) for answer in answered(lines)]
    assert got == [row[4:] for row in COMPOSITES]
    [nothing] = answered([{"instrument": "COMPOSITE", "baseline": None, "followup": {}}])
    assert nothing == {"odi_change": None, "pain_change": None, "responder": None}


# opioids: MME, its text, a note, the rules it fires
MMES = [
    ([["hydrocodone", 5, 4]], 20, "20.0", None, []),
    ([["oxycodone", 10, 2]], 30, "30.0", None, []),
    ([["tramadol", 50, 4]], 40, "40.0", None, []),
    ([["oxycodone", 5, 4], ["tramadol", 50, 2]], 50, "50.0", None, ["R36"]),
    ([], 0, "0.0", None, []),
    ([{"drug": "codeine", "mg": 15, "doses": 1}], 2.25, "2.3", None, []),
    ([["buprenorphine", 2, 1]], None, None, "cannot compute", ["R36"]),
    (None, None, None, None, []),
]
# tablets or mg: the day's mg, the rules it fires
ACETAMINOPHENS = [
    ([], 0, []),
    ([{"mg": 500, "tablets": 6}], 3000, []),
    ([[500, 6], [325, 1]], 3325, ["R37"]),
    (4000, 4000, ["R37"]),
    (4001, 4001, ["R21"]),
    ([[650, 7]], 4550, ["R21"]),
]


def test_mme():
    got = answered([{"instrument": "MME", "answers": row[0]} for row in MMES])
    assert [tuple(answer.values()) for answer in got] == [row[1:] for row in MMES]


def test_acetaminophen():
    got = answered([{"instrument": "ACETAMINOPHEN", "answers": row[0]} for row in ACETAMINOPHENS])
    assert got == [
        {"sum": mg, "score": str(mg), "rules": rules} for _answers, mg, rules in ACETAMINOPHENS
    ]
    [missing] = answered([{"instrument": "ACETAMINOPHEN", "answers": None}])
    assert missing == {"sum": None, "score": None, "rules": []}


ENTERED = [
    ("ODI", 44, None, "44.0"),
    ("ODI", 41.2, None, "41.2"),
    ("ODI", 0, None, "0.0"),
    ("ODI", 100, None, "100.0"),
    ("ODI", None, None, None),
    ("RMDQ", 8, 8, "8"),
    ("PROMIS-PF", 43.7, None, "43.7"),
    ("PROMIS-PI", 50, None, "50"),
    ("EQ-5D-VAS", 80, 80, "80"),
    ("EQ-5D-INDEX", -0.123, None, "-0.123"),
    ("EQ-5D-INDEX", 1, None, "1"),
]


def test_scores_counted_elsewhere():
    got = answered([{"instrument": name, "score": value} for name, value, *_rest in ENTERED])
    assert got == [{"sum": total, "score": shown} for _name, _value, total, shown in ENTERED]


KNOWN = (
    "NRS, PEG, RMDQ, PGIC, ODI, PROMIS-PF, PROMIS-PI, EQ-5D-VAS, EQ-5D-INDEX, COMPOSITE, MME, "
    "ACETAMINOPHEN"
)
BAD = [
    ({"answers": [1]}, "instrument is missing"),
    ({"instrument": 7}, "instrument is not text"),
    ({"instrument": "peg", "answers": []}, f'instrument "peg" is not one of {KNOWN}'),
    ({"instrument": "PEG"}, "answers is missing"),
    ({"instrument": "PEG", "answers": [1], "baseline": 3}, "answers and baseline are both given"),
    ({"instrument": "PEG", "answers": 7}, "answers 7 is not a list"),
    ({"instrument": "PEG", "answers": [6, 11, 5]}, "answers[1] 11 is outside 0-10"),
    ({"instrument": "PEG", "answers": [6, -1, 5]}, "answers[1] -1 is outside 0-10"),
    ({"instrument": "PEG", "answers": [6, 6.5, 5]}, "answers[1] 6.5 is not a whole number"),
    ({"instrument": "PEG", "answers": [6, "7", 5]}, 'answers[1] "7" is not a whole number'),
    ({"instrument": "PEG", "answers": [6, True, 5]}, "answers[1] true is not a whole number"),
    (
        {"instrument": "PEG", "answers": [1, 2, 3, 4]},
        "answers has 4 answers, at most 3 are asked",
    ),
    ({"instrument": "PEG", "score": 6}, "PEG takes answers, not score"),
    ({"instrument": "PEG", "baseline": 31, "followup": 3}, "baseline 31 is outside 0-30"),
    ({"instrument": "PEG", "baseline": 3, "followup": 6.7}, "followup 6.7 is not a whole number"),
    ({"instrument": "NRS", "answers": 11}, "answers 11 is outside 0-10"),
    ({"instrument": "NRS", "answers": [1, 2]}, "answers has 2 answers, at most 1 is asked"),
    ({"instrument": "NRS", "baseline": 11, "followup": 3}, "baseline 11 is outside 0-10"),
    (
        {"instrument": "NRS", "baseline": 1, "followup": 3, "detail": 1},
        "detail 1 is not true or false",
    ),
    ({"instrument": "RMDQ", "answers": [3, 25]}, "answers[1] 25 is outside 1-24"),
    ({"instrument": "RMDQ", "answers": [0]}, "answers[0] 0 is outside 1-24"),
    ({"instrument": "RMDQ", "baseline": 3, "followup": 25}, "followup 25 is outside 0-24"),
    ({"instrument": "ODI", "answers": [6]}, "answers[0] 6 is outside 0-5"),
    ({"instrument": "ODI", "answers": [1] * 11}, "answers has 11 answers, at most 10 are asked"),
    ({"instrument": "ODI", "score": 104}, "score 104 is outside 0-100, with at most one decimal"),
    (
        {"instrument": "ODI", "score": 41.27},
        "score 41.27 has too many decimals, wanted is 0-100, with at most one decimal",
    ),
    (
        {"instrument": "ODI", "baseline": 104, "followup": 20},
        "baseline 104 is outside 0-100, with at most one decimal",
    ),
    (
        {"instrument": "ODI", "baseline": 44, "followup": 41.27},
        "followup 41.27 has too many decimals, wanted is 0-100, with at most one decimal",
    ),
    ({"instrument": "ODI", "score": "44"}, 'score "44" is not a number'),
    ({"instrument": "PGIC", "answers": 0}, "answers 0 is outside 1-7"),
    ({"instrument": "PGIC", "answers": [8]}, "answers 8 is outside 1-7"),
    (
        {"instrument": "PGIC", "baseline": 3, "followup": 2},
        "PGIC has no baseline: NRS, PEG, RMDQ, ODI have one",
    ),
    ({"instrument": "PROMIS-PF", "answers": [43]}, "PROMIS-PF takes score, not answers"),
    ({"instrument": "EQ-5D-VAS", "score": 101}, "score 101 is outside 0-100"),
    ({"instrument": "EQ-5D-VAS", "score": 80.5}, "score 80.5 is not a whole number"),
    (
        {"instrument": "COMPOSITE", "answers": [15, 2]},
        "COMPOSITE takes baseline and followup, not answers",
    ),
    ({"instrument": "COMPOSITE", "baseline": 44, "followup": {}}, "baseline is not an object"),
    (
        {"instrument": "COMPOSITE", "baseline": {"ODI": 104, "NRS": 3}, "followup": {}},
        "baseline.ODI 104 is outside 0-100, with at most one decimal",
    ),
    ({"instrument": "MME", "answers": [7]}, "answers has an entry that is not drug, mg, doses"),
    (
        {"instrument": "MME", "answers": [["oxycodone", -5, 4]]},
        "answers: mg -5 is outside 0-10000",
    ),
    (
        {"instrument": "ACETAMINOPHEN", "answers": 20001},
        "acetaminophen_mg 20001 is outside 0-20000",
    ),
    ({"instrument": "ACETAMINOPHEN", "answers": [[500]]}, "answers[0] is not mg, tablets"),
    (
        {"instrument": "ACETAMINOPHEN", "answers": [[500, 2], [500, -1]]},
        "answers[1].tablets -1 is outside 0-100",
    ),
    ('{"instrument": "NRS", "answers": NaN}', "NaN is not a number"),
    ('{"instrument": "NRS", "answers": 3, "answers": 4}', "answers is given twice"),
    (
        '{"instrument": "COMPOSITE", "baseline": {"ODI": 1, "ODI": 2}, "followup": {}}',
        "ODI is given twice",
    ),
    (
        '{"instrument": "PROMIS-PF", "score": 1e999999}',
        "score 1E+999999 has more than 6 digits before its point",
    ),
    (
        '{"instrument": "PROMIS-PF", "score": 1e-999999}',
        "score 1E-999999 has too many decimals, wanted is at most 4 decimals",
    ),
    ("{", "not JSON: Expecting property name enclosed in double quotes: line 2 column 1 (char 2)"),
]


def test_a_bad_line_is_answered_in_its_place_and_the_next_is_read():
    good = {"instrument": "PEG", "answers": [6, 7, 5]}
    got = answered([line for bad, _message in BAD for line in (bad, good)])
    assert got[::2] == [{"error": message} for _bad, message in BAD]
    assert got[1::2] == [{"sum": 18, "score": "6.0"}] * len(BAD)
