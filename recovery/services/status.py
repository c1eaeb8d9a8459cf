"""The status columns of a recovery: what the queue shows without reading a log.

Nothing here saves; the service that calls it does, with STATUS in its update_fields.
"""

from collections.abc import Iterable
from datetime import datetime

from recovery.models import Alert, Recovery
from recovery.models.alerts import RANK_OF, Severity
from recovery.models.recoveries import QueueRank

STATUS = (
    "alert_rank",
    "alert_since",
    "queue_rank",
    "queue_since",
    "call_since",
    "call_for",
    "next_event_at",
)


def set_alert_rank(recovery: Recovery, not_closed: Iterable[Alert]) -> None:
    """The worst rank among the alerts not closed, and the oldest clock of that rank."""
    ranked = [_rank_and_since(alert) for alert in not_closed]
    recovery.alert_rank, recovery.alert_since = min(ranked, default=(None, None))
    set_queue_rank(recovery)


def _rank_and_since(alert: Alert) -> tuple[int, datetime]:
    if alert.state == Alert.State.CONTACTED:
        return QueueRank.CONTACTED, alert.contacted_at or alert.clock_from
    return RANK_OF[Severity(alert.severity)], alert.clock_from


def set_queue_rank(recovery: Recovery) -> None:
    """Where the recovery stands in the queue: the first of its reasons, or nowhere.

    A call to make or an overdue answer matters only while the recovery is followed.
    """
    reasons: list[tuple[int, datetime]] = []
    if recovery.alert_rank is not None and recovery.alert_since is not None:
        reasons.append((recovery.alert_rank, recovery.alert_since))
    if recovery.sends:
        patient = recovery.patient
        calls = (patient.address_fails_at, patient.mobile_fails_at, recovery.call_since)
        reasons += [(QueueRank.CALL, since) for since in calls if since]
        if recovery.overdue_since and not recovery.overdue_hidden:
            reasons.append((QueueRank.OVERDUE, recovery.overdue_since))
    recovery.queue_rank, recovery.queue_since = min(reasons, default=(None, None))


def called_or_answered(recovery: Recovery) -> None:
    """Nobody needs to be called any more because reminders went unanswered."""
    recovery.call_since, recovery.call_for = None, ""


def bring_forward(recovery: Recovery, moments: Iterable[datetime | None]) -> None:
    """Let the tick look again no later than the first of `moments`."""
    known = [moment for moment in (*moments, recovery.next_event_at) if moment is not None]
    recovery.next_event_at = min(known, default=None)


def alert_moments(alerts: Iterable[Alert]) -> list[datetime | None]:
    """When something next happens to these alerts by itself: a notice, a time-out, a return."""
    moments: list[datetime | None] = []
    for alert in alerts:
        if alert.state != Alert.State.CLOSED:
            moments += [alert.next_notice_at, alert.returns_at]
        if alert.state == Alert.State.ACKNOWLEDGED:
            moments.append(alert.claimed_until)
    return moments
