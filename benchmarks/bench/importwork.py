"""One process that takes in a list of procedures through upload, preview and confirmation, and
says what became of its rows; and one that rehearses changed rules over the logs there are.
"""

import csv
import io
import json
import sys
import time
from datetime import date, timedelta
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402

from recovery.forms.imports import COLUMNS, NEEDED, listed, names_all  # noqa: E402
from recovery.models import Clinic, Recovery, User  # noqa: E402
from recovery.services import imports  # noqa: E402
from recovery.tabular.reading import read  # noqa: E402

WRONG = 37
FOREVER = timedelta(hours=2)


def text_of(count: int, today: date) -> str:
    """Every so many rows one has a date that does not exist."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([COLUMNS[name][0] for name in NEEDED])
    step = count // WRONG
    for n in range(count):
        on = "2026-02-31" if n % step == 0 and n // step < WRONG else f"{today + timedelta(days=3)}"
        writer.writerow([f"L{n:06}", f"Ann{n}", f"Berg{n}", "1957-03-14", "555-0188", on, "09:30"])
    return out.getvalue()


def take(count: int) -> dict[str, Any]:
    clinic, nurse, now = Clinic.objects.get(), User.objects.get(name="Nora"), timezone.now()
    today = now.date()
    before = Recovery.objects.count()
    begin = time.perf_counter()
    sheet = read(io.BytesIO(text_of(count, today).encode()), names_all)
    row = imports.preview(
        clinic=clinic,
        user=nurse,
        now=now,
        read_as=sheet.read_as,
        passed_over=[],
        rows=list(listed(sheet, clinic=clinic, today=today, dates="ymd")),
    )
    previewed = time.perf_counter() - begin
    counts = imports.counts_of(row)
    if counts.get("new"):
        imports.confirm(procedure_import=row, user=nurse, now=now, vouched=False)
        imports.take_in(clock=timezone.now, until=now + FOREVER)
        row.refresh_from_db()
        counts = row.counts
    return {
        "preview": previewed,
        "seconds": time.perf_counter() - begin,
        "counts": counts,
        "enrolled": Recovery.objects.count() - before,
    }


if __name__ == "__main__":
    print(json.dumps(take(int(sys.argv[1]))))
