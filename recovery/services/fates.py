"""What becomes of a message that a sender has taken, as its row keeps it.

A sender writes only to rows that are still its own.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Q

from recovery.models import Message
from recovery.services.claims import BACKOFF, waited

# How many messages by the state that each was left in, and what else a round came to.
Done = Counter[str]

TRIES = 3
State = Message.State


def mark_sent(message: Message, now: datetime) -> None:
    Message.objects.filter(ours(message)).update(state=State.SENT, sent_at=now, lease_until=None)


def broke(message: Message, error: Exception, now: datetime, done: Done) -> None:
    """Try it again later, the third time set it aside. Only the kind of error is kept: its text
    may hold anything.
    """
    failures, fault = message.failures + 1, type(error).__name__[:80]
    if failures < TRIES:
        done[State.OWED] += 1
        owe_again(message, send_after=now + BACKOFF[failures - 1], failures=failures, fault=fault)
    else:
        settle(
            message,
            done,
            state=State.REFUSED,
            reason=Message.Reason.BROKEN,
            failures=failures,
            fault=fault,
        )


def later(message: Message, now: datetime, done: Done) -> None:
    done[State.OWED] += 1
    owe_again(message, send_after=now + waited(message))


def owe_again(message: Message, *, send_after: datetime, **changed: Any) -> None:
    Message.objects.filter(ours(message)).update(
        state=State.OWED, token=None, lease_until=None, send_after=send_after, **changed
    )


def owe_otherwise(message: Message, now: datetime, **changed: Any) -> None:
    """By the channel that it has been given: whoever sends by that takes it."""
    by = {"channel": message.channel, "user": message.user}
    owe_again(message, send_after=now, **by, **changed)


def settle(message: Message, done: Done, *, state: Message.State, **changed: int | str) -> None:
    done[state] += 1
    Message.objects.filter(ours(message)).update(state=state, lease_until=None, **changed)


def ours(message: Message) -> Q:
    """The row while this sender may write what became of it: also after its lease lapsed in the
    hand-over and it was listed as unknown meanwhile.
    """
    return Q(
        pk=message.pk,
        token=message.token,
        state__in=[State.CLAIMED, State.HANDING, State.UNKNOWN],
    )
