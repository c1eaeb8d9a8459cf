"""`python -m recovery.clinical`, as a clinic's reviewer runs it: no Django, no package at all."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from recovery.clinical.ownpathways import SCHEMA, write_yaml
from recovery.clinical.rules import NEUTRAL_TEXT, RULES_BY_ID
from tests.clinical.ownpathways.shipped import SHIPPED
from tests.clinical.quiet import QUIET
from tests.clinical.test_rules import VECTORS

ROOT = Path(__file__).resolve().parents[2]


def run(command, lines):
    """The answers to lines, each given as an object or as raw text. -S: no site-packages."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    done = subprocess.run(
        [sys.executable, "-S", "-m", "recovery.clinical", command],
        input=text.encode(errors="surrogateescape"),
        cwd=ROOT,
        env={},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.splitlines()]


def filled_in(vector):
    return {**vector, "log": {**QUIET, **vector["log"]}}


def test_assess_answers_every_vector():
    answers = run("assess", map(filled_in, VECTORS))
    for vector, answer in zip(VECTORS, answers, strict=True):
        assert list(answer) == ["rules", "top", "text"]
        assert (answer["rules"], answer["top"]) == (vector["expect"], vector["top"])


def test_assess_fills_nothing_in_and_keeps_numbers_in_braces():
    alone, quiet, urgent, both = run(
        "assess",
        [
            {"log": {"day": 3}},
            {"ctx": None, "history": None, "log": {"day": 40, "saddle": None}},
            {"ctx": {"anticoagulated": None}, "log": {"day": 40, "chills": True}},
            {"log": {"day": 3, "temp_c": 37.8}},
        ],
    )
    assert alone == {
        "rules": ["R39"],
        "top": "review",
        "text": "Some safety questions have no answer yet. Please go back and answer them now.",
    }
    assert quiet == {"rules": [], "top": "none", "text": NEUTRAL_TEXT}
    assert urgent["text"].startswith(
        "Chills can mean an infection. Call us today at {clinic_phone}"
    )
    assert both == {
        "rules": ["R30", "R39"],
        "top": "review",
        "text": RULES_BY_ID["R30"].patient_text,
    }


BAD_LOGS = [
    ({"day": 3, "temp_c": 98}, "temp_c 98 is outside 33.0-43.0"),
    ({"day": 3, "temp_f": 38}, "temp_f 38 is outside 91.4-109.4"),
    ({"day": 3, "temp_c": 37, "temp_f": 98.6}, "temp_c and temp_f are both given"),
    ({"day": 3, "pain_avg": 5, "pain_worst": 4}, "pain_worst 4 is below pain_avg 5"),
    ({"day": 3, "saddle": "maybe"}, 'saddle "maybe" is not one of no, yes, unsure'),
    ({"day": 3, "sadle": "yes"}, 'unknown field "sadle"'),
    ({"saddle": "yes"}, "day is missing"),
    ({"day": None}, "day is missing"),
    ({"day": 2.5}, "day 2.5 is not a whole number"),
]
BAD_LINES = [
    *(({"log": log}, message) for log, message in BAD_LOGS),
    ({}, "log is missing"),
    ({"log": [3]}, "log is not an object"),
    ({"ctx": [], "log": {"day": 3}}, "ctx is not an object"),
    ({"ctx": {"baseline_pain": 11}, "log": {"day": 3}}, "baseline_pain 11 is outside 0-10"),
    (
        {"ctx": {"anticoagulated": "no"}, "log": {"day": 3}},
        'anticoagulated "no" is not true or false',
    ),
    ({"ctx": {"baseline": 6}, "log": {"day": 3}}, 'unknown field "baseline" in ctx'),
    ({"history": {}, "log": {"day": 3}}, "history is not a list"),
    ({"history": [1], "log": {"day": 3}}, "history has an entry that is not an object"),
    (
        {"history": [{"pain_avg": 1}], "log": {"day": 3}},
        "history has an entry whose day is missing",
    ),
    (
        {"history": [{"day": 1, "pain_avg": 11}], "log": {"day": 3}},
        "history: pain_avg 11 is outside 0-10",
    ),
    (
        {"history": [{"day": 1, "pain_avg": True}], "log": {"day": 3}},
        "history: pain_avg true is not a whole number",
    ),
    (
        {"history": [{"day": [1], "pain_avg": 1}], "log": {"day": 3}},
        "history: day a list is not a whole number",
    ),
    ("[]", "a line must be a JSON object"),
    ("7", "a line must be a JSON object"),
    ("{", "not JSON: Expecting property name enclosed in double quotes: line 2 column 1 (char 2)"),
    ('{"log": {"day": 3, "pain_avg": 3, "pain_avg": 9}}', "pain_avg is given twice"),
    ('{"log": {"day": 3}, "log": {"day": 4}}', "log is given twice"),
    ('{"history": [{"day": 1, "day": 2}], "log": {"day": 3}}', "day is given twice"),
    ('{"why": "a: b", "log": {"day": 3, "day": 4}}', "day is given twice"),
    ('{"why": "a: b", "log": {"day": 3, "day" : 4}}', "day is given twice"),
    ('{"why": "\\": b", "log": {"day": 3, "day" : 4}}', "day is given twice"),
    ('{"log": {"day": 3, "temp_c": NaN}}', "NaN is not a number"),
    (
        '{"log": {"day": 3, "temp_c": 1e999999999999999999999}}',
        "a number or a date is out of range",
    ),
    ("[" * 100_000, "nested too deep"),
    ('{"log": {"day": 3, "free_text": "\udcff"}}', "not UTF-8"),
]


