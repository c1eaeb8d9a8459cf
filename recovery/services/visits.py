"""The patient's own questions for the next visit: asked, changed, removed, taken up."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import AccessEvent, DailyLog, Recovery, User, VisitQuestion
from recovery.services.refusals import Moved, NotAllowed


@transaction.atomic
def ask(
    *,
    recovery: Recovery,
    text: str,
    client_id: uuid.UUID,
    user: User,
    source: DailyLog.Source,
    now: datetime,
) -> VisitQuestion:
    """Keep a question. The same `client_id` again changes nothing, whatever it says by now.

    Raises NotAllowed when as many stand as may, or the follow-up has ended. No rule reads it and
    nobody is told.
    """
    _lock(recovery)
    rows = VisitQuestion.objects.filter(recovery=recovery)
    if stored := rows.filter(client_id=client_id).first():
        return stored
    _refuse_ended(recovery)
    if rows.standing().count() >= VisitQuestion.MOST:
        raise NotAllowed(
            _("You have %(n)d questions. Remove one to add another.") % {"n": VisitQuestion.MOST}
        )
    question = VisitQuestion.objects.create(
        recovery=recovery,
        text=text,
        client_id=client_id,
        asked_at=now,
        asked_by=user,
        source=source,
    )
    _note(recovery, user, now, "visit question")
    return question


@transaction.atomic
def change(*, question: VisitQuestion, text: str, read: int, user: User, now: datetime) -> None:
    """Say it in other words. Words that it has already change nothing.

    Raises Moved when it was changed, removed or taken up since revision `read`.
    """
    row = _standing(question, read, text)
    if row is None:
        return
    row.text, row.revision, row.changed_at = text, row.revision + 1, now
    row.save(update_fields=["text", "revision", "changed_at"])
    _note(row.recovery, user, now, "visit question changed")


@transaction.atomic
def remove(*, question: VisitQuestion, read: int, user: User, now: datetime) -> None:
    """Take it off the list; the row stays. One that is removed already stays as it is.

    Raises Moved as `change` does.
    """
    _lock(question.recovery)
    question.refresh_from_db(fields=["removed_at"])
    if question.removed_at is not None:
        return
    row = _standing(question, read)
    assert row is not None
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    _note(row.recovery, user, now, "visit question removed")


@transaction.atomic
def take(*, recovery: Recovery, read: Mapping[uuid.UUID, int], user: User, now: datetime) -> int:
    """Note that these were taken up at a visit; `read` is the revision that staff saw of each.

    Returns how many. Raises Moved when one was changed or removed since, and then takes none. One
    that was taken up already stays as it is.
    """
    _lock(recovery)
    rows = VisitQuestion.objects.filter(recovery=recovery, uuid__in=read)
    found = [row for row in rows if row.taken_at is None]
    if any(row.removed_at or row.revision != read[row.uuid] for row in found):
        raise Moved(_("The patient changed a question since you opened this. Look at it again."))
    for row in found:
        row.taken_at, row.taken_by = now, user
    VisitQuestion.objects.bulk_update(found, ["taken_at", "taken_by"])
    if found:
        _note(recovery, user, now, "visit questions taken up")
    return len(found)


def _standing(question: VisitQuestion, read: int, text: str | None = None) -> VisitQuestion | None:
    """The row as it is now; None where it says `text` already."""
    _lock(question.recovery)
    row = VisitQuestion.objects.select_related("recovery").get(pk=question.pk)
    _refuse_ended(row.recovery)
    if row.taken_at is None and row.removed_at is None and row.text == text:
        return None
    if row.taken_at or row.removed_at or row.revision != read:
        raise Moved(_("This was changed since you opened it. Look at it again."))
    return row


def _lock(recovery: Recovery) -> None:
    Recovery.objects.select_for_update(of=("self",)).get(pk=recovery.pk)


def _refuse_ended(recovery: Recovery) -> None:
    if recovery.state not in Recovery.FOLLOWED:
        raise NotAllowed(_("Your follow-up has ended. Call us with your question."))


def _note(recovery: Recovery, user: User, now: datetime, what: str) -> None:
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what=what,
    )
