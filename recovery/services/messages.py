"""The outbox: which mail is owed to whom. Sending is services.delivery's."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.reminding import by_day
from recovery.models import (
    Channel,
    CheckIn,
    Clinic,
    Message,
    Patient,
    PatientAccess,
    Recovery,
    User,
)
from recovery.models.access import Relationship
from recovery.services import channels, nudges

# Of a reminder: it went, or may have gone.
GONE = (Message.State.SENT, Message.State.UNKNOWN, Message.State.HANDING)

# What can be turned off by itself, and the patient's column that says since when it is.
OFF = {"logs": "logs_off_at", "forms": "forms_off_at"}

ALERT_URGENCY, INVITATION_URGENCY, REMINDER_URGENCY, DIGEST_URGENCY = 0, 1, 2, 3


def spread(
    planned_at: datetime, *, key: str, patient: Patient, ends_at: datetime, now: datetime
) -> datetime:
    """When a reminder planned for `planned_at` may leave: within the next few minutes, so that
    what is planned for one moment does not leave in one moment.

    By `key` it is the same for the same reminder however often it is asked. Never before
    `planned_at` or `now`, in the quiet hours, or at the end of the check-in: then at once.
    """
    zone, hours = patient.zone, patient.hours
    first = by_day(now, zone, hours)
    # What waited for the morning is spread over the morning's first minutes.
    begin = first if first > now else planned_at
    digest = blake2b(key.encode(), digest_size=4).digest()
    share = int.from_bytes(digest, "big") / 2**32
    at = max(first, begin + share * timedelta(minutes=settings.REMINDER_SPREAD_MINUTES))
    return at if at < ends_at and by_day(at, zone, hours) == at else first


def alert_mails(
    recovery: Recovery,
    *,
    notice: str,
    kind: Message.Kind,
    severity: str,
    number: int,
    users: Iterable[int],
    now: datetime,
) -> list[Message]:
    """One unsaved mail for each user; `notice` names the log or alert and the step."""
    return [
        Message(
            kind=kind,
            dedupe_key=f"{kind}:{notice}:{number}:{user}",
            clinic_id=recovery.clinic_id,
            recovery=recovery,
            severity=severity,
            number=number,
            user_id=user,
            created_at=now,
            planned_at=now,
            send_after=now,
            urgency=ALERT_URGENCY,
        )
        for user in users
    ]


def owe(messages: Iterable[Message]) -> None:
    """Write what is owed; a message whose key is known is owed already."""
    written = Message.objects.bulk_create(messages, ignore_conflicts=True)
    owed = {m.urgency == ALERT_URGENCY for m in written if m.state == Message.State.OWED}
    for urgent in owed:
        nudges.send_soon(urgent=urgent)


def owe_digests(
    clinic: Clinic, users: Iterable[int], *, on: date, planned_at: datetime, now: datetime
) -> None:
    """One mail a person and local date of the clinic."""
    owe(
        Message(
            kind=Message.Kind.DIGEST,
            dedupe_key=f"digest:{clinic.uuid}:{on.isoformat()}:{user}",
            clinic=clinic,
            user_id=user,
            created_at=now,
            planned_at=planned_at,
            send_after=now,
            urgency=DIGEST_URGENCY,
        )
        for user in users
    )


def supersede(newer: Iterable[Message]) -> None:
    """Before newer reminders are owed: an older one that never left (quiet hours, the mail server
    was away, the senders stood still) will not go beside it.
    """
    by_reason: dict[Message.Reason, set[int | None]] = defaultdict(set)
    for mail in newer:
        by_reason[why_superseded(mail)].add(mail.recovery_id)
    for reason, ids in by_reason.items():
        Message.objects.filter(
            recovery__in=ids,
            kind=Message.Kind.REMINDER,
            number__isnull=False,
            state=Message.State.OWED,
        ).update(state=Message.State.NOT_SENT, reason=reason)


def why_superseded(newer: Message) -> Message.Reason:
    """What is said of older reminders that still wait when this one is owed."""
    assert newer.recovery is not None
    patient = newer.recovery.patient
    by_night = by_day(newer.created_at, patient.zone, patient.hours) > newer.created_at
    return Message.Reason.QUIET if by_night else Message.Reason.SUPERSEDED


def addressees(patient_ids: Iterable[int]) -> dict[int, int]:
    """The user that each patient's mails go to: the patient, else a caregiver, else nobody."""
    return {pk: access.user_id for pk, access in _written_to(patient_ids).items()}


def addressee(patient: Patient) -> int | None:
    return addressees([patient.pk]).get(patient.pk)


def access_written_to(patient: Patient) -> PatientAccess | None:
    """Through whom the patient's mails go: the patient, else a caregiver."""
    return _written_to([patient.pk]).get(patient.pk)


def _written_to(patient_ids: Iterable[int]) -> dict[int, PatientAccess]:
    return first_of(PatientAccess.objects.filter(patient__in=list(patient_ids), ended_at=None))


def first_of(accesses: Iterable[PatientAccess]) -> dict[int, PatientAccess]:
    """Of accesses that have not ended, the one of each patient through whom the mails go."""
    found: dict[int, PatientAccess] = {}
    for row in sorted(accesses, key=lambda row: (row.relationship != Relationship.SELF, row.pk)):
        found.setdefault(row.patient_id, row)
    return found


