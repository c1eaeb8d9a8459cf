"""Whom an address may act for, and which clinic a visitor may call before any of that is known."""

from recovery.models import Clinic, Recovery, User

# More clinics than this on one site are not listed; the page then names none.
LISTED = 4


def recoveries_of(user: User) -> list[Recovery]:
    """The newest recovery of every person the user may act for, newest first."""
    rows = (
        Recovery.objects.filter(patient__accesses__user=user.pk, patient__accesses__ended_at=None)
        .select_related("patient", "clinic")
        .order_by("-procedure_at", "-pk")
    )
    newest: dict[int, Recovery] = {}
    for recovery in rows:
        newest.setdefault(recovery.patient_id, recovery)
    return list(newest.values())


def clinics_to_call() -> list[Clinic]:
    """The clinics of this site that have a number, if they are few enough to choose from."""
    found = list(Clinic.objects.exclude(clinic_phone="").order_by("name")[: LISTED + 1])
    return found if len(found) <= LISTED else []
