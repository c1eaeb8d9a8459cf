"""Rows that have had their time."""

from datetime import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection


def forget_ended(*, at: datetime) -> None:
    """Remove sessions and rate limits that ended before `at`, which is real time."""
    Session.objects.filter(expire_date__lt=at).delete()
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    ended = [connection.ops.adapt_datetimefield_value(at)]
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", ended)  # noqa: S608 (a setting)
