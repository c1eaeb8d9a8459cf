"""Who is told: the on-call order of a clinic, and which mails each of its people wants.

R47 in full. Emergency: the first in the order at once, the next who was not told after 15 minutes,
everybody after 60 and each hour from then on. Urgent: the first, and everybody after 2 clinic
hours. Without an order everybody is told each time, so that nothing goes to nobody.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, FilteredRelation, Q
from django.utils.translation import gettext as _

from recovery.models import Clinic, Duty, Membership, User
from recovery.models.alerts import Severity
from recovery.services.refusals import NotAllowed

MAILS = ("emergency_mails", "urgent_mails", "waiting_mails", "digest_mails")
# How a person is moved in the order; by how much it changes the place.
MOVES = {"on": 0, "up": -1, "down": 1, "off": 0}
FIRST, NEXT = 0, 1
# Whom a step tells no longer changes after so many.
STEPS = 3


@dataclass(frozen=True, slots=True)
class Person:
    """A nurse or clinician who works in the clinic now."""

    user: int
    place: int | None = None
    emergency_mails: bool = True
    urgent_mails: bool = True
    waiting_mails: bool = True
    digest_mails: bool = True


def people(clinic_ids: Iterable[int]) -> dict[int, list[Person]]:
    """Every active nurse and clinician by clinic, in the on-call order: one statement."""
    found: dict[int, list[Person]] = defaultdict(list)
    rows = (
        Membership.objects.active()
        .clinical()
        .filter(clinic__in=list(clinic_ids))
        .annotate(
            duty=FilteredRelation("user__duties", condition=Q(user__duties__clinic=F("clinic")))
        )
        .order_by("clinic", F("duty__place").asc(nulls_last=True), "user")
        .values_list("clinic", "user", "duty__place", *(f"duty__{name}" for name in MAILS))
        .distinct()
    )
    for clinic_id, user, place, *wants in rows:
        # Nothing known: nothing switched off.
        given = dict(zip(MAILS, (want is not False for want in wants), strict=True))
        found[clinic_id].append(Person(user, place, **given))
    return dict(found)


def wanting(people: Iterable[Person], severity: str, step: int) -> list[Person]:
    """Who gets such a mail when it is their turn, in order. An emergency always has somebody."""
    if severity == Severity.URGENT:
        name = "urgent_mails" if step == FIRST else "waiting_mails"
        return [person for person in people if getattr(person, name)]
    everybody = list(people)
    return [person for person in everybody if person.emergency_mails] or everybody


def told(
    people: Sequence[Person], severity: str, step: int, already: Collection[int] | None = None
) -> list[int]:
    """The users that the mail of a step goes to; `people` in the on-call order.

    Who has no place in it comes behind all who have one. `already` had their turn, the first in the
    order if nothing else is known; once all had it, the order begins anew.
    """
    order = [person.user for person in wanting(people, severity, step)]
    if all(person.place is None for person in people):
        return order
    if step == FIRST:
        return order[:1]
    if step == NEXT and severity == Severity.EMERGENCY:
        had_turn = order[:1] if already is None else already
        return [user for user in order if user not in had_turn][:1] or order[:1]
    return order


# What managers and the people themselves change
# ----------------------------------------------


@transaction.atomic
def move(*, clinic: Clinic, user: User, to: str) -> None:
    """Put a person into the on-call order (`on`, at its end), one place `up` or `down`, or `off`.

    Places are numbered anew, and people who no longer work here leave them. The last may leave
    too: then everybody is told. Raises NotAllowed for a person who may see no patients here, and
    for a `to` that is none of MOVES.
    """
    if to not in MOVES:
        raise NotAllowed(_("Choose up, down, on or off."))
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    here = people([clinic.pk]).get(clinic.pk, [])
    if user.pk not in {person.user for person in here}:
        raise NotAllowed(_("Only an active nurse or clinician can be on call."))
    order = [person.user for person in here if person.place is not None]
    at = order.index(user.pk) if user.pk in order else len(order)
    order = [one for one in order if one != user.pk]
    if to != "off":
        order.insert(max(0, at + MOVES[to]), user.pk)
    duties = Duty.objects.filter(clinic=clinic)
    duties.filter(place__isnull=False).update(place=None)
    known = {duty.user_id: duty for duty in duties.filter(user__in=order)}
    Duty.objects.bulk_create(
        Duty(clinic=clinic, user_id=one, place=place)
        for place, one in enumerate(order, start=1)
        if one not in known
    )
    for place, one in enumerate(order, start=1):
        if one in known:
            known[one].place = place
    Duty.objects.bulk_update(known.values(), ["place"])


@transaction.atomic
def choose(*, clinic: Clinic, user: User, mails: dict[str, Any]) -> None:
    """Which of MAILS a person wants.

    Raises NotAllowed when nobody else would get the mails about emergencies.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    others = [p for p in people([clinic.pk]).get(clinic.pk, []) if p.user != user.pk]
    if not mails["emergency_mails"] and not any(p.emergency_mails for p in others):
        raise NotAllowed(
            _("Nobody else gets these mails here. Let a colleague turn them on first.")
        )
    Duty.objects.update_or_create(clinic=clinic, user=user, defaults=mails)
