"""The entries of a timeline as HTML: filled in here, as the rows of lists are (lists.py)."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.models import Alert, FactChange, Message, Patient, Recovery
from recovery.models.alerts import Severity
from recovery.models.recoveries import Modic
from recovery.queries.timeline import Event
from recovery.templatetags.filled import escaped
from recovery.templatetags.staff import contact_kind, contact_outcome, day_label, full_time, hm
from recovery.templatetags.timeline import (
    form_name,
    milestone_name,
    milestone_on,
    milestone_source,
    source_words,
    version_words,
)
from recovery.templatetags.times import Times

register = template.Library()

ENTRY = (
    '<li{shade}><time>{at}</time><svg class="ic-i" aria-hidden="true"><use href="#i-{icon}"/></svg>'
    "<span>{words}{more}</span></li>"
)
SHAPES = {Severity.EMERGENCY: "em", Severity.URGENT: "ur", Severity.REVIEW: "re"}
WORST_FIRST = list(SHAPES)
CONTACT_ICONS = {"visit": "walk", "message": "mail"}
TO_STAFF = (Message.Kind.ALERT, Message.Kind.ESCALATION)


class Told(NamedTuple):
    """What an entry says: in words, and in small lines under them."""

    icon: str
    words: str
    more: Sequence[str] = ()
    # The shape of an alert that is raised or closed.
    shape: str = ""


@register.simple_tag(takes_context=True)
def entries(context: Context) -> SafeString:
    """The page's `events`, of its `recovery`."""
    times, zone = Times(context["request"].now), context["recovery"].patient.zone
    told = (_entry(event, times, zone) for event in context["events"])
    return mark_safe("".join(told))  # noqa: S308 - every value is escaped on its way in


def _entry(event: Event, times: Times, zone: str) -> str:
    told = TELL[event.what](event, zone)
    planned = event.what == "procedure" and event.at > times.now
    if planned:
        told = Told("spot", _("Procedure planned for %(at)s") % {"at": full_time(event.at)})
    at = date_format(times.on(event.at), "M j") if planned else times.day_and_time(event.at)
    return ENTRY.format(
        at=escaped(at),
        icon=told.icon,
        words=escaped(told.words),
        more="".join(f"<br><small>{escaped(line)}</small>" for line in told.more),
        shade=f' class="is-{told.shape}"' if told.shape else "",
    )


def _log(event: Event, _zone: str) -> Told:
    """Log D16, pain 5, entered later."""
    log = event.log
    assert log is not None, "an entry of a log has it"
    day = {"day": day_label(log.day)}
    words = [_("Correction of %(day)s") % day if log.supersedes_id else _("Log %(day)s") % day]
    if log.pain_avg is not None:
        words.append(_("pain %(pain)s") % {"pain": log.pain_avg})
    if log.late:
        words.append(_("entered later"))
    more = []
    if log.rules:
        rules = ngettext("Rule %(rules)s", "Rules %(rules)s", len(log.rules))
        more.append(rules % {"rules": ", ".join(log.rules)})
    if log.source != "patient":
        more.append(source_words(log.source, log.mode))
    return Told("pen", ", ".join(words), [*more, *_reminded(event)])


def _raised(event: Event, _zone: str) -> Told:
    worst = min(event.alerts, key=lambda alert: WORST_FIRST.index(Severity(alert.severity)))
    words = {
        "severity": Severity(worst.severity).label,
        "rules": ", ".join(alert.rule for alert in event.alerts),
    }
    shape = SHAPES[Severity(worst.severity)]
    return Told(shape, _("%(severity)s raised: %(rules)s") % words, shape=shape)


def _closed(event: Event, _zone: str) -> Told:
    [alert] = event.alerts
    words = {"rule": alert.rule, "reason": alert.get_closing_reason_display().lower()}
    more = [str(alert.closed_by), alert.closing_text, _complication(alert)]
    return Told(
        "check",
        _("%(rule)s closed: %(reason)s") % words,
        [". ".join(filter(None, more))],
        SHAPES[Severity(alert.severity)],
    )


def _complication(alert: Alert) -> str:
    if not alert.complication:
        return ""
    return _("Complication: %(name)s") % {"name": alert.get_complication_display().lower()}


def _contact(event: Event, _zone: str) -> Told:
    row = event.row
    assert row is not None, "an entry of a table's row has it, here and below"
    who = row.person
    if row.number is not None:
        who += ", " + _("%(n)s min") % {"n": row.number}
    words = f"{capfirst(contact_kind(row.kind))}: {contact_outcome(row.code)}"
    return Told(CONTACT_ICONS.get(row.kind, "phone"), words, [_and_why(who, row.text)])


def _and_why(who: str, text: str) -> str:
    return f"{who}. {text}" if text else who


def _note(event: Event, _zone: str) -> Told:
    row: Any = event.row
    return Told("pen", f"{_('Note')}: {row.text}", [row.person])


def _snooze(event: Event, _zone: str) -> Told:
    row: Any = event.row
    words = _("%(rule)s snoozed up to %(level)s") % {"rule": row.kind, "level": row.number}
    return Told("re", words, [f"{row.person}. {row.text}"])


