"""A nurse enrols from a list: sees what each row would do, confirms, and may do it all again."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from openpyxl.worksheet.formula import ArrayFormula

from recovery import tasks
from recovery.forms import uploads
from recovery.models import (
    AccessEvent,
    Clinic,
    Consent,
    ImportRow,
    Message,
    Patient,
    ProcedureImport,
    Recovery,
    User,
)
from recovery.queries import imports as queries
from recovery.services import enrolment, imports, recoveries, reschedules, tick
from recovery.views.staff import imports as views
from tests.cast import make_recovery
from tests.lists import HEADER, csv_of, many, row, xlsx_of
from tests.pages import filled, words
from tests.views.staff.conftest import NOW, url

TODAY = date(2026, 3, 5)
WHO = ("first_name", "last_name", "record_number")


@pytest.fixture(autouse=True)
def _begin(nurse: User, now: datetime) -> None:
    """A clinic that may enrol, on its Thursday morning."""


def upload(client: Client, content: Any, *, dates: str = "ymd", name: str = "list.csv") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    given = {"dates": dates, "file": SimpleUploadedFile(name, raw)}
    return client.post(url("procedure_imports"), given, follow=True)


def confirm(client: Client, *, vouched: str = "yes", listing: Any = None) -> Any:
    row = listing or ProcedureImport.objects.latest("pk")
    return client.post(url("import_confirm", row.uuid), {"vouched": vouched}, follow=True)


def spoilt_xlsx() -> bytes:
    """As a broken download leaves it: its list of parts is whole, the sheet is not."""
    raw = xlsx_of([row()])
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        part = packed.getinfo("xl/worksheets/sheet1.xml")
    begins = part.header_offset + 30 + len(part.filename)
    return raw[:begins] + b"\xff" * 20 + raw[begins + 20 :]


def rows(outcome: str) -> list[int]:
    latest = ProcedureImport.objects.latest("pk")
    found = latest.rows.filter(outcome=outcome).order_by("number")
    return list(found.values_list("number", flat=True))


def test_a_row_goes_in_as_by_the_enrolment_page(as_nurse: Client, nurse: User) -> None:
    page = words(upload(as_nurse, csv_of([row()])))
    assert "read as CSV (UTF-8, commas)" in page
    assert "This is a dry run: nothing has happened yet." in page
    assert not Patient.objects.exists()
    assert "1 row is enrolled." in words(confirm(as_nurse))
    patient = Patient.objects.get()
    assert (str(patient), patient.record_number, patient.phone, patient.zone) == (
        "Ruth Keller",
        "L0001",
        "555-0188",
        "America/New_York",
    )
    recovery = Recovery.objects.get()
    assert recovery.procedure_at.isoformat() == "2026-03-10T13:30:00+00:00"
    assert (recovery.surgeon, recovery.levels, recovery.osteoporosis) == (
        "Dr Farah",
        "L4, L5",
        None,
    )
    consent = Consent.objects.get()
    assert (consent.told_by, consent.email_ok) == (nurse, True)
    assert Message.objects.get().kind == "invitation"
    event = AccessEvent.objects.get(action="write")
    assert (event.user, event.patient, event.what) == (nurse, patient, "enrolled")


def test_nothing_of_a_row_that_went_in_is_left_in_the_list(as_nurse: Client) -> None:
    upload(as_nurse, csv_of([row(), row(record_number="")]))
    confirm(as_nurse)
    done, wrong = ImportRow.objects.order_by("number")
    assert (done.outcome, done.given, done.name, done.record_number) == ("enrolled", {}, "", "")
    assert done.recovery == Recovery.objects.get()
    # What is wrong is there to be looked at, for a day.
    assert (wrong.outcome, wrong.name) == ("wrong", "Ruth Keller")
    imports.forget(now=NOW + timedelta(hours=25))
    assert not ImportRow.objects.exists()
    listing = ProcedureImport.objects.get()
    assert listing.counts == {"enrolled": 1, "wrong": 1}
    page = words(as_nurse.get(url("procedure_import", listing.uuid)))
    assert "1 row was enrolled." in page
    assert "1 could not go in." in page


def test_a_preview_that_nobody_confirms_goes_after_a_day(
    as_nurse: Client, set_clock: Callable[[datetime], None]
) -> None:
    upload(as_nurse, csv_of([row()]))
    set_clock(NOW + timedelta(hours=24, minutes=1))
    assert "has expired. Upload the file again." in words(confirm(as_nurse))
    tasks.tidy()
    assert not ProcedureImport.objects.exists()
    assert not Patient.objects.exists()


def test_a_wrong_date_on_row_412_is_named(as_nurse: Client) -> None:
    listed = many(450, 0, today=TODAY)
    listed[410]["procedure_date"] = "2026-02-30"
    page = words(upload(as_nurse, csv_of(listed)))
    assert (
        "Row 412 Ann410 Berg410 M000410 procedure_date 2026-02-30 Write a date that exists" in page
    )
    assert rows("wrong") == [412]
    assert "Take in 449 rows" in page


def test_who_was_not_told_goes_in_without_a_consent_and_is_owed_no_mail(as_nurse: Client) -> None:
    page = words(upload(as_nurse, csv_of([row(told="", email_ok="")])))
    assert "Those not told are enrolled without a consent." in page
    assert "I confirm that the patient" not in page
    confirm(as_nurse, vouched="")
    recovery = Recovery.objects.get()
    assert not Consent.objects.exists()
    assert not Message.objects.exists()
    # Its reminders fall due and go nowhere.
    tick.run(now=NOW + timedelta(days=6))
    assert not Message.objects.filter(kind="invitation").exists()
    tasks.send()
    assert not Message.objects.filter(state__in=["sent", "handing", "unknown"]).exists()
    page = words(as_nurse.get(url("staff_recovery", recovery.uuid)))
    assert "not told yet" in page


def test_what_is_told_later_is_recorded_and_the_invitation_goes(
    as_nurse: Client, nurse: User
) -> None:
    upload(as_nurse, csv_of([row(told="", email_ok="")]))
    confirm(as_nurse)
    recovery = Recovery.objects.get()
    address = url("consent", recovery.uuid)
    assert "Nothing is sent before it is." in words(as_nurse.get(address))
    page = words(as_nurse.post(address, {"told": ""}))
    assert "Tell the patient first, then tick this." in page
    assert "Choose an answer." in page
    as_nurse.post(address, {"told": "on", "email_ok": "yes"})
    consent = Consent.objects.get()
    assert (consent.told_by, consent.email_ok) == (nurse, True)
    assert consent.told_at >= NOW
    assert Message.objects.get().kind == "invitation"
    again = words(as_nurse.post(address, {"told": "on", "email_ok": "no"}, follow=True))
    assert "What the patient was told is recorded already." in again
    assert Consent.objects.count() == 1


def test_texts_are_agreed_to_with_the_same_text_and_the_number_is_asked_for(
    as_nurse: Client, texts: Any
) -> None:
    upload(as_nurse, csv_of([row(told="", email_ok="")]))
    confirm(as_nurse)
    recovery = Recovery.objects.get()
    answers = {"told": "on", "email_ok": "no", "sms_ok": "on"}
    page = as_nurse.post(url("consent", recovery.uuid), answers, follow=True)
    assert page.redirect_chain == [(url("reminders_of", recovery.uuid), 302)]
    consent = Consent.objects.get()
    assert (consent.email_ok, consent.sms_ok, consent.text_version) == (False, True, "2")
    assert not Message.objects.exists()
    chosen = {"channels": "sms", "mobile": "202 555 0142"}
    page = as_nurse.post(url("reminders_of", recovery.uuid), filled(page) | chosen, follow=True)
    assert "Text messages go to +1 202-555-0142." in words(page)
    assert Consent.objects.get() == consent


def test_the_reminders_of_who_was_not_told_record_no_answer(as_nurse: Client, texts: Any) -> None:
    upload(as_nurse, csv_of([row(told="", email_ok="")]))
    confirm(as_nurse)
    recovery = Recovery.objects.get()
    address = url("reminders_of", recovery.uuid)
    page = as_nurse.get(address)
    assert "The patient has not been told yet, and nothing is sent." in words(page)
    assert url("consent", recovery.uuid) in page.content.decode()
    agreed = {"email_ok": "on", "sms_ok": "on", "told": "on"}
    changes = {"zone": "America/Denver", **agreed}
    assert "Saved." in words(as_nurse.post(address, filled(page) | changes, follow=True))
    assert Patient.objects.get().zone == "America/Denver"
    assert not Consent.objects.exists()
    # So the text can still be told, and the invitation goes then.
    as_nurse.post(url("consent", recovery.uuid), {"told": "on", "email_ok": "yes"})
    assert Consent.objects.get().email_ok
    assert Message.objects.get().kind == "invitation"


def test_nobody_goes_in_as_told_unless_somebody_says_so(as_nurse: Client) -> None:
    upload(as_nurse, csv_of([row()]))
    page = confirm(as_nurse, vouched="")
    text = page.content.decode()
    assert "<title>Error:" in text
    # The words stand on top, as a link to the box, and at the box.
    assert words(page).count("Tick the box: it says that the patients marked as told") == 2
    assert 'href="#id_vouched"' in text
    assert 'aria-describedby="id_vouched_error"' in text
    assert not Patient.objects.exists()


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_37_wrong_rows_are_named_and_all_others_go_in_once(as_nurse: Client, make: Any) -> None:
    listed, right = many(400, 37, today=TODAY), many(400, 0, today=TODAY)
    wrong = [
        " ".join(filter(None, [f"Row {number}", *map(one.get, WHO), column, typed or "(empty)"]))
        for number, (one, clean) in enumerate(zip(listed, right, strict=True), start=2)
        for column, typed in one.items()
        if typed != clean[column]
    ]
    assert len(wrong) == 37
    for expected in ({"enrolled": 363, "wrong": 37}, {"known": 363, "wrong": 37}):
        page = words(upload(as_nurse, make(listed)))
        assert [text for text in wrong if text not in page] == []
        assert len(rows("wrong")) == 37
        page = words(confirm(as_nurse))
        while ProcedureImport.objects.filter(state="confirmed").exists():
            tasks.take_in()
        assert queries.counts_of(ProcedureImport.objects.latest("pk")) == expected
        assert Recovery.objects.count() == Patient.objects.count() == 363
    assert "There is nothing in this list to take in." in page


def test_a_list_that_is_confirmed_twice_goes_in_once(as_nurse: Client) -> None:
    upload(as_nurse, csv_of([row()]))
    confirm(as_nurse)
    assert "This list is confirmed already." in words(confirm(as_nurse))
    discarded = as_nurse.post(
        url("import_discard", ProcedureImport.objects.get().uuid), follow=True
    )
    assert "This list is confirmed already." in words(discarded)
    assert Recovery.objects.count() == 1


def test_two_previews_of_one_list_enrol_nobody_twice(as_nurse: Client) -> None:
    for _ in range(2):
        upload(as_nurse, csv_of([row()]))
    first, second = ProcedureImport.objects.order_by("pk")
    confirm(as_nurse, listing=first)
    confirm(as_nurse, listing=second)
    second.refresh_from_db()
    assert second.counts == {"known": 1}
    assert Recovery.objects.count() == 1


def test_a_preview_can_be_discarded(as_nurse: Client) -> None:
    upload(as_nurse, csv_of([row()]))
    listing = ProcedureImport.objects.get()
    page = as_nurse.post(url("import_discard", listing.uuid), follow=True)
    assert "The preview is discarded. Nothing was taken in." in words(page)
    assert not ImportRow.objects.exists()
    assert "This preview has expired. Upload the file again." in words(confirm(as_nurse))
    tasks.tidy()
    assert as_nurse.post(url("import_confirm", listing.uuid)).status_code == 404


# Rows about somebody whom the clinic knows
# -----------------------------------------


RUTH = {
    "record_number": "L0001",
    "given_name": "Ruth",
    "family_name": "Keller",
    "birth_date": date(1957, 3, 14),
}


def known(clinic: Clinic, **more: Any) -> Recovery:
    return make_recovery(clinic, day=30, now=NOW, patient=RUTH, **more)


def test_another_procedure_of_a_patient_whose_follow_up_ended(
    clinic: Clinic, nurse: User, as_nurse: Client
) -> None:
    first = known(clinic)
    recoveries.change_state(recovery=first, state="withdrawn", user=nurse, now=NOW)
    upload(as_nurse, csv_of([row()]))
    assert rows("added") == [2]
    confirm(as_nurse)
    assert [one.patient_id for one in Recovery.objects.all()] == [first.patient_id] * 2
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    ("other", "column", "why"),
    [
        ({}, "procedure_date", "is being followed for the procedure of Feb 3, 2026"),
        ({"last_name": "Kellner"}, "last_name", "enrolled under another last name"),
        ({"birth_date": "1957-03-15"}, "birth_date", "enrolled with another date of birth"),
    ],
)
def test_a_row_that_does_not_fit_who_is_known_is_refused(
    clinic: Clinic, as_nurse: Client, other: Any, column: str, why: str
) -> None:
    known(clinic)
    page = words(upload(as_nurse, csv_of([row(**other)])))
    assert why in page
    assert ImportRow.objects.get().problems[0][0] == column
    assert "There is nothing in this list to take in." in page


def test_a_moved_procedure_is_known_by_both_dates(
    clinic: Clinic, nurse: User, as_nurse: Client
) -> None:
    recovery = known(clinic)
    reschedules.reschedule(
        recovery=recovery,
        procedure_at=recovery.procedure_at + timedelta(days=2),
        anchor=recovery.anchor,
        user=nurse,
        now=NOW,
    )
    upload(
        as_nurse,
        csv_of([row(procedure_date="2026-02-03"), row(procedure_date="2026-02-05")]),
    )
    assert rows("known") == [2, 3]


ELSEWHERE = "Enrolled already under record number %s. Write that number; if this is another person"


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        # Excel takes leading zeros for nothing, whatever else the row says.
        ({"record_number": "00123"}, {"record_number": "123"}, ELSEWHERE % "00123"),
        (
            {"record_number": "00123"},
            {"record_number": "123", "procedure_date": "2026-03-20"},
            ELSEWHERE % "00123",
        ),
        ({}, {"record_number": "L-1", "last_name": "KELLER"}, ELSEWHERE % "L0001"),
        (
            {"last_name": "Müller"},
            {"record_number": "L-1", "last_name": "MÜLLER"},
            ELSEWHERE % "L0001",
        ),
        (
            {"last_name": "MÜLLER"},
            {"record_number": "L-1", "last_name": "müller"},
            ELSEWHERE % "L0001",
        ),
        # A namesake: another date of birth, or another day.
        ({}, {"record_number": "L-1", "birth_date": "1957-03-15"}, None),
        ({}, {"record_number": "L-1", "procedure_date": "2026-03-11"}, None),
        ({}, {"record_number": "L-1", "last_name": "Kellner"}, None),
    ],
)
@pytest.mark.parametrize("in_one_file", [False, True])
def test_a_person_is_not_enrolled_again_under_another_number(
    as_nurse: Client, in_one_file: bool, first: Any, then: Any, said: str | None
) -> None:
    here, again = row(**first), row(**then)
    if in_one_file:
        page = words(upload(as_nurse, csv_of([here, again])))
        number = here["record_number"]
        said = said and f"Row 2 of this file has this person under record number {number}."
    else:
        upload(as_nurse, csv_of([here]))
        confirm(as_nurse)
        page = words(upload(as_nurse, csv_of([again])))
    problem = ImportRow.objects.latest("pk").problems
    assert [one[:2] for one in problem] == (
        [["record_number", then["record_number"]]] if said else []
    )
    assert (said or "") in page
    confirm(as_nurse)
    assert Patient.objects.count() == (1 if said else 2)


def test_two_previews_enrol_no_person_under_two_numbers(as_nurse: Client) -> None:
    for number in ("00123", "123"):
        upload(as_nurse, csv_of([row(record_number=number)]))
    first, second = ProcedureImport.objects.order_by("pk")
    confirm(as_nurse, listing=first)
    assert ELSEWHERE % "00123" in words(confirm(as_nurse, listing=second))
    assert Patient.objects.count() == 1


def test_a_person_whose_procedure_moved_is_found_by_both_dates(
    clinic: Clinic, nurse: User, as_nurse: Client
) -> None:
    recovery = known(clinic)
    reschedules.reschedule(
        recovery=recovery,
        procedure_at=recovery.procedure_at + timedelta(days=2),
        anchor=recovery.anchor,
        user=nurse,
        now=NOW,
    )
    days = ("2026-02-03", "2026-02-05")
    upload(as_nurse, csv_of([row(record_number="L-1", procedure_date=day) for day in days]))
    assert rows("wrong") == [2, 3]


def test_a_person_of_the_other_clinic_is_a_new_patient_here(
    as_nurse: Client, as_harbor_nurse: Client
) -> None:
    upload(as_harbor_nurse, csv_of([row(record_number="00123")]))
    confirm(as_harbor_nurse)
    upload(as_nurse, csv_of([row(record_number="123")]))
    assert rows("new") == [2]


def test_a_cancelled_procedure_is_not_passed_over_without_a_word(
    clinic: Clinic, nurse: User, as_nurse: Client
) -> None:
    recovery = make_recovery(clinic, day=-5, now=NOW, patient=RUTH)
    recoveries.change_state(recovery=recovery, state="cancelled", user=nurse, now=NOW)
    page = words(upload(as_nurse, csv_of([row()])))
    assert (
        "procedure_date 2026-03-10 The procedure of this day was cancelled here. If it takes place"
        " after all, add it on the patient's page." in page
    )
    assert rows("wrong") == [2]
    # Another day is a procedure of its own.
    upload(as_nurse, csv_of([row(procedure_date="2026-03-11")]))
    assert rows("added") == [2]
    confirm(as_nurse)
    page = words(upload(as_nurse, csv_of([row()])))
    assert "is being followed for the procedure of Mar 11, 2026" in page


def test_a_cancelled_procedure_that_was_added_again_is_known(
    clinic: Clinic, nurse: User, as_nurse: Client
) -> None:
    recovery = make_recovery(clinic, day=-5, now=NOW, patient=RUTH)
    recoveries.change_state(recovery=recovery, state="cancelled", user=nurse, now=NOW)
    enrolment.add_procedure(
        patient=recovery.patient, user=nurse, now=NOW, procedure_at=recovery.procedure_at
    )
    upload(as_nurse, csv_of([row()]))
    assert rows("known") == [2]


def test_a_number_of_the_other_clinic_is_a_new_patient_here(
    as_nurse: Client, neighbour: Recovery
) -> None:
    number = neighbour.patient.record_number
    upload(as_nurse, csv_of([row(record_number=number)]))
    assert rows("new") == [2]
    confirm(as_nurse)
    assert Patient.objects.filter(record_number=number).count() == 2


def test_one_patient_twice_in_a_list_goes_in_once(as_nurse: Client) -> None:
    page = words(upload(as_nurse, csv_of([row(), row(procedure_date="2026-03-20"), row()])))
    assert rows("new") == [2]
    assert rows("wrong") == [3, 4]
    assert "Row 2 of this file has this patient already." in page


def test_what_changed_since_the_preview_is_said_and_nothing_doubled(
    clinic: Clinic, nurse: User, as_nurse: Client
) -> None:
    upload(as_nurse, csv_of([row()]))
    known(clinic)
    page = words(confirm(as_nurse))
    assert "is being followed for the procedure of Feb 3, 2026" in page
    assert Recovery.objects.count() == 1


def test_a_clinic_that_may_not_enrol_any_more(clinic: Clinic, as_nurse: Client) -> None:
    upload(as_nurse, csv_of([row()]))
    Clinic.objects.update(emergency_number="")
    page = words(confirm(as_nurse))
    assert "The clinic cannot enroll this row now." in page
    assert "A manager sets them on the Clinic page." in words(
        as_nurse.get(url("procedure_imports"))
    )
    assert not Patient.objects.exists()


# Bad input
# ---------


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        ({"birth_date": ""}, ["birth_date", "", "Fill this in."]),
        (
            {"procedure_date": "03/10/2026"},
            [
                "procedure_date",
                "03/10/2026",
                "Write the date like 2026-03-17, or say above how the file writes dates.",
            ],
        ),
        ({"procedure_date": "2028-01-01"}, ["procedure_date", "2028-01-01", "Choose a date from"]),
        ({"procedure_time": "9"}, ["procedure_time", "9", "Write a time like 08:30."]),
        ({"phone": "call me"}, ["phone", "call me", "Write a phone number"]),
        ({"last_name": "=1+1"}, ["last_name", "=1+1", "This begins like a formula."]),
        ({"last_name": "-x"}, ["last_name", "-x", "This begins like a formula."]),
        ({"email": "@SUM(A1)"}, ["email", "@SUM(A1)", "This begins like a formula."]),
        ({"last_name": "#N/A"}, ["last_name", "#N/A", "This is an error of the spreadsheet."]),
        ({"record_number": "#REF!"}, ["record_number", "#REF!", "This is an error of"]),
        ({"first_name": "#BEZUG!"}, ["first_name", "#BEZUG!", "This is an error of"]),
        ({"birth_date": "########"}, ["birth_date", "########", "This is an error of"]),
        ({"record_number": "#123"}, None),
        ({"last_name": "Kel\nler"}, ["last_name", "Kel\nler", "There is a line break"]),
        ({"last_name": "K" * 90}, ["last_name", "K" * 40 + "…", "Shorten this to 80"]),
        ({"email": ""}, ["email", "", "Write the address, or write no in"]),
        ({"email_ok": ""}, ["email_ok", "", "Write yes or no"]),
        ({"told": ""}, ["told", "", "Nobody agrees without having been told."]),
        ({"told": "maybe"}, ["told", "maybe", "Choose one of the answers."]),
        ({"phone": "+1 555 0188"}, None),
        ({"told": "Y", "email_ok": "N"}, None),
    ],
)
def test_what_is_wrong_with_a_row_names_column_and_value(
    as_nurse: Client, other: dict[str, str], problem: list[str] | None
) -> None:
    page = upload(as_nurse, csv_of([row(**other)]))
    found = ImportRow.objects.get().problems
    if problem is None:
        assert found == []
        return
    assert found[0][:2] == problem[:2]
    assert found[0][2].startswith(problem[2])
    assert str(escape(found[0][2])) in page.content.decode()


def test_what_excel_calculates_is_nobodys_name(as_nurse: Client) -> None:
    listed = [
        row(last_name=ArrayFormula("C2", "=_xlfn.XLOOKUP(A2,Z:Z,Y:Y)")),
        row(record_number="=A1&1"),
        row(last_name="#N/A"),
    ]
    page = words(upload(as_nurse, xlsx_of(listed), name="list.xlsx"))
    assert "last_name =_xlfn.XLOOKUP(A2,Z:Z,Y:Y) This begins like a formula." in page
    assert "record_number =A1&1 This begins like a formula." in page
    assert "last_name #N/A This is an error of the spreadsheet. Write the value itself." in page
    assert rows("wrong") == [2, 3, 4]
    assert "There is nothing in this list to take in." in page


@pytest.mark.parametrize(
    ("dates", "typed"), [("ymd", "2026-03-10"), ("mdy", "3/10/2026"), ("dmy", "10.3.2026")]
)
def test_dates_are_read_in_the_order_that_was_chosen(
    as_nurse: Client, dates: str, typed: str
) -> None:
    upload(as_nurse, csv_of([row(procedure_date=typed)]), dates=dates)
    confirm(as_nurse)
    assert Recovery.objects.get().procedure_on == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (csv_of([row()], delimiter=";"), "read as CSV (UTF-8, semicolons)"),
        (csv_of([row()]).encode("utf-16"), "read as CSV (UTF-16, commas)"),
        (xlsx_of([row(procedure_date=date(2026, 3, 10))]), "read as Excel"),
        (b"MZ\x90\x00" + b"\x00\x01" * 400, "File: This is neither a CSV nor an Excel file"),
        (csv_of([row(surgeon="Dr\0F")]).encode("utf-16"), "File: This is neither a CSV nor an Exc"),
        (csv_of([row()], header=(*HEADER, "a\0b")).encode("utf-16"), "File: This is neither a CSV"),
        (spoilt_xlsx(), "File: This is no Excel file that can be read."),
        (xlsx_of([*[{}] * 10_000, row()]), "File: This file has more than 10000 rows, blank ones"),
        (b"", "File: This file is empty."),
        (csv_of([]), "File: There are no rows beneath the names of the columns."),
        ("a,b\n1,2\n", "File: Row 1 does not name these columns: record_number, first_name"),
        (
            csv_of([row()], header=(*HEADER, "MRN")),
            "File: Row 1 names these columns twice: record_number.",
        ),
        (csv_of([row()], header=(*HEADER, "Insurance")), "Columns that were not read: Insurance."),
    ],
)
def test_a_file_is_handled_or_refused_and_it_is_said(
    as_nurse: Client, content: Any, said: str
) -> None:
    page = upload(as_nurse, content, name="list.xlsx")
    assert page.status_code == 200
    assert said in words(page)


class Endless(io.RawIOBase):
    """A file that is never there as a whole."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left, self.name, self.content_type = size, "huge.csv", "text/csv"

    def read(self, most: int = -1) -> bytes:
        size = self.left if most < 0 else min(most, self.left)
        self.left -= size
        return b"x" * size


