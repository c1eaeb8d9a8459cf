"""One round of each part of the engine, and its heartbeat: what tasks and `send_due` call.

`at` is real time: heartbeats are not moved by the demo's clock.
"""

import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min

from recovery.models import Channel, Heartbeat, Message
from recovery.queries.engine import BEAT, SEND, SERVER, TEXTS, TICK
from recovery.services import delivery, tick
from recovery.services.delivery import (
    TEXTS_ANSWERED,
    TEXTS_UNREACHABLE,
    UNREACHABLE,
    Clock,
    Done,
)
from recovery.services.handover import connect

# Leave the rest to the next minute's round rather than run into it.
ROUND = timedelta(seconds=50)
# Lists and rehearsals come after mails: a worker is theirs for no longer than this in a minute.
ASIDE = timedelta(seconds=20)
ANSWERED = (Message.State.SENT, Message.State.REFUSED)


def tick_round(*, now: datetime, at: Clock, by_beat: bool) -> tick.Ticked:
    """Advance what is due. `by_beat`: it is the timetable that asked, so that lives too."""
    if by_beat:
        _beat(BEAT, at())
    ticked = tick.run(now=now)
    _beat(TICK, at())
    return ticked


def send_round(*, clock: Clock, at: Clock) -> Done:
    """Send what is due, for less than a minute. What is left over says since when it waits."""
    done = delivery.deliver(clock=clock, until=clock() + ROUND)
    if done[TEXTS_ANSWERED]:
        _beat(TEXTS, at())
    elif done[TEXTS_UNREACHABLE]:
        _fails(TEXTS, at())
    elif _failing(TEXTS) and not _texts_wait():
        _beat(TEXTS, at())
    # A text that was taken says nothing of the mail server.
    if sum(done[state] for state in ANSWERED) > done[TEXTS_ANSWERED]:
        _beat(SERVER, at())
    elif done[UNREACHABLE]:
        _fails(SERVER, at())
    elif _failing(SERVER) and not settings.MAIL_PROVIDER:
        _look_at_server(at())
    now = clock()
    owed = Message.objects.filter(state=Message.State.OWED, send_after__lte=now)
    oldest = owed.aggregate(at=Min("send_after"))["at"]
    moment = at()
    _beat(SEND, moment, behind_since=oldest and moment - (now - oldest))
    return done


def _failing(name: str) -> Heartbeat | None:
    return Heartbeat.objects.filter(name=name, behind_since__isnull=False).first()


def _texts_wait() -> bool:
    """One that nobody needs any more tries no provider, and must not keep the banner up."""
    owed = Message.objects.filter(state=Message.State.OWED, channel=Channel.SMS)
    return bool(owed.exists())


def _look_at_server(at: datetime) -> None:
    """Asked while every mail waits for its next try, so that staff learn within a minute that it
    answers again.
    """
    try:
        with connect():
            _beat(SERVER, at)
    except (OSError, smtplib.SMTPException):
        _fails(SERVER, at)


def _fails(name: str, at: datetime) -> None:
    before = _failing(name)
    _beat(name, at, behind_since=before.behind_since if before else at)


def _beat(name: str, at: datetime, *, behind_since: datetime | None = None) -> None:
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=at, behind_since=behind_since)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "behind_since"],
    )
