"""The step between a mail's envelope and its content, as the database sees it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from recovery.models import Message
from recovery.services.claims import LEASE
from recovery.services.sms import Text
from recovery.services.smtp import Letter


def mark_handing(
    message: Message, mail: Letter | Text, previous: Message | None, now: datetime
) -> bool:
    """True if the mail is still ours to send. Committed before the server gets the content.

    The one statement of every mail, so it is written out: to have the ORM make it costs more than
    to run it.
    """
    before = previous or message
    values = {
        "this": message.pk,
        "token": message.token,
        "before": before.pk,
        "before_token": before.token,
        "now": now,
        "lease": now + LEASE,
        "message_id": mail.message_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK_HANDING, [_adapted(values[name]) for name in MARK_HANDING_TAKES])
        changed = cursor.rowcount
    if changed == (1 if previous is None else 2):
        return True
    return Message.objects.filter(
        pk=message.pk, token=message.token, state=Message.State.HANDING
    ).exists()


# Of the mail before, what fates.ours says.
MARK_HANDING = """
UPDATE recovery_message SET
    state = CASE WHEN id = %s THEN 'handing' ELSE 'sent' END,
    sent_at = CASE WHEN id = %s THEN sent_at ELSE %s END,
    lease_until = CASE WHEN id = %s THEN %s ELSE NULL END,
    message_id = CASE WHEN id = %s THEN %s ELSE message_id END
WHERE (id = %s AND token = %s AND state = 'claimed')
    OR (id = %s AND id <> %s AND token = %s AND state IN ('claimed', 'handing', 'unknown'))
"""
MARK_HANDING_TAKES = (
    *("this", "this", "now", "this", "lease", "this", "message_id"),
    *("this", "token", "before", "this", "before_token"),
)


def _adapted(value: Any) -> Any:
    """As the database wants it: SQLite has no types for moments and tokens."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
