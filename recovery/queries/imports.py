"""What a list of procedures would do, row by row, without doing it; and its pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from recovery.models import Clinic, ImportRow, Patient, ProcedureImport, Recovery, Reschedule

PAGE = 50
# Rows that one statement asks for.
AT_ONCE = 500
Outcome = ImportRow.Outcome
# Column, value, and what is wrong.
Problem = tuple[str, str, str]
# Last name and date of birth, with a procedure's date or a record number.
Trace = tuple[str, date | None, date | str]


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
    # Each procedure by its date, also by the dates from which it was moved. One that was cancelled
    # gives way to any other of its date.
    procedures: Mapping[date, Recovery]
    followed: Recovery | None
    died: bool


def _traces(
    family_name: str, birth_date: date | None, record_number: str, days: Iterable[date]
) -> list[Trace]:
    """By what one person is known in spite of two record numbers: the same day, or numbers that
    differ by the leading zeros, which a spreadsheet drops.
    """
    common: list[date | str] = [*days, record_number.lstrip("0")]
    return [(family_name.casefold(), birth_date, one) for one in common]


def _traces_of(given: Mapping[str, Any]) -> list[Trace]:
    who = given["family_name"], given["birth_date"], given["record_number"]
    return _traces(*who, [_day_of(given)])


def _day_of(given: Mapping[str, Any]) -> date:
    day: date = given["procedure_at"].astimezone(ZoneInfo(given["zone"])).date()
    return day


@dataclass(slots=True)
class Register:
    """Whom of the clinic a list may be about."""

    by_number: dict[str, Known] = field(default_factory=dict)
    # Record numbers by the traces of who has them.
    numbers: dict[Trace, str] = field(default_factory=dict)

    def number_of(self, given: Mapping[str, Any]) -> str | None:
        """Under which the person of this row is enrolled, whatever number the row has."""
        there = (self.numbers[trace] for trace in _traces_of(given) if trace in self.numbers)
        return next(there, None)


def known_of(clinic: Clinic, rows: Sequence[Mapping[str, Any]]) -> Register:
    """The clinic's patients of these record numbers, or of these names and dates of birth; four
    statements for each 500 rows.
    """
    found = Register()
    here = Patient.objects.filter(clinic=clinic)
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        named = {(one["family_name"].casefold(), one["birth_date"]) for one in some}
        born = here.filter(birth_date__in={birth_date for _name, birth_date in named})
        # Databases differ in what is the same letter, so names are compared here.
        namesakes = [
            pk
            for pk, name, birth_date in born.values_list("pk", "family_name", "birth_date")
            if (name.casefold(), birth_date) in named
        ]
        numbers = {one["record_number"] for one in some}
        people = {
            one.pk: one for one in here.filter(Q(record_number__in=numbers) | Q(pk__in=namesakes))
        }
        recoveries: dict[int, list[Recovery]] = {}
        for row in Recovery.objects.filter(patient__in=people).order_by("pk"):
            recoveries.setdefault(row.patient_id, []).append(row)
        moved: dict[int, list[Reschedule]] = {}
        for move in Reschedule.objects.filter(recovery__patient__in=people):
            moved.setdefault(move.recovery_id, []).append(move)
        for pk, patient in people.items():
            known = _known(patient, recoveries.get(pk, []), moved)
            number = patient.record_number
            found.by_number[number] = known
            who = patient.family_name, patient.birth_date, number
            found.numbers |= dict.fromkeys(_traces(*who, known.procedures), number)
    return found


def _known(
    patient: Patient, recoveries: Sequence[Recovery], moved: Mapping[int, Sequence[Reschedule]]
) -> Known:
    zone = ZoneInfo(patient.zone)
    procedures: dict[date, Recovery] = {}
    cancelled = Recovery.State.CANCELLED
    for row in sorted(recoveries, key=lambda row: row.state != cancelled):
        for move in moved.get(row.pk, ()):
            procedures[move.from_procedure_at.astimezone(zone).date()] = row
        procedures[row.procedure_on] = row
    return Known(
        patient=patient,
        procedures=procedures,
        followed=next((row for row in recoveries if row.state in Recovery.FOLLOWED), None),
        died=any(row.state == Recovery.State.DIED for row in recoveries),
    )


def outcome_of(
    given: Mapping[str, Any], register: Register, columns: Mapping[str, str]
) -> tuple[Outcome, list[Problem]]:
    """What taking in a clean row comes to. The natural key is clinic, record number and date; a
    new number is held against the persons too.
    """

    def problem(name: str, value: Any, what: str) -> tuple[Outcome, list[Problem]]:
        return Outcome.WRONG, [(columns.get(name, name), str(value), what)]

    number, on = given["record_number"], _day_of(given)
    known = register.by_number.get(number)
    if known is None:
        if other := register.number_of(given):
            what = _(
                "Enrolled already under record number %(number)s. Write that number; if this is"
                " another person, enroll by hand."
            ) % {"number": other}
            return problem("record_number", number, what)
        return Outcome.NEW, []
    patient = known.patient
    if unlike := _unlike(given, patient):
        name, what = unlike
        return problem(name, given[name], what)
    same = known.procedures.get(on)
    if same and same.state != Recovery.State.CANCELLED:
        return Outcome.KNOWN, []
    if known.died:
        return problem("record_number", number, _("The patient has died."))
    if known.followed:
        what = _(
            "The patient is being followed for the procedure of %(on)s. If it moved, move it on"
            " the patient's page; else end that follow-up first."
        ) % {"on": date_format(known.followed.procedure_on, "M j, Y")}
        return problem("procedure_date", on, what)
    if same:
        what = _(
            "The procedure of this day was cancelled here. If it takes place after all, add it on"
            " the patient's page."
        )
        return problem("procedure_date", on, what)
    if patient.zone != given["zone"]:
        what = _("The patient's time zone is %(zone)s. Write that one.") % {"zone": patient.zone}
        return problem("zone", given["zone"], what)
    return Outcome.ADDED, []


def _unlike(given: Mapping[str, Any], patient: Patient) -> tuple[str, str] | None:
    """In what a row differs from the patient of its number, and the words for it."""
    if patient.family_name.casefold() != given["family_name"].casefold():
        return "family_name", _("This record number is enrolled under another last name.")
    if patient.birth_date not in (None, given["birth_date"]):
        return "birth_date", _("This record number is enrolled with another date of birth.")
    return None


def matched(clinic: Clinic, listed: Sequence[Listed]) -> Iterator[ImportRow]:
    """Each row with what it comes to, not saved; a row that repeats one above it goes nowhere."""
    register = known_of(clinic, [one.given for one in listed if one.given])
    first: dict[str, Listed] = {}
    seen: dict[Trace, Listed] = {}
    for one in listed:
        outcome, problems = Outcome.WRONG, list(one.problems)
        if one.given is not None and not problems:
            outcome, problems = outcome_of(one.given, register, one.columns)
            above = first.setdefault(one.given["record_number"], one)
            if above is not one and outcome != Outcome.KNOWN:
                outcome, problems = Outcome.WRONG, [_twice(one, above)]
            elif outcome == Outcome.NEW:
                traces = _traces_of(one.given)
                if same := next((seen[trace] for trace in traces if trace in seen), None):
                    outcome, problems = Outcome.WRONG, [_twice(one, same)]
                else:
                    seen |= dict.fromkeys(traces, one)
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
    if one.record_number != above.record_number:
        what = _(
            "Row %(n)d of this file has this person under record number %(number)s. Write the right"
            " one in both; if they are two persons, enroll one by hand."
        )
    name = one.columns.get("record_number", "record_number")
    return name, one.record_number, what % {"n": above.number, "number": above.record_number}


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
