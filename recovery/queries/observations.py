"""The sheet of one patient in the observation room, as its page shows it.

The room's day is the clinic's: a patient who lives in another zone is looked at by its clock.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from recovery.clinical import observation
from recovery.clinical.observation import Course, Mark
from recovery.models import (
    DailyLog,
    DischargeCheck,
    Observation,
    ObservationSheet,
    Recovery,
)
from recovery.queries.patients import Place, place

BEFORE = "before"
Code = DischargeCheck.Code


def day_in_clinic(recovery: Recovery) -> date:
    """The day of the procedure where it is done."""
    return recovery.procedure_at.astimezone(ZoneInfo(recovery.clinic.zone)).date()


def why_closed(recovery: Recovery, now: datetime) -> str:
    """Why nothing can be written on the sheet now; empty while it can."""
    if recovery.state not in (Recovery.State.PLANNED, Recovery.State.ACTIVE):
        state = recovery.get_state_display().lower()
        return _("Nothing is entered here while the follow-up is %(state)s.") % {"state": state}
    day = day_in_clinic(recovery)
    if now.astimezone(ZoneInfo(recovery.clinic.zone)).date() != day:
        return _("This sheet is written on the day of the procedure, %(day)s.") % {
            "day": date_format(day, "M j, Y")
        }
    return ""


# The checklist
# -------------


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the list before going home; `log` ticked it, or `row` says who did what."""

    code: Code
    row: DischargeCheck | None
    log: DailyLog | None = None
    # What the newest mark says against it.
    against: Course | None = None

    @property
    def done(self) -> bool:
        """A tick counts only while the marks do not say the opposite."""
        ticked = self.row is not None and self.row.state == DischargeCheck.State.DONE
        return self.log is not None or (ticked and self.against is None)

    @property
    def left_open(self) -> bool:
        return self.row is not None and self.row.state == DischargeCheck.State.LEFT_OPEN


# What the marks can say against a point.
AGAINST = {Code.AS_BEFORE: observation.LEG_SIGNS, Code.URINE: ("urine",)}


def points(
    recovery: Recovery, sheet: ObservationSheet | None, courses: Sequence[Course] = ()
) -> list[Point]:
    rows = sheet.checks.select_related("by").order_by("pk") if sheet else []
    newest = {row.code: row for row in rows}
    standing = {course.field: course for course in courses if course.stands}
    return [
        Point(
            code,
            newest.get(code),
            first_log(recovery) if code == Code.FIRST_LOG else None,
            next((standing[name] for name in AGAINST.get(code, ()) if name in standing), None),
        )
        for code in Code
    ]


def open_points(recovery: Recovery, sheet: ObservationSheet) -> list[str]:
    before, marks = read_marks(_standing(_versions(sheet)))
    found = points(recovery, sheet, observation.courses(before, marks))
    return [point.code.value for point in found if not point.done]


def first_log(recovery: Recovery) -> DailyLog | None:
    """The first log that the patient, or who cares for them, sent about the day after it."""
    return (
        DailyLog.objects.filter(
            recovery=recovery,
            log_date=recovery.procedure_on,
            entered_at__gte=recovery.procedure_at,
        )
        .exclude(source=DailyLog.Source.STAFF)
        .order_by("pk")
        .first()
    )


# The sheet
# ---------


