"""How often each answer, and each pair of scores before and after, occurs in a cohort.

One statement, in SQL of its own: the rows are joined with their recoveries once and counted six
ways, for which the ORM has no words. All of it but the cohort's own part is constant.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from recovery.clinical.instruments.response import COMPOSITE_ODI, COMPOSITE_PAIN, POINTS
from recovery.clinical.timepoints import HIGHEST
from recovery.models import Outcome

ANSWERS = ("state", "pgic")
PAIRS = tuple((f"{scale.lower()}_before", f"{scale.lower()}_after") for scale in HIGHEST)
# Whether each scale fell by what matters, null without a pair; and whether the trials' responder.
FALLS = tuple(f"{scale.lower()}_fell" for scale in HIGHEST)
COMPOSITE = "composite"
SETS = (ANSWERS, *PAIRS, (*FALLS, COMPOSITE))
STORED = ("form", *ANSWERS, *(name for pair in PAIRS for name in pair))
COUNTED = ("form", *(name for one in SETS for name in one))


class Pair(NamedTuple):
    """A score before and after, and how many have it."""

    first: Any
    later: Any
    n: int


class Fell(NamedTuple):
    """By scale whether the score fell by what matters, None without a pair; and how many."""

    by: Mapping[str, bool | None]
    composite: bool | None
    n: int


@dataclass(frozen=True, slots=True)
class Counts:
    """By form; pairs by scale and form."""

    states: Mapping[str, Mapping[str, int]]
    pgic: Mapping[str, Mapping[int, int]]
    pairs: Mapping[tuple[str, str], list[Pair]]
    fell: Mapping[str, list[Fell]]


def counts(rows: QuerySet[Outcome]) -> Counts:
    states: dict[str, Counter[str]] = defaultdict(Counter)
    pgic: dict[str, Counter[int]] = defaultdict(Counter)
    pairs: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    fell: dict[str, list[Fell]] = defaultdict(list)
    places = [(scale, 3 + 2 * place) for place, scale in enumerate(HIGHEST)]
    for row in _counted(rows):
        form, state, answer, n = row[0], row[1], row[2], row[-1]
        if state is not None:
            states[form][state] += n
            if answer is not None:
                pgic[form][answer] += n
            continue
        for scale, place in places:
            if row[place] is not None:
                pairs[scale, form].append(Pair(row[place], row[place + 1], n))
                break
        else:
            *by, composite = row[-len(FALLS) - 2 : -1]
            fell[form].append(Fell(dict(zip(HIGHEST, by, strict=True)), composite, n))
    return Counts(states, pgic, pairs, fell)


def _counted(rows: QuerySet[Outcome]) -> list[tuple[Any, ...]]:
    """The columns COUNTED and how many: of each of SETS its own, null in all others."""
    told, parameters = rows.order_by().values_list(*STORED).query.sql_with_params()
    counted = IN_ONE_PASS if connection.vendor == "postgresql" else ONE_BY_ONE
    with connection.cursor() as cursor:
        cursor.execute(f"WITH told ({', '.join(STORED)}) AS ({told}), {counted}", parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _fell(scale: str, points: int) -> str:
    before, after = f"{scale.lower()}_before", f"{scale.lower()}_after"
    # SQLite computes percents with floats: 36.666667 less 26.666667 is a little under 10 there.
    slack = " - 0.0000005" if scale == "ODI" else ""
    return f"{before} - {after} >= {points}{slack}"


def _judged() -> str:
    marks = {_fell(scale, POINTS[scale]): name for scale, name in zip(HIGHEST, FALLS, strict=True)}
    marks[f"{_fell('ODI', COMPOSITE_ODI)} AND {_fell('NRS', COMPOSITE_PAIN)}"] = COMPOSITE
    columns = (f"{mark} AS {name}" for mark, name in marks.items())
    return f"judged AS (SELECT *, {', '.join(columns)} FROM told) "  # noqa: S608 (constants)


def _select(names: Sequence[str], grouped: str) -> str:
    columns = (name if name in ("form", *names) else "NULL" for name in COUNTED)
    return f"SELECT {', '.join(columns)}, count(*) FROM judged GROUP BY {grouped}"  # noqa: S608 (constants)


_GROUPS = [f"form, {', '.join(one)}" for one in SETS]
IN_ONE_PASS = _judged() + _select(COUNTED, f"GROUPING SETS (({'), ('.join(_GROUPS)}))")
# What SQLite can do.
ONE_BY_ONE = _judged() + " UNION ALL ".join(map(_select, SETS, _GROUPS))
