"""A symptom that staff expect for a while: its alert sleeps, and the patient is told the same."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from recovery.clinical.pathway import local
from recovery.clinical.phases import IMMEDIATE, immediate_ends_at
from recovery.clinical.rules.levels import LEVELS
from recovery.models import Alert, Recovery, RecoveryPhase, Snooze, User
from recovery.models.alerts import NEVER_SNOOZED, Severity
from recovery.queries.pathways import phase_now
from recovery.services import alerts, firing, status
from recovery.services.escalation import CALLS
from recovery.services.refusals import NotAllowed

# In a phase without end, and in a longer one.
LONGEST = timedelta(days=30)


def may_snooze(alert: Alert) -> bool:
    """Whether its rule is about how strong a symptom is, and it is no emergency."""
    return (
        alert.rule in LEVELS
        and alert.rule not in NEVER_SNOOZED
        and alert.severity != Severity.EMERGENCY
        and alert.state not in (Alert.State.CLOSED, Alert.State.SNOOZED)
    )


def waits_for_contact(alert: Alert) -> bool:
    """What is urgent is not put to sleep before somebody was reached about it."""
    return alert.severity in CALLS and not alerts.reached(alert)


def ends_at(recovery: Recovery, phase: RecoveryPhase, now: datetime) -> datetime:
    """The border of the phase, in the patient's zone, or after 30 days."""
    latest = now + LONGEST
    if phase.code == IMMEDIATE:
        return min(latest, immediate_ends_at(recovery.procedure_at, recovery.discharged_at))
    if phase.last_day is None:
        return latest
    after = recovery.procedure_on + timedelta(days=phase.last_day + 1)
    return min(latest, local(after, time(0), recovery.patient.zone))


@transaction.atomic
def snooze(*, alert: Alert, level: int, reason: str, user: User, now: datetime) -> Alert:
    """Let the alert sleep while its symptom is no stronger than `level`, until the phase ends.

    It tells nobody, and leaves the queue when the clinic's day ends: until then it stays in sight,
    grey, as what was closed. The rule goes on firing, and the patient reads
    its text as before. What is stronger wakes it at once; the tick wakes it at the phase's border.

    Raises NotAllowed for an emergency, for a rule that has no level, for an urgent alert without a
    contact that reached somebody, before the procedure, and without a reason.
    """
    recovery, standing = alerts.locked(alert.recovery_id)
    row = next((one for one in standing if one.pk == alert.pk), None)
    if row is None or row.state == Alert.State.SNOOZED:
        raise NotAllowed(_("This alert is already handled."))
    if not may_snooze(row):
        raise NotAllowed(_("Emergencies, and rules without a level, cannot be snoozed."))
    if waits_for_contact(row):
        raise NotAllowed(_("Record a contact that reached the patient before you snooze this."))
    if not reason.strip():
        raise NotAllowed(_("Say why this is expected."))
    phase = phase_now(recovery, now)
    if phase is None:
        raise NotAllowed(_("Before the procedure nothing is expected yet."))
    until = ends_at(recovery, phase, now)
    Snooze.objects.create(
        alert=row,
        by=user,
        at=now,
        rule=row.rule,
        expected_level=level,
        reason=reason.strip(),
        phase=phase,
        ends_at=until,
    )
    alerts.acknowledge(row, now)
    row.state = Alert.State.SNOOZED
    row.expected_level = level
    row.returns_at = until
    row.claimed_by = row.claimed_until = row.next_notice_at = None
    status.handled(recovery, now)
    recovery.held_by = recovery.held_until = None
    alerts.store(recovery, standing, {row: f"snoozed to {level}"}, user, now)
    return row


def follow_phases(recovery: Recovery, now: datetime) -> None:
    """End what is snoozed no later than its phase, after a write that moved the borders; one of a
    phase that the recovery is not in now ends at once. The caller holds the lock and lets the tick
    look now. One statement, two where something is snoozed.
    """
    latest = Snooze.objects.filter(alert=OuterRef("pk")).order_by("-pk")
    snoozed_in = Subquery(latest.values("phase__code")[:1])
    asleep: list[Any] = list(
        recovery.alerts.filter(state=Alert.State.SNOOZED).annotate(snoozed_in=snoozed_in)
    )
    for alert in asleep:
        phase = phase_now(recovery, now)
        goes_on = phase is not None and phase.code == alert.snoozed_in
        border = ends_at(recovery, phase, now) if phase and goes_on else now
        alert.returns_at = min(alert.returns_at, border)
    Alert.objects.bulk_update(asleep, ["returns_at"])


@transaction.atomic
def wake(*, alert: Alert, user: User, now: datetime) -> Alert:
    """End a snooze before its time. Raises NotAllowed if it has ended."""
    recovery, standing = alerts.locked(alert.recovery_id)
    row = next((one for one in standing if one.pk == alert.pk), None)
    if row is None or row.state != Alert.State.SNOOZED:
        raise NotAllowed(_("This is not snoozed any more."))
    firing.wake(row, recovery.clinic, now)
    alerts.store(recovery, standing, {row: "woke"}, user, now)
    return row
