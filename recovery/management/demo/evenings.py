"""When the clinics' past is ticked: in the evenings, and whenever an alert waits."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from recovery.models import Recovery
from recovery.models.recoveries import QueueRank

# Reminders leave at 17:00 and later where the patient is; the clinics' patients live west of here.
EVENING, EVENING_IN = 17, ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)
# Staff are mailed again while one of these waits.
CALLING = (QueueRank.EMERGENCY, QueueRank.URGENT)


def next_tick(now: datetime) -> datetime | None:
    """The first moment until `now` at which the tick has something to do; None if there is none."""
    due = Recovery.objects.filter(next_event_at__lte=now)
    moments = list(due.values_list("next_event_at", "alert_rank"))
    if not moments:
        return None
    evening = _evening(min(at for at, _rank in moments))
    moment = min([evening, *(at for at, rank in moments if rank in CALLING)])
    return moment if moment <= now else None


def _evening(moment: datetime) -> datetime:
    """The first full hour of an evening from `moment` on."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    while hour < moment or hour.astimezone(EVENING_IN).hour < EVENING:
        hour += HOUR
    return hour
