"""Send what the outbox owes: claim, re-check, hand over in two phases, record.

Kill a sender anywhere: a claim lapses and is taken again, and at most the one mail between the
two steps becomes `unknown`. We never send an unknown reminder again by ourselves; an unknown
alert we do, since twice is better than never.
"""

import logging
import smtplib
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Prefetch, Q, Value, When

from recovery.mails.build import build
from recovery.models import CheckIn, Message
from recovery.services.addresses import address_failed
from recovery.services.recheck import Recheck, quiet_until
from recovery.services.smtp import Answer, Handover, Letter, letter

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Waiting = list[tuple[Message, Letter]]

BATCH = 20
LEASE = timedelta(seconds=settings.MAIL_LEASE_SECONDS)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
SENT_AGAIN = (Message.Kind.ALERT, Message.Kind.ESCALATION)
State = Message.State


def deliver(*, clock: Clock, until: datetime | None = None) -> int:
    """Send everything owed and due; returns how many mails a server accepted.

    `clock` is asked again as the work goes on, since leases measure how long it takes. No new
    batch is begun after `until`: the next call goes on.
    """
    accepted = 0
    while until is None or clock() < until:
        sweep(clock())
        claimed = _claim(clock())
        if not claimed:
            break
        accepted += _send(claimed, clock)
    return accepted


def sweep(now: datetime) -> None:
    """Settle what senders that died or froze have left behind."""
    lapsed = Message.objects.filter(lease_until__lte=now)
    lapsed.filter(state=State.CLAIMED).update(state=State.OWED, token=None, lease_until=None)
    handing = lapsed.filter(state=State.HANDING)
    handing.filter(kind__in=SENT_AGAIN).update(state=State.OWED, token=None, lease_until=None)
    # The token stays: a sender that was only frozen may still learn what the server said.
    handing.update(state=State.UNKNOWN)


@transaction.atomic
def _claim(now: datetime) -> list[Message]:
    token = uuid.uuid4()
    due = Message.objects.filter(state=State.OWED, send_after__lte=now)
    ids = list(
        due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        .order_by("urgency", "send_after", "pk")
        .values_list("pk", flat=True)[:BATCH]
    )
    if not ids:
        return []
    Message.objects.filter(pk__in=ids, state=State.OWED).update(
        state=State.CLAIMED, token=token, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return list(
        Message.objects.filter(token=token, state=State.CLAIMED)
        .select_related("clinic", "user", "checkin", "recovery__patient")
        .prefetch_related(Prefetch("recovery__checkins", CheckIn.objects.open()))
        .order_by("urgency", "send_after", "pk")
    )


def _send(claimed: Sequence[Message], clock: Clock) -> int:
    waiting = _ready(claimed, clock)
    accepted = 0
    try:
        while waiting:
            with Handover() as server:
                accepted += _hand_over(server, waiting, clock)
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("No mail server: %s", type(error).__name__)
        for message, _mail in waiting:
            _later(message, clock())
    return accepted


def _ready(claimed: Sequence[Message], clock: Clock) -> Waiting:
    """Re-check and build each; what must not go, or cannot be built, is recorded at once."""
    ready: Waiting = []
    recheck = Recheck(claimed)
    for message in claimed:
        now = clock()
        try:
            if _waits_for_morning(message, now):
                continue
            if reason := recheck.reason(message, now=now):
                _settle(message, state=State.NOT_SENT, reason=reason)
                continue
            ready.append((message, letter(build(message, now=now))))
        except Exception:
            logger.exception("Message %s cannot be built", message.uuid)
            _settle(message, state=State.REFUSED, reason=Message.Reason.BROKEN)
    return ready


def _waits_for_morning(message: Message, now: datetime) -> bool:
    """Put the mail off if it is night where the patient is."""
    morning = quiet_until(message, now=now)
    if morning is not None:
        _owe_again(message, send_after=morning, attempts=message.attempts - 1)
    return morning is not None


def _hand_over(server: Handover, waiting: Waiting, clock: Clock) -> int:
    """Take mails from `waiting` and hand them over until none is left or the connection breaks;
    returns how many were accepted.
    """
    accepted = 0
    previous: Message | None = None
    while waiting:
        message, mail = waiting.pop(0)
        # Asked again: the evening may have ended since the batch was begun.
        if _waits_for_morning(message, clock()):
            continue
        result = server.envelope(mail)
        if result.answer is Answer.ACCEPTED:
            # One statement marks the last mail sent and this one handing.
            ours = _mark_handing(message, mail, previous, clock())
            previous = None
            if not ours:
                server.forget()
                continue
            result = server.content(mail)
        if result.answer is Answer.ACCEPTED:
            accepted += 1
            previous = message
        else:
            _record_failure(message, result.answer, clock())
        if not result.alive:
            break
    if previous is not None:
        _mark_sent(previous, clock())
    return accepted


def _mark_handing(message: Message, mail: Letter, previous: Message | None, now: datetime) -> bool:
    """True if the mail is still ours to send. Committed before the server gets the content."""
    this = Q(pk=message.pk, token=message.token, state=State.CLAIMED)
    rows = this
    if previous is not None:
        rows |= _ours(previous)
    changed = Message.objects.filter(rows).update(
        state=Case(When(pk=message.pk, then=Value(State.HANDING)), default=Value(State.SENT)),
        sent_at=Case(When(pk=message.pk, then=F("sent_at")), default=Value(now)),
        lease_until=Case(When(pk=message.pk, then=Value(now + LEASE)), default=None),
        message_id=Case(
            When(pk=message.pk, then=Value(mail.message_id)),
            default=F("message_id"),
        ),
    )
    if changed == (1 if previous is None else 2):
        return True
    return Message.objects.filter(pk=message.pk, token=message.token, state=State.HANDING).exists()


def _mark_sent(message: Message, now: datetime) -> None:
    Message.objects.filter(_ours(message)).update(state=State.SENT, sent_at=now, lease_until=None)


def _record_failure(message: Message, answer: Answer, now: datetime) -> None:
    if answer is Answer.LATER or (answer is Answer.UNKNOWN and message.kind in SENT_AGAIN):
        _later(message, now)
    elif answer is Answer.UNKNOWN:
        _settle(message, state=State.UNKNOWN, reason=Message.Reason.NONE)
    elif answer is Answer.REFUSED:
        # Recoveries before messages, as everywhere, so that nobody waits in a circle.
        with transaction.atomic():
            address_failed(message, now=now)
            _settle(message, state=State.REFUSED, reason=Message.Reason.ADDRESS_FAILS)
    else:
        _settle(message, state=State.REFUSED, reason=Message.Reason.SERVER)


def _later(message: Message, now: datetime) -> None:
    wait = BACKOFF[min(message.attempts, len(BACKOFF)) - 1]
    _owe_again(message, send_after=now + wait, attempts=message.attempts)


def _owe_again(message: Message, *, send_after: datetime, attempts: int) -> None:
    Message.objects.filter(_ours(message)).update(
        state=State.OWED, token=None, lease_until=None, send_after=send_after, attempts=attempts
    )


def _settle(message: Message, *, state: Message.State, reason: Message.Reason) -> None:
    Message.objects.filter(_ours(message)).update(state=state, reason=reason, lease_until=None)


def _ours(message: Message) -> Q:
    """The row while this sender may write what became of it: also after its lease lapsed in the
    hand-over and it was listed as unknown meanwhile.
    """
    return Q(
        pk=message.pk,
        token=message.token,
        state__in=[State.CLAIMED, State.HANDING, State.UNKNOWN],
    )
