"""Which reminders a recovery owes at a moment, by which channel, and why the others never go."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from recovery.clinical.pathway import Occasion
from recovery.clinical.reminding import by_day
from recovery.models import Channel, CheckIn, Message
from recovery.services import channels, messages
from recovery.services.channels import Reminded
from recovery.services.situations import Situation

# The number of a reminder that the patient asked to come later.
ASKED_FOR_LATER = 0


class Due(NamedTuple):
    """A reminder whose time has come. `put_off`: the patient asked for a later one instead."""

    at: datetime
    checkin: CheckIn
    number: int
    put_off: bool = False


def due(checkin: CheckIn, occasion: Occasion, now: datetime) -> list[Due]:
    """Reminder times that have come and were not dealt with. An answered check-in has none."""
    first = checkin.reminders_settled
    come = [at for at in occasion.reminders if at <= now]
    checkin.reminders_settled = max(first, len(come))
    if checkin.state != CheckIn.State.OPEN:
        return []
    later = checkin.later_at
    found = [
        Due(at, checkin, number, put_off=later is not None and at <= later)
        for number, at in enumerate(come[first:], start=first + 1)
    ]
    if later is not None and later <= now:
        checkin.later_at = None
        found.append(Due(later, checkin, ASKED_FOR_LATER))
    return found


def owed(situation: Situation, due: Sequence[Due], now: datetime) -> list[Message]:
    """The newest that may go is owed; the rest are written down with the reason why they never
    went.

    So after a day or a month without an engine a patient gets one mail, not a pile, and what can
    not go itself keeps no other back.
    """
    reasons = [(one, _why_not(situation, one, now)) for one in sorted(due, key=lambda one: one.at)]
    may_go = [one for one, reason in reasons if not reason]
    goes = max(may_go, key=lambda one: one.at, default=None)
    written: list[Message] = []
    for one, reason in reasons:
        if reason == Message.Reason.CALL:
            recovery = situation.recovery
            recovery.call_since = recovery.call_since or now
            recovery.call_for = recovery.call_for or one.checkin.key
        written.append(_reminder(situation, one, reason or _beside(one, goes), now))
    return written


def _beside(one: Due, goes: Due | None) -> Message.Reason:
    """Why one that may go does not: another does in its place."""
    if goes is None or one is goes:
        return Message.Reason.NONE
    return Message.Reason.MERGED if one.at == goes.at else Message.Reason.SUPERSEDED


def _why_not(situation: Situation, one: Due, now: datetime) -> Message.Reason:
    """Why it does not go, whatever else is due; Reason.NONE if it may.

    One planned before the patient was enrolled never does: the invitation has just gone.
    """
    recovery, checkin = situation.recovery, one.checkin
    planned = one.number != ASKED_FOR_LATER
    reason = Message.Reason.NONE
    if not recovery.sends or one.at < recovery.created_at:
        reason = Message.Reason.NOT_FOLLOWED
    elif one.put_off:
        reason = Message.Reason.LATER
    elif checkin.expires_at <= now:
        reason = Message.Reason.EXPIRED
    elif planned and _needs_call(situation, checkin.key):
        reason = Message.Reason.CALL
    elif recovery.patient.turned_off(checkin.form):
        reason = Message.Reason.OPTED_OUT
    elif planned and _between(situation, one.at, now):
        reason = Message.Reason.CAPPED
    return reason


def _needs_call(situation: Situation, key: str) -> bool:
    """Whether so many reminders of this form went unanswered that staff call instead."""
    gone = sum(one.key == key and one.planned for one in situation.reminded)
    return gone >= situation.plan.unanswered.call_after


def _reminder(situation: Situation, one: Due, reason: Message.Reason, now: datetime) -> Message:
    recovery, checkin, later = situation.recovery, one.checkin, one.number == ASKED_FOR_LATER
    patient = recovery.patient
    channel = channels.next_of(
        patient.in_order,
        situation.channels,
        _unanswered_reminders(situation),
        situation.plan.unanswered,
    )
    return Message(
        kind=Message.Kind.REMINDER,
        channel=channel,
        dedupe_key=f"reminder:{checkin.uuid}:"
        + (f"later:{one.at:%Y%m%d%H%M%S}" if later else str(one.number)),
        clinic_id=recovery.clinic_id,
        recovery=recovery,
        checkin=checkin,
        number=one.number,
        user_id=situation.addressee if channel == Channel.EMAIL else None,
        created_at=now,
        planned_at=one.at,
        send_after=by_day(now, patient.zone, patient.hours)
        if later
        else messages.spread(
            one.at,
            key=f"{recovery.uuid} {checkin.key} {one.number}",
            patient=patient,
            ends_at=checkin.expires_at,
            now=now,
        ),
        urgency=messages.REMINDER_URGENCY,
        state=Message.State.NOT_SENT if reason else Message.State.OWED,
        reason=reason,
    )


def _unanswered_reminders(situation: Situation) -> list[Reminded]:
    """Those since the patient last answered anything, or staff reached somebody."""
    heard = [situation.recovery.last_log_at, *situation.facts.contacts]
    heard += [checkin.completed_at for checkin in situation.checkins.values()]
    last = max((at for at in heard if at is not None), default=None)
    planned = [one for one in situation.reminded if one.planned]
    return [one for one in planned if last is None or one.at > last]


def _between(situation: Situation, moment: datetime, now: datetime) -> bool:
    """Whether a reminder of something unanswered went on the day of `moment`, and another is to
    come on it: those two are kept, the first and the last.
    """
    zone = ZoneInfo(situation.recovery.patient.zone)
    day = moment.astimezone(zone).date()
    went = any(
        one.at.astimezone(zone).date() == day and _unanswered(situation, one.key)
        for one in situation.reminded
    )
    return went and any(
        at > now and at.astimezone(zone).date() == day
        for occasion in situation.occasions
        for at in _to_come(situation, occasion)
    )


def _unanswered(situation: Situation, key: str) -> bool:
    checkin = situation.checkins.get(key)
    return checkin is None or checkin.is_open


def _to_come(situation: Situation, occasion: Occasion) -> list[datetime]:
    """Of its reminder times, past ones too, those at which one goes as things stand."""
    waits = _unanswered(situation, occasion.key)
    if not waits or situation.recovery.patient.turned_off(occasion.form):
        return []
    checkin = situation.checkins.get(occasion.key)
    later = checkin.later_at if checkin else None
    ends = checkin.expires_at if checkin else occasion.expires_at
    times = [] if _needs_call(situation, occasion.key) else list(occasion.reminders)
    if later is not None:
        times = [later, *(at for at in times if at > later)]
    return [at for at in times if at < ends]
