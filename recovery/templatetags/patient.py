"""What patient pages say about whom to call, and when."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recovery import wording
from recovery.clinical.instruments import Text
from recovery.clinical.rules import (
    CALL_NOW,
    RULES_BY_ID,
    Severity,
    calls_for,
    fill,
    number_to_call,
)
from recovery.forms import told
from recovery.models import DailyLog, Milestone, Recovery
from recovery.templatetags import moments
from recovery.templatetags.moments import at_time, clock
from recovery.wording import say, say_filled

register = template.Library()
register.filters |= moments.register.filters

HEADINGS = {
    Severity.EMERGENCY: _("Get help now"),
    Severity.URGENT: _("Call today"),
}

# " (S17, S23)" behind a source.
SOURCE_MARKS = re.compile(r" *\(S\d+(?:, *S\d+)*\)")

# As a rule's text writes 100.4 F and 38.0 C.
TEMPERATURES = re.compile(r"(\d\.\d) ([CF])\b")

# The first of these that a line holds, from the beginning of a word, decides. None promises more
# than its line: an arrow that rises stands only where more each day is meant.
DRAWINGS = {
    re.compile(rf"\b(?:{words})", re.IGNORECASE): name
    for words, name in (
        ("get help now", "em"),
        ("print", "print"),
        (r"^rest\b|you rest\b", "pause"),
        ("pain can|some days|numb", "wave"),
        ("driv|you home", "car"),
        ("bath", "bath"),
        ("lift", "weight"),
        ("spot on|cut is", "spot"),
        ("medicine|opioid", "pill"),
        ("walk|exercise|physical therapy", "walk"),
        (r"call us|whom to call|^call\b", "phone"),
        ("staff|whoever", "person"),
        (r"check-in|first form|we ask you|log\b|questions|tick", "pen"),
        ("more each day", "flow"),
        ("minutes|weeks later|month|longer|more time", "clock"),
    )
}


@register.filter
def entered(log: DailyLog) -> str:
    """When a log was saved: the time alone, if that was on the day it is about."""
    local = localtime(log.entered_at)
    if local.date() == log.log_date:
        return gettext("Saved at %(time)s.") % {"time": clock(local)}
    words = {"date": date_format(local, gettext("M j")), "time": clock(local)}
    return gettext("Saved on %(date)s at %(time)s.") % words


@register.filter
def with_unit(text: str) -> str:
    """The same words, with each temperature on one line."""
    return str(text).replace(" °", "\u00a0°")


def with_degrees(text: str) -> str:
    """A rule's text as a page prints it: the rules have no degree signs."""
    return TEMPERATURES.sub("\\1\u00a0°\\2", text)


@register.filter
def masked(address: str) -> str:
    """An e-mail address of which a passer-by learns little: m••••@mail.example."""
    name, _at, domain = str(address).partition("@")
    return f"{name[:1]}••••@{domain}"


@register.filter
def lines(text: str) -> list[str]:
    """A phase's advice holds one sentence a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@register.filter
def said(text: str) -> str:
    """A text of a phase, in the page's language."""
    return wording.said(text)


@register.filter
def source_said(text: str) -> str:
    """The source of a phase's texts, without the marks by which staff find it in the protocol."""
    words = wording.said(text)
    return type(words)(SOURCE_MARKS.sub("", words))


@register.filter
def owned(copyright_line: Text) -> str:
    """Whose an instrument is, in the page's language where its file says it so."""
    words = wording.asked(copyright_line)
    return words if words != copyright_line.base else wording.said(words)


@register.filter
def refilled(text: str) -> str:
    """Advice as it was kept, in the page's language."""
    return say_filled(text)


@register.filter
def halves(line: str) -> tuple[str, str]:
    """What stands before a line's first colon, and what stands after it, in the page's language."""
    name, _colon, rest = say(line).partition(":")
    return name.strip(), rest.strip()


@register.filter
def first_time(milestone: Milestone) -> str:
    """The date of a milestone and its day: Tuesday, March 3, day 1."""
    words = {"date": date_format(milestone.on, gettext("l, F j")), "day": milestone.day}
    if words["day"] < 0:
        return words["date"]
    return gettext("%(date)s, day %(day)d") % words


@register.filter
def days_of(place: Any) -> str:
    """Which days a phase's page is about."""
    if place.first_day is None:
        return gettext("Before your procedure")
    if place.last_day is None:
        return gettext("From day %(first)d on") % {"first": place.first_day}
    if place.first_day == place.last_day:
        return gettext("The day of your procedure")
    words = {"first": place.first_day, "last": place.last_day}
    return gettext("Days %(first)d to %(last)d") % words


@register.filter
def drawing(line: str, otherwise: str = "dot") -> str:
    """Which drawing fits a line of a phase's advice. It only decorates: the words say it all."""
    return next((name for words, name in DRAWINGS.items() if words.search(line)), otherwise)


@register.filter
def correctable(log: DailyLog, dates: tuple[date, date]) -> bool:
    return told.correctable(log, dates)