@dataclass(frozen=True, slots=True)
class Column:
    """`row` is the version that stands; None where nothing was entered, or all was taken back."""

    minute: int | None
    at: datetime | None
    row: Observation | None
    changed: frozenset[str]
    # What can be entered or corrected now, and whether this is the column being entered.
    writable: bool
    current: bool
    # Whether its time is still to come.
    ahead: bool
    versions: Sequence[Observation] = ()

    @property
    def code(self) -> str:
        return BEFORE if self.minute is None else str(self.minute)

    @property
    def late(self) -> bool:
        """Entered after the next mark had opened."""
        return bool(
            self.row
            and self.minute is not None
            and self.versions[0].entered_at - self.versions[0].observed_at > observation.EARLY
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    recovery: Recovery
    # The row; None before anything was entered.
    row: ObservationSheet | None
    place: Place
    columns: list[Column]
    courses: list[Course]
    tell: list[Course]
    explains: bool
    # Whether "Before" stands, against which the rest is compared.
    has_before: bool
    points: list[Point]
    # Why nothing can be written; empty while it can.
    closed: str
    begun: bool

    @property
    def courses_of_legs(self) -> list[Course]:
        return [course for course in self.courses if course.field in observation.LEG_SIGNS]

    @property
    def other_courses(self) -> list[Course]:
        return [course for course in self.courses if course.field not in observation.LEG_SIGNS]

    @property
    def entering(self) -> Column | None:
        return next((column for column in self.columns if column.current), None)

    @property
    def next(self) -> Column | None:
        """The first mark still to come."""
        waiting = (column for column in self.columns if column.ahead)
        return None if self.recovery.discharged_at or self.closed else next(waiting, None)

    @property
    def corrected(self) -> list[Column]:
        return [column for column in self.columns if len(column.versions) > 1]

    @property
    def entered(self) -> int:
        return sum(column.row is not None for column in self.columns)

    @property
    def counting(self) -> bool:
        """Whether marks count from the room's time, so that it stays."""
        return any(column.versions for column in self.columns if column.minute is not None)

    @property
    def open_points(self) -> list[Point]:
        return [point for point in self.points if not point.done]

    @property
    def done(self) -> int:
        return sum(point.done for point in self.points)

    @property
    def logged(self) -> DailyLog | None:
        return next((point.log for point in self.points if point.log), None)


def sheet_of(recovery: Recovery, now: datetime, *, asked: str = "") -> Sheet:
    """The sheet in four statements. `asked` names the mark to enter or correct; anything else
    means the one that is open now, unless it is entered already.
    """
    row = ObservationSheet.objects.filter(recovery=recovery, on=day_in_clinic(recovery)).first()
    versions = _versions(row)
    standing = _standing(versions)
    before, marks = read_marks(standing)
    closed = why_closed(recovery, now)
    courses = observation.courses(before, marks)
    room_at = row.room_at if row else None
    writable = _writable(recovery, room_at, now, closed)
    wanted = asked if asked in writable else _default(writable, standing)
    minutes = _minutes(recovery, room_at, now, versions, closed)
    return Sheet(
        recovery=recovery,
        row=row,
        place=place(recovery, now),
        columns=[
            Column(
                minute=minute,
                at=_time_of(minute, room_at, standing),
                row=standing.get(minute),
                changed=_changed(before, standing.get(minute)),
                writable=_code(minute) in writable,
                current=_code(minute) == wanted,
                ahead=not closed and minute is not None and _code(minute) not in writable,
                versions=versions.get(minute, []),
            )
            for minute in [None, *minutes]
        ],
        courses=courses,
        tell=observation.to_tell_now(before, courses),
        explains=observation.anesthetic_explains(before, marks, recovery.procedure_at),
        has_before=None in standing,
        points=points(recovery, row, courses),
        closed=closed,
        begun=recovery.procedure_at <= now,
    )


def _versions(row: ObservationSheet | None) -> dict[int | None, list[Observation]]:
    versions: dict[int | None, list[Observation]] = defaultdict(list)
    if row:
        for one in row.marks.select_related("entered_by").order_by("revision"):
            versions[one.minute].append(one)
    return versions


def _standing(versions: Mapping[int | None, list[Observation]]) -> dict[int | None, Observation]:
    """The versions that stand; one that says nothing takes its mark back."""
    return {minute: rows[-1] for minute, rows in versions.items() if rows[-1].values}


def read_marks(standing: Mapping[int | None, Observation]) -> tuple[dict[str, Any], list[Mark]]:
    """What was before, and the marks after it as the clinical core reads them."""
    before = standing[None].values if None in standing else {}
    minutes = sorted(minute for minute in standing if minute is not None)
    return before, [Mark(m, standing[m].observed_at, standing[m].values) for m in minutes]


def _code(minute: int | None) -> str:
    return BEFORE if minute is None else str(minute)


def _writable(
    recovery: Recovery, room_at: datetime | None, now: datetime, closed: str
) -> dict[str, int | None]:
    """The marks that can be entered or corrected, by code, in order; the last is open now."""
    if closed:
        return {}
    marks: dict[str, int | None] = {BEFORE: None}
    if room_at:
        until = recovery.discharged_at or now
        newest = observation.open_minute(room_at, until)
        marks |= {str(minute): minute for minute in range(0, newest + 1, observation.STEP)}
    return marks


def _default(writable: Mapping[str, int | None], standing: Mapping[int | None, Observation]) -> str:
    newest = list(writable.items())[-1:]
    return next((code for code, minute in newest if minute not in standing), "")


def _minutes(
    recovery: Recovery,
    room_at: datetime | None,
    now: datetime,
    versions: Mapping[int | None, Sequence[Observation]],
    closed: str,
) -> list[int]:
    entered = [minute for minute in versions if minute is not None]
    ended = bool(recovery.discharged_at or closed)
    newest = observation.open_minute(room_at, now) if room_at and not ended else 0
    return observation.marks_shown(newest, entered, ended=ended)


def _time_of(
    minute: int | None, room_at: datetime | None, standing: Mapping[int | None, Observation]
) -> datetime | None:
    if minute is None:
        return standing[None].observed_at if None in standing else None
    return observation.mark_at(room_at, minute) if room_at else None


def _changed(before: Mapping[str, Any], row: Observation | None) -> frozenset[str]:
    if row is None or row.minute is None:
        return frozenset()
    values = row.values
    return frozenset(
        name for name in values if observation.is_changed(name, before.get(name), values[name])
    )
