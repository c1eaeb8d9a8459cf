"""Clinic hours: when somebody is there, and how long a wait is in hours that somebody is.

`hours` is seven entries, Monday first: ["08:00", "17:00"] in the clinic's zone, or None.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Hours = Sequence[Sequence[str] | None]

# A clinic with no hours at all never opens; the search gives up after this many days.
HORIZON = 15


def is_open(hours: Hours, zone: str, now: datetime) -> bool:
    return any(opens <= now < closes for opens, closes in _spans(hours, zone, now, days=1))


def next_change(hours: Hours, zone: str, now: datetime) -> datetime | None:
    """When the clinic next closes (if it is open) or opens, in UTC; None if it never does."""
    for opens, closes in _spans(hours, zone, now, days=HORIZON):
        if now < opens:
            return opens
        if now < closes:
            return closes
    return None


def add_open_time(hours: Hours, zone: str, start: datetime, wait: timedelta) -> datetime:
    """The moment at which the clinic has been open for `wait` since `start`, in UTC.

    No wait may be endless: a clinic that names no hours counts every hour, and one that is open so
    seldom that the wait would pass HORIZON days ends it then.
    """
    if not any(hours):
        return start + wait
    for opens, closes in _spans(hours, zone, start, days=HORIZON):
        begin = max(start, opens)
        if closes <= begin:
            continue
        if begin + wait <= closes:
            return begin + wait
        wait -= closes - begin
    return start + timedelta(days=HORIZON)


def _spans(
    hours: Hours, zone: str, start: datetime, *, days: int
) -> Iterator[tuple[datetime, datetime]]:
    tz = ZoneInfo(zone)
    first = start.astimezone(tz).date()
    for offset in range(days):
        on = first + timedelta(days=offset)
        if entry := hours[on.weekday()]:
            opens, closes = entry
            yield _moment(on, opens, tz), _moment(on, closes, tz)


def _moment(on: date, clock: str, tz: ZoneInfo) -> datetime:
    return datetime.combine(on, time.fromisoformat(clock), tz).astimezone(UTC)
