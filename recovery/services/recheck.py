"""Asked again when a mail is about to go: must it still?

Between owing and sending a patient may have answered, a check-in expired, a person left.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from recovery.models import CheckIn, Consent, Message
from recovery.services import messages

DAILY_CAP = 2
Reason = Message.Reason
TO_PATIENT = (Message.Kind.REMINDER, Message.Kind.INVITATION)
TO_STAFF = (Message.Kind.ALERT, Message.Kind.ESCALATION)


def reasons(batch: Sequence[Message], *, now: datetime) -> dict[int, Message.Reason]:
    """Why each must not go, by row number; Reason.NONE for those that go. Three statements."""
    consents = set(
        Consent.objects.filter(
            patient__in={m.recovery.patient_id for m in batch if m.recovery and _to_patient(m)},
            withdrawn_at=None,
            email_ok=True,
        ).values_list("patient_id", flat=True)
    )
    on_call = messages.on_call({m.clinic_id for m in batch if m.kind in TO_STAFF})
    today = _sent_today(batch, now)
    found = {}
    for message in batch:
        if message.kind in TO_STAFF:
            found[message.pk] = (
                Reason.NONE
                if message.user_id in on_call.get(message.clinic_id, [])
                else Reason.INACTIVE
            )
        elif _to_patient(message):
            found[message.pk] = _why_not_patient(message, consents, today, now)
            if not found[message.pk] and message.number is not None:
                today[message.recovery_id] += 1
        else:
            found[message.pk] = Reason.NONE if _active(message) else Reason.INACTIVE
    return found


def _to_patient(message: Message) -> bool:
    return message.kind in TO_PATIENT and message.recovery is not None


def _active(message: Message) -> bool:
    return message.user is not None and message.user.is_active


def _sent_today(batch: Sequence[Message], now: datetime) -> Counter[int | None]:
    """Reminders that went (or may have gone) on the patient's local date, by recovery.

    What a patient asked for (no number) does not count.
    """
    zones = {
        m.recovery_id: ZoneInfo(m.recovery.patient.zone)
        for m in batch
        if m.recovery and m.kind == Message.Kind.REMINDER
    }
    count: Counter[int | None] = Counter()
    rows = Message.objects.filter(
        recovery__in=zones,
        kind=Message.Kind.REMINDER,
        number__isnull=False,
        state__in=[Message.State.SENT, Message.State.UNKNOWN, Message.State.HANDING],
    ).values_list("recovery_id", "sent_at", "lease_until", "send_after")
    for recovery_id, *moments in rows:
        zone = zones[recovery_id]
        at = next(moment for moment in moments if moment is not None)
        if at.astimezone(zone).date() == now.astimezone(zone).date():
            count[recovery_id] += 1
    return count


def _why_not_patient(
    message: Message, consents: set[int], today: Counter[int | None], now: datetime
) -> Message.Reason:
    recovery, checkin = message.recovery, message.checkin
    assert recovery is not None
    patient = recovery.patient
    reminder = message.kind == Message.Kind.REMINDER
    checks = (
        (not recovery.sends, Reason.NOT_FOLLOWED),
        (patient.pk not in consents, Reason.NO_CONSENT),
        (message.user is None, Reason.NO_ADDRESS),
        (not _active(message), Reason.INACTIVE),
        (patient.address_fails_at is not None, Reason.ADDRESS_FAILS),
        (reminder and patient.reminders_off_at is not None, Reason.OPTED_OUT),
        (checkin is not None and checkin.state == CheckIn.State.COMPLETED, Reason.ANSWERED),
        (checkin is not None and checkin.expires_at <= now, Reason.EXPIRED),
        (checkin is not None and checkin.state != CheckIn.State.OPEN, Reason.NOT_FOLLOWED),
        (
            reminder and message.number is not None and today[recovery.pk] >= DAILY_CAP,
            Reason.CAPPED,
        ),
    )
    return next((reason for refused, reason in checks if refused), Reason.NONE)
