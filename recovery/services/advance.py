"""What one recovery owes at a moment: the tick's decision for a single row, without a query.

It asks "is it due and not done?", never "is it exactly now?", so that a missed tick is caught up
and a doubled one does nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.pathway import Occasion, checkin_key_for
from recovery.clinical.rules import RULE_SET_VERSION
from recovery.models import Alert, CheckIn, Contact, Message, Recovery
from recovery.queries.pathways import phase_now
from recovery.services import escalation, firing, notices, reminders, status, timing
from recovery.services.situations import Situation


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
    due: list[reminders.Due] = []
    expired = []
    for occasion in situation.occasions:
        if checkin := situation.checkins.get(occasion.key):
            before = (checkin.state, checkin.reminders_settled, checkin.later_at)
            due += reminders.due(checkin, occasion, now)
            if _expire(recovery, checkin, now):
                expired.append(checkin)
            if checkin.pk and before != (
                checkin.state,
                checkin.reminders_settled,
                checkin.later_at,
            ):
                owed.changed.append(checkin)
    owed.messages += reminders.owed(situation, due, now)
    _judge_time(situation, owed, expired, now)
    _act_on_alerts(situation, owed, now)
    last = max(_ends(situation), default=None)
    if recovery.state == Recovery.State.ACTIVE and last is not None and last <= now:
        recovery.state = Recovery.State.COMPLETED
    status.set_alert_rank(recovery, situation.alerts)
    recovery.next_event_at = next_event(situation, now)
    return owed


def escalate(situation: Situation, now: datetime) -> Owed:
    """What its alerts alone owe."""
    owed = Owed()
    _act_on_alerts(situation, owed, now)
    status.set_alert_rank(situation.recovery, situation.alerts)
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
    if recovery.sends and not _heard_since(recovery, checkin):
        recovery.overdue_since = min(
            filter(None, [recovery.overdue_since, checkin.expires_at]), default=None
        )
        if not recovery.overdue_until and recovery.overdue_call != Contact.Outcome.REMOVED:
            recovery.overdue_hidden = False
    return True


def _heard_since(recovery: Recovery, checkin: CheckIn) -> bool:
    """Whether the patient is not silent though this check-in passed: a later day was told of; of a
    form that is no log, after its end. An old day that is told late ends no silence.
    """
    at, day = recovery.last_log_at, recovery.last_log_day
    if at is None or day is None or day <= checkin.day:
        return False
    return checkin.form in LOG_FORMS or at >= checkin.expires_at


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
    owed.messages += notices.of_firings(recovery, situation.people, raised + fed, now)


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
    owed.messages += notices.of_steps(recovery, situation.people, noticed, now, situation.told)


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
            moments += [checkin.expires_at, checkin.later_at]
            moments += [at for at in occasion.reminders if at > now]
        elif checkin is None and recovery.sends:
            moments.append(occasion.opens_at)
    if recovery.sends:
        moments.append(max(_ends(situation), default=None))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)
