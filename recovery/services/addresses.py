from datetime import datetime

from django.db import transaction

from recovery.models import Message, Patient, Recovery
from recovery.services import status


@transaction.atomic
def address_failed(message: Message, *, now: datetime) -> None:
    """A server refused this address for good: the patient stands in the queue to be called.

    A refused staff address changes nothing here; its refused messages say so.
    """
    if message.recovery is None or message.kind not in (
        Message.Kind.REMINDER,
        Message.Kind.INVITATION,
    ):
        return
    patient_id = message.recovery.patient_id
    recoveries = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient")
        .filter(patient=patient_id)
        .order_by("pk")
    )
    Patient.objects.filter(pk=patient_id, address_fails_at=None).update(address_fails_at=now)
    for recovery in recoveries:
        status.set_queue_rank(recovery)
        # A log or a contact that waits for this row has read the patient already, and writes a
        # rank without the address. The tick looks again.
        recovery.next_event_at = now
        recovery.save(update_fields=["queue_rank", "queue_since", "next_event_at"])
