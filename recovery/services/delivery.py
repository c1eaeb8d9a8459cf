"""Send what the outbox owes: claim, re-check, hand over in two phases, record.

Kill a sender anywhere: a claim lapses and is taken again, and at most the one mail between the
two steps becomes `unknown`. We never send an unknown reminder again by ourselves; an unknown
alert we do, since twice is better than never. A row that breaks is tried three times and then
set aside.
"""

import logging
import smtplib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from recovery.mails import build, texts
from recovery.models import Channel, Message
from recovery.services import claims, notices
from recovery.services.addresses import address_failed
from recovery.services.claims import SENT_AGAIN
from recovery.services.fates import Done, broke, later, mark_sent, owe_again, owe_otherwise, settle
from recovery.services.handing import mark_handing
from recovery.services.handover import Server, connect
from recovery.services.recheck import Recheck, quiet_until
from recovery.services.sms import Text
from recovery.services.smtp import Answer, Blame, Letter, Result, letter

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Waiting = list[tuple[Message, Letter | Text]]

# Leases last far longer.
SWEEP_EVERY = timedelta(seconds=5)
# How long texts may keep a sender that has mails to send too: a provider may take ten seconds each.
SLICE = timedelta(seconds=10)
# What a round came to besides states: of mails alone, and of text messages alone the TEXTS_ ones.
UNREACHABLE = "unreachable"
# For what the server would turn others away too, as far as it says: not the address or its mailbox.
TURNED_AWAY, SENDER_REFUSED = "turned away", "sender refused"
TEXTS_SENT, TEXTS_ANSWERED = "texts sent", "texts answered"
TEXTS_UNREACHABLE = "texts unreachable"
State = Message.State


def deliver(
    *,
    clock: Clock,
    until: datetime | None = None,
    channels: Sequence[Channel] = tuple(Channel),
    urgent: bool = False,
    pause: Callable[[float], None] = time.sleep,
) -> Done:
    """Send everything owed and due by `channels`, or only what is `urgent`; returns what became of
    it.

    `clock` is asked again as the work goes on, since leases measure how long it takes. No new
    batch of mails is begun after `until`, nor a text: the next call goes on. `pause` waits for the
    allowance of a channel, with nothing in hand and nothing to send by another.
    """
    done: Done = Counter()
    swept: datetime | None = None
    while until is None or clock() < until:
        if swept is None or clock() - swept >= SWEEP_EVERY:
            swept = clock()
            claims.sweep(swept)
        busy, waits = False, []
        for channel in channels:
            claimed, wait = claims.claim(clock(), channel=channel, urgent=urgent)
            if claimed and channel == Channel.SMS:
                _send_texts(claimed, clock, done, _text_time(clock, until, channels))
            elif claimed:
                _send_by(channel, _ready(claimed, clock, done), clock, done)
            busy = busy or bool(claimed)
            waits += [wait] if wait else []
        if not busy and not waits:
            break
        if not busy:
            pause(min(waits))
    # A Counter's plus drops what came to nothing.
    return +done


def _text_time(
    clock: Clock, until: datetime | None, channels: Sequence[Channel]
) -> datetime | None:
    """Until when texts are handed over; None: all that are in hand."""
    ends = [until] if until else []
    if len(channels) > 1:
        ends.append(clock() + SLICE)
    return min(ends, default=None)


def _send_texts(
    claimed: Sequence[Message], clock: Clock, done: Done, until: datetime | None
) -> None:
    # Counted apart: whether texts leave says nothing of the mail server.
    texts_done: Done = Counter()
    _send_by(Channel.SMS, _ready(claimed, clock, done), clock, texts_done, until)
    done[TEXTS_UNREACHABLE] += texts_done.pop(UNREACHABLE, 0)
    texts_done.pop(TURNED_AWAY, 0)
    done[TEXTS_SENT] += texts_done[State.SENT]
    done[TEXTS_ANSWERED] += texts_done[State.SENT] + texts_done[State.REFUSED]
    done.update(texts_done)


def _send_by(
    channel: Channel, waiting: Waiting, clock: Clock, done: Done, until: datetime | None = None
) -> None:
    try:
        while waiting and not _over(clock, until):
            with connect(channel) as server:
                _hand_over(server, waiting, clock, done, until)
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("Nobody takes messages by %s: %s", channel, type(error).__name__)
        done[UNREACHABLE] += 1
        for message, _letter in waiting:
            later(message, clock(), done)
    else:
        if waiting:
            claims.give_back([message for message, _letter in waiting])


def _over(clock: Clock, until: datetime | None) -> bool:
    return until is not None and clock() >= until


