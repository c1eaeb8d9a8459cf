"""What a clinic's own file must be, to be asked beside or instead of an instrument of ours."""

from typing import Any

import pytest

from recovery.clinical.instruments import SCORERS, SHIPPED, QuestionnaireError
from recovery.clinical.ownforms import PLACES, own_instrument, restored
from tests.questionnaires import (
    BACK_AND_DAY,
    file,
    odi,
    question,
    questionnaire,
    rated,
    rmdq,
    sleep,
)

PEG = questionnaire(*(rated(f"peg-{n}", 0, 10) for n in range(3)))
STATES = [{"valueInteger": n} for n in range(1, 8)]


def test_every_shipped_instrument_has_its_place():
    assert set(PLACES) == set(SHIPPED)
    assert {name for place in PLACES.values() for name in place.scorers} <= {"", *SCORERS}


@pytest.mark.parametrize(
    ("data", "key", "scorer", "bound", "staff_only"),
    [
        pytest.param(rmdq(), "RMDQ", "", "rmdq_count", False, id="RMDQ is for patients now"),
        pytest.param(rmdq(), "rmdq", "rmdq_count", "rmdq_count", False, id="named, small letters"),
        pytest.param(odi(), "", "", "odi_proportion", False, id="by the file's own name"),
        pytest.param(PEG, "PEG", "", "peg_mean", False, id="the wording of PEG"),
        pytest.param(questionnaire(rated("a", 0, 10)), "NRS", "", "sum", False, id="a rating"),
        pytest.param(
            questionnaire(question("a", "choice", answerOption=STATES)),
            "PGIC",
            "",
            "sum",
            False,
            id="seven states",
        ),
        pytest.param(sleep(), "PROMIS-PF", "", "", False, id="questions without a T score"),
        pytest.param(sleep(), "PROMIS-PF", "entered", "entered", True, id="a score is for staff"),
        pytest.param(sleep(), "SLEEP", "", "", False, id="a new one has no score"),
        pytest.param(sleep(), "SLEEP", "sum", "sum", False, id="unless it is asked for"),
    ],
)
def test_what_is_taken(data: Any, key: str, scorer: str, bound: str, staff_only: bool) -> None:
    own = own_instrument(file(data), key=key, scorer=scorer)
    assert own.key == (key.upper() or "ODI")
    assert (own.scorer, own.staff_only) == (bound, staff_only)


@pytest.mark.parametrize(
    ("data", "key", "scorer", "refusal"),
    [
        (rmdq(), "RMDQ", "sum", 'scorer: "sum" does not count RMDQ: rmdq_count does'),
        (rmdq(), "PROMIS-PI", "sum", 'scorer: "sum" does not count PROMIS-PI: entered or none'),
        (sleep(), "RMDQ", "", "item: rmdq_count counts 24 boolean questions"),
        (rmdq(), "ODI", "", "item: odi_proportion counts 10 questions"),
        (sleep(), "NRS", "", "item: NRS is one integer question from 0 to 10"),
        (questionnaire(rated("a", 0, 100)), "NRS", "", "item: NRS is one integer question"),
        (questionnaire(rated("a", 0, 7)), "PGIC", "", "item: PGIC is one question whose answers"),
        (sleep(), "SLEEP", "best", 'scorer: "best" is not one of peg_mean'),
        (questionnaire(question("a")), "SLEEP", "sum", "item: sum needs a question with a number"),
        (sleep(), "SLEEP TIME", "", "key: a key is up to 40"),
        (sleep(), "9", "", "key: a key is up to 40"),
        (sleep(), "S" * 41, "", "key: a key is up to 40"),
        (sleep(name="Sleep well"), "", "", "name: a key is up to 40"),
        (sleep(name=None), "", "", "name: is missing"),
        (sleep(), "FACTS", "", "key: FACTS is a part of the forms"),
        (sleep(), "log", "", "key: LOG is a part of the forms"),
        (sleep(version="1" * 41), "", "", "version: is longer than 40 characters"),
        (sleep(title="x" * 201), "", "", "title: is longer than 200 characters"),
        (sleep(title="a\0b"), "", "", "title: U+0000 stands in no text"),
        (
            questionnaire(*(question(f"q{n}") for n in range(501))),
            "LONG",
            "",
            "item: 501 inputs, at most 500 stand in a form",
        ),
    ],
)
def test_what_is_refused_with_its_path(data: Any, key: str, scorer: str, refusal: str) -> None:
    with pytest.raises(QuestionnaireError) as caught:
        own_instrument(file(data), key=key, scorer=scorer)
    assert str(caught.value).startswith(refusal)


def test_half_a_character_is_no_text() -> None:
    raw = file(sleep()).replace(b"Your sleep", b"Your \\ud800 sleep")
    with pytest.raises(QuestionnaireError, match=r"title: U\+D800"):
        own_instrument(raw)


def test_what_is_stored_reads_the_same_again() -> None:
    raw = BACK_AND_DAY.read_bytes()
    own = own_instrument(raw, key="BACK", scorer="sum")
    again = restored(raw.decode(), key="BACK", version=own.version, scorer="sum")
    assert again == own
    assert (own.title.in_language("es"), len(own.questions)) == ("Su espalda y su día", 24)
