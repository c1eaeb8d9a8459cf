from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from recovery import tasks

pytestmark = pytest.mark.usefixtures("clean_cache")


def cached() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_cache")
        return int(cursor.fetchone()[0])


def test_what_has_ended_is_removed_and_what_lasts_stays() -> None:
    cache.set("ended", 1, -86400)
    cache.set("lasts", 1, 86400)
    for days in (-1, 1):
        session = SessionStore()
        session.set_expiry(timezone.now() + timedelta(days=days))
        session.save()
    assert (cached(), Session.objects.count()) == (2, 2)
    tasks.tidy()
    assert (cached(), Session.objects.count()) == (1, 1)
    assert cache.get("lasts") == 1
    assert Session.objects.get().expire_date > timezone.now()
