"""How many mails may leave now, where the provider sets a rate: a bucket that all senders share.

It is one row, locked for the length of a claim, so that senders take from it one after the other.
It holds a second's worth: in any minute at most that much more than the rate leaves.
"""

from datetime import datetime
from math import ceil, floor

from django.conf import settings

from recovery.models import MailAllowance

UNLIMITED = 1_000_000


def left(now: datetime) -> int:
    """How many mails may be claimed. Call in the transaction that claims, and `spend` there."""
    if not settings.MAILS_PER_MINUTE:
        return UNLIMITED
    row = MailAllowance.objects.select_for_update().filter(id=1).first()
    if row is None:
        MailAllowance.objects.bulk_create(
            [MailAllowance(left=_most(), at=now)], ignore_conflicts=True
        )
        row = MailAllowance.objects.select_for_update().get(id=1)
    # A clock that was set back gives nothing and takes nothing.
    gained = max(0.0, (now - row.at).total_seconds()) * settings.MAILS_PER_MINUTE / 60
    row.left = min(_most(), row.left + gained)
    row.at = now
    row.save()
    return max(0, floor(row.left))


def spend(mails: int) -> None:
    if settings.MAILS_PER_MINUTE and mails:
        row = MailAllowance.objects.get(id=1)
        row.left -= mails
        row.save(update_fields=["left"])


def wait() -> float:
    """Seconds until another mail may be claimed, about."""
    return 60.0 / settings.MAILS_PER_MINUTE if settings.MAILS_PER_MINUTE else 0.0


def _most() -> float:
    return float(max(1, ceil(settings.MAILS_PER_MINUTE / 60)))
