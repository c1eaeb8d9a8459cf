"""What commands about one clinic's files have in common."""

import uuid
from pathlib import Path

from django.core.management.base import CommandError

from recovery.models import Clinic


def clinic_named(named: str) -> Clinic:
    """By name or uuid; without either the only one there is. Raises CommandError."""
    found = Clinic.objects.all()
    if named:
        try:
            found = found.filter(uuid=uuid.UUID(named))
        except ValueError:
            found = found.filter(name=named)
    clinics = list(found.order_by("name")[:2])
    if len(clinics) == 1:
        return clinics[0]
    if clinics:
        raise CommandError("There are several clinics: say which by its uuid.")
    raise CommandError(f"There is no clinic {named}." if named else "There is no clinic yet.")


def read_file(file: Path, most: int) -> bytes:
    """At most one byte more than is taken: what is named may have no end. Raises CommandError."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(most + 1)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    if len(raw) > most:
        raise CommandError(f"{file.name}: larger than 1 MiB ({most} bytes)")
    return raw
