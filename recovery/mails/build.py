"""Build a mail from its row in the outbox. Nothing about health stands in any of them.

One function a kind says what its templates need; the rest is the same for all.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.contrib.staticfiles import finders
from django.core.mail import EmailMultiAlternatives as Mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.models import CheckIn, Clinic, Message, User
from recovery.queries import digest
from recovery.queries.languages import Speeches
from recovery.tokens import link_token, unsubscribe_token
from recovery.wording import Speech, speaking

# What an answer takes, roughly.
LOG_MINUTES, FORM_MINUTES = 1, 3
TO_PATIENT = (Message.Kind.REMINDER, Message.Kind.INVITATION)


def build(message: Message, *, now: datetime, speeches: Speeches | None = None) -> Mail:
    """The mail of a row whose clinic, user, check-in and recovery with patient are loaded, and for
    a batch of them the recovery's open check-ins. `speeches` are shared by a batch.

    The Message-ID comes from the row, so a mail that is handed over again is the same mail.
    Raises whatever a broken template or row raises.
    """
    if message.user is None:
        raise ValueError(f"message {message.uuid} has nobody to go to")
    name, context = KINDS[_template(message)](message, now)
    return compose(
        name,
        context,
        clinic=message.clinic,
        to=message.user.email,
        to_patient=_to_patient(message),
        speech=speech_for(message, speeches or Speeches()),
        zone=message.recovery.patient.zone if message.recovery else message.clinic.zone,
        headers=_headers(message, now),
        now=now,
    )


def compose(
    name: str,
    context: Mapping[str, Any],
    *,
    clinic: Clinic | None,
    to: str,
    to_patient: bool,
    speech: Speech,
    zone: str,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> Mail:
    """The mail of `templates/mails/<name>`, in that language and at that zone's times. Without a
    `clinic` it names none and no number.
    """
    with speaking(speech), timezone.override(ZoneInfo(zone)):
        writer = sender(clinic, to_patient=to_patient)
        words = {
            **context,
            "clinic": clinic,
            "sender": writer,
            "opens_at": _opens_at(clinic, now) if clinic and to_patient else None,
            "css": css(),
            "now": now,
        }
        subject = " ".join(render_to_string(f"mails/{name}.subject.txt", words).split())
        words["subject"] = subject
        mail = Mail(
            subject=subject,
            body=render_to_string(f"mails/{name}.txt", words),
            from_email=formataddr((writer, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
            to=[to],
            headers=dict(headers or _automatic(now)),
        )
        mail.attach_alternative(render_to_string(f"mails/{name}.html", words), "text/html")
    return mail


def code_mail(*, to: str, code: str, clinic: Clinic | None, speech: Speech, now: datetime) -> Mail:
    """The code with which `to` signs in. It has no row: the person is waiting."""
    return compose(
        "code",
        {"code": code},
        clinic=clinic,
        to=to,
        to_patient=True,
        speech=speech,
        zone=clinic.zone if clinic else settings.TIME_ZONE,
        now=now,
    )


def speech_for(message: Message, speeches: Speeches) -> Speech:
    """What is spoken in the mail: to a patient the patient's language where the clinic offers it,
    to staff English, as on their pages.
    """
    if not _to_patient(message) or message.recovery is None:
        return Speech()
    return speeches.of(message.recovery.patient, message.recovery.pathway_id)


def address(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _template(message: Message) -> str:
    if message.kind == Message.Kind.INVITATION and message.recovery is None:
        return "password"
    return "alert" if message.kind == Message.Kind.ESCALATION else message.kind


def _to_patient(message: Message) -> bool:
    return message.kind in TO_PATIENT and message.recovery is not None


def sender(clinic: Clinic | None, *, to_patient: bool) -> str:
    """In one line, as a header must be. To a patient the clinic is named as it chose to be named in
    mails, and not at all where it chose nothing: its name can be a hint.
    """
    if clinic is None:
        return gettext("Your clinic")
    name = clinic.mail_name or ("" if to_patient else clinic.name)
    return " ".join(name.split()) or gettext("Your clinic")


def _opens_at(clinic: Clinic, now: datetime) -> datetime | None:
    """When a closed clinic opens again, for those who may call it: patients."""
    return None if clinic.calendar.is_open(now) else clinic.calendar.next_change(now)


def _automatic(now: datetime) -> dict[str, str]:
    return {
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def _headers(message: Message, now: datetime) -> dict[str, str]:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    headers = {"Message-ID": f"<{message.uuid}@{domain}>", **_automatic(now)}
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
def css() -> str:
    """The one stylesheet of all mails; it stands in their head, since mail loads no file."""
    path = finders.find("css/mail.css")
    return Path(str(path)).read_text(encoding="utf-8")
