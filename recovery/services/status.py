"""The status columns of a recovery: what the queue shows without reading a log.

Nothing here saves; the service that calls it does, with STATUS in its update_fields.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from recovery.models import Alert, Clinic, Recovery
from recovery.models.alerts import RANK_OF, Severity
from recovery.models.recoveries import QueueRank, Wait
from recovery.queries.patients import day_of

STATUS = (
    "alert_rank",
    "alert_since",
    "queue_rank",
    "queue_wait",
    "queue_since",
    "call_since",
    "call_for",
    "handled_at",
    "next_event_at",
)
# The current run of misses, and what staff did about it.
MISS = ("overdue_since", "overdue_hidden", "overdue_until", "overdue_call")
WAITS = {False: Wait.CANNOT, None: Wait.UNSAID, True: Wait.CAN}


def set_alert_rank(recovery: Recovery, not_closed: Iterable[Alert]) -> None:
    """The worst rank among the alerts not closed, its oldest clock, and the least that the patient
    can wait with any of that rank. A snoozed one has none.
    """
    placed = [_place(alert) for alert in not_closed if alert.state != Alert.State.SNOOZED]
    recovery.alert_rank = min((rank for rank, _wait, _since in placed), default=None)
    here = [place for place in placed if place[0] == recovery.alert_rank]
    recovery.alert_since = min((since for _rank, _wait, since in here), default=None)
    recovery.queue_wait = min((wait for _rank, wait, _since in here), default=Wait.UNSAID)
    set_queue_rank(recovery)


def _place(alert: Alert) -> tuple[int, Wait, datetime]:
    if alert.state == Alert.State.CONTACTED:
        return QueueRank.CONTACTED, Wait.UNSAID, alert.contacted_at or alert.clock_from
    return RANK_OF[Severity(alert.severity)], WAITS[alert.can_wait], alert.clock_from


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
    if recovery.handled_at:
        reasons.append((QueueRank.HANDLED, recovery.handled_at))
    recovery.queue_rank, recovery.queue_since = min(reasons, default=(None, None))
    if recovery.queue_rank not in RANK_OF.values():
        recovery.queue_wait = Wait.UNSAID


def handled(recovery: Recovery, now: datetime) -> None:
    """Keep the row in sight, greyed, until the clinic's day ends."""
    recovery.handled_at = now
    bring_forward(recovery, [day_after(recovery.clinic, now)])


def day_after(clinic: Clinic, at: datetime) -> datetime:
    """The midnight that ends the clinic's day of `at`."""
    return day_of(clinic, at)[1] + timedelta(microseconds=1)


def answered(recovery: Recovery) -> None:
    """End the run of misses, and what staff did about it."""
    recovery.overdue_since = recovery.overdue_until = None
    recovery.overdue_hidden = False
    recovery.overdue_call = ""


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
