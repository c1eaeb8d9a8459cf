"""The cast of the tests: two clinics, their staff, and patients made to order.

Northgate is where things happen; Harbor is the neighbour that must never see them. `set_clock`
moves the product's own clock, as the demo's "next day" button does.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import import_module
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from recovery.clinical.pathway import local
from recovery.models import (
    Alert,
    CheckIn,
    Clinic,
    ClockOffset,
    Consent,
    FormResponse,
    Membership,
    Message,
    Pathway,
    Patient,
    PatientAccess,
    Recovery,
    Role,
    User,
)
from recovery.queries import corridors
from recovery.queries.instruments import own_instrument_of
from recovery.queries.pathways import phases_of, plan_of, preparation_of
from recovery.services import status, tick

ZONE = "America/New_York"
PASSWORD = "correct-horse-battery"
# A Monday evening in New York, in winter time.
NOW = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)

NUMBERS = {
    "emergency_number": "911",
    "clinic_phone": "555-0142",
    "after_hours_phone": "555-0199",
    "poison_phone": "1-800-222-1222",
    "crisis_phone": "988",
}
MISSED = ("R40", "R41")
_numbers = count(1)


@pytest.fixture(autouse=True)
def _forget_cached_pathways() -> None:
    forget_cached_pathways()


def forget_cached_pathways() -> None:
    """Row numbers come back after a rollback, and what was cached under them is another's."""
    plan_of.cache_clear()
    phases_of.cache_clear()
    own_instrument_of.cache_clear()
    preparation_of.cache_clear()
    corridors.forget()


@pytest.fixture
def clean_cache(db: None) -> None:
    cache.clear()


@lru_cache(maxsize=1)
def hashed_password() -> str:
    return make_password(PASSWORD)  # slow on purpose, so once is enough


def staff(clinic: Clinic, name: str, *roles: Role) -> User:
    """Somebody with these roles, whose password is PASSWORD."""
    user = User.objects.create(
        email=f"{name.lower()}@{clinic.name.split()[0].lower()}.example",
        name=name,
        password=hashed_password(),
    )
    for role in roles:
        Membership.objects.create(user=user, clinic=clinic, role=role, name=name)
    return user


@pytest.fixture
def clinic(db: None) -> Clinic:
    default_pathway()
    return Clinic.objects.create(name="Northgate Spine Clinic", zone=ZONE, **NUMBERS)


@pytest.fixture
def harbor(db: None) -> Clinic:
    return Clinic.objects.create(name="Harbor Spine", zone="America/Los_Angeles", **NUMBERS)


@pytest.fixture
def nurse(clinic: Clinic) -> User:
    return staff(clinic, "Nora", Role.NURSE)


@pytest.fixture
def second_nurse(clinic: Clinic) -> User:
    return staff(clinic, "Jonas", Role.NURSE)


@pytest.fixture
def clinician(clinic: Clinic) -> User:
    return staff(clinic, "Mia", Role.CLINICIAN)


@pytest.fixture
def manager(clinic: Clinic) -> User:
    return staff(clinic, "Max", Role.MANAGER)


@pytest.fixture
def harbor_nurse(harbor: Clinic) -> User:
    return staff(harbor, "Hanna", Role.NURSE)


def default_pathway() -> Pathway:
    """The pathway that the migration seeds. A test on a real transaction ends by emptying every
    table, so the next one seeds it again.
    """
    shipped = Pathway.objects.filter(clinic=None, version=1)
    if (found := shipped.first()) is None:
        for name in ("0003_shipped_pathway", "0004_not_driving_on_the_day", "0014_numb_at_home"):
            import_module(f"recovery.migrations.{name}").forwards(apps, None)
    return found or shipped.get()


