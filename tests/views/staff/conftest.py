"""A Thursday morning at Northgate, 10:17, the clinic open until 17:00."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from recovery.models import Alert, Clinic, DailyLog, Recovery, User
from recovery.services import logs
from tests.cast import QUIET, make_recovery, sign_in_staff, user_of

# 10:17 in New York.
NOW = datetime(2026, 3, 5, 15, 17, tzinfo=UTC)

EMERGENCY = {"bladder": "yes", "saddle": "yes"}
URGENT = {"wound": ["redness_spreading"]}
REVIEW = {"fall": True}


@pytest.fixture
def now(set_clock: Callable[[datetime], None]) -> datetime:
    set_clock(NOW)
    return NOW


@pytest.fixture
def recovery(clinic: Clinic, nurse: User, now: datetime) -> Recovery:
    """Ruth Keller on day 1, baseline pain 6, nothing missed yet."""
    return someone(clinic, "Ruth", "Keller")


@pytest.fixture
def neighbour(harbor: Clinic, harbor_nurse: User, now: datetime) -> Recovery:
    """A patient of the other clinic, with an alert."""
    recovery = someone(harbor, "Paula", "Private")
    report(recovery, **EMERGENCY)
    return recovery


def someone(clinic: Clinic, given: str, family: str, *, day: int = 1, **more: Any) -> Recovery:
    person = {"given_name": given, "family_name": family} | more.pop("patient", {})
    return make_recovery(clinic, day=day, now=NOW, patient=person, **more)


def report(
    recovery: Recovery, *, ago: timedelta = timedelta(minutes=8), **answers: Any
) -> DailyLog:
    """The patient logs the day, `ago` before now; a quiet day but for `answers`."""
    at = NOW - ago
    recorded = logs.record(
        recovery_id=recovery.pk,
        values=QUIET | answers,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=at.astimezone(ZoneInfo(recovery.patient.zone)).date(),
        now=at,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
    )
    return recorded.log


def alert_of(recovery: Recovery, rule: str) -> Alert:
    return Alert.objects.get(recovery=recovery, rule=rule)


def shown(client: Client, recovery: Recovery) -> list[str]:
    """What the patient's page would send back of the alerts that it shows."""
    page = client.get(url("staff_recovery", recovery.uuid)).content.decode()
    return re.findall(r'name="alerts" value="([^"]*)"', page)


def url(name: str, *args: Any) -> str:
    return reverse(name, args=args)


@pytest.fixture
def as_second_nurse(second_nurse: User) -> Client:
    return sign_in_staff(Client(), second_nurse)


@pytest.fixture
def as_clinician(clinician: User) -> Client:
    return sign_in_staff(Client(), clinician)


@pytest.fixture
def as_harbor_nurse(harbor_nurse: User) -> Client:
    return sign_in_staff(Client(), harbor_nurse)


@pytest.fixture
def as_patient(recovery: Recovery) -> Client:
    client = Client()
    client.force_login(user_of(recovery))
    return client
