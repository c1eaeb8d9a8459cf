"""The activity ledger: whose days count, in whose zone, and what is printed beside it."""

import csv
import io
import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recovery.models import AccessEvent, Contact, DailyLog, FormResponse, Patient, Recovery
from recovery.services import contacts
from tests.cast import ZONE, make_recovery
from tests.pages import words
from tests.views.staff.conftest import NOW

pytestmark = pytest.mark.django_db

# NOW is March 5 at 10:17 in New York; day 40 then.
D0 = date(2026, 1, 24)


@pytest.fixture
def patient(clinic, nurse, now) -> Recovery:
    return make_recovery(clinic, day=40, now=NOW, baseline=False)


def at(day: int, hour: int = 18, minute: int = 0) -> datetime:
    on = D0 + timedelta(days=day)
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def entered(recovery, *days, source="patient", hour=18, **more):
    """Logs as they are stored, entered on these days after D0."""
    return [
        DailyLog.objects.create(
            **{
                "recovery": recovery,
                "client_id": uuid.uuid4(),
                "log_date": D0 + timedelta(days=day),
                "day": day,
                "entered_at": at(day, hour),
                "source": source,
                "mode": "web",
                "rule_set": "1",
                "advice": "",
            }
            | more
        )
        for day in days
    ]


def called(recovery, nurse, day, minutes, kind="call", outcome="advised"):
    contacts.record(
        recovery=recovery, user=nurse, now=at(day, 11), kind=kind, outcome=outcome, minutes=minutes
    )


def rows_of(answer):
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    [head, *rest] = lines
    end = rest.index([]) if [] in rest else len(rest)
    return [dict(zip_named(head, row)) for row in rest[:end]], rest[end:]


def zip_named(head, row):
    """Two columns share a name: the second is of the minutes, the third of live contacts."""
    seen: dict[str, int] = {}
    for name, cell in zip(head, row, strict=True):
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name} {seen[name]}"), cell


def of_patient(client, recovery):
    return rows_of(client.get(reverse("recovery_activity_csv", args=[recovery.uuid])))


def test_two_logs_a_day_count_once_and_staff_do_not_count(as_nurse, patient):
    entered(patient, 0, 0, 1, 1, 2)
    entered(patient, 3, 4, source="staff")
    entered(patient, 5, source="caregiver")
    [first, second], _end = of_patient(as_nurse, patient)
    assert first["patient-entered days"] == "3"
    assert (first["caregiver days"], first["staff days"]) == ("1", "2")
    assert first["test met"] == "98985"
    assert (first["from"], first["to"]) == ("2026-01-24", "2026-02-22")
    assert (second["from"], second["patient-entered days"]) == ("2026-02-23", "0")


def test_a_correction_is_no_day_of_its_own(as_nurse, patient):
    [log] = entered(patient, 0)
    entered(patient, 3, client_id=log.client_id, revision=1, supersedes=log)
    [first, _second], _end = of_patient(as_nurse, patient)
    assert first["patient-entered days"] == "1"


def test_the_day_is_the_one_on_which_it_was_entered(as_nurse, patient):
    """What was entered on one evening about two days is one day of data."""
    entered(patient, 2)
    entered(patient, 2, log_date=D0 + timedelta(days=1), late=True)
    [first, _second], _end = of_patient(as_nurse, patient)
    assert first["patient-entered days"] == "1"


def test_a_form_counts_as_a_log_does_and_one_before_the_procedure_starts_the_period(
    as_nurse, clinic, now
):
    patient = make_recovery(clinic, day=40, now=NOW)
    entered(patient, 0)
    [first, *_rest], _end = of_patient(as_nurse, patient)
    assert (first["from"], first["patient-entered days"]) == ("2026-01-21", "2")
    FormResponse.objects.update(source="staff")
    [first, *_rest], _end = of_patient(as_nurse, patient)
    assert (first["from"], first["patient-entered days"]) == ("2026-01-24", "1")


def test_dates_are_those_of_the_patient(as_nurse, patient):
    """23:30 in New York is the next day in London and the same evening in Los Angeles."""
    entered(patient, 0, hour=23)
    entered(patient, 1, hour=0)
    Patient.objects.update(zone="America/Los_Angeles")
    [first, *_rest], _end = of_patient(as_nurse, patient)
    assert (first["from"], first["patient-entered days"]) == ("2026-01-24", "1")
    Patient.objects.update(zone="Europe/London")
    [first, *_rest], _end = of_patient(as_nurse, patient)
    assert (first["from"], first["patient-entered days"]) == ("2026-01-25", "1")


