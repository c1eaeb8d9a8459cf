"""What a patient does again for the first time: told, corrected, taken back; nothing is lost."""

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import AccessEvent, DailyLog, Milestone, Recovery, User
from recovery.services.refusals import Moved, NotAllowed


@transaction.atomic
def record(
    *,
    recovery: Recovery,
    code: Milestone.Code,
    on: date,
    read: uuid.UUID | None,
    user: User,
    source: DailyLog.Source,
    now: datetime,
) -> Milestone:
    """Store the date of a milestone; another date than the one that stands corrects it.

    `read` is the row that the form was filled from, None for a blank form. The date that stands
    already changes nothing. Raises Moved when another date has come to stand since, NotAllowed for
    a date before the procedure or in the future.
    """
    recovery = _locked(recovery)
    today = now.astimezone(ZoneInfo(recovery.patient.zone)).date()
    if not recovery.procedure_on <= on <= today:
        raise NotAllowed(_("Choose a date from the day of your procedure to today."))
    standing = _standing(recovery, code)
    if standing and standing.on == on:
        return standing
    _refuse_moved(standing, read)
    if standing:
        _withdraw(standing, user, now)
    milestone = Milestone.objects.create(
        recovery=recovery, code=code, on=on, recorded_at=now, recorded_by=user, source=source
    )
    _note(recovery, user, now, f"milestone {code}")
    return milestone


@transaction.atomic
def withdraw(
    *,
    recovery: Recovery,
    code: Milestone.Code,
    read: uuid.UUID | None,
    user: User,
    now: datetime,
) -> None:
    """Take back what was told; the row stays, withdrawn. Without one that stands it does nothing.

    Raises Moved when another date has come to stand since it was `read`.
    """
    recovery = _locked(recovery)
    if standing := _standing(recovery, code):
        _refuse_moved(standing, read)
        _withdraw(standing, user, now)
        _note(recovery, user, now, f"milestone {code} taken back")


def _locked(recovery: Recovery) -> Recovery:
    rows = Recovery.objects.select_for_update(of=("self",)).select_related("patient")
    return rows.get(pk=recovery.pk)


def _standing(recovery: Recovery, code: str) -> Milestone | None:
    return Milestone.objects.standing().filter(recovery=recovery, code=code).first()


def _refuse_moved(standing: Milestone | None, read: uuid.UUID | None) -> None:
    if (standing.uuid if standing else None) != read:
        raise Moved(_("This was changed since you opened it. Look at it again."))


def _withdraw(milestone: Milestone, user: User, now: datetime) -> None:
    # The clock of another process may be a moment behind.
    milestone.withdrawn_at = max(now, milestone.recorded_at)
    milestone.withdrawn_by = user
    milestone.save(update_fields=["withdrawn_at", "withdrawn_by"])


def _note(recovery: Recovery, user: User, now: datetime, what: str) -> None:
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what=what,
    )
