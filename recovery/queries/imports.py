"""What a list of procedures would do, row by row, without doing it; and its pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from recovery.models import Clinic, ImportRow, Patient, ProcedureImport, Recovery, Reschedule

PAGE = 50
# Record numbers that one statement asks for.
AT_ONCE = 500
Outcome = ImportRow.Outcome
# Column, value, and what is wrong.
Problem = tuple[str, str, str]


@dataclass(slots=True)
class Listed:
    """A row as it was read. `given` holds the arguments of services.enrolment when it is clean;
    `columns` the names that the file gives to what a match may complain of.
    """

    number: int
    record_number: str
    name: str
    procedure: str
    given: dict[str, Any] | None
    told: bool
    problems: list[Problem]
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """A patient of the clinic, as far as a row of the list is held against it."""

    patient: Patient
    # Each procedure by its date, also by the dates from which it was moved.
    procedures: Mapping[date, Recovery]
    followed: Recovery | None
    died: bool


def known_of(clinic: Clinic, numbers: Iterable[str]) -> dict[str, Known]:
    """The clinic's patients of these record numbers; three statements for each 500."""
    wanted = sorted(set(numbers))
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        people = {
            one.pk: one for one in Patient.objects.filter(clinic=clinic, record_number__in=some)
        }
        recoveries: dict[int, list[Recovery]] = {}
        for row in Recovery.objects.filter(patient__in=people).order_by("pk"):
            recoveries.setdefault(row.patient_id, []).append(row)
        moved: dict[int, list[Reschedule]] = {}
        for move in Reschedule.objects.filter(recovery__patient__in=people):
            moved.setdefault(move.recovery_id, []).append(move)
        for pk, patient in people.items():
            found[patient.record_number] = _known(patient, recoveries.get(pk, []), moved)
    return found


def _known(
    patient: Patient, recoveries: Sequence[Recovery], moved: Mapping[int, Sequence[Reschedule]]
) -> Known:
    zone = ZoneInfo(patient.zone)
    procedures: dict[date, Recovery] = {}
    for row in recoveries:
        for move in moved.get(row.pk, ()):
            procedures[move.from_procedure_at.astimezone(zone).date()] = row
    for row in recoveries:
        procedures[row.procedure_on] = row
    return Known(
        patient=patient,
        procedures=procedures,
        followed=next((row for row in recoveries if row.state in Recovery.FOLLOWED), None),
        died=any(row.state == Recovery.State.DIED for row in recoveries),
    )


def outcome_of(
    given: Mapping[str, Any], known: Known | None, columns: Mapping[str, str]
) -> tuple[Outcome, list[Problem]]:
    """What taking in a clean row comes to. The natural key is clinic, record number and date."""
    if known is None:
        return Outcome.NEW, []

    def problem(name: str, value: Any, what: str) -> tuple[Outcome, list[Problem]]:
        return Outcome.WRONG, [(columns.get(name, name), str(value), what)]

    patient = known.patient
    if patient.family_name.casefold() != given["family_name"].casefold():
        what = _("This record number is enrolled under another last name.")
        return problem("family_name", given["family_name"], what)
    if patient.birth_date not in (None, given["birth_date"]):
        what = _("This record number is enrolled with another date of birth.")
        return problem("birth_date", given["birth_date"], what)
    on = given["procedure_at"].astimezone(ZoneInfo(given["zone"])).date()
    if on in known.procedures:
        return Outcome.KNOWN, []
    if known.died:
        return problem("record_number", given["record_number"], _("The patient has died."))
    if known.followed:
        what = _(
            "The patient is being followed for the procedure of %(on)s. If it moved, move it on"
            " the patient's page; else end that follow-up first."
        ) % {"on": date_format(known.followed.procedure_on, "M j, Y")}
        return problem("procedure_date", on, what)
    if patient.zone != given["zone"]:
        what = _("The patient's time zone is %(zone)s. Write that one.") % {"zone": patient.zone}
        return problem("zone", given["zone"], what)
    return Outcome.ADDED, []


def matched(clinic: Clinic, listed: Sequence[Listed]) -> Iterator[ImportRow]:
    """Each row with what it comes to, not saved; a row that repeats one above it goes nowhere."""
    clean = [one.given["record_number"] for one in listed if one.given]
    known = known_of(clinic, clean)
    first: dict[str, Listed] = {}
    for one in listed:
        outcome, problems = Outcome.WRONG, list(one.problems)
        if one.given is not None and not problems:
            number = one.given["record_number"]
            outcome, problems = outcome_of(one.given, known.get(number), one.columns)
            above = first.setdefault(number, one)
            if above is not one and outcome != Outcome.KNOWN:
                outcome, problems = Outcome.WRONG, [_twice(one, above)]
        yield ImportRow(
            number=one.number,
            outcome=outcome,
            record_number=one.record_number[:40],
            name=one.name[:170],
            procedure=one.procedure[:40],
            given=as_json(one.given) if one.given and not problems else {},
            told=one.told,
            problems=problems,
        )


def _twice(one: Listed, above: Listed) -> Problem:
    what = _("Row %(n)d of this file has this patient already. One follow-up goes in at a time.")
    name = one.columns.get("record_number", "record_number")
    return name, one.record_number, what % {"n": above.number}


def as_json(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as a JSON column holds them; `services.imports` reads them back."""
    plain = (bool, int, str, type(None))
    return {
        name: value
        if isinstance(value, plain)
        else value.isoformat()
        if hasattr(value, "isoformat")
        else str(value)
        for name, value in given.items()
    }


# Pages
# -----


def imports_of(clinic: Clinic) -> QuerySet[ProcedureImport]:
    """The latest first, with who."""
    rows = ProcedureImport.objects.filter(clinic=clinic).select_related("by", "confirmed_by")
    return rows.order_by("-at", "-pk")


def counts_of(row: ProcedureImport) -> dict[str, int]:
    """How many rows come to what; settled once it is done."""
    if row.state == ProcedureImport.State.DONE:
        return dict(row.counts)
    counted = row.rows.order_by().values_list("outcome").annotate(n=Count("pk"))
    return dict(counted)


def untold(row: ProcedureImport) -> int:
    """How many would go in without a consent, and so without a mail."""
    return row.rows.filter(outcome=Outcome.NEW, told=False).count()


def told(row: ProcedureImport) -> int:
    return row.rows.filter(outcome=Outcome.NEW, told=True).count()


def page(row: ProcedureImport, outcome: str, after: int) -> tuple[list[ImportRow], int | None]:
    """A page of the rows of an outcome, and the number after which the next begins."""
    rows = row.rows.filter(outcome=outcome, number__gt=after).select_related("recovery")
    found = list(rows.order_by("number")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].number if len(found) > PAGE else None
