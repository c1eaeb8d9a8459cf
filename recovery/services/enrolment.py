"""A patient and a recovery in one step, or one more recovery of a patient."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from recovery.models import (
    AccessEvent,
    Clinic,
    Consent,
    Membership,
    Patient,
    PatientAccess,
    Recovery,
    User,
)
from recovery.queries.pathways import active_pathway
from recovery.services import messages
from recovery.services.facts import typed_first
from recovery.services.refusals import FOLLOWED_ALREADY, NotAllowed

# The text that staff read out or hand over; its version is stored with the consent.
CONSENT_VERSION = "2"


class Incomplete(Exception):
    """The clinic cannot enrol yet; `missing` names the numbers, or "staff"."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class Known(Exception):
    """The clinic has a patient of this record number."""


def missing(clinic: Clinic) -> list[str]:
    """What the clinic lacks before it may enrol: names of number fields, and "staff".

    A patient text without its number is no advice, and an alert that nobody gets is none.
    """
    staff = Membership.objects.active().clinical().filter(clinic=clinic).exists()
    return clinic.missing_numbers + ([] if staff else ["staff"])


@transaction.atomic
def enrol(
    *,
    clinic: Clinic,
    user: User,
    now: datetime,
    record_number: str,
    given_name: str,
    family_name: str,
    procedure_at: datetime,
    email_ok: bool | None,
    sms_ok: bool = False,
    email: str = "",
    birth_date: date | None = None,
    phone: str = "",
    zone: str = "",
    language: str = "en",
    wishes: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Recovery:
    """Create the patient, the recovery and the consent; owe the invitation.

    `procedure_at` is aware; its local date in the patient's zone becomes day 0. `wishes` are
    columns of the patient (`services.preferences.WISHES`), `facts` of the recovery
    (`services.facts.FACTS`). An address that somebody uses already is shared: after the code it
    asks which person. `email_ok` None: the patient has not been told yet, so there is no consent,
    and no invitation is owed before `record_consent`. Raises Incomplete, and Known for a record
    number that the clinic has already.
    """
    if lacking := missing(clinic):
        raise Incomplete(lacking)
    patient, created = Patient.objects.get_or_create(
        clinic=clinic,
        record_number=record_number,
        defaults={
            "given_name": given_name,
            "family_name": family_name,
            "birth_date": birth_date,
            "phone": phone,
            "zone": zone or clinic.zone,
            "language": language,
            **(wishes or {}),
        },
    )
    if not created:
        raise Known(record_number)
    if email:
        _give_access(patient, email, language)
    if email_ok is not None:
        _store_consent(patient, user, now, email_ok=email_ok, sms_ok=sms_ok)
    return _begin(
        patient,
        user=user,
        now=now,
        procedure_at=procedure_at,
        what="enrolled",
        invite=email_ok is not None,
        **facts,
    )


@transaction.atomic
def record_consent(
    *, recovery: Recovery, user: User, now: datetime, email_ok: bool, sms_ok: bool = False
) -> None:
    """What a patient who was enrolled untold has been told since; owes the invitation.

    Raises NotAllowed when a consent is in force already.
    """
    patient = Patient.objects.select_for_update().get(pk=recovery.patient_id)
    if has_consent(patient):
        raise NotAllowed(_("What the patient was told is recorded already."))
    _store_consent(patient, user, now, email_ok=email_ok, sms_ok=sms_ok)
    if email_ok and recovery.sends:
        messages.owe_invitation(recovery, now=now, again=True)
    AccessEvent.objects.create(
        at=now, user=user, patient=patient, action=AccessEvent.Action.WRITE, what="consent"
    )


def has_consent(patient: Patient) -> bool:
    return Consent.objects.filter(patient=patient, withdrawn_at=None).exists()


def _store_consent(
    patient: Patient, user: User, now: datetime, *, email_ok: bool, sms_ok: bool = False
) -> None:
    Consent.objects.create(
        patient=patient,
        told_by=user,
        told_at=now,
        text_version=CONSENT_VERSION,
        email_ok=email_ok,
        sms_ok=sms_ok,
    )


@transaction.atomic
def add_procedure(
    *, patient: Patient, user: User, now: datetime, procedure_at: datetime, **facts: Any
) -> Recovery:
    """One more procedure of a patient: a recovery of its own, on the clinic's present pathway.

    Consent, addresses and accesses are the patient's and stay. One recovery of a patient at a time
    is planned, active or paused: raises NotAllowed while there is one. Raises Incomplete.
    """
    if lacking := missing(patient.clinic):
        raise Incomplete(lacking)
    # Locked, so that two colleagues add one: the second sees what the first wrote.
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    states = set(Recovery.objects.filter(patient=patient).values_list("state", flat=True))
    if Recovery.State.DIED in states:
        raise NotAllowed(_("The patient has died."))
    if states & set(Recovery.FOLLOWED):
        raise NotAllowed(FOLLOWED_ALREADY)
    return _begin(
        patient,
        user=user,
        now=now,
        procedure_at=procedure_at,
        what="procedure added",
        invite=has_consent(patient),
        **facts,
    )


def _begin(
    patient: Patient,
    *,
    user: User,
    now: datetime,
    procedure_at: datetime,
    what: str,
    invite: bool,
    **facts: Any,
) -> Recovery:
    recovery = Recovery.objects.create(
        clinic=patient.clinic,
        patient=patient,
        pathway=active_pathway(patient.clinic),
        created_at=now,
        procedure_at=procedure_at,
        procedure_on=procedure_at.astimezone(ZoneInfo(patient.zone)).date(),
        # Now: the tick looks at once, since the procedure may lie in the past.
        next_event_at=now,
        **facts,
    )
    typed_first(recovery, facts, user, now)
    if invite:
        messages.owe_invitation(recovery, now=now)
    AccessEvent.objects.create(
        at=now, user=user, patient=patient, action=AccessEvent.Action.WRITE, what=what
    )
    return recovery


def _give_access(patient: Patient, email: str, language: str) -> None:
    holder = User.objects.of_address(email, name=patient.name, language=language)
    PatientAccess.objects.create(user=holder, patient=patient)
