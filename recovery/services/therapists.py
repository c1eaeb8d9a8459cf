"""Links by which an outside physiotherapist reads one sheet: made, revoked, opened."""

import uuid
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import AccessEvent, Recovery, TherapistLink, User
from recovery.services.refusals import NotAllowed


@transaction.atomic
def make(
    *,
    recovery: Recovery,
    recipient: str,
    days: int,
    consent_how: TherapistLink.ConsentHow,
    consented_on: date,
    client_id: uuid.UUID,
    user: User,
    now: datetime,
) -> TherapistLink:
    """Make a link that works for `days` days. The same `client_id` again changes nothing.

    Raises NotAllowed where no link may be: the follow-up was withdrawn from or did not take place,
    the patient's date of birth is not known (the holder is asked for it), or `days` is too many.
    """
    recovery = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient")
        .get(pk=recovery.pk)
    )
    if stored := recovery.therapist_links.filter(client_id=client_id).first():
        return stored
    if recovery.state in TherapistLink.ENDED_STATES:
        raise NotAllowed(_("The follow-up has ended: no link can be made."))
    if recovery.patient.birth_date is None:
        raise NotAllowed(_("The date of birth is not known: who opens the link is asked for it."))
    lasts = timedelta(days=days)
    if not timedelta() < lasts <= TherapistLink.LONGEST:
        raise NotAllowed(_("A link works for 90 days at most."))
    link = TherapistLink.objects.create(
        recovery=recovery,
        recipient=recipient,
        created_at=now,
        created_by=user,
        client_id=client_id,
        expires_at=now + lasts,
        consent_how=consent_how,
        consented_on=consented_on,
    )
    _note(link, user, now, AccessEvent.Action.WRITE, f"{link.what} made")
    return link


@transaction.atomic
def revoke(*, link: TherapistLink, user: User, now: datetime) -> None:
    """End a link at once. One that was revoked already stays as it is."""
    row = TherapistLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if row.revoked_at is not None:
        return
    row.revoked_at, row.revoked_by = now, user
    row.save(update_fields=["revoked_at", "revoked_by"])
    _note(link, user, now, AccessEvent.Action.WRITE, f"{link.what} revoked")


def opened(*, link: TherapistLink, now: datetime) -> None:
    """Record that its holder was shown the sheet."""
    _note(link, None, now, AccessEvent.Action.READ, link.what)


def _note(
    link: TherapistLink,
    user: User | None,
    now: datetime,
    action: AccessEvent.Action,
    what: str,
) -> None:
    AccessEvent.objects.create(
        at=now, user=user, patient_id=link.recovery.patient_id, action=action, what=what
    )
