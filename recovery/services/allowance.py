"""How many messages may leave now, where a rate is set: a bucket that a channel's senders share.

Mails and text messages leave through different providers, so each channel has a bucket, and what
waits for one never waits for the other. A bucket is one row, locked for the length of a claim, so
that senders take from it one after the other. It holds a second's worth: in any minute at most that
much more than the rate leaves.
"""

from datetime import datetime
from math import ceil, floor

from django.conf import settings
from django.db.models import F

from recovery.models import Channel, MailAllowance

UNLIMITED = 1_000_000
# What adding up parts of a second may lack of a whole message.
DUST = 1e-6
# Seconds that a sender waits at least, so that it never asks in a circle.
SHORTEST = 0.001
ROWS = {Channel.EMAIL: MailAllowance.MAILS, Channel.SMS: MailAllowance.TEXTS}


def left(channel: Channel, now: datetime) -> tuple[int, float]:
    """How many may be claimed, and the seconds until another may be, about. Call in the transaction
    that claims, and `spend` there.
    """
    if not _rate(channel):
        return UNLIMITED, 0.0
    row = MailAllowance.objects.select_for_update().filter(id=ROWS[channel]).first()
    if row is None:
        MailAllowance.objects.bulk_create(
            [MailAllowance(id=ROWS[channel], left=_most(channel), at=now)], ignore_conflicts=True
        )
        row = MailAllowance.objects.select_for_update().get(id=ROWS[channel])
    # A clock that was set back gives nothing and takes nothing.
    gained = max(0.0, (now - row.at).total_seconds()) * _rate(channel) / 60
    row.left = min(_most(channel), row.left + gained)
    row.at = now
    row.save()
    wait = min(1.0, 1 - row.left) * 60 / _rate(channel)
    return max(0, floor(row.left + DUST)), max(wait, SHORTEST)


def spend(channel: Channel, messages: int) -> None:
    """Below zero: give back what was taken and not used."""
    if _rate(channel) and messages:
        MailAllowance.objects.filter(id=ROWS[channel]).update(left=F("left") - messages)


def _rate(channel: Channel) -> int:
    by_text = channel == Channel.SMS
    rate: int = settings.TEXTS_PER_MINUTE if by_text else settings.MAILS_PER_MINUTE
    return rate


def _most(channel: Channel) -> float:
    return float(max(1, ceil(_rate(channel) / 60)))
