"""How the staff's pages say times, differences and trends: 24-hour clock, the clinic's zone."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recovery.models import Contact, Recovery
from recovery.models.recoveries import QueueRank
from recovery.templatetags.care import ICONS, tel
from recovery.templatetags.sparkline import sparkline

register = template.Library()

WEEK = 7
HOUR = 60
# Up to here a wait is read in minutes; beyond, the hours matter.
READ_IN_MINUTES = 120


@register.simple_tag
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
    this_year = on.year == timezone.localdate().year
    return date_format(on, _("M j") if this_year else _("M j, Y"))


@register.filter
def day_and_time(at: datetime, now: datetime) -> str:
    """09:20 today, Sun 18:30 within a week, Nov 15 before and after that, with another year."""
    local = timezone.localtime(at)
    days = (timezone.localdate(now) - local.date()).days
    if days == 0:
        return local.strftime("%H:%M")
    if -WEEK < days < WEEK:
        return f"{WEEKDAYS_ABBR[local.weekday()]} {local:%H:%M}"
    this_year = local.year == timezone.localdate(now).year
    return date_format(local, _("M j") if this_year else _("M j, Y"))


@register.filter
def full_time(at: datetime) -> str:
    """Nov 19, 09:20: where the reader may copy it into a chart."""
    local = timezone.localtime(at)
    return f"{short_date(local.date())}, {local:%H:%M}"


@register.filter
def day_word(at: datetime, now: datetime) -> str:
    """Today, Tomorrow, Mon within a week, Nov 30 beyond."""
    local = timezone.localtime(at)
    days = (local.date() - timezone.localdate(now)).days
    if days in (0, 1):
        return _("Tomorrow") if days else _("Today")
    if 0 < days < WEEK:
        return str(WEEKDAYS_ABBR[local.weekday()])
    return date_format(local, _("M j"))


@register.filter
def ago(at: datetime, now: datetime) -> str:
    minutes = int((now - at).total_seconds() // 60)
    days = (timezone.localdate(now) - timezone.localdate(at)).days
    if days == 0 and minutes < HOUR:
        return _("%(minutes)d min ago") % {"minutes": max(minutes, 0)}
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}


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


def clock_words(clock: Any, now: datetime) -> tuple[str, str]:
    """The wait in words and the time itself, since a page that stays open goes stale."""
    time = day_and_time(clock.at, now)
    if clock.over:
        late = _("%(wait)s over") % {"wait": span(-clock.left)}
        return late, _("was due %(time)s") % {"time": time}
    if clock.kind == "due" and timezone.localdate(clock.at) > timezone.localdate(now):
        return time, _("contact by then")
    if clock.kind == "due":
        left = _("%(wait)s left") % {"wait": span(clock.left)}
        return left, _("contact by %(time)s") % {"time": time}
    if clock.kind == "review":
        return day_word(clock.at, now), _("by %(time)s") % {"time": hm(clock.at)}
    if clock.kind == "returns":
        return time, _("comes back then")
    if clock.kind == "stays":
        return time, _("contacted")
    if clock.kind == "handled":
        return time, _("handled")
    if clock.kind == "asleep":
        return time, _("wakes then")
    return time, ago(clock.at, now)


@register.filter
def day_label(day: int) -> str:
    """D16, or D−2 before the procedure."""
    return f"D{day}" if day >= 0 else f"D−{-day}"


@register.filter
def day_and_phase(place: Any) -> str:
    """D16 follow-up. `place` has the day and the phase, which is None before D0."""
    phase = str(place.phase).lower() if place.phase else _("before")
    return f"{day_label(place.day)} {phase}"


def call_marks(recovery: Any) -> list[str]:
    """Why staff should call, beside any alert."""
    patient, marks = recovery.patient, []
    if recovery.call_since:
        marks.append(_("Call: no answer to reminders"))
    if patient.address_fails_at:
        marks.append(_("Call: address fails"))
    if patient.mobile_fails_at:
        marks.append(_("Call: mobile number fails"))
    return marks


def mail_marks(recovery: Any, *, calls: bool = True) -> list[str]:
    """What keeps the patient from being reminded; `calls` says whether to name why to call.

    `recovery` carries `agreed` and `reachable` (queries.patients.with_mail_marks).
    """
    patient = recovery.patient
    marks = call_marks(recovery) if calls else []
    if patient.reminders_off_at or not (recovery.agreed and recovery.reachable):
        marks.append(_("No reminders"))
    elif patient.paused_until and patient.paused_until > timezone.localdate():
        marks.append(_("Reminders paused"))
    return marks


@register.simple_tag(takes_context=True)
def clock(context: Context, waits: Any) -> SafeString:
    return format_html("<b>{}</b> <span>{}</span>", *clock_words(waits, context["request"].now))


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


# What came of a contact, where a row has room for two words.
OUTCOMES = {
    Contact.Outcome.ADVISED: gettext_lazy("Advised"),
    Contact.Outcome.BOOKED: gettext_lazy("Visit booked"),
    Contact.Outcome.EMERGENCY_DEPARTMENT: gettext_lazy("Sent to ED"),
    Contact.Outcome.NO_ANSWER: gettext_lazy("No answer"),
    Contact.Outcome.WRONG_NUMBER: gettext_lazy("Wrong number"),
    Contact.Outcome.AGREED: gettext_lazy("Agreed"),
    Contact.Outcome.LATER: gettext_lazy("Call later"),
    Contact.Outcome.REMOVED: gettext_lazy("Taken off"),
}


def last_contact(recovery: Recovery, now: datetime) -> str:
    """Last contact Tue 16:20, no answer; empty without one."""
    if recovery.last_contact_at is None:
        return ""
    return _("Last contact %(time)s, %(outcome)s") % {
        "time": day_and_time(recovery.last_contact_at, now),
        "outcome": str(OUTCOMES[Contact.Outcome(recovery.last_contact_outcome)]).lower(),
    }


# By rank in the queue: the row's class, the label's class, the shape, the word, the button.
LOOKS = {
    QueueRank.EMERGENCY: ("is-em", "emergency", "em", gettext_lazy("Emergency"), "btn-primary"),
    QueueRank.URGENT: ("is-ur", "urgent", "ur", gettext_lazy("Urgent"), "btn-primary"),
    QueueRank.REVIEW: ("is-re", "review", "re", gettext_lazy("Review"), "btn-quiet"),
    QueueRank.CALL: ("is-quiet", "plain", "bounce", gettext_lazy("To call"), "btn-quiet"),
    QueueRank.OVERDUE: ("is-quiet", "plain", "silent", gettext_lazy("Overdue"), "btn-quiet"),
    QueueRank.CONTACTED: ("is-done", "done", "phone", gettext_lazy("Contacted"), "btn-quiet"),
    QueueRank.HANDLED: ("is-done", "done", "check", gettext_lazy("Handled"), "btn-quiet"),
}


def _last_log(recovery: Any, now: datetime) -> dict[str, str]:
    """When the last log came; where it is about another day than it came on, that day."""
    at, day = recovery.last_log_at, recovery.last_log_day
    if at is None or day is None:
        return {"log_time": "", "log_ago": ""}
    on = recovery.procedure_on + timedelta(days=day)
    if on == timezone.localdate(at):
        return {"log_time": day_and_time(at, now), "log_ago": ago(at, now)}
    past = ago(timezone.make_aware(datetime.combine(on, time.min)), now)
    return {"log_time": short_date(on), "log_ago": f"{day_label(day)}, {past}"}


def row_words(recovery: Any, now: datetime) -> dict[str, Any]:
    """What a row of any list says of a recovery. In Python, since a page has fifty of them."""
    patient, pain, base = recovery.patient, recovery.last_pain, recovery.baseline_pain
    words = {
        "name": patient.name,
        "pain": pain,
        "base": _("no base") if base is None else _("base %(n)d") % {"n": base},
        "change": "" if pain is None or base is None else signed(pain - base),
        "spark": sparkline(recovery.pain_trend, base),
        **_last_log(recovery, now),
        "tel": tel(patient.phone) if patient.phone else "",
        "phone": patient.phone,
        "url": reverse("staff_recovery", args=[recovery.uuid]),
    }
    if recovery.queue_rank is not None:
        looks = LOOKS[recovery.queue_rank]
        words |= zip(("shade", "severity", "shape", "word", "opens"), looks, strict=True)
    return words
