"""docs/protocol.md says all that the clinical core knows, and nothing else."""

import re
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from recovery.clinical.corridor import LEAST_RECOVERIES, RISE, RISE_DAYS
from recovery.clinical.education import BEFORE_TEXT, PHASE_TEXTS
from recovery.clinical.instruments import SHIPPED
from recovery.clinical.logfields import FIELDS
from recovery.clinical.medicines import MME_FACTORS
from recovery.clinical.pathway import DEFAULT_PLAN
from recovery.clinical.phases import DEFAULT_PHASES
from recovery.clinical.prose import FIELD_SOURCES, FORM_SOURCES, FREE_TEXTS
from recovery.clinical.reported import OPIOIDS, RESPONDED
from recovery.clinical.rules import (
    DISCLAIMER,
    FREE_TEXT_NOTE,
    NEUTRAL_TEXT,
    PLACEHOLDERS,
    RULES,
    TIME_RULES,
)
from recovery.clinical.sources import SOURCES, TAGS
from recovery.clinical.trials import FIGURES, FUNDING, LEFT_OUT
from recovery.models import Alert, Contact
from recovery.queries.pathways import phases_of, preparation_of
from recovery.services.alerts import CLAIM_LASTS
from recovery.services.contacts import REVIEW_RETURNS
from recovery.services.escalation import EMERGENCY_STEPS, HOURLY, URGENT_WAIT
from recovery.services.recheck import DAILY_CAP
from tests.cast import default_pathway

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "python -m recovery.clinical protocol > docs/protocol.md"
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
ONE_LINE = " ".join(PAGE.split())
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def section(title: str) -> str:
    """From a heading to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(title)}$(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"no heading {title}"
    return found[1]


def test_the_page_is_what_the_command_writes_without_any_package():
    done = subprocess.run(
        [sys.executable, "-S", "-m", "recovery.clinical", "protocol"],
        cwd=ROOT,
        env={},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode("utf-8") == PAGE, f"write it again: {COMMAND}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_stands_there_whole(rule):
    told = section(rule.id)
    texts = [rule.patient_text, *(variant.patient_text for variant in rule.variants)]
    assert [line[2:] for line in told.splitlines() if line.startswith("> ")] == texts
    for word in (rule.days, rule.condition, rule.headline, rule.staff_text, rule.why, rule.calls):
        assert word in told
    for variant in rule.variants:
        assert variant.condition in told
    for mark in rule.sources:
        assert f"`{mark}`" in told.partition("- Source:")[2]


@pytest.mark.parametrize("rule", TIME_RULES, ids=lambda rule: rule.id)
def test_a_time_rule_stands_there_whole(rule):
    told = section(rule.id)
    for word in (rule.condition, rule.headline, rule.staff_text, rule.severity or ""):
        assert word in told
    for mark in rule.sources:
        assert f"`{mark}`" in told.partition("- Source:")[2]


def test_every_number_has_its_rule():
    told = re.findall(r"^### (R\d\d)$", PAGE, re.MULTILINE)
    assert told == [rule.id for rule in (*RULES, *TIME_RULES)]


def test_every_time_rule_is_judged_by_a_service():
    services = (ROOT / "recovery" / "services").glob("*.py")
    named = set(re.findall(r"\bR4\d\b", "".join(path.read_text("utf-8") for path in services)))
    assert named == {rule.id for rule in TIME_RULES}


@pytest.mark.parametrize("text", [NEUTRAL_TEXT, DISCLAIMER, FREE_TEXT_NOTE])
def test_texts_of_no_rule(text):
    [mark] = [mark for _title, known, mark in FREE_TEXTS if known == text]
    assert f"Source: `{mark}`\n\n> {text}\n" in PAGE


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_numbers_of_the_clinic(name):
    assert f"`{{{name}}}`" in PAGE


@pytest.mark.parametrize("name", FIELDS)
def test_log_fields(name):
    told = section("The daily log")
    assert f"`{name}`" in told
    for choice in FIELDS[name].choices if f"\n| `{name}` |" in told else ():
        assert f"`{choice}`" in told


@pytest.mark.parametrize("slot", DEFAULT_PLAN.slots, ids=lambda slot: slot.key)
def test_pathway(slot):
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| `{slot.key}`")]
    times = [slot.opens, slot.due, slot.expires, *slot.reminders]
    assert all(str(time) in row for time in (slot.form, *times))
    assert slot.form in {form for form, _why, _mark in FORM_SOURCES}


@pytest.mark.django_db
def test_phase_texts_are_those_that_patients_read():
    rows = phases_of(default_pathway().pk)
    for row, phase, text in zip(rows, DEFAULT_PHASES, PHASE_TEXTS, strict=True):
        assert (row.code, row.first_day, row.last_day) == (
            phase.code,
            phase.first_day,
            phase.last_day,
        )
        assert (row.code, row.patient_name, row.source) == (text.code, text.name, text.source)
        for name in ("good_now", "wait_with", "expect", "about"):
            lines = list(getattr(text, name))
            assert getattr(row, name).splitlines() == lines
            assert all(f"> - {line}\n" in PAGE for line in lines)
    before = preparation_of(default_pathway().pk)
    assert (before.patient_name, before.source) == (BEFORE_TEXT.name, BEFORE_TEXT.source)
    for name in set(BEFORE_TEXT.__dataclass_fields__) - {"name", "source"}:
        lines = list(getattr(BEFORE_TEXT, name))
        assert getattr(before, name).splitlines() == lines
        assert all(f"> - {line}\n" in PAGE for line in lines)


def test_medicines():
    told = section("Opioids: factors for morphine equivalents")
    for drug, factor in MME_FACTORS.items():
        assert f"| {drug} | {factor} |" in told


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=list(SHIPPED))
def test_questionnaires(instrument):
    told = section(instrument.key)
    for words in (instrument.title, instrument.recall, instrument.licence, instrument.citation):
        assert str(words) in told
    assert str(instrument.copyright) in told
    for item in instrument.questions:
        assert f"`{item.link_id}`" in told
        assert (f"> - {item.text}\n" in told) != instrument.staff_only
        assert all(f"{option.value} {option.text}" in told for option in item.options)
    for mark in instrument.thresholds:
        assert f"| {mark.words} | `{mark.source}` |" in told


@pytest.mark.parametrize(
    "figure", FIGURES, ids=lambda f: f"{f.measure} at {f.months}, {f.study}, {f.arm}"
)
def test_what_studies_report(figure):
    """As a row, verified in each of its sources, and at a time for which a number was found."""
    sd = "" if figure.sd is None else f"{figure.sd}"
    marks = ", ".join(f"`{mark}`" for mark in figure.sources)
    row = (figure.months, figure.study, figure.arm, figure.n, figure.fall, sd, marks)
    assert f"| {' | '.join(map(str, row))} |" in section(f"Fall of {figure.measure}")
    assert all(mark.startswith("V ") for mark in figure.sources)
    assert figure.months in (3, 12, 24)


@pytest.mark.parametrize(
    "one", RESPONDED, ids=lambda o: f"{o.met} at {o.months}, {o.of.study}, {o.of.arm}"
)
def test_who_met_a_mark_in_studies(one):
    told = (one.met, one.months, *one.of[:3], one.percent, one.interval, f"`{one.source}`")
    assert f"| {' | '.join(map(str, told))} | {one.of.funding} |" in section("Who met a mark")
    assert one.source.startswith("V ")


@pytest.mark.parametrize("one", OPIOIDS, ids=lambda one: f"{one.after}, {one.of.study}")
def test_opioids_in_studies(one):
    told = (one.after, *one.of[:3], one.said, f"`{one.source}`", one.of.funding)
    assert f"| {' | '.join(told)} |" in section("Opioids in studies")
    assert one.source.startswith("V ")


def test_control_arms_stand_beside_the_arm_they_were_compared_with():
    for before, figure in pairwise(FIGURES):
        if figure.arm in ("sham", "standard care"):
            assert (before.study, before.months, before.arm) == (
                figure.study,
                figure.months,
                "treated",
            )


@pytest.mark.parametrize(("said", "mark"), [*FUNDING, *LEFT_OUT])
def test_what_was_not_read_in_a_source_keeps_its_mark(said, mark):
    assert f"- {said}. Source: `{mark}`\n" in PAGE


@pytest.mark.parametrize(
    "words",
    [
        f"at least {LEAST_RECOVERIES} of them have a pain on that day",
        f"by {RISE} or more over the lowest of the last {RISE_DAYS} days",
        "None of these alerts or puts anybody into the queue",
    ],
)
def test_the_corridor(words):
    assert words in " ".join(section("The recovery corridor").split())


def test_every_source_mark_is_explained_and_every_source_used():
    marks = {mark for rule in (*RULES, *TIME_RULES) for mark in rule.sources}
    marks |= set(FIELD_SOURCES.values()) | {mark for *_words, mark in (*FORM_SOURCES, *FREE_TEXTS)}
    marks |= set(re.findall(r"`((?:V2? )?S\d+)`", PAGE.partition("## Source marks")[0]))
    unknown = set()
    used = set()
    for mark in marks:
        tag, _space, source = mark.rpartition(" ") if " " in mark else ("", "", mark)
        if source in SOURCES:
            used.add(source)
        elif mark not in TAGS and not (tag and "." in source):
            unknown.add(mark)
        assert tag in {"", *TAGS}
    for text in (BEFORE_TEXT, *PHASE_TEXTS, *DEFAULT_PHASES):
        used |= set(re.findall(r"S\d+", text.source))
    assert unknown == set()
    assert used == set(SOURCES)
    explained = PAGE.partition("## Source marks")[2]
    assert all(f"| {key} | {what} |" in explained for key, (what, _where) in SOURCES.items())


@pytest.mark.parametrize(
    "words",
    [
        f"It lasts {CLAIM_LASTS // MINUTE} minutes",
        "at once, the next after {} minutes, everybody after {}".format(
            *(s // MINUTE for s in EMERGENCY_STEPS)
        ),
        "then every hour until a contact" if HOURLY == HOUR else "no longer every hour",
        f"everybody after {URGENT_WAIT // HOUR} hours in which the clinic is open",
        f"a review alert comes back in {REVIEW_RETURNS // HOUR} hours",
        f"at most {('no', 'one', 'two')[DAILY_CAP]} a day",
    ],
)
def test_numbers_that_the_services_decide(words):
    assert words in ONE_LINE


@pytest.mark.parametrize(
    "label",
    [*Alert.ClosingReason.labels, *Contact.Outcome.labels, *Alert.Complication.labels],
)
def test_outcomes_closing_reasons_and_complications(label):
    assert label.lower() in section("How staff handle alerts").lower().replace("\n  ", " ")


def test_nobody_is_said_to_have_approved_it():
    assert "**Not yet approved by a clinician.**" in PAGE