def _ready(claimed: Sequence[Message], clock: Clock, done: Done) -> Waiting:
    """Re-check and build each; what must not go, or cannot be built, is recorded at once."""
    ready: Waiting = []
    recheck, batch = Recheck(claimed), build.Batch()
    for message in claimed:
        now = clock()
        try:
            if _waits_for_morning(message, now):
                continue
            if recheck.goes_otherwise(message):
                owe_otherwise(message, now, attempts=message.attempts - 1)
                continue
            if reason := recheck.reason(message, now=now):
                settle(message, done, state=State.NOT_SENT, reason=reason)
                continue
            ready.append((message, _built(message, batch, now)))
        except Exception as error:
            logger.exception("Message %s cannot be built", message.uuid)
            broke(message, error, now, done)
    return ready


def _built(message: Message, batch: build.Batch, now: datetime) -> Letter | Text:
    if message.channel == Channel.SMS:
        assert message.recovery is not None
        return Text(
            message_id=str(message.uuid),
            sender=settings.SMS_FROM,
            recipient=message.recovery.patient.mobile,
            words=texts.words(message, batch.speeches),
        )
    return letter(build.build(message, now=now, batch=batch))


def _waits_for_morning(message: Message, now: datetime) -> bool:
    """Put the mail off if it is night where the patient is."""
    morning = quiet_until(message, now=now)
    if morning is not None:
        owe_again(message, send_after=morning, attempts=message.attempts - 1)
    return morning is not None


def _hand_over(
    server: Server, waiting: Waiting, clock: Clock, done: Done, until: datetime | None
) -> None:
    """Take mails from `waiting` and hand them over until none is left, the time is over or the
    connection breaks.
    """
    previous: Message | None = None
    used = False
    while waiting and not _over(clock, until):
        message, mail = waiting.pop(0)
        # Asked again: the evening may have ended since the batch was begun.
        if _waits_for_morning(message, clock()):
            continue
        result = _step(server.envelope, message, mail)
        if used and isinstance(result, Result) and result.lost:
            # The server had closed the line after the mail before: says nothing of this one.
            waiting.insert(0, (message, mail))
            break
        used = True
        if isinstance(result, Result) and result.answer is Answer.ACCEPTED:
            ours = mark_handing(message, mail, previous, clock())
            previous = None
            if not ours:
                server.forget()
                continue
            result = _content(server, message, mail)
        if isinstance(result, Exception):
            broke(message, result, clock(), done)
            break
        if result.answer is Answer.ACCEPTED:
            done[State.SENT] += 1
            previous = message
        else:
            _record_failure(message, result.answer, clock(), done)
            _count_turned_away(result, done)
        if not result.alive:
            done[UNREACHABLE] += result.answer is Answer.LATER
            break
    if previous is not None:
        mark_sent(previous, clock())


def _content(server: Server, message: Message, mail: Letter | Text) -> Result | Exception:
    result = _step(server.content, message, mail)
    if isinstance(result, Exception) and message.kind not in SENT_AGAIN:
        return Result(Answer.UNKNOWN, alive=False)
    return result


def _step(
    step: Callable[[Any], Result], message: Message, mail: Letter | Text
) -> Result | Exception:
    """What the server answers to one step, or what broke in it: that must break this mail alone."""
    try:
        return step(mail)
    except Exception as error:
        logger.exception("Message %s cannot be handed over", message.uuid)
        return error


def _record_failure(message: Message, answer: Answer, now: datetime, done: Done) -> None:
    again = message.kind in SENT_AGAIN and answer in (Answer.UNKNOWN, Answer.REJECTED)
    if answer is Answer.LATER or again:
        later(message, now, done)
    elif answer is Answer.UNKNOWN:
        settle(message, done, state=State.UNKNOWN, reason=Message.Reason.NONE)
    elif answer is Answer.REFUSED:
        # Recoveries before messages, as everywhere, so that nobody waits in a circle.
        with transaction.atomic():
            address_failed(message, now=now)
            notices.to_the_next(message, now=now)
            if _goes_otherwise(message):
                # What is refused has not arrived.
                done[State.OWED] += 1
                owe_otherwise(message, now)
                return
            by_text = message.channel == Channel.SMS
            reason = Message.Reason.NUMBER_FAILS if by_text else Message.Reason.ADDRESS_FAILS
            settle(message, done, state=State.REFUSED, reason=reason)
    else:
        settle(message, done, state=State.REFUSED, reason=Message.Reason.SERVER)


def _goes_otherwise(refused: Message) -> bool:
    if refused.recovery is None:
        return False
    # What has just been written of the address or number.
    refused.recovery.patient.refresh_from_db()
    return Recheck([refused]).goes_otherwise(refused)


def _count_turned_away(result: Result, done: Done) -> None:
    if result.answer in (Answer.LATER, Answer.REJECTED) and result.blame is not Blame.MAILBOX:
        done[TURNED_AWAY] += 1
        done[SENDER_REFUSED] += result.blame is Blame.SENDER
