"""A recovery that goes on by another version of the pathway."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import AccessEvent, CheckIn, Message, Pathway, PathwayMove, Recovery, User
from recovery.queries.pathway_moves import Fate, Step, preview
from recovery.queries.pathways import usable
from recovery.services import messages, snoozes
from recovery.services.refusals import Moved, NotAllowed

# What is, or is again, open under a version that has it otherwise.
GO_ON = (Fate.KEEPS, Fate.FOLLOWS, Fate.REOPENS)
WINDOW = ("opens_at", "due_at", "expires_at", "day", "state", "reminders_settled")


@transaction.atomic
def move(
    *, recovery: Recovery, from_pathway: Pathway, to_pathway: Pathway, user: User, now: datetime
) -> Recovery:
    """Let the recovery follow `to_pathway` from now on, if `from_pathway` is still its present one.

    For one that is planned, active or paused. What has ended stays so: its patient was told that
    the follow-up is over. Dates, anchor and state stay; so does what was answered, expired or sent,
    and every log keeps the phase and the pathway that it was judged by.

    A check-in that is open follows the new window, unless a mail told of the old one or an answer
    was begun: then it keeps its own. One that the new version does not ask is cancelled with what
    is owed for it; one that an earlier move had cancelled opens again. Of a form's reminders only
    those still to come are sent, and no number of them twice. What is over already under the new
    version is never asked. The tick opens the rest. What is snoozed ends with its phase as the new
    version has it.

    Raises Moved, and NotAllowed for a recovery that has ended or a version that is not its
    clinic's. Statements do not grow with the forms.
    """
    recovery = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=recovery.pk)
    )
    _refuse(recovery, from_pathway, to_pathway)
    steps = preview(recovery, to_pathway, now=now).steps
    _cancel([step.checkin for step in steps if step.checkin and step.fate == Fate.CANCELLED])
    later = [step.checkin.pk for step in steps if step.checkin and step.fate == Fate.LATER]
    # Nobody has heard of these: the tick opens them again.
    CheckIn.objects.filter(pk__in=later).delete()
    CheckIn.objects.bulk_update(
        [_follow(step, now) for step in steps if step.fate in GO_ON], WINDOW
    )
    PathwayMove.objects.create(
        recovery=recovery,
        from_pathway=from_pathway,
        to_pathway=to_pathway,
        by=user,
        at=now,
    )
    recovery.pathway = to_pathway
    recovery.resumed_at = recovery.next_event_at = now
    snoozes.follow_phases(recovery, now)
    recovery.save(update_fields=["pathway", "resumed_at", "next_event_at"])
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what="pathway moved",
    )
    return recovery


def _refuse(recovery: Recovery, from_pathway: Pathway, to_pathway: Pathway) -> None:
    if recovery.pathway_id != from_pathway.pk:
        raise Moved(_("Somebody has moved this recovery to another pathway. Look again."))
    if recovery.state not in Recovery.FOLLOWED:
        raise NotAllowed(_("This follow-up has ended, so its pathway stays as it is."))
    if recovery.pathway_id == to_pathway.pk:
        raise NotAllowed(_("That is the version it follows now."))
    if to_pathway not in usable(recovery.clinic):
        raise NotAllowed(_("That version is not one of this clinic's."))


def _cancel(checkins: list[CheckIn]) -> None:
    keys = [row.pk for row in checkins]
    CheckIn.objects.filter(pk__in=keys).update(state=CheckIn.State.CANCELLED)
    messages.stop(
        Message.objects.filter(checkin__in=keys, kind=Message.Kind.REMINDER),
        Message.Reason.REPLANNED,
    )


def _follow(step: Step, now: datetime) -> CheckIn:
    """The open row by the new version: its window, and what is settled of its reminders."""
    row, after = step.checkin, step.after
    assert row is not None
    assert after is not None
    if step.fate in (Fate.FOLLOWS, Fate.REOPENS):
        # One that opens again is open now, even where the new version would open it later.
        row.opens_at = min(after.opens_at, now)
        row.due_at, row.expires_at, row.day = after.due_at, after.expires_at, after.day
        row.state = CheckIn.State.OPEN
    row.reminders_settled = max(sum(at <= now for at in after.reminders), step.told)
    return row
