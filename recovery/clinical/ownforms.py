"""A clinic's own questionnaire: what its file must be, to be asked beside or instead of ours."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from recovery.clinical.checkinforms import FACTS, LOG
from recovery.clinical.instruments import Instrument, QuestionnaireError, load
from recovery.clinical.instruments.items import Item
from recovery.clinical.instruments.scoring import NRS_MAX

KEY = re.compile(r"[A-Z][A-Z0-9._-]{0,39}")
# Their answers fill columns and fire rules by name.
RESERVED = (FACTS.key, LOG.upper())
ENTERED = "entered"
MAX_VERSION, MAX_TITLE = 40, 200
# What a browser sends of one form: a server takes 1,000 inputs, and a form has other parts too.
MAX_INPUTS = 500
PGIC_STATES = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class Place:
    """What may stand where a shipped instrument stood, so that its scores keep their meaning.

    `scorers` are those that count on the same scale, the usual one first; "" is no score.
    `refusal` says why the questions do not fit, beyond what the scorer asks of them.
    """

    scorers: tuple[str, ...]
    refusal: Callable[[tuple[Item, ...]], str | None] = lambda _questions: None


def _one_rating(questions: tuple[Item, ...]) -> str | None:
    fits = [(item.kind, item.low, item.high) for item in questions] == [("integer", 0, NRS_MAX)]
    return None if fits else f"is one integer question from 0 to {NRS_MAX}"


def _seven_states(questions: tuple[Item, ...]) -> str | None:
    if len(questions) == 1:
        [item] = questions
        numbers = {option.number for option in item.options}
        whole = item.kind == "integer" and (item.low, item.high) == (1, 7)
        if whole or (numbers == PGIC_STATES and not item.repeats):
            return None
    return "is one question whose answers count 1 to 7"


def _lines_to_tick(questions: tuple[Item, ...]) -> str | None:
    """Each line its own question, so that a list with no tick differs from one not answered."""
    if all(item.kind == "boolean" and not item.conditions for item in questions):
        return None
    return "is a list of boolean questions without conditions"


_SCORE_ENTRY = Place(("", ENTERED))
PLACES: Mapping[str, Place] = {
    "NRS": Place(("sum",), _one_rating),
    "PEG": Place(("peg_mean",)),
    "RMDQ": Place(("rmdq_count",), _lines_to_tick),
    "PGIC": Place(("sum",), _seven_states),
    "ODI": Place(("odi_proportion",)),
    "PROMIS-PF": _SCORE_ENTRY,
    "PROMIS-PI": _SCORE_ENTRY,
    "EQ-5D-VAS": _SCORE_ENTRY,
    "EQ-5D-INDEX": _SCORE_ENTRY,
}


def own_instrument(raw: bytes, *, key: str = "", scorer: str = "") -> Instrument:
    """The instrument of a clinic's file; raises QuestionnaireError, whose path says where.

    Without a `key` the file's own name is the key, without a `scorer` the usual one of a shipped
    instrument is bound. Its version is the file's, and empty where the file has none.
    """
    wanted = key.strip().upper()
    instrument = load(raw, key=wanted)
    known = instrument.key.upper()
    if not KEY.fullmatch(known):
        place = "key" if wanted else "name"
        raise QuestionnaireError(
            place, "a key is up to 40 of A-Z, 0-9, . _ - and begins with a letter"
        )
    if known in RESERVED:
        raise QuestionnaireError("key", f"{known} is a part of the forms that stays as it is")
    bound = _scorer(known, scorer.strip())
    own = _bind(replace(instrument, key=known), bound)
    if known in PLACES and (wrong := PLACES[known].refusal(own.questions)):
        raise QuestionnaireError("item", f"{known} {wrong}")
    _check_size(own)
    return own


def restored(definition: str, *, key: str, version: str, scorer: str) -> Instrument:
    """The instrument of a file that was taken once, by what was stored of it."""
    instrument = load(definition.encode(), key=key)
    return _bind(replace(instrument, version=version), scorer)


def _bind(instrument: Instrument, scorer: str) -> Instrument:
    """With its scorer. A score that was counted elsewhere is typed in by staff alone."""
    return replace(instrument, scorer=scorer, staff_only=scorer == ENTERED)


def _scorer(key: str, scorer: str) -> str:
    if key not in PLACES:
        return scorer
    known = PLACES[key].scorers
    if scorer and scorer not in known:
        wanted = " or ".join(name for name in known if name) + ("" if known[0] else " or none")
        raise QuestionnaireError("scorer", f'"{scorer[:40]}" does not count {key}: {wanted} does')
    return scorer or known[0]


def _check_size(instrument: Instrument) -> None:
    for path, words, limit in (
        ("version", instrument.version, MAX_VERSION),
        ("title", instrument.title.base, MAX_TITLE),
    ):
        if len(words) > limit:
            raise QuestionnaireError(path, f"is longer than {limit} characters")
    inputs = sum(len(item.options) if item.repeats else 1 for item in instrument.questions)
    if inputs > MAX_INPUTS:
        raise QuestionnaireError("item", f"{inputs} inputs, at most {MAX_INPUTS} stand in a form")
