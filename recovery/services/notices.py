"""The mails that tell staff of alerts: one a person and answer or step, for the worst of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from recovery.clinical.rules import Severity, precedence
from recovery.models import Alert, Message, Recovery
from recovery.services import messages, oncall
from recovery.services.escalation import CALLS

TELLING = (Message.Kind.ALERT, Message.Kind.ESCALATION)


def at_once(recovery: Recovery, cause: str, fired: Iterable[Alert], now: datetime) -> None:
    """Owe the mails about alerts that an answer, named by `cause`, has just fired.

    They go to those whom the steps of each alert have told so far; one that waits for the clinic
    to open tells nobody yet. Takes two statements, or none.
    """
    calling = worst_first(alert for alert in fired if alert.notice_step)
    if not calling:
        return
    people = oncall.people([recovery.clinic_id]).get(recovery.clinic_id, [])
    mails: list[Message] = []
    mailed: set[int] = set()
    for alert in calling:
        steps = range(min(alert.notice_step, oncall.STEPS))
        users = {user for step in steps for user in oncall.told(people, alert.severity, step)}
        mails += messages.alert_mails(
            recovery,
            notice=cause,
            kind=Message.Kind.ALERT,
            severity=alert.severity,
            number=0,
            users=sorted(users - mailed),
            now=now,
        )
        mailed |= users
    messages.owe(mails)


def of_steps(
    recovery: Recovery,
    people: Sequence[oncall.Person],
    noticed: Sequence[tuple[Alert, int]],
    now: datetime,
) -> list[Message]:
    """The unsaved mails about alerts, each with the step that tells of it now."""
    # No two alerts of a recovery that are not closed have the same rule.
    steps = {alert.rule: step for alert, step in noticed}
    mails: list[Message] = []
    mailed: set[int] = set()
    for alert in worst_first(alert for alert, _step in noticed):
        step = steps[alert.rule]
        users = [user for user in oncall.told(people, alert.severity, step) if user not in mailed]
        mails += messages.alert_mails(
            recovery,
            notice=f"alert:{alert.uuid}:{alert.notice}",
            kind=Message.Kind.ESCALATION if step else Message.Kind.ALERT,
            severity=alert.severity,
            number=alert.notice_step if step else 0,
            users=users,
            now=now,
        )
        mailed.update(users)
    return mails


@transaction.atomic
def to_the_next(refused: Message, *, now: datetime) -> None:
    """A person's address takes no mail: owe what this mail of an alert told to the next person in
    the order, at once.

    Nobody whom its step tells already, and nobody at all when no alert there waits for a contact
    any more; nor for any other kind of mail.
    """
    if refused.recovery_id is None or refused.kind not in TELLING:
        return
    recovery = Recovery.objects.select_for_update().get(pk=refused.recovery_id)
    waiting = [Alert.State.OPEN, Alert.State.ACKNOWLEDGED]
    if not recovery.alerts.filter(state__in=waiting, severity=refused.severity).exists():
        return
    step = refused.dedupe_key.rpartition(":")[0]
    told = set(
        Message.objects.filter(
            recovery=recovery, kind=refused.kind, dedupe_key__startswith=f"{step}:"
        ).values_list("user", flat=True)
    )
    people = oncall.people([recovery.clinic_id]).get(recovery.clinic_id, [])
    first = oncall.FIRST if refused.kind == Message.Kind.ALERT else oncall.NEXT
    order = [person.user for person in oncall.wanting(people, refused.severity, first)]
    # Who stands before them was told by an earlier step, and comes last.
    place = order.index(refused.user_id) + 1 if refused.user_id in order else 0
    order = order[place:] + order[:place]
    messages.owe(
        messages.alert_mails(
            recovery,
            notice=step.removeprefix(f"{refused.kind}:").rpartition(":")[0],
            kind=Message.Kind(refused.kind),
            severity=refused.severity,
            number=refused.number or 0,
            users=[user for user in order if user not in told][:1],
            now=now,
        )
    )


def worst_first(alerts: Iterable[Alert]) -> list[Alert]:
    """The emergency and urgent ones of these, in the order in which their texts go."""
    calling = [a for a in alerts if a.severity in CALLS and a.state != Alert.State.SNOOZED]
    return sorted(calling, key=lambda alert: precedence(Severity(alert.severity), alert.rule))
