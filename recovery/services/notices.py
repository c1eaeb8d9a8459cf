"""The mails that tell staff of alerts: one a person and answer or step, for the worst of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from recovery.clinical.rules import Severity, precedence
from recovery.models import Alert, Message, Recovery
from recovery.services import messages, oncall
from recovery.services.escalation import CALLS

TELLING = (Message.Kind.ALERT, Message.Kind.ESCALATION)


def at_once(recovery: Recovery, cause: str, fired: Iterable[Alert], now: datetime) -> None:
    """Owe the mails about alerts that an answer, named by `cause`, has just fired. Takes two
    statements, or none.
    """
    calling = worst_first(alert for alert in fired if alert.notice_step)
    if not calling:
        return
    people = oncall.people([recovery.clinic_id]).get(recovery.clinic_id, [])
    messages.owe(of_firings(recovery, people, calling, now, cause=cause))


def of_firings(
    recovery: Recovery,
    people: Sequence[oncall.Person],
    fired: Iterable[Alert],
    now: datetime,
    *,
    cause: str = "",
) -> list[Message]:
    """The unsaved mails about alerts that have just fired, by `cause` or because time went by.

    They go to those whom the steps of each alert have told so far; one that waits for the clinic
    to open tells nobody yet.
    """
    mails: list[Message] = []
    mailed: set[int] = set()
    for alert in worst_first(alert for alert in fired if alert.notice_step):
        steps = range(min(alert.notice_step, oncall.STEPS))
        users = {user for step in steps for user in oncall.told(people, alert.severity, step)}
        mails += messages.alert_mails(
            recovery,
            notice=cause or _firing(alert),
            kind=Message.Kind.ALERT,
            severity=alert.severity,
            number=0,
            users=sorted(users - mailed),
            now=now,
        )
        mailed |= users
    return mails


def _firing(alert: Alert) -> str:
    """The name of what its newest firing is told by: to each person once."""
    return f"{_notice(alert)}:{alert.firings}"


def _notice(alert: Alert) -> str:
    return f"alert:{alert.uuid}:{alert.notice}"


def of_steps(
    recovery: Recovery,
    people: Sequence[oncall.Person],
    noticed: Sequence[tuple[Alert, int]],
    now: datetime,
    told: Mapping[int, Collection[int]],
) -> list[Message]:
    """The unsaved mails about alerts, each with the step that tells of it now. `told` as
    `told_at_once` has it.
    """
    # No two alerts of a recovery that are not closed have the same rule.
    steps = {alert.rule: step for alert, step in noticed}
    mails: list[Message] = []
    mailed: set[int] = set()
    for alert in worst_first(alert for alert, _step in noticed):
        step = steps[alert.rule]
        turns = oncall.told(people, alert.severity, step, told.get(alert.pk))
        users = [user for user in turns if user not in mailed]
        mails += messages.alert_mails(
            recovery,
            notice=_notice(alert) if step else _firing(alert),
            kind=Message.Kind.ESCALATION if step else Message.Kind.ALERT,
            severity=alert.severity,
            number=alert.notice_step if step else 0,
            users=users,
            now=now,
        )
        mailed.update(users)
    return mails


def told_at_once(alerts: Iterable[Alert], until: datetime) -> dict[int, set[int]]:
    """By alert that may tell the next person up to `until`, the users who had their turn: told with
    what fired it since its clock started, also in the place of one whose address failed, and that
    one. One statement, or none.
    """
    telling = [
        alert
        for alert in alerts
        if alert.severity == Severity.EMERGENCY
        and alert.notice_step == oncall.NEXT
        and alert.next_notice_at is not None
        and alert.next_notice_at <= until
    ]
    if not telling:
        return {}
    mails = Message.objects.filter(
        recovery__in={alert.recovery_id for alert in telling},
        kind=Message.Kind.ALERT,
        severity=Severity.EMERGENCY,
        created_at__gte=min(alert.clock_from for alert in telling),
    ).exclude(state=Message.State.NOT_SENT)
    told: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for recovery_id, user, at in mails.values_list("recovery_id", "user_id", "created_at"):
        told[recovery_id].append((user, at))
    return {
        alert.pk: {user for user, at in told[alert.recovery_id] if at >= alert.clock_from}
        for alert in telling
    }


@transaction.atomic
def to_the_next(refused: Message, *, now: datetime) -> None:
    """A person's address takes no mail: owe what this mail of an alert told to the next person in
    the order, at once; rather to one whom no step has told since.

    Nobody whom its step tells already, and nobody at all when no alert there waits for a contact
    any more; nor for any other kind of mail.
    """
    if refused.recovery_id is None or refused.kind not in TELLING:
        return
    recovery = Recovery.objects.select_for_update().get(pk=refused.recovery_id)
    if not recovery.alerts.filter(state__in=Alert.WAITING, severity=refused.severity).exists():
        return
    step = refused.dedupe_key.rpartition(":")[0]
    telling = Message.objects.filter(
        recovery=recovery, kind__in=TELLING, severity=refused.severity
    ).values_list("user", flat=True)
    by_step = set(telling.filter(dedupe_key__startswith=f"{step}:"))
    told = set(telling.filter(created_at__gte=refused.created_at))
    people = oncall.people([recovery.clinic_id]).get(recovery.clinic_id, [])
    first = oncall.FIRST if refused.kind == Message.Kind.ALERT else oncall.NEXT
    order = [person.user for person in oncall.wanting(people, refused.severity, first)]
    # Who stands before them had their turn, and comes last.
    place = order.index(refused.user_id) + 1 if refused.user_id in order else 0
    order = [user for user in order[place:] + order[:place] if user not in by_step]
    order.sort(key=lambda user: user in told)
    messages.owe(
        messages.alert_mails(
            recovery,
            notice=step.removeprefix(f"{refused.kind}:").rpartition(":")[0],
            kind=Message.Kind(refused.kind),
            severity=refused.severity,
            number=refused.number or 0,
            users=order[:1],
            now=now,
        )
    )


def worst_first(alerts: Iterable[Alert]) -> list[Alert]:
    """The emergency and urgent ones of these, in the order in which their texts go."""
    calling = [a for a in alerts if a.severity in CALLS and a.state != Alert.State.SNOOZED]
    return sorted(calling, key=lambda alert: precedence(Severity(alert.severity), alert.rule))
