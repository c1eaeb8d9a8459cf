"""How the staff's pages say times: 24-hour clock, the clinic's zone."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recovery.templatetags.once import Once

WEEK = 7
HOUR = 60


class Times:
    """How times read on one page, at `now` and in the present zone.

    A list asks several times a row, and its rows share a few days: the zone, today and the words
    of a day are looked up once, and so is what else rows share (`once`).
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.zone = timezone.get_current_timezone()
        self.today = now.astimezone(self.zone).date()
        self._dates: dict[date, str] = {}
        self._ago: dict[int, str] = {}
        self.once = Once()

    def on(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def hm(self, at: datetime) -> str:
        return _clock(at.astimezone(self.zone))

    def short_date(self, on: date) -> str:
        """Nov 19, with the year when it is not the present one."""
        if on not in self._dates:
            this_year = on.year == self.today.year
            self._dates[on] = date_format(on, _("M j") if this_year else _("M j, Y"))
        return self._dates[on]

    def day_and_time(self, at: datetime) -> str:
        """09:20 today, Sun 18:30 within a week, Nov 15 before and after that, with another year."""
        local = at.astimezone(self.zone)
        on = local.date()
        days = (self.today - on).days
        if days == 0:
            return _clock(local)
        if -WEEK < days < WEEK:
            return f"{self.once(WEEKDAYS_ABBR[on.weekday()])} {_clock(local)}"
        return self.short_date(on)

    def day_word(self, at: datetime) -> str:
        """Today, Tomorrow, Mon within a week, Nov 30 beyond."""
        on = self.on(at)
        days = (on - self.today).days
        if days in (0, 1):
            return _("Tomorrow") if days else _("Today")
        if 0 < days < WEEK:
            return self.once(WEEKDAYS_ABBR[on.weekday()])
        return self.short_date(on)

    def ago(self, at: datetime) -> str:
        days = (self.today - self.on(at)).days
        minutes = int((self.now - at).total_seconds() // 60)
        if days == 0 and minutes < HOUR:
            return _("%(minutes)d min ago") % {"minutes": max(minutes, 0)}
        if days not in self._ago:
            self._ago[days] = _days_ago(days)
        return self._ago[days]


def _clock(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


def _days_ago(days: int) -> str:
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}
