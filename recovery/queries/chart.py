"""The chart of one recovery: numbers to positions. Drawn by templates/staff/_chart.html.

x is days after the procedure, to scale; y is pain from 0 to 10. Days without an answer stay gaps.
Marks of a kind are one path, so that a year of daily logs still fits into a small page.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from django.utils.translation import gettext as _

from recovery.clinical.corridor import Band as Corridor
from recovery.models import Alert, RecoveryPhase
from recovery.queries.days import Day, stretches
from recovery.queries.marks import LETTER, Mark, alert_marks, contact_marks
from recovery.queries.record import Row

LEFT, RIGHT, FIRST_X, LAST_X = 92, 868, 104, 856
TOP, BOTTOM = 40, 236
ALERTS_Y, CONTACTS_Y, OPIOID_Y, OTHER_Y, NSAID_Y = 256, 282, 326, 360, 368
OPIOID_HIGH, OTHER_HIGH = 24, 12
# How far above the foot of its lane "none" stands.
DASH = 4
# The axis reaches at least here, and a little beyond today.
SHORTEST = 30
# Names of phases stand so far from the edge of their band, and from each other.
INDENT, APART = 6, 12
# Below as many pixels a day.
DENSE = 4
# Roughly as many day labels fit under the plot.
LABELS = 12
STEPS = (1, 2, 3, 7, 14, 28, 56, 91, 182)
# Full scale of the lane of tablets: the labelled maximum of acetaminophen in 24 h.
ACETAMINOPHEN_MG = 4000
LEAST_MME = 30


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
    today_x: float
    radius: float = 5
    bands: list[Band] = field(default_factory=list)
    grid: list[tuple[int, float]] = field(default_factory=list)
    baseline_y: float | None = None
    line: str = ""
    gaps: str = ""
    dots: str = ""
    late_dots: str = ""
    worst: str = ""
    newest: tuple[float, float, int] | None = None
    alerts: list[Mark] = field(default_factory=list)
    contacts: list[Mark] = field(default_factory=list)
    opioids: str = ""
    opioid_base_y: float | None = None
    acetaminophen: str = ""
    nsaid: str = ""
    # A dash where none was told to be taken, and a ring where opioids were that cannot be counted.
    none: str = ""
    uncounted: str = ""
    # The bands by day, and their outlines: own data and what the clinic has set.
    corridor: dict[int, Corridor] = field(default_factory=dict)
    own_band: str = ""
    set_band: str = ""
    labels: list[tuple[float, int]] = field(default_factory=list)
    planned: list[float] = field(default_factory=list)

    @property
    def dot(self) -> float:
        return self.radius * 2

    @property
    def severities(self) -> set[str]:
        """Which marks of alerts are drawn; the key explains no others."""
        return {mark.shape for mark in self.alerts}

    @property
    def rated(self) -> Day | None:
        """The newest day that has a pain."""
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
    def dense(self) -> bool:
        """Days so near to each other that neighbours need no dots and bars no gaps."""
        return self.step < DENSE

    def short(self, coordinate: float) -> str:
        return f"{coordinate:.0f}" if self.dense else f"{coordinate:g}"

    @property
    def in_days(self) -> str:
        """The transform of a path that counts in days."""
        return f"translate({FIRST_X - self.step / 2:.1f}) scale({self.step:.4f} 1)"

    def x(self, day: float) -> float:
        return round(FIRST_X + (day - self.first) * self.step, 1)

    @property
    def step(self) -> float:
        return (LAST_X - FIRST_X) / max(self.last - self.first, 1)


def draw(
    *,
    days: list[Day],
    today: int,
    baseline: int | None,
    baseline_mme: Decimal | None,
    phases: Sequence[RecoveryPhase],
    alerts: Iterable[tuple[int, Alert]],
    contacts: Iterable[tuple[int, Row]],
    planned: Iterable[int],
    corridor: Callable[[int], Corridor | None],
) -> Chart:
    """`alerts` and `contacts` come with their day, `planned` are the days of logs to come.

    `corridor` gives the band of a day from D0 on, if it has one.
    """
    first = min([0, today, *(day.day for day in days)])
    last = max(SHORTEST, today + max(4, today // 10), *(day.day for day in days), 0)
    chart = Chart(days=days, first=first, last=last, today=today, today_x=0)
    chart.today_x = chart.x(today)
    chart.radius = 5 if chart.step >= 14 else round(max(1.6, chart.step * 0.36), 1)
    chart.grid = [(pain, _y(pain)) for pain in range(0, 11, 2)]
    chart.baseline_y = None if baseline is None else _y(baseline)
    chart.bands = _bands(chart, phases)
    found = {day: corridor(day) for day in range(max(first, 0), last + 1)}
    chart.corridor = {day: band for day, band in found.items() if band}
    chart.own_band = _outlines(chart, own=True)
    chart.set_band = _outlines(chart, own=False)
    _pain(chart)
    _medicine(chart, baseline_mme)
    chart.alerts = alert_marks(chart.x, alerts, RIGHT)
    chart.contacts = contact_marks(chart.x, contacts, RIGHT)
    chart.planned = [chart.x(day) for day in planned if today <= day <= last]
    chart.labels = _labels(chart)
    return chart


def _y(pain: float | Decimal) -> float:
    return round(BOTTOM - float(pain) * (BOTTOM - TOP) / 10, 1)


def _bands(chart: Chart, phases: Sequence[RecoveryPhase]) -> list[Band]:
    """The immediate phase shares day 0 with short-term and is too short to be drawn apart."""
    spans: list[tuple[float, float, RecoveryPhase | None]] = []
    if chart.first < 0:
        spans.append((chart.first, -0.5, None))
    for phase in phases:
        end = chart.last if phase.last_day is None else phase.last_day + 0.5
        start = phase.first_day - 0.5 if phase.first_day or chart.first < 0 else chart.first
        if phase.code != RecoveryPhase.Code.IMMEDIATE and start < chart.last:
            spans.append((start, min(end, chart.last), phase))
    bands: list[Band] = []
    free = float(LEFT)
    for number, (start, end, phase) in enumerate(spans):
        x = LEFT if number == 0 else chart.x(start)
        right = RIGHT if number == len(spans) - 1 else chart.x(end)
        name = str(phase) if phase else _("Before")
        width = round(right - x, 1)
        # A name may lean a little over the next band, whose own name then stands further in.
        name_x = max(x + INDENT, free)
        fits = name_x + len(name) * LETTER < x + width + APART
        free = name_x + len(name) * LETTER + APART if fits else free
        bands.append(Band(x, width, number % 2 == 0, name if fits else "", round(name_x, 1)))
    return bands


def _outlines(chart: Chart, *, own: bool) -> str:
    """Bands of one origin, a step a day: there along the upper edge and back along the lower."""
    days = [day for day, band in chart.corridor.items() if band.is_own_data == own]
    path = ""
    for stretch in stretches(days):
        run = [(day, chart.corridor[day]) for day in stretch]
        steps = [list(same) for _high, same in groupby(run, lambda item: item[1].high)]
        path += f"M{_left(chart, run[0][0]):g} {_y(run[0][1].high):g}"
        path += "".join(f"V{_y(s[0][1].high):g}H{_right(chart, s[-1][0]):g}" for s in steps)
        steps = [list(same) for _low, same in groupby(run[::-1], lambda item: item[1].low)]
        path += "".join(f"V{_y(s[0][1].low):g}H{_left(chart, s[-1][0]):g}" for s in steps) + "Z"
    return path


def _left(chart: Chart, day: int) -> float:
    return LEFT if day == chart.first else chart.x(day - 0.5)


def _right(chart: Chart, day: int) -> float:
    return RIGHT if day == chart.last else chart.x(day + 0.5)


def _pain(chart: Chart) -> None:
    rated = [day for day in chart.days if day.average is not None]
    known = {day.day for day in rated}
    before: str | None = None
    for day in rated:
        x, y = chart.x(day.day), _y(day.average or 0)
        point = f"{chart.short(x)} {chart.short(y)}"
        joined = day.day - 1 in known
        chart.line += f"{'L' if joined else 'M'}{point}"
        if before and not joined:
            chart.gaps += f"M{before}L{point}"
        if day.late:
            chart.late_dots += f"M{point}h0"
        elif not (chart.dense and (joined or day.day + 1 in known)):
            chart.dots += f"M{point}h0"
        chart.newest = (x, y, day.average or 0)
        before = point
    chart.worst = _whiskers(chart, rated)


def _whiskers(chart: Chart, rated: Iterable[Day]) -> str:
    """From the pain up to the worst; without room for caps, each from where the last one ended."""
    path, pen = "", (0, 0)
    for day in rated:
        if day.worst is None or day.worst <= (day.average or 0):
            continue
        x, y, top = chart.x(day.day), _y(day.average or 0), _y(day.worst)
        if not chart.dense:
            path += f"M{x:g} {y:g}V{top:g}m-3 0h6"
            continue
        x, y, top = round(x), round(y), round(top)
        # A minus parts two numbers as well as a space does.
        path += f"m{x - pen[0]} {y - pen[1]}v{top - y}".replace(" -", "-")
        pen = (x, top)
    return path


def _medicine(chart: Chart, baseline_mme: Decimal | None) -> None:
    doses = [day.mme for day in chart.days if day.mme is not None]
    full = float(max([Decimal(LEAST_MME), *doses, baseline_mme or Decimal(0)]))
    if baseline_mme:
        chart.opioid_base_y = round(OPIOID_Y - float(baseline_mme) / full * OPIOID_HIGH, 1)
    opioids = {day.day: float(day.mme or 0) / full for day in chart.days}
    others = {day.day: (day.acetaminophen_mg or 0) / ACETAMINOPHEN_MG for day in chart.days}
    chart.opioids = _bars(chart, opioids, OPIOID_Y, OPIOID_HIGH)
    chart.acetaminophen = _bars(chart, others, OTHER_Y, OTHER_HIGH)
    chart.nsaid = _dots(chart, [day.day for day in chart.days if day.nsaid], NSAID_Y)
    no_opioid = [day.day for day in chart.days if day.opioid is False]
    no_tablets = [day.day for day in chart.days if day.acetaminophen is False]
    chart.none = _dashes(chart, no_opioid, OPIOID_Y - DASH)
    chart.none += _dashes(chart, no_tablets, OTHER_Y - DASH)
    uncounted = [day.day for day in chart.days if day.mme_unknown]
    chart.uncounted = _dots(chart, uncounted, OPIOID_Y - OPIOID_HIGH // 3)


def _dots(chart: Chart, days: Iterable[int], y: int) -> str:
    """In one row; each from where the last one stands."""
    path, pen = f"M0 {y}", 0
    places = [round(chart.x(day)) for day in days]
    for x in places:
        path += f"m{x - pen} 0h0"
        pen = x
    return path if places else ""


def _dashes(chart: Chart, days: Sequence[int], y: int) -> str:
    """A dash a day; without room for them, one line for days next to each other."""
    if not chart.dense:
        return "".join(f"M{chart.x(day) - chart.bar / 2:g} {y}h{chart.bar:g}" for day in days)
    ends = ((chart.x(run[0] - 0.5), chart.x(run[-1] + 0.5)) for run in stretches(days))
    return "".join(f"M{left:.0f} {y}H{right:.0f}" for left, right in ends)


def _bars(chart: Chart, shares: dict[int, float], foot: int, high: int) -> str:
    """A bar a day; where there is no room for bars, one outline for days next to each other, in
    days and whole pixels (`in_days` says where it stands). What was taken is never drawn flat.
    """
    digits = None if chart.dense else 1
    heights = {
        day: max(1, round(min(1.0, share) * high, digits)) for day, share in shares.items() if share
    }
    if not chart.dense:
        return "".join(f"M{chart.x(day):g} {foot}v-{tall:g}" for day, tall in heights.items())
    path = ""
    for days in stretches(heights):
        path += f"M{days[0] - chart.first} {foot}"
        before = 0.0
        for tall, same in groupby(days, heights.__getitem__):
            path += f"v{before - tall:g}h{len(list(same))}"
            before = tall
        path += f"V{foot}"
    return path


def _labels(chart: Chart) -> list[tuple[float, int]]:
    span = chart.last - chart.first
    step = next((step for step in STEPS if span / step <= LABELS), STEPS[-1])
    start = -(-chart.first // step) * step
    return [(chart.x(day), day) for day in range(start, chart.last + 1, step)]