def _wait(event: Event, _zone: str) -> Told:
    can_wait, cannot = _("Patient says: can wait until tomorrow"), _("Patient says: cannot wait")
    row: Any = event.row
    return Told("pen", can_wait if row.number else cannot)


def _missed(event: Event, _zone: str) -> Told:
    row: Any = event.row
    if row.kind in LOG_FORMS:
        words = _("Log %(day)s not answered in time") % {"day": day_label(row.number)}
    else:
        words = _("%(name)s not answered in time") % {"name": form_name(row.kind)}
    return Told("silent", words, _reminded(event))


def _form(event: Event, _zone: str) -> Told:
    row: Any = event.row
    words = _("Correction of %(name)s") if row.number else _("%(name)s answered")
    source = [source_words(row.code, row.text)] if row.code != "patient" else []
    return Told("pen", words % {"name": form_name(row.kind)}, [*source, *_reminded(event)])


def _reminded(event: Event) -> list[str]:
    """Reminded 17:00 and 20:00; with the day where it is another than the entry's."""
    day, times = timezone.localdate(event.at), []
    for at in event.reminded:
        times.append(hm(at) if timezone.localdate(at) == day else full_time(at))
        day = timezone.localdate(at)
    return [_("Reminded %(times)s") % {"times": get_text_list(times, _("and"))}] if times else []


def _milestone(event: Event, _zone: str) -> Told:
    row: Any = event.row
    words = _("%(what)s: %(on)s") % _of_milestone(row)
    return Told("walk", words, [f"{milestone_source(row)}, {row.person}"])


def _withdrawn(event: Event, _zone: str) -> Told:
    row: Any = event.row
    return Told("pen", _("No longer said: %(what)s, %(on)s") % _of_milestone(row), [row.person])


def _of_milestone(row: Any) -> dict[str, str]:
    return {"what": milestone_name(row), "on": date_format(milestone_on(row), "M j")}


def _room(event: Event, _zone: str) -> Told:
    row: Any = event.row
    marks = ngettext("Observation, %(n)s mark", "Observation, %(n)s marks", row.number)
    left, more = int(row.code), []
    if left:
        points = ngettext(
            "Discharged with %(n)s point open", "Discharged with %(n)s points open", left
        )
        more.append(points % {"n": left})
    return Told("check", marks % {"n": row.number}, more)


def _mail(event: Event, _zone: str) -> Told:
    """What a mail was and what became of it, with the reason when it was not sent."""
    row: Any = event.row
    kind = Message.Kind(row.kind)
    words = str(kind.label)
    if kind == Message.Kind.REMINDER and row.number:
        words = _("Reminder %(n)d") % {"n": row.number}
    if kind in TO_STAFF:
        words = ngettext(
            "%(kind)s mail to %(n)d person", "%(kind)s mail to %(n)d people", event.count
        ) % {"kind": words, "n": event.count}
    words += f": {str(Message.State(row.code).label).lower()}"
    return Told("mail", f"{words}. {Message.Reason(row.text).label}" if row.text else words)


def _move(event: Event, zone: str) -> Told:
    """Procedure moved from Mar 10, 09:30 to Mar 17, 09:30, in the patient's zone."""
    row: Any = event.row
    words = {"before": _moment(row.kind, zone), "after": _moment(row.code, zone)}
    text = _("Procedure moved from %(before)s to %(after)s") % words
    return Told("spot", text, [_and_why(row.person, row.text)])


def _pathway(event: Event, _zone: str) -> Told:
    """Pathway moved from Default pathway to version 2, Our pathway. Shipped ones have no title."""
    row: Any = event.row
    before, after = version_words(row.kind, row.text), version_words(row.code, row.number)
    words = _("Pathway moved from %(before)s to %(after)s") % {"before": before, "after": after}
    return Told("flow", words, [row.person])


def _fact(event: Event, zone: str) -> Told:
    """Baseline pain: 6, before 7. Discharged at: Mar 10, 14:05."""
    row: Any = event.row
    model = Patient if row.kind in FactChange.OF_PATIENT else Recovery
    name = str(model._meta.get_field(row.kind).verbose_name)  # noqa: SLF001 - Django documents it
    words = f"{capfirst(name)}: {_value(row.kind, row.text, zone)}"
    if row.code:
        before = _value(row.kind, row.code, zone)
        words += ", " + _("before: %(value)s") % {"value": before}
    return Told("pen", words, [row.person])


def _value(name: str, text: str, zone: str) -> str:
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


def _procedure(_event: Event, _zone: str) -> Told:
    return Told("spot", _("Procedure"))


# By what an entry is.
TELL: dict[str, Callable[[Event, str], Told]] = {
    "log": _log,
    "correction": _log,
    "raised": _raised,
    "closed": _closed,
    "contact": _contact,
    "note": _note,
    "snooze": _snooze,
    "wait": _wait,
    "missed": _missed,
    "form": _form,
    "milestone": _milestone,
    "withdrawn": _withdrawn,
    "room": _room,
    "mail": _mail,
    "move": _move,
    "pathway": _pathway,
    "fact": _fact,
    "procedure": _procedure,
}
