"""The state of a recovery. Staff alone change it; the tick only starts and completes one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import AccessEvent, Message, Recovery, User
from recovery.services import messages, status
from recovery.services.refusals import NotAllowed

State = Recovery.State

# From each state, the ones that staff may set. What has ended stays ended.
MOVES: dict[str, tuple[Recovery.State, ...]] = {
    State.PLANNED: (State.PAUSED, State.WITHDRAWN, State.CANCELLED, State.DIED),
    State.ACTIVE: (State.PAUSED, State.WITHDRAWN, State.DIED),
    State.PAUSED: (State.ACTIVE, State.WITHDRAWN, State.CANCELLED, State.DIED),
    State.COMPLETED: (State.DIED,),
    State.WITHDRAWN: (),
    State.CANCELLED: (),
    State.DIED: (),
}


@transaction.atomic
def change_state(
    *, recovery: Recovery, user: User, now: datetime, state: Recovery.State
) -> Recovery:
    """Set a state by name of a staff member. ACTIVE resumes: planned again before the procedure.

    While it is neither planned nor active the patient is sent nothing, and what was owed is
    recorded as not sent; logs still run the rules. Raises NotAllowed.
    """
    recovery = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=recovery.pk)
    )
    if state not in MOVES[recovery.state]:
        raise NotAllowed(_("A recovery cannot go from this state to that one."))
    if state == State.ACTIVE:
        recovery.resumed_at = now
        state = State.PLANNED if now < recovery.procedure_at else State.ACTIVE
    recovery.state = state
    # The tick works out what comes next; for an ended one that is its alerts alone.
    recovery.next_event_at = now
    status.set_queue_rank(recovery)
    recovery.save(update_fields=["state", "resumed_at", *status.STATUS])
    if not recovery.sends:
        to_patient = [Message.Kind.REMINDER, Message.Kind.INVITATION]
        messages.stop(
            Message.objects.filter(recovery=recovery, kind__in=to_patient),
            Message.Reason.NOT_FOLLOWED,
        )
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what=f"state {state}",
    )
    return recovery
