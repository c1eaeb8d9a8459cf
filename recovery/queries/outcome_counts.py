"""How often each answer, and each pair of scores before and after, occurs in a cohort.

One statement, in SQL of its own: the rows are joined with their recoveries once and counted five
ways, for which the ORM has no words. All of it but the cohort's own part is constant.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from recovery.clinical.instruments.response import POINTS
from recovery.clinical.timepoints import HIGHEST
from recovery.models import Outcome
from recovery.queries.outcome_figures import FUNCTIONS, PAIN

COLUMNS = {scale: (f"{scale.lower()}_before", f"{scale.lower()}_after") for scale in HIGHEST}
STORED = ("form", "state", "pgic", *(name for pair in COLUMNS.values() for name in pair))
# Whether the same form told of pain that fell by what matters; null without a pair of pain.
EASED = "{} - {} >= {} AS eased".format(*COLUMNS[PAIN], POINTS[PAIN])
COUNTED = (*STORED, "eased")
SETS = (("state", "pgic"), COLUMNS[PAIN], *((*COLUMNS[scale], "eased") for scale in FUNCTIONS))


# A score before and after, whether pain fell too, and how many have it so: thousands, so no class.
Pair = tuple[Any, Any, bool | None, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """By form; pairs by scale and form."""

    states: Mapping[str, Mapping[str, int]]
    pgic: Mapping[str, Mapping[int, int]]
    pairs: Mapping[tuple[str, str], list[Pair]]


def counts(rows: QuerySet[Outcome]) -> Counts:
    states: dict[str, Counter[str]] = defaultdict(Counter)
    pgic: dict[str, Counter[int]] = defaultdict(Counter)
    pairs: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    places = [(scale, COUNTED.index(before)) for scale, (before, _after) in COLUMNS.items()]
    for row in _counted(rows):
        form, state = row[0], row[1]
        if state is not None:
            states[form][state] += row[-1]
            if row[2] is not None:
                pgic[form][row[2]] += row[-1]
            continue
        for scale, place in places:
            if row[place] is not None:
                pairs[scale, form].append((row[place], row[place + 1], row[-2], row[-1]))
                break
    return Counts(states, pgic, pairs)


def _counted(rows: QuerySet[Outcome]) -> list[tuple[Any, ...]]:
    """The columns COUNTED and how many: of each of SETS its own, null in all others."""
    told, parameters = rows.order_by().values_list(*STORED).query.sql_with_params()
    counted = IN_ONE_PASS if connection.vendor == "postgresql" else ONE_BY_ONE
    with connection.cursor() as cursor:
        cursor.execute(f"WITH told ({', '.join(STORED)}) AS ({told}), {counted}", parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _select(names: Sequence[str], groups: str) -> str:
    columns = (name if name in ("form", *names) else "NULL" for name in COUNTED)
    return f"SELECT {', '.join(columns)}, count(*) FROM judged GROUP BY {groups}"  # noqa: S608 (constants)


_JUDGED = f"judged AS (SELECT *, {EASED} FROM told) "  # noqa: S608 (constants)
_GROUPS = [f"form, {', '.join(one)}" for one in SETS]
IN_ONE_PASS = _JUDGED + _select(COUNTED, f"GROUPING SETS (({'), ('.join(_GROUPS)}))")
# What SQLite can do.
ONE_BY_ONE = _JUDGED + " UNION ALL ".join(map(_select, SETS, _GROUPS))
