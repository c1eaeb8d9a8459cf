"""When a clinic is open, and how long a wait is in hours in which somebody is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Hours = Sequence[Sequence[str] | None]

WEEK = 7
# No wait in clinic hours lasts longer, however seldom the clinic opens.
HORIZON = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A clinic's hours and holidays.

    `hours` is seven entries, Monday first: ["08:00", "17:00"] in `zone`, or None. On a day of
    `holidays` it does not open, whatever the weekday.
    """

    hours: Hours
    zone: str
    holidays: frozenset[date] = frozenset()

    def opens_on(self, on: date) -> bool:
        return self.hours[on.weekday()] is not None and on not in self.holidays

    def open_days(self, first: date) -> Iterator[date]:
        """The days from `first` on at which it opens; none if it never does.

        Ends when HORIZON is past and it surely has opened: each weekday comes again after a week,
        and a holiday takes away one of them.
        """
        if not any(self.hours):
            return
        for offset in range(max(HORIZON.days, WEEK * (len(self.holidays) + 1)) + 1):
            on = first + timedelta(days=offset)
            if self.opens_on(on):
                yield on

    def is_open(self, now: datetime) -> bool:
        opens, closes = next(self._spans(now), (now, now))
        return opens <= now < closes

    def next_change(self, now: datetime) -> datetime | None:
        """When it next closes (if it is open) or opens, in UTC; None if it never does."""
        for opens, closes in self._spans(now):
            if now < opens:
                return opens
            if now < closes:
                return closes
        return None

    def end_of_next_day(self, now: datetime) -> datetime | None:
        """When the next day of opening ends, today's not counted once it has begun, in UTC; None
        if it never opens.
        """
        return next((closes for opens, closes in self._spans(now) if opens > now), None)

    def open_from(self, now: datetime) -> datetime:
        """`now` if it is open, else when it opens. A clinic that never opens keeps nobody waiting:
        there it is `now` too.
        """
        return now if self.is_open(now) else self.next_change(now) or now

    def add_open_time(self, start: datetime, wait: timedelta) -> datetime:
        """The moment at which it has been open for `wait` since `start`, in UTC.

        No wait may be endless: a clinic that names no hours counts every hour, and one that is
        open so seldom that the wait would pass HORIZON ends it then.
        """
        if not any(self.hours):
            return start + wait
        for opens, closes in self._spans(start):
            begin = max(start, opens)
            if begin >= start + HORIZON:
                break
            if closes <= begin:
                continue
            if begin + wait <= closes:
                return begin + wait
            wait -= closes - begin
        return start + HORIZON

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """How long it was open between the two; nothing where `end` is the earlier.

        As in add_open_time, a clinic that names no hours counts every hour.
        """
        found = timedelta()
        if not any(self.hours):
            return max(end - start, found)
        tz = ZoneInfo(self.zone)
        first, last = start.astimezone(tz).date(), end.astimezone(tz).date()
        for offset in range((last - first).days + 1):
            on = first + timedelta(days=offset)
            if self.opens_on(on):
                opens, closes = self._span(on, tz)
                found += max(min(end, closes) - max(start, opens), timedelta())
        return found

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        tz = ZoneInfo(self.zone)
        for on in self.open_days(start.astimezone(tz).date()):
            yield self._span(on, tz)

    def _span(self, on: date, tz: ZoneInfo) -> tuple[datetime, datetime]:
        opens, closes = self.hours[on.weekday()] or ("", "")
        return _moment(on, opens, tz), _moment(on, closes, tz)


@lru_cache(maxsize=512)
def _moment(on: date, clock: str, tz: ZoneInfo) -> datetime:
    return datetime.combine(on, time.fromisoformat(clock), tz).astimezone(UTC)
