"""Asked again when a mail is about to go: must it still, by which channel, and is this the hour?

Between owing and sending a patient may have answered, a check-in expired, a person left.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from recovery.clinical.reminding import by_day
from recovery.models import Channel, CheckIn, Message, Patient, PatientAccess, Recovery
from recovery.queries import digest
from recovery.services import channels, escalation, messages, oncall

DAILY_CAP = 2
Reason = Message.Reason
TO_PATIENT = (Message.Kind.REMINDER, Message.Kind.INVITATION)
ALERTS = (Message.Kind.ALERT, Message.Kind.ESCALATION)
TO_STAFF = (*ALERTS, Message.Kind.DIGEST)


def quiet_until(message: Message, *, now: datetime) -> datetime | None:
    """The end of a patient's quiet hours, if it is in them; the opening of a closed clinic for what
    is urgent there; None for a mail that may go now.

    Other mails to staff, and a link that a patient has just asked for, go at any hour.
    """
    if message.kind in ALERTS:
        opens = escalation.may_tell_from(message.severity, message.clinic, now)
        return opens if opens > now else None
    if not _to_patient(message) or _asked_for(message):
        return None
    assert message.recovery is not None
    patient = message.recovery.patient
    morning = by_day(now, patient.zone, patient.hours)
    return morning if morning > now else None


class Recheck:
    """What the decisions on a batch rest on, read at once: five statements, whatever its size, and
    none for a kind that is not in it.

    It is then asked mail by mail, since a row that breaks must break alone. A reminder that it
    lets go counts at once against another of the same patient.
    """

    def __init__(self, batch: Sequence[Message], recoveries: Sequence[Recovery] = ()) -> None:
        """`recoveries`: about those it may be asked of any mail to come, too."""
        patients = {m.recovery.patient_id for m in batch if m.recovery and _to_patient(m)}
        patients |= {recovery.patient_id for recovery in recoveries}
        self._agreed = channels.agreed(patients)
        rows = PatientAccess.objects.filter(patient__in=patients, ended_at=None)
        accesses = list(rows.select_related("user"))
        self._accesses = {(one.patient_id, one.user_id) for one in accesses}
        self._written_to = messages.first_of(accesses)
        clinics = {m.clinic_id for m in batch if m.kind in TO_STAFF}
        self._people = oncall.people(clinics | {recovery.clinic_id for recovery in recoveries})
        self._waiting = digest.waiting(
            {m.clinic_id for m in batch if m.kind == Message.Kind.DIGEST}
        )
        counting = {m.recovery_id for m in batch if _counts(m)}
        self._reminded = reminded(counting | {recovery.pk for recovery in recoveries})

    def goes_otherwise(self, message: Message) -> bool:
        """Turn a reminder whose channel does not work any more, or is none that the patient wants,
        into one by another; returns whether it is another now. The caller stores it.
        """
        if message.kind != Message.Kind.REMINDER or message.recovery is None:
            return False
        patient = message.recovery.patient
        access = self._written_to.get(patient.pk)
        user = access.user if access and access.user.is_active else None
        agreed = self._agreed.get(patient.pk, channels.NOTHING)
        working = channels.usable(patient, agreed, addressee=user.pk if user else None)
        channel = channels.instead_of(Channel(message.channel), patient, working)
        if channel == message.channel:
            return False
        message.channel = channel
        message.user = user if channel == Channel.EMAIL else None
        return True

    def reason(self, message: Message, *, now: datetime) -> Message.Reason:
        """Why the mail must not go; Reason.NONE if it may."""
        if message.kind in TO_STAFF:
            return self._why_not_staff(message, now)
        if not _to_patient(message):
            return Reason.NONE if _active(message) else Reason.INACTIVE
        reason = self._why_not_patient(message, now)
        if not reason and _counts(message):
            self._reminded[message.recovery_id].append(now)
        return reason

    def _why_not_staff(self, message: Message, now: datetime) -> Message.Reason:
        people = self._people.get(message.clinic_id, [])
        if message.user_id not in {person.user for person in people}:
            return Reason.INACTIVE
        if message.kind == Message.Kind.DIGEST:
            zone = ZoneInfo(message.clinic.zone)
            if message.planned_at.astimezone(zone).date() != now.astimezone(zone).date():
                return Reason.TOO_OLD
            if message.clinic_id not in self._waiting:
                return Reason.NOTHING_LEFT
            wanting = [person for person in people if person.digest_mails]
        else:
            step = 0 if message.kind == Message.Kind.ALERT else 1
            wanting = oncall.wanting(people, message.severity, step)
        wanted = message.user_id in {person.user for person in wanting}
        return Reason.NONE if wanted else Reason.SWITCHED_OFF

    def _why_not_patient(self, message: Message, now: datetime) -> Message.Reason:
        recovery, checkin = message.recovery, message.checkin
        assert recovery is not None
        patient = recovery.patient
        form = checkin.form if checkin else ""
        zone = ZoneInfo(patient.zone)
        local = now.astimezone(zone)
        today = sum(
            at.astimezone(zone).date() == local.date() for at in self._reminded[recovery.pk]
        )
        checks = (
            (not recovery.sends, Reason.NOT_FOLLOWED),
            *self._why_not_by_channel(message, patient),
            (_counts(message) and patient.turned_off(form), Reason.OPTED_OUT),
            (_counts(message) and patient.is_paused(local.date()), Reason.PAUSED),
            (checkin is not None and checkin.state == CheckIn.State.COMPLETED, Reason.ANSWERED),
            (checkin is not None and checkin.expires_at <= now, Reason.EXPIRED),
            (checkin is not None and checkin.state != CheckIn.State.OPEN, Reason.NOT_FOLLOWED),
            (_counts(message) and today >= DAILY_CAP, Reason.CAPPED),
        )
        return next((reason for refused, reason in checks if refused), Reason.NONE)

    def _why_not_by_channel(
        self, message: Message, patient: Patient
    ) -> tuple[tuple[bool, Message.Reason], ...]:
        agreed = self._agreed.get(patient.pk, channels.NOTHING)
        if message.channel == Channel.SMS:
            return (
                (not settings.SMS_BACKEND, Reason.NO_PROVIDER),
                (not agreed.sms, Reason.NO_TEXTS),
                (not patient.mobile, Reason.NO_NUMBER),
                (patient.mobile_fails_at is not None, Reason.NUMBER_FAILS),
            )
        return (
            (not agreed.email, Reason.NO_CONSENT),
            (message.user is None, Reason.NO_ADDRESS),
            (not _active(message), Reason.INACTIVE),
            # A caregiver whose access ended gets no more links.
            ((patient.pk, message.user_id) not in self._accesses, Reason.INACTIVE),
            (patient.address_fails_at is not None, Reason.ADDRESS_FAILS),
        )


def _to_patient(message: Message) -> bool:
    return message.kind in TO_PATIENT and message.recovery is not None


def _counts(message: Message) -> bool:
    """Whether it is one of the day's two."""
    return message.kind == Message.Kind.REMINDER and not _asked_for(message)


def _asked_for(message: Message) -> bool:
    return message.kind == Message.Kind.REMINDER and message.number is None


def _active(message: Message) -> bool:
    return message.user is not None and message.user.is_active


def reminded(recovery_ids: set[int | None]) -> defaultdict[int | None, list[datetime]]:
    """When reminders went, or may have gone, by recovery."""
    found: defaultdict[int | None, list[datetime]] = defaultdict(list)
    rows = Message.objects.filter(
        recovery__in=recovery_ids,
        kind=Message.Kind.REMINDER,
        number__isnull=False,
        state__in=messages.GONE,
    ).values_list("recovery_id", "sent_at", "lease_until", "send_after")
    for recovery_id, *moments in rows:
        found[recovery_id].append(next(moment for moment in moments if moment is not None))
    return found
