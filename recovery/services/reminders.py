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
from recovery.services.recheck import DAILY_CAP
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
    """The newest is owed; the rest are written down with the reason why they never went.

    So after a day or a month without an engine a patient gets one mail, not a pile. One planned
    before the patient was enrolled never goes: the invitation has just gone.
    """
    if not due:
        return []
    recovery = situation.recovery
    newest = max(
        (
            one.at
            for one in due
            if one.checkin.expires_at > now and one.at >= recovery.created_at and not one.put_off
        ),
        default=None,
    )
    between = _between(situation, newest) if newest else False
    written: list[Message] = []
    for one in sorted(due, key=lambda one: one.at):
        goes = any(mail.state == Message.State.OWED for mail in written)
        reason = Message.Reason.NONE
        if not recovery.sends or one.at < recovery.created_at:
            reason = Message.Reason.NOT_FOLLOWED
        elif one.put_off:
            reason = Message.Reason.LATER
        elif one.checkin.expires_at <= now:
            reason = Message.Reason.EXPIRED
        elif one.at != newest:
            reason = Message.Reason.SUPERSEDED
        elif goes:
            reason = Message.Reason.MERGED
        elif between and one.number != ASKED_FOR_LATER:
            reason = Message.Reason.CAPPED
        elif _needs_call(situation, one):
            reason = Message.Reason.CALL
            recovery.call_since = recovery.call_since or now
            recovery.call_for = recovery.call_for or one.checkin.key
        written.append(_reminder(situation, one, reason, now))
    return written


def _needs_call(situation: Situation, one: Due) -> bool:
    """Whether so many reminders of this form went unanswered that staff call instead."""
    gone = sum(other.key == one.checkin.key for other in situation.reminded)
    return one.number != ASKED_FOR_LATER and gone >= situation.plan.unanswered.call_after


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
    return [one for one in situation.reminded if last is None or one.at > last]


def _between(situation: Situation, moment: datetime) -> bool:
    """Whether the day of `moment` has more than two times at which something unanswered reminds,
    of which this is neither the first nor the last: those two are kept.
    """
    zone = ZoneInfo(situation.recovery.patient.zone)
    day = moment.astimezone(zone).date()
    times = {
        at
        for occasion in situation.occasions
        for at in occasion.reminders
        if at.astimezone(zone).date() == day and _unanswered(situation, occasion)
    }
    return len(times) > DAILY_CAP and min(times) < moment < max(times)


def _unanswered(situation: Situation, occasion: Occasion) -> bool:
    checkin = situation.checkins.get(occasion.key)
    return checkin is None or checkin.is_open
