"""R47: when an alert that nobody acts on is told of again. The clock stops only at a contact.

Emergency: at once, after 15 and 60 minutes, then every hour, at any hour of the day. Urgent: at
once, or when the clinic next opens, and once more after 2 clinic hours. Review: never by mail.
Whom each step tells is services.oncall's.
"""

from datetime import datetime, timedelta

from recovery.models import Alert, Clinic
from recovery.models.alerts import Severity

# What staff are mailed about.
CALLS = (Severity.EMERGENCY, Severity.URGENT)
EMERGENCY_STEPS = (timedelta(minutes=15), timedelta(hours=1))
HOURLY = timedelta(hours=1)
URGENT_WAIT = timedelta(hours=2)


def may_tell_from(severity: str, clinic: Clinic, now: datetime) -> datetime:
    """`now`, or when the clinic next opens: what is urgent waits for that, nothing else does."""
    return clinic.calendar.open_from(now) if severity == Severity.URGENT else now


def notice_at(alert: Alert, clinic: Clinic, step: int) -> datetime | None:
    """When the alert's mail number `step` is due (0 is the first), or None for no such."""
    if alert.severity == Severity.REVIEW:
        return None
    if step == 0:
        return may_tell_from(alert.severity, clinic, alert.clock_from)
    if alert.severity == Severity.EMERGENCY:
        late = max(0, step - len(EMERGENCY_STEPS))
        return (
            alert.clock_from + EMERGENCY_STEPS[min(step, len(EMERGENCY_STEPS)) - 1] + HOURLY * late
        )
    if step == 1:
        return clinic.calendar.add_open_time(alert.clock_from, URGENT_WAIT)
    return None


def start_clock(alert: Alert, clinic: Clinic, now: datetime) -> None:
    """Count from `now`. The mail at once is owed by the caller; one that waits, by the tick."""
    alert.clock_from = now
    _begin(alert, clinic, now)


def fire_again(alert: Alert, clinic: Clinic, now: datetime) -> None:
    """Of an alert that nobody has acted on: its clock goes on, and what fires is told again.

    At once, and the caller owes that; or, as the first step of a notice of its own, at opening.
    """
    if may_tell_from(alert.severity, clinic, now) > now:
        alert.notice += 1
        _begin(alert, clinic, now)
    elif alert.notice_step == 0:
        _begin(alert, clinic, now)


def _begin(alert: Alert, clinic: Clinic, now: datetime) -> None:
    opens = may_tell_from(alert.severity, clinic, now)
    alert.notice_step = 0 if opens > now else 1
    alert.next_notice_at = opens if opens > now else notice_at(alert, clinic, 1)


def advance(alert: Alert, clinic: Clinic, now: datetime) -> int | None:
    """Move to the next step that is still to come; returns the one to tell of now, if any.

    Steps that a stop of the engine missed are told by the newest alone. An urgent alert whose time
    comes while the clinic is closed waits on.
    """
    opens = may_tell_from(alert.severity, clinic, now)
    if opens > now:
        alert.next_notice_at = opens
        return None
    step = None
    while alert.next_notice_at is not None and alert.next_notice_at <= now:
        step = alert.notice_step
        alert.notice_step += 1
        alert.next_notice_at = notice_at(alert, clinic, alert.notice_step)
    return step
