"""What one recovery owes at a moment: the tick's decision for a single row, without a query.

It asks "is it due and not done?", never "is it exactly now?", so that a missed tick is caught up
and a doubled one does nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from recovery.clinical.pathway import Occasion, Plan, checkin_key_for
from recovery.clinical.rules import RULE_SET_VERSION
from recovery.models import Alert, CheckIn, Contact, Message, Recovery
from recovery.queries.pathways import phase_now
from recovery.services import escalation, firing, messages, notices, oncall, status, timing
from recovery.services.recheck import DAILY_CAP


@dataclass(slots=True)
class Situation:
    """All that is known of a recovery when its tick comes."""

    recovery: Recovery
    plan: Plan
    occasions: Sequence[Occasion]
    checkins: dict[str, CheckIn]
    alerts: list[Alert]
    # (day, entered_at, log id), oldest first; read only when something opens or expires.
    logs: Sequence[tuple[int, datetime, int]]
    addressee: int | None
    people: Sequence[oncall.Person]
    facts: timing.Facts


@dataclass(slots=True)
class Owed:
    """What the tick writes for it."""

    opened: list[CheckIn] = field(default_factory=list)
    changed: list[CheckIn] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    raised: list[Alert] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def opening(
    recovery: Recovery, occasions: Iterable[Occasion], known: Mapping[str, CheckIn], now: datetime
) -> list[Occasion]:
    """Occasions that have opened and have no row yet.

    One that expired before the recovery was created or resumed never becomes a row.
    """
    if not recovery.sends:
        return []
    since = max(filter(None, [recovery.created_at, recovery.resumed_at]))
    return [
        occasion
        for occasion in occasions
        if occasion.opens_at <= now and occasion.expires_at > since and occasion.key not in known
    ]


def advance(situation: Situation, now: datetime) -> Owed:
    """Move the recovery to `now`: its columns, its check-ins, its alerts, and the mails owed."""
    owed = Owed()
    recovery = situation.recovery
    if recovery.state == Recovery.State.PLANNED and recovery.procedure_at <= now:
        recovery.state = Recovery.State.ACTIVE
    if recovery.overdue_until is not None and recovery.overdue_until <= now:
        recovery.overdue_until, recovery.overdue_hidden = None, False
    if recovery.handled_at and status.day_after(recovery.clinic, recovery.handled_at) <= now:
        recovery.handled_at = None
    for occasion in opening(recovery, situation.occasions, situation.checkins, now):
        situation.checkins[occasion.key] = _open(situation, occasion)
        owed.opened.append(situation.checkins[occasion.key])
    reminders: list[tuple[datetime, CheckIn, int]] = []
    expired = []
    for occasion in situation.occasions:
        if checkin := situation.checkins.get(occasion.key):
            before = (checkin.state, checkin.reminders_settled)
            reminders += _due(checkin, occasion, now)
            if _expire(recovery, checkin, now):
                expired.append(checkin)
            if checkin.pk and before != (checkin.state, checkin.reminders_settled):
                owed.changed.append(checkin)
    owed.messages += _reminders(situation, reminders, now)
    _judge_time(situation, owed, expired, now)
    _act_on_alerts(situation, owed, now)
    last = max(_ends(situation), default=None)
    if recovery.state == Recovery.State.ACTIVE and last is not None and last <= now:
        recovery.state = Recovery.State.COMPLETED
    status.set_alert_rank(recovery, situation.alerts)
    recovery.next_event_at = next_event(situation, now)
    return owed


def _ends(situation: Situation) -> list[datetime]:
    """When each form ends, also one that a move to another pathway has kept open."""
    kept = (one.expires_at for one in situation.checkins.values() if one.is_open)
    return [*kept, *(occasion.expires_at for occasion in situation.occasions)]


def _open(situation: Situation, occasion: Occasion) -> CheckIn:
    """The new row: completed already if a log came before the tick, else open."""
    checkin = CheckIn(
        recovery=situation.recovery,
        anchor=situation.recovery.anchor,
        key=occasion.key,
        form=occasion.form,
        day=occasion.day,
        opens_at=occasion.opens_at,
        due_at=occasion.due_at,
        expires_at=occasion.expires_at,
    )
    for day, entered_at, log_id in situation.logs:
        early = entered_at < situation.recovery.procedure_at
        key = checkin_key_for(day, situation.plan, before_procedure=early)
        if key == occasion.key and entered_at < occasion.expires_at:
            checkin.state = CheckIn.State.COMPLETED
            checkin.completed_at = max(entered_at, occasion.opens_at)
            checkin.completed_by_id = log_id
            break
    return checkin


def _expire(recovery: Recovery, checkin: CheckIn, now: datetime) -> bool:
    """Whether it expires now."""
    if checkin.state != CheckIn.State.OPEN or checkin.expires_at > now:
        return False
    checkin.state = CheckIn.State.EXPIRED
    # Seen only after downtime: an old day told since then ends no silence (services.logs).
    logged_since = (
        recovery.last_log_at is not None
        and recovery.last_log_day is not None
        and recovery.last_log_at >= checkin.expires_at
        and recovery.last_log_day > checkin.day
    )
    if recovery.sends and not logged_since:
        recovery.overdue_since = min(
            filter(None, [recovery.overdue_since, checkin.expires_at]), default=None
        )
        if not recovery.overdue_until and recovery.overdue_call != Contact.Outcome.REMOVED:
            recovery.overdue_hidden = False
    return True


def _due(
    checkin: CheckIn, occasion: Occasion, now: datetime
) -> list[tuple[datetime, CheckIn, int]]:
    """Reminder times that have come and were not dealt with. An answered check-in has none."""
    first = checkin.reminders_settled
    come = [at for at in occasion.reminders if at <= now]
    checkin.reminders_settled = max(first, len(come))
    if checkin.state != CheckIn.State.OPEN:
        return []
    return [(at, checkin, number) for number, at in enumerate(come[first:], start=first + 1)]


def _reminders(
    situation: Situation, due: Sequence[tuple[datetime, CheckIn, int]], now: datetime
) -> list[Message]:
    """The newest is owed; the rest are written down with the reason why they never went.

    So after a day or a month without an engine a patient gets one mail, not a pile. One planned
    before the patient was enrolled never goes: the invitation has just gone.
    """
    if not due:
        return []
    due = sorted(due, key=lambda entry: entry[0])
    recovery = situation.recovery
    newest = max(
        (
            at
            for at, checkin, _number in due
            if checkin.expires_at > now and at >= recovery.created_at
        ),
        default=None,
    )
    between = _between(situation, newest) if newest else False
    written: list[Message] = []
    for at, checkin, number in due:
        reason = Message.Reason.NONE
        if not recovery.sends or at < recovery.created_at:
            reason = Message.Reason.NOT_FOLLOWED
        elif checkin.expires_at <= now:
            reason = Message.Reason.EXPIRED
        elif at != newest or any(mail.state == Message.State.OWED for mail in written):
            reason = Message.Reason.SUPERSEDED
        elif between:
            reason = Message.Reason.CAPPED
        written.append(
            Message(
                kind=Message.Kind.REMINDER,
                dedupe_key=f"reminder:{checkin.uuid}:{number}",
                clinic_id=recovery.clinic_id,
                recovery=recovery,
                checkin=checkin,
                number=number,
                user_id=situation.addressee,
                created_at=now,
                planned_at=at,
                send_after=messages.spread(
                    at,
                    key=f"{recovery.uuid} {checkin.key} {number}",
                    zone=recovery.patient.zone,
                    ends_at=checkin.expires_at,
                    now=now,
                ),
                urgency=messages.REMINDER_URGENCY,
                state=Message.State.NOT_SENT if reason else Message.State.OWED,
                reason=reason,
            )
        )
    return written


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


def _judge_time(
    situation: Situation, owed: Owed, expired: Sequence[CheckIn], now: datetime
) -> None:
    """R40 to R43 and R46. Their alerts stand in the queue; R42 is urgent and is mailed too."""
    recovery = situation.recovery
    findings = timing.judge(
        recovery,
        situation.facts,
        plan=situation.plan,
        logged_days={day for day, _at, _pk in situation.logs},
        checkins=situation.checkins,
        expired=expired,
        alerts=situation.alerts,
        now=now,
    )
    if not findings:
        return
    phase = phase_now(recovery, now)
    raised, fed = firing.merge(
        recovery, situation.alerts, findings, phase=phase, rule_set=RULE_SET_VERSION, now=now
    )
    owed.raised += raised
    owed.alerts += fed
    situation.alerts += raised
    at_once = [(alert, 0) for alert in raised + fed if alert.notice_step]
    owed.messages += notices.of_steps(recovery, situation.people, at_once, now)


def _act_on_alerts(situation: Situation, owed: Owed, now: datetime) -> None:
    recovery = situation.recovery
    noticed: list[tuple[Alert, int]] = []
    for alert in situation.alerts:
        changed = False
        if alert.state == Alert.State.ACKNOWLEDGED and (alert.claimed_until or now) <= now:
            firing.reopen(alert)
            changed = True
        if alert.returns_at is not None and alert.returns_at <= now:
            if alert.state == Alert.State.SNOOZED:
                firing.wake(alert, recovery.clinic, now)
            else:
                firing.reopen(alert)
                alert.returns_at = alert.contacted_at = None
            changed = True
        if alert.next_notice_at is not None and alert.next_notice_at <= now:
            step = escalation.advance(alert, recovery.clinic, now)
            noticed += [] if step is None else [(alert, step)]
            changed = True
        if changed:
            owed.alerts.append(alert)
    owed.messages += notices.of_steps(recovery, situation.people, noticed, now)


def next_event(situation: Situation, now: datetime) -> datetime | None:
    """The next moment at which anything can happen by itself; None when nothing remains."""
    recovery = situation.recovery
    moments: list[datetime | None] = status.alert_moments(situation.alerts)
    moments += timing.moments(recovery, situation.facts, situation.alerts)
    moments.append(recovery.overdue_until)
    if recovery.handled_at:
        moments.append(status.day_after(recovery.clinic, recovery.handled_at))
    if recovery.state == Recovery.State.PLANNED:
        moments.append(recovery.procedure_at)
    for occasion in situation.occasions:
        checkin = situation.checkins.get(occasion.key)
        if checkin is not None and checkin.state == CheckIn.State.OPEN:
            moments.append(checkin.expires_at)
            moments += [at for at in occasion.reminders if at > now]
        elif checkin is None and recovery.sends:
            moments.append(occasion.opens_at)
    if recovery.sends:
        moments.append(max(_ends(situation), default=None))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)
