"""A list of procedures from its upload to who was enrolled by it, and the files that leave."""

from datetime import date, timedelta

from django.urls import reverse
from playwright.sync_api import Page

from recovery import clock
from recovery.models import Recovery
from recovery.services import imports
from tests.lists import csv_of, row
from tests.screens.house import BEGIN, House, staff
from tests.screens.patient import send, tap
from tests.screens.staff import NURSE

TODAY = BEGIN.date()
PEOPLE = (
    ("Amelia", "Thornbury", date(1951, 4, 2)),
    ("Bertrand", "Quist", date(1963, 9, 17)),
    ("Celia", "Marchetti", date(1958, 1, 30)),
    ("Dorian", "Vance", date(1947, 11, 8)),
    ("Edith", "Lindqvist", date(1969, 6, 21)),
    ("Felix", "Adeyinka", date(1955, 12, 3)),
    ("Greta", "Holloway", date(1960, 7, 14)),
)


def _list() -> str:
    """Six that go in, of whom one was not told, one with a day that is none, and one known."""
    rows = [
        row(
            record_number=f"NS-{3001 + number}",
            first_name=given,
            last_name=family,
            birth_date=born.isoformat(),
            phone=f"518-555-{150 + number:04}",
            procedure_date=(TODAY + timedelta(days=2 + number)).isoformat(),
            email=f"{given.lower()}.{family.lower()}@example.org",
            surgeon="Mia Aldana",
        )
        for number, (given, family, born) in enumerate(PEOPLE)
    ]
    rows[3] |= {"told": "", "email_ok": ""}
    rows[5] |= {"procedure_date": "2026-02-30"}
    known = Recovery.objects.select_related("patient").get(patient__family_name="Tubbs")
    told = known.patient
    rows.append(
        row(
            record_number=told.record_number,
            first_name=told.given_name,
            last_name=told.family_name,
            birth_date=told.birth_date.isoformat() if told.birth_date else "",
            procedure_date=known.procedure_on.isoformat(),
        )
    )
    return csv_of(rows)


def lists(house: House) -> None:
    nurse, camera = staff(NURSE), house.camera
    page = house.take(nurse, "imports", "Enrolment from a list", "procedure_imports")
    send(page)
    camera.take(page, "imports-errors", "Sent without a file")
    _choose(page, _list())
    camera.take(page, "import", "What each row of a list would do")
    send(page)
    camera.take(page, "import-errors", "Nobody vouches for those marked as told")
    page.locator("label[for=id_vouched]").click()
    send(page)
    # The worker is nudged, and may have been quicker.
    imports.take_in(clock=clock.now, until=clock.now() + timedelta(minutes=1))
    page.reload()
    camera.take(page, "import-done", "What became of each row")
    house.take(nurse, "imports-done", "The lists so far", "procedure_imports")
    untold = Recovery.objects.get(patient__family_name="Vance").uuid
    page = house.take(nurse, "consent", "What a patient is told, and agrees to", "consent", untold)
    send(page)
    camera.take(page, "consent-errors", "Sent without having been told")
    house.take(nurse, "patient-untold", "A patient who was not told yet", "staff_recovery", untold)


def _choose(page: Page, text: str) -> None:
    file = {"name": "procedures.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.set_input_files("#id_file", file)
    send(page)


def exports(house: House) -> None:
    manager, camera = staff("manager@northgate.example"), house.camera
    page = house.take(manager, "exports", "What leaves as a file", "exports")
    send(page)
    camera.take(page, "exports-errors", "Sent empty")
    for table, whose, file_format in (
        ("logs", "named", "csv"),
        ("responses", "de_identified", "xlsx"),
    ):
        page = house.visit(manager, reverse("exports"))
        page.check(f"input[name=tables][value={table}]")
        tap(page, "whose", whose)
        tap(page, "file_format", file_format)
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save the file").click()
        saved.value.path()
    house.take(manager, "exports-done", "What has left, and with whom", "exports")
