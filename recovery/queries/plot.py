"""The paper that the staff's chart is drawn on: its scales, and what stands on it.

x is days after the procedure, to scale; y is pain from 0 to 10. Marks of a kind are one path, so
that a year of daily logs still fits into a small page.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from recovery.clinical.corridor import Band as Corridor
from recovery.models import RecoveryPhase
from recovery.queries.days import Day
from recovery.queries.marks import Mark

LEFT, RIGHT, FIRST_X, LAST_X = 92, 868, 104, 856
TOP, BOTTOM = 40, 236
ALERTS_Y, CONTACTS_Y, OPIOID_Y, OTHER_Y, NSAID_Y = 256, 282, 326, 370, 378
# Below as many pixels a day.
DENSE = 4


class Label(NamedTuple):
    """A value beside its mark."""

    x: float
    y: float
    value: int
    # From the mark to the words, and which end of them stands there.
    dx: int = 10
    dy: int = 4
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    x: float
    width: float
    dark: bool
    # Empty where it does not fit above the band.
    name: str
    name_x: float


@dataclass(slots=True)
class Chart:
    days: list[Day]
    first: int
    last: int
    today: int
    # The phase that fills the axis; None where the axis holds all.
    phase: RecoveryPhase | None = None
    # None where today lies outside.
    today_x: float | None = None
    radius: float = 5
    bands: list[Band] = field(default_factory=list)
    grid: list[tuple[int, float]] = field(default_factory=list)
    baseline_y: float | None = None
    line: str = ""
    gaps: str = ""
    # The pain of a day: by the patient or a caregiver, by staff; and both again, entered later.
    dots: str = ""
    staff_dots: str = ""
    late_dots: str = ""
    staff_late_dots: str = ""
    # What the other logs of a day said.
    other_dots: str = ""
    worst: str = ""
    newest: Label | None = None
    leg_line: str = ""
    leg_marks: str = ""
    leg_late: str = ""
    leg_newest: Label | None = None
    alerts: list[Mark] = field(default_factory=list)
    contacts: list[Mark] = field(default_factory=list)
    opioids: str = ""
    opioid_base_y: float | None = None
    acetaminophen: str = ""
    # What a bar as high as its lane stands for: MME, and grams.
    opioid_full: Decimal = Decimal(0)
    grams_full: Decimal = Decimal(0)
    nsaid: str = ""
    # A dash where none was told to be taken, and a ring where opioids were that cannot be counted.
    none: str = ""
    uncounted: str = ""
    # The bands by day, and their outlines: own data and what the clinic has set.
    corridor: dict[int, Corridor] = field(default_factory=dict)
    own_band: str = ""
    set_band: str = ""
    labels: list[tuple[float, int]] = field(default_factory=list)
    # The logs to come, by day.
    planned: list[tuple[float, int]] = field(default_factory=list)
    # Pixels a day; and days so near to each other that neighbours need no dots and bars no gaps.
    step: float = field(init=False)
    dense: bool = field(init=False)
    # By day: x in whole pixels, for a dense axis.
    pixels: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.step = (LAST_X - FIRST_X) / max(self.last - self.first, 1)
        self.dense = self.step < DENSE
        self.pixels = {day: round(self.x(day)) for day in range(self.first, self.last + 1)}

    @property
    def dot(self) -> float:
        return self.radius * 2

    @property
    def square(self) -> float:
        """The side of a square as heavy as a dot."""
        return round(self.dot * 0.88, 1)

    @property
    def diamond(self) -> int:
        """Half the height of a mark of leg pain."""
        return 3 if 2 < self.radius < 4 else 4

    @property
    def severities(self) -> set[str]:
        """Which marks of alerts are drawn; the key explains no others."""
        return {mark.shape for mark in self.alerts}

    @property
    def rated(self) -> Day | None:
        """The newest day that has a pain; None where the axis ends before today."""
        if self.today_x is None:
            return None
        return next((day for day in reversed(self.days) if day.average is not None), None)

    @property
    def small(self) -> float:
        return min(6.0, self.dot)

    @property
    def bar(self) -> float:
        return round(min(12.0, self.radius * 2.4), 1)

    @property
    def hollow(self) -> float:
        """The white inside of a dot that was entered later."""
        return round(max(0.8, self.dot - 4), 1)

    @property
    def hollow_square(self) -> float:
        return round(max(0.8, self.square - 4), 1)

    def short(self, coordinate: float) -> str:
        return f"{coordinate:.0f}" if self.dense else f"{coordinate:g}"

    @property
    def in_days(self) -> str:
        """The transform of a path that counts in days."""
        return f"translate({FIRST_X - self.step / 2:.1f}) scale({self.step:.4f} 1)"

    def x(self, day: float) -> float:
        return round(FIRST_X + (day - self.first) * self.step, 1)

    def holds(self, day: int) -> bool:
        return self.first <= day <= self.last


@cache
def y_of(pain: float | Decimal) -> float:
    return round(BOTTOM - float(pain) * (BOTTOM - TOP) / 10, 1)


@cache
def pixel_of(pain: int) -> int:
    return round(y_of(pain))
