"""What timelines, lists of logs and forms call things."""

from datetime import date
from typing import Any

from django import template
from django.utils.translation import gettext as _

from recovery.forms.pathway_words import slot_name
from recovery.models import DailyLog, Milestone, Recovery
from recovery.queries.checkins import STAFF_NAMES
from recovery.queries.pathways import SHIPPED_TITLE, severity_shown

register = template.Library()


@register.filter
def form_name(form: str) -> str:
    return str(STAFF_NAMES.get(form, form))


@register.filter
def planned_name(one: Any) -> str:
    """A check-in, or a form that is to come, with its day: Pulse D17."""
    return slot_name(one.key, one.form, one.day)


@register.filter
def severity_told(log: DailyLog) -> str:
    """How loud the text was that the patient was shown, also where a correction came since."""
    return severity_shown(log) or ""


@register.filter
def log_source(log: Any) -> str:
    return source_words(log.source, log.mode)


def source_words(source: str, mode: str) -> str:
    """Who entered it and how: caregiver, signed in."""
    return f"{DailyLog.Source(source).label}, {str(DailyLog.Mode(mode).label).lower()}"


def milestone_name(row: Any) -> str:
    return str(Milestone.Code(row.code).label)


def milestone_on(row: Any) -> date:
    """The date that was told, which a union of tables carries as text."""
    return date.fromisoformat(row.text)


def milestone_source(row: Any) -> str:
    return str(DailyLog.Source(row.kind).label)


def state_name(code: str) -> str:
    return str(Recovery.State(code).label)


def newest_name(row: Any) -> str:
    """The pathway that new recoveries follow, as `record.newest` has it."""
    return version_words(row.kind, row.text)


def version_words(title: str, number: Any) -> str:
    """Version 2, Our pathway. Shipped ones have no title."""
    if not title:
        return SHIPPED_TITLE
    return _("version %(n)s, %(title)s") % {"n": number, "title": title}
