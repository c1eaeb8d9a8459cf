"""What a mail provider tells: who gets in, what is kept, and what follows."""

import base64
import hashlib
import hmac
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recovery.models import MailEvent, Message, Patient, Recovery
from recovery.models.recoveries import QueueRank
from tests.cast import user_of

pytestmark = pytest.mark.django_db
SECRET = "care:a-long-secret"
AT = "2026-03-05T17:00:00Z"


@pytest.fixture(autouse=True)
def _postmark(settings: Any) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "postmark", SECRET


@pytest.fixture
def mail(recovery: Recovery) -> Message:
    return make_mail(recovery, "sent")


def make_mail(recovery: Recovery, state: str, **fields: Any) -> Message:
    now = timezone.now()
    return Message.objects.create(
        **{
            "kind": "reminder",
            "state": state,
            "dedupe_key": f"told {uuid.uuid4()}",
            "clinic": recovery.clinic,
            "recovery": recovery,
            "user": user_of(recovery),
            "number": 1,
            "created_at": now,
            "planned_at": now,
            "send_after": now,
            "sent_at": now if state == "sent" else None,
        }
        | fields
    )


def event(mail: Message, kind: str = "Delivery", **more: Any) -> dict[str, Any]:
    return {
        "RecordType": kind,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Recipient": "somebody@example.org",
        "DeliveredAt": AT,
        "Metadata": {"message": str(mail.uuid)},
    } | more


def bounce(mail: Message, kind: str, number: int = 1) -> dict[str, Any]:
    return event(mail, "Bounce", Type=kind, ID=number, BouncedAt=AT)


