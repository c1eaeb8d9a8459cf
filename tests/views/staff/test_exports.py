"""A manager takes data out: true, marked, harmless, recorded; or de-identified, with its method."""

import csv
import io
import re
import uuid
import zipfile
from collections.abc import Callable
from copy import copy
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from recovery.models import (
    AccessEvent,
    Alert,
    Clinic,
    DailyLog,
    Export,
    FormResponse,
    Message,
    Patient,
    Recovery,
    User,
)
from recovery.queries import subjects
from recovery.queries.instruments import instruments_of
from recovery.services import alerts, checkins, contacts, logs, mailevents, pathway_moves, tick
from recovery.tabular import writing
from tests.cast import QUIET, checkin_of
from tests.outcomes import alert
from tests.pages import words
from tests.pathways import changes, own_pathway
from tests.views.staff.conftest import NOW, report, someone, url

Rows = list[dict[str, str]]


def save(client: Client, *tables: str, whose: str = "named", file: str = "csv", **more: Any) -> Any:
    given = {"tables": tables, "whose": whose, "file_format": file} | more
    return client.post(url("exports"), given)


def content(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def rows_of(raw: bytes) -> Rows:
    return list(csv.DictReader(io.StringIO(raw.decode(), newline="")))


def saved(client: Client, table: str, **more: Any) -> Rows:
    return rows_of(content(save(client, table, **more)))


def unpacked(client: Client, *tables: str, **more: Any) -> dict[str, bytes]:
    raw = content(save(client, *tables, **more))
    with zipfile.ZipFile(io.BytesIO(raw)) as found:
        return {name: found.read(name) for name in found.namelist()}


def masked(client: Client, *tables: str) -> dict[str, Rows]:
    found = unpacked(client, *tables, whose="de_identified")
    return {
        name.removesuffix(".csv"): rows_of(raw) for name, raw in found.items() if ".csv" in name
    }


@pytest.fixture
def told(recovery: Recovery, nurse: User) -> DailyLog:
    """A log by the patient's link, with its reminder; then corrected by staff."""
    checkin = checkin_of(recovery, "DAY-01")
    Message.objects.create(
        kind="reminder",
        state="sent",
        dedupe_key="reminder of the day",
        clinic=recovery.clinic,
        recovery=recovery,
        checkin=checkin,
        number=1,
        created_at=NOW,
        planned_at=NOW - timedelta(hours=2),
        send_after=NOW - timedelta(hours=2),
        sent_at=NOW - timedelta(hours=1),
        message_id="<m1@northgate>",
    )
    log = report(recovery, pain_avg=6, free_text="=1+1, slept badly", wound=[])
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET | {"pain_avg": 4, "fall": True, "wound": None},
        client_id=log.client_id,
        revision=0,
        log_date=log.log_date,
        now=NOW,
        source=DailyLog.Source.STAFF,
        mode=DailyLog.Mode.PHONE,
        user=nurse,
    )
    return log


# With record numbers
# -------------------


def test_logs_with_all_their_times_zone_mode_and_version(
    recovery: Recovery, told: DailyLog, as_manager: Client
) -> None:
    response = save(as_manager, "logs")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="export-2026-03-05-1517.csv"'
    first, second = rows_of(content(response))
    checkin = checkin_of(recovery, "DAY-01")
    assert {name: first[name] for name in first if name.endswith(("_at", "_on", "_date"))} == {
        "procedure_on": "2026-03-04",
        "log_date": "2026-03-05",
        "reminder_planned_at": "2026-03-05T08:17:00-05:00",
        "reminder_sent_at": "2026-03-05T09:17:00-05:00",
        "opens_at": "2026-03-05T06:00:00-05:00",
        "due_at": "2026-03-05T20:00:00-05:00",
        "expires_at": checkin.expires_at.astimezone(
            subjects.zone_of("America/New_York")
        ).isoformat(),
        "answered_at": "2026-03-05T10:09:00-05:00",
    }
    assert (first["person"], first["recovery"], first["age_at_procedure"], first["zone"]) == (
        recovery.patient.record_number,
        str(recovery.uuid),
        "68",
        "America/New_York",
    )
    # The window that the correction answers is that of the log it corrects.
    assert second["opens_at"] == first["opens_at"]
    marks = ("source", "mode", "revision", "superseded", "late", "pain_avg", "fall", "rules")
    assert [[row[name] for name in marks] for row in (first, second)] == [
        ["patient", "web", "0", "True", "False", "6", "False", ""],
        ["staff", "phone", "1", "False", "False", "4", "True", "R35"],
    ]
    assert (first["pathway"], first["rule_set"], first["phase"]) == (
        "default 1",
        told.rule_set,
        "short_term",
    )
    # An answer of none is not the same as no answer.
    assert (first["wound"], second["wound"]) == ("none", "")
    assert first["free_text"] == "'=1+1, slept badly"


