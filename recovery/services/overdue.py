"""Calls about answers that did not come, and until when they hide the row."""

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.clinical.pathway import local
from recovery.models import AccessEvent, Clinic, Contact, Recovery, User
from recovery.services import contacts, status
from recovery.services.contacts import Miss
from recovery.services.refusals import NotAllowed

# What silence raises: a call about it is a contact about these, and about no symptom.
SILENCE = ("R40", "R41", "R43")
DATED = (Contact.Outcome.AGREED, Contact.Outcome.LATER)
NO_ANSWER_RETURNS = timedelta(hours=4)
LATEST = timedelta(days=30)


@transaction.atomic
def call(
    *,
    recovery: Recovery,
    since: datetime,
    user: User,
    now: datetime,
    outcome: Contact.Outcome,
    again_on: date | None = None,
    minutes: int | None = None,
    note: str = "",
    client_id: uuid.UUID | None = None,
) -> Contact:
    """Record a call about the run of misses that began at `since`, and hide its row.

    Agreed to answer and call later: until `again_on` in the clinic's zone, whatever is missed
    meanwhile. No answer: for 4 hours. Wrong number: not at all. Taken off the list, with its reason
    as the note: until the patient has answered and is silent again. The alerts that the silence
    raised are contacted too. The same `client_id` again changes nothing.

    Raises NotAllowed for a day that is not within the next 30, and for no reason.
    """
    hidden_until = None
    if outcome in DATED:
        hidden_until = _begins(recovery.clinic, again_on, now)
    elif outcome == Contact.Outcome.NO_ANSWER:
        hidden_until = now + NO_ANSWER_RETURNS
    elif outcome == Contact.Outcome.REMOVED and not note.strip():
        raise NotAllowed(_("Say why, in a few words."))
    raised = recovery.alerts.not_closed().filter(rule__in=SILENCE)
    return contacts.record(
        recovery=recovery,
        user=user,
        now=now,
        kind=Contact.Kind.CALL,
        outcome=outcome,
        minutes=minutes,
        note=note,
        read=dict(raised.values_list("uuid", "firings")),
        client_id=client_id,
        miss=Miss(since, hidden_until),
    )


def _begins(clinic: Clinic, again_on: date | None, now: datetime) -> datetime:
    today = now.astimezone(ZoneInfo(clinic.zone)).date()
    if again_on is None or not today < again_on <= today + LATEST:
        raise NotAllowed(_("Choose a day from tomorrow on, within 30 days."))
    return local(again_on, time(0), clinic.zone)


@transaction.atomic
def put_back(*, recovery: Recovery, user: User, now: datetime) -> Recovery:
    """Show a hidden row again. Raises NotAllowed if it is not hidden."""
    row = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=recovery.pk)
    )
    if not (row.overdue_since and row.overdue_hidden):
        raise NotAllowed(_("This row is not hidden."))
    row.overdue_hidden, row.overdue_until, row.overdue_call = False, None, ""
    status.set_queue_rank(row)
    row.save(update_fields=[*status.STATUS, *status.MISS])
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=row.patient_id,
        action=AccessEvent.Action.WRITE,
        what="put back on the overdue list",
    )
    return row
