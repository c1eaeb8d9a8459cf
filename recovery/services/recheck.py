"""Asked again when a mail is about to go: must it still, and is this the hour for it?

Between owing and sending a patient may have answered, a check-in expired, a person left.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from recovery.models import CheckIn, Consent, Message, PatientAccess
from recovery.services import messages

DAILY_CAP = 2
Reason = Message.Reason
TO_PATIENT = (Message.Kind.REMINDER, Message.Kind.INVITATION)
TO_STAFF = (Message.Kind.ALERT, Message.Kind.ESCALATION)


def quiet_until(message: Message, *, now: datetime) -> datetime | None:
    """The next 08:00 of a patient for whom it is night; None for a mail that may go now.

    Staff, and patients who have just asked for a link, are waiting for theirs at any hour.
    """
    if not _to_patient(message) or _asked_for(message):
        return None
    assert message.recovery is not None
    morning = messages.by_day(now, message.recovery.patient.zone)
    return morning if morning > now else None


class Recheck:
    """What the decisions on a batch rest on, read at once: four statements, whatever its size.

    It is then asked mail by mail, since a row that breaks must break alone. A reminder that it
    lets go counts at once against another of the same patient.
    """

    def __init__(self, batch: Sequence[Message]) -> None:
        patients = {m.recovery.patient_id for m in batch if m.recovery and _to_patient(m)}
        self._consenting = set(
            Consent.objects.filter(
                patient__in=patients, withdrawn_at=None, email_ok=True
            ).values_list("patient_id", flat=True)
        )
        self._accesses = set(
            PatientAccess.objects.filter(patient__in=patients, ended_at=None).values_list(
                "patient_id", "user_id"
            )
        )
        self._on_call = messages.on_call({m.clinic_id for m in batch if m.kind in TO_STAFF})
        self._reminded = _reminded({m.recovery_id for m in batch if _counts(m)})

    def reason(self, message: Message, *, now: datetime) -> Message.Reason:
        """Why the mail must not go; Reason.NONE if it may."""
        if message.kind in TO_STAFF:
            on_call = self._on_call.get(message.clinic_id, [])
            return Reason.NONE if message.user_id in on_call else Reason.INACTIVE
        if not _to_patient(message):
            return Reason.NONE if _active(message) else Reason.INACTIVE
        reason = self._why_not_patient(message, now)
        if not reason and _counts(message):
            self._reminded[message.recovery_id].append(now)
        return reason

    def _why_not_patient(self, message: Message, now: datetime) -> Message.Reason:
        recovery, checkin = message.recovery, message.checkin
        assert recovery is not None
        patient = recovery.patient
        reminder = message.kind == Message.Kind.REMINDER
        zone = ZoneInfo(patient.zone)
        today = sum(
            at.astimezone(zone).date() == now.astimezone(zone).date()
            for at in self._reminded[recovery.pk]
        )
        checks = (
            (not recovery.sends, Reason.NOT_FOLLOWED),
            (patient.pk not in self._consenting, Reason.NO_CONSENT),
            (message.user is None, Reason.NO_ADDRESS),
            (not _active(message), Reason.INACTIVE),
            # A caregiver whose access ended gets no more links.
            ((patient.pk, message.user_id) not in self._accesses, Reason.INACTIVE),
            (patient.address_fails_at is not None, Reason.ADDRESS_FAILS),
            (reminder and patient.reminders_off_at is not None, Reason.OPTED_OUT),
            (checkin is not None and checkin.state == CheckIn.State.COMPLETED, Reason.ANSWERED),
            (checkin is not None and checkin.expires_at <= now, Reason.EXPIRED),
            (checkin is not None and checkin.state != CheckIn.State.OPEN, Reason.NOT_FOLLOWED),
            (_counts(message) and today >= DAILY_CAP, Reason.CAPPED),
        )
        return next((reason for refused, reason in checks if refused), Reason.NONE)


def _to_patient(message: Message) -> bool:
    return message.kind in TO_PATIENT and message.recovery is not None


def _counts(message: Message) -> bool:
    """Whether it is one of the day's two."""
    return message.kind == Message.Kind.REMINDER and not _asked_for(message)


def _asked_for(message: Message) -> bool:
    return message.kind == Message.Kind.REMINDER and message.number is None


def _active(message: Message) -> bool:
    return message.user is not None and message.user.is_active


def _reminded(recovery_ids: set[int | None]) -> defaultdict[int | None, list[datetime]]:
    """When reminders went, or may have gone, by recovery."""
    found: defaultdict[int | None, list[datetime]] = defaultdict(list)
    rows = Message.objects.filter(
        recovery__in=recovery_ids,
        kind=Message.Kind.REMINDER,
        number__isnull=False,
        state__in=[Message.State.SENT, Message.State.UNKNOWN, Message.State.HANDING],
    ).values_list("recovery_id", "sent_at", "lease_until", "send_after")
    for recovery_id, *moments in rows:
        found[recovery_id].append(next(moment for moment in moments if moment is not None))
    return found
