"""Which recoveries an outcomes page is about, and which groups are too small to be looked at.

A period is all time, a year or a quarter of the procedure's date: fixed ones, so that two periods
that differ by one person cannot be chosen.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from recovery.clinical.disclosure import Sum, hidden
from recovery.models import Clinic, Recovery
from recovery.models.recoveries import Modic
from recovery.queries.cells import ALL, Cell, Leaf, Shown, tables

UNKNOWN = "?"
# The age of pain and of care from which the procedure is offered, in months (docs/protocol.md).
CANDIDATE_MONTHS = 6
VERTEBROGENIC = "M54.51"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A fact by which recoveries are told apart. `group` names the one of a stored value."""

    key: str
    label: Any
    column: Any
    group: Callable[[Any], str] = lambda value: value or UNKNOWN
    names: Mapping[str, Any] = field(default_factory=dict)

    def name(self, group: str) -> Any:
        return _("Not known") if group == UNKNOWN else self.names.get(group, group)


def _words(text: str) -> str:
    """As typed, but for spaces and case: "mia aldana" and "Mia  Aldana" are one surgeon."""
    return " ".join(text.split()).title() or UNKNOWN


def _levels(text: str) -> str:
    """The levels in their order, however they were written: "L5,L4" is "L4, L5"."""
    parts = {part.strip().upper() for part in text.replace(";", ",").split(",") if part.strip()}
    return ", ".join(sorted(parts)) or UNKNOWN


def _months(name: str) -> Case:
    """A place in SPANS."""
    return Case(
        When(**{name: None}, then=Value(0)),
        When(**{f"{name}__lt": CANDIDATE_MONTHS}, then=Value(1)),
        default=Value(2),
    )


SPANS = (UNKNOWN, "under", "over")


def _span(place: int | str) -> str:
    return SPANS[int(place)]


def _diagnosis(code: str) -> str:
    return (code if code == VERTEBROGENIC else "other") if code else UNKNOWN


_MONTHS = {"under": _("Under 6 months"), "over": _("6 months or longer")}
DIMENSIONS: Mapping[str, Dimension] = {
    one.key: one
    for one in (
        Dimension("surgeon", _("Surgeon"), F("surgeon"), _words),
        Dimension("levels", _("Levels treated"), F("levels"), _levels),
        Dimension("modic", _("Modic type"), F("modic"), names=dict(Modic.choices)),
        Dimension("pain", _("Low back pain"), _months("pain_months"), _span, _MONTHS),
        Dimension("care", _("Conservative care"), _months("care_months"), _span, _MONTHS),
        Dimension(
            "diagnosis", _("Diagnosis"), F("icd10"), _diagnosis, {"other": _("Another code")}
        ),
    )
}


def performed(clinic: Clinic, now: datetime) -> QuerySet[Recovery]:
    """The recoveries whose procedure has taken place."""
    return Recovery.objects.filter(clinic=clinic, procedure_at__lte=now).exclude(
        state=Recovery.State.CANCELLED
    )


@dataclass(frozen=True)
class Frame:
    """How many recoveries there are by quarter and by group of each fact, in one statement."""

    by: Mapping[str, Mapping[Leaf, int]]
    # By dimension and group, the values that are stored for it.
    stored: Mapping[str, Mapping[str, set[Any]]]

    @cached_property
    def total(self) -> int:
        return sum(self.by["surgeon"].values())

    @cached_property
    def cells(self) -> dict[str, tuple[dict[Cell, int], list[Sum[Cell]]]]:
        return {key: tables(leaves) for key, leaves in self.by.items()}

    @cached_property
    def hidden(self) -> dict[str, set[Cell]]:
        return {key: hidden(*found) for key, found in self.cells.items()}

    def periods(self) -> list[str]:
        """The years and their quarters that can be chosen, the newest first.

        Not one that the groups of any fact need hidden: its total is the same by whichever fact.
        """
        counts, _sums = self.cells["surgeon"]
        found = {period for period, group in counts if group == ALL and period != ALL}
        return [
            period
            for period in sorted(found, key=_newest_first)
            if not any((period, ALL) in cells for cells in self.hidden.values())
        ]

    def groups(self, dimension: str, period: str) -> list[str]:
        """Those of a fact that can be chosen within a period, by name; what is not known last."""
        counts, _sums = self.cells[dimension]
        found = {group for at, group in counts if at == period and group != ALL}
        return sorted(
            (g for g in found if (period, g) not in self.hidden[dimension]),
            key=lambda group: (group == UNKNOWN, group),
        )


def _newest_first(period: str) -> tuple[int, bool, str]:
    return -int(period[:4]), len(period) > 4, period


