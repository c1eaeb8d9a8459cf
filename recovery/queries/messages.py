"""What staff look up about mails: where a patient's go, and which need a look."""

from dataclasses import dataclass

from django.db.models import QuerySet

from recovery.models import Clinic, Consent, Message, PatientAccess, Recovery
from recovery.models.access import Relationship

LISTED = 200


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a patient's mails go."""

    # Empty: nowhere.
    address: str
    caregiver: bool
    agreed: bool
    # Nobody has recorded what the patient was told.
    untold: bool
    invitations: list[Message]


def reach(recovery: Recovery) -> Reach:
    accesses = PatientAccess.objects.filter(patient=recovery.patient_id, ended_at=None)
    rows = sorted(
        accesses.select_related("user"),
        key=lambda row: (row.relationship != Relationship.SELF, row.pk),
    )
    invitations = Message.objects.filter(recovery=recovery, kind=Message.Kind.INVITATION)
    in_force = Consent.objects.filter(patient=recovery.patient_id, withdrawn_at=None)
    consents = list(in_force.values_list("email_ok", flat=True))
    return Reach(
        address=rows[0].user.email if rows else "",
        caregiver=bool(rows) and rows[0].relationship == Relationship.CAREGIVER,
        agreed=any(consents),
        untold=not consents,
        invitations=list(invitations.order_by("-pk")[:5]),
    )


def unknown(clinic: Clinic) -> QuerySet[Message]:
    """Those that a server may or may not have kept, the newest first."""
    return _listed(Message.objects.filter(clinic=clinic, state=Message.State.UNKNOWN))


def set_aside(clinic: Clinic) -> QuerySet[Message]:
    """Those that broke three times while they were built or handed over, the newest first."""
    broken = Message.Reason.BROKEN
    return _listed(Message.objects.filter(clinic=clinic, state="refused", reason=broken))


def _listed(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.select_related("recovery__patient", "user").order_by("-planned_at", "-pk")[:LISTED]