def test_a_bad_line_is_answered_in_its_place_and_the_next_is_read():
    good = {"log": {"day": 3, "saddle": "yes"}}
    lines = [line for bad, _ in BAD_LINES for line in (bad, "", good)]
    answers = run("assess", lines)
    assert answers[::2] == [{"error": message} for _, message in BAD_LINES]
    assert all(answer["rules"] == ["R01", "R39"] for answer in answers[1::2])


def test_the_same_field_in_two_entries_of_the_history_is_not_given_twice():
    history = [{"day": 9, "pain_avg": 8, "note": "a: b"}, {"day": 8, "pain_avg": 8}]
    log = {**QUIET, "day": 10, "pain_avg": 8}
    (answer,) = run("assess", [{"ctx": {"baseline_pain": 6}, "history": history, "log": log}])
    assert answer["rules"] == ["R34"]


def test_schedule_writes_an_occasion_a_line():
    answers = run(
        "schedule",
        [{"procedure_at": "2026-03-06T09:30", "zone": "America/New_York", "until_day": 2}],
    )
    assert answers == [
        {
            "key": "BASE",
            "form": "baseline",
            "day": -1,
            "opens_at": "2026-02-04T14:00:00Z",
            "due_at": "2026-03-06T01:00:00Z",
            "expires_at": "2026-03-06T14:30:00Z",
            "reminders": [
                "2026-02-27T15:00:00Z",
                "2026-03-04T15:00:00Z",
                "2026-03-05T15:00:00Z",
            ],
        },
        {
            "key": "EVE0",
            "form": "evening",
            "day": 0,
            "opens_at": "2026-03-06T21:00:00Z",
            "due_at": "2026-03-07T02:00:00Z",
            "expires_at": "2026-03-07T17:00:00Z",
            "reminders": ["2026-03-07T00:00:00Z"],
        },
        {
            "key": "DAY-01",
            "form": "daily",
            "day": 1,
            "opens_at": "2026-03-07T11:00:00Z",
            "due_at": "2026-03-08T01:00:00Z",
            "expires_at": "2026-03-08T16:00:00Z",
            "reminders": ["2026-03-07T22:00:00Z", "2026-03-08T01:00:00Z"],
        },
        {
            "key": "DAY-02",
            "form": "daily",
            "day": 2,
            "opens_at": "2026-03-08T10:00:00Z",
            "due_at": "2026-03-09T00:00:00Z",
            "expires_at": "2026-03-09T16:00:00Z",
            "reminders": ["2026-03-08T21:00:00Z", "2026-03-09T00:00:00Z"],
        },
    ]


def test_schedule_knows_the_discharge_and_what_a_clinic_switched_on():
    line = {"procedure_at": "2026-03-06T09:30:00-05:00", "zone": "America/New_York"}
    given = {"discharged_at": "2026-03-06T17:30", "include": ["C180", "C730"], "until_day": None}
    plain, more = run("schedule", [line]), run("schedule", [{**line, **given}])
    evening = {answer["key"]: answer for answer in more}["EVE0"]
    assert evening["opens_at"] == "2026-03-07T00:30:00Z"
    assert [a["key"] for a in more if a["key"] not in {b["key"] for b in plain}] == ["C180", "C730"]
    assert (len(plain), len(more)) == (32, 34)


