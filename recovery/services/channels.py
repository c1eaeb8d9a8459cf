"""By which channels a patient can be reached, and which one a reminder takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from recovery.clinical.plan import Unanswered
from recovery.models import Channel, Consent, Patient


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the consent in force allows; without one, nothing."""

    email: bool = False
    sms: bool = False


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder that went, or may have gone. By its check-in's key. `planned`: by the pathway,
    not put off to a time of the patient's.
    """

    at: datetime
    channel: str
    key: str
    planned: bool


NOTHING = Agreed()


def agreed(patient_ids: Iterable[int]) -> dict[int, Agreed]:
    """By patient; one statement. Who has agreed to nothing may be missing."""
    rows = Consent.objects.filter(patient__in=list(patient_ids), withdrawn_at=None)
    return {
        patient_id: Agreed(email_ok, sms_ok)
        for patient_id, email_ok, sms_ok in rows.values_list("patient_id", "email_ok", "sms_ok")
    }


def usable(patient: Patient, agreed: Agreed, *, addressee: int | None) -> tuple[Channel, ...]:
    """Of the channels that the patient chose, in that order, those that work as things stand."""
    works = {
        Channel.EMAIL: agreed.email and addressee is not None and patient.address_fails_at is None,
        Channel.SMS: agreed.sms
        and bool(settings.SMS_BACKEND and patient.mobile)
        and patient.mobile_fails_at is None,
    }
    return tuple(channel for channel in patient.in_order if works[channel])


def instead_of(channel: Channel, patient: Patient, working: Sequence[Channel]) -> Channel:
    """By what goes what was owed by `channel`: by that, as long as it works, also where the patient
    has changed the order. Where none of the chosen ones works it stays, if it is one of them.
    """
    if channel in working:
        return channel
    if working:
        return working[0]
    return channel if channel in patient.in_order else patient.in_order[0]


def next_of(
    chosen: Sequence[Channel],
    working: Sequence[Channel],
    unanswered: Iterable[Reminded],
    rule: Unanswered,
) -> Channel:
    """The channel of the next reminder; `unanswered` are those since the patient last answered.

    Where none works it is the first that the patient chose: what keeps it from going is said when
    it would go.
    """
    if not working:
        return chosen[0]
    first, *others = working
    by_first = sum(one.channel == first for one in unanswered)
    return others[0] if others and by_first >= rule.next_channel_after else first
