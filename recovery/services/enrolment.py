"""A patient and a recovery, in one step."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

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
from recovery.services import messages

# The text that staff read out or hand over; its version is stored with the consent.
CONSENT_VERSION = "1"


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
    email_ok: bool,
    email: str = "",
    birth_date: date | None = None,
    phone: str = "",
    zone: str = "",
    language: str = "en",
    levels: str = "",
    surgeon: str = "",
    baseline_pain: int | None = None,
    baseline_opioid_mme: Decimal | None = None,
    anticoagulated: bool | None = None,
    osteoporosis: bool | None = None,
) -> Recovery:
    """Create the patient, the recovery and the consent; owe the invitation.

    `procedure_at` is aware; its local date in the patient's zone becomes day 0. An address that
    somebody uses already is shared: after the code it asks which person. Raises Incomplete, and
    Known for a record number that the clinic has already.
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
        },
    )
    if not created:
        raise Known(record_number)
    if email:
        _give_access(patient, email, language)
    Consent.objects.create(
        patient=patient,
        told_by=user,
        told_at=now,
        text_version=CONSENT_VERSION,
        email_ok=email_ok,
    )
    recovery = Recovery.objects.create(
        clinic=clinic,
        patient=patient,
        pathway=_current_pathway(clinic),
        created_at=now,
        procedure_at=procedure_at,
        procedure_on=procedure_at.astimezone(ZoneInfo(patient.zone)).date(),
        # Now: the tick looks at once, since the procedure may lie in the past.
        next_event_at=now,
        levels=levels,
        surgeon=surgeon,
        baseline_pain=baseline_pain,
        baseline_opioid_mme=baseline_opioid_mme,
        anticoagulated=anticoagulated,
        osteoporosis=osteoporosis,
    )
    messages.owe_invitation(recovery, now=now)
    AccessEvent.objects.create(
        at=now, user=user, patient=patient, action=AccessEvent.Action.WRITE, what="enrolled"
    )
    return recovery


def _give_access(patient: Patient, email: str, language: str) -> None:
    holder = User.objects.of_address(email, name=patient.name, language=language)
    PatientAccess.objects.create(user=holder, patient=patient)


def _current_pathway(clinic: Clinic) -> Pathway:
    """The clinic's newest approved version, else the newest that ships with the product."""
    own: Any = clinic.pathways.exclude(approved_at=None).order_by("-version").first()
    return own or Pathway.objects.filter(clinic=None).order_by("-version")[0]
