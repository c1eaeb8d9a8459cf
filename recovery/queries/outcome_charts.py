"""The outcomes page's drawings: numbers to positions, for staff/_fall.html and staff/_steps.html.

The clinic's mean falls stand left, dots with their 95 % interval; what studies report stands in a
panel of its own to the right, open diamonds, each at the one time point it was read for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor, sqrt

from recovery.clinical.instruments.response import POINTS
from recovery.clinical.reported import RESPONDED, Responded
from recovery.clinical.summaries import Z
from recovery.clinical.trials import FIGURES, Figure, Measure
from recovery.queries.followups import CURVE_DAYS, Reached
from recovery.queries.outcome_figures import AFTER, SHOWN_AS, Point

LEFT, TOP, FOOT = 40, 26, 216
OWN_STEP, STUDY_STEP, PANEL_GAP = 88, 100, 18
# About as many lines of the grid.
LINES = 5
STEPS = (1, 2, 5, 10, 20, 50)
STUDIES_OF = {"NRS": Measure.PAIN, "ODI": Measure.ODI}
# The time points at which studies were read; nothing was found before three months.
MONTHS_OF = {"one_year": 12, "two_year": 24}
USUAL_MONTHS = 3
# Of who met a mark: nothing was found before three months here either.
REPORTED_AT = {"six_month": (6,), "one_year": (12,), "two_year": (24, 60)}

STEPS_LEFT, STEPS_RIGHT, STEPS_WIDE, STEPS_TOP, STEPS_FOOT = 44, 470, 720, 16, 236
LABEL_HIGH = 17
# A dot's number stands beside it, and above where the line of what matters would cross it.
LABEL_BESIDE, LABEL_ABOVE, LABEL_NEAR = 4, -6, 9


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    fall: float
    # The ends of its bar; None where there is no interval.
    ends: tuple[float, float] | None
    # What stands under it: the clinic's form, or the figure of a study.
    point: Point | None = None
    figure: Figure | None = None
    # From its middle to the foot of its number.
    label_dy: int = LABEL_BESIDE


@dataclass(slots=True)
class Falls:
    """The mean falls of one scale."""

    scale: str
    months: int
    width: float
    grid: list[tuple[int, float]] = field(default_factory=list)
    zero: float = 0
    matters: float = 0
    # Points as they are read.
    matters_points: int = 0
    own: list[Dot] = field(default_factory=list)
    studies: list[Dot] = field(default_factory=list)
    panel: float | None = None

    @property
    def panel_width(self) -> float:
        return self.width - (self.panel or 0)


def falls(scale: str, points: Sequence[Point], at: str) -> Falls | None:
    """None where nothing can be shown."""
    told = [point for point in points if point.summary]
    if not told:
        return None
    months = MONTHS_OF.get(at, USUAL_MONTHS)
    measure = STUDIES_OF.get(scale)
    figures = [one for one in FIGURES if (one.measure, one.months) == (measure, months)]
    panel = LEFT + len(told) * OWN_STEP + PANEL_GAP if figures else None
    width = LEFT + max(len(told), 3) * OWN_STEP
    if panel is not None:
        width = panel + len(figures) * STUDY_STEP
    chart = Falls(scale, months, width, panel=panel)
    chart.matters_points = POINTS[scale] // SHOWN_AS.get(scale, 1)
    edges = [_own_ends(point) for point in told] + [_study_ends(one) for one in figures]
    low = min(0.0, *(edge[0] for edge in edges))
    high = max(float(chart.matters_points), *(edge[1] for edge in edges))
    step = next((one for one in STEPS if (high - low) / one <= LINES), STEPS[-1])
    bottom, top = floor(low / step) * step, ceil(high / step) * step

    def y(fall: float) -> float:
        return round(FOOT - (fall - bottom) / (top - bottom) * (FOOT - TOP), 1)

    chart.grid = [(value, y(value)) for value in range(bottom, top + 1, step)]
    chart.zero, chart.matters = y(0), y(chart.matters_points)

    def label_dy(at: float) -> int:
        return LABEL_ABOVE if abs(at - chart.matters) < LABEL_NEAR else LABEL_BESIDE

    for place, point in enumerate(told):
        assert point.summary
        low, high = _own_ends(point)
        mean = float(point.summary.mean)
        x = LEFT + (place + 0.5) * OWN_STEP
        dot = Dot(x, y(mean), mean, (y(low), y(high)), point=point, label_dy=label_dy(y(mean)))
        chart.own.append(dot)
    for place, one in enumerate(figures):
        low, high = _study_ends(one)
        x = (panel or 0) + (place + 0.5) * STUDY_STEP
        ends = (y(low), y(high)) if one.sd is not None else None
        fall = float(one.fall)
        dot = Dot(x, y(fall), fall, ends, figure=one, label_dy=label_dy(y(fall)))
        chart.studies.append(dot)
    return chart


def _own_ends(point: Point) -> tuple[float, float]:
    assert point.summary
    mean = float(point.summary.mean)
    low, high = point.summary.low, point.summary.high
    return (mean if low is None else low), (mean if high is None else high)


def _study_ends(figure: Figure) -> tuple[float, float]:
    """From mean, SD and n as the source gives them; of a range of n the lower."""
    fall = float(figure.fall)
    if figure.sd is None:
        return fall, fall
    reach = Z * float(figure.sd) / sqrt(int(figure.n.partition("-")[0]))
    return fall - reach, fall + reach


def reported(at: str) -> list[Responded]:
    """What studies say of who met a mark, beside those of a time point."""
    months = REPORTED_AT.get(at, (USUAL_MONTHS,))
    return [one for one in RESPONDED if one.months in months]


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone's curve. `label_y` keeps its name clear of the others."""

    reached: Reached
    path: str
    y: float
    label_y: float


def steps(milestones: Sequence[Reached]) -> list[Step]:
    """The share that had told of each milestone, by day; the highest first."""
    drawn = [one for one in milestones if one.curve]
    drawn.sort(key=lambda one: -(one.curve or [0])[-1])
    found: list[Step] = []
    free = float(STEPS_TOP)
    for one in drawn:
        curve = one.curve or []
        y = _share_y(curve[-1])
        label = max(y, free)
        free = label + LABEL_HIGH
        found.append(Step(one, _path(curve), y, round(label, 1)))
    return found


def _path(curve: Sequence[float]) -> str:
    path, before = f"M{STEPS_LEFT} {_share_y(0)}", 0.0
    for day, told in enumerate(curve):
        if told != before:
            path += f"H{_day_x(day):g}V{_share_y(told):g}"
            before = told
    return f"{path}H{STEPS_RIGHT}"


def _day_x(day: int) -> float:
    return round(STEPS_LEFT + day / CURVE_DAYS * (STEPS_RIGHT - STEPS_LEFT), 1)


def _share_y(told: float) -> float:
    return round(STEPS_FOOT - told * (STEPS_FOOT - STEPS_TOP), 1)


STEP_GRID = [(percent, _share_y(percent / 100)) for percent in range(0, 101, 25)]
STEP_DAYS = [(day, _day_x(day)) for day in (0, 14, 30, 42, 60, 90)]


def after(form: str) -> str:
    return str(AFTER[form])
