"""R47: whom an alert that nobody acts on tells next, and when. The clock stops only at a contact.

Emergency: at once, after 15 and 60 minutes, then every hour, at any hour of the day. Urgent: at
once, and once more after 2 clinic hours. Review: never by mail.
"""

from datetime import datetime, timedelta

from recovery.clinical.hours import add_open_time
from recovery.models import Alert, Clinic
from recovery.models.alerts import Severity

EMERGENCY_STEPS = (timedelta(minutes=15), timedelta(hours=1))
HOURLY = timedelta(hours=1)
URGENT_WAIT = timedelta(hours=2)


def notice_at(alert: Alert, clinic: Clinic, step: int) -> datetime | None:
    """When the alert's mail number `step` is due (0 is the one at once), or None for no such."""
    if alert.severity == Severity.REVIEW:
        return None
    if step == 0:
        return alert.clock_from
    if alert.severity == Severity.EMERGENCY:
        late = max(0, step - len(EMERGENCY_STEPS))
        return (
            alert.clock_from + EMERGENCY_STEPS[min(step, len(EMERGENCY_STEPS)) - 1] + HOURLY * late
        )
    if step == 1:
        return add_open_time(clinic.hours, clinic.zone, alert.clock_from, URGENT_WAIT)
    return None


def start_clock(alert: Alert, clinic: Clinic, now: datetime) -> None:
    """Count from `now`; the mail at once is owed by the caller."""
    alert.clock_from = now
    alert.notice_step = 1
    alert.next_notice_at = notice_at(alert, clinic, 1)


def advance(alert: Alert, clinic: Clinic, now: datetime) -> None:
    """Move to the next step that is still to come; steps that a stop of the engine missed are
    told by the one mail that goes out now.
    """
    while alert.next_notice_at is not None and alert.next_notice_at <= now:
        alert.notice_step += 1
        alert.next_notice_at = notice_at(alert, clinic, alert.notice_step)
