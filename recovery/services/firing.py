"""What a rule that fires does to the alerts that stand, and how an alert opens again."""

from collections.abc import Iterable
from datetime import datetime

from recovery.clinical.rules import Finding, Severity
from recovery.clinical.rules.levels import level_of
from recovery.models import Alert, Clinic, DailyLog, FormResponse, Recovery, RecoveryPhase
from recovery.services import escalation
from recovery.services.escalation import CALLS


def merge(
    recovery: Recovery,
    standing: Iterable[Alert],
    findings: Iterable[Finding],
    *,
    phase: RecoveryPhase | None,
    rule_set: str,
    now: datetime,
    cause: DailyLog | FormResponse | None = None,
) -> tuple[list[Alert], list[Alert]]:
    """The alerts that findings raise, and those of `standing` that they feed. Saves nothing.

    An emergency or urgent rule that fires again reopens its alert and, if staff had acted on it,
    restarts its clock; so does one that fires louder than before, where the recovery has moved to
    a pathway that raised it. In any case it is told again. One that fires quieter than before, by
    such a move, leaves its alert as loud as it was, with the text that the patient was given: only
    a contact stops a clock. A snoozed one sleeps on while `cause` reports no more than the level
    that staff expect; what is above it, or tells no level, wakes it.
    """
    by_rule = {alert.rule: alert for alert in standing}
    raised, fed = [], []
    for finding in findings:
        if alert := by_rule.get(finding.rule_id):
            louder = finding.severity.rank < Severity(alert.severity).rank
            _describe(alert, finding, rule_set)
            alert.can_wait = None
            if louder or not _expected(alert, cause):
                _fire_again(alert, recovery, now, louder=louder)
            else:
                alert.firings += 1
            fed.append(alert)
        else:
            alert = Alert(recovery=recovery, phase=phase, rule=finding.rule_id, raised_at=now)
            _describe(alert, finding, rule_set)
            escalation.start_clock(alert, recovery.clinic, now)
            raised.append(alert)
    return raised, fed


def _expected(alert: Alert, cause: DailyLog | FormResponse | None) -> bool:
    if alert.state != Alert.State.SNOOZED or alert.expected_level is None:
        return False
    level = level_of(alert.rule, cause)
    return level is not None and level <= alert.expected_level


def _describe(alert: Alert, finding: Finding, rule_set: str) -> None:
    alert.headline = finding.headline
    alert.staff_text = finding.staff_text
    alert.rule_set = rule_set
    if not alert.severity or finding.severity.rank <= Severity(alert.severity).rank:
        alert.severity = finding.severity
        alert.patient_text = finding.patient_text


def _fire_again(alert: Alert, recovery: Recovery, now: datetime, *, louder: bool) -> None:
    alert.firings += 1
    asleep = alert.state == Alert.State.SNOOZED
    if alert.severity not in CALLS and not asleep:
        return
    if alert.state == Alert.State.OPEN and not louder:
        escalation.fire_again(alert, recovery.clinic, now)
        return
    reopen(alert)
    alert.contacted_at = alert.returns_at = None
    alert.notice += 1
    escalation.start_clock(alert, recovery.clinic, now)


def reopen(alert: Alert) -> None:
    """Back to open, held by nobody. Not saved."""
    alert.state = Alert.State.OPEN
    alert.claimed_by = alert.claimed_until = alert.expected_level = None


def wake(alert: Alert, clinic: Clinic, now: datetime) -> None:
    """End a snooze: back among the contacted ones if a contact reached somebody, else open, with
    its clock from now. Not saved.
    """
    reopen(alert)
    alert.returns_at = None
    if alert.contacted_at:
        alert.state = Alert.State.CONTACTED
    else:
        escalation.start_clock(alert, clinic, now)