@register.simple_tag(takes_context=True)
def who_sees(context: Mapping[str, Any], severity: str | None, today: date) -> str:
    """What the clinic does with a saved log, and when: nothing here promises more than is so."""
    if severity == Severity.EMERGENCY:
        return gettext("Your clinic has been told. Do not wait for a call back.")
    reached = _reached(context)
    changes = reached["changes"]
    if severity == Severity.URGENT:
        told_too = gettext("The nurses can see it too, but please do not wait for their call.")
        if changes is None or not reached["open"]:
            # The advice above says when a closed clinic opens.
            return told_too
        return f"{told_too} " + gettext("We are open until %(time)s.") % {"time": clock(changes)}
    if reached["open"] or changes is None:
        return gettext("The nurses can see it. They may not read it before the next working day.")
    return gettext("We are closed now. The nurses can see it when we open, %(when)s.") % {
        "when": at_time(changes, today)
    }


@register.simple_tag(takes_context=True)
def emergency_text(context: Mapping[str, Any], rule_id: str) -> dict[str, str]:
    """What rule `rule_id` says, with the clinic's numbers; shown before anything is saved."""
    numbers = context["request"].clinic.numbers
    rule = RULES_BY_ID[rule_id]
    number = numbers[rule.calls]
    return {
        "text": fill(say(rule.patient_text), numbers),
        "number": number,
        "label": gettext("Call %(number)s") % {"number": number},
    }


@register.inclusion_tag("patient/_help.html", takes_context=True)
def help_bar(context: Mapping[str, Any], signs_url: str = "") -> dict[str, Any]:
    """The bar that is the last thing on every page. Without a clinic it knows one number."""
    return {"signs_url": signs_url, "clinic": _reached(context), **_emergency(context)}


@register.simple_tag(takes_context=True)
def call_us(context: Mapping[str, Any]) -> str:
    """The clinic's number that is answered now."""
    return _reached(context)["number"]


@register.filter
def day_on(recovery: Recovery, on: date) -> int:
    return recovery.day_on(on)


@register.inclusion_tag("patient/_call.html", takes_context=True)
def whom_to_call(context: Mapping[str, Any], today: date) -> dict[str, Any]:
    """All numbers, the one that is answered now before the one that is answered later."""
    numbers = context["request"].clinic.numbers
    return {"numbers": numbers, "clinic": _reached(context), "today": today}


@register.inclusion_tag("patient/_disclaimer.html", takes_context=True)
def disclaimer(context: Mapping[str, Any]) -> dict[str, Any]:
    return _emergency(context)


@register.simple_tag
def advice_heading(severity: str, rule_id: str) -> str:
    urgent = Severity(severity) == Severity.URGENT
    return str(_("Call now") if urgent and rule_id in CALL_NOW else HEADINGS[Severity(severity)])


@register.inclusion_tag("patient/_advice.html", takes_context=True)
def advice(
    context: Mapping[str, Any],
    severity: str,
    text: str,
    rule_id: str,
    *,
    level: str = "h1",
    focus: bool = False,
    name: str = "advice",
) -> dict[str, Any]:
    """The one text, unaltered, and the number it says to call first.

    A closed clinic is not called: the button of an urgent rule then dials the after-hours line,
    and a sentence beneath says so (docs/protocol.md).
    """
    clinic, reached = context["request"].clinic, _reached(context)
    calls = calls_for(rule_id, severity) if rule_id in RULES_BY_ID else ""
    urgent = severity == Severity.URGENT
    target = number_to_call(calls, clinic_open=reached["open"]) if urgent else calls
    return {
        "severity": severity,
        "heading": advice_heading(severity, rule_id),
        "name": name,
        "text": text,
        "level": level,
        "focus": focus,
        "numbers": clinic.numbers,
        "number": clinic.numbers.get(target, ""),
        "closed": urgent and not reached["open"],
        "opens": reached["changes"],
        "today": localdate(context["request"].now),
        "poison": target == "poison_phone",
        "after_hours": clinic.after_hours_phone,
        # While we are open the other number stands ready for the evening.
        "later": reached if urgent and reached["open"] and calls == "clinic_phone" else None,
    }


@register.filter
def with_numbers(text: str, numbers: Mapping[str, str]) -> SafeString:
    """The same words, with each number of the clinic bold and never broken over two lines."""
    marked = escape(with_degrees(text))
    given = sorted({escape(number) for number in numbers.values() if number}, key=len)
    if given:
        pattern = "|".join(re.escape(number) for number in reversed(given))
        marked = re.sub(rf"(?<!\w)({pattern})(?!\w)", r'<b class="ic-nowrap">\1</b>', marked)
    return mark_safe(marked)  # noqa: S308 - both parts are escaped above


def _emergency(context: Mapping[str, Any]) -> dict[str, str]:
    clinic = getattr(context["request"], "clinic", None)
    number = clinic.numbers["emergency_number"] if clinic else settings.EMERGENCY_NUMBER
    return {"emergency": number}


def _reached(context: Mapping[str, Any]) -> dict[str, Any] | None:
    """How the clinic is reached now: its number, whether it is open, and when that changes."""
    request = context["request"]
    clinic = getattr(request, "clinic", None)
    if clinic is None:
        return None
    opened = clinic.calendar.is_open(request.now)
    number = clinic.clinic_phone if opened else clinic.after_hours_phone
    return {
        "open": opened,
        "number": number or clinic.clinic_phone,
        "changes": clinic.calendar.next_change(request.now),
        "after_hours": clinic.after_hours_phone,
    }