def test_what_is_far_too_large_is_neither_kept_nor_read(
    as_nurse: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST", 6 * 2**20)
    kept: list[int] = []
    finish = uploads.Bounded.file_complete

    def watched(handler: Any, size: int) -> Any:
        found = finish(handler, size)
        kept.append(-1 if found is None else len(found.read()))
        return found

    monkeypatch.setattr(uploads.Bounded, "file_complete", watched)
    page = words(upload(as_nurse, b"x" * (7 * 2**20)))
    assert "File: This file has more than 5 MiB." in page
    assert kept == [0]


def test_the_empty_list_that_is_offered_is_one_that_is_taken(as_nurse: Client) -> None:
    template = as_nurse.get(url("import_template"))
    assert template["Content-Disposition"] == 'attachment; filename="procedures.csv"'
    header = template.content.decode("utf-8-sig").strip().split(",")
    upload(as_nurse, csv_of([row()], header=header))
    assert rows("new") == [2]


def test_pages_of_rows(as_nurse: Client) -> None:
    upload(as_nurse, csv_of(many(120, 0, today=TODAY)))
    address = url("procedure_import", ProcedureImport.objects.get().uuid)
    with CaptureQueriesContext(connection) as asked:
        page = as_nurse.get(address)
    few = len(asked)
    assert "Row 51" in words(page)
    assert "Row 52" not in words(page)
    assert "show=new&amp;after=51" in page.content.decode()
    with CaptureQueriesContext(connection) as asked:
        page = words(as_nurse.get(f"{address}?show=new&after=101"))
    assert len(asked) == few
    assert "Row 121" in page
    for odd in ("?show=no&after=-1", "?after=9999999999999", "?after=x"):
        assert as_nurse.get(address + odd).status_code == 200


def test_another_clinics_list_is_not_there(as_nurse: Client, as_harbor_nurse: Client) -> None:
    upload(as_nurse, csv_of([row()]))
    listing = ProcedureImport.objects.get()
    assert as_harbor_nurse.get(url("procedure_import", listing.uuid)).status_code == 404
    for name in ("import_confirm", "import_discard"):
        assert as_harbor_nurse.post(url(name, listing.uuid)).status_code == 404
    assert "L0001" not in words(as_harbor_nurse.get(url("procedure_imports")))


def test_a_crash_leaves_whole_batches_and_the_rest_goes_in_later(
    as_nurse: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(as_nurse, csv_of(many(10, 0, today=TODAY)))
    monkeypatch.setattr(imports, "BATCH", 4)
    whole = enrolment.messages.owe_invitations
    calls: list[int] = []

    def broken(*args: Any, **kwargs: Any) -> Any:
        whole(*args, **kwargs)
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the worker dies here")

    monkeypatch.setattr(enrolment.messages, "owe_invitations", broken)
    with pytest.raises(RuntimeError, match="dies here"):
        confirm(as_nurse)
    assert ProcedureImport.objects.get().state == "confirmed"
    assert rows("enrolled") == [2, 3, 4, 5]
    assert Recovery.objects.count() == Patient.objects.count() == 4
    assert Message.objects.count() == Consent.objects.count() == 3
    tasks.take_in()
    assert ProcedureImport.objects.get().counts == {"enrolled": 10}
    assert Recovery.objects.count() == Patient.objects.count() == 10


def test_a_row_that_cannot_go_in_keeps_nobody_else_out(
    clinic: Clinic, as_nurse: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [row(record_number=f"L000{n}", last_name=f"Berg{n}") for n in (0, 2)]
    upload(as_nurse, csv_of([others[0], row(), others[1]]))
    known(clinic)
    # A colleague is faster by a moment: the rows are looked at before, and written after.
    monkeypatch.setattr(imports, "known_of", lambda *_: queries.Register())
    page = words(confirm(as_nurse))
    assert "Row 3 Ruth Keller L0001 The clinic cannot enroll this row now." in page
    assert rows("enrolled") == [2, 4]
    assert Recovery.objects.count() == 3


def test_a_couple_with_one_address_shares_its_sign_in(as_nurse: Client) -> None:
    other = {"record_number": "L0002", "email": "Ruth@Example.org"}
    upload(as_nurse, csv_of([row(), row(first_name="Max", birth_date="1955-01-01", **other)]))
    confirm(as_nurse)
    assert User.objects.get(email="ruth@example.org").accesses.count() == 2


def test_many_rows_take_as_many_statements_as_a_few(as_nurse: Client) -> None:
    def statements(listed: list[dict[str, Any]]) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as previewed:
            upload(as_nurse, csv_of(listed))
        with CaptureQueriesContext(connection) as confirmed:
            confirm(as_nurse)
        return len(previewed), len(confirmed)

    # SQLite takes no more cells in a statement than those of some twenty.
    people = many(24, 0, today=TODAY)
    statements(people[:4])
    few = statements(people[4:8])
    assert statements(people[8:]) == few
    # And so for those who are there already under another number.
    again = [one | {"record_number": f"0{one['record_number']}"} for one in people]
    few = statements(again[:4])
    assert statements(again[4:]) == few
    assert len(rows("wrong")) == 20


def test_what_a_request_leaves_over_a_worker_is_asked_for(
    as_nurse: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(views.nudges, "take_in_soon", lambda: asked.append("take in"))
    upload(as_nurse, csv_of(many(3, 0, today=TODAY)))
    confirm(as_nurse)
    assert asked == []
    monkeypatch.setattr(views, "AT_ONCE", timedelta(0))
    upload(as_nurse, csv_of(many(6, 0, today=TODAY)))
    page = words(confirm(as_nurse))
    assert "being taken in: 0 enrolled, 3 to come." in page
    assert asked == ["take in"]
    tasks.take_in()
    assert Recovery.objects.count() == 6
