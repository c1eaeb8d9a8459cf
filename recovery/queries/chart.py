"""The chart of one recovery: numbers to positions. Drawn by templates/staff/_chart.html.

x is days after the procedure, to scale; y is pain from 0 to 10. Days without an answer stay gaps.
Marks of a kind are one path, so that a year of daily logs still fits into a small page.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from django.utils.translation import gettext as _

from recovery.models import Alert, RecoveryPhase
from recovery.models.alerts import RANK_OF
from recovery.queries.record import Row
from recovery.queries.timeline import Log

LEFT, RIGHT, FIRST_X, LAST_X = 92, 868, 104, 856
TOP, BOTTOM = 40, 236
ALERTS_Y, CONTACTS_Y, OPIOID_Y, OTHER_Y, NSAID_Y = 256, 282, 326, 360, 368
OPIOID_HIGH, OTHER_HIGH = 24, 12
# The axis reaches at least here, and a little beyond today.
SHORTEST = 30
LETTER = 6.2
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
class Day:
    """What the logs of one day say: the pain entered last, and the highest of the rest."""

    day: int
    average: int | None
    worst: int | None
    mme: Decimal | None
    mme_unknown: bool
    acetaminophen_mg: int | None
    nsaid: bool
    late: bool
    by_staff: bool
    logs: int

    @property
    def grams(self) -> Decimal | None:
        mg = self.acetaminophen_mg
        return None if mg is None else Decimal(mg) / 1000


@dataclass(frozen=True, slots=True)
class Band:
    x: float
    width: float
    dark: bool
    # Empty where it does not fit above the band.
    name: str
    name_x: float


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    shape: str
    label: str


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

    def x(self, day: float) -> float:
        return round(FIRST_X + (day - self.first) * self.step, 1)

    @property
    def step(self) -> float:
        return (LAST_X - FIRST_X) / max(self.last - self.first, 1)


def by_day(logs: Iterable[Log]) -> list[Day]:
    """One row a day that has a log, oldest first. `logs` are current versions, as entered."""
    grouped: dict[int, list[Log]] = defaultdict(list)
    for log in logs:
        grouped[log.day].append(log)
    return [_day(day, same) for day, same in sorted(grouped.items())]


def _day(day: int, logs: Sequence[Log]) -> Day:
    answered = [log for log in logs if log.pain_avg is not None]
    shown = answered[-1] if answered else logs[-1]
    pains = [pain for log in logs for pain in (log.pain_avg, log.pain_worst) if pain is not None]
    has_worst = len(logs) > 1 or shown.pain_worst is not None
    unknown = any(log.opioid_total_unknown for log in logs)
    totals = [log.opioid_mme for log in logs if log.opioid_mme is not None]
    return Day(
        day=day,
        average=shown.pain_avg,
        worst=max(pains) if pains and has_worst else None,
        # What one log of the day could not count, no total of another one holds.
        mme=None if unknown else max(totals, default=None),
        mme_unknown=unknown,
        acetaminophen_mg=max(
            (log.acetaminophen_mg for log in logs if log.acetaminophen_mg is not None),
            default=None,
        ),
        nsaid=any(log.nsaid_taken for log in logs),
        late=shown.late,
        by_staff=shown.source == "staff",
        logs=len(logs),
    )


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
) -> Chart:
    """`alerts` and `contacts` come with their day, `planned` are the days of logs to come."""
    first = min([0, today, *(day.day for day in days)])
    last = max(SHORTEST, today + max(4, today // 10), *(day.day for day in days), 0)
    chart = Chart(days=days, first=first, last=last, today=today, today_x=0)
    chart.today_x = chart.x(today)
    chart.radius = 5 if chart.step >= 14 else round(max(1.6, chart.step * 0.36), 1)
    chart.grid = [(pain, _y(pain)) for pain in range(0, 11, 2)]
    chart.baseline_y = None if baseline is None else _y(baseline)
    chart.bands = _bands(chart, phases)
    _pain(chart)
    _medicine(chart, baseline_mme)
    chart.alerts = _alert_marks(chart, alerts)
    chart.contacts = _contact_marks(chart, contacts)
    chart.planned = [chart.x(day) for day in planned if today <= day <= last]
    chart.labels = _labels(chart)
    return chart


def _y(pain: float) -> float:
    return round(BOTTOM - pain * (BOTTOM - TOP) / 10, 1)


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
        if day.worst is not None and day.worst > (day.average or 0):
            cap = "" if chart.dense else "m-3 0h6"
            chart.worst += f"M{point}V{chart.short(_y(day.worst))}{cap}"
        chart.newest = (x, y, day.average or 0)
        before = point


def _medicine(chart: Chart, baseline_mme: Decimal | None) -> None:
    doses = [day.mme for day in chart.days if day.mme is not None]
    full = float(max([Decimal(LEAST_MME), *doses, baseline_mme or Decimal(0)]))
    if baseline_mme:
        chart.opioid_base_y = round(OPIOID_Y - float(baseline_mme) / full * OPIOID_HIGH, 1)
    opioids = {day.day: float(day.mme or 0) / full for day in chart.days}
    others = {day.day: (day.acetaminophen_mg or 0) / ACETAMINOPHEN_MG for day in chart.days}
    chart.opioids = _bars(chart, opioids, OPIOID_Y, OPIOID_HIGH)
    chart.acetaminophen = _bars(chart, others, OTHER_Y, OTHER_HIGH)
    chart.nsaid = "".join(
        f"M{chart.short(chart.x(day.day))} {NSAID_Y}h0" for day in chart.days if day.nsaid
    )


def _bars(chart: Chart, shares: dict[int, float], foot: int, high: int) -> str:
    """A bar a day; where there is no room for bars, one outline for days next to each other."""
    heights = {day: round(min(1.0, share) * high, 1) for day, share in shares.items() if share}
    if not chart.dense:
        return "".join(f"M{chart.x(day):g} {foot}v-{tall:g}" for day, tall in heights.items())
    path = ""
    for _key, stretch in groupby(enumerate(heights), lambda item: item[1] - item[0]):
        days = [day for _place, day in stretch]
        path += f"M{chart.x(days[0] - 0.5):g} {foot}"
        for tall, same in groupby(days, heights.__getitem__):
            path += f"V{foot - tall:g}h{chart.step * len(list(same)):.1f}"
        path += f"V{foot}"
    return path


def _alert_marks(chart: Chart, alerts: Iterable[tuple[int, Alert]]) -> list[Mark]:
    grouped: dict[int, list[Alert]] = defaultdict(list)
    for day, alert in alerts:
        grouped[day].append(alert)
    marks = []
    for day, same in sorted(grouped.items()):
        same.sort(key=lambda alert: (RANK_OF[alert.severity], alert.rule))
        label = ", ".join(dict.fromkeys(alert.rule for alert in same))
        marks.append(Mark(chart.x(day), str(same[0].severity), label))
    return _without_overlap(marks)


def _contact_marks(chart: Chart, contacts: Iterable[tuple[int, Row]]) -> list[Mark]:
    days = {day: row.kind for day, row in contacts}
    return _without_overlap([Mark(chart.x(day), kind, kind) for day, kind in sorted(days.items())])


def _without_overlap(marks: list[Mark]) -> list[Mark]:
    """A label that would run into the next mark, or out of the picture, is left out."""
    kept = []
    follows = float(RIGHT + 12)
    for mark in reversed(marks):
        fits = mark.x + 14 + len(mark.label) * LETTER < follows
        kept.append(mark if fits else Mark(mark.x, mark.shape, ""))
        follows = mark.x
    return kept[::-1]


def _labels(chart: Chart) -> list[tuple[float, int]]:
    span = chart.last - chart.first
    step = next((step for step in STEPS if span / step <= LABELS), STEPS[-1])
    start = -(-chart.first // step) * step
    return [(chart.x(day), day) for day in range(start, chart.last + 1, step)]
