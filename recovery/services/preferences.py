"""How a patient is reminded: by what, when, of what, and pauses. By the patient, or by staff."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from recovery.models import AccessEvent, Consent, Message, Patient, Recovery, User
from recovery.services import messages
from recovery.services.addresses import locked, rank_again, take_links_back
from recovery.services.enrolment import CONSENT_VERSION

# Columns of the patient that are set as they are given.
WISHES = ("channels", "mobile", "remind_at", "quiet_until", "quiet_from", "language", "zone")
LONGEST_PAUSE = 14


@transaction.atomic
def change(
    *,
    recovery: Recovery,
    user: User,
    now: datetime,
    wishes: Mapping[str, Any],
    logs: bool | None,
    forms: bool | None,
    agrees: Mapping[str, bool],
) -> None:
    """Set `wishes` (names of WISHES), which reminders are on (None: as they are), and what the
    patient now agrees to. Nothing else is written: an opt-out or a pause of the same moment stands.

    `agrees` holds email_ok or sms_ok where it was asked: what differs from the consent in force
    makes a new one, recorded by `user`; who was told nothing yet has refused nothing. What is owed
    already is asked again when it goes; links that were sent to a number that is replaced open
    nothing any more.
    """
    recoveries = locked(recovery.patient_id)
    patient = Patient.objects.select_for_update(no_key=True).get(pk=recovery.patient_id)
    written = {name: wishes[name] for name in WISHES if name in wishes}
    if written.get("mobile", patient.mobile) != patient.mobile:
        written["mobile_fails_at"] = None
        if patient.mobile:
            take_links_back(patient)
    turned = {kind: on for kind, on in (("logs", logs), ("forms", forms)) if on is not None}
    written |= _off_since(patient, turned, now)
    Patient.objects.filter(pk=patient.pk).update(**written)
    for kind, on in turned.items():
        if not on:
            messages.turn_off(patient=patient, only=kind, now=now)
    _agree(patient, user, now, agrees)
    rank_again(recoveries, now)
    _note(recovery, user, now, "reminders changed")


def _off_since(patient: Patient, turned: Mapping[str, bool], now: datetime) -> dict[str, Any]:
    """The columns that say since when reminders are off, once these kinds (keys of messages.OFF)
    are turned on or off; none where all are so already.
    """
    off = patient.reminders_off_at
    before = {kind: not (off or getattr(patient, column)) for kind, column in messages.OFF.items()}
    on = before | dict(turned)
    if on == before:
        return {}
    since: dict[str, Any] = {
        column: None if on[kind] else getattr(patient, column) or off or now
        for kind, column in messages.OFF.items()
    }
    return since | {"reminders_off_at": None if any(on.values()) else off or now}


@transaction.atomic
def mobile_works(*, recovery: Recovery, user: User, now: datetime) -> None:
    """Texts go to the number again. What was not sent meanwhile stays so."""
    recoveries = locked(recovery.patient_id)
    Patient.objects.filter(pk=recovery.patient_id).update(mobile_fails_at=None)
    rank_again(recoveries, now)
    _note(recovery, user, now, "mobile works again")


@transaction.atomic
def pause(*, recovery: Recovery, user: User, now: datetime, days: int) -> date:
    """No reminders for so many days from today on, where the patient is; it ends by itself.

    Alerts, staff's calls and links that are asked for go on. Returns the first day on which
    reminders go again. Raises ValueError for a length that is not offered.
    """
    if not 1 <= days <= LONGEST_PAUSE:
        raise ValueError(f"a pause of {days} days")
    patient = Patient.objects.get(pk=recovery.patient_id)
    until = now.astimezone(ZoneInfo(patient.zone)).date() + timedelta(days=days)
    Patient.objects.filter(pk=patient.pk).update(paused_until=until)
    owed = Message.objects.filter(recovery__patient=patient, kind=Message.Kind.REMINDER)
    messages.stop(owed.filter(number__isnull=False), Message.Reason.PAUSED)
    _note(recovery, user, now, f"reminders paused to {until}")
    return until


@transaction.atomic
def end_pause(*, recovery: Recovery, user: User, now: datetime) -> None:
    Patient.objects.filter(pk=recovery.patient_id).update(paused_until=None)
    _note(recovery, user, now, "reminders pause ended")


def agreement(patient: Patient) -> Consent | None:
    """The consent in force."""
    return Consent.objects.filter(patient=patient, withdrawn_at=None).first()


def _agree(patient: Patient, user: User, now: datetime, agrees: Mapping[str, bool]) -> None:
    old = agreement(patient)
    given = {name: bool(old and getattr(old, name)) for name in ("email_ok", "sms_ok")}
    wanted = given | dict(agrees)
    if wanted == given:
        return
    if old:
        old.withdrawn_at = now
        old.save(update_fields=["withdrawn_at"])
    Consent.objects.create(
        patient=patient, told_by=user, told_at=now, text_version=CONSENT_VERSION, **wanted
    )


def _note(recovery: Recovery, user: User, now: datetime, what: str) -> None:
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what=what,
    )
