"""What becomes known of a mail after it was taken: its provider's word, and its link opened."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from django.db import transaction

from recovery.models import CheckIn, MailEvent, Message
from recovery.services import messages, notices, settling
from recovery.services.addresses import TO_PATIENT, address_failed

Kind = MailEvent.Kind


@dataclass(frozen=True, slots=True)
class Told:
    kind: MailEvent.Kind
    # The row that the mail was made from.
    message: UUID
    # Empty where the provider gives none; then the moment tells it from others.
    event_id: str
    at: datetime
    # Whether it speaks of the address for good, and not of this mail or this hour.
    address_fails: bool


@transaction.atomic
def record(told: Told, *, provider: str, now: datetime) -> bool:
    """Keep the event and do what follows from it; returns whether it was news.

    An event told again, or of a mail that is not ours, changes nothing.
    """
    mail = Message.objects.filter(uuid=told.message).select_related("recovery__patient").first()
    if mail is None:
        return False
    said = f"{told.kind} {told.message} {told.event_id or told.at.isoformat()}"
    _event, new = MailEvent.objects.get_or_create(
        provider=provider,
        event_id=blake2b(said.encode("utf-8", "replace"), digest_size=32).hexdigest(),
        defaults={"kind": told.kind, "message": mail, "at": told.at, "received_at": now},
    )
    if new:
        _act(told, mail, now)
    return new


def _act(told: Told, mail: Message, now: datetime) -> None:
    if told.kind == Kind.DELIVERED:
        settling.by_provider(mail, arrived=True, at=told.at, now=now)
    elif told.kind in (Kind.BOUNCED, Kind.REJECTED) and told.address_fails:
        address_failed(mail, now=now)
        notices.to_the_next(mail, now=now)
        settling.by_provider(mail, arrived=False, at=told.at, now=now)
    elif told.kind in (Kind.COMPLAINED, Kind.UNSUBSCRIBED):
        # It reached somebody, who wants no more of them.
        settling.by_provider(mail, arrived=True, at=told.at, now=now)
        if mail.recovery is not None and mail.kind in TO_PATIENT:
            messages.turn_off(patient=mail.recovery.patient, now=now)


@transaction.atomic
def link_opened(checkin: CheckIn, *, now: datetime) -> None:
    """Somebody has touched the page behind the check-in's link: kept once for the latest reminder
    that had gone by then. All of a check-in's reminders lead to the same page, so it may have been
    an earlier one's link.
    """
    gone = Message.objects.filter(checkin=checkin, kind=Message.Kind.REMINDER, sent_at__lte=now)
    latest = gone.order_by("-sent_at", "-pk").first()
    if latest is not None:
        MailEvent.objects.get_or_create(
            provider=MailEvent.OURSELVES,
            event_id=str(latest.uuid),
            defaults={"kind": Kind.OPENED, "message": latest, "at": now, "received_at": now},
        )