def test_days_0_to_10_stand_apart(as_nurse, patient):
    entered(patient, *range(-2, 16))
    [first, *_rest], _end = of_patient(as_nurse, patient)
    assert (first["patient-entered days"], first["of them in D0-D10"]) == ("18", "11")
    assert (first["test met"], first["test met without D0-D10"]) == ("98977", "98985")


def test_minutes_of_a_month(as_nurse, nurse, patient):
    called(patient, nurse, 3, 15)
    called(patient, nurse, 9, 10, outcome="no_answer")
    called(patient, nurse, 10, 7, kind="message")
    called(patient, nurse, 20, 30, kind="visit")
    called(patient, nurse, 20, None)
    rows, _end = of_patient(as_nurse, patient)
    january, february = [row for row in rows if row["clock"] == "calendar month"]
    assert (january["from"], january["minutes"], january["live contacts"]) == (
        "2026-01-01",
        "15",
        "1",
    )
    assert january["of them in D0-D10 2"] == "15"
    assert january["test met"] == "98979"
    assert january["test met without D0-D10"] == ""
    # A call that reached nobody takes time and is not live; the one without minutes is.
    assert (february["minutes"], february["live contacts"]) == ("17", "1")
    assert february["of them in D0-D10 2"] == "17"
    assert february["contacts without minutes"] == "1"
    assert february["minutes in person, not counted"] == "30"
    assert february["test met"] == "98979"


def test_without_a_live_contact_no_test_is_met(as_nurse, nurse, patient):
    called(patient, nurse, 12, 40, outcome="no_answer")
    called(patient, nurse, 13, 40, kind="message")
    called(patient, nurse, 13, 40, kind="visit")
    rows, _end = of_patient(as_nurse, patient)
    assert (rows[0]["minutes"], rows[0]["live contacts"], rows[0]["test met"]) == ("80", "0", "")


def test_the_month_turns_where_the_patient_is(as_nurse, nurse, patient):
    late = datetime(2026, 2, 1, 4, 30, tzinfo=UTC)  # January 31, 23:30 in New York
    Contact.objects.create(
        recovery=patient, by=nurse, at=late, kind="call", outcome="advised", minutes=20
    )
    rows, _end = of_patient(as_nurse, patient)
    assert rows[0]["from"] == "2026-01-01"
    Patient.objects.update(zone="Europe/London")
    rows, _end = of_patient(as_nurse, patient)
    assert rows[0]["from"] == "2026-02-01"


def test_the_forecast(as_nurse, patient):
    # The second period began on February 23; NOW is its 11th day, and nothing is in today yet.
    entered(patient, 0, *range(30, 40))
    page = words(as_nurse.get(reverse("recovery_activity", args=[patient.uuid])))
    assert "16 of 30 in 5 days, with an entry each day" in page
    Recovery.objects.update(state="completed")
    page = words(as_nurse.get(reverse("recovery_activity", args=[patient.uuid])))
    assert "16 of 30" not in page


def test_the_caution_is_printed_and_a_word_is_not(as_nurse, nurse, patient):
    entered(patient, 0, 1)
    called(patient, nurse, 12, 20)
    pages = [
        as_nurse.get(reverse("recovery_activity", args=[patient.uuid])).content.decode(),
        as_nurse.get(reverse("activity"), {"month": "2026-02"}).content.decode(),
        *(
            b"".join(as_nurse.get(address).streaming_content).decode()
            for address in (
                reverse("recovery_activity_csv", args=[patient.uuid]),
                reverse("activity_csv") + "?month=2026-02",
            )
        ),
    ]
    for page in pages:
        assert "not advice on billing" in page
        assert "global period" in page
        assert "ask your coder" in page
        assert "M, not" in page
        assert "billable" not in page.lower()


def test_formulas_are_made_harmless(as_nurse, patient):
    Patient.objects.update(record_number="=HYPERLINK(1)")
    entered(patient, 0)
    [first, *_rest], _end = of_patient(as_nurse, patient)
    assert first["record number"] == "'=HYPERLINK(1)"


# A clinic's month
# ----------------