def make_recovery(
    clinic: Clinic,
    *,
    day: int = 2,
    now: datetime | None = None,
    email: str | None = None,
    email_ok: bool = True,
    zone: str | None = None,
    ticked: bool = True,
    baseline: bool = True,
    patient: dict[str, Any] | None = None,
    **fields: Any,
) -> Recovery:
    """A recovery on day `day` at `now` (default: the present), procedure at 09:30 there.

    The tick has run for it, so that its check-ins are open. `email=""` leaves out the user,
    `baseline=False` the baseline form, which is answered otherwise. Check-ins of the days before
    are missed, but what R40 and R41 say of that is left out: a test looks at what it does itself.
    """
    now = now or timezone.now()
    number = next(_numbers)
    there = zone or clinic.zone
    procedure_on = now.astimezone(ZoneInfo(there)).date() - timedelta(days=day)
    person = Patient.objects.create(
        clinic=clinic,
        zone=there,
        **{
            "record_number": f"R{number:05}",
            "given_name": "Ruth",
            "family_name": f"Keller{number}",
            "birth_date": date(1957, 3, 14),
            "phone": "555-0188",
        }
        | (patient or {}),
    )
    if email != "":
        user = User.objects.create_user(email or f"patient{number}@example.org", name=person.name)
        PatientAccess.objects.create(user=user, patient=person)
    teller = Membership.objects.filter(clinic=clinic).first()
    told_by = teller.user if teller else staff(clinic, f"Teller{number}", Role.NURSE)
    created_at = local(procedure_on - timedelta(days=10), time(9), there)
    Consent.objects.create(
        patient=person, told_by=told_by, told_at=created_at, text_version="1", email_ok=email_ok
    )
    recovery = Recovery.objects.create(
        clinic=clinic,
        patient=person,
        created_at=created_at,
        procedure_on=procedure_on,
        next_event_at=created_at,
        **{
            "pathway": default_pathway(),
            "procedure_at": local(procedure_on, time(9, 30), there),
            "baseline_pain": 6,
            "anticoagulated": False,
            "osteoporosis": False,
        }
        | fields,
    )
    if baseline:
        answer_baseline(recovery)
    if ticked:
        tick.run(now=now)
        # Nothing hangs on these alerts yet, so their rows are all there is to remove.
        if Alert.objects.filter(recovery=recovery, rule__in=MISSED)._raw_delete("default"):
            recovery.refresh_from_db()
            status.set_alert_rank(recovery, recovery.alerts.not_closed())
            recovery.save(update_fields=status.STATUS)
        else:
            recovery.refresh_from_db()
    return recovery


def answer_baseline(recovery: Recovery) -> FormResponse:
    """The baseline form as sent three days before the procedure, with nothing but its pain."""
    at = recovery.procedure_at - timedelta(days=3)
    checkin = CheckIn.objects.create(
        recovery=recovery,
        anchor=recovery.anchor,
        key="BASE",
        form="baseline",
        day=-1,
        opens_at=recovery.procedure_at - timedelta(days=30),
        due_at=recovery.procedure_at - timedelta(days=1),
        expires_at=recovery.procedure_at,
        state=CheckIn.State.COMPLETED,
        completed_at=at,
    )
    return FormResponse.objects.create(
        recovery=recovery,
        checkin=checkin,
        client_id=uuid.uuid4(),
        status=FormResponse.Status.COMPLETED,
        saved_at=at,
        completed_at=at,
        source="patient",
        mode="web",
    )


@pytest.fixture
def recovery(clinic: Clinic, nurse: User) -> Recovery:
    """On day 2 now, baseline pain 6, e-mail agreed to."""
    return make_recovery(clinic)


@pytest.fixture
def patient_user(recovery: Recovery) -> User:
    return user_of(recovery)


def user_of(recovery: Recovery) -> User:
    return PatientAccess.objects.get(patient=recovery.patient).user


def checkin_of(recovery: Recovery, key: str) -> CheckIn:
    return CheckIn.objects.get(recovery=recovery, key=key)


def reminder(checkin: CheckIn, sent_at: datetime | None, number: int | None) -> Message:
    """One that has gone, or with no `sent_at` is owed; with no `number` a new link."""
    return Message.objects.create(
        kind=Message.Kind.REMINDER,
        number=number,
        state=Message.State.SENT if sent_at else Message.State.OWED,
        dedupe_key=f"cast {uuid.uuid4()}",
        clinic=checkin.recovery.clinic,
        recovery=checkin.recovery,
        checkin=checkin,
        user=user_of(checkin.recovery),
        created_at=checkin.opens_at,
        planned_at=checkin.opens_at,
        send_after=checkin.opens_at,
        sent_at=sent_at,
    )


@pytest.fixture
def as_patient(client: Client, patient_user: User) -> Client:
    client.force_login(patient_user)
    return client


def sign_in_staff(client: Client, user: User) -> Client:
    """Through the staff door, as the sign-in page does."""
    client.force_login(user)
    session = client.session
    session["door"] = "staff"
    session.save()
    return client


@pytest.fixture
def as_nurse(nurse: User) -> Client:
    return sign_in_staff(Client(), nurse)


@pytest.fixture
def as_manager(manager: User) -> Client:
    return sign_in_staff(Client(), manager)


@pytest.fixture
def set_clock(db: None, settings: Any) -> Callable[[datetime], None]:
    """Make it be `moment` for every process that shares the database; time goes on from there."""
    settings.DEMO = True

    def set_clock(moment: datetime) -> None:
        ClockOffset.objects.update_or_create(id=1, defaults={"offset": moment - timezone.now()})

    return set_clock


# A quiet daily log: every question of days 1 to 14 answered, nothing wrong.
QUIET: dict[str, Any] = {
    "pain_avg": 4,
    "sudden_new_back_pain": False,
    "fall": False,
    "leg_pain_status": "none",
    "leg_weakness": "none",
    "leg_numbness": "none",
    "saddle": "no",
    "bladder": "no",
    "bowel": "no",
    "chest_or_breath": False,
    "chills": False,
    "wound": [],
    "bleeding": "none",
    "headache": "none",
    "neck_stiff_or_confused": False,
    "calf_one_leg": False,
    "hard_to_wake": False,
    "allergy_severe": False,
}
