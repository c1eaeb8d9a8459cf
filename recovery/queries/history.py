"""The patient's History page, as one read: own pain and own baseline, and every answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db.models import OuterRef, Subquery

from recovery.clinical.education import EXPECT_TO
from recovery.clinical.phases import phase_of
from recovery.models import DailyLog, Recovery, RecoveryPhase
from recovery.queries.pathways import phases_of
from recovery.queries.strip import (
    COLUMNS,
    NOTHING_SAID,
    Lane,
    Medicine,
    Told,
    lanes,
    medicines_of,
)
from recovery.wording import say

PAGE = 30
# The chart in its own units, which are pixels on a phone.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 358, 316, 26.3, 349.7, 54, 272
# Where a flare is told, above the highest pain and below the names of the phases.
FLARE_Y, FLARE_TEXT_Y, FLARE_ENDS = 45, 40, 200
INSET = 7.7
LEAST_DAYS = 20
MANY = 120
TICKS = (0, 2, 7, 14, 20, 30, 45, 60, 75, 90, 120, 150, 180, 270, 365, 545, 730)
TICK_ROOM, LETTER = 26, 7.2
# The words at the end of the baseline.
LABEL_WIDTH, LABEL_HEIGHT = 76, 14
MAX_PAIN = 10
# A flare is told of on these days alone; on a longer axis it has no room.
FLARE_DAYS = range(4)
FLARE_FITS = 45
# Pain that stays up: staff look at it, and the patient is not told that it is a flare.
STAYS_UP = ("R18", "R34")


@dataclass(frozen=True, slots=True)
class Dot:
    day: int
    pain: int
    late: bool
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Row:
    """A day of the chart as a table has it."""

    day: int
    pain: int | None
    late: bool
    medicine: Medicine


@dataclass(frozen=True, slots=True)
class Band:
    """A phase behind the line; without a name where there is no room for one."""

    x: float
    width: float
    name: str

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Flare:
    first: int
    last: int
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Where everything stands; lines join days that follow each other, gaps stay dotted."""

    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    gaps: tuple[str, ...]
    bands: tuple[Band, ...]
    ticks: tuple[tuple[int, float], ...]
    baseline: int | None
    baseline_y: float
    flare: Flare | None
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    # Of every log, also where the day has a later one.
    lowest: int
    highest: int

    @property
    def last(self) -> Dot:
        return self.dots[-1]

    @property
    def height(self) -> int:
        """With what stands under the plot."""
        return self.lanes[-1].y + 12 if self.lanes else HEIGHT

    @property
    def crowded(self) -> bool:
        """So many dots that they are drawn as two paths, for the page to stay small."""
        return len(self.dots) > MANY

    @property
    def dot_path(self) -> str:
        return "".join(f"M{dot.x:g} {dot.y:g}h0" for dot in self.dots)

    @property
    def late_path(self) -> str:
        return "".join(f"M{dot.x:g} {dot.y:g}h0" for dot in self.dots if dot.late)

    @property
    def radius(self) -> float:
        """Smaller when the dots of a long recovery would touch."""
        closest = min((b.x - a.x for a, b in pairwise(self.dots)), default=WIDTH)
        return round(min(5, max(3, closest * 0.4)), 1)

    @property
    def baseline_label_y(self) -> float:
        """Over the right end of the line, or under it where that hides less."""
        near = [dot.y for dot in self.dots if dot.x > RIGHT - LABEL_WIDTH]
        if near:
            near.append(self.last_label_y - LABEL_HEIGHT / 2)

        def hidden(foot: float) -> int:
            return sum(foot - LABEL_HEIGHT < y < foot + LABEL_HEIGHT / 2 for y in near)

        sides = (self.baseline_y - 7, self.baseline_y + 18)
        return min((foot for foot in sides if TOP < foot < BOTTOM), key=hidden)

    @property
    def last_label_y(self) -> float:
        """On the side of the last dot that the line does not come from."""
        over, under = self.last.y - 11, self.last.y + 22
        if over < TOP:
            return over if self.last.x > FLARE_ENDS else under
        rose = len(self.dots) > 1 and self.dots[-2].y > self.last.y
        return over if rose or under > BOTTOM else under


