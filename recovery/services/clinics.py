"""A clinic's numbers, its hours and holidays, and its staff."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import Alert, Clinic, Membership, ProceduresDone, Recovery, Role, User
from recovery.models.alerts import Severity
from recovery.models.recoveries import QueueRank
from recovery.services import digests, escalation, messages, status
from recovery.services.refusals import NotAllowed

# Waits that began before a holiday count it for as long; then it is forgotten.
HOLIDAYS_KEPT = timedelta(days=366)
# What says when the clinic is open, or when its morning mail goes.
CALENDAR = ("hours", "holidays", "zone", "digest_at")


@transaction.atomic
def create(
    *, name: str, zone: str, manager_email: str, manager_name: str, now: datetime, **fields: Any
) -> Clinic:
    """A clinic and its first manager, who is owed a mail to choose a password."""
    clinic = Clinic(name=name, zone=zone, outcomes_at=now, **fields)
    clinic.next_digest_at = digests.next_at(clinic, now)
    clinic.save()
    invite(clinic=clinic, email=manager_email, name=manager_name, role=Role.MANAGER, now=now)
    return clinic


@transaction.atomic
def update(*, clinic: Clinic, values: Mapping[str, Any], now: datetime) -> Clinic:
    """Store the clinic's columns. What waits by its hours waits by the new ones from here on."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    before = {name: getattr(clinic, name) for name in CALENDAR}
    for name, value in values.items():
        setattr(clinic, name, value)
    columns = list(values)
    if any(getattr(clinic, name) != before[name] for name in CALENDAR):
        clinic.next_digest_at = digests.next_at(clinic, now)
        columns.append("next_digest_at")
        _wait_anew(clinic)
    clinic.save(update_fields=columns)
    return clinic


def _wait_anew(clinic: Clinic) -> None:
    """Let urgent alerts tell staff when the clinic's new hours say so."""
    ranked = Recovery.objects.filter(
        clinic=clinic, queue_rank__in=[QueueRank.EMERGENCY, QueueRank.URGENT]
    )
    recoveries = {one.pk: one for one in ranked.select_for_update().order_by("next_event_at", "pk")}
    waiting = list(
        Alert.objects.not_closed().filter(
            recovery__in=recoveries, severity=Severity.URGENT, next_notice_at__isnull=False
        )
    )
    for alert in waiting:
        alert.next_notice_at = escalation.notice_at(alert, clinic, alert.notice_step)
        status.bring_forward(recoveries[alert.recovery_id], [alert.next_notice_at])
    Alert.objects.bulk_update(waiting, ["next_notice_at"])
    Recovery.objects.bulk_update(recoveries.values(), ["next_event_at"])


@transaction.atomic
def add_holiday(*, clinic: Clinic, on: date, name: str, now: datetime) -> None:
    """Close the clinic for a day. Raises NotAllowed if it is closed then already."""
    row = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    if on.isoformat() in row.holidays:
        raise NotAllowed(_("This day is on the list."))
    since = now.astimezone(ZoneInfo(row.zone)).date() - HOLIDAYS_KEPT
    kept = {day: said for day, said in row.holidays.items() if day >= since.isoformat()}
    update(clinic=row, values={"holidays": kept | {on.isoformat(): name}}, now=now)


@transaction.atomic
def remove_holiday(*, clinic: Clinic, on: str, now: datetime) -> str:
    """Open it as on any other such weekday; returns the day's name. A day that is not there
    changes nothing and has none.
    """
    row = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    kept = dict(row.holidays)
    name = kept.pop(on, "")
    if kept != row.holidays:
        update(clinic=row, values={"holidays": kept}, now=now)
    return str(name)


@transaction.atomic
def invite(*, clinic: Clinic, email: str, name: str, role: Role, now: datetime) -> Membership:
    """Give a person a role. Somebody new is owed a mail to choose a password.

    A second call changes nothing, and sends that mail again while no password is chosen; a role
    that was taken away is given back.
    """
    user = User.objects.of_address(email, name=name)
    membership, _created = Membership.objects.get_or_create(
        user=user, clinic=clinic, role=role, defaults={"name": name}
    )
    if not membership.is_active:
        membership.is_active = True
        membership.save(update_fields=["is_active"])
    if not user.has_usable_password():
        messages.owe_password_mail(user, clinic, now=now)
    return membership


@transaction.atomic
def set_active(*, membership: Membership, active: bool) -> Membership:
    """End a role, or give it back. It ends at the person's next request.

    Raises NotAllowed for the clinic's last nurse or clinician and for its last manager.
    """
    # Two managers who each end the other's role take turns here.
    Clinic.objects.select_for_update().get(pk=membership.clinic_id)
    if not active:
        others = (
            Membership.objects.active()
            .filter(clinic=membership.clinic_id)
            .exclude(pk=membership.pk)
        )
        if membership.role == Role.MANAGER:
            if not others.filter(role=Role.MANAGER).exists():
                raise NotAllowed(_("A clinic needs one active manager."))
        elif not others.clinical().exists():
            raise NotAllowed(_("A clinic needs one active nurse or clinician."))
    membership.is_active = active
    membership.save(update_fields=["is_active"])
    return membership


def owe_password_reset(*, email: str, now: datetime) -> None:
    """Owe a mail to choose a new password, if the address is that of active staff.

    Says nothing either way: the page must answer the same for everybody.
    """
    membership = (
        Membership.objects.active()
        .select_related("user", "clinic")
        .filter(user__email=email.strip().lower())
        .first()
    )
    if membership is not None:
        messages.owe_password_mail(membership.user, membership.clinic, now=now)


def record_procedures(*, clinic: Clinic, year: int, month: int, number: int) -> ProceduresDone:
    """How many procedures the clinic did in a month; another number replaces it."""
    row, _created = ProceduresDone.objects.update_or_create(
        clinic=clinic, year=year, month=month, defaults={"number": number}
    )
    return row
