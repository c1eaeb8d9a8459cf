"""What every page of the staff asks first."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import UUIDField

from recovery.models import Clinic, Membership, Recovery, Role, User
from recovery.queries.engine import PULSE
from recovery.queries.prepared import Given, Prepared, number

CLINIC = [field.attname for field in Clinic._meta.concrete_fields]  # noqa: SLF001
ROLES = Prepared(
    lambda: (
        Membership.objects.active()
        .filter(user=number("user"))
        .values_list(*PULSE.values(), "role", *(f"clinic__{one}" for one in CLINIC))
    )
)
RECOVERY = Prepared(
    lambda: (
        Recovery.objects.filter(uuid=Given("recovery", UUIDField()), clinic=number("clinic"))
        .select_related("patient", "pathway", "held_by")
        # `queries.pathways.plan_of` has read it.
        .defer("pathway__plan")
    )
)


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is in a clinic, and beside it what PULSE says of the engine."""

    clinic: Clinic
    pulse: Sequence[Any]
    roles: set[Role] = field(default_factory=set)


def posts_of(user: User) -> dict[str, Post]:
    """By the clinic's UUID."""
    posts: dict[str, Post] = {}
    beats = len(PULSE)
    for row in ROLES.rows({"user": user.pk}):
        clinic = Clinic.from_db(DEFAULT_DB_ALIAS, CLINIC, row[beats + 1 :])
        post = posts.setdefault(str(clinic.uuid), Post(clinic, row[:beats]))
        post.roles.add(Role(row[beats]))
    return posts


def recovery_of(clinic: Clinic, recovery: uuid.UUID) -> Recovery | None:
    """A recovery of the clinic; None for any other."""
    found = next(iter(RECOVERY.models({"recovery": recovery, "clinic": clinic.pk})), None)
    # The clinic was read before, and is not joined again.
    if found is not None:
        found.clinic = clinic
        if found.patient.clinic_id == clinic.pk:
            found.patient.clinic = clinic
    return found
