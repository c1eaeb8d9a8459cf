"""Lists of procedures as a clinic's system would export them."""

import csv
import io
import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from openpyxl import Workbook

from recovery.forms.imports import listed, names_all
from recovery.models import Clinic, ProcedureImport, User
from recovery.services import imports
from recovery.tabular.reading import read

HEADER = (
    *("record_number", "first_name", "last_name", "birth_date", "phone", "procedure_date"),
    *("procedure_time", "email", "email_ok", "told", "surgeon", "levels"),
)
RUTH: dict[str, Any] = {
    "record_number": "L0001",
    "first_name": "Ruth",
    "last_name": "Keller",
    "birth_date": "1957-03-14",
    "phone": "555-0188",
    "procedure_date": "2026-03-10",
    "procedure_time": "09:30",
    "email": "ruth@example.org",
    "email_ok": "yes",
    "told": "yes",
    "surgeon": "Dr Farah",
    "levels": "L4, L5",
}
# Each makes a row wrong, and names the column that is.
FAULTS: list[tuple[str, str]] = [
    ("procedure_date", "2026-02-31"),
    ("birth_date", "14/03/1957"),
    ("procedure_time", "25:10"),
    ("phone", ""),
    ("last_name", "=HYPERLINK(1)"),
    ("email", "nobody at home"),
    ("record_number", ""),
]


def row(**other: Any) -> dict[str, Any]:
    return RUTH | other


def csv_of(
    rows: Iterable[dict[str, Any]], *, delimiter: str = ",", header: Sequence[str] = HEADER
) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, header, delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def xlsx_of(rows: Iterable[dict[str, Any]], *, header: Sequence[str] = HEADER) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.append(list(header))
    for one in rows:
        sheet.append([one.get(name) for name in header])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def many(count: int, wrong: int, *, today: date, seed: int = 1) -> list[dict[str, Any]]:
    """As many procedures, of which so many, anywhere among them, have one of FAULTS."""
    chance = random.Random(seed)
    spoilt = dict(zip(chance.sample(range(count), wrong), range(wrong), strict=True))
    rows = []
    for number in range(count):
        one = row(
            record_number=f"M{number:06}",
            first_name=f"Ann{number}",
            last_name=f"Berg{number}",
            birth_date=(date(1940, 1, 1) + timedelta(days=number)).isoformat(),
            procedure_date=(today + timedelta(days=number % 60 - 30)).isoformat(),
            email=f"ann{number}@example.org",
            told="yes" if number % 4 else "",
            email_ok="yes" if number % 4 else "",
        )
        if number in spoilt:
            column, value = FAULTS[spoilt[number] % len(FAULTS)]
            one[column] = value
        rows.append(one)
    return rows


def a_list(
    clinic: Clinic, user: User, rows: Sequence[dict[str, Any]] = (), *, now: Any = None
) -> ProcedureImport:
    """The preview of a list, as an upload makes it; by default of one who was not told yet."""
    now = now or timezone.now()
    today = now.date()
    given = rows or [row(procedure_date=today.isoformat(), told="", email_ok="")]
    sheet = read(io.BytesIO(csv_of(given).encode()), names_all)
    return imports.preview(
        clinic=clinic,
        user=user,
        now=now,
        read_as=sheet.read_as,
        passed_over=[],
        rows=list(listed(sheet, clinic=clinic, today=today, dates="ymd")),
    )
