"""Whom an address may act for, and which clinic a visitor may call before any of that is known."""

from recovery.models import Clinic, Recovery, User

# More clinics than this on one site are not listed; the page then names none.
LISTED = 4


def recoveries_of(user: User) -> list[Recovery]:
    """One recovery of every person the user may act for: the followed one, else the latest."""
    rows = Recovery.objects.filter(
        patient__accesses__user=user.pk, patient__accesses__ended_at=None
    ).select_related("patient", "clinic")
    chosen: dict[int, Recovery] = {}
    for recovery in sorted(rows, key=lambda row: row.precedence, reverse=True):
        chosen.setdefault(recovery.patient_id, recovery)
    return list(chosen.values())


def clinics_to_call() -> list[Clinic]:
    """The clinics of this site that have a number, if they are few enough to choose from."""
    found = list(Clinic.objects.exclude(clinic_phone="").order_by("name")[: LISTED + 1])
    return found if len(found) <= LISTED else []
