"""Whether mails are going out, and since when not: read from the heartbeats alone. And for whom
nothing happens by itself though the engine runs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, QuerySet, Subquery

from recovery.models import Clinic, Heartbeat, Recovery

# Each beats once a minute. Staff are told within five minutes, however long a look takes.
LATE = timedelta(minutes=4, seconds=30)
# What must beat. The rows of the mail server and the provider of texts say whether they answer;
# that of acceptance, whether the mail server takes what it is given.
BEAT, TICK, SEND, SERVER = "beat", "tick", "send", "mail server"
TAKES, TEXTS = "mail acceptance", "text provider"
PARTS = (BEAT, TICK, SEND)
LISTED = 200

# Two annotations for a query that a page makes anyway; `standstill` reads them.
PULSE = {
    "oldest_beat": Subquery(
        Heartbeat.objects.filter(name__in=PARTS).order_by("at").values("at")[:1]
    ),
    "behind_since": Subquery(
        Heartbeat.objects.filter(behind_since__isnull=False)
        .order_by("behind_since")
        .values("behind_since")[:1]
    ),
}


@dataclass(frozen=True, slots=True)
class Standstill:
    """Mails are not going out. Since None: no part has ever run."""

    since: datetime | None


def standstill(
    oldest_beat: datetime | None, behind_since: datetime | None, *, at: datetime
) -> Standstill | None:
    """`at` is real time, as the heartbeats are."""
    if oldest_beat is None:
        return Standstill(None)
    late = [moment for moment in (oldest_beat, behind_since) if moment and at - moment >= LATE]
    return Standstill(min(late)) if late else None


def health(*, at: datetime) -> dict[str, str]:
    """Each part in a word or two: ok, never, or for how long not."""
    beats = {row.name: row for row in Heartbeat.objects.all()}
    return {name: _words(beats.get(name), at) for name in PARTS} | {
        name: _behind(beats[name], at) if name in beats else "ok" for name in (SERVER, TAKES, TEXTS)
    }


def stuck(clinic: Clinic, *, now: datetime, at: datetime) -> QuerySet[Recovery]:
    """Those that the tick cannot move on, the longest first: due for minutes, while it runs. While
    it does not, none: then they are only late, as all are.
    """
    runs = Heartbeat.objects.filter(name=TICK, at__gt=at - LATE)
    late = Recovery.objects.filter(Exists(runs), clinic=clinic, next_event_at__lte=now - LATE)
    return late.select_related("patient").order_by("next_event_at", "pk")[:LISTED]


def _words(beat: Heartbeat | None, at: datetime) -> str:
    if beat is None:
        return "never"
    if at - beat.at >= LATE:
        return f"last finished {_seconds(at - beat.at)} s ago"
    return _behind(beat, at)


def _behind(beat: Heartbeat, at: datetime) -> str:
    if beat.behind_since is None or at - beat.behind_since < LATE:
        return "ok"
    return f"behind for {_seconds(at - beat.behind_since)} s"


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