def frame(clinic: Clinic, now: datetime) -> Frame:
    columns = {f"in_{key}": one.column for key, one in DIMENSIONS.items()}
    rows = (
        performed(clinic, now)
        .annotate(**columns)
        .values_list("procedure_on__year", "procedure_on__quarter", *columns)
        .annotate(n=Count("pk"))
        .order_by()
    )
    by: dict[str, Counter[Leaf]] = {key: Counter() for key in DIMENSIONS}
    stored: dict[str, dict[str, set[Any]]] = {key: {} for key in DIMENSIONS}
    for year, quarter, *values, n in rows:
        for (key, one), value in zip(DIMENSIONS.items(), values, strict=True):
            group = one.group(value)
            by[key][year, quarter, group] += n
            stored[key].setdefault(group, set()).add(value)
    return Frame(by, stored)


@dataclass(frozen=True)
class Cohort:
    """The recoveries of a period and a group; with `dimension` empty all groups."""

    clinic: Clinic
    now: datetime
    frame: Frame
    period: str = ALL
    dimension: str = ""
    group: str = ALL

    @property
    def cell(self) -> Cell:
        return self.period, self.group

    def recoveries(self) -> QuerySet[Recovery]:
        return self._chosen(performed(self.clinic, self.now), "")

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of another table, each of a recovery, that are about this cohort."""
        return self._chosen(rows.filter(self._performed()), "recovery__")

    def _performed(self) -> Q:
        return Q(recovery__clinic=self.clinic, recovery__procedure_at__lte=self.now) & ~Q(
            recovery__state=Recovery.State.CANCELLED
        )

    def _chosen(self, rows: QuerySet[Any], to: str) -> QuerySet[Any]:
        if self.period:
            rows = rows.filter(**{f"{to}procedure_on__year": int(self.period[:4])})
        if len(self.period) > 4:
            rows = rows.filter(**{f"{to}procedure_on__quarter": int(self.period[-1])})
        if self.dimension:
            values = self.frame.stored[self.dimension].get(self.group, set())
            rows = rows.annotate(group=_moved(DIMENSIONS[self.dimension].column, to))
            rows = rows.filter(group__in=values)
        return rows

    def counted(
        self, rows: Callable[["Cohort"], QuerySet[Any]], to: str, by: str, **counts: Any
    ) -> "Shown":
        """Which figures of this cohort may be shown, where each is about so many people.

        `rows` gives those of the clinic's whole history, `by` names the figure together with the
        count. Asks the database nothing for all groups and all time: there is nothing to take
        away from. The total of a period may be what another fact's groups need hidden, so there
        all facts are counted by; one statement either way.
        """
        shown = Shown(self.cell, self.dimension)
        if self.cell == (ALL, ALL):
            return shown
        whole = Cohort(self.clinic, self.now, self.frame)
        keys = list(DIMENSIONS) if self.period else [self.dimension]
        columns = {f"in_{key}": _moved(DIMENSIONS[key].column, to) for key in keys}
        alike = rows(whole).annotate(**columns)
        alike = alike.values_list(
            by, f"{to}procedure_on__year", f"{to}procedure_on__quarter", *columns
        )
        alike = alike.annotate(**counts).order_by()
        for key, kind, year, quarter, value, *numbers in _by_fact(alike, keys, len(counts)):
            leaf = year, quarter, DIMENSIONS[key].group(value)
            for count, n in zip(counts, numbers, strict=True):
                shown.leaves[kind, count][key][leaf] += n
        return shown


def _by_fact(alike: QuerySet[Any], keys: Sequence[str], counts: int) -> list[tuple[Any, ...]]:
    """What was counted of those who are alike in all facts, summed up by each fact alone.

    The rows are read and joined once, where a statement of its own for each fact took six times as
    long; the ORM has no words for it.
    """
    told, parameters = alike.query.sql_with_params()
    names = [f"n{place}" for place in range(counts)]
    sums = ", ".join(f"CAST(SUM({name}) AS bigint)" for name in names)
    each = " UNION ALL ".join(
        f"""SELECT '{key}', kind, CAST(year AS integer), CAST(quarter AS integer),
            CAST(in_{key} AS text), {sums} FROM told GROUP BY kind, year, quarter, in_{key}"""  # noqa: S608
        for key in keys
    )
    columns = ", ".join(["kind", "year", "quarter", *(f"in_{key}" for key in keys), *names])
    with connection.cursor() as cursor:
        # The queryset's own SQL, with its parameters beside it; all else is constant.
        cursor.execute(f"WITH told ({columns}) AS ({told}) {each}", parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _moved(column: Any, to: str) -> Any:
    """The column of a recovery as it is reached from another table."""
    if not to:
        return column
    if isinstance(column, F):
        return F(f"{to}{column.name}")
    return Case(
        *(When(_moved_condition(when.condition, to), then=when.result) for when in column.cases),
        default=column.default,
    )


def _moved_condition(condition: Q, to: str) -> Q:
    return Q(*((f"{to}{name}", value) for name, value in condition.children))