def test_a_number_below_zero_stays_a_number(recovery: Recovery, as_manager: Client) -> None:
    log = report(recovery)
    DailyLog.objects.filter(pk=log.pk).update(day=-3)
    Patient.objects.update(record_number="-12")
    [row] = saved(as_manager, "logs")
    assert (row["day"], row["person"]) == ("-3", "'-12")


@pytest.mark.parametrize(
    ("zone", "entered", "written"),
    [
        ("America/New_York", "2026-03-08T06:59:59.999999+00:00", "2026-03-08T01:59:59-05:00"),
        ("America/New_York", "2026-03-08T07:00:00.500000+00:00", "2026-03-08T03:00:00-04:00"),
        ("America/New_York", "2026-11-01T06:30:00+00:00", "2026-11-01T01:30:00-05:00"),
        ("Asia/Kolkata", "2026-12-31T18:30:00+00:00", "2027-01-01T00:00:00+05:30"),
        ("Africa/Monrovia", "1971-06-01T12:00:00+00:00", "1971-06-01T11:15:30-00:44:30"),
    ],
)
def test_a_moment_is_written_on_the_patients_clock(
    recovery: Recovery, as_manager: Client, zone: str, entered: str, written: str
) -> None:
    log = report(recovery)
    DailyLog.objects.filter(pk=log.pk).update(entered_at=datetime.fromisoformat(entered))
    Patient.objects.update(zone=zone)
    [row] = saved(as_manager, "logs")
    assert row["answered_at"] == written


def test_what_was_told_late_is_told_apart(recovery: Recovery, as_manager: Client) -> None:
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=recovery.procedure_on,
        now=NOW,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
    )
    [row] = saved(as_manager, "logs")
    assert (row["late"], row["day"]) == ("True", "0")


def test_responses_have_a_row_a_score(
    clinic: Clinic, now: datetime, nurse: User, as_manager: Client
) -> None:
    recovery = someone(clinic, "Ida", "Ives", day=14)
    answered(recovery)
    rows = [row for row in saved(as_manager, "responses") if row["checkin"] == "C14"]
    assert [(row["instrument"], row["total"], row["score"], row["items"]) for row in rows] == [
        ("PEG", "17", "5.7", "3"),
    ]
    assert {row["answered_at"] for row in rows} == {"2026-03-05T10:17:00-05:00"}
    assert {row["opens_at"][:10] for row in rows} == {"2026-03-03"}
    # The baseline form of the cast has no score, and a row all the same.
    assert {row["checkin"] for row in saved(as_manager, "responses")} == {"BASE", "C14"}


def answered(recovery: Recovery) -> FormResponse:
    checkin = checkin_of(recovery, "C14")
    answers = {"PEG": {"peg_p": 7, "peg_e": 5, "peg_g": 5}}
    instruments = instruments_of(checkin.form, staff=False, clinic=recovery.clinic)
    given = {
        one.key: dict(
            zip([item.link_id for item in one.questions], answers[one.key].values(), strict=False)
        )
        for one in instruments
        if one.key in answers
    }
    return checkins.save(
        checkin_id=checkin.pk,
        instruments=instruments,
        answers=given | {"log": {"activity_level": "light"}},
        client_id=uuid.uuid4(),
        now=NOW,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
        send=True,
    ).response


