"""How often each answer, and each pair of scores before and after, occurs in a cohort.

One statement, in SQL of its own: each row is joined with its recovery once and then counted as
five things, for which the ORM has no words. Whatever is counted is one whole number. With it
PostgreSQL counts a large table by several workers, and never sorts; GROUPING SETS of the columns
do neither, since it expects far more pairs than there are, and take two to three times as long at a
million responses.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Case, QuerySet, Value, When

from recovery.clinical.instruments.response import POINTS
from recovery.clinical.timepoints import DAYS, HIGHEST
from recovery.models import Outcome
from recovery.queries.outcome_figures import FUNCTIONS, PAIN

FORMS, STATES, SCALES = tuple(DAYS), tuple(Outcome.State.values), tuple(HIGHEST)
STORED = (
    "form",
    "ahead",
    "state",
    "pgic",
    *(f"{scale.lower()}_{side}" for scale in SCALES for side in ("before", "after")),
)
# ODI is a percent with six decimals: in millionths it is a whole number, as the others are.
MILLION = 1_000_000
# The bits of a number that is counted, from the highest: whether the form's window is still open
# (1), of which scale it is, or of the answers (3), its form (3), two figures, either with room for
# the millionths of 100 percent (27 each), and whether pain was eased (2).
ANSWERS = len(SCALES)
# Set in the form as SQL has it: three bits of its place, then three of what is counted.
AHEAD = 1 << 6
FIGURE = (1 << 27) - 1
assert max(ANSWERS + 1, len(FORMS)) <= 1 << 3
assert 100 * MILLION <= FIGURE
EASED: tuple[bool | None, ...] = (None, False, True)
# A score before and after, ODI in millionths; of a scale of function whether pain fell too by what
# matters, None without a pair of pain; and how many have it so. Thousands, so it is no class.
Pair = tuple[int, int, bool | None, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """By form; pairs by scale and form. All but `ahead` is of windows that have ended."""

    states: Mapping[str, Mapping[str, int]]
    # Answered, and the window is still open.
    ahead: Mapping[str, int]
    pgic: Mapping[str, Mapping[int, int]]
    pairs: Mapping[tuple[str, str], list[Pair]]


def counts(rows: QuerySet[Outcome], now: datetime) -> Counts:
    states: dict[str, Counter[str]] = defaultdict(Counter)
    ahead: Counter[str] = Counter()
    pgic: dict[str, Counter[int]] = defaultdict(Counter)
    pairs: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for number, n in _counted(rows, now):
        # What a row lacks, as a pair of a scale, is counted as null.
        if number is None:
            continue
        what, form = number >> 59 & 7, FORMS[number >> 56 & 7]
        if number >> 56 & AHEAD:
            if what == ANSWERS:
                ahead[form] += n
            continue
        first, later = number >> 29 & FIGURE, number >> 2 & FIGURE
        if what != ANSWERS:
            pairs[SCALES[what], form].append((first, later, EASED[number & 3], n))
            continue
        states[form][STATES[first]] += n
        if later:
            pgic[form][later] += n
    return Counts(states, ahead, pgic, pairs)


def _counted(rows: QuerySet[Outcome], now: datetime) -> list[tuple[int | None, int]]:
    ahead = Case(When(expires_at__gt=now, then=Value(AHEAD)), default=Value(0))
    rows = rows.order_by().annotate(ahead=ahead)
    told, parameters = rows.values_list(*STORED).query.sql_with_params()
    numbers = IN_ONE_PASS if connection.vendor == "postgresql" else ONE_BY_ONE
    with connection.cursor() as cursor:
        # The queryset's own SQL, with its parameters beside it; all else is constant.
        statement = f"""WITH told ({", ".join(STORED)}) AS ({told}), {CODED},
            numbers (number) AS ({numbers})
            SELECT number, count(*) FROM numbers GROUP BY number"""  # noqa: S608
        cursor.execute(statement, parameters)
        found: list[tuple[int | None, int]] = cursor.fetchall()
    return found


def _number(what: int, first: str, later: str, eased: str = "0") -> str:
    beginning = f"(CAST({what << 3} AS bigint) | form)"
    return f"(({beginning} << 27 | {first}) << 27 | {later}) << 2 | {eased}"


def _pair(what: int, scale: str) -> str:
    first, later = f"{scale.lower()}_before", f"{scale.lower()}_after"
    if scale == "ODI":
        # SQLite's floats may fall one millionth short; no percent of up to ten sections is so near
        # to another.
        first, later = (f"CAST({one} * {MILLION} AS bigint)" for one in (first, later))
    return _number(what, first, later, "eased" if scale in FUNCTIONS else "0")


_FORMS = ", ".join(f"('{form}', {place})" for place, form in enumerate(FORMS))
_STATES = " ".join(f"WHEN '{state}' THEN {place}" for place, state in enumerate(STATES))
_EASED = f"CASE WHEN nrs_before IS NULL THEN 0 WHEN nrs_before - nrs_after >= {POINTS[PAIN]} THEN 2"
# A form's place is joined: a CASE would be copied into each number that is made of it.
CODED = f"""forms (name, place) AS (VALUES {_FORMS}), coded AS (
    SELECT ahead | forms.place AS form, CASE state {_STATES} END AS state, {", ".join(STORED[3:])},
        {_EASED} ELSE 1 END AS eased
    FROM told JOIN forms ON forms.name = told.form
)"""  # noqa: S608 (constants)
_NUMBERS = [
    _number(ANSWERS, "state", "COALESCE(pgic, 0)"),
    *(_pair(what, scale) for what, scale in enumerate(SCALES)),
]
IN_ONE_PASS = f"SELECT unnest(ARRAY[{', '.join(_NUMBERS)}]) FROM coded"  # noqa: S608 (constants)
# What SQLite can do.
ONE_BY_ONE = " UNION ALL ".join(f"SELECT {one} FROM coded" for one in _NUMBERS)  # noqa: S608 (constants)
