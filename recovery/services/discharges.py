"""When the patient left, which anchors the first evening."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from recovery.models import (
    AccessEvent,
    CheckIn,
    FactChange,
    Message,
    Observation,
    Recovery,
    User,
)
from recovery.queries.observations import day_in_clinic
from recovery.queries.pathways import plan_of, planned
from recovery.services import facts, messages, snoozes
from recovery.services.refusals import NotAllowed

LAST_DAY = 1


@transaction.atomic
def record(*, recovery: Recovery, user: User, now: datetime, discharged_at: datetime) -> Recovery:
    """Write down when the patient left, or correct it until the first evening is answered. A first
    log before leaving may have answered it already: what is not written down yet still can be.

    If the first evening's check-in has opened already and no mail about it was ever owed, its row
    goes, and the tick opens it again with its new window; a log written meanwhile counts then.
    Once a mail is owed the row keeps the window that the mail may have told. Only if the discharge
    is so late that no first evening is left, the check-in is cancelled. What was snoozed for the
    time in the clinic ends with it.

    Raises NotAllowed: outside D0 and D1, before the procedure, in the future, before
    the last mark of that day's sheet, for a correction after the answer.
    """
    recovery = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=recovery.pk)
    )
    evening = first_evening(recovery)
    _refuse(recovery, evening, discharged_at, now)
    change = facts.note(recovery, recovery, "discharged_at", discharged_at, user, now)
    if change is None:
        return recovery
    if evening is not None and evening.state == CheckIn.State.OPEN:
        rearrange(recovery, evening)
    snoozes.follow_phases(recovery, now)
    recovery.next_event_at = now
    recovery.save(update_fields=["discharged_at", "next_event_at"])
    FactChange.objects.bulk_create([change])
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what="discharge",
    )
    return recovery


def first_evening(recovery: Recovery) -> Any:
    """The first evening's check-in, with `announced`: whether a mail about it was ever owed."""
    return (
        CheckIn.objects.filter(
            recovery=recovery, anchor=recovery.anchor, key__in=_evening_keys(recovery)
        )
        .annotate(announced=Exists(Message.objects.filter(checkin=OuterRef("pk"))))
        .first()
    )


def _evening_keys(recovery: Recovery) -> list[str]:
    return [slot.key for slot in plan_of(recovery.pathway_id).slots if slot.anchor == "discharge"]


def _refuse(recovery: Recovery, evening: Any, discharged_at: datetime, now: datetime) -> None:
    zone = ZoneInfo(recovery.patient.zone)
    if recovery.state not in Recovery.FOLLOWED:
        raise NotAllowed(_("This follow-up has ended."))
    if not 0 <= recovery.day_on(discharged_at.astimezone(zone).date()) <= LAST_DAY:
        raise NotAllowed(_("A discharge is on the day of the procedure or the next."))
    if not recovery.procedure_at <= discharged_at <= now:
        raise NotAllowed(_("A discharge lies between the procedure and now."))
    # Of the procedure's own day: the date may have been another when somebody looked.
    marks = Observation.objects.current().filter(
        sheet__recovery=recovery, sheet__on=day_in_clinic(recovery)
    )
    if marks.filter(observed_at__gt=discharged_at).exists():
        raise NotAllowed(_("Somebody was still looking after the patient then, by the marks."))
    answered = evening is not None and evening.state == CheckIn.State.COMPLETED
    if answered and recovery.discharged_at:
        raise NotAllowed(_("The first evening is answered, so the discharge stays as it is."))


def rearrange(recovery: Recovery, evening: Any) -> None:
    """Let an open first evening follow what is known now: the discharge, the procedure's hour."""
    if not evening.announced:
        evening.delete()
    elif all(occasion.key != evening.key for occasion in planned(recovery)):
        CheckIn.objects.filter(pk=evening.pk).update(state=CheckIn.State.CANCELLED)
        messages.stop(Message.objects.filter(checkin=evening), Message.Reason.EXPIRED)
