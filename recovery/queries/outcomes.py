"""The outcomes of a cohort, read from the rows that the writes keep: no response, no log.

Every figure is counted from how often each pair of scores occurs, so that it does not grow with the
people; what a pair means is clinical.instruments'. Nothing is filled in for an answer that is
missing: it is counted as missing, beside the figure.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.db.models import Count, F, Q

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
from recovery.queries.cohorts import Cohort, Shown
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
)


def changes(cohort: Cohort, at: str) -> Changes:
    """Everything about scores; `at` is the form of the time point whose shares are told, or empty
    for the one that is there: three months, else the last that anybody answered.

    Eight statements, nine for a part of the clinic.
    """
    rows = cohort.of(Outcome.objects.standing())
    asked = _asked(rows)
    at = at if at in asked else _usual(asked)
    shown = _shown(cohort)
    pairs = {scale: _pairs(rows, scale) for scale in HIGHEST}
    points = {scale: _points(scale, pairs[scale], asked, shown) for scale in HIGHEST}
    states = _states(rows, at)
    both = _both(rows, at)
    due = asked[at].due if at else 0
    return Changes(
        asked=asked,
        points=points,
        responders=_responders(due, at, pairs, states, both, shown) if at else [],
        quadrants=_quadrants(due, at, both, shown) if at else [],
        at=at,
    )


def _usual(asked: Mapping[str, Asked]) -> str:
    if "three_month" in asked:
        return "three_month"
    return next((form for form in reversed(asked) if asked[form].answered), "")


def _asked(rows: Any) -> dict[str, Asked]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for form, state, n in rows.values_list("form", "state").annotate(n=Count("pk")).order_by():
        found[form][state] = n
    return {form: Asked(form, **found[form]) for form in DAYS if form in found}


def _shown(cohort: Cohort) -> Shown:
    whole = Cohort(cohort.clinic, cohort.now, cohort.frame)
    pain = Q(nrs_before__isnull=False)
    counts = {scale: Count(f"{scale.lower()}_before") for scale in HIGHEST}
    counts |= {_pair(scale): Count(f"{scale.lower()}_before", filter=pain) for scale in FUNCTIONS}
    rows = whole.of(Outcome.objects.standing())
    return cohort.counted(rows, "recovery__", "form", **counts, PGIC=Count("pgic"))


def _pair(scale: str) -> str:
    return f"{scale}_NRS"


def _pairs(rows: Any, scale: str) -> dict[str, Counter[tuple[Fraction, Fraction]]]:
    """By form, how often each score before and after occurs together."""
    before, after = f"{scale.lower()}_before", f"{scale.lower()}_after"
    found: dict[str, Counter[tuple[Fraction, Fraction]]] = defaultdict(Counter)
    counted = rows.exclude(**{before: None}).values_list("form", before, after)
    for form, first, later, n in counted.annotate(n=Count("pk")).order_by():
        found[form][_exact(first), _exact(later)] += n
    return found


@lru_cache(maxsize=4096)
def _exact(total: Any) -> Fraction:
    """A percent of up to ten sections is stored with six decimals; it is decided on as it was."""
    return Fraction(total).limit_denominator(ODI_SECTIONS)


@lru_cache(maxsize=65536)
def _met(scale: str, first: Fraction, later: Fraction) -> tuple[bool | None, ...]:
    """Whether a pair meets each mark of its scale, in the order of MARKS, and whether it is worse;
    None where that cannot be told.
    """
    told = response(scale, first, later)
    if scale == PAIN:
        marks = [told.mid, told.r30, told.r50, pain_free(first, later)]
    elif scale == "PEG":
        marks = [told.mid, told.r30]
    elif scale == "RMDQ":
        marks = [told.mid, told.r30, rmdq_marks(first, later).recovered]
    else:
        marks = [*odi_falls(first, later).values(), told.r30]
    return (*marks, told.worse)


def _points(
    scale: str,
    pairs: Mapping[str, Counter[tuple[Fraction, Fraction]]],
    asked: Mapping[str, Asked],
    shown: Shown,
) -> list[Point]:
    found = []
    # A form that does not ask the scale has no point of it.
    told_in = {form: one for form, one in asked.items() if scale in instrument_keys(form)}
    for form, one in told_in.items():
        n = sum(pairs[form].values()) if form in pairs else 0
        told, worse = None, None
        if shown(form, scale, n):
            falls: Counter[Fraction] = Counter()
            worse = 0
            for (first, later), count in pairs[form].items():
                falls[(first - later) / SHOWN_AS.get(scale, 1)] += count
                worse += count * bool(_met(scale, first, later)[-1])
            told = summary(falls)
        found.append(Point(form, one.due, n, told, worse))
    return found if any(point.n for point in found) else []


def _responders(
    due: int,
    at: str,
    pairs: Mapping[str, Mapping[str, Counter[tuple[Fraction, Fraction]]]],
    states: Counter[int],
    both: Mapping[str, int],
    shown: Shown,
) -> list[Responders]:
    found = []
    places: Counter[str] = Counter()
    for mark in MARKS:
        place = places[mark.scale]
        places[mark.scale] += 1
        if mark.scale == PGIC:
            told = [(bool(pgic_responder(state)), count) for state, count in states.items()]
            everybody = sum(states.values())
        elif mark.scale == COMPOSITE:
            everybody = both["ODI_n"]
            told = [(True, both["composite"]), (False, everybody - both["composite"])]
        else:
            counted = pairs[mark.scale].get(at, Counter())
            judged = [(_met(mark.scale, *pair)[place], count) for pair, count in counted.items()]
            told = [(met, count) for met, count in judged if met is not None]
            everybody = sum(counted.values())
        n = sum(count for _met_it, count in told)
        if not everybody:
            continue
        count = _pair("ODI") if mark.scale == COMPOSITE else mark.count
        may = shown(at, count, n) and shown(at, count, everybody)
        met = sum(count for met_it, count in told if met_it)
        found.append(Responders(mark, due, n, share(met, n) if may else None))
    return found


def _states(rows: Any, at: str) -> Counter[int]:
    told = rows.filter(form=at).exclude(pgic=None).values_list("pgic")
    return Counter(dict(told.annotate(n=Count("pk")).order_by()))


def _both(rows: Any, at: str) -> dict[str, int]:
    """How many met the mark of pain, and of each scale of function, at one time point."""
    told = rows.filter(form=at, nrs_before__isnull=False).annotate(
        **{f"{s.lower()}_fall": F(f"{s.lower()}_before") - F(f"{s.lower()}_after") for s in HIGHEST}
    )
    eased = Q(nrs_fall__gte=POINTS[PAIN])
    counts: dict[str, Any] = {}
    for scale in FUNCTIONS:
        fall = f"{scale.lower()}_fall"
        known, better = Q(**{f"{fall}__isnull": False}), Q(**{f"{fall}__gte": POINTS[scale]})
        counts[f"{scale}_n"] = Count("pk", filter=known)
        counts[f"{scale}_both"] = Count("pk", filter=better & eased)
        counts[f"{scale}_pain"] = Count("pk", filter=known & eased)
        counts[f"{scale}_function"] = Count("pk", filter=better)
    composite = Q(odi_fall__gte=COMPOSITE_ODI, nrs_fall__gte=COMPOSITE_PAIN)
    found: dict[str, int] = told.aggregate(**counts, composite=Count("pk", filter=composite))
    return found


def _quadrants(due: int, at: str, both: Mapping[str, int], shown: Shown) -> list[Quadrants]:
    found = []
    for scale in FUNCTIONS:
        n, helped = both[f"{scale}_n"], both[f"{scale}_both"]
        pain, function = both[f"{scale}_pain"] - helped, both[f"{scale}_function"] - helped
        parts = (helped, pain, function, n - helped - pain - function)
        if n:
            may = shown(at, _pair(scale), n)
            found.append(Quadrants(scale, due, n, parts if may else None))
    return found
