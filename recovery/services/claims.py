"""Which mails a sender may take now, and what becomes of those that another left behind."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Model, Prefetch
from django.db.models.functions import Greatest

from recovery.models import Channel, CheckIn, Message, Patient, Recovery
from recovery.services import allowance
from recovery.services.messages import ALERT_URGENCY

LEASE = timedelta(seconds=settings.MAIL_LEASE_SECONDS)
# Beside a slow mail server the lease of the last ones may lapse: then another sender takes them.
BATCH = min(40, int(settings.MAIL_LEASE_SECONDS * 2))
# In doubt they go again: twice is better than never.
SENT_AGAIN = (Message.Kind.ALERT, Message.Kind.ESCALATION)
ORDER = ("urgency", "send_after", "pk")
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
# Once the server is back nobody waits long for what an alert says.
LONGEST_OF_ALERTS = timedelta(minutes=5)
State = Message.State


def waited(message: Message) -> timedelta:
    """How long it waits after it was turned away for the time being, by how often it was tried."""
    wait = BACKOFF[min(message.attempts, len(BACKOFF)) - 1]
    return min(wait, LONGEST_OF_ALERTS) if message.urgency == ALERT_URGENCY else wait


def _all_but(path: str, model: type[Model], *read: str) -> list[str]:
    """The columns of a joined row that nobody reads when a mail is checked and built."""
    fields = model._meta.concrete_fields  # noqa: SLF001
    return [f"{path}__{field.name}" for field in fields if field.name not in ("id", *read)]


UNREAD = [
    *_all_but("recovery", Recovery, "uuid", "clinic", "patient", "pathway", "anchor", "state"),
    *_all_but(
        "recovery__patient",
        Patient,
        *("uuid", "clinic", "zone", "language", "quiet_until", "quiet_from", "remind_at"),
        *("reminders_off_at", "logs_off_at", "forms_off_at", "paused_until"),
        *("channels", "address_fails_at", "mobile", "mobile_fails_at"),
    ),
]


def sweep(now: datetime) -> None:
    """Settle what senders that died or froze have left behind."""
    lapsed = Message.objects.filter(lease_until__lte=now)
    # No server was asked, so the next wait is no longer for it.
    lapsed.filter(state=State.CLAIMED).update(
        state=State.OWED, token=None, lease_until=None, attempts=Greatest(F("attempts") - 1, 0)
    )
    handing = lapsed.filter(state=State.HANDING)
    handing.filter(kind__in=SENT_AGAIN).update(state=State.OWED, token=None, lease_until=None)
    # The token stays: a sender that was only frozen may still learn what the server said.
    handing.update(state=State.UNKNOWN)


def give_back(claimed: Sequence[Message]) -> None:
    """Let another sender take those of a claim for which this one has no time: nobody was asked."""
    first = claimed[0]
    ours = Message.objects.filter(
        pk__in=[message.pk for message in claimed], token=first.token, state=State.CLAIMED
    )
    given = ours.update(state=State.OWED, token=None, lease_until=None, attempts=F("attempts") - 1)
    allowance.spend(Channel(first.channel), -given)


@transaction.atomic
def claim(
    now: datetime, *, channel: Channel = Channel.EMAIL, urgent: bool = False
) -> tuple[list[Message], float]:
    """Up to a batch of what is due by `channel`, the most urgent first, now this sender's; with
    none, the seconds to wait because its allowance is used up, or 0 because nothing is due.

    `urgent` takes nothing else. What is urgent never waits for the allowance, but counts in it.
    """
    due = Message.objects.filter(channel=channel, state=State.OWED, send_after__lte=now)
    if urgent:
        due = due.filter(urgency=ALERT_URGENCY)
    left, wait = allowance.left(channel, now)
    free = due if left else due.filter(urgency=ALERT_URGENCY)
    ids = list(
        free.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        .order_by(*ORDER)
        .values_list("pk", flat=True)[: min(BATCH, left) or BATCH]
    )
    if not ids:
        return [], 0.0 if left or not due.exists() else wait
    allowance.spend(channel, len(ids))
    token = uuid.uuid4()
    Message.objects.filter(pk__in=ids, state=State.OWED).update(
        state=State.CLAIMED, token=token, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return list(
        Message.objects.filter(token=token, state=State.CLAIMED)
        .select_related("user", "checkin", "recovery__patient")
        .defer(*UNREAD)
        # A batch is of few clinics.
        .prefetch_related("clinic", Prefetch("recovery__checkins", CheckIn.objects.open()))
        .order_by(*ORDER)
    ), 0.0
