"""The outcomes of a cohort, read from the rows that the writes keep: no response, no log.

Every figure is counted from how often each pair of scores occurs, so that it does not grow with the
people; what a pair means is clinical.instruments'. Nothing is filled in for an answer that is
missing: it is counted as missing, beside the figure. A form counts once its window has ended; until
then who has answered would be held against nobody.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from django.db.models import Count, Q

from recovery.clinical.checkinforms import instrument_keys
from recovery.clinical.instruments import (
    odi_falls,
    pain_free,
    pgic_responder,
    response,
    rmdq_marks,
)
from recovery.clinical.instruments.response import COMPOSITE_ODI, COMPOSITE_PAIN, POINTS
from recovery.clinical.instruments.scoring import ODI_SECTIONS
from recovery.clinical.summaries import share, summary
from recovery.clinical.timepoints import DAYS, HIGHEST, PGIC
from recovery.models import Outcome
from recovery.queries.cells import Shown
from recovery.queries.cohorts import Cohort
from recovery.queries.outcome_counts import MILLION, Counts, Pair, counts
from recovery.queries.outcome_figures import (
    COMPOSITE,
    FUNCTIONS,
    MARKS,
    PAIN,
    SHOWN_AS,
    Asked,
    Changes,
    Point,
    Quadrants,
    Responders,
    above_0,
)

# Falls are counted as whole numbers: PEG's of its raw sum, ODI's of a part that every percent of
# up to ten sections is a multiple of.
ODI_PARTS = lcm(*range(1, ODI_SECTIONS + 1))
PER = {**SHOWN_AS, "ODI": ODI_PARTS}
# One count of whose pain was eased serves the quadrants and the trials' mark.
assert POINTS[PAIN] == COMPOSITE_PAIN


def changes(cohort: Cohort, at: str) -> Changes:
    """Everything about scores; `at` is the form of the time point whose shares are told, or empty
    for the one that is there: three months, else the last that anybody answered.

    One statement, two for a part of the clinic.
    """
    found = counts(cohort.of(Outcome.objects.standing()), cohort.now)
    shown = _shown(cohort)
    asked = {
        form: _asked(form, found, shown)
        for form in DAYS
        if form in found.states or form in found.ahead
    }
    due = {form: one for form, one in asked.items() if one.due}
    at = at if at in due else _usual(due)
    return Changes(
        asked=asked,
        due=due,
        points={scale: _points(scale, found, due, shown) for scale in HIGHEST},
        responders=_responders(due[at], found, shown) if at else [],
        quadrants=_quadrants(due[at], found, shown) if at else [],
        at=at,
    )


def _asked(form: str, found: Counts, shown: Shown) -> Asked:
    states = found.states.get(form, {})
    may = shown(form, "due", sum(states.values()))
    return Asked(form, **states, ahead=found.ahead.get(form, 0), shown=may)


def _usual(due: Mapping[str, Asked]) -> str:
    if "three_month" in due:
        return "three_month"
    return next((form for form in reversed(due) if due[form].answered), "")


def _shown(cohort: Cohort) -> Shown:
    pain = Q(nrs_before__isnull=False)
    before = {scale: f"{scale.lower()}_before" for scale in HIGHEST}
    numbers = {scale: Count(name) for scale, name in before.items()}
    numbers |= {
        above_0(scale): Count(name, filter=Q(**{f"{name}__gt": 0}))
        for scale, name in before.items()
    }
    numbers |= {_pair(scale): Count(before[scale], filter=pain) for scale in FUNCTIONS}
    return cohort.counted(
        lambda whole: whole.of(Outcome.objects.standing().due(whole.now)),
        "recovery__",
        "form",
        **numbers,
        due=Count("pk"),
        PGIC=Count("pgic"),
    )


def _pair(scale: str) -> str:
    return f"{scale}_NRS"


class Judged(NamedTuple):
    """What a pair of scores means: `met` in the order of MARKS, None where it cannot be told."""

    fall: int
    better: bool
    worse: bool
    met: tuple[bool | None, ...]


@lru_cache(maxsize=65536)
def _judged(scale: str, before: int, after: int) -> Judged:
    first, later = _exact(scale, before), _exact(scale, after)
    told = response(scale, first, later)
    if scale == PAIN:
        marks = [told.mid, told.r30, told.r50, pain_free(first, later)]
    elif scale == "PEG":
        marks = [told.mid, told.r30]
    elif scale == "RMDQ":
        marks = [told.mid, told.r30, rmdq_marks(first, later).recovered]
    else:
        marks = [*odi_falls(first, later).values(), told.r30]
    whole = ODI_PARTS if scale == "ODI" else 1
    return Judged(int((first - later) * whole), bool(told.mid), bool(told.worse), tuple(marks))


def _exact(scale: str, total: int) -> Fraction:
    """A percent of up to ten sections is stored with six decimals; it is decided on as it was."""
    if scale == "ODI":
        return Fraction(total, MILLION).limit_denominator(ODI_SECTIONS)
    return Fraction(total)


def _points(scale: str, found: Counts, due: Mapping[str, Asked], shown: Shown) -> list[Point]:
    points = []
    # A form that does not ask the scale has no point of it.
    told_in = {form: one for form, one in due.items() if scale in instrument_keys(form)}
    for form, one in told_in.items():
        pairs = found.pairs.get((scale, form), [])
        falls: Counter[int] = Counter()
        worse = 0
        for first, later, _eased, count in pairs:
            judged = _judged(scale, first, later)
            falls[judged.fall] += count
            worse += count * judged.worse
        n = falls.total()
        may = one.shown and shown(form, scale, n)
        told = summary(falls, PER.get(scale, 1)) if may else None
        points.append(Point(one, n, told, worse if may else None))
    return points if any(point.n for point in points) else []


def _responders(asked: Asked, found: Counts, shown: Shown) -> list[Responders]:
    at = asked.form
    judged = {scale: _met(scale, found.pairs.get((scale, at), [])) for scale in HIGHEST}
    judged[PGIC] = Counter()
    for state, count in found.pgic.get(at, {}).items():
        judged[PGIC][(pgic_responder(state),)] += count
    judged[COMPOSITE] = _composite(found.pairs.get(("ODI", at), []))
    responders = []
    places: Counter[str] = Counter()
    for mark in MARKS:
        place = places[mark.scale]
        places[mark.scale] += 1
        told = judged[mark.scale]
        if not told:
            continue
        n = sum(count for met, count in told.items() if met[place] is not None)
        count = _pair("ODI") if mark.scale == COMPOSITE else mark.count
        may = asked.shown and shown(at, count, n)
        met_it = sum(count for met, count in told.items() if met[place])
        responders.append(Responders(mark, asked.due, n, share(met_it, n) if may else None))
    return responders


def _met(scale: str, pairs: Sequence[Pair]) -> Counter[tuple[bool | None, ...]]:
    """How many met which marks."""
    found: Counter[tuple[bool | None, ...]] = Counter()
    for first, later, _eased, count in pairs:
        found[_judged(scale, first, later).met] += count
    return found


def _composite(pairs: Sequence[Pair]) -> Counter[tuple[bool | None, ...]]:
    found: Counter[tuple[bool | None, ...]] = Counter()
    for first, later, eased, count in pairs:
        if eased is not None:
            fell = _judged("ODI", first, later).fall >= COMPOSITE_ODI * ODI_PARTS
            found[bool(eased and fell),] += count
    return found


def _quadrants(asked: Asked, found: Counts, shown: Shown) -> list[Quadrants]:
    at = asked.form
    quadrants = []
    for scale in FUNCTIONS:
        counted: Counter[tuple[bool, bool]] = Counter()
        for first, later, eased, count in found.pairs.get((scale, at), []):
            if eased is not None:
                counted[bool(eased), _judged(scale, first, later).better] += count
        n = sum(counted.values())
        parts = (
            counted[True, True],
            counted[True, False],
            counted[False, True],
            counted[False, False],
        )
        if n:
            may = asked.shown and shown(at, _pair(scale), n)
            quadrants.append(Quadrants(scale, asked.due, n, parts if may else None))
    return quadrants
