"""A procedure that moves to another time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from recovery.models import (
    AccessEvent,
    CheckIn,
    Message,
    Outcome,
    Patient,
    Recovery,
    Reschedule,
    User,
)
from recovery.queries.pathways import plan_of, planned
from recovery.services import discharges, messages, outcomes, snoozes, status
from recovery.services.refusals import FOLLOWED_ALREADY, Moved, NotAllowed

State = Recovery.State

# A completed one may move: a wrong year at enrolment completes a recovery at its first tick.
MOVABLE = (*Recovery.FOLLOWED, State.COMPLETED)
# A discharge stays known while it still falls on one of these days of the new date.
DISCHARGE_DAYS = (0, 1)
COLUMNS = (
    *status.STATUS,
    "state",
    "procedure_at",
    "procedure_on",
    "anchor",
    "resumed_at",
    "discharged_at",
    *status.MISS,
    "last_log_day",
    "pain_trend",
    *outcomes.OF_LOGS,
)


LOOK_AGAIN = _("Somebody has moved this procedure since you looked. Look again.")


@transaction.atomic
def reschedule(
    *,
    recovery: Recovery,
    user: User,
    now: datetime,
    procedure_at: datetime,
    anchor: int,
    reason: str = "",
) -> Recovery:
    """Move the procedure to `procedure_at`, if `anchor` is still the present one.

    The state follows from the new time: planned before it, active from it on, so moving an active
    recovery to a future date makes it planned again. A paused one stays paused. A completed one is
    followed again, and the tick completes it again if all its occasions are over. One that was
    withdrawn or cancelled, or whose patient died, does not move.

    Another hour of the same day moves no form but the baseline, which ends when the procedure
    begins, and the first evening. So all check-ins come along to the new anchor as they are, with
    what was answered, missed and sent; `_follow_hour` says what becomes of those two.

    To another day: check-ins of the old anchor that are open are cancelled, and reminders that
    nobody has begun to hand over are not sent; what was answered, expired or sent stays. The next
    tick opens what the new date has open; what is over already by then never becomes a check-in.

    Logs are about calendar dates, which a move does not change. Each keeps the day that it was
    written for and judged by (`DailyLog.day`); pages, the history that the rules read, and the
    question which check-in a log answers count its date from the new procedure date. So a log
    written under the old date answers a check-in of the new one only if it is about that very
    date. Alerts stay as they are, but a snooze ends with its phase by the new date. A discharge is
    forgotten that is earlier than the new time or later than the day after.

    Raises Moved, and NotAllowed for a recovery that cannot move, or that would be
    followed beside another of the same patient. Eight statements, ten for a completed one, and one
    more where something is snoozed; for another hour three more at most.
    """
    recovery = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=recovery.pk)
    )
    _refuse_if_not_movable(recovery, anchor=anchor, procedure_at=procedure_at)
    same_day = keeps_day(recovery, procedure_at)
    if not same_day:
        _stop_old_anchor(recovery)
    Reschedule.objects.create(
        recovery=recovery,
        anchor=recovery.anchor,
        by=user,
        at=now,
        from_procedure_at=recovery.procedure_at,
        to_procedure_at=procedure_at,
        reason=reason,
    )
    if not keeps_discharge(recovery, procedure_at):
        recovery.discharged_at = None
    recovery.anchor += 1
    recovery.next_event_at = now
    if recovery.state != State.PAUSED:
        recovery.state = state_after(recovery.state, procedure_at, now)
    if same_day:
        recovery.procedure_at = procedure_at
        _take_along(recovery)
        _follow_hour(recovery, now)
    else:
        recovery.resumed_at = now
        _set_date(recovery, procedure_at)
        status.answered(recovery)
        status.called_or_answered(recovery)
    status.set_queue_rank(recovery)
    snoozes.follow_phases(recovery, now)
    recovery.save(update_fields=COLUMNS)
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what="procedure moved",
    )
    return recovery


def state_after(state: str, procedure_at: datetime, now: datetime) -> Recovery.State:
    """The state of a recovery once its procedure has moved to `procedure_at`."""
    if state == State.PAUSED:
        return State.PAUSED
    return State.PLANNED if now < procedure_at else State.ACTIVE


def keeps_day(recovery: Recovery, procedure_at: datetime) -> bool:
    """Whether the procedure at that time is on the day that it is on now."""
    zone = ZoneInfo(recovery.patient.zone)
    return bool(procedure_at.astimezone(zone).date() == recovery.procedure_on)


def keeps_discharge(recovery: Recovery, procedure_at: datetime) -> bool:
    """Whether the known discharge can still be that of the procedure at its new time."""
    discharge = recovery.discharged_at
    if discharge is None or discharge < procedure_at:
        return False
    zone = ZoneInfo(recovery.patient.zone)
    days = discharge.astimezone(zone).date() - procedure_at.astimezone(zone).date()
    return days / timedelta(days=1) in DISCHARGE_DAYS


def _refuse_if_not_movable(recovery: Recovery, *, anchor: int, procedure_at: datetime) -> None:
    if recovery.anchor != anchor:
        raise Moved(LOOK_AGAIN)
    if recovery.state not in MOVABLE:
        raise NotAllowed(_("This follow-up has ended, so its procedure no longer moves."))
    if recovery.procedure_at == procedure_at:
        raise NotAllowed(_("That is the time the procedure has now."))
    if recovery.state == State.COMPLETED:
        # Locked as where a procedure is added: of two colleagues one is refused.
        patient = Patient.objects.select_for_update(no_key=True).get(pk=recovery.patient_id)
        if patient.recoveries.filter(state__in=Recovery.FOLLOWED).exists():
            raise NotAllowed(FOLLOWED_ALREADY)


def _stop_old_anchor(recovery: Recovery) -> None:
    CheckIn.objects.open().filter(recovery=recovery, anchor=recovery.anchor).update(
        state=CheckIn.State.CANCELLED
    )
    messages.stop(
        Message.objects.filter(recovery=recovery, kind=Message.Kind.REMINDER),
        Message.Reason.MOVED,
    )


def _take_along(recovery: Recovery) -> None:
    """Everything of the anchor before goes on under the new one."""
    for rows in (CheckIn.objects, Outcome.objects):
        rows.filter(recovery=recovery, anchor=recovery.anchor - 1).update(anchor=recovery.anchor)


def _follow_hour(recovery: Recovery, now: datetime) -> None:
    """The first evening as with a discharge. The baseline ends at the new time: one that has ended
    unanswered waits again if that is to come, and is no miss.
    """
    evening = discharges.first_evening(recovery)
    if evening is not None and evening.is_open:
        discharges.rearrange(recovery, evening)
    slots = plan_of(recovery.pathway_id).slots
    ends = {one.key: one for one in planned(recovery)}
    for row in CheckIn.objects.filter(
        recovery=recovery,
        anchor=recovery.anchor,
        key__in=[slot.key for slot in slots if slot.anchor == "procedure"],
        state__in=[CheckIn.State.OPEN, CheckIn.State.EXPIRED],
    ):
        if row.key not in ends:
            continue
        if row.state == CheckIn.State.EXPIRED and ends[row.key].expires_at > now:
            row.state = CheckIn.State.OPEN
            if recovery.overdue_since == row.expires_at:
                status.answered(recovery)
        row.due_at, row.expires_at = ends[row.key].due_at, ends[row.key].expires_at
        row.save(update_fields=["due_at", "expires_at", "state"])


def _set_date(recovery: Recovery, procedure_at: datetime) -> None:
    """The new time, and the status columns whose days count from it."""
    before = recovery.procedure_on
    recovery.procedure_at = procedure_at
    recovery.procedure_on = procedure_at.astimezone(ZoneInfo(recovery.patient.zone)).date()
    shift = (before - recovery.procedure_on).days
    if recovery.last_log_day is not None:
        recovery.last_log_day += shift
    recovery.pain_trend = [[day + shift, pain] for day, pain in recovery.pain_trend]
    outcomes.count_logs_again([recovery])
