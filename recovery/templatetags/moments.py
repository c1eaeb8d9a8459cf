"""Moments as patients read them, on pages and in mails."""

from datetime import date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

register = template.Library()

DAYS_IN_WEEK = 7


@register.filter
def clock(moment: datetime) -> str:
    """A time of day as patients read it, never on two lines: 9:04 PM."""
    return _clock(localtime(moment))


@register.filter
def clock_short(moment: datetime) -> str:
    """The same without minutes where it has none: 5 PM."""
    local = localtime(moment)
    if local.minute:
        return _clock(local)
    return date_format(local, ngettext("g\u00a0A", "g\u00a0A", _hour(local)))


def _clock(local: datetime) -> str:
    return date_format(local, ngettext("g:i\u00a0A", "g:i\u00a0A", _hour(local)))


def _hour(local: datetime) -> int:
    """As a clock face has it: languages with an article before the time count by it."""
    return local.hour % 12 or 12


@register.filter
def at_time(moment: datetime, today: date) -> str:
    """When, as a sentence goes on: at 9:04 PM; yesterday at 9:04 PM; tomorrow, Friday, at 6:00 AM.

    `today` is the date where the patient is.
    """
    local = localtime(moment)
    words = {
        "time": clock(moment),
        "day": date_format(local, "l"),
        "date": date_format(local, gettext("F j")),
    }
    days = (local.date() - today).days
    if days == 0:
        return gettext("at %(time)s") % words
    if days == -1:
        return gettext("yesterday at %(time)s") % words
    if days == 1:
        return gettext("tomorrow, %(day)s, at %(time)s") % words
    return gettext("on %(day)s, %(date)s, at %(time)s") % words


@register.filter
def by_time(moment: datetime, today: date) -> str:
    """A deadline after the word "by" or "until": 8:00 PM; tomorrow at 12:00 PM; Monday at 8:00 PM,
    with the date when that may be another Monday than the next.
    """
    local = localtime(moment)
    if local.date() == today:
        return clock(moment)
    words = {
        "time": clock(moment),
        "day": date_format(local, "l"),
        "date": date_format(local, gettext("F j")),
    }
    days = (local.date() - today).days
    if days == 1:
        return gettext("tomorrow at %(time)s") % words
    if 1 < days < DAYS_IN_WEEK:
        return gettext("%(day)s at %(time)s") % words
    return gettext("%(day)s, %(date)s, at %(time)s") % words