def test_it_says_that_minutes_of_calls_which_reached_nobody_are_counted(as_nurse, patient, nurse):
    called(patient, nurse, 10, 12, outcome="no_answer")
    called(patient, nurse, 11, 3)
    said = "Minutes of phone calls are counted whether or not they reached somebody"
    rows, end = of_patient(as_nurse, patient)
    [month] = [row for row in rows if row["clock"] == "calendar month" and row["minutes"] != "0"]
    assert (month["minutes"], month["live contacts"]) == ("15", "1")
    assert any(said in cell for row in end for cell in row)
    for address in (reverse("activity"), reverse("recovery_activity", args=[patient.uuid])):
        assert said in words(as_nurse.get(address))


def test_the_month_has_who_did_something_and_nobody_else(as_nurse, nurse, clinic, patient, harbor):
    silent = make_recovery(clinic, day=10, now=NOW, baseline=False)
    theirs = make_recovery(harbor, day=40, now=NOW, baseline=False)
    entered(patient, *range(16))
    entered(theirs, 1)
    called(patient, nurse, 10, 20)
    answer = as_nurse.get(reverse("activity"), {"month": "2026-02"})
    page = words(answer)
    assert "Activity, February 2026" in page
    assert f"{patient.patient.family_name}, Ruth" in page
    assert "20 min, 1 live in D0-D10: 20 min, 1 live 98980 without D0-D10: none" in page
    assert "Jan 24 – Feb 22: 16 days, 98977 met 11 in D0-D10; without them 98985" in page
    for other in (silent, theirs):
        assert f"{other.patient.family_name}," not in page
    reads = AccessEvent.objects.filter(what="activity", user=nurse)
    assert [event.patient_id for event in reads] == [patient.patient_id]
    rows, end = rows_of(as_nurse.get(reverse("activity_csv"), {"month": "2026-02"}))
    assert [row["clock"] for row in rows] == ["30-day period", "30-day period", "calendar month"]
    assert {row["record number"] for row in rows} == {patient.patient.record_number}
    assert len(end) > 5
    reads = AccessEvent.objects.filter(what="activity export", user=nurse)
    assert [event.patient_id for event in reads] == [patient.patient_id]


def test_a_month_without_anything_says_so(as_nurse, patient):
    assert "Nothing to count in this month" in words(
        as_nurse.get(reverse("activity"), {"month": "2020-02"})
    )


@pytest.mark.parametrize("month", ["soon", "2026-13", "1899-01", "2100-01", "９９９９-01", "2026"])
def test_a_month_that_is_none_is_said_beside_it(as_nurse, patient, month):
    page = as_nurse.get(reverse("activity"), {"month": month})
    assert page.status_code == 200
    assert "Write a month as year and month, like 2026-03." in words(page)
    assert "Activity, March 2026" in words(page)
    answer = as_nurse.get(reverse("activity_csv"), {"month": month})
    assert answer.status_code == 302


@pytest.mark.parametrize("month", ["2000-01", "2099-12"])
def test_the_first_and_the_last_month(as_nurse, patient, month):
    assert as_nurse.get(reverse("activity"), {"month": month}).status_code == 200


def test_fifty_a_page_and_all_in_the_file(as_nurse, clinic, nurse, now):
    for number in range(53):
        recovery = make_recovery(
            clinic,
            day=40,
            now=NOW,
            ticked=False,
            baseline=False,
            patient={"family_name": f"Keller{number:02}", "given_name": "Ruth"},
        )
        entered(recovery, number % 30, 12)
    page = as_nurse.get(reverse("activity"), {"month": "2026-02"})
    assert "Keller49" in words(page)
    assert "Keller50" not in words(page)
    last = Recovery.objects.get(patient__family_name="Keller49").uuid
    page = words(as_nurse.get(reverse("activity"), {"month": "2026-02", "after": str(last)}))
    assert "Keller49" not in page
    assert "Keller50" in page
    assert "Keller52" in page
    rows, _end = rows_of(as_nurse.get(reverse("activity_csv"), {"month": "2026-02"}))
    assert len({row["record number"] for row in rows}) == 53


def test_the_number_of_statements_is_fixed(as_nurse, clinic, nurse, patient):
    def statements(address):
        with CaptureQueriesContext(connection) as captured:
            assert as_nurse.get(address).status_code == 200
        return len(captured)

    month = reverse("activity") + "?month=2026-02"
    one = reverse("recovery_activity", args=[patient.uuid])
    entered(patient, 0)
    assert statements(one) == 9
    assert statements(month) == 9
    for number in range(20):
        other = make_recovery(clinic, day=40, now=NOW, ticked=False, baseline=False)
        entered(other, *range(number + 1))
        called(other, nurse, 12, 20)
    entered(patient, *range(30))
    assert statements(one) == 9
    assert statements(month) == 9
