"""`score`: answers in, a score out; a baseline and a follow-up in, the response out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from recovery.clinical.commands.lines import Line, part
from recovery.clinical.instruments import (
    SCORERS,
    SHIPPED,
    Amount,
    Response,
    Score,
    clean_answer,
    composite,
    odi_falls,
    pain_free,
    pgic_responder,
    pgic_worse,
    response,
    rmdq_marks,
    rounded,
    scoring,
)
from recovery.clinical.logfields import FIELDS, Field, LogError, check, clean, quoted
from recovery.clinical.medicines import acetaminophen_total, opioid_total
from recovery.clinical.rules import Profile, assess

# What a baseline and a follow-up are given as: PEG's are raw sums, ODI's percents.
AMOUNTS: Mapping[str, Callable[[Any, str], Score]] = {
    "NRS": scoring.nrs,
    "PEG": scoring.peg_sum,
    "RMDQ": scoring.rmdq_total,
    "ODI": scoring.odi_percent,
}
DETAIL = Field("detail", "bool")
MEDICINE_RULES = ("R21", "R36", "R37")


def score_line(line: Line) -> Iterator[Line]:
    name = part(line, "instrument", str)
    if name is None:
        raise LogError("instrument", "instrument is missing")
    if name not in NAMES:
        raise LogError("instrument", f"instrument {quoted(name)} is not one of {', '.join(NAMES)}")
    given: list[str] = [key for key in ("answers", "score", "baseline") if key in line]
    if "followup" in line and "baseline" not in line:
        given.append("followup")
    if len(given) > 1:
        raise LogError(given[1], f"{given[0]} and {given[1]} are both given")
    if not given:
        raise LogError("answers", "answers is missing")
    if given[0] == "answers":
        yield _answers(name, line)
    elif given[0] == "score":
        yield _shown(_entered(name, line["score"]))
    else:
        yield _response(name, line)


def _answers(name: str, line: Line) -> Line:
    if name not in ANSWERS:
        instead = "baseline and followup" if name == "COMPOSITE" else "score"
        raise LogError("answers", f"{name} takes {instead}, not answers")
    return ANSWERS[name](line["answers"])


def _entered(name: str, value: Any) -> Score:
    """A score that was counted elsewhere, held to the question of its entry form."""
    if name not in SHIPPED or SHIPPED[name].scorer != "entered":
        raise LogError("score", f"{name} takes answers, not score")
    item = replace(SHIPPED[name].questions[0], link_id="score")
    return SCORERS["entered"].score([(item, clean_answer(item, value))])


def _response(name: str, line: Line) -> Line:
    if name == "COMPOSITE":
        return _composite(line)
    if name not in AMOUNTS:
        raise LogError("baseline", f"{name} has no baseline: {', '.join(AMOUNTS)} have one")
    amount = AMOUNTS[name]
    first = amount(line.get("baseline"), "baseline").basis
    later = amount(line.get("followup"), "followup").basis
    found = _marks(response(name, first, later))
    if line.get("detail") is not None and check(DETAIL, line["detail"]):
        found |= _details(name, first, later)
    return found


def _marks(found: Response) -> Line:
    return {
        "change": _number(found.change),
        "percent": found.percent,
        "mid": found.mid,
        "r30": found.r30,
        "r50": found.r50,
        "worse": found.worse,
    }


def _details(name: str, first: Amount | None, later: Amount | None) -> Line:
    """What only this instrument has."""
    if name == "NRS":
        return {"pain_free": pain_free(first, later)}
    if name == "RMDQ":
        marks = rmdq_marks(first, later)
        return {
            "recovered": marks.recovered,
            "target": marks.target,
            "hard_to_measure": marks.hard_to_measure,
        }
    if name == "ODI":
        return {f"fall_{points}": fell for points, fell in odi_falls(first, later).items()}
    return {}


def _composite(line: Line) -> Line:
    """ODI and NRS at both times."""
    changes: list[Amount | None] = []
    for name in ("ODI", "NRS"):
        first, later = (
            AMOUNTS[name]((part(line, time, dict) or {}).get(name), f"{time}.{name}").basis
            for time in ("baseline", "followup")
        )
        changes.append(response(name, first, later).change)
    odi_change, pain_change = changes
    return {
        "odi_change": _number(odi_change),
        "pain_change": _number(pain_change),
        "responder": composite(odi_change, pain_change),
    }


def _shown(found: Score) -> Line:
    return {"sum": _number(found.total), "score": found.shown}


def _single(value: Any) -> Any:
    """One answer, or a list of the one."""
    if isinstance(value, list):
        if len(value) > 1:
            raise LogError("answers", f"answers has {len(value)} answers, at most 1 is asked")
        return value[0] if value else None
    return value


def _pgic(value: Any) -> Line:
    found = scoring.pgic(_single(value), "answers")
    answer = None if found.total is None else int(found.total)
    return {
        **_shown(found),
        "responder": pgic_responder(answer),
        "worse": pgic_worse(answer),
    }


def _odi(value: Any) -> Line:
    found = scoring.odi(value)
    return {**_shown(found), "answered": found.answered}


def _opioids(value: Any) -> Line:
    """MME of a day. One drug that cannot be counted leaves no total; no list is not none."""
    if value is None:
        return {**_shown(scoring.NO_SCORE), "note": None, "rules": []}
    opioids = check(Field("answers", "list"), value)
    total, unknown = opioid_total(opioids)
    return {
        "sum": _number(total),
        "score": None if total is None else rounded(total, 1),
        "note": "cannot compute" if unknown else None,
        "rules": _rules(opioids=opioids),
    }


def _acetaminophen(value: Any) -> Line:
    """A day's mg, given as such or as the tablets of each strength."""
    if value is None:
        return {**_shown(scoring.NO_SCORE), "rules": []}
    amount = acetaminophen_total(_tablets(value)) if isinstance(value, list) else value
    total = check(FIELDS["acetaminophen_mg"], amount)
    return {"sum": total, "score": str(total), "rules": _rules(acetaminophen_mg=total)}


