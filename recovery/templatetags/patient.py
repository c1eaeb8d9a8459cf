"""What patient pages say about whom to call, and when."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recovery.clinical import hours
from recovery.clinical.rules import RULES_BY_ID, Severity, fill, number_to_call

register = template.Library()

HEADINGS = {
    Severity.EMERGENCY: _("Get help now"),
    Severity.URGENT: _("Call today"),
}


@register.filter
def clock(moment: datetime) -> str:
    """A time of day as patients read it: 9:04 PM."""
    return date_format(localtime(moment), "g:i A")


@register.filter
def clock_short(moment: datetime) -> str:
    """The same without minutes where it has none: 5 PM."""
    local = localtime(moment)
    return date_format(local, "g:i A" if local.minute else "g A")


@register.simple_tag(takes_context=True)
def emergency_text(context: Mapping[str, Any], rule_id: str) -> dict[str, str]:
    """What rule `rule_id` says, with the clinic's numbers; shown before anything is saved."""
    numbers = context["request"].clinic.numbers
    rule = RULES_BY_ID[rule_id]
    number = numbers[rule.calls]
    return {
        "text": fill(rule.patient_text, numbers),
        "number": number,
        "label": gettext("Call %(number)s") % {"number": number},
    }


@register.inclusion_tag("patient/_help.html", takes_context=True)
def help_bar(context: Mapping[str, Any], signs_url: str = "") -> dict[str, Any]:
    """The bar that is the last thing on every page. Without a clinic it knows one number."""
    return {"signs_url": signs_url, "clinic": _reached(context), **_emergency(context)}


@register.inclusion_tag("patient/_disclaimer.html", takes_context=True)
def disclaimer(context: Mapping[str, Any]) -> dict[str, Any]:
    return _emergency(context)


@register.inclusion_tag("patient/_advice.html", takes_context=True)
def advice(
    context: Mapping[str, Any],
    severity: str,
    text: str,
    rule_id: str,
    *,
    level: str = "h1",
    focus: bool = False,
) -> dict[str, Any]:
    """The one text, unaltered, and the number it says to call first.

    A closed clinic is not called: the button of an urgent rule then dials the after-hours line,
    and a sentence beneath says so (rules.md 8.5).
    """
    clinic, reached = context["request"].clinic, _reached(context)
    calls = RULES_BY_ID[rule_id].calls if rule_id in RULES_BY_ID else ""
    urgent = severity == Severity.URGENT
    target = number_to_call(calls, clinic_open=reached["open"]) if urgent else calls
    return {
        "severity": severity,
        "heading": HEADINGS[Severity(severity)],
        "text": text,
        "level": level,
        "focus": focus,
        "numbers": clinic.numbers,
        "number": clinic.numbers.get(target, ""),
        "closed": urgent and not reached["open"],
        "poison": target == "poison_phone",
        "after_hours": clinic.after_hours_phone,
        # While we are open the other number stands ready for the evening.
        "later": reached if urgent and reached["open"] and calls == "clinic_phone" else None,
    }


@register.filter
def with_numbers(text: str, numbers: Mapping[str, str]) -> SafeString:
    """The same words, with each number of the clinic bold and never broken over two lines."""
    marked = escape(text)
    given = sorted({escape(number) for number in numbers.values() if number}, key=len)
    if given:
        pattern = "|".join(re.escape(number) for number in reversed(given))
        marked = re.sub(rf"(?<!\w)({pattern})(?!\w)", r'<b class="ic-nowrap">\1</b>', marked)
    return mark_safe(marked)  # noqa: S308 - both parts are escaped above


def _emergency(context: Mapping[str, Any]) -> dict[str, str]:
    clinic = getattr(context["request"], "clinic", None)
    return {"emergency": clinic.emergency_number if clinic else settings.EMERGENCY_NUMBER}


def _reached(context: Mapping[str, Any]) -> dict[str, Any] | None:
    """How the clinic is reached now: its number, whether it is open, and when that changes."""
    request = context["request"]
    clinic = getattr(request, "clinic", None)
    if clinic is None:
        return None
    opened = hours.is_open(clinic.hours, clinic.zone, request.now)
    number = clinic.clinic_phone if opened else clinic.after_hours_phone
    return {
        "open": opened,
        "number": number or clinic.clinic_phone,
        "changes": hours.next_change(clinic.hours, clinic.zone, request.now),
        "after_hours": clinic.after_hours_phone,
    }
