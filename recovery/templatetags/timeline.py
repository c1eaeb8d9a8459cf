"""How the entries of a timeline read."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recovery.models import Alert, DailyLog, Message
from recovery.models.alerts import Severity
from recovery.templatetags.staff import full_time, hm

register = template.Library()

SHAPES = {Severity.EMERGENCY: "em", Severity.URGENT: "ur", Severity.REVIEW: "re"}
TO_STAFF = (Message.Kind.ALERT, Message.Kind.ESCALATION)


@register.filter
def worst(alerts: Sequence[Alert]) -> Alert:
    return min(alerts, key=lambda alert: list(SHAPES).index(Severity(alert.severity)))


@register.filter
def shape(alert: Alert) -> str:
    return SHAPES[Severity(alert.severity)]


@register.filter
def rules(alerts: Sequence[Alert]) -> str:
    return ", ".join(alert.rule for alert in alerts)


@register.filter
def log_source(log: Any) -> str:
    """Who entered it and how: caregiver, signed in."""
    source, mode = DailyLog.Source(log.source).label, DailyLog.Mode(log.mode).label
    return f"{source}, {str(mode).lower()}"


@register.filter
def reminded(event: Any) -> str:
    """Reminded 17:00 and 20:00; with the day where it is another than the entry's."""
    day, times = timezone.localdate(event.at), []
    for at in event.reminded:
        times.append(hm(at) if timezone.localdate(at) == day else full_time(at))
        day = timezone.localdate(at)
    return _("Reminded %(times)s") % {"times": get_text_list(times, _("and"))}


@register.filter
def mail_words(event: Any) -> str:
    """What a mail was and what became of it, with the reason when it was not sent."""
    row, kind = event.row, Message.Kind(event.row.kind)
    words = str(kind.label)
    if kind == Message.Kind.REMINDER and row.number:
        words = _("Reminder %(n)d") % {"n": row.number}
    if kind in TO_STAFF:
        words = ngettext(
            "%(kind)s mail to %(n)d person", "%(kind)s mail to %(n)d people", event.count
        ) % {"kind": words, "n": event.count}
    words += f": {str(Message.State(row.code).label).lower()}"
    return f"{words}. {Message.Reason(row.text).label}" if row.text else words
