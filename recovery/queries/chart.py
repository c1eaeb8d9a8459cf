"""The chart of one recovery: numbers to positions. Drawn by templates/staff/_chart.html.

Days without an answer stay gaps.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from django.utils.translation import gettext as _

from recovery.clinical.corridor import Band as Corridor
from recovery.models import Alert, RecoveryPhase
from recovery.queries.days import Day, stretches
from recovery.queries.lanes import draw_medicine
from recovery.queries.marks import LETTER, alert_marks, contact_marks
from recovery.queries.plot import LEFT, RIGHT, Band, Chart, Label, pixel_of, y_of
from recovery.queries.record_parts import Row

# The axis reaches at least here, and a little beyond today; of a phase without an end, so far.
SHORTEST, SHORTEST_PHASE = 30, 14
# Names of phases stand so far from the edge of their band, and from each other.
INDENT, APART = 6, 12
# Roughly as many day labels fit under the plot.
LABELS = 12
STEPS = (1, 2, 3, 7, 14, 28, 56, 91, 182)
HIGHEST = 10
# A day of leg pain that nothing joins, on a dense line; and the room that its label takes.
DASH, ASIDE = 4, 40


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
    phase: RecoveryPhase | None = None,
) -> Chart:
    """`alerts` and `contacts` come with their day, `planned` are the days of logs to come.

    `corridor` gives the band of a day from D0 on, if it has one. With a `phase` the chart holds its
    days alone.
    """
    first, last = _span(days, today, phase)
    shown = [day for day in days if first <= day.day <= last]
    chart = Chart(days=shown, first=first, last=last, today=today, phase=phase)
    chart.today_x = chart.x(today) if chart.holds(today) else None
    chart.radius = 5 if chart.step >= 14 else round(max(1.6, chart.step * 0.36), 1)
    chart.grid = [(pain, y_of(pain)) for pain in range(0, 11, 2)]
    chart.baseline_y = None if baseline is None else y_of(baseline)
    chart.bands = _bands(chart, phases)
    found = {day: corridor(day) for day in range(max(first, 0), last + 1)}
    chart.corridor = {day: band for day, band in found.items() if band}
    chart.own_band = _outlines(chart, own=True)
    chart.set_band = _outlines(chart, own=False)
    _pain(chart)
    _leg_pain(chart)
    draw_medicine(chart, days, baseline_mme)
    chart.alerts = alert_marks(chart.x, (one for one in alerts if chart.holds(one[0])), RIGHT)
    chart.contacts = contact_marks(chart.x, (one for one in contacts if chart.holds(one[0])), RIGHT)
    chart.planned = [(chart.x(day), day) for day in planned if today <= day and chart.holds(day)]
    chart.labels = _labels(chart)
    return chart


def begun(phases: Sequence[RecoveryPhase], today: int) -> list[RecoveryPhase]:
    """The phases that the chart can be drawn for alone: those that have days of their own, once
    they have begun.
    """
    alone = (phase for phase in phases if phase.code != RecoveryPhase.Code.IMMEDIATE)
    return [phase for phase in alone if phase.first_day <= today]


def _span(days: Sequence[Day], today: int, phase: RecoveryPhase | None) -> tuple[int, int]:
    beyond = today + max(4, today // 10)
    newest = max((day.day for day in days), default=0)
    if phase is None:
        return min([0, today, *(day.day for day in days)]), max(SHORTEST, beyond, newest)
    if phase.last_day is not None:
        return phase.first_day, phase.last_day
    return phase.first_day, max(phase.first_day + SHORTEST_PHASE, beyond, newest)


def _bands(chart: Chart, phases: Sequence[RecoveryPhase]) -> list[Band]:
    """The immediate phase shares day 0 with short-term and is too short to be drawn apart."""
    spans: list[tuple[float, float, RecoveryPhase | None]] = []
    if chart.first < 0:
        spans.append((chart.first, -0.5, None))
    for phase in phases:
        end = chart.last if phase.last_day is None else phase.last_day + 0.5
        start = phase.first_day - 0.5 if phase.first_day or chart.first < 0 else chart.first
        drawn = phase.code != RecoveryPhase.Code.IMMEDIATE
        if drawn and start < chart.last and chart.first < end:
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
        path += f"M{_left(chart, run[0][0]):g} {y_of(run[0][1].high):g}"
        path += "".join(f"V{y_of(s[0][1].high):g}H{_right(chart, s[-1][0]):g}" for s in steps)
        steps = [list(same) for _low, same in groupby(run[::-1], lambda item: item[1].low)]
        path += "".join(f"V{y_of(s[0][1].low):g}H{_left(chart, s[-1][0]):g}" for s in steps) + "Z"
    return path


def _left(chart: Chart, day: int) -> float:
    return LEFT if day == chart.first else chart.x(day - 0.5)


def _right(chart: Chart, day: int) -> float:
    return RIGHT if day == chart.last else chart.x(day + 0.5)


def _pain(chart: Chart) -> None:
    rated = {day.day: day for day in chart.days if day.average is not None}
    chart.line = _line(chart, {on: day.average or 0 for on, day in rated.items()})
    before: Day | None = None
    for on, day in rated.items():
        joined = on - 1 in rated
        if before and not joined:
            chart.gaps += f"M{_point(chart, before)}L{_point(chart, day)}"
        # What staff entered and what was entered later is marked on a dense line, too.
        if not chart.dense or day.late or day.by_staff or not (joined or on + 1 in rated):
            _dot(chart, day)
        before = day
    if before:
        chart.newest = Label(chart.x(before.day), y_of(before.average or 0), before.average or 0)
    chart.worst = _whiskers(chart, rated.values())


def _point(chart: Chart, day: Day) -> str:
    return f"{chart.short(chart.x(day.day))} {chart.short(y_of(day.average or 0))}"


def _dot(chart: Chart, day: Day) -> None:
    dot = f"M{_point(chart, day)}h0"
    if day.late and day.by_staff:
        chart.staff_late_dots += dot
    elif day.late:
        chart.late_dots += dot
    elif day.by_staff:
        chart.staff_dots += dot
    else:
        chart.dots += dot
    if not chart.dense:
        x = f"{chart.x(day.day):g}"
        others = dict.fromkeys(pain for pain in day.other_pains if pain != day.average)
        chart.other_dots += "".join(f"M{x} {y_of(pain):g}h0" for pain in others)


def _line(chart: Chart, pains: dict[int, int]) -> str:
    """Days next to each other are joined; on a dense axis each from where the last one stands."""
    if not chart.dense:
        return "".join(
            f"{'L' if day - 1 in pains else 'M'}{chart.x(day):g} {y_of(pain):g}"
            for day, pain in pains.items()
        )
    path = ""
    for days in stretches(pains):
        places = [(chart.pixels[day], pixel_of(pains[day])) for day in days]
        path += "M{} {}".format(*places[0]) + "l" * (len(days) > 1)
        steps = [f"{x - old_x} {y - old_y}" for (old_x, old_y), (x, y) in pairwise(places)]
        path += " ".join(steps).replace(" -", "-")
    return path


def _whiskers(chart: Chart, rated: Iterable[Day]) -> str:
    """From the pain up to the worst; without room for caps, each from where the last one ended."""
    worse = [
        (day.day, day.average or 0, day.worst)
        for day in rated
        if day.worst is not None and day.worst > (day.average or 0)
    ]
    if not chart.dense:
        return "".join(
            f"M{chart.x(day):g} {y_of(pain):g}V{y_of(worst):g}m-3 0h6" for day, pain, worst in worse
        )
    steps, pen_x, pen_y = [], 0, 0
    for day, pain, worst in worse:
        x, y, top = chart.pixels[day], pixel_of(pain), pixel_of(worst)
        steps.append(f"m{x - pen_x} {y - pen_y}v{top - y}")
        pen_x, pen_y = x, top
    # A minus parts two numbers as well as a space does.
    return "".join(steps).replace(" -", "-")


def _leg_pain(chart: Chart) -> None:
    """A thin line with diamonds; a dense one has dashes instead, where nothing joins the days, and
    a diamond at its last value, which is named.
    """
    told = {day.day: day for day in chart.days if day.leg is not None}
    if not told:
        return
    chart.leg_line = _line(chart, {on: day.leg or 0 for on, day in told.items()})
    for on, day in told.items():
        if not chart.dense and day.late:
            chart.leg_late += _diamond(chart, day)
        elif not chart.dense:
            chart.leg_marks += _diamond(chart, day)
        elif on - 1 not in told and on + 1 not in told:
            chart.leg_line += f"M{chart.x(on) - DASH / 2:.0f} {y_of(day.leg or 0):.0f}h{DASH}"
    last = [*told.values()][-1]
    chart.leg_newest = _leg_label(chart, last)
    if chart.dense:
        chart.leg_marks = _diamond(chart, last)


def _diamond(chart: Chart, day: Day) -> str:
    x, y, half = chart.x(day.day), y_of(day.leg or 0), chart.diamond
    return f"M{x:g} {y - half:g}l{half} {half}-{half} {half}-{half}-{half}z"


def _leg_label(chart: Chart, day: Day) -> Label:
    """Beside its mark; over or under it where the pain of the day or the edge leaves no room."""
    x, leg, pain = chart.x(day.day), day.leg or 0, day.average
    y, equal = y_of(leg), pain == leg
    if x < RIGHT - ASIDE:
        return Label(x, y, leg, dy=(18 if leg == HIGHEST else -8) if equal else 4)
    if leg in (0, HIGHEST) and not equal:
        return Label(x, y, leg, dx=-10, anchor="end")
    below = leg == HIGHEST or pain == leg + 1
    return Label(x, y, leg, dx=0, dy=16 if below else -8, anchor="mid")


def _labels(chart: Chart) -> list[tuple[float, int]]:
    span = chart.last - chart.first
    step = next((step for step in STEPS if span / step <= LABELS), STEPS[-1])
    start = -(-chart.first // step) * step
    days = [*range(start, chart.last + 1, step)]
    if chart.phase and chart.first + step / 2 <= start:
        # Where a phase begins is worth a label of its own.
        days.insert(0, chart.first)
    return [(chart.x(day), day) for day in days]
