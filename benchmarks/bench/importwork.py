"""One process that takes in a list of procedures as a nurse does, by an upload, its preview and its
confirmation, and says what became of its rows and how long each answer took.
"""

import csv
import io
import json
import re
import sys
import time
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from recovery import tasks  # noqa: E402
from recovery.access import DOOR, STAFF_DOOR  # noqa: E402
from recovery.forms.imports import COLUMNS, NEEDED  # noqa: E402
from recovery.models import ImportRow, ProcedureImport, Recovery, User  # noqa: E402
from recovery.queries.imports import counts_of  # noqa: E402

WRONG = 37
NO_DATE = "2026-02-31"
TOLD = ("told", "email_ok", "email")


def wrong_rows(count: int) -> list[int]:
    """Every so many rows one has a date that does not exist."""
    return [n * (count // WRONG) for n in range(WRONG)]


def text_of(count: int, today: date) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([COLUMNS[name][0] for name in (*NEEDED, *TOLD)])
    wrong = set(wrong_rows(count))
    for n in range(count):
        on = NO_DATE if n in wrong else f"{today + timedelta(days=3)}"
        person = [f"L{n:06}", f"Ann{n}", f"Berg{n}", "1957-03-14", "555-0188", on, "09:30"]
        writer.writerow([*person, "yes", "yes", f"ann{n}@example.org"])
    return out.getvalue()


def named(page: str, count: int) -> int:
    """How many of the wrong rows the page names with row, column and value. The names of the
    columns stand in row 1.
    """
    told = {
        int(found[1])
        for line in page.split("<tr ")
        if (found := re.search(r">Row (\d+)<", line))
        and f"<b>{COLUMNS['procedure_date'][0]}</b> <q>{NO_DATE}</q>" in line
    }
    return len(told & {n + 2 for n in wrong_rows(count)})


def nurse() -> Client:
    client = Client(HTTP_HOST=urlsplit(settings.SITE_URL).netloc)
    client.force_login(User.objects.get(name="Nora"))
    session = client.session
    session[DOOR] = STAFF_DOOR
    session.save()
    return client


def take(count: int) -> dict[str, Any]:
    client, before = nurse(), Recovery.objects.count()
    text = text_of(count, timezone.now().date())
    begin = time.perf_counter()
    given = {"dates": "ymd", "file": SimpleUploadedFile("list.csv", text.encode())}
    page = client.post(reverse("procedure_imports"), given, follow=True).content.decode()
    previewed = time.perf_counter()
    row = ProcedureImport.objects.latest("pk")
    assert Recovery.objects.count() == before, "nobody is enrolled by a preview"
    confirmed = previewed
    if row.rows.filter(outcome__in=ImportRow.AHEAD).exists():
        client.post(reverse("import_confirm", args=[row.uuid]), {"vouched": "yes"})
        confirmed = time.perf_counter()
        # What is left over is a worker's.
        while ProcedureImport.objects.filter(pk=row.pk, state="confirmed").exists():
            tasks.take_in()
        row.refresh_from_db()
    return {
        "preview": previewed - begin,
        "confirm": confirmed - previewed,
        "seconds": time.perf_counter() - begin,
        "counts": counts_of(row),
        "named": named(page, count),
        "enrolled": Recovery.objects.count() - before,
    }


if __name__ == "__main__":
    print(json.dumps(take(int(sys.argv[1]))))
