import json
import random
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from benchmarks.faults.sink import REFUSED
from recovery.access import DOOR, STAFF_DOOR
from recovery.clinical.pathway import local
from recovery.models import (
    Clinic,
    Consent,
    Membership,
    Pathway,
    Patient,
    PatientAccess,
    Recovery,
    Role,
    User,
)

HOUR = 17
DAY = 5
NOON = time(12, 30)
NUMBERS = {
    "clinic_phone": "555-0142",
    "emergency_number": "911",
    "after_hours_phone": "555-0199",
    "poison_phone": "1-800-222-1222",
    "crisis_phone": "988",
}
# An address that the server refuses, a row that the tick cannot read, a mail that cannot be
# written.
POISONS: list[dict[str, str]] = [
    {"email": f"{REFUSED}@example.org"},
    {"zone": "Mars/Olympus"},
    {"email": "two\nlines@example.org"},
]


class Command(BaseCommand):
    help = "Fill the database with patients whose reminder falls due now; print them as JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int)
        parser.add_argument("--spread", type=float, default=0, help="seconds to fall due over")
        parser.add_argument("--poisoned", action="store_true", help="add one of each poison")
        parser.add_argument("--behind", type=int, default=0, help="days since the last tick")
        parser.add_argument("--sessions", type=int, default=0, help="sign so many in")

    @transaction.atomic
    def handle(
        self,
        count: int,
        *,
        spread: float,
        poisoned: bool,
        sessions: int,
        behind: int,
        **options: object,
    ) -> str:
        now = datetime.now(UTC)
        wrong = POISONS if poisoned else []
        people = [*wrong, *({} for _ in range(count))]
        zone = zone_at(HOUR, now)
        clinic = Clinic.objects.create(name="Fault Clinic", zone=zone, **NUMBERS)
        nurse = User.objects.create_user("nurse@example.org", name="Nora")
        Membership.objects.create(user=nurse, clinic=clinic, role=Role.NURSE, name=nurse.name)
        users = User.objects.bulk_create(
            User(email=odd.get("email", f"p{n}@example.org"), password="!")
            for n, odd in enumerate(people)
        )
        patients = Patient.objects.bulk_create(
            Patient(
                clinic=clinic,
                record_number=f"R{n}",
                given_name="Ruth",
                family_name=f"Keller {n}",
                zone=odd.get("zone", zone),
            )
            for n, odd in enumerate(people)
        )
        PatientAccess.objects.bulk_create(
            PatientAccess(user=user, patient=patient)
            for user, patient in zip(users, patients, strict=True)
        )
        Consent.objects.bulk_create(
            Consent(patient=patient, told_by=nurse, told_at=now, text_version="1", email_ok=True)
            for patient in patients
        )
        recoveries = self._recoveries(clinic, patients, now=now, spread=spread, behind=behind)
        found: dict[str, Any] = {
            "today": now.astimezone(ZoneInfo(zone)).date().isoformat(),
            "due_at": (now + timedelta(seconds=spread)).timestamp(),
            "poisoned": [str(recovery.uuid) for recovery in recoveries[: len(wrong)]],
            "good": [str(recovery.uuid) for recovery in recoveries[len(wrong) :]],
            "sessions": [signed_in(user) for user in users[:sessions]],
            "staff": signed_in(nurse, door=STAFF_DOOR),
        }
        return json.dumps(found)

    def _recoveries(
        self,
        clinic: Clinic,
        patients: list[Patient],
        *,
        now: datetime,
        spread: float,
        behind: int,
    ) -> list[Recovery]:
        chance = random.Random(len(patients))
        # Everything stood still since day 5, or since just now.
        last = now - timedelta(days=behind)
        on = last.astimezone(ZoneInfo(clinic.zone)).date() - timedelta(days=DAY)
        pathway = Pathway.objects.get(clinic=None, version=1)
        return Recovery.objects.bulk_create(
            Recovery(
                clinic=clinic,
                patient=patient,
                pathway=pathway,
                state=Recovery.State.ACTIVE,
                # Enrolled this noon, after yesterday's check-in had expired and before today's
                # reminder: of all its days only today's is asked and reminded of.
                created_at=local(on + timedelta(days=DAY), NOON, clinic.zone),
                procedure_on=on,
                procedure_at=local(on, time(9, 30), clinic.zone),
                baseline_pain=6,
                anticoagulated=False,
                osteoporosis=False,
                next_event_at=last + timedelta(seconds=chance.uniform(0, spread)),
            )
            for patient in patients
        )


def zone_at(hour: int, now: datetime) -> str:
    """A zone where it is that hour of the day, so that today's first reminder has just fallen due
    and the second is hours away, whatever the hour here.
    """
    ahead = hour - now.hour
    ahead -= 24 if ahead > 14 else 0
    # These names count westward.
    return f"Etc/GMT{-ahead:+d}"


def signed_in(user: User, *, door: str = "") -> str:
    """A session as a sign-in by code leaves it, or by the staff's door; returns its key."""
    session = SessionStore()
    if door:
        session[DOOR] = door
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)
