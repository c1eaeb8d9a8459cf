"""Recoveries as the staff's lists read them.

A page has fifty. Making models of what a join gives takes longer than to read it, so these are
plain rows with the names of the models' fields.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from recovery.models import Consent, Note, PatientAccess, Recovery
from recovery.models.recoveries import RecoveryFacts
from recovery.queries.unions import name_of


@dataclass(slots=True)
class ListedPatient:
    record_number: str
    given_name: str
    family_name: str
    birth_date: date | None
    phone: str
    zone: str
    reminders_off_at: datetime | None
    address_fails_at: datetime | None
    mobile_fails_at: datetime | None
    paused_until: date | None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(slots=True)
class Listed(RecoveryFacts):
    patient: ListedPatient
    pk: int
    patient_id: int
    uuid: UUID
    state: str
    procedure_at: datetime
    procedure_on: date
    discharged_at: datetime | None
    pathway_id: int
    baseline_pain: int | None
    last_log_at: datetime | None
    last_log_day: int | None
    last_pain: int | None
    pain_trend: list[list[int]]
    overdue_since: datetime | None
    overdue_hidden: bool
    queue_rank: int | None
    call_since: datetime | None
    # Whether messages are agreed to and have somebody to go to, by e-mail or by text.
    agreed: bool
    reachable: bool


@dataclass(slots=True)
class ListedPerson(Listed):
    """Beside a patient's name: the headline of the alert that gives the place in the queue."""

    headline: str | None


@dataclass(slots=True)
class ListedWork(Listed):
    """Where staff work through the list: what was done, and whose it is."""

    overdue_until: datetime | None
    overdue_call: str
    queue_wait: int
    queue_since: datetime | None
    call_for: str
    last_contact_at: datetime | None
    last_contact_outcome: str
    assigned_to_id: int | None
    assigned_name: str | None
    held_by_id: int | None
    holder_name: str | None
    held_until: datetime | None
    # The newest note that was left.
    note: str | None


# Built once: expressions do not change, and are resolved anew in each query.
ASSIGNED_NAME, HOLDER_NAME = name_of("assigned_to"), name_of("held_by")
LAST_NOTE = Subquery(
    Note.objects.filter(recovery=OuterRef("pk")).order_by("-at", "-pk").values("text")[:1]
)
AGREED = Exists(
    Consent.objects.filter(
        Q(email_ok=True) | Q(sms_ok=True), patient=OuterRef("patient"), withdrawn_at=None
    )
)
REACHABLE = Exists(PatientAccess.objects.filter(patient=OuterRef("patient"), ended_at=None)) | ~Q(
    patient__mobile=""
)
AnyListed = TypeVar("AnyListed", bound=Listed)
_OF_PATIENT = [f"patient__{one.name}" for one in fields(ListedPatient)]


def listed(recoveries: QuerySet[Recovery], kind: type[Listed]) -> QuerySet[Any]:
    """The columns of `kind`, for `read`; what it names beyond the model's own must be annotated.

    A list does this once, when it is imported: a query that is not narrowed down yet is the same
    for everybody, and building it takes longer than to run it.
    """
    return with_mail_marks(recoveries).values_list(*_OF_PATIENT, *_own(kind))


def read(
    rows: Iterable[Sequence[Any]], kind: type[AnyListed]
) -> Iterator[tuple[AnyListed, Sequence[Any]]]:
    """Each row of `listed`, and beside it the values that were annotated since."""
    first, last = len(_OF_PATIENT), len(_OF_PATIENT) + len(_own(kind))
    for values in rows:
        patient = ListedPatient(*values[:first])
        yield kind(patient, *values[first:last]), values[last:]


def _own(kind: type[Listed]) -> list[str]:
    return [one.name for one in fields(kind)][1:]


def with_mail_marks(recoveries: QuerySet[Recovery]) -> QuerySet[Recovery]:
    """Annotate `agreed` and `reachable`."""
    return recoveries.annotate(agreed=AGREED, reachable=REACHABLE)


def with_handling(recoveries: QuerySet[Recovery]) -> QuerySet[Recovery]:
    """Annotate whose a row is, who is on it, and the newest note that was left."""
    return recoveries.annotate(assigned_name=ASSIGNED_NAME, holder_name=HOLDER_NAME, note=LAST_NOTE)