def test_schedule_answers_a_bad_line_in_its_place():
    good = {"procedure_at": "2026-03-06", "zone": "UTC", "until_day": -1}
    bad = [
        ({"procedure_at": None}, "procedure_at is missing"),
        ({"procedure_at": "soon"}, 'procedure_at "soon" is not a time in ISO 8601'),
        ({"procedure_at": 20260306}, "procedure_at is not text"),
        ({"zone": None}, "zone is missing"),
        ({"zone": "Mars/Olympus"}, 'zone "Mars/Olympus" is not known'),
        ({"zone": "America"}, 'zone "America" is not known'),
        ({"zone": "../etc/passwd"}, 'zone "../etc/passwd" is not known'),
        ({"until_day": 1.5}, "until_day 1.5 is not a whole number"),
        ({"include": ["C181"]}, "the plan has no C181"),
        ({"include": "C180"}, "include is not a list"),
        ({"include": [180]}, "include is not a list of keys"),
        ({"discharged_at": "2026-03-06"}, "discharged_at has no time of day"),
        (
            {"procedure_at": "2026-03-06T09:30", "discharged_at": "2026-03-06T09:29"},
            "discharged_at is before procedure_at",
        ),
        ({"procedure_at": "9999-12-31"}, "a number or a date is out of range"),
    ]
    lines = [line for changed, _ in bad for line in ({**good, **changed}, good)]
    answers = run("schedule", lines)
    assert answers[::2] == [{"error": message} for _, message in bad]
    assert all(answer["key"] == "BASE" for answer in answers[1::2])


@pytest.mark.parametrize("arguments", [[], ["asses"], ["assess", "extra"]])
def test_only_an_unusable_invocation_fails(arguments):
    done = subprocess.run(
        [sys.executable, "-m", "recovery.clinical", *arguments],
        cwd=ROOT,
        input=b"",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"usage: python -m recovery.clinical" in done.stderr


def test_a_reader_that_stops_early_is_no_failure():
    lines = b'{"log": {"day": 3}}\n' * 20_000
    with subprocess.Popen(
        [sys.executable, "-m", "recovery.clinical", "assess"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        try:
            process.stdin.write(lines)
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert process.stderr.read() == b""
        assert process.wait() == 0


# A clinic's own pathway


def run_pathway(*args, given=b"", isolated=False):
    done = subprocess.run(
        [sys.executable, *(["-S"] if isolated else []), "-m", "recovery.clinical", *args],
        input=given,
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode()


def test_a_pathway_is_checked_without_the_web(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(write_yaml(SHIPPED), encoding="utf-8")
    ok = (
        "ok: 27 daily logs and 5 check-in forms, 3 left out; "
        "62 reminders if nothing is answered; the last ends on D104\n"
    )
    assert run_pathway("pathway", str(path)) == (0, ok)
    assert run_pathway("pathway", "-", given=path.read_bytes()) == (0, ok)


def test_what_is_wrong_with_a_pathway_is_said_with_its_line_and_ends_with_1(tmp_path):
    spoilt = write_yaml(SHIPPED).replace("['D5 17:00',", "['D4 17:00',")
    status, said = run_pathway("pathway", "-", given=spoilt.encode())
    assert status == 1
    assert re.fullmatch(
        r"line \d+: forms\[6\]\.reminders\[0\]: D4 17:00 is outside the form's window, "
        r"D5 06:00 to D6 12:00\n",
        said,
    )
    assert run_pathway("pathway", str(tmp_path / "none.yaml")) == (
        1,
        f"{tmp_path}/none.yaml: No such file or directory\n",
    )


def test_the_schema_is_written_without_any_package():
    status, said = run_pathway("pathway-schema", isolated=True)
    assert (status, json.loads(said)) == (0, SCHEMA)


@pytest.mark.parametrize("args", [("pathway",), ("protocol", "own.yaml")])
def test_a_file_is_named_for_a_pathway_and_for_nothing_else(args):
    assert run_pathway(*args) == (2, "")
