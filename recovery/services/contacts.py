"""What staff did for a recovery, and what that changes for its alerts."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from recovery.models import AccessEvent, Alert, Contact, Message, Recovery, User
from recovery.models.alerts import Severity
from recovery.services import alerts as alert_service
from recovery.services import status
from recovery.services.escalation import CALLS

REVIEW_RETURNS = timedelta(hours=4)


@transaction.atomic
def record(
    *,
    recovery: Recovery,
    user: User,
    now: datetime,
    kind: Contact.Kind,
    outcome: Contact.Outcome,
    minutes: int | None = None,
    note: str = "",
    read: alert_service.Read | None = None,
    client_id: uuid.UUID | None = None,
) -> Contact:
    """Record a contact for every alert not closed, or for those of `read` that are not.

    Raises Moved when one of them has fired since it was read. The same `client_id` with the same
    contact changes nothing.

    Only an outcome that reached somebody is a contact to the rules: it stops R47 and hides an
    overdue answer until the next miss. After no answer or a wrong number an emergency or urgent
    alert is open again and goes on escalating, a review alert comes back in 4 h. Closes nothing.
    Source: docs/protocol.md.
    """
    recovery, standing = alert_service.locked(recovery.pk)
    note = note.strip()
    if client_id is not None:
        # Of the form and what it says: another contact sent from the same page is another one.
        said = f"{user.pk} {kind} {outcome} {minutes} {note}"
        client_id = uuid.uuid5(client_id, said)
        if stored := recovery.contacts.filter(client_id=client_id).first():
            return stored
    chosen = alert_service.as_read(standing, read)
    contact = Contact.objects.create(
        recovery=recovery,
        by=user,
        at=now,
        kind=kind,
        outcome=outcome,
        minutes=minutes,
        note=note,
        client_id=client_id,
    )
    contact.alerts.set(chosen)
    for alert in chosen:
        _apply(contact, alert, now)
    Alert.objects.bulk_update(chosen, alert_service.CHANGED)
    if contact.reached:
        recovery.overdue_hidden = recovery.overdue_since is not None
        status.called_or_answered(recovery)
        _stop_mails(recovery, standing)
    status.set_alert_rank(recovery, standing)
    status.bring_forward(recovery, status.alert_moments(standing))
    recovery.save(update_fields=[*status.STATUS, "overdue_hidden"])
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what="contact",
    )
    return contact


def _apply(contact: Contact, alert: Alert, now: datetime) -> None:
    alert_service.acknowledge(alert, now)
    if contact.reached:
        alert.reached_at = alert.reached_at or max(now, alert.raised_at)
        alert_service.reopen(alert)
        alert.state = Alert.State.CONTACTED
        alert.contacted_at = now
        alert.next_notice_at = alert.returns_at = None
    elif alert.severity == Severity.REVIEW:
        alert_service.reopen(alert)
        alert.state = Alert.State.CONTACTED
        alert.contacted_at = now
        alert.returns_at = now + REVIEW_RETURNS
    elif alert.state != Alert.State.CONTACTED:
        # Contacted before and not reached now: that contact still stands.
        alert_service.reopen(alert)


def _stop_mails(recovery: Recovery, standing: Collection[Alert]) -> None:
    """Alert mails that nobody has begun to hand over say something that is done."""
    if any(alert.severity in CALLS and alert.state != Alert.State.CONTACTED for alert in standing):
        return
    Message.objects.filter(
        recovery=recovery,
        kind__in=[Message.Kind.ALERT, Message.Kind.ESCALATION],
        state__in=[Message.State.OWED, Message.State.CLAIMED],
    ).update(state=Message.State.NOT_SENT, reason=Message.Reason.CONTACTED)
