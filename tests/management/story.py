"""The demo's story as rows that can be compared, and the moments at which tests begin it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import DateTimeField, ForeignKey, Model

from recovery.models import (
    AccessEvent,
    Alert,
    CheckIn,
    Clinic,
    Consent,
    Contact,
    DailyLog,
    FormResponse,
    Membership,
    Message,
    Milestone,
    Outcome,
    Pathway,
    Patient,
    PatientAccess,
    ProceduresDone,
    Recovery,
    RecoveryPhase,
    Score,
    User,
)

SEED = 2034
# A Tuesday, 14:20 in New York; the clocks went forward nine days before.
NOW = datetime(2026, 3, 17, 18, 20, tzinfo=UTC)
# Five minutes after midnight: "yesterday evening" has only just passed.
MIDNIGHT = datetime(2026, 3, 17, 4, 5, tzinfo=UTC)

TABLES: tuple[type[Model], ...] = (
    AccessEvent,
    Alert,
    CheckIn,
    Clinic,
    Consent,
    Contact,
    DailyLog,
    FormResponse,
    Membership,
    Message,
    Milestone,
    Outcome,
    Pathway,
    Patient,
    PatientAccess,
    ProceduresDone,
    Recovery,
    RecoveryPhase,
    Score,
    User,
)
RANDOM = ("id", "uuid", "password", "dedupe_key", "token", "last_login")

Places = Mapping[type[Model], Mapping[Any, int]]


def dump() -> list[tuple[Any, ...]]:
    """Every row by what it says: ids, random names and the machine's own clock left out.

    A row of another table is named by its place in it.
    """
    rows = {model: list(model._default_manager.order_by("pk")) for model in TABLES}
    places = {model: {row.pk: n for n, row in enumerate(found)} for model, found in rows.items()}
    return [
        (model.__name__, *_values(row, places)) for model, found in rows.items() for row in found
    ]


def _values(row: Any, places: Places) -> Iterator[Any]:
    for field in row._meta.fields:
        if isinstance(field, ForeignKey):
            pk = getattr(row, field.attname)
            yield field.name, places.get(field.related_model, {}).get(pk, pk)
        elif field.name == "plan":
            # Its version names the clinic's row.
            yield field.name, row.plan | {"version": ""}
        elif not _random(field):
            yield field.name, getattr(row, field.name)


def _random(field: Any) -> bool:
    return field.name in RANDOM or (isinstance(field, DateTimeField) and field.auto_now_add)
