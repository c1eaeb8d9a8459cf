"""Later: the patient puts a check-in's reminder off, to one of three times."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.clinical.pathway import local
from recovery.clinical.reminding import by_day
from recovery.models import AccessEvent, CheckIn, Message, Recovery, User
from recovery.services import messages, recheck, status
from recovery.services.refusals import NotAllowed

HOUR = timedelta(hours=1)
EVENING = time(20)


class When(StrEnum):
    HOUR = "hour"
    TONIGHT = "tonight"
    MORNING = "morning"


def offers(checkin: CheckIn, *, now: datetime) -> dict[When, datetime]:
    """The times that are left: before the check-in closes, in the patient's hours, and not beyond
    the day's two. None of a check-in that asks nothing, or while reminders are paused.
    """
    recovery = checkin.recovery
    patient, today = recovery.patient, _date(recovery, now)
    waits = checkin.state == CheckIn.State.OPEN and checkin.anchor == recovery.anchor
    if not (recovery.sends and waits) or patient.is_paused(today):
        return {}
    wanted = {When.HOUR: now + HOUR}
    evening = local(today, EVENING, patient.zone)
    if evening > now + HOUR:
        wanted[When.TONIGHT] = evening
    morning = patient.quiet_until
    wanted[When.MORNING] = local(today + timedelta(days=1), morning, patient.zone)
    spent = sum(_date(recovery, at) == today for at in recheck.reminded({recovery.pk})[recovery.pk])
    return {
        when: at
        for when, at in wanted.items()
        if at < checkin.expires_at
        and by_day(at, patient.zone, patient.hours) == at
        and (_date(recovery, at) != today or spent < recheck.DAILY_CAP)
    }


@transaction.atomic
def ask(*, checkin: CheckIn, when: str, now: datetime, user: User | None = None) -> datetime:
    """Remind at that time, and not before; a second call replaces the first. Raises NotAllowed for
    a time that is not offered any more. `user` is None for the holder of a link.
    """
    recovery = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=checkin.recovery_id)
    )
    checkin = CheckIn.objects.get(pk=checkin.pk)
    checkin.recovery = recovery
    at = {str(one): at for one, at in offers(checkin, now=now).items()}.get(when)
    if at is None:
        raise NotAllowed(_("That time can not be chosen any more."))
    checkin.later_at = at
    checkin.save(update_fields=["later_at"])
    messages.stop(
        Message.objects.filter(checkin=checkin, kind=Message.Kind.REMINDER, number__isnull=False),
        Message.Reason.LATER,
    )
    status.bring_forward(recovery, [at])
    recovery.save(update_fields=["next_event_at"])
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what="reminder put off",
    )
    return at


def _date(recovery: Recovery, at: datetime) -> date:
    return at.astimezone(ZoneInfo(recovery.patient.zone)).date()
