"""What became of a mail that nobody could tell of: a person says so, or the mail provider.

And a mail that was set aside, because it broke or the mail server refused it: tried again once the
cause is mended.
"""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import AccessEvent, Clinic, Message, User
from recovery.services import nudges
from recovery.services.refusals import NotAllowed

State, Reason = Message.State, Message.Reason
# Sent once more when they are known not to have arrived: what they ask for still waits, however
# old they are. A reminder is not: the next one comes by the plan, and no answer shows in the queue.
SENT_ONCE_MORE = (Message.Kind.INVITATION,)


@transaction.atomic
def by_hand(
    *, clinic: Clinic, message: uuid.UUID, arrived: bool, user: User, now: datetime
) -> Message:
    """Record what a person found out of an unknown mail. Raises NotAllowed if it is settled."""
    row = _locked(clinic, message, state=State.UNKNOWN)
    row.settled_at, row.settled_by = now, user
    if arrived:
        row.state, row.sent_at = State.SENT, row.sent_at or row.send_after
    elif row.kind in SENT_ONCE_MORE:
        row.state, row.send_after, row.token = State.OWED, now, None
    else:
        row.state, row.reason = State.NOT_SENT, Reason.LOST
    row.save()
    _note(row, user, now, "mail settled: arrived" if arrived else "mail settled: did not arrive")
    if row.state == State.OWED:
        nudges.send_soon(urgent=False)
    return row


@transaction.atomic
def by_provider(row: Message, *, arrived: bool, at: datetime, now: datetime) -> None:
    """Settle an unknown mail; one that is known stays as it is."""
    unknown = Message.objects.filter(pk=row.pk, state=State.UNKNOWN)
    if arrived:
        unknown.update(state=State.SENT, sent_at=at, settled_at=now)
    else:
        unknown.update(state=State.REFUSED, reason=Reason.ADDRESS_FAILS, settled_at=now)


@transaction.atomic
def try_again(*, clinic: Clinic, message: uuid.UUID, user: User, now: datetime) -> None:
    """Owe a mail that was set aside once more, with three tries. Whether it must still go is asked
    when it goes. Raises NotAllowed if it is not set aside any more.
    """
    row = _locked(clinic, message, state=State.REFUSED, reason__in=Message.SET_ASIDE)
    row.state, row.reason, row.failures, row.token = State.OWED, Reason.NONE, 0, None
    row.send_after = now
    row.save()
    _note(row, user, now, "mail tried again")
    nudges.send_soon(urgent=False)


def _locked(clinic: Clinic, message: uuid.UUID, **expected: Any) -> Message:
    rows = Message.objects.select_for_update(of=("self",)).filter(clinic=clinic, uuid=message)
    row = rows.filter(**expected).select_related("recovery").first()
    if row is None:
        raise NotAllowed(_("Somebody settled this mail before you."))
    return row


def _note(row: Message, user: User, now: datetime, what: str) -> None:
    if row.recovery is not None:
        AccessEvent.objects.create(
            at=now,
            user=user,
            patient_id=row.recovery.patient_id,
            action=AccessEvent.Action.WRITE,
            what=what,
        )
