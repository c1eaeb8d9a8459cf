"""How the staff's pages say times, differences and trends: 24-hour clock, the clinic's zone."""

from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recovery.models import Contact, Recovery
from recovery.templatetags.care import ICONS
from recovery.templatetags.times import HOUR, Times

register = template.Library()

# Up to here a wait is read in minutes; beyond, the hours matter.
READ_IN_MINUTES = 120


@register.simple_tag
@cache
def sprite(*names: str) -> SafeString:
    """The drawings that a long table repeats, once; rows point to them with <use>."""
    symbols = format_html_join(
        "",
        '<symbol id="i-{}" viewBox="0 0 24 24">{}</symbol>',
        ((name, mark_safe(ICONS[name])) for name in names),  # noqa: S308 - a constant
    )
    return format_html(
        '<svg width="0" height="0" class="position-absolute" aria-hidden="true" '
        'focusable="false"><defs>{}</defs></svg>',
        symbols,
    )


@register.filter
def hm(at: datetime) -> str:
    return timezone.localtime(at).strftime("%H:%M")


@register.filter
def short_date(on: date) -> str:
    """Nov 19, with the year when it is not the present one."""
    return Times(timezone.now()).short_date(on)


@register.filter
def day_and_time(at: datetime, now: datetime) -> str:
    """09:20 today, Sun 18:30 within a week, Nov 15 before and after that."""
    return Times(now).day_and_time(at)


@register.filter
def full_time(at: datetime) -> str:
    """Nov 19, 09:20: where the reader may copy it into a chart."""
    local = timezone.localtime(at)
    return f"{short_date(local.date())}, {local:%H:%M}"


@register.filter
def ago(at: datetime, now: datetime) -> str:
    return Times(now).ago(at)


@register.filter
def span(minutes: int) -> str:
    """A wait in words: 45 min, 3 h, 2 days."""
    if minutes < READ_IN_MINUTES:
        return _("%(n)d min") % {"n": minutes}
    hours = minutes // HOUR
    if hours < 2 * 24:
        return _("%(n)d h") % {"n": hours}
    return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}


@register.filter
def signed(difference: int) -> str:
    """+2, ±0, −3 with the real minus sign."""
    if difference == 0:
        return "±0"
    return f"+{difference}" if difference > 0 else f"−{-difference}"


@register.filter
def minus(value: int, other: int) -> int:
    return value - other


def short_name(user: Any) -> str:
    """Jo A., where a column has no room for more."""
    first, *rest = str(user).split() or [""]
    return f"{first} {rest[-1][0]}." if rest else first


@register.filter
def yes_no(value: bool | None) -> str:
    if value is None:
        return _("not known")
    return _("yes") if value else _("no")


CONTACT_BY_THEN, CONTACT_BY = gettext_lazy("contact by then"), gettext_lazy("contact by %(time)s")
OVER, WAS_DUE = gettext_lazy("%(wait)s over"), gettext_lazy("was due %(time)s")
BY = gettext_lazy("by %(time)s")


def clock_words(clock: Any, times: Times) -> tuple[str, str]:
    """The wait in words and the time itself, since a page that stays open goes stale."""
    time = times.day_and_time(clock.at)
    if clock.over:
        late = times.once(OVER) % {"wait": span(-clock.left)}
        return late, times.once(WAS_DUE) % {"time": time}
    if clock.kind == "due" and times.on(clock.at) > times.today:
        return time, times.once(CONTACT_BY_THEN)
    if clock.kind == "due":
        left = _("%(wait)s left") % {"wait": span(clock.left)}
        return left, times.once(CONTACT_BY) % {"time": time}
    if clock.kind == "review":
        return times.day_word(clock.at), times.once(BY) % {"time": times.hm(clock.at)}
    if clock.kind == "returns":
        return time, _("comes back then")
    if clock.kind == "stays":
        return time, _("contacted")
    if clock.kind == "handled":
        return time, _("handled")
    if clock.kind == "asleep":
        return time, _("wakes then")
    return time, times.ago(clock.at)


@register.filter
def day_label(day: int) -> str:
    """D16, or D−2 before the procedure."""
    return f"D{day}" if day >= 0 else f"D−{-day}"


@register.filter
def day_and_phase(place: Any) -> str:
    """D16 follow-up. `place` has the day and the phase, which is None before D0."""
    phase = str(place.phase).lower() if place.phase else _("before")
    return f"{day_label(place.day)} {phase}"


@register.simple_tag(takes_context=True)
def clock(context: Context, waits: Any) -> SafeString:
    words = clock_words(waits, Times(context["request"].now))
    return format_html("<b>{}</b> <span>{}</span>", *words)


@register.filter
def time_there(now: datetime, zone: str) -> str:
    """The wall clock where the patient is, before somebody calls."""
    return now.astimezone(ZoneInfo(zone)).strftime("%H:%M")


KINDS = {
    Contact.Kind.CALL: gettext_lazy("call"),
    Contact.Kind.VISIT: gettext_lazy("visit"),
    Contact.Kind.MESSAGE: gettext_lazy("message"),
}


@register.filter
def contact_kind(code: str) -> str:
    return str(KINDS[Contact.Kind(code)])


@register.filter
def contact_outcome(code: str) -> str:
    return str(Contact.Outcome(code).label).lower()


MOVES = {
    Recovery.State.ACTIVE: gettext_lazy("Resume"),
    Recovery.State.PAUSED: gettext_lazy("Pause"),
    Recovery.State.WITHDRAWN: gettext_lazy("Withdrawn"),
    Recovery.State.CANCELLED: gettext_lazy("Procedure cancelled"),
    Recovery.State.DIED: gettext_lazy("Died"),
}


@register.filter
def move_name(state: Recovery.State) -> str:
    return str(MOVES[state])