def _tablets(value: list[Any]) -> list[dict[str, int]]:
    return [_tablet(entry, f"answers[{place}]") for place, entry in enumerate(value)]


def _tablet(entry: Any, place: str) -> dict[str, int]:
    if isinstance(entry, list) and len(entry) == 2:
        entry = dict(zip(("mg", "tablets"), entry, strict=True))
    if not isinstance(entry, dict) or entry.keys() != {"mg", "tablets"}:
        raise LogError(place, f"{place} is not mg, tablets")
    most = {"mg": 20000, "tablets": 100}
    return {
        name: check(Field(f"{place}.{name}", "int", 0, most[name]), entry[name]) for name in most
    }


def _rules(**fields: Any) -> list[str]:
    """The medicine rules that these fields alone fire on D0."""
    findings = assess(Profile(), [], clean({"day": 0, **fields}))
    return [finding.rule_id for finding in findings if finding.rule_id in MEDICINE_RULES]


def _number(amount: Amount | Decimal | None) -> int | float | None:
    """As JSON writes numbers. It is made a float here, at the very end, and shows what it was."""
    if amount is None:
        return None
    exact = Fraction(amount)
    return exact.numerator if exact.denominator == 1 else float(exact)


ANSWERS: Mapping[str, Callable[[Any], Line]] = {
    "NRS": lambda value: _shown(scoring.nrs(_single(value), "answers")),
    "PEG": lambda value: _shown(scoring.peg(value)),
    "RMDQ": lambda value: _shown(scoring.rmdq(value)),
    "ODI": _odi,
    "PGIC": _pgic,
    "MME": _opioids,
    "ACETAMINOPHEN": _acetaminophen,
}
NAMES = (*SHIPPED, "COMPOSITE", "MME", "ACETAMINOPHEN")
