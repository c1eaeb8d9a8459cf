"""How a line of the ledger reads: what the mail is about, what became of it, and why not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django import template
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.pathway import Occasion
from recovery.models import Channel, CheckIn, DailyLog, MailEvent, Message
from recovery.queries.ledger import BACK, FAILS, KINDS, kind_of
from recovery.templatetags.patient import masked
from recovery.templatetags.staff import day_label, full_time, hm
from recovery.templatetags.timeline import form_name

register = template.Library()

Kind, State, Reason = Message.Kind, Message.State, Message.Reason
SPAM = (MailEvent.Kind.COMPLAINED, MailEvent.Kind.UNSUBSCRIBED)


class Fate(NamedTuple):
    """A word with its shape, and the tints of the word and of the row."""

    word: str
    shape: str
    tint: str
    row: str


@register.filter
def weekday_time(at: datetime) -> str:
    """Wed Nov 18, 20:00."""
    return f"{WEEKDAYS_ABBR[timezone.localtime(at).weekday()]} {full_time(at)}"


@register.filter
def fate(mail: Message) -> Fate:
    told = {event.kind for event in mail.events.all()}
    if mail.state in (State.OWED, State.CLAIMED, State.HANDING):
        return Fate(_("Waits"), "clock", "plan", "is-plan")
    if mail.state == State.UNKNOWN:
        return Fate(_("Unknown"), "ask", "ask", "is-ask")
    if told & set(BACK) or (mail.state == State.REFUSED and mail.reason in FAILS):
        return Fate(_("Bounced"), "bounce", "bad", "is-bad")
    if mail.state == State.REFUSED:
        return Fate(_("Refused"), "no", "bad", "is-bad")
    if mail.state == State.NOT_SENT:
        return Fate(_("Not sent"), "no", "not", "")
    if answered_at(mail):
        return Fate(_("Answered"), "check", "", "")
    if MailEvent.Kind.OPENED in told:
        return Fate(MailEvent.Kind.OPENED.label, "check", "", "")
    if MailEvent.Kind.DELIVERED in told:
        return Fate(_("Delivered"), "check", "", "")
    return Fate(_("Sent"), "send", "", "")


def answered_at(mail: Message) -> datetime | None:
    """When what a sent reminder asks for was answered after it."""
    checkin = mail.checkin
    if mail.kind != Kind.REMINDER or checkin is None or mail.sent_at is None:
        return None
    done = checkin.completed_at
    return done if done is not None and done >= mail.sent_at else None


def opened_at(mail: Message) -> datetime | None:
    """When its link was first opened after it had gone and before the next one had."""
    return next((e.at for e in mail.events.all() if e.kind == MailEvent.Kind.OPENED), None)


def checkin_name(checkin: CheckIn | Occasion) -> str:
    """Log D10, or the form's name with its day."""
    day = day_label(checkin.day)
    if checkin.form in LOG_FORMS:
        return _("Log %(day)s") % {"day": day}
    return f"{form_name(checkin.form)} {day}"


@register.filter
def checkin_names(checkins: Sequence[CheckIn]) -> str:
    return ", ".join(checkin_name(checkin) for checkin in checkins)


@register.filter
def about(mail: Message) -> str:
    """What a mail is about: a check-in, or its kind."""
    return checkin_name(mail.checkin) if mail.checkin else kind_name(mail)


def kind_name(mail: Message) -> str:
    return str(KINDS[kind_of(mail)].label)


@register.filter
def which(mail: Message) -> str:
    """Reminder 2, a new link, or to whom of the staff it goes."""
    if mail.kind == Kind.REMINDER:
        if mail.number is None:
            return _("New link, asked for")
        name = _("Reminder %(n)d") % {"n": mail.number}
        if mail.number == 0:
            name = _("Asked for later")
        return _("%(name)s, by text") % {"name": name} if by_text(mail) else name
    if mail.kind in (Kind.ALERT, Kind.ESCALATION):
        return _("to %(name)s") % {"name": mail.user}
    return ""


@register.filter
def goes_to(mail: Message) -> str:
    """An address or a number, of which a passer-by learns little."""
    if by_text(mail) and mail.recovery is not None and mail.recovery.patient.mobile:
        return f"••••{mail.recovery.patient.mobile[-2:]}"
    return masked(mail.user.email) if mail.user else _("nobody")


def by_text(mail: Message) -> bool:
    return mail.channel == Channel.SMS


@register.filter
def happened(mail: Message) -> str:
    """What happened after that, in sentences, or why it was not sent."""
    said = []
    if mail.state == State.OWED:
        said.append(_("Goes %(at)s") % {"at": weekday_time(mail.send_after)})
    elif mail.state in (State.CLAIMED, State.HANDING):
        said.append(_("Goes now"))
    elif mail.state == State.UNKNOWN:
        lost = _("The provider's answer was lost. It is not sent again by itself")
        by_mail = _("The mail server's answer was lost. It is not sent again by itself")
        said.append(lost if by_text(mail) else by_mail)
    elif mail.sent_at:
        said.append(_("Sent %(at)s") % {"at": _since(mail.sent_at, mail.planned_at)})
    if mail.state in (State.NOT_SENT, State.REFUSED):
        said.append(_why_not(mail))
    for event in mail.events.all():
        # What it was settled by is said already.
        if event.kind in (MailEvent.Kind.DELIVERED, MailEvent.Kind.OPENED, *BACK, *SPAM):
            label = MailEvent.Kind(event.kind).label
            said.append(f"{label} {_since(event.at, mail.planned_at)}")
    if mail.state == State.SENT and mail.kind == Kind.REMINDER:
        said.append(_answer(mail))
    return ". ".join(part for part in said if part)


@register.filter
def reason_of(refused: Mapping[int, Message.Reason], mail: Message) -> str:
    """Why a mail that is owed will not go, as things stand."""
    return str(refused[mail.pk].label).lower()


def _since(at: datetime, before: datetime) -> str:
    """The hour; with the day where it is another than `before`'s."""
    same = timezone.localdate(at) == timezone.localdate(before)
    return hm(at) if same else weekday_time(at)


def _why_not(mail: Message) -> str:
    done = mail.checkin and mail.checkin.completed_at
    if mail.reason == Reason.ANSWERED and done:
        return _("Already answered, %(at)s") % {"at": _since(done, mail.planned_at)}
    return str(Reason(mail.reason).label)


def _answer(mail: Message) -> str:
    at = answered_at(mail)
    if at is None:
        return ""
    when = {"at": _since(at, mail.planned_at)}
    if by_link(mail):
        return _("Answered by the link %(at)s") % when
    return _("Answered %(at)s") % when


def by_link(mail: Any) -> bool:
    """Whether what was answered came through a mail's link; `mail` of queries.ledger."""
    log = mail.checkin and mail.checkin.completed_by
    return (log.mode if log else mail.form_mode) == DailyLog.Mode.LINK
