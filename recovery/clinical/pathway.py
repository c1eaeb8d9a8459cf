"""The pathway: what is planned for a recovery, computed from the procedure's time and the plan.

Nothing here is stored, so a changed procedure date moves everything by itself.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from recovery.clinical.plan import (
    DEFAULT_PLAN,
    LAST_REMINDER,
    Moment,
    Plan,
    RuleChange,
    Slot,
    Step,
    Unanswered,
    plan_from_json,
    plan_to_json,
)

__all__ = [
    "DEFAULT_PLAN",
    "Moment",
    "Occasion",
    "Plan",
    "RuleChange",
    "Slot",
    "Step",
    "Unanswered",
    "checkin_key_for",
    "instant",
    "local",
    "occasions",
    "plan_from_json",
    "plan_to_json",
]

AFTER_PROCEDURE = timedelta(hours=4)
AFTER_DISCHARGE = timedelta(hours=2)
TIME_TO_ANSWER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One planned thing of a recovery. Every time is aware, in UTC.

    `reminders` are all the planned ones, also those that an answer would stop; merging the forms
    of a day and the cap of two a day are left to the sender.
    """

    key: str
    form: str
    day: int
    opens_at: datetime
    due_at: datetime
    expires_at: datetime
    reminders: tuple[datetime, ...]


def occasions(
    procedure_at: datetime | date,
    zone: str,
    plan: Plan = DEFAULT_PLAN,
    *,
    procedure_on: date | None = None,
    discharged_at: datetime | None = None,
    include: Collection[str] = (),
    until_day: int | None = None,
) -> list[Occasion]:
    """Everything planned up to the day `until_day`, itself included, by opening time, then key.

    A naive datetime is a wall-clock time in `zone`; a plain date is a procedure whose hour is not
    known. `procedure_on` is the stored D0: give it when the patient's zone may have changed since,
    for day numbers never shift with a zone. `include` switches optional slots on by their keys and
    raises ValueError for a key the plan lacks. An evening that would open only after it has
    expired (discharge on the next day) is left out.
    """
    if unknown := set(include) - {slot.key for slot in plan.slots}:
        raise ValueError(f"the plan has no {', '.join(sorted(unknown))}")
    start = instant(procedure_at, zone) if isinstance(procedure_at, datetime) else None
    discharge = instant(discharged_at, zone) if discharged_at else None
    if procedure_on is None:
        procedure_on = start.astimezone(ZoneInfo(zone)).date() if start else procedure_at

    night = local(procedure_on, LAST_REMINDER, zone)
    planned = []
    for slot, fixed in _by_the_plan(procedure_on, zone, plan):
        if slot.optional and slot.key not in include:
            continue
        if until_day is not None and slot.day > until_day:
            continue
        if slot.anchor == "procedure":
            # Its hours are the patient's, and the procedure's is not: another zone parts them.
            ends = start or fixed.expires_at
            occasion = replace(fixed, expires_at=ends, due_at=min(fixed.due_at, ends))
        elif slot.anchor == "discharge":
            occasion = _evening(fixed, start, discharge, night)
        else:
            occasion = fixed
        if occasion.opens_at < occasion.expires_at:
            planned.append(occasion)
    planned.sort(key=lambda occasion: (occasion.opens_at, occasion.key))
    return planned


def checkin_key_for(
    day: int, plan: Plan = DEFAULT_PLAN, *, before_procedure: bool = False
) -> str | None:
    """Which occasion a log about `day` answers, if any.

    EVE0 and DAY-nn are answered by a log about their own day; PULSE-nn by one about its day or a
    later one, up to the date it expires. A log that was written `before_procedure` says nothing
    about the evening after it. An optional slot is not asked, so nothing answers it. Whether it is
    open, still to open or expired when the log is written is not asked here.
    """
    for slot in plan.slots:
        if slot.optional or (before_procedure and slot.form == "evening"):
            continue
        if slot.answered_by and slot.answered_by[0] <= day <= slot.answered_by[1]:
            return slot.key
    return None


def instant(at: datetime, zone: str) -> datetime:
    """An aware time in UTC; a naive one is read as wall-clock time in `zone`."""
    return local(at.date(), at.time(), zone) if at.tzinfo is None else at.astimezone(UTC)


@lru_cache(maxsize=1 << 12)
def local(on: date, at: time, zone: str) -> datetime:
    """The instant of a wall-clock time in a zone, in UTC.

    A time that a clock change skips is the first valid minute after it; one that comes twice is
    the first of the two.
    """
    tz = ZoneInfo(zone)
    wall = datetime.combine(on, at, tz)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    # In a gap the two readings stand in reverse order, on either side of the clock change.
    return _clock_change(second, first, tz) if second < first else first


def _clock_change(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    """The minute in (before, after] at which the zone's offset takes the value it has `after`."""
    before, after = (moment.replace(second=0, microsecond=0) for moment in (before, after))
    offset = after.astimezone(tz).utcoffset()
    minute = timedelta(minutes=1)
    while after - before > minute:
        middle = before + (after - before) // minute // 2 * minute
        if middle.astimezone(tz).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


# The tick asks for the same few hundred procedure days again and again: 15 kB each.
@lru_cache(maxsize=512)
def _by_the_plan(procedure_on: date, zone: str, plan: Plan) -> tuple[tuple[Slot, Occasion], ...]:
    """Every slot, the optional ones too, with its occasion as the plan's own times give it."""

    def at(moment: Moment) -> datetime:
        return local(procedure_on + timedelta(moment.day), moment.at, zone)

    return tuple(
        (
            slot,
            Occasion(
                key=slot.key,
                form=slot.form,
                day=slot.day,
                opens_at=at(slot.opens),
                due_at=at(slot.due),
                expires_at=at(slot.expires),
                reminders=tuple(map(at, slot.reminders)),
            ),
        )
        for slot in plan.slots
    )


def _evening(
    planned: Occasion, start: datetime | None, discharge: datetime | None, night: datetime
) -> Occasion:
    """The first evening, moved by the discharge, or by the procedure while no discharge is known.

    It is due no sooner than 2 h after it opens, and reminds neither before that nor at night.
    """
    opens = planned.opens_at
    if discharge:
        opens = discharge + AFTER_DISCHARGE
    elif start:
        opens = max(opens, start + AFTER_PROCEDURE)
    due = max(planned.due_at, opens + TIME_TO_ANSWER)
    reminders = (max(reminder, opens) for reminder in planned.reminders)
    return replace(
        planned,
        opens_at=opens,
        due_at=min(due, planned.expires_at),
        reminders=tuple(reminder for reminder in reminders if reminder < night),
    )
