"""One round of each part of the engine, and its heartbeat: what tasks and `send_due` call.

`at` is real time: heartbeats are not moved by the demo's clock.
"""

import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min

from recovery.models import Channel, Heartbeat, Message
from recovery.queries.engine import BEAT, SEND, SERVER, TAKES, TEXTS, TICK
from recovery.queries.messages import turned_away
from recovery.services import delivery, rehearsals, thresholds, tick
from recovery.services.claims import waited
from recovery.services.delivery import (
    SENDER_REFUSED,
    TEXTS_ANSWERED,
    TEXTS_SENT,
    TEXTS_UNREACHABLE,
    TURNED_AWAY,
    UNREACHABLE,
    Clock,
)
from recovery.services.fates import Done
from recovery.services.handover import connect

# Leave the rest to the next minute's round rather than run into it.
ROUND = timedelta(seconds=50)
# Lists and rehearsals come after mails: a worker is theirs for no longer than this in a minute.
ASIDE = timedelta(seconds=20)
# One address alone may have an answer of its own; two within this have it from the server.
RECENTLY = timedelta(hours=1)
LOOK = 100
ALL_TURNED_AWAY = "all turned away"
State = Message.State
ANSWERED = (State.SENT, State.REFUSED)


def tick_round(*, now: datetime, at: Clock, by_beat: bool) -> tick.Ticked:
    """Advance what is due. `by_beat`: it is the timetable that asked, so that lives too."""
    if by_beat:
        _beat(BEAT, at())
    ticked = tick.run(now=now)
    _beat(TICK, at())
    return ticked


def send_round(*, clock: Clock, at: Clock, channels: Sequence[Channel] = tuple(Channel)) -> Done:
    """Send what is due by `channels`, for less than a minute. What is left over says since when it
    waits.
    """
    done = delivery.deliver(clock=clock, until=clock() + ROUND, channels=channels)
    if Channel.SMS in channels:
        _text_beats(done, at)
    if Channel.EMAIL in channels:
        _mail_beats(done, clock, at)
    return done


def _text_beats(done: Done, at: Clock) -> None:
    if done[TEXTS_ANSWERED]:
        _beat(TEXTS, at())
    elif done[TEXTS_UNREACHABLE]:
        _fails(TEXTS, at())
    elif _failing(TEXTS) and not _texts_wait():
        _beat(TEXTS, at())


def _mail_beats(done: Done, clock: Clock, at: Clock) -> None:
    # A text that was taken says nothing of the mail server.
    if sum(done[state] for state in ANSWERED) > done[TEXTS_ANSWERED]:
        _beat(SERVER, at())
    elif done[UNREACHABLE]:
        _fails(SERVER, at())
    elif _failing(SERVER) and not settings.MAIL_PROVIDER:
        _look_at_server(at())
    now = clock()
    if done[State.SENT] > done[TEXTS_SENT]:
        _beat(TAKES, at())
    elif _turns_all_away(done, now):
        done[ALL_TURNED_AWAY] = done[TURNED_AWAY]
        _fails(TAKES, at())
    elif _failing(TAKES) and not turned_away().exists():
        _beat(TAKES, at())
    owed = Message.objects.filter(state=State.OWED, send_after__lte=now)
    oldest = owed.aggregate(at=Min("send_after"))["at"]
    moment = at()
    _beat(SEND, moment, behind_since=oldest and moment - (now - oldest))


def rehearse_round(*, clock: Clock) -> None:
    """Drafts come before questions, which nobody waits with an approval for."""
    until = clock() + ASIDE
    for run in (rehearsals.run, thresholds.run):
        run(clock=clock, until=until)


def _turns_all_away(done: Done, now: datetime) -> bool:
    """Whether the mail server takes nothing from us, by a round in which it took nothing.

    An open connection tells nothing of it, so one does not end it either: an accepted mail does.
    Nor does it turn all away that has taken one between two that it did not.
    """
    if done[SENDER_REFUSED] or not done[TURNED_AWAY]:
        return bool(done[SENDER_REFUSED])
    lately: dict[int | None, datetime] = {}
    for row in turned_away().filter(send_after__gte=now - RECENTLY).order_by("-send_after")[:LOOK]:
        wait = waited(row) if row.state == State.OWED else timedelta()
        lately[row.user_id] = max(
            row.send_after - wait, lately.get(row.user_id, row.send_after - wait)
        )
    tried = sorted(lately.values(), reverse=True)
    if not tried[1:]:
        return False
    taken = Message.objects.filter(channel=Channel.EMAIL, state=State.SENT, sent_at__gt=tried[1])
    return not taken.exists()


def _failing(name: str) -> Heartbeat | None:
    return Heartbeat.objects.filter(name=name, behind_since__isnull=False).first()


def _texts_wait() -> bool:
    """One that nobody needs any more tries no provider, and must not keep the banner up."""
    owed = Message.objects.filter(state=State.OWED, channel=Channel.SMS)
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
