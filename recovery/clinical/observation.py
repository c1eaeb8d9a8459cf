"""The observation room: what is looked at every 15 minutes after the procedure, and what changed.

Minute 0 is when the patient is back in the room. Each mark is compared with "Before"; where that
was not entered, strength is compared with full strength and feeling with full feeling, since a
weak leg must not pass unmarked for want of a first row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

STEP = 15
EARLY = timedelta(minutes=5)
# How far the sheet reaches from the start, and how far it can at all: a day.
PLANNED_TO, LAST_MINUTE = 120, 1440

FULL_STRENGTH = 5
FIELDS: Mapping[str, tuple[int, ...] | tuple[str, ...]] = {
    "pain": tuple(range(11)),
    "strength_left": tuple(range(FULL_STRENGTH + 1)),
    "strength_right": tuple(range(FULL_STRENGTH + 1)),
    "feeling": ("full", "dull_left", "dull_right", "dull_both"),
    "site": ("dry", "ooze", "bleeding", "swelling"),
    "urine": ("passed", "not_yet", "cannot"),
    "mobility": ("not_yet", "sat", "stood", "walked"),
}
DULL_SIDES: Mapping[str, frozenset[str]] = {
    "full": frozenset(),
    "dull_left": frozenset({"left"}),
    "dull_right": frozenset({"right"}),
    "dull_both": frozenset({"left", "right"}),
}

# What local anesthetic can do, and for how long after a block (evidence, section 2).
ANESTHETIC_LASTS = timedelta(hours=4)
ANESTHETIC_TEXT = (
    "Local anesthetic can make a leg weak or numb for some hours; walk only with help."
)
ANESTHETIC_SOURCE = "V S23"
LEG_SIGNS = ("strength_left", "strength_right", "feeling")

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """One column of the sheet. `minute` None is before the procedure."""

    minute: int | None
    at: datetime
    values: Values


@dataclass(frozen=True, slots=True)
class Stretch:
    """The same answer at marks that follow each other."""

    value: Any
    minutes: tuple[int, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class Course:
    """One field that changed at some mark, from its first change on."""

    field: str
    stretches: tuple[Stretch, ...]

    @property
    def stands(self) -> bool:
        """Whether its newest answer is a changed one."""
        return self.stretches[-1].changed


# The marks
# ---------


def mark_at(room_at: datetime, minute: int) -> datetime:
    return room_at + timedelta(minutes=minute)


def open_minute(room_at: datetime, now: datetime) -> int:
    """The newest mark that may be entered: a mark opens 5 minutes before its time."""
    passed = (now + EARLY - room_at) // timedelta(minutes=STEP)
    return min(max(0, passed * STEP), LAST_MINUTE)


def marks_shown(newest: int, entered: Sequence[int] = (), *, ended: bool = False) -> list[int]:
    """The columns: to 120 minutes and as far as time has gone on; none beyond the last entered
    once the patient has left.
    """
    last = max(entered, default=0) if ended else max(PLANNED_TO, newest, *entered, 0)
    return list(range(0, last + 1, STEP))


# What changed
# ------------


def is_changed(field: str, before: Any, value: Any) -> bool:
    """Whether an answer is worse than "Before" in a way that staff must see."""
    if value is None:
        return False
    if field == "pain":
        return before is not None and value > before
    if field in ("strength_left", "strength_right"):
        return bool(value < (FULL_STRENGTH if before is None else before))
    if field == "feeling":
        return bool(_newly_dull(before, value))
    if field == "site":
        return value not in ("dry", before)
    return field == "urine" and value == "cannot" and before != "cannot"


def _newly_dull(before: str | None, value: str) -> frozenset[str]:
    return DULL_SIDES[value] - DULL_SIDES[before or "full"]


def rule_like(field: str, before: Any, value: Any) -> str | None:
    """The emergency rule that the same change would fire on a log: new weakness (R02), no start
    of the bladder (R01), new numbness of both legs (R03).
    """
    if not is_changed(field, before, value):
        return None
    if field in ("strength_left", "strength_right"):
        return "R02"
    if field == "urine":
        return "R01"
    return "R03" if field == "feeling" and len(_newly_dull(before, value)) > 1 else None


def courses(before: Values, marks: Sequence[Mark]) -> list[Course]:
    """What changed and how it went on, field by field; `marks` in the order of their minutes."""
    found = []
    for field in FIELDS:
        stretches = tuple(_stretches(field, before.get(field), marks))
        if stretches:
            found.append(Course(field, stretches))
    return found


def _stretches(field: str, before: Any, marks: Sequence[Mark]) -> Iterator[Stretch]:
    """From the first change on, alike neighbours as one."""
    held: Stretch | None = None
    for mark in marks:
        value = mark.values.get(field)
        if value is None or mark.minute is None:
            continue
        changed = is_changed(field, before, value)
        if held is None and not changed:
            continue
        if held and (held.value, held.changed) == (value, changed):
            held = Stretch(value, (*held.minutes, mark.minute), changed)
            continue
        if held:
            yield held
        held = Stretch(value, (mark.minute,), changed)
    if held:
        yield held


def to_tell_now(before: Values, found: Sequence[Course]) -> list[Course]:
    """Changes that stand and would be an emergency on a log."""
    return [
        course
        for course in found
        if course.stands
        and rule_like(course.field, before.get(course.field), course.stretches[-1].value)
    ]


def anesthetic_explains(before: Values, marks: Sequence[Mark], procedure_at: datetime) -> bool:
    """Whether legs are or were weak or numb, and only while the anesthetic can still be the
    reason. Not beside a change of which the surgeon must be told: nothing may explain that away.
    """
    if to_tell_now(before, courses(before, marks)):
        return False
    at = [
        mark.at
        for mark in marks
        if any(is_changed(sign, before.get(sign), mark.values.get(sign)) for sign in LEG_SIGNS)
    ]
    return bool(at) and max(at) <= procedure_at + ANESTHETIC_LASTS
