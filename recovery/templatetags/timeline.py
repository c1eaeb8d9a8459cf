"""How the entries of a timeline read."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.forms.pathway_words import slot_name
from recovery.models import Alert, DailyLog, FactChange, Message, Milestone, Patient, Recovery
from recovery.models.alerts import Severity
from recovery.models.recoveries import Modic
from recovery.queries.checkins import STAFF_NAMES
from recovery.queries.pathways import SHIPPED_TITLE, severity_shown
from recovery.templatetags.staff import day_label, full_time, hm

register = template.Library()

SHAPES = {Severity.EMERGENCY: "em", Severity.URGENT: "ur", Severity.REVIEW: "re"}
TO_STAFF = (Message.Kind.ALERT, Message.Kind.ESCALATION)


@register.filter
def form_name(form: str) -> str:
    return str(STAFF_NAMES.get(form, form))


@register.filter
def planned_name(one: Any) -> str:
    """A check-in, or a form that is to come, with its day: Pulse D17."""
    return slot_name(one.key, one.form, one.day)


@register.filter
def is_log(form: str) -> bool:
    return form in LOG_FORMS


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
def severity_told(log: DailyLog) -> str:
    """How loud the text was that the patient was shown, also where a correction came since."""
    return severity_shown(log) or ""


@register.filter
def log_source(log: Any) -> str:
    """Who entered it and how: caregiver, signed in."""
    return _source(log.source, log.mode)


@register.filter
def form_source(row: Any) -> str:
    """The same of a form, which a union of tables carries under other names."""
    return _source(row.code, row.text)


def _source(source: str, mode: str) -> str:
    return f"{DailyLog.Source(source).label}, {str(DailyLog.Mode(mode).label).lower()}"


@register.filter
def log_words(event: Any) -> str:
    """Log D16, pain 5, entered later."""
    log, day = event.log, {"day": day_label(event.log.day)}
    words = [_("Correction of %(day)s") % day if log.supersedes_id else _("Log %(day)s") % day]
    if log.pain_avg is not None:
        words.append(_("pain %(pain)s") % {"pain": log.pain_avg})
    if log.late:
        words.append(_("entered later"))
    return ", ".join(words)


@register.filter
def reminded(event: Any) -> str:
    """Reminded 17:00 and 20:00; with the day where it is another than the entry's."""
    day, times = timezone.localdate(event.at), []
    for at in event.reminded:
        times.append(hm(at) if timezone.localdate(at) == day else full_time(at))
        day = timezone.localdate(at)
    return _("Reminded %(times)s") % {"times": get_text_list(times, _("and"))}


@register.filter
def milestone_name(row: Any) -> str:
    return str(Milestone.Code(row.code).label)


@register.filter
def milestone_on(row: Any) -> date:
    """The date that was told, which a union of tables carries as text."""
    return date.fromisoformat(row.text)


@register.filter
def milestone_source(row: Any) -> str:
    return str(DailyLog.Source(row.kind).label)


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


@register.filter
def to_int(text: str) -> int:
    """A number that a union of tables carries as text."""
    return int(text)


@register.filter
def as_uuid(text: str) -> uuid.UUID:
    return uuid.UUID(text)


@register.filter
def state_name(code: str) -> str:
    return str(Recovery.State(code).label)


@register.filter
def move_words(row: Any, zone: str) -> str:
    """Procedure moved from Mar 10, 09:30 to Mar 17, 09:30, in the patient's zone."""
    return _("Procedure moved from %(before)s to %(after)s") % {
        "before": _moment(row.kind, zone),
        "after": _moment(row.code, zone),
    }


@register.filter
def pathway_words(row: Any) -> str:
    """Pathway moved from Default pathway to version 2, Our pathway. Shipped ones have no title."""
    return _("Pathway moved from %(before)s to %(after)s") % {
        "before": _version(row.kind, row.text),
        "after": _version(row.code, row.number),
    }


@register.filter
def newest_name(row: Any) -> str:
    """The pathway that new recoveries follow, as `record.newest` has it."""
    return _version(row.kind, row.text)


def _version(title: str, number: Any) -> str:
    if not title:
        return SHIPPED_TITLE
    return _("version %(n)s, %(title)s") % {"n": number, "title": title}


@register.filter
def fact_words(row: Any, zone: str) -> str:
    """Baseline pain: 6, before 7. Discharged at: Mar 10, 14:05."""
    model = Patient if row.kind in FactChange.OF_PATIENT else Recovery
    name = str(model._meta.get_field(row.kind).verbose_name)  # noqa: SLF001 - Django documents it
    after = _fact(row.kind, row.text, zone)
    if not row.code:
        return f"{capfirst(name)}: {after}"
    before = _fact(row.kind, row.code, zone)
    return f"{capfirst(name)}: {after}, " + _("before: %(value)s") % {"value": before}


def _fact(name: str, text: str, zone: str) -> str:
    if not text:
        return _("not known")
    if name == "discharged_at":
        return _moment(text, zone)
    if name == "birth_date":
        return date_format(date.fromisoformat(text), "M j, Y")
    if name == "modic":
        return str(Modic(text).label)
    return {"yes": _("yes"), "no": _("no")}.get(text, text)


def _moment(text: str, zone: str) -> str:
    """A time that the database wrote as text; without an offset it is UTC."""
    at = datetime.fromisoformat(text)
    at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))
    return f"{date_format(at, 'M j, Y')}, {at:%H:%M}"
