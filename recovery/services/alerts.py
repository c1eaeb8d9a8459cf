"""Alerts: raised by an answer, claimed, released and closed by staff."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recovery.clinical.rules import Finding
from recovery.clinical.rules.judging import SILENCE
from recovery.models import (
    AccessEvent,
    Alert,
    AlertLog,
    DailyLog,
    FormResponse,
    Recovery,
    RecoveryPhase,
    User,
)
from recovery.services import firing, notices, status
from recovery.services.escalation import CALLS
from recovery.services.refusals import Moved, NotAllowed

CLAIM_LASTS = timedelta(minutes=30)
IS_ON_IT = gettext_lazy("%(name)s is on it.")
IS_HANDLED = gettext_lazy("This alert is already handled.")
CHANGED = (
    "state",
    "severity",
    "headline",
    "staff_text",
    "patient_text",
    "rule_set",
    "firings",
    "clock_from",
    "notice",
    "notice_step",
    "next_notice_at",
    "claimed_by",
    "claimed_until",
    "contacted_at",
    "returns_at",
    "acknowledged_at",
    "reached_at",
    "expected_level",
    "can_wait",
)
CLOSING = ("closed_by", "closed_at", "closing_reason", "closing_text", "complication")
# What a member of staff has read: alerts by uuid, each with how often it had fired by then.
Read = Mapping[uuid.UUID, int]


def raise_findings(
    recovery: Recovery,
    findings: Sequence[Finding],
    *,
    cause: DailyLog | FormResponse,
    phase: RecoveryPhase | None,
    now: datetime,
) -> list[Alert]:
    """Raise or feed one alert a finding; owe the staff their mails. Returns all not closed.

    Takes six statements for any number of findings. The caller holds the recovery's lock and
    saves its status columns. `cause` is what was answered, with the rule set that judged it.
    """
    standing = list(recovery.alerts.not_closed())
    raised, fed = firing.merge(
        recovery, standing, findings, phase=phase, rule_set=cause.rule_set, now=now, cause=cause
    )
    Alert.objects.bulk_create(raised)
    if fed:
        Alert.objects.bulk_update(fed, CHANGED)
    if isinstance(cause, DailyLog):
        AlertLog.objects.bulk_create(AlertLog(alert=alert, log=cause) for alert in raised + fed)
        notice = f"log:{cause.uuid}"
    else:
        link = Alert.responses.through
        # A draft may feed its own alert again.
        link.objects.bulk_create(
            (link(alert=alert, formresponse=cause) for alert in raised + fed),
            ignore_conflicts=True,
        )
        # Saved over as it grows: what it fires anew is told anew.
        top = next(iter(notices.worst_first(raised + fed)), None)
        notice = f"response:{cause.uuid}" + (f":{top.rule}:{top.firings}" if top else "")
    notices.at_once(recovery, notice, raised + fed, now)
    not_closed = [*standing, *raised]
    status.set_alert_rank(recovery, not_closed)
    moments = status.alert_moments(raised + fed)
    if any(alert.severity in CALLS for alert in raised + fed):
        # R42 looks then; an urgent alert's own next mail may wait for a Monday.
        moments.append(now + SILENCE)
    status.bring_forward(recovery, moments)
    return not_closed


def acknowledge(alert: Alert, now: datetime) -> None:
    """The first that anybody did with it; the clock of another process may be a moment behind."""
    alert.acknowledged_at = alert.acknowledged_at or max(now, alert.raised_at)


# What staff do
# -------------


def locked(recovery_id: int) -> tuple[Recovery, list[Alert]]:
    """Lock the recovery, as every write does first, then read its alerts not closed."""
    # Not with its holder: PostgreSQL joins who that was before it waited for the lock.
    recovery = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=recovery_id)
    )
    return recovery, list(recovery.alerts.not_closed().select_related("claimed_by"))


@dataclass(frozen=True, slots=True)
class Hold:
    """Who is on a patient now: by the claim of `alert`, or with None by that of the row."""

    by: User
    until: datetime
    alert: Alert | None = None


def hold_of(recovery: Recovery, standing: Sequence[Alert], now: datetime) -> Hold | None:
    """The claim that keeps the patient for one person: of the first of `standing` that has one,
    else of the row, which outlasts an alert that fires again.
    """
    for one in standing:
        by, claimed = one.claimed_by, one.claimed_until
        if one.state == Alert.State.ACKNOWLEDGED and by and claimed and claimed > now:
            return Hold(by, claimed, one)
    until = recovery.held_until
    holder = recovery.held_by if until and until > now else None
    return Hold(holder, until) if holder and until else None


def taking(hold: Hold | None, user: User) -> str:
    """What `user` does who claims what is held so: the words for the record."""
    # A name may be an address; the record has 40 characters, and a rule may follow.
    return f"took over from {str(hold.by)[:20]}" if hold and hold.by != user else "claimed"


def as_read(standing: Sequence[Alert], read: Read | None) -> list[Alert]:
    """Those of `standing` that staff have read; with None, all.

    Raises Moved when the rule of one of them has fired since.
    """
    if read is None:
        return list(standing)
    chosen = [alert for alert in standing if alert.uuid in read]
    if moved := [alert.rule for alert in chosen if alert.firings != read[alert.uuid]]:
        text = _("%(rules)s: fired again since you opened this page. Read, then save once more.")
        raise Moved(text % {"rules": ", ".join(moved)})
    return chosen


def store(
    recovery: Recovery,
    standing: Sequence[Alert],
    changed: Mapping[Alert, str],
    user: User,
    now: datetime,
) -> None:
    """Store the `changed` ones, each with what was done to it; statements do not grow with them."""
    Alert.objects.bulk_update(changed, [*CHANGED, *CLOSING])
    status.set_alert_rank(recovery, [a for a in standing if a.state != Alert.State.CLOSED])
    status.bring_forward(recovery, status.alert_moments(changed))
    recovery.save(update_fields=[*status.STATUS, "held_by", "held_until"])
    AccessEvent.objects.bulk_create(
        AccessEvent(
            at=now,
            user=user,
            patient_id=recovery.patient_id,
            action=AccessEvent.Action.WRITE,
            what=f"{deed} {alert.rule}",
        )
        for alert, deed in changed.items()
    )


@transaction.atomic
def claim(*, alert: Alert, user: User, now: datetime, take_over: bool = False) -> Alert:
    """Say "I have it", of all the recovery's open alerts and of its row: one call settles them all.

    Stops no clock, and lapses after 30 minutes without a contact; claiming again prolongs it.
    Raises NotAllowed when a colleague is on the patient, by a claim of any of its alerts or of the
    row, unless `take_over`, which is recorded with the name; and when it is no longer open.
    """
    recovery, standing = locked(alert.recovery_id)
    row = next((one for one in standing if one.pk == alert.pk), None)
    if row is None or row.state in (Alert.State.CONTACTED, Alert.State.SNOOZED):
        raise NotAllowed(IS_HANDLED)
    hold = hold_of(recovery, standing, now)
    if hold and hold.by != user and not take_over:
        told = _("%(name)s has claimed this alert.") if hold.alert == row else IS_ON_IT
        raise NotAllowed(told % {"name": hold.by})
    taken = {one: taking(hold, user) for one in standing if one.state in Alert.WAITING}
    recovery.held_by, recovery.held_until = user, now + CLAIM_LASTS
    for one in taken:
        one.state = Alert.State.ACKNOWLEDGED
        acknowledge(one, now)
        one.claimed_by = user
        one.claimed_until = now + CLAIM_LASTS
    store(recovery, standing, taken, user, now)
    return row


@transaction.atomic
def release(*, alert: Alert, user: User, now: datetime) -> Alert:
    """Undo one's own claim, of this alert, of the recovery's others and of its row.

    Raises NotAllowed for a colleague's.
    """
    recovery, standing = locked(alert.recovery_id)
    mine = {
        one: "gave back"
        for one in standing
        if one.state == Alert.State.ACKNOWLEDGED and one.claimed_by_id == user.pk
    }
    row = next((one for one in mine if one.pk == alert.pk), None)
    if row is None:
        raise NotAllowed(_("You have not claimed this alert."))
    for one in mine:
        firing.reopen(one)
    if recovery.held_by_id == user.pk:
        recovery.held_by = recovery.held_until = None
    store(recovery, standing, mine, user, now)
    return row


@transaction.atomic
def close(
    *,
    recovery: Recovery,
    read: Read,
    user: User,
    now: datetime,
    reason: Alert.ClosingReason,
    text: str = "",
    complication: str = "",
) -> list[Alert]:
    """End alerts for good. Nothing but a named person does this, and only to what they `read`.

    `complication` is one of Alert.Complication, or empty where nothing was said of one.

    Raises NotAllowed when all are closed already, when an emergency or urgent one has no contact
    that reached somebody, and when the reason "other" has no text; Moved when one fired since.
    """
    recovery, standing = locked(recovery.pk)
    chosen = as_read(standing, read)
    if not chosen:
        raise NotAllowed(_("This alert is already closed."))
    if any(alert.severity in CALLS and not reached(alert) for alert in chosen):
        raise NotAllowed(_("Record a contact that reached somebody before you close this alert."))
    if reason == Alert.ClosingReason.OTHER and not text.strip():
        raise NotAllowed(_("Say why, in a few words."))
    for alert in chosen:
        alert.state = Alert.State.CLOSED
        acknowledge(alert, now)
        alert.closed_by = user
        alert.closed_at = now
        alert.closing_reason = reason
        alert.closing_text = text.strip()
        alert.complication = complication
        alert.next_notice_at = alert.returns_at = alert.claimed_until = None
        alert.expected_level = None
    status.handled(recovery, now)
    recovery.held_by = recovery.held_until = None
    store(recovery, standing, dict.fromkeys(chosen, "closed"), user, now)
    return chosen


def reached(alert: Alert) -> bool:
    """Whether a contact about it reached somebody."""
    if alert.state == Alert.State.SNOOZED:
        return alert.contacted_at is not None
    return alert.state == Alert.State.CONTACTED and alert.returns_at is None