def test_alerts_with_what_was_done(
    recovery: Recovery, nurse: User, told: DailyLog, as_manager: Client
) -> None:
    contacts.record(
        recovery=recovery,
        user=nurse,
        now=NOW + timedelta(minutes=5),
        kind="call",
        outcome="no_answer",
    )
    contacts.record(
        recovery=recovery,
        user=nurse,
        now=NOW + timedelta(minutes=9),
        kind="call",
        outcome="advised",
    )
    raised = Alert.objects.get(rule="R35")
    alerts.close(
        recovery=recovery,
        read={raised.uuid: raised.firings},
        user=nurse,
        now=NOW + timedelta(minutes=10),
        reason=Alert.ClosingReason.OTHER,
        text="+ seen by phone",
        complication=Alert.Complication.BLEEDING,
    )
    [row] = saved(as_manager, "alerts")
    assert row["complication"] == "bleeding"
    names = ("rule", "severity", "state", "firings", "contacts", "closing_reason", "closed_by")
    assert [row[name] for name in names] == ["R35", "review", "closed", "1", "2", "other", "Nora"]
    times = ("raised_at", "acknowledged_at", "first_contact_at", "last_contact_at", "reached_at")
    assert [row[name][11:16] for name in times] == ["10:17", "10:22", "10:22", "10:26", "10:26"]
    assert row["closed_at"][11:16] == "10:27"
    assert row["contact_outcomes"] == "no_answer advised"
    assert row["closing_text"] == "'+ seen by phone"


def test_sends_with_planned_sent_opened_and_answered(
    recovery: Recovery, told: DailyLog, as_manager: Client
) -> None:
    mail = Message.objects.exclude(message_id="").get(checkin__key="DAY-01")
    assert mail.checkin
    assert mail.sent_at
    mailevents.link_opened(mail.checkin, now=mail.sent_at + timedelta(minutes=20))
    row = next(row for row in saved(as_manager, "sends") if row["message_id"])
    assert (row["kind"], row["to"], row["checkin"], row["state"], row["answered_mode"]) == (
        "reminder",
        "patient",
        "DAY-01",
        "sent",
        "web",
    )
    times = ("planned_at", "sent_at", "link_opened_at", "opens_at", "due_at", "answered_at")
    moments = ["08:17", "09:17", "09:37", "06:00", "20:00", "10:09"]
    assert [row[name][11:16] for name in times] == moments


def test_a_send_has_its_channel_and_the_pathway_of_its_time(
    clinic: Clinic, recovery: Recovery, nurse: User, manager: User, as_manager: Client
) -> None:
    hour = timedelta(hours=1)

    def mail(number: int, channel: str) -> None:
        Message.objects.create(
            kind="reminder",
            channel=channel,
            dedupe_key=f"reminder {number}",
            clinic=clinic,
            recovery=recovery,
            number=10 + number,
            created_at=NOW + number * hour,
            planned_at=NOW + number * hour,
            send_after=NOW + number * hour,
        )

    mail(1, "email")
    for number, title in ((2, "Ours"), (4, "Ours again")):
        recovery.refresh_from_db()
        pathway_moves.move(
            recovery=recovery,
            from_pathway=recovery.pathway,
            to_pathway=own_pathway(clinic, manager, changes(title=title), now=NOW),
            user=nurse,
            now=NOW + number * hour,
        )
        mail(number + 1, "sms")
    rows = [row for row in saved(as_manager, "sends") if row["number"] in {"11", "13", "15"}]
    assert [(row["channel"], row["pathway"]) for row in rows] == [
        ("email", "default 1"),
        ("sms", "1"),
        ("sms", "2"),
    ]


def test_a_period_is_both_its_days_where_the_clinic_is(
    clinic: Clinic, recovery: Recovery, as_manager: Client
) -> None:
    for days_ago in (0, 1):
        at = NOW - timedelta(days=days_ago)
        logs.record(
            recovery_id=recovery.pk,
            values=QUIET,
            client_id=uuid.uuid4(),
            revision=None,
            log_date=date(2026, 3, 5) - timedelta(days=days_ago),
            now=at,
            source=DailyLog.Source.PATIENT,
            mode=DailyLog.Mode.WEB,
        )
    days = {"first": "2026-03-05", "last": "2026-03-05"}
    assert [row["log_date"] for row in saved(as_manager, "logs", **days)] == ["2026-03-05"]
    for table in ("alerts", "responses", "sends"):
        saved(as_manager, table, **days)
    assert saved(as_manager, "logs", last="2026-03-03") == []


def test_several_tables_come_as_an_archive_or_as_sheets(told: DailyLog, as_manager: Client) -> None:
    every = [*Export.Table.values]
    found = unpacked(as_manager, *every)
    assert list(found) == [f"{table}.csv" for table in every]
    book = load_workbook(io.BytesIO(content(save(as_manager, *every, file="xlsx"))))
    assert book.sheetnames == every
    sheet = list(book["logs"].iter_rows(values_only=True))
    [first, _second] = rows_of(found["logs.csv"])
    typed = dict(zip(sheet[0], sheet[1], strict=True))
    assert list(typed) == list(first)
    assert (typed["pain_avg"], typed["day"]) == (6, 1)
    assert (typed["fall"], typed["superseded"]) == (False, True)
    assert typed["free_text"] == "=1+1, slept badly"


