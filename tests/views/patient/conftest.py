"""A patient on day 2, at half past three on a Wednesday afternoon, and what a phone would send."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.clinical.pathway import local
from recovery.models import Clinic, Recovery, User
from tests.cast import ZONE, make_recovery, user_of

TODAY = date(2026, 3, 4)
AFTERNOON = local(TODAY, time(15, 30), ZONE)

QUIET_POST: dict[str, Any] = {
    "log_date": TODAY.isoformat(),
    "revision": "",
    "pain_avg": "4",
    "leg_pain_status": "none",
    "leg_weakness": "none",
    "leg_numbness": "none",
    "saddle": "no",
    "bladder": "no",
    "bowel": "no",
    "chest_or_breath": "no",
    "signs": "none",
    "spot": "no",
    "chills": "no",
}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time on a day of the recovery that is on day 2 today."""
    return local(TODAY + timedelta(days=day - 2), time(hour, minute), ZONE)


@pytest.fixture
def afternoon(set_clock: Callable[[datetime], None]) -> datetime:
    set_clock(AFTERNOON)
    return AFTERNOON


@pytest.fixture
def recovery(clinic: Clinic, nurse: User, afternoon: datetime) -> Recovery:
    return make_recovery(clinic, now=afternoon)


@pytest.fixture
def other(harbor: Any, afternoon: datetime) -> Recovery:
    """A patient of the neighbouring clinic."""
    return make_recovery(harbor, now=afternoon)


@pytest.fixture
def stranger(other: Recovery) -> Client:
    client = Client()
    client.force_login(user_of(other))
    return client


def url(name: str, recovery: Recovery, *rest: Any) -> str:
    return reverse(name, args=[recovery.uuid, *rest])


def post(
    client: Client, recovery: Recovery, client_id: uuid.UUID | None = None, **changes: Any
) -> Any:
    """Send the quiet day with some answers changed; None leaves an answer out."""
    data = {name: value for name, value in (QUIET_POST | changes).items() if value is not None}
    return client.post(url("log_form", recovery, client_id or uuid.uuid4()), data)


def is_data(sql: str) -> bool:
    """Not a transaction's frame, and not the clock's offset, which demo and tests alone read."""
    frame = sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    return not frame and "clockoffset" not in sql
