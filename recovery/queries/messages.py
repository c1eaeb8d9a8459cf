"""What staff look up about mails: where a patient's go, and which need a look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from recovery.models import (
    Channel,
    CheckIn,
    Clinic,
    Consent,
    MailEvent,
    Message,
    PatientAccess,
    Recovery,
)
from recovery.models.access import Relationship

LISTED = 200
# A reminder whose check-in has ended helps nobody.
STILL_WANTED = Q(kind=Message.Kind.INVITATION) | (
    Q(kind=Message.Kind.REMINDER) & (Q(checkin=None) | Q(checkin__state=CheckIn.State.OPEN))
)


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


def failing_staff(clinic: Clinic, users: Iterable[int]) -> dict[int, datetime]:
    """Those of these people whose address has failed and has taken no mail of the clinic's since,
    and when it failed last.
    """
    refused = Q(state=Message.State.REFUSED, reason=Message.Reason.ADDRESS_FAILS)
    bounced = Q(events__kind=MailEvent.Kind.BOUNCED)
    rows = Message.objects.filter(clinic=clinic, user__in=list(users), channel=Channel.EMAIL)
    found = rows.values_list("user").annotate(
        refused=Max("send_after", filter=refused),
        bounced=Max("events__at", filter=bounced),
        sent=Max("sent_at"),
    )
    return {
        user: max(failures)
        for user, *moments, sent in found
        if (failures := [at for at in moments if at]) and (not sent or max(failures) >= sent)
    }


def unknown(clinic: Clinic) -> QuerySet[Message]:
    """Those that a server may or may not have kept, the newest first."""
    return _listed(Message.objects.filter(clinic=clinic, state=Message.State.UNKNOWN))


def set_aside(clinic: Clinic) -> QuerySet[Message]:
    """Those that broke three times while they were built or handed over, and what the mail server
    refused and a patient still waits for; the newest first.
    """
    rows = Message.objects.filter(
        clinic=clinic, state=Message.State.REFUSED, reason__in=Message.SET_ASIDE
    )
    return _listed(rows.filter(Q(reason=Message.Reason.BROKEN) | STILL_WANTED))


def turned_away() -> QuerySet[Message]:
    """The mails of all clinics that wait for another try, and those that the mail server refused
    and a patient still waits for.
    """
    trying = [Message.State.OWED, Message.State.CLAIMED]
    waiting = Q(state__in=trying, attempts__gt=0, failures=0)
    refused = Q(state=Message.State.REFUSED, reason=Message.Reason.SERVER) & STILL_WANTED
    return Message.objects.filter(waiting | refused, channel=Channel.EMAIL)


def _listed(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.select_related("recovery__patient", "user").order_by("-planned_at", "-pk")[:LISTED]
