"""The morning mail: on each open day, what waits in the queue, to the people who want it.

One indexed column says which clinics are due, so a round in which none is costs one statement. A
missed round is caught up on the same day; of several days that were missed none is sent later.
"""

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction

from recovery.clinical.pathway import local
from recovery.models import Clinic
from recovery.queries import digest
from recovery.services import messages, oncall

logger = logging.getLogger(__name__)

ERRORS = (ArithmeticError, LookupError, TypeError, ValueError, DatabaseError)


def run(*, now: datetime) -> int:
    """Owe what is due at `now`; returns for how many clinics. One that fails delays no other."""
    done = 0
    due = Clinic.objects.filter(next_digest_at__lte=now).order_by("next_digest_at", "pk")
    for pk in list(due.values_list("pk", flat=True)):
        try:
            done += _owe(pk, now)
        except ERRORS:
            logger.exception("No morning mail for clinic row %s", pk)
    return done


@transaction.atomic
def _owe(pk: int, now: datetime) -> bool:
    clinic = (
        Clinic.objects.select_for_update(no_key=True).filter(pk=pk, next_digest_at__lte=now).first()
    )
    if clinic is None:
        return False
    today = now.astimezone(ZoneInfo(clinic.zone)).date()
    at = local(today, clinic.digest_at, clinic.zone)
    if clinic.calendar.opens_on(today) and at <= now and digest.waiting([pk]):
        people = oncall.people([pk]).get(pk, [])
        wanting = [person.user for person in people if person.digest_mails]
        messages.owe_digests(clinic, wanting, on=today, planned_at=at, now=now)
    clinic.next_digest_at = next_at(clinic, now)
    clinic.save(update_fields=["next_digest_at"])
    return True


def next_at(clinic: Clinic, now: datetime) -> datetime | None:
    """The first of the clinic's morning hours after `now` on an open day; None if it never opens.

    An hour that a clock change skips is the first minute after it; one that comes twice counts
    once.
    """
    today = now.astimezone(ZoneInfo(clinic.zone)).date()
    moments = (local(on, clinic.digest_at, clinic.zone) for on in clinic.calendar.open_days(today))
    return next((at for at in moments if at > now), None)
