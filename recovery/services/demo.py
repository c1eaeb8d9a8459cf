"""What a demo's past needs and no page offers. Refuses to run anywhere else."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from recovery.models import Message, Patient, PatientAccess, User
from recovery.models.access import Relationship
from recovery.services.addresses import address_failed
from recovery.services.recheck import Recheck, quiet_until

State = Message.State

# As long as a mail takes to leave.
HANDOVER = timedelta(seconds=4)


def _demo_only() -> None:
    if not settings.DEMO:
        raise RuntimeError("This writes what never happened; it belongs to demo mode.")


def give_password(*, users: Collection[User], password: str) -> None:
    """One hash for all of them: hashing is slow on purpose."""
    _demo_only()
    hashed = make_password(password)
    for user in users:
        user.password = hashed
    User.objects.bulk_update(users, ["password"])


def add_caregiver(*, patient: Patient, name: str, email: str) -> User:
    _demo_only()
    user = User.objects.create_user(email, name=name)
    PatientAccess.objects.create(user=user, patient=patient, relationship=Relationship.CAREGIVER)
    return user


def settle_mails(*, now: datetime, failing: Collection[str] = ()) -> None:
    """Treat what is owed and due at `now` as the senders would have, but send nothing.

    The reasons for not sending are asked as ever; a server refuses the addresses in `failing`.
    """
    _demo_only()
    owed = Message.objects.filter(state=State.OWED, send_after__lte=now)
    # Most often there is nothing, so that is asked at the least cost.
    if pks := list(owed.values_list("pk", flat=True)):
        _settle(pks, now, failing)


@transaction.atomic
def _settle(pks: Collection[int], now: datetime, failing: Collection[str]) -> None:
    due = Message.objects.filter(pk__in=pks)
    batch = list(
        due.select_related("clinic", "user", "checkin", "recovery__patient").order_by("pk")
    )
    recheck = Recheck(batch)
    sent = set()
    for message in batch:
        row = Message.objects.filter(pk=message.pk)
        if morning := quiet_until(message, now=now):
            row.update(send_after=morning)
            continue
        if recheck.goes_otherwise(message):
            row.update(channel=message.channel, user=message.user)
        if reason := recheck.reason(message, now=now):
            row.update(state=State.NOT_SENT, reason=reason)
        elif message.user is not None and message.user.email in failing:
            row.update(state=State.REFUSED, reason=Message.Reason.ADDRESS_FAILS)
            address_failed(message, now=now)
        else:
            sent.add(message.pk)
    handed = Message.objects.filter(pk__in=sent)
    handed.update(state=State.SENT, sent_at=now + HANDOVER, attempts=1)
