"""What staff did for a recovery, and what that changes for its alerts."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from recovery.models import AccessEvent, Alert, Contact, Message, Recovery, User
from recovery.models.alerts import Severity
from recovery.services import alerts as alert_service
from recovery.services import firing, status
from recovery.services.escalation import CALLS

REVIEW_RETURNS = timedelta(hours=4)

SAVED = (
    *status.STATUS,
    *status.MISS,
    "last_contact_at",
    "last_contact_outcome",
    "held_by",
    "held_until",
)


@dataclass(frozen=True, slots=True)
class Miss:
    """A call about answers that did not come: since when, and until when its row is hidden."""

    since: datetime
    hidden_until: datetime | None = None


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
    miss: Miss | None = None,
) -> Contact:
    """Record a contact for every alert not closed, or for those of `read` that are not.

    Raises Moved when one of them has fired since it was read. The same `client_id` with the same
    contact changes nothing.

    Only an outcome that reached somebody is a contact to the rules: it stops R47 and hides an
    overdue answer until the next miss. After no answer or a wrong number an emergency or urgent
    alert is open again and goes on escalating, a review alert comes back in 4 h. Closes nothing.
    A call about a miss (services.overdue) hides it as `miss` says, if the patient has not answered
    since. Source: docs/protocol.md.
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
        about_overdue_since=miss.since if miss else None,
        hidden_until=miss.hidden_until if miss else None,
    )
    contact.alerts.set(chosen)
    for alert in chosen:
        _apply(contact, alert, now)
    Alert.objects.bulk_update(chosen, alert_service.CHANGED)
    recovery.last_contact_at, recovery.last_contact_outcome = now, outcome
    recovery.held_by = recovery.held_until = None
    if contact.reached:
        status.called_or_answered(recovery)
        _stop_mails(recovery, standing)
    _hide(recovery, contact, miss, now)
    status.set_alert_rank(recovery, standing)
    status.bring_forward(recovery, status.alert_moments(standing))
    recovery.save(update_fields=SAVED)
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what="contact",
    )
    return contact


def _hide(recovery: Recovery, contact: Contact, miss: Miss | None, now: datetime) -> None:
    if miss is None:
        if contact.reached and recovery.overdue_since is not None:
            recovery.overdue_hidden, recovery.overdue_until = True, None
    elif recovery.overdue_since == miss.since:
        recovery.overdue_call = contact.outcome
        recovery.overdue_until = miss.hidden_until
        removed = contact.outcome == Contact.Outcome.REMOVED
        recovery.overdue_hidden = removed or miss.hidden_until is not None
        status.bring_forward(recovery, [miss.hidden_until])
        if recovery.overdue_hidden:
            status.handled(recovery, now)


def _apply(contact: Contact, alert: Alert, now: datetime) -> None:
    alert_service.acknowledge(alert, now)
    if contact.reached:
        alert.reached_at = alert.reached_at or max(now, alert.raised_at)
    if alert.state == Alert.State.SNOOZED:
        alert.contacted_at = now if contact.reached else alert.contacted_at
    elif contact.reached:
        firing.reopen(alert)
        alert.state = Alert.State.CONTACTED
        alert.contacted_at = now
        alert.next_notice_at = alert.returns_at = None
    elif alert.severity == Severity.REVIEW:
        firing.reopen(alert)
        alert.state = Alert.State.CONTACTED
        alert.contacted_at = now
        alert.returns_at = contact.hidden_until or now + REVIEW_RETURNS
    elif alert.state != Alert.State.CONTACTED:
        # Contacted before and not reached now: that contact still stands.
        firing.reopen(alert)


def _stop_mails(recovery: Recovery, standing: Collection[Alert]) -> None:
    """Alert mails that nobody has begun to hand over say something that is done."""
    done = (Alert.State.CONTACTED, Alert.State.SNOOZED)
    if any(alert.severity in CALLS and alert.state not in done for alert in standing):
        return
    Message.objects.filter(
        recovery=recovery,
        kind__in=[Message.Kind.ALERT, Message.Kind.ESCALATION],
        state__in=[Message.State.OWED, Message.State.CLAIMED],
    ).update(state=Message.State.NOT_SENT, reason=Message.Reason.CONTACTED)
