"""Two designs that a fault suite must see fail. Claims, re-check and tasks are the product's own;
only the order of marking and handing over differs.
"""

from datetime import datetime

from django.db.models import QuerySet

from recovery.models import Message
from recovery.services.delivery import Clock, Waiting
from recovery.services.fates import Done
from recovery.services.handover import Server
from recovery.services.smtp import Answer, Letter, Result

State = Message.State


def claim_then_send(
    server: Server, waiting: Waiting, clock: Clock, done: Done, _until: datetime | None
) -> None:
    """Marks a mail sent and then hands it over: one that dies in between is lost."""
    while waiting:
        message, letter = waiting.pop(0)
        if not _mark_sent(message, letter, clock):
            continue
        result = _send(server, letter)
        done[State.SENT] += result.answer is Answer.ACCEPTED
        if not result.alive:
            break


def send_then_mark(
    server: Server, waiting: Waiting, clock: Clock, done: Done, _until: datetime | None
) -> None:
    """Hands a mail over and then marks it sent: one that dies in between is sent again."""
    while waiting:
        message, letter = waiting.pop(0)
        if not _held(message).exists():
            continue
        result = _send(server, letter)
        if result.answer is Answer.ACCEPTED:
            done[State.SENT] += 1
            _mark_sent(message, letter, clock)
        if not result.alive:
            break


def _send(server: Server, letter: Letter) -> Result:
    result = server.envelope(letter)
    return server.content(letter) if result.answer is Answer.ACCEPTED else result


def _held(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, token=message.token, state=State.CLAIMED)


def _mark_sent(message: Message, letter: Letter, clock: Clock) -> int:
    return _held(message).update(
        state=State.SENT, sent_at=clock(), lease_until=None, message_id=letter.message_id
    )
