"""A list of procedures: the file, and each of its rows by the rules of the enrolment's own form."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from recovery.forms.enrolment import EnrolmentForm
from recovery.forms.facts import UNKNOWN
from recovery.forms.fields import YesNo, short
from recovery.forms.places import ask_plainly
from recovery.forms.reminders import WishesForm
from recovery.models import Clinic
from recovery.queries.imports import Listed
from recovery.tabular.reading import CONTROL, MAX_BYTES, Line, Sheet, too_large

# What a column may be called, by field. The first is that of the template.
COLUMNS: dict[str, tuple[str, ...]] = {
    "record_number": ("record_number", "record", "mrn", "patient_id"),
    "given_name": ("first_name", "given_name"),
    "family_name": ("last_name", "family_name", "surname"),
    "birth_date": ("birth_date", "date_of_birth", "dob"),
    "phone": ("phone", "telephone", "mobile"),
    "procedure_date": ("procedure_date", "date_of_procedure", "surgery_date"),
    "procedure_time": ("procedure_time", "time_of_procedure", "surgery_time"),
    "told": ("told",),
    "email_ok": ("email_ok", "e_mail_ok"),
    "email": ("email", "e_mail", "email_address"),
    "zone": ("time_zone", "zone"),
    "language": ("language",),
    "surgeon": ("surgeon",),
    "levels": ("levels", "levels_treated"),
    "baseline_pain": ("baseline_pain",),
    "baseline_opioid_mme": ("baseline_opioid_mme", "opioids_mme"),
    "anticoagulated": ("anticoagulant", "anticoagulated"),
    "osteoporosis": ("osteoporosis",),
    "pain_months": ("pain_months",),
    "care_months": ("care_months",),
    "modic": ("modic",),
    "icd10": ("icd10", "icd_10", "diagnosis"),
}
NEEDED = tuple(list(COLUMNS)[:7])
NAMED = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
DATES = ("birth_date", "procedure_date")
# Codes, which case does not change; a "y" is a yes.
CODES = ("told", "email_ok", "anticoagulated", "osteoporosis", "modic", "language")
SHORT = {"y": "yes", "n": "no"}
# What begins so is calculated by a spreadsheet; a phone number may begin with +.
FORMULA = re.compile(r"[=@]")
FORMULA_IN_WORDS = re.compile(r"[=@+-]")
# What a spreadsheet shows in the place of a value, in its own language: #N/A, #REF!, #NAME?, and
# #### for one that is wider than its column.
ERROR = re.compile(r"#(?:\S+[!?]|N/?[ADV]|GETTING_DATA|#+)", re.IGNORECASE)
WORDS = ("record_number", "given_name", "family_name", "surgeon", "levels")
ORDERS = {
    "ymd": (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"), "2026-03-17"),
    "mdy": (re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})"), "03/17/2026"),
    "dmy": (re.compile(r"(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})"), "17.03.2026"),
}


def field_of(column: str) -> str | None:
    """The field that a column of this name is for."""
    return NAMED.get(re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_"))


def names_all(header: Sequence[str]) -> bool:
    return set(NEEDED) <= {field_of(name) for name in header}


class ImportFileForm(forms.Form):
    use_required_attribute = False

    dates = forms.ChoiceField(
        label=_("How a CSV file writes dates"),
        choices=[
            ("ymd", _("2026-03-17: year first")),
            ("mdy", _("03/17/2026: month first")),
            ("dmy", _("17.03.2026 or 17/03/2026: day first")),
        ],
        help_text=_("An Excel file's own dates are read either way."),
    )
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"accept": ".csv,.xlsx,text/csv"}),
        help_text=_("CSV or Excel (.xlsx), at most 5 MiB and 10,000 rows."),
        error_messages={
            "required": _("Choose a file."),
            "missing": _("Choose a file."),
            "empty": _("This file is empty."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)

    def clean_file(self) -> Any:
        if self.cleaned_data["file"].size > MAX_BYTES:
            raise forms.ValidationError(too_large())
        return self.cleaned_data["file"]


class _Told(YesNo):
    """Yes, no, or nothing, which is neither."""

    def __init__(self) -> None:
        super().__init__(required=False)


class ImportRowForm(EnrolmentForm):
    """One row. The same form judges row after row: `judge` gives it the next one's cells."""

    NO_ADDRESS = _("Write the address, or write no in the column of the agreement.")

    told = _Told()
    email_ok = _Told()

    def __init__(self, *, clinic: Clinic, today: date) -> None:
        super().__init__({}, clinic=clinic, today=today)
        # A list says nothing of reminders: they go as by default, until somebody is asked.
        for name in WishesForm.base_fields:
            self.fields.pop(name, None)
        for name in DATES:
            self.fields[name].input_formats = ["%Y-%m-%d"]
        self.fields["procedure_time"].input_formats = ["%H:%M", "%H:%M:%S", "%I:%M %p"]

    def judge(self, cells: dict[str, str]) -> None:
        empty = {
            "zone": self.clinic.zone,
            "language": settings.LANGUAGE_CODE,
            "anticoagulated": UNKNOWN[0],
            "osteoporosis": UNKNOWN[0],
        }
        self.data = empty | {name: cell for name, cell in cells.items() if cell}
        self.procedure_at, self.comes_twice = None, False
        self.full_clean()

    def clean_record_number(self) -> str:
        """Whether it is known is no error here: `queries.imports` says what the row does."""
        return str(self.cleaned_data["record_number"])

    def clean_email_ok(self) -> bool | None:
        answer: bool | None = self.cleaned_data["email_ok"]
        return answer

    def clean(self) -> None:
        super().clean()
        given = self.cleaned_data
        if "told" in given and "email_ok" in given:
            told, agreed = given["told"], given["email_ok"]
            if told and agreed is None:
                self.add_error("email_ok", _("Write yes or no: the patient was told and asked."))
            if agreed and not told:
                self.add_error(
                    "told", _("Nobody agrees without having been told. Write yes, or clear both.")
                )
        if self.comes_twice:
            self.add_error(
                "procedure_time",
                _("That night the clocks go back and this time comes twice. Enroll by hand."),
            )


