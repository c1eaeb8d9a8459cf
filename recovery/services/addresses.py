"""Where a patient's mails go: an address that fails, works again, or is another one."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import (
    AccessEvent,
    Channel,
    CheckIn,
    Message,
    Patient,
    PatientAccess,
    Recovery,
    User,
)
from recovery.models.access import Relationship
from recovery.services import messages, status
from recovery.services.refusals import NotAllowed

TO_PATIENT = (Message.Kind.REMINDER, Message.Kind.INVITATION)


@transaction.atomic
def address_failed(message: Message, *, now: datetime) -> None:
    """A server refused this address, or a provider this number, for good: the patient stands in
    the queue to be called.

    A refused staff address changes nothing here; its refused messages say so. Nor does one that
    another has replaced meanwhile.
    """
    if message.recovery is None or message.kind not in TO_PATIENT:
        return
    patient_id = message.recovery.patient_id
    recoveries = locked(patient_id)
    if message.channel == Channel.SMS:
        # As it was when the text was built: one that was changed meanwhile is another number.
        failing = Patient.objects.filter(pk=patient_id, mobile=message.recovery.patient.mobile)
        failing.filter(mobile_fails_at=None).update(mobile_fails_at=now)
        rank_again(recoveries, now)
        return
    if messages.addressees([patient_id]).get(patient_id) != message.user_id:
        return
    Patient.objects.filter(pk=patient_id, address_fails_at=None).update(address_fails_at=now)
    rank_again(recoveries, now)


@transaction.atomic
def works_again(*, recovery: Recovery, user: User, now: datetime) -> None:
    """Mails go to the patient's address again; an invitation that never left is owed now.

    What was not sent meanwhile stays so.
    """
    _mend(recovery, now)
    invited = Message.objects.filter(
        recovery=recovery, kind=Message.Kind.INVITATION, state=Message.State.SENT
    )
    if not invited.exists():
        messages.owe_invitation(recovery, now=now)
    note(recovery, user, now, "address works again")


@transaction.atomic
def change(*, recovery: Recovery, email: str, user: User, now: datetime) -> None:
    """The patient's mails go to `email` from now on, and so does the sign-in; it is invited.

    The address that it replaces, the patient's or else the caregiver's, opens nothing of this
    patient any more, nor does a link that was mailed to it. Another caregiver's stays as it is.
    """
    _mend(recovery, now)
    patient = recovery.patient
    old = messages.access_written_to(patient)
    relationship = old.relationship if old else Relationship.SELF
    holder = User.objects.of_address(email, name=patient.name, language=patient.language)
    if old:
        PatientAccess.objects.filter(pk=old.pk).update(ended_at=now)
    if old and old.user_id != holder.pk:
        take_links_back(patient)
    PatientAccess.objects.update_or_create(
        user=holder, patient=patient, defaults={"relationship": relationship, "ended_at": None}
    )
    mails = Message.objects.filter(
        recovery__patient=patient, channel=Channel.EMAIL, kind__in=TO_PATIENT
    )
    messages.owe_anew(mails, user=holder)
    messages.owe_invitation(recovery, now=now)
    note(recovery, user, now, "address changed")


@transaction.atomic
def invite_again(*, recovery: Recovery, user: User, now: datetime) -> None:
    """Owe one more invitation. Raises NotAllowed while one is on its way."""
    locked(recovery.patient_id)
    if not messages.owe_invitation(recovery, now=now):
        raise NotAllowed(_("An invitation is on its way already."))
    note(recovery, user, now, "invited again")


@transaction.atomic
def all_work_again(*, since: datetime, now: datetime) -> int:
    """For the operator, after a mail server refused everybody: clear what failed from `since` on.

    Returns how many patients that were.
    """
    ids = list(Patient.objects.filter(address_fails_at__gte=since).values_list("pk", flat=True))
    for patient_id in ids:
        recoveries = locked(patient_id)
        Patient.objects.filter(pk=patient_id).update(address_fails_at=None)
        rank_again(recoveries, now)
    return len(ids)


def _mend(recovery: Recovery, now: datetime) -> None:
    recoveries = locked(recovery.patient_id)
    Patient.objects.filter(pk=recovery.patient_id).update(address_fails_at=None)
    rank_again(recoveries, now)


def locked(patient_id: int) -> list[Recovery]:
    """The patient's recoveries, held until the transaction ends."""
    return list(
        Recovery.objects.select_for_update(of=("self",)).filter(patient=patient_id).order_by("pk")
    )


def rank_again(recoveries: list[Recovery], now: datetime) -> None:
    """After the patient's row was written: what was read before is not asked."""
    for recovery in recoveries:
        status.set_queue_rank(recovery)
        # A log or a contact that waits for this row has read the patient already, and writes a
        # rank of its own. The tick looks again.
        recovery.next_event_at = now
        recovery.save(update_fields=["queue_rank", "queue_since", "next_event_at"])


def take_links_back(patient: Patient) -> None:
    """A link is the public id of its check-in, so another id ends it. What a sender holds has the
    old one in it, for the old address or number: it is owed anew.
    """
    rows = list(CheckIn.objects.filter(recovery__patient=patient))
    for row in rows:
        row.uuid = uuid.uuid4()
    CheckIn.objects.bulk_update(rows, ["uuid"])
    messages.owe_anew(Message.objects.filter(recovery__patient=patient, kind__in=TO_PATIENT))


def note(recovery: Recovery, user: User, now: datetime, what: str) -> None:
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what=what,
    )