def post(body: Any, *, secret: str | None = SECRET, client: Client | None = None) -> int:
    headers = {}
    if secret is not None:
        headers["Authorization"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    # As strict as the web: no session, no CSRF token.
    client = client or Client(enforce_csrf_checks=True, raise_request_exception=False)
    address = reverse("mail_events")
    return client.post(address, raw, content_type="application/json", headers=headers).status_code


# Who gets in
# -----------


@pytest.mark.parametrize("secret", [None, "care:wrong", "", ":", "care:a-long-secret "])
def test_a_post_without_the_secret_is_refused(mail, secret):
    assert post(bounce(mail, "HardBounce"), secret=secret) == 403
    assert not MailEvent.objects.exists()
    assert not Patient.objects.exclude(address_fails_at=None).exists()


@pytest.mark.parametrize("missing", ["MAIL_PROVIDER", "MAIL_WEBHOOK_SECRET"])
def test_without_a_provider_or_a_secret_the_address_is_closed(mail, settings, missing):
    setattr(settings, missing, "")
    assert post(event(mail)) == 404


def test_nothing_is_told_to_who_asks(client):
    assert client.get(reverse("mail_events")).status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0",
        b"{",
        b"null",
        b"[]",
        b"[[]]",
        b'"text"',
        b'{"RecordType": ["Bounce"]}',
        b'{"RecordType": "Inbound"}',
        b'{"RecordType": "Delivery", "Metadata": 7, "DeliveredAt": 7}',
        b'{"RecordType": "Delivery", "Metadata": {"message": "no uuid"}, "DeliveredAt": "2026"}',
        b'{"RecordType": "Delivery", "Metadata": {"message": "\\u0000"}, "DeliveredAt": "2026"}',
        b'{"RecordType": "Delivery", "Metadata": {"message": {}}, "DeliveredAt": "9999-99-99"}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_malformed_is_the_senders_fault(body):
    assert post(body) == 400
    assert not MailEvent.objects.exists()


def test_what_is_huge_is_not_read():
    assert post(b" " * (300 * 1024)) == 413


# What is kept
# ------------


def test_an_event_is_kept_once_however_often_it_is_told(mail):
    assert [post(event(mail)) for _ in range(3)] == [204] * 3
    [kept] = MailEvent.objects.all()
    assert (kept.kind, kept.message, kept.provider) == ("delivered", mail, "postmark")
    assert kept.at.isoformat() == "2026-03-05T17:00:00+00:00"


def test_nothing_of_the_address_or_the_providers_words_is_kept(mail):
    post(bounce(mail, "HardBounce") | {"Description": "somebody@example.org said no"})
    [row] = MailEvent.objects.values()
    assert "somebody" not in str(row)


@pytest.mark.parametrize("kind", ["Open", "Click", "Something new"])
def test_what_is_not_ours_to_know_is_thanked_for_and_dropped(mail, kind):
    assert post(event(mail, kind)) == 204
    assert not MailEvent.objects.exists()


def test_a_mail_that_is_no_row_is_thanked_for_and_dropped(mail):
    assert post(event(mail) | {"Metadata": {}}) == 204
    assert post(event(mail) | {"Metadata": {"message": str(uuid.uuid4())}}) == 204
    assert not MailEvent.objects.exists()


# What follows
# ------------


def patient_of(mail: Message) -> Patient:
    assert mail.recovery
    return Patient.objects.get(pk=mail.recovery.patient_id)


@pytest.mark.parametrize(
    ("kind", "fails"),
    [
        ("HardBounce", True),
        ("BadEmailAddress", True),
        # For a while, or not for the address's sake.
        ("Transient", False),
        ("DnsError", False),
        ("Blocked", False),
        ("VirusNotification", False),
    ],
)
def test_a_bounce_for_good_puts_the_patient_in_the_queue_to_be_called(mail, kind, fails):
    assert post(bounce(mail, kind)) == 204
    assert (patient_of(mail).address_fails_at is not None) is fails
    mail.recovery.refresh_from_db()
    assert (mail.recovery.queue_rank == QueueRank.CALL) is fails
    mail.refresh_from_db()
    assert mail.state == "sent"
    assert MailEvent.objects.count() == 1


def test_a_bounce_of_an_address_that_was_changed_meanwhile_fails_nothing(mail, recovery):
    other = user_of(recovery).__class__.objects.create_user("new@example.org", name="Ruth")
    recovery.patient.accesses.update(user=other)
    assert post(bounce(mail, "HardBounce")) == 204
    assert patient_of(mail).address_fails_at is None


@pytest.mark.parametrize(
    ("told", "state", "reason"),
    [
        (("Delivery", ""), "sent", ""),
        (("Bounce", "HardBounce"), "refused", "address_fails"),
        (("Bounce", "Transient"), "unknown", ""),
        (("SpamComplaint", "SpamComplaint"), "sent", ""),
    ],
)
def test_the_provider_settles_a_mail_of_unknown_fate(recovery, told, state, reason):
    mail = make_mail(recovery, "unknown")
    kind, detail = told
    assert post(event(mail, kind, Type=detail, ID=1, BouncedAt=AT)) == 204
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (state, reason)
    assert (mail.settled_at is not None) is (state != "unknown")
    assert mail.settled_by is None


def test_what_a_person_settled_stays(recovery, nurse):
    now = timezone.now()
    mail = make_mail(recovery, "not_sent", reason="lost", settled_at=now, settled_by=nurse)
    post(event(mail))
    mail.refresh_from_db()
    assert (mail.state, mail.settled_by) == ("not_sent", nurse)


@pytest.mark.parametrize(
    "more",
    [
        {"RecordType": "SpamComplaint", "Type": "SpamComplaint"},
        {"RecordType": "SubscriptionChange", "SuppressSending": True},
    ],
)
def test_who_calls_it_spam_gets_no_more_reminders(mail, more):
    waiting = make_mail(mail.recovery, "owed")
    assert post(event(mail) | more) == 204
    assert patient_of(mail).reminders_off_at is not None
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("not_sent", "opted_out")


def test_a_colleague_who_calls_an_alert_spam_turns_off_no_patient(recovery, nurse):
    mail = make_mail(recovery, "sent", kind="alert", user=nurse)
    post(event(mail, "SpamComplaint", Type="SpamComplaint"))
    assert patient_of(mail).reminders_off_at is None


# A provider that signs
# ---------------------


def signed(mail: Message, key: str, **event: Any) -> dict[str, Any]:
    token, moment = uuid.uuid4().hex, str(int(timezone.now().timestamp()))
    signature = hmac.new(key.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"token": token, "timestamp": moment, "signature": signature},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "timestamp": (timezone.now() - timedelta(minutes=1)).timestamp(),
            "user-variables": {"message": str(mail.uuid)},
        }
        | event,
    }


def test_mailguns_signature_is_checked(mail, settings):
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "mailgun", "signing-key"
    assert post(signed(mail, "another key"), secret=None) == 403
    assert patient_of(mail).address_fails_at is None
    assert post(signed(mail, "signing-key"), secret=None) == 204
    assert patient_of(mail).address_fails_at is not None


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"7", b'{"signature": 7}', b"\xff"])
def test_mailguns_posts_without_a_signature_stay_out(settings, body):
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "mailgun", "signing-key"
    assert post(body, secret=None) in {400, 403}


def test_mailgun_says_what_is_only_for_now(mail, settings):
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "mailgun", "signing-key"
    assert post(signed(mail, "signing-key", severity="temporary"), secret=None) == 204
    assert MailEvent.objects.get().kind == "deferred"
    assert patient_of(mail).address_fails_at is None
