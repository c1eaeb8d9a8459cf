"""When a patient's reminders go: the pathway's times within the patient's own hours.

Hours are wall-clock times in the patient's zone, and never wider than the pathway's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from recovery.clinical.pathway import Occasion, local
from recovery.clinical.plan import FIRST_REMINDER, LAST_REMINDER


@dataclass(frozen=True, slots=True)
class Hours:
    """Nothing before `quiet_until`, nothing from `quiet_from` on, and a day's first reminder at
    `remind_at`. Raises ValueError for hours that the pathway does not allow.
    """

    quiet_until: time = FIRST_REMINDER
    quiet_from: time = LAST_REMINDER
    remind_at: time | None = None

    def __post_init__(self) -> None:
        if not FIRST_REMINDER <= self.quiet_until < self.quiet_from <= LAST_REMINDER:
            raise ValueError(f"{self.quiet_until} to {self.quiet_from} is not within 08:00-21:00")


USUAL = Hours()


def by_day(moment: datetime, zone: str, hours: Hours = USUAL) -> datetime:
    """`moment`, or the next end of the quiet hours in `zone` if it falls in them."""
    there = moment.astimezone(ZoneInfo(zone))
    if hours.quiet_until <= there.time() < hours.quiet_from:
        return moment
    next_day = timedelta(days=there.time() >= hours.quiet_from)
    # Where a clock change skips that time, the first minute after it may lie in the night again.
    return by_day(local(there.date() + next_day, hours.quiet_until, zone), zone, hours)


def in_hours(planned: Sequence[Occasion], zone: str, hours: Hours) -> list[Occasion]:
    """The occasions with their reminders moved into `hours`: as many as before, in their order, so
    that a number names the same reminder whatever the hours are. Two may fall on one moment.
    """
    if hours == USUAL:
        return list(planned)
    return [replace(one, reminders=_moved(one, zone, hours)) for one in planned]


def _moved(occasion: Occasion, zone: str, hours: Hours) -> tuple[datetime, ...]:
    tz = ZoneInfo(zone)
    begun: set[date] = set()
    moved: list[datetime] = []
    for planned in occasion.reminders:
        on, at = planned.astimezone(tz).date(), planned
        if hours.remind_at and on not in begun:
            wanted = local(on, hours.remind_at, zone)
            at = wanted if occasion.opens_at <= wanted < occasion.expires_at else planned
        begun.add(on)
        at = by_day(at, zone, hours)
        # Too late to be answered: it stays, and is written down as expired when it comes.
        at = at if at < occasion.expires_at else planned
        moved.append(max([at, *moved[-1:]]))
    return tuple(moved)
