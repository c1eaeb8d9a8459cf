"""Whose a row of the queue is, who is on it now, and what is left for the next one to read."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import AccessEvent, Alert, Clinic, Duty, Membership, Note, Recovery, User
from recovery.services import alerts
from recovery.services.refusals import Moved, NotAllowed

FILTERS_KEPT = 12


@transaction.atomic
def claim(
    *,
    recovery: Recovery,
    user: User,
    now: datetime,
    take_over: bool = False,
    because_of: Alert | None = None,
) -> Alert | None:
    """Say "I am on it": of the open alerts (services.alerts.claim, returned), else of the row.

    Stops no clock, and lapses after 30 minutes. Raises NotAllowed when a colleague is on it,
    unless `take_over`, which is recorded; and Moved when it was `because_of` an alert that waited
    and none waits any more.
    """
    row, standing = alerts.locked(recovery.pk)
    hold = alerts.hold_of(row, standing, now)
    waiting = [alert for alert in standing if alert.state in Alert.WAITING]
    if waiting:
        first = (hold and hold.alert) or waiting[0]
        return alerts.claim(alert=first, user=user, now=now, take_over=take_over)
    if because_of:
        raise Moved(alerts.IS_HANDLED)
    if hold and hold.by != user and not take_over:
        raise NotAllowed(alerts.IS_ON_IT % {"name": hold.by})
    row.held_by, row.held_until = user, now + alerts.CLAIM_LASTS
    row.save(update_fields=["held_by", "held_until"])
    _record(row, user, now, alerts.taking(hold, user))
    return None


@transaction.atomic
def release(*, recovery: Recovery, user: User, now: datetime) -> None:
    """Undo one's own claim of a row or of its alerts. Raises NotAllowed for a colleague's."""
    row, standing = alerts.locked(recovery.pk)
    mine = [one for one in standing if one.claimed_by_id == user.pk and one.claimed_until]
    if mine:
        alerts.release(alert=mine[0], user=user, now=now)
        return
    if row.held_by_id != user.pk:
        raise NotAllowed(_("You are not on it."))
    row.held_by = row.held_until = None
    row.save(update_fields=["held_by", "held_until"])
    _record(row, user, now, "gave back")


@transaction.atomic
def assign(*, recovery: Recovery, to: User | None, user: User, now: datetime) -> Recovery:
    """Make the row somebody's, or with None nobody's. Stops no clock and keeps nobody out.

    Raises NotAllowed for a person who may see no patients of the clinic.
    """
    row = Recovery.objects.select_for_update(of=("self",)).get(pk=recovery.pk)
    if to is not None and not colleagues(recovery.clinic).filter(user=to).exists():
        raise NotAllowed(_("Choose somebody who works here."))
    if row.assigned_to_id == (to and to.pk):
        return row
    row.assigned_to = to
    row.save(update_fields=["assigned_to"])
    _record(row, user, now, "assigned" if to else "unassigned")
    return row


def colleagues(clinic: Clinic) -> Any:
    """The active nurses and clinicians, by name."""
    rows = Membership.objects.active().clinical().filter(clinic=clinic).select_related("user")
    return rows.order_by("user__name", "user", "role")


@transaction.atomic
def leave_note(
    *, recovery: Recovery, text: str, client_id: uuid.UUID, user: User, now: datetime
) -> Note:
    """Leave a note for colleagues. The same form again leaves no second one."""
    note, created = Note.objects.get_or_create(
        recovery=recovery,
        client_id=client_id,
        defaults={"by": user, "at": now, "text": text.strip()},
    )
    if created:
        _record(recovery, user, now, "note")
    return note


def save_filter(*, clinic: Clinic, user: User, saved: Mapping[str, Any]) -> None:
    """Keep a filter of the queue under its name, in the place of one of the same name.

    Raises NotAllowed when the person has kept enough.
    """
    _change_filters(clinic, user, lambda kept: [*_without(kept, saved["name"]), dict(saved)])


def drop_filter(*, clinic: Clinic, user: User, name: str) -> None:
    _change_filters(clinic, user, lambda kept: _without(kept, name))


def _without(kept: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    return [one for one in kept if one["name"] != name]


@transaction.atomic
def _change_filters(clinic: Clinic, user: User, change: Any) -> None:
    duty, _created = Duty.objects.select_for_update(of=("self",)).get_or_create(
        clinic=clinic, user=user
    )
    duty.queue_filters = change(duty.queue_filters)
    if len(duty.queue_filters) > FILTERS_KEPT:
        raise NotAllowed(_("Twelve filters are kept. Remove one first."))
    duty.save(update_fields=["queue_filters"])


def _record(recovery: Recovery, user: User, now: datetime, what: str) -> None:
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what=what,
    )
