"""Build a mail from its row in the outbox. Nothing about health stands in any of them.

One function a kind says what its templates need; the rest is the same for all.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.contrib.staticfiles import finders
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.models import CheckIn, Message, User
from recovery.queries import digest
from recovery.tokens import link_token, unsubscribe_token

# What an answer takes, roughly.
LOG_MINUTES, FORM_MINUTES = 1, 3
TO_PATIENT = (Message.Kind.REMINDER, Message.Kind.INVITATION)


def build(message: Message, *, now: datetime) -> EmailMultiAlternatives:
    """The mail of a row whose clinic, user, check-in and recovery with patient are loaded, and for
    a batch of them the recovery's open check-ins.

    The Message-ID comes from the row, so a mail that is handed over again is the same mail.
    Raises whatever a broken template or row raises.
    """
    if message.user is None:
        raise ValueError(f"message {message.uuid} has nobody to go to")
    name, context = KINDS[_template(message)](message, now)
    zone = message.recovery.patient.zone if message.recovery else message.clinic.zone
    with translation.override(language_of(message)), timezone.override(ZoneInfo(zone)):
        context |= {
            "clinic": message.clinic,
            "sender": sender(message),
            "opens_at": _opens_at(message, now),
            "css": _css(),
            "now": now,
        }
        mail = EmailMultiAlternatives(
            subject=" ".join(render_to_string(f"mails/{name}.subject.txt", context).split()),
            body=render_to_string(f"mails/{name}.txt", context),
            from_email=formataddr((sender(message), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
            to=[message.user.email],
            headers=_headers(message, now),
        )
        mail.attach_alternative(render_to_string(f"mails/{name}.html", context), "text/html")
    return mail


def address(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _template(message: Message) -> str:
    if message.kind == Message.Kind.INVITATION and message.recovery is None:
        return "password"
    return "alert" if message.kind == Message.Kind.ESCALATION else message.kind


def language_of(message: Message) -> str:
    """The patient's own, also where the address is shared; that of a colleague otherwise."""
    if message.recovery is not None and message.kind in TO_PATIENT:
        return message.recovery.patient.language
    return message.user.language if message.user else settings.LANGUAGE_CODE


def sender(message: Message) -> str:
    """In one line, as a header must be."""
    return " ".join((message.clinic.mail_name or message.clinic.name).split())


def _opens_at(message: Message, now: datetime) -> datetime | None:
    """When a closed clinic opens again, for those who may call it: patients."""
    to_patient = message.kind in TO_PATIENT
    if not to_patient or message.recovery is None or message.clinic.calendar.is_open(now):
        return None
    return message.clinic.calendar.next_change(now)


def _headers(message: Message, now: datetime) -> dict[str, str]:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    headers = {
        "Message-ID": f"<{message.uuid}@{domain}>",
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if message.kind == Message.Kind.REMINDER:
        headers["List-Unsubscribe"] = f"<{_stop_link(message)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _stop_link(message: Message) -> str:
    assert message.recovery is not None
    return address(reverse("unsubscribe", args=[unsubscribe_token(message.recovery.patient)]))


def _reminder(message: Message, now: datetime) -> tuple[str, dict[str, Any]]:
    checkin, recovery = message.checkin, message.recovery
    assert checkin is not None
    assert recovery is not None
    others = also_open(message, recovery.checkins.all(), now)
    return "reminder", {
        "link": _link(checkin),
        "others": [_link(other) for other in others],
        "minutes": LOG_MINUTES if checkin.form in LOG_FORMS else FORM_MINUTES,
        "later_link": address(reverse("link_later", args=[link_token(checkin)])),
        "stop_link": _stop_link(message),
        "due_at": checkin.due_at,
        "expires_at": checkin.expires_at,
    }


def _link(checkin: CheckIn) -> str:
    return address(reverse("link", args=[link_token(checkin)]))


def also_open(message: Message, checkins: Iterable[CheckIn], now: datetime) -> list[CheckIn]:
    """The other forms of these that wait for an answer: one mail a time names them all."""
    assert message.checkin is not None
    this = message.checkin
    waiting = [
        checkin
        for checkin in checkins
        if checkin.is_open and checkin.opens_at <= now < checkin.expires_at
    ]
    return sorted(
        (
            checkin
            for checkin in waiting
            if checkin.anchor == this.anchor and checkin.key != this.key
        ),
        key=lambda checkin: checkin.expires_at,
    )


def _invitation(message: Message, now: datetime) -> tuple[str, dict[str, Any]]:
    return "invitation", {"link": address(reverse("account_login")), "user": message.user}


def _password(message: Message, now: datetime) -> tuple[str, dict[str, Any]]:
    assert message.user is not None
    return "password", {"link": password_link(message.user)}


def password_link(user: User) -> str:
    """Where its holder chooses a password for `user`, once and for three days."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return address(reverse("staff_welcome", args=[uid, token]))


def _alert(message: Message, now: datetime) -> tuple[str, dict[str, Any]]:
    return "alert", {
        "link": address(reverse("queue")),
        "again": message.kind == Message.Kind.ESCALATION,
        "choose_link": address(reverse("my_mails")),
    }


def _digest(message: Message, now: datetime) -> tuple[str, dict[str, Any]]:
    return "digest", {
        "link": address(reverse("queue")),
        "choose_link": address(reverse("my_mails")),
        "waiting": digest.waiting([message.clinic_id]).get(message.clinic_id, digest.Waiting()),
    }


KINDS: dict[str, Callable[[Message, datetime], tuple[str, dict[str, Any]]]] = {
    "reminder": _reminder,
    "invitation": _invitation,
    "password": _password,
    "alert": _alert,
    "digest": _digest,
}


@lru_cache(maxsize=1)
def _css() -> str:
    """The one stylesheet of all mails; it stands in their head, since mail loads no file."""
    path = finders.find("css/mail.css")
    return Path(str(path)).read_text(encoding="utf-8")