def test_a_sheet_that_would_be_too_long_is_refused_before_it_begins(
    told: DailyLog, as_manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recovery.services.exports.SHEET_ROWS", 2)
    page = save(as_manager, "logs", file="xlsx")
    assert "Logs: more rows than a sheet of Excel holds" in words(page)
    assert not Export.objects.exists()
    assert content(save(as_manager, "logs"))
    # What grew meanwhile breaks off, rather than end where nobody sees it.
    monkeypatch.setattr("recovery.services.exports.SHEET_ROWS", 99)
    monkeypatch.setattr(writing, "SHEET_ROWS", 2)
    with pytest.raises(writing.TooManyRows):
        content(save(as_manager, "logs", file="xlsx"))
    assert Export.objects.latest("pk").finished_at is None


# The record
# ----------


def test_who_took_what_and_when_is_recorded_and_listed(
    recovery: Recovery, told: DailyLog, manager: User, as_manager: Client
) -> None:
    saved(as_manager, "logs")
    export = Export.objects.get()
    assert (export.by, export.tables, export.format, export.rows) == (
        manager,
        ["logs"],
        "csv",
        2,
    )
    assert NOW <= export.at <= export.finished_at
    event = AccessEvent.objects.get(what="export of logs")
    assert (event.user, event.patient, event.action) == (manager, recovery.patient, "read")
    page = words(as_manager.get(url("exports")))
    assert "Mar 5, 10:17 Max Logs CSV With record numbers 2" in page


def test_what_was_broken_off_says_how_far_it_came(
    clinic: Clinic, nurse: User, now: datetime, as_manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PIECE", 1)
    for number in range(4):
        report(someone(clinic, "Ann", f"Off{number}"))
    response = save(as_manager, "logs")
    pieces = iter(response.streaming_content)
    next(pieces)
    next(pieces)
    # As the server does, but for the connection, which this test still needs.
    for close in response._resource_closers:
        close()
    export = Export.objects.get()
    assert export.finished_at is None
    assert 1 <= export.rows < 4
    assert f"not finished, {export.rows} had left" in words(as_manager.get(url("exports")))


def test_the_record_is_there_before_the_first_row(told: DailyLog, as_manager: Client) -> None:
    save(as_manager, "logs", "alerts", whose="de_identified")
    export = Export.objects.get()
    assert (export.de_identified, export.tables, export.finished_at) == (
        True,
        ["logs", "alerts"],
        None,
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"tables": []}, "What: Choose at least one."),
        ({"tables": ["logs", "passwords"]}, "What: Select a valid choice. passwords"),
        ({"whose": ""}, "Patients: Choose an answer."),
        ({"file_format": "exe"}, "File: Choose one of the answers."),
        ({"first": "5 March"}, "From: Write a date that exists, as year, month, day"),
        ({"first": "0001-01-01"}, "From: Write a year from 2000 to 2100."),
        ({"last": "9999-12-31"}, "Up to: Write a year from 2000 to 2100."),
        ({"first": "2026-03-05", "last": "2026-03-04"}, "Up to: This is before the first day."),
        (
            {"whose": "de_identified", "first": "2026-03-05"},
            "From: A de-identified file has no period: its days would tell the true dates.",
        ),
        (
            {"whose": "de_identified", "last": "2026-03-05"},
            "Up to: A de-identified file has no period: its days would tell the true dates.",
        ),
    ],
)
def test_what_cannot_be_exported_stands_beside_its_field(
    as_manager: Client, more: dict[str, Any], message: str
) -> None:
    page = as_manager.post(
        url("exports"), {"tables": "logs", "whose": "named", "file_format": "csv"} | more
    )
    assert message in words(page)
    assert not Export.objects.exists()


def test_the_other_clinics_rows_are_not_in_it(
    told: DailyLog, neighbour: Recovery, as_manager: Client
) -> None:
    for table in Export.Table.values:
        rows = saved(as_manager, table)
        assert neighbour.patient.record_number not in {row["person"] for row in rows}