@dataclass(frozen=True, slots=True)
class HistoryPage:
    chart: Chart | None
    logs: Sequence[DailyLog]
    total: int
    number: int
    pages: int
    # A patient corrects own logs of these dates; others are changed with staff.
    correctable: tuple[date, date]
    # What may be expected now, one sentence a line; empty while an alert stands.
    expect: str

    @property
    def today(self) -> date:
        return self.correctable[1]

    @property
    def newer(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def older(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def history(
    recovery: Recovery, *, dates: tuple[date, date], number: int, now: datetime, alert: bool
) -> HistoryPage:
    """Page `number` (from 1) of the logs and the chart of all of them; three statements.

    `dates` are those a patient may still correct, the later one today. While an `alert` is not
    closed, nothing is called expected: no such sentence, and no flare.
    """
    rising = recovery.alerts.not_closed().filter(rule__in=STAYS_UP)
    today = recovery.day_on(dates[1])
    phases = phases_of(recovery.pathway_id)
    phase = phase_of(
        today,
        entered_at=now,
        procedure_at=recovery.procedure_at,
        discharged_at=recovery.discharged_at,
        phases=phases,
    )
    current = recovery.logs.current()
    # A correction is no newer report of its day.
    first = DailyLog.objects.filter(
        recovery=OuterRef("recovery"), client_id=OuterRef("client_id"), revision=0
    )
    as_entered = current.order_by("log_date", Subquery(first.values("pk")))
    narrow = [Told(recovery.day_on(on), *rest) for on, *rest in as_entered.values_list(*COLUMNS)]
    pages = max(1, -(-len(narrow) // PAGE))
    number = min(max(number, 1), pages)
    begin = (number - 1) * PAGE
    rows = current.select_related("entered_by").order_by("-log_date", "-entered_at", "-pk")
    return HistoryPage(
        chart=_chart(recovery, narrow, today=today, flares=not (alert or rising.exists())),
        logs=rows[begin : begin + PAGE],
        total=len(narrow),
        number=number,
        pages=pages,
        correctable=dates,
        expect=phase.expect if phase and not alert and today <= EXPECT_TO else "",
    )


def _chart(recovery: Recovery, narrow: Iterable[Told], *, today: int, flares: bool) -> Chart | None:
    """One dot a day from D0 on: of several logs the one entered last."""
    told = [log for log in narrow if log.day >= 0]
    known = {log.day: log for log in told if log.pain is not None}
    if not known:
        return None
    pains = [log.pain for log in told if log.pain is not None]
    medicines = medicines_of(told)
    last_day = max(LEAST_DAYS, today, *medicines)

    def x(day: float) -> float:
        return round(LEFT + INSET + (RIGHT - LEFT - 2 * INSET) * day / last_day, 1)

    dots = tuple(
        Dot(day, log.pain or 0, log.late, x(day), _y(log.pain or 0))
        for day, log in sorted(known.items())
    )
    runs = _runs(dots)
    baseline = recovery.baseline_pain
    return Chart(
        dots=dots,
        lines=tuple(_points(run) for run in runs if len(run) > 1),
        gaps=tuple(_points((before[-1], after[0])) for before, after in pairwise(runs)),
        bands=tuple(_bands(phases_of(recovery.pathway_id), x, last_day)),
        ticks=tuple(_ticks(x, last_day)),
        baseline=baseline,
        baseline_y=_y(baseline or 0),
        flare=_flare(runs, baseline)
        if flares and baseline is not None and last_day <= FLARE_FITS
        else None,
        lanes=lanes(medicines, x),
        rows=tuple(
            Row(day, log and log.pain, bool(log and log.late), medicines[day])
            for day in sorted(medicines, reverse=True)
            if (log := known.get(day)) or medicines[day] != NOTHING_SAID
        ),
        lowest=min(pains),
        highest=max(pains),
    )


def _y(pain: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * pain / MAX_PAIN, 1)


def _points(dots: Iterable[Dot]) -> str:
    return " ".join(f"{dot.x},{dot.y}" for dot in dots)


def _runs(dots: Sequence[Dot]) -> list[list[Dot]]:
    """The dots in stretches of days without a gap."""
    runs: list[list[Dot]] = []
    for dot in dots:
        if runs and runs[-1][-1].day == dot.day - 1:
            runs[-1].append(dot)
        else:
            runs.append([dot])
    return runs


def _bands(phases: Sequence[RecoveryPhase], x: Any, last_day: int) -> Iterable[Band]:
    """The hours in the clinic are too short to be seen, so the next phase begins on D0."""
    for phase in phases[1:]:
        if phase.first_day > last_day:
            continue
        start = LEFT if phase.first_day == 0 else x(phase.first_day - 0.5)
        end = RIGHT if phase.last_day is None else min(x(phase.last_day + 0.5), RIGHT)
        width = round(end - start, 1)
        name = say(phase.patient_name)
        fits = len(name) * LETTER <= width
        yield Band(start, width, name if fits else "")


def _ticks(x: Any, last_day: int) -> Iterable[tuple[int, float]]:
    free_from = 0.0
    for day in TICKS:
        if day <= last_day and x(day) >= free_from:
            yield day, x(day)
            free_from = x(day) + TICK_ROOM


def _flare(runs: Sequence[Sequence[Dot]], baseline: int) -> Flare | None:
    """The first days in a row above the own baseline, from D0 to D3."""
    for run in runs:
        above: list[Dot] = []
        for dot in run:
            if dot.day in FLARE_DAYS and dot.pain > baseline:
                above.append(dot)
            elif above:
                break
        if above:
            first, last = above[0], above[-1]
            left, right = (first.x, last.x) if first != last else (first.x - 4, first.x + 4)
            path = f"M{left:g} {FLARE_Y + 6}v-6H{right:g}v6"
            return Flare(first.day, last.day, path, left - 2, FLARE_TEXT_Y)
    return None
