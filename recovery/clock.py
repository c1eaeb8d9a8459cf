"""The one clock. Views, tasks and commands ask it; everything else is told the time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from recovery.models import ClockOffset


def now() -> datetime:
    """Return the current time in UTC.

    In demo mode an offset in the database moves it for every process at once; elsewhere that
    row is never read, so nobody can move a clinic's clock by writing it.
    """
    return timezone.now() + offset() if settings.DEMO else timezone.now()


def offset() -> timedelta:
    row = ClockOffset.objects.first()
    return row.offset if row else timedelta()