def owe_invitation(recovery: Recovery, *, now: datetime) -> bool:
    """Tell the patient once more where to sign in, unless an invitation is on its way; returns
    whether it is owed now.
    """
    on_its_way = [Message.State.OWED, Message.State.CLAIMED, Message.State.HANDING]
    to = addressee(recovery.patient)
    invitations = Message.objects.filter(
        recovery=recovery, kind=Message.Kind.INVITATION, user=to, state__in=on_its_way
    )
    if invitations.exists():
        return False
    owe([_invitation(recovery, to, now, key=f":{uuid.uuid4().hex}")])
    return True


def owe_invitations(recoveries: Sequence[Recovery], *, now: datetime) -> None:
    """Tell each patient where to sign in, once for each recovery."""
    users = addressees(recovery.patient_id for recovery in recoveries)
    owe(_invitation(one, users.get(one.patient_id), now) for one in recoveries)


def _invitation(recovery: Recovery, to: int | None, now: datetime, *, key: str = "") -> Message:
    return Message(
        kind=Message.Kind.INVITATION,
        dedupe_key=f"invitation:recovery:{recovery.uuid}{key}",
        clinic_id=recovery.clinic_id,
        recovery=recovery,
        user_id=to,
        created_at=now,
        planned_at=now,
        send_after=by_day(now, recovery.patient.zone, recovery.patient.hours),
        urgency=INVITATION_URGENCY,
    )


def owe_password_mail(user: User, clinic: Clinic, *, now: datetime) -> None:
    """Let a staff member set a password. The link is made when the mail is, never stored."""
    owe(
        [
            Message(
                kind=Message.Kind.INVITATION,
                dedupe_key=f"invitation:password:{user.uuid}:{uuid.uuid4().hex}",
                clinic=clinic,
                user=user,
                created_at=now,
                planned_at=now,
                send_after=now,
                urgency=ALERT_URGENCY,
            )
        ]
    )


def renew_link(checkin: CheckIn, *, now: datetime) -> None:
    """After an expired link: owe the patient one for what is open now, if anything is.

    At most once an hour, however often it is asked for. It was asked for, so it comes at any
    hour, also while reminders are off, and does not count as one of the day's two.
    """
    recovery = checkin.recovery
    current = (
        CheckIn.objects.open()
        .filter(recovery=recovery, anchor=recovery.anchor, expires_at__gt=now)
        .order_by("opens_at")
        .last()
    )
    if current is None:
        return
    hour_ago = now - timedelta(hours=1)
    if current.messages.filter(
        kind=Message.Kind.REMINDER, number=None, created_at__gt=hour_ago
    ).exists():
        return
    patient = recovery.patient
    to = addressee(patient)
    allowed = channels.agreed([patient.pk]).get(patient.pk, channels.NOTHING)
    working = channels.usable(patient, allowed, addressee=to)
    channel = (working or patient.in_order)[0]
    owe(
        [
            Message(
                kind=Message.Kind.REMINDER,
                channel=channel,
                # Two who ask in the same moment ask in the same clock hour, or almost never.
                dedupe_key=f"renewal:{current.uuid}:{now:%Y%m%d%H}",
                clinic_id=recovery.clinic_id,
                recovery=recovery,
                checkin=current,
                user_id=to if channel == Channel.EMAIL else None,
                created_at=now,
                planned_at=now,
                send_after=now,
                urgency=INVITATION_URGENCY,
            )
        ]
    )


def stop(rows: QuerySet[Message], reason: Message.Reason) -> None:
    """Of these mails, send none that is still owed, also none that a sender holds but has not begun
    to hand over.
    """
    rows.filter(state__in=[Message.State.OWED, Message.State.CLAIMED]).update(
        state=Message.State.NOT_SENT, reason=reason
    )


def owe_anew(rows: QuerySet[Message], **changed: User) -> None:
    """Of these mails, owe as they are now those that have not begun to be handed over. A sender
    that holds one has built it as it was: it finds the row no longer its own, and another builds it
    again.
    """
    rows.filter(state__in=[Message.State.OWED, Message.State.CLAIMED]).update(
        state=Message.State.OWED, token=None, lease_until=None, **changed
    )


def answered(recovery: Recovery, key: str) -> None:
    """Stop what is still owed for a check-in."""
    stop(
        Message.objects.filter(
            recovery=recovery,
            kind=Message.Kind.REMINDER,
            checkin__anchor=recovery.anchor,
            checkin__key=key,
        ),
        Message.Reason.ANSWERED,
    )


@transaction.atomic
def turn_off(*, patient: Patient, now: datetime, only: str = "") -> None:
    """No more reminders for this patient, or none for logs or forms (a key of OFF); staff see it. A
    second call keeps the first time. A link that was asked for still comes.
    """
    column = OFF.get(only, "reminders_off_at")
    Patient.objects.filter(pk=patient.pk, **{column: None}).update(**{column: now})
    rows = Message.objects.filter(
        recovery__patient=patient, kind=Message.Kind.REMINDER, number__isnull=False
    )
    if only:
        of_logs = Q(checkin__form__in=LOG_FORMS)
        rows = rows.filter(of_logs if only == "logs" else ~of_logs)
    stop(rows, Message.Reason.OPTED_OUT)
