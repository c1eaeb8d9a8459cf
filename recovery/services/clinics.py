"""A clinic's numbers and its staff."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import Clinic, Membership, Role, User
from recovery.services import messages
from recovery.services.refusals import NotAllowed


@transaction.atomic
def create(
    *, name: str, zone: str, manager_email: str, manager_name: str, now: datetime, **fields: Any
) -> Clinic:
    """A clinic and its first manager, who is owed a mail to choose a password."""
    clinic = Clinic.objects.create(name=name, zone=zone, **fields)
    invite(clinic=clinic, email=manager_email, name=manager_name, role=Role.MANAGER, now=now)
    return clinic


def update(*, clinic: Clinic, values: Mapping[str, Any]) -> Clinic:
    for name, value in values.items():
        setattr(clinic, name, value)
    clinic.save(update_fields=list(values))
    return clinic


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