def listed(sheet: Sheet, *, clinic: Clinic, today: date, dates: str) -> Iterator[Listed]:
    """Every row of the sheet, judged; what is wrong names its column and its value."""
    fields = [field_of(name) for name in sheet.header]
    columns = {name: title for name, title in zip(fields, sheet.header, strict=True) if name}
    form = ImportRowForm(clinic=clinic, today=today)
    for line in sheet.lines:
        cells = {
            name: cell for name, cell in zip(fields, line.cells, strict=True) if name is not None
        }
        yield _listed(form, line, cells, columns, dates)


def _listed(
    form: ImportRowForm, line: Line, cells: dict[str, str], columns: dict[str, str], dates: str
) -> Listed:
    problems = [(columns[name], short(cells[name]), str(what)) for name, what in _accidents(cells)]
    if line.extra:
        what = _("This row has %(n)d cells more than row 1 has names.") % {"n": line.extra}
        problems.append(("", "", str(what)))
    typed = {name: _as_typed(name, cell, dates) for name, cell in cells.items()}
    form.judge(typed)
    said = {column for column, _value, _what in problems}
    for name, errors in form.errors.items():
        column = columns.get(name, COLUMNS[name][0])
        if column not in said:
            what = _date_hint(cells.get(name, ""), dates) if name in DATES else errors[0]
            problems.append((column, short(cells.get(name, "")), str(what or errors[0])))
    clean = not problems
    return Listed(
        number=line.number,
        record_number=cells.get("record_number", ""),
        name=f"{cells.get('given_name', '')} {cells.get('family_name', '')}".strip(),
        procedure=f"{cells.get('procedure_date', '')} {cells.get('procedure_time', '')}".strip(),
        given=_given(form) if clean else None,
        told=clean and form.cleaned_data["told"] is True,
        problems=problems,
        columns=columns,
    )


def _accidents(cells: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for name, cell in cells.items():
        if CONTROL.search(cell):
            yield name, _("There is a line break or a control character in this cell.")
        elif (FORMULA_IN_WORDS if name in WORDS else FORMULA).match(cell):
            yield name, _("This begins like a formula. Write the value itself.")
        elif ERROR.fullmatch(cell):
            yield name, _("This is an error of the spreadsheet. Write the value itself.")


def _as_typed(name: str, cell: str, dates: str) -> str:
    if name in CODES:
        return SHORT.get(cell.lower(), cell.lower())
    if name in DATES:
        # Year first is never mistaken, and so are an Excel file's own dates.
        for order in {"ymd", dates}:
            if found := ORDERS[order][0].fullmatch(cell):
                return f"{found['y']}-{int(found['m']):02}-{int(found['d']):02}"
        return f"{cell} ?" if cell else ""
    return cell


def _date_hint(cell: str, dates: str) -> Any:
    """Another order than the one that was chosen is not read, however clear it looks."""
    known = any(ORDERS[order][0].fullmatch(cell) for order in {"ymd", dates})
    if known or not cell:
        return None
    return _("Write the date like %(like)s, or say above how the file writes dates.") % {
        "like": ORDERS[dates][1]
    }


def _given(form: ImportRowForm) -> dict[str, Any]:
    given = {name: value for name, value in form.for_service.items() if name != "wishes"}
    # Not told is not asked: the service then stores no consent.
    return given | {"email_ok": given["email_ok"] if form.cleaned_data["told"] else None}