def test_statements_grow_with_pieces_and_not_with_rows(
    clinic: Clinic, nurse: User, now: datetime, as_manager: Client
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            saved(as_manager, "logs")
        return len(queries)

    report(someone(clinic, "Ann", "One"))
    one = statements()
    for number in range(12):
        report(someone(clinic, "Ann", f"Many{number}"))
    assert statements() == one


# De-identified
# -------------


@pytest.fixture
def crowd(
    clinic: Clinic, nurse: User, now: datetime, set_clock: Callable[[datetime], None]
) -> list[Recovery]:
    found = []
    for number, born in enumerate((date(1930, 1, 1), date(1935, 11, 6), date(1980, 6, 1))):
        person = {"birth_date": born, "record_number": f"SECRET{number}", "phone": "555-0199"}
        # So long ago that their first days are in each file, whatever the lot says.
        one = someone(clinic, f"Given{number}", f"Family{number}", day=120, patient=person)
        for day in (1, 4, 9):
            at = one.procedure_at + timedelta(days=day, hours=3)
            logs.record(
                recovery_id=one.pk,
                values=QUIET | {"pain_avg": 8 if day == 4 else 3, "free_text": "CANARY text"},
                client_id=uuid.uuid4(),
                revision=None,
                log_date=one.procedure_on + timedelta(days=day),
                now=at,
                source=DailyLog.Source.PATIENT,
                mode=DailyLog.Mode.WEB,
            )
        found.append(one)
    tick.run(now=NOW)
    return found


def test_nothing_in_it_names_anybody(crowd: list[Recovery], as_manager: Client) -> None:
    found = unpacked(as_manager, *Export.Table.values, whose="de_identified")
    text = b"".join(found.values()).decode()
    secrets = ["SECRET", "Given", "Family", "CANARY", "555-", "@", "New_York", "America", "Nora"]
    for one in crowd:
        secrets += [str(one.uuid), str(one.patient.uuid), str(one.procedure_on)]
        secrets += [str(log.uuid) for log in one.logs.all()]
        secrets += [one.patient.birth_date.isoformat()]
    # A date can be another patient's shifted one; the ids cannot.
    assert [secret for secret in secrets if secret in text and not secret.startswith("20")] == []
    assert "Method of this de-identified export" in found["method.txt"].decode()
    assert "do not join it with other data" in found["method.txt"].decode()


def test_spans_are_true_and_dates_are_not(crowd: list[Recovery], as_manager: Client) -> None:
    tables = masked(as_manager, "logs", "sends", "alerts")
    true = {row["person"]: row["procedure_on"] for row in saved(as_manager, "logs")}
    assert len(set(true.values())) == 1
    begins: dict[str, date] = {}
    for row in tables["logs"]:
        begin = date.fromisoformat(row["procedure_on"])
        assert begins.setdefault(row["person"], begin) == begin
        assert (date.fromisoformat(row["log_date"]) - begin).days == int(row["day"])
        # The time of day stays, without an offset.
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT12:30:00", row["answered_at"])
    shifts = {(crowd[0].procedure_on - begin).days for begin in begins.values()}
    assert all(1 <= shift <= 364 for shift in shifts)
    # One file's tables can be joined with each other.
    assert {row["person"] for row in tables["sends"]} <= set(begins)
    for row in tables["alerts"]:
        raised = datetime.fromisoformat(row["raised_at"]).date()
        assert 0 <= (raised - begins[row["person"]]).days < 120


@pytest.fixture
def every_day(clinic: Clinic, nurse: User, now: datetime) -> list[Recovery]:
    """A log and a mail on each of D1 to D99, the last of them today."""
    found = [someone(clinic, "Ann", f"Daily{n}", day=99, ticked=False) for n in range(6)]
    pattern = report(found[0])
    told, mails = [], []
    for place, one in enumerate(found):
        for day in range(1, 100):
            at = one.procedure_at + timedelta(days=day)
            log = copy(pattern)
            log.pk, log._state.adding = None, True
            log.uuid, log.client_id = uuid.uuid4(), uuid.uuid4()
            log.recovery, log.day, log.entered_at = one, day, at
            log.log_date = one.procedure_on + timedelta(days=day)
            told.append(log)
            mails.append(
                Message(
                    kind="reminder",
                    state="sent",
                    dedupe_key=f"{place} {day}",
                    clinic=clinic,
                    recovery=one,
                    created_at=at,
                    planned_at=at,
                    send_after=at,
                    sent_at=at,
                )
            )
    pattern.delete()
    DailyLog.objects.bulk_create(told)
    Message.objects.bulk_create(mails)
    return found


def days_of(rows: Rows, name: str) -> dict[str, int]:
    """By person, how many days after the procedure the latest of a column is."""
    found: dict[str, int] = {}
    for row in rows:
        begin, at = (date.fromisoformat(row[one][:10]) for one in ("procedure_on", name))
        found[row["person"]] = max(found.get(row["person"], 0), (at - begin).days)
    return found


def test_the_last_entry_does_not_tell_how_far_the_dates_were_moved(
    every_day: list[Recovery], as_manager: Client
) -> None:
    """Each is followed up to today: whoever knows when the file was made would only count."""
    tables = masked(as_manager, "logs", "sends")
    last = days_of(tables["logs"], "log_date")
    assert len(last) == 6
    assert all(99 - subjects.LONGEST_LAG <= day < 99 for day in last.values())
    assert len(set(last.values())) > 1
    # One day a patient, in all tables of the file, and another in the next.
    assert days_of(tables["sends"], "sent_at") == last
    again = days_of(masked(as_manager, "logs")["logs"], "log_date")
    assert sorted(again.values()) != sorted(last.values())
    # With record numbers nothing is left out.
    assert set(days_of(saved(as_manager, "logs"), "log_date").values()) == {99}


def test_a_row_that_tells_of_a_later_moment_is_left_out_whole(
    clinic: Clinic, nurse: User, now: datetime, as_manager: Client
) -> None:
    one = someone(clinic, "Ann", "Alerted", day=120)
    Alert.objects.all().delete()
    alert(one, nurse)
    today = alert(one, nurse, rule="R32", minutes=115 * 24 * 60)
    assert today.closed_at.date() == NOW.date() - timedelta(days=1)
    Alert.objects.filter(pk=today.pk).update(closed_at=NOW)
    assert [row["rule"] for row in masked(as_manager, "alerts")["alerts"]] == ["R18"]
    assert len(saved(as_manager, "alerts")) == 2


def test_a_procedure_of_these_days_is_in_no_such_file(
    clinic: Clinic, nurse: User, now: datetime, as_manager: Client
) -> None:
    """The baseline form was sent before it, but each row has the procedure's date."""
    someone(clinic, "Ann", "Recent", day=0)
    assert masked(as_manager, "responses")["responses"] == []
    assert len(saved(as_manager, "responses")) == 1
    assert not AccessEvent.objects.filter(what="de-identified responses").exists()


def test_its_name_does_not_say_when_it_was_made(crowd: list[Recovery], as_manager: Client) -> None:
    response = save(as_manager, "logs", whose="de_identified")
    assert response["Content-Disposition"] == 'attachment; filename="de-identified.zip"'


def test_ages_above_89_are_one_group(crowd: list[Recovery], as_manager: Client) -> None:
    ages = {row["age_at_procedure"] for row in masked(as_manager, "logs")["logs"]}
    # The second is 89 until the day after the procedure.
    assert ages == {"90+", "89", "45"}


def test_pseudonyms_are_of_one_file_alone(crowd: list[Recovery], as_manager: Client) -> None:
    first, second = (masked(as_manager, "logs")["logs"] for _ in range(2))
    people = [{row["person"] for row in rows} for rows in (first, second)]
    assert [len(one) for one in people] == [3, 3]
    assert not people[0] & people[1]
    assert not {row["recovery"] for row in first} & {row["recovery"] for row in second}


def test_a_workbook_carries_its_method_too(crowd: list[Recovery], as_manager: Client) -> None:
    raw = content(save(as_manager, "logs", whose="de_identified", file="xlsx"))
    book = load_workbook(io.BytesIO(raw))
    assert book.sheetnames == ["logs", "method"]
    lines = [row[0] for row in book["method"].iter_rows(values_only=True)]
    assert lines[0] == "Method of this de-identified export"
    assert any("from 1 to 364" in line for line in lines)
    assert any("1 to 90 days before the file was made" in line for line in lines)
    header = next(book["logs"].iter_rows(values_only=True))
    assert not {"zone", "free_text", "opioids", "log"} & set(header)


def test_it_is_recorded_with_each_patient_in_it(crowd: list[Recovery], as_manager: Client) -> None:
    masked(as_manager, "logs")
    events = AccessEvent.objects.filter(what="de-identified logs")
    assert {event.patient_id for event in events} == {one.patient_id for one in crowd}
