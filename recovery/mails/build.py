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
from recovery.mails.merge import Merge, Own
from recovery.models import CheckIn, Clinic, Message, User
from recovery.queries import digest
from recovery.queries.languages import Speeches
from recovery.tokens import link_token, unsubscribe_token
from recovery.wording import Speech, speaking

# What an answer takes, roughly. Of the forms nobody knows: they differ, and clinics add to them.
MINUTES = dict.fromkeys(LOG_FORMS, 1)
TO_PATIENT = (Message.Kind.REMINDER, Message.Kind.INVITATION)
# What of a context differs from one reader to the next.
LINKS = ("link", "others", "later_link", "stop_link")


class Batch:
    """What the mails of a batch share: how their readers are spoken to, and their words."""

    def __init__(self) -> None:
        self.speeches, self.merge = Speeches(), Merge()


def build(message: Message, *, now: datetime, batch: Batch | None = None) -> Mail:
    """The mail of a row whose clinic, user, check-in and recovery with patient are loaded, and for
    a batch of them the recovery's open check-ins.

    The Message-ID comes from the row, so a mail that is handed over again is the same mail.
    Raises whatever a broken template or row raises.
    """
    if message.user is None:
        raise ValueError(f"message {message.uuid} has nobody to go to")
    batch = batch or Batch()
    name, context = KINDS[_template(message)](message, now)
    return compose(
        name,
        context,
        merge=batch.merge,
        clinic=message.clinic,
        to=message.user.email,
        to_patient=_to_patient(message),
        speech=speech_for(message, batch.speeches),
        zone=message.recovery.patient.zone if message.recovery else message.clinic.zone,
        headers=_headers(message, now, stop_link=context.get("stop_link")),
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
    merge: Merge | None = None,
) -> Mail:
    """The mail of `templates/mails/<name>`, in that language and at that zone's times. Without a
    `clinic` it names none and no number.
    """
    own = {key: context[key] for key in LINKS if key in context}
    own |= {"to": to, "headers": headers or _automatic(now)}
    shared = {key: value for key, value in context.items() if key not in own}
    opens_at = _opens_at(clinic, now) if clinic and to_patient else None
    with speaking(speech), timezone.override(ZoneInfo(zone)):
        writer = sender(clinic, to_patient=to_patient)
        frame = {
            "clinic": clinic,
            "sender": writer,
            # Staff do not call their own clinic.
            "call": clinic.clinic_phone if clinic and to_patient else "",
            "opens_at": opens_at,
            "css": css(),
        }

        def make(own: Own) -> Mail:
            return _made(name, {**shared, **own, **frame})

        # A clinic's own words in a language are the same all through a batch.
        same = clinic and clinic.pk, to_patient, writer, opens_at, speech.language, zone
        return (merge or Merge()).mail((name, *same, *shared.items()), own, make)


def _made(name: str, context: dict[str, Any]) -> Mail:
    subject = " ".join(render_to_string(f"mails/{name}.subject.txt", context).split())
    mail = Mail(
        subject=subject,
        body=render_to_string(f"mails/{name}.txt", context),
        from_email=formataddr((context["sender"], _own_address())),
        to=[context["to"]],
        headers=dict(context["headers"]),
    )
    page = render_to_string(f"mails/{name}.html", {**context, "subject": subject})
    mail.attach_alternative(page, "text/html")
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


@lru_cache(maxsize=8)
def _around(route: str) -> tuple[str, str]:
    """The path of a route before and after its token: to ask for it takes as long as to write the
    rest of a mail.
    """
    before, _token, after = reverse(route, args=["token"]).partition("token")
    return before, after


def _secret_link(route: str, token: str) -> str:
    before, after = _around(route)
    return address(f"{before}{token}{after}")


def _own_address() -> str:
    return _bare(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=1)
def _bare(named: str) -> str:
    return parseaddr(named)[1]


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


def _headers(message: Message, now: datetime, *, stop_link: str | None) -> dict[str, str]:
    domain = _own_address().partition("@")[2]
    headers = {"Message-ID": f"<{message.uuid}@{domain}>", **_automatic(now)}
    if stop_link:
        headers["List-Unsubscribe"] = f"<{stop_link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _reminder(message: Message, now: datetime) -> tuple[str, dict[str, Any]]:
    checkin, recovery = message.checkin, message.recovery
    assert checkin is not None
    assert recovery is not None
    others = also_open(message, recovery.checkins.all(), now)
    token = link_token(checkin)
    return "reminder", {
        "link": _secret_link("link", token),
        "others": [_secret_link("link", link_token(other)) for other in others],
        "minutes": MINUTES.get(checkin.form),
        "later_link": _secret_link("link_later", token),
        "stop_link": _secret_link("unsubscribe", unsubscribe_token(recovery.patient)),
        "due_at": checkin.due_at,
        "expires_at": checkin.expires_at,
    }


def also_open(message: Message, checkins: Iterable[CheckIn], now: datetime) -> list[CheckIn]:
    """The other forms of these that wait for an answer: one mail a time names them all, but for
    those of a kind whose reminders the patient has turned off.
    """
    assert message.checkin is not None
    assert message.recovery is not None
    this, patient = message.checkin, message.recovery.patient
    waiting = [
        checkin
        for checkin in checkins
        if checkin.is_open and checkin.opens_at <= now < checkin.expires_at
    ]
    return sorted(
        (
            checkin
            for checkin in waiting
            if checkin.anchor == this.anchor
            and checkin.key != this.key
            and not patient.turned_off(checkin.form)
        ),
        key=lambda checkin: checkin.expires_at,
    )


def _invitation(message: Message, now: datetime) -> tuple[str, dict[str, Any]]:
    return "invitation", {"link": address(reverse("account_login"))}


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
