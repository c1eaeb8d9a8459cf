"""What a mail provider posts to us. Nobody else gets in, and a wrong post is never our 5xx."""

import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import EventType, RejectReason
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from recovery import clock
from recovery.models import MailEvent
from recovery.services import mailevents

logger = logging.getLogger(__name__)

# One event is a few kilobytes.
MOST = 256 * 1024
# What anymail's readers raise on a body that is not what the provider sends.
MALFORMED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    SuspiciousOperation,
    TypeError,
    ValueError,
    AnymailConfigurationError,
)
# Openings and clicks are not here: they are not ours to know.
KINDS = {
    EventType.DELIVERED: MailEvent.Kind.DELIVERED,
    EventType.DEFERRED: MailEvent.Kind.DEFERRED,
    EventType.BOUNCED: MailEvent.Kind.BOUNCED,
    EventType.REJECTED: MailEvent.Kind.REJECTED,
    EventType.COMPLAINED: MailEvent.Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: MailEvent.Kind.UNSUBSCRIBED,
}
FOR_GOOD = (RejectReason.BOUNCED, RejectReason.INVALID)


def _mailgun(secret: str) -> Any:
    """Signs each post with the domain's webhook signing key."""
    return MailgunTrackingWebhookView(webhook_signing_key=secret)


def _postmark(secret: str) -> Any:
    """Signs nothing; it is given an address with a name and a password."""
    return PostmarkTrackingWebhookView(webhook_secret=[secret])


READERS = {"mailgun": _mailgun, "postmark": _postmark}


@csrf_exempt
@require_POST
def mail_events(request: HttpRequest) -> HttpResponse:
    """Without a provider or without its secret there is nothing here."""
    if settings.MAIL_PROVIDER not in READERS or not settings.MAIL_WEBHOOK_SECRET:
        raise Http404
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        return HttpResponse(status=413)
    reader = READERS[settings.MAIL_PROVIDER](settings.MAIL_WEBHOOK_SECRET)
    try:
        reader.run_validators(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=403)
    except MALFORMED:
        return HttpResponse(status=400)
    try:
        told = [read for event in reader.parse_events(request) if (read := _read(event))]
    except MALFORMED as error:
        logger.warning("A mail event that cannot be read: %s", type(error).__name__)
        return HttpResponse(status=400)
    for each in told:
        mailevents.record(each, provider=settings.MAIL_PROVIDER, now=clock.now())
    return HttpResponse(status=204)


def _read(event: Any) -> mailevents.Told | None:
    """None for what is not kept, and for mails that are not rows, as sign-in codes are."""
    metadata = event.metadata
    if event.event_type not in KINDS or "message" not in (metadata or {}):
        return None
    return mailevents.Told(
        kind=KINDS[event.event_type],
        message=UUID(str(metadata["message"])),
        event_id=str(event.event_id or ""),
        at=_moment(event.timestamp),
        address_fails=event.reject_reason in FOR_GOOD,
    )


def _moment(at: datetime | None) -> datetime:
    """In UTC; a moment that no calendar of ours has is the present one."""
    if at is None:
        return timezone.now()
    return (at if timezone.is_aware(at) else at.replace(tzinfo=UTC)).astimezone(UTC)
