"""The figures of an outcomes page, as they are handed to its template: each with its people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from recovery.clinical.instruments.scoring import PEG_ITEMS
from recovery.clinical.summaries import Share, Summary, share
from recovery.clinical.timepoints import PGIC

PAIN = "NRS"
FUNCTIONS = ("PEG", "RMDQ", "ODI")
COMPOSITE = "ODI+NRS"
# What a score is divided by to be shown: PEG is decided on its sum and read as a mean.
SHOWN_AS = {"PEG": PEG_ITEMS}
AFTER = {
    "two_week": _("2 weeks"),
    "one_month": _("1 month"),
    "six_week": _("6 weeks"),
    "three_month": _("3 months"),
    "six_month": _("6 months"),
    "one_year": _("1 year"),
    "two_year": _("2 years"),
}
NAMES = {
    "NRS": (_("pain, 0 to 10"), _("average of 7 days")),
    "PEG": (_("PEG, 0 to 10"), _("pain and what it keeps from")),
    "RMDQ": (_("RMDQ, 0 to 24"), _("what the back keeps from")),
    "ODI": (_("ODI, 0 to 100"), _("scores entered by staff")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A form at a time point: what became of those due, that is, whose window has ended."""

    form: str
    on_time: int = 0
    late: int = 0
    missed: int = 0
    # Answered, and the window is still open: not due yet, counted in nothing else.
    ahead: int = 0
    # Whether those due may be told of; else no figure is that stands beside them.
    shown: bool = False

    @property
    def answered(self) -> int:
        return self.on_time + self.late

    @property
    def due(self) -> int:
        return self.answered + self.missed

    @property
    def completion(self) -> Share | None:
        return share(self.answered, self.due) if self.shown else None


def above_0(scale: str) -> str:
    return f"{scale}_above_0"


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold and what it is judged by. `count` names the people it is told of: of a percent
    those whose baseline was above 0.
    """

    scale: str
    label: Any
    note: Any = ""
    percent: bool = False

    @property
    def count(self) -> str:
        return above_0(self.scale) if self.percent else self.scale


MARKS = (
    Mark("NRS", _("Pain down 2 points or more"), _("0 to 10, average of 7 days")),
    Mark("NRS", _("Pain down 30% or more"), _("same item"), percent=True),
    Mark("NRS", _("Pain down 50% or more"), _("same item"), percent=True),
    Mark("NRS", _("No pain"), _("same item, now 0")),
    Mark("PEG", _("PEG down 1 point or more"), _("3 of its raw sum of 30")),
    Mark("PEG", _("PEG down 30% or more"), _("raw sum"), percent=True),
    Mark("RMDQ", _("RMDQ down 5 or more"), _("0 to 24")),
    Mark("RMDQ", _("RMDQ down 30% or more"), _("same list"), percent=True),
    Mark("RMDQ", _("RMDQ now 2 or less"), _("feels recovered")),
    Mark("ODI", _("ODI down 10 or more"), _("0 to 100, entered by staff")),
    Mark("ODI", _("ODI down 15 or more"), _("the mark of the trials")),
    Mark("ODI", _("ODI down 20 or more"), _("same score")),
    Mark("ODI", _("ODI down 30% or more"), _("same score"), percent=True),
    Mark(COMPOSITE, _("ODI down 15 and pain down 2"), _("both, as the trials count it")),
    Mark(PGIC, _("Much or very much better"), _("PGIC 1 or 2")),
)


@dataclass(frozen=True, slots=True)
class Responders:
    """Of all who were due: how many met a mark. `share` is None where it is not shown."""

    mark: Mark
    due: int
    n: int
    share: Share | None

    @property
    def missing(self) -> int:
        return self.due - self.n

    @property
    def no(self) -> int:
        return self.n - (self.share.met if self.share else 0)

    @property
    def if_missing_no(self) -> float | None:
        return None if self.share is None else 100 * self.share.met / self.due


@dataclass(frozen=True, slots=True)
class Point:
    """The change of one scale at one time point, in points as they are read."""

    asked: Asked
    n: int
    summary: Summary | None
    worse: int | None

    @property
    def form(self) -> str:
        return self.asked.form

    @property
    def due(self) -> int:
        return self.asked.due

    @property
    def missing(self) -> int:
        return self.due - self.n

    @property
    def completion(self) -> Share | None:
        return share(self.n, self.due) if self.asked.shown else None


@dataclass(frozen=True, slots=True)
class Quadrants:
    """Pain and one scale of function: whom it helped with both, with one, with neither."""

    scale: str
    due: int
    n: int
    # Both, pain alone, function alone, neither; None where it is not shown.
    parts: tuple[int, int, int, int] | None

    @property
    def missing(self) -> int:
        return self.due - self.n


@dataclass(frozen=True)
class Changes:
    """What the forms of a cohort told."""

    asked: Mapping[str, Asked]
    # Of them those that anybody was due for.
    due: Mapping[str, Asked]
    points: Mapping[str, list[Point]]
    responders: list[Responders]
    quadrants: list[Quadrants]
    at: str
