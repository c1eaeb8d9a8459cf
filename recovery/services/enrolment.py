"""A patient and a recovery in one step, many of them at once, or one more recovery of a patient."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from recovery.models import (
    AccessEvent,
    Clinic,
    Consent,
    Membership,
    Pathway,
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


class _New(NamedTuple):
    """The rows of somebody who is enrolled, not saved yet. Who was not told has no consent."""

    patient: Patient
    email: str
    consent: Consent | None
    recovery: Recovery


def enrol(*, clinic: Clinic, user: User, now: datetime, **person: Any) -> Recovery:
    """Create the patient, the recovery and the consent; owe the invitation.

    `person` are the arguments of `_new`. Raises Incomplete, and Known for a record number that the
    clinic has already.
    """
    [recovery] = enrol_all(clinic=clinic, user=user, now=now, people=[person])
    return recovery


@transaction.atomic
def enrol_all(
    *, clinic: Clinic, user: User, now: datetime, people: Sequence[Mapping[str, Any]]
) -> list[Recovery]:
    """All of them or nobody, by as many statements as one needs. Raises as `enrol`."""
    if lacking := missing(clinic):
        raise Incomplete(lacking)
    pathway = active_pathway(clinic)
    rows = [_new(clinic=clinic, user=user, now=now, pathway=pathway, **person) for person in people]
    _create(clinic, [one.patient for one in rows])
    _give_accesses({one.patient: one.email for one in rows if one.email})
    Consent.objects.bulk_create([one.consent for one in rows if one.consent])
    recoveries = [one.recovery for one in rows]
    told = [one.recovery for one in rows if one.consent]
    _begin(recoveries, user=user, now=now, what="enrolled", invited=told)
    return recoveries


def _new(
    *,
    clinic: Clinic,
    user: User,
    now: datetime,
    pathway: Pathway,
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
) -> _New:
    """`procedure_at` is aware; its local date in the patient's zone becomes day 0. `wishes` are
    columns of the patient (`services.preferences.WISHES`), `facts` of the recovery
    (`services.facts.FACTS`). An address that somebody uses already is shared: after the code it
    asks which person. `email_ok` None: the patient has not been told yet, so there is no consent,
    and no invitation is owed before `record_consent`.
    """
    patient = Patient(
        clinic=clinic,
        record_number=record_number,
        given_name=given_name,
        family_name=family_name,
        birth_date=birth_date,
        phone=phone,
        zone=zone or clinic.zone,
        language=language,
        **(wishes or {}),
    )
    consent = None
    if email_ok is not None:
        consent = _consent(patient, user, now, email_ok=email_ok, sms_ok=sms_ok)
    return _New(
        patient=patient,
        email=email,
        consent=consent,
        recovery=_recovery(patient, pathway, procedure_at, facts, now),
    )


def _create(clinic: Clinic, patients: Sequence[Patient]) -> None:
    """Raises Known where the clinic has a record number already."""
    known = Patient.objects.filter(
        clinic=clinic, record_number__in=[one.record_number for one in patients]
    )
    if there := known.first():
        raise Known(there.record_number)
    try:
        with transaction.atomic():
            Patient.objects.bulk_create(patients)
    except IntegrityError:
        # A colleague has enrolled the same number in this moment; else it is something else.
        if there := known.first():
            raise Known(there.record_number) from None
        raise


def _give_accesses(addresses: Mapping[Patient, str]) -> None:
    fields: dict[str, dict[str, str]] = {}
    for patient, email in addresses.items():
        fields.setdefault(email, {"name": patient.name, "language": patient.language})
    holders = User.objects.of_addresses(fields)
    PatientAccess.objects.bulk_create(
        PatientAccess(user=holders[email], patient=patient) for patient, email in addresses.items()
    )


@transaction.atomic
def record_consent(
    *, recovery: Recovery, user: User, now: datetime, email_ok: bool, sms_ok: bool = False
) -> None:
    """What a patient who was enrolled untold has been told since; owes the invitation.

    Raises NotAllowed when a consent is in force already.
    """
    # First, as every write does: the invitation that is owed below asks for it too.
    recovery = Recovery.objects.select_for_update(of=("self",)).get(pk=recovery.pk)
    patient = Patient.objects.select_for_update(no_key=True).get(pk=recovery.patient_id)
    if has_consent(patient):
        raise NotAllowed(_("What the patient was told is recorded already."))
    _consent(patient, user, now, email_ok=email_ok, sms_ok=sms_ok).save()
    if email_ok and recovery.sends:
        messages.owe_invitation(recovery, now=now)
    AccessEvent.objects.create(
        at=now, user=user, patient=patient, action=AccessEvent.Action.WRITE, what="consent"
    )


def has_consent(patient: Patient) -> bool:
    return Consent.objects.filter(patient=patient, withdrawn_at=None).exists()


def _consent(
    patient: Patient, user: User, now: datetime, *, email_ok: bool, sms_ok: bool
) -> Consent:
    """Not saved."""
    return Consent(
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
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    states = set(Recovery.objects.filter(patient=patient).values_list("state", flat=True))
    if Recovery.State.DIED in states:
        raise NotAllowed(_("The patient has died."))
    if states & set(Recovery.FOLLOWED):
        raise NotAllowed(FOLLOWED_ALREADY)
    recovery = _recovery(patient, active_pathway(patient.clinic), procedure_at, facts, now)
    invited = [recovery] if has_consent(patient) else []
    _begin([recovery], user=user, now=now, what="procedure added", invited=invited)
    return recovery


def _recovery(
    patient: Patient,
    pathway: Pathway,
    procedure_at: datetime,
    facts: Mapping[str, Any],
    now: datetime,
) -> Recovery:
    """Not saved."""
    return Recovery(
        clinic=patient.clinic,
        patient=patient,
        pathway=pathway,
        created_at=now,
        procedure_at=procedure_at,
        procedure_on=procedure_at.astimezone(ZoneInfo(patient.zone)).date(),
        # Now: the tick looks at once, since the procedure may lie in the past.
        next_event_at=now,
        **facts,
    )


def _begin(
    recoveries: Sequence[Recovery],
    *,
    user: User,
    now: datetime,
    what: str,
    invited: Sequence[Recovery],
) -> None:
    Recovery.objects.bulk_create(recoveries)
    typed_first(recoveries, user, now)
    messages.owe_invitations(invited, now=now)
    AccessEvent.objects.bulk_create(
        AccessEvent(
            at=now,
            user=user,
            patient=recovery.patient,
            action=AccessEvent.Action.WRITE,
            what=what,
        )
        for recovery in recoveries
    )
