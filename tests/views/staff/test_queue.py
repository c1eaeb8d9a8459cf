import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from recovery.models import Alert, Clinic, Consent, Note, Recovery, User
from recovery.models.recoveries import QueueRank
from recovery.services import alerts, contacts, waits
from tests.pages import words
from tests.queries.crowd import crowd
from tests.views.staff.conftest import (
    EMERGENCY,
    NOW,
    REVIEW,
    URGENT,
    report,
    someone,
    url,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def page(client: Client, **query: str) -> Any:
    ask = client.post if "q" in query else client.get
    response = ask(url("queue"), query)
    assert response.status_code == 200
    return response


def row(response: Any, name: str) -> str:
    """The words of the table row that holds a name."""
    rows = re.findall(r"<tr class=\"is-row.*?</tr>", response.content.decode(), re.DOTALL)
    [found] = [text for text in rows if name in text]
    spaced = re.sub(r"<[^>]+>", " ", found)
    return " ".join(spaced.split())


def names(response: Any) -> list[str]:
    return re.findall(r'class="ic-name"[^>]*>([^<]+)<', response.content.decode())


def put(recovery: Recovery, rank: QueueRank | None, ago: timedelta = HOUR) -> Recovery:
    """Into the queue by its columns, for what no log brings about."""
    recovery.queue_rank = rank
    recovery.queue_since = None if rank is None else NOW - ago
    recovery.overdue_since = recovery.queue_since if rank == QueueRank.OVERDUE else None
    recovery.save()
    return recovery


def test_what_people_typed_stays_text(
    as_nurse: Client, clinic: Clinic, recovery: Recovery, nurse: User, second_nurse: User, now: Any
) -> None:
    report(recovery, ago=HOUR, **URGENT)
    recovery.refresh_from_db()
    typed = iter(f"""<i>{n}</i>"&'{{name}}%s""" for n in range(20))
    said = [
        *_set(recovery.patient, typed, "given_name", "family_name", "phone"),
        *_set(Alert.objects.get(), typed, "headline", "staff_text"),
        *_set(second_nurse, typed, "name"),
        note := next(typed),
    ]
    Note.objects.create(recovery=recovery, by=nurse, at=NOW, text=note, client_id=uuid.uuid4())
    recovery.assigned_to = recovery.held_by = second_nurse
    recovery.held_until = NOW + HOUR
    recovery.save()
    for address in ("queue", "queue_rows", "patients"):
        html = as_nurse.get(url(address)).content.decode()
        shown = [text for text in said if escape(text) in html]
        assert "<i>" not in html
        assert shown == (said[:4] if address == "patients" else said)


def _set(row: Any, typed: Iterator[str], *fields: str) -> list[str]:
    values = [next(typed) for _field in fields]
    for field, value in zip(fields, values, strict=True):
        setattr(row, field, value)
    row.save()
    return values


def test_worst_first_then_longest_waiting(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    report(someone(clinic, "Rita", "Review"), ago=9 * HOUR, **REVIEW)
    report(someone(clinic, "Una", "Urgent"), ago=HOUR, **URGENT)
    report(someone(clinic, "Ulla", "Older"), ago=2 * HOUR, **URGENT)
    report(someone(clinic, "Emma", "Emergency"), ago=MINUTE, **EMERGENCY)
    put(someone(clinic, "Olga", "Overdue"), QueueRank.OVERDUE, ago=90 * HOUR)
    put(someone(clinic, "Anna", "Address"), QueueRank.CALL)
    someone(clinic, "Hanna", "Healthy")
    response = page(as_nurse)
    assert names(response) == [
        "Emma Emergency",
        "Ulla Older",
        "Una Urgent",
        "Rita Review",
        "Anna Address",
        "Olga Overdue",
    ]
    assert "6 patients need someone." in words(response)


def test_a_row_says_who_why_where_and_until_when(
    as_nurse: Client, recovery: Recovery, second_nurse: User
) -> None:
    report(recovery, pain_avg=8, pain_controlled=True, **EMERGENCY)
    text = row(page(as_nurse), "Keller")
    assert text.startswith("Emergency Cauda equina signs: saddle, bladder R01. Possible cauda")
    assert "Ruth Keller 68, D1 short-term" in text
    assert "8 base 6 +2" in text
    assert "10:09 8 min ago" in text
    assert "7 min left contact by 10:24" in text
    assert "Claim Ruth Keller" in text


def test_a_row_does_not_say_its_headline_twice(as_nurse: Client, recovery: Recovery) -> None:
    report(recovery, acetaminophen_mg=4500)
    text = row(page(as_nurse), "Keller")
    assert text.startswith("Urgent Acetaminophen 4500 mg in 24 h R21.")
    assert text.count("4500 mg") == 1


@pytest.mark.parametrize(
    ("answers", "ago", "clock"),
    [
        pytest.param(EMERGENCY, 16 * MINUTE, "1 min over was due 10:16", id="emergency, 15 min"),
        pytest.param(URGENT, 9 * MINUTE, "111 min left contact by 12:08", id="urgent, 2 hours"),
        pytest.param(URGENT, 17 * HOUR, "17 min over was due 10:00", id="urgent, at night"),
        pytest.param(REVIEW, 16 * HOUR, "Today by 17:00", id="review of last evening"),
        pytest.param(REVIEW, HOUR, "Tomorrow by 17:00", id="review of this morning"),
        pytest.param(REVIEW, 48 * HOUR, "17 h over was due Wed 17:00", id="review forgotten"),
    ],
)
def test_the_clock_counts_clinic_hours(
    as_nurse: Client, clinic: Clinic, now: Any, answers: dict, ago: timedelta, clock: str
) -> None:
    report(someone(clinic, "Ruth", "Keller", day=5), ago=ago, **answers)
    assert clock in row(page(as_nurse), "Keller")


def test_a_wait_over_the_night_names_the_day(
    as_nurse: Client, recovery: Recovery, clinic: Clinic, set_clock: Any
) -> None:
    set_clock(NOW + 6 * HOUR)
    report(recovery, ago=-6 * HOUR, **URGENT)
    assert "Fri 09:17 contact by then" in row(page(as_nurse), "Keller")


def test_what_stands_beside_the_headline_is_a_sentence(
    as_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, temp_f=Decimal("103.3"))
    text = row(page(as_nurse), "Keller")
    assert "R05. Very high fever, 39.6 °C (103.3 °F). Consider" in text


def test_other_rules_stand_beside_the_row_s_own(as_nurse: Client, recovery: Recovery) -> None:
    report(recovery, **EMERGENCY, **URGENT, **REVIEW)
    text = row(page(as_nurse), "Keller")
    assert "R01. Possible" in text
    assert "Also R13, R35." in text


@pytest.mark.parametrize(
    ("outcome", "chip", "said", "clock"),
    [
        ("advised", "Advised", "Contact at", "10:17 contacted"),
        ("no_answer", "No answer", "Not reached at", "14:17 comes back then"),
    ],
)
def test_who_was_called_stays_grey_with_the_outcome(
    as_nurse: Client,
    nurse: User,
    recovery: Recovery,
    outcome: str,
    chip: str,
    said: str,
    clock: str,
) -> None:
    report(recovery, **REVIEW)
    contacts.record(recovery=recovery, user=nurse, now=NOW, kind="call", outcome=outcome)
    response = page(as_nurse)
    text = row(response, "Keller")
    assert text.startswith(f"{chip} Fall without a rise in pain R35. {said} 10:17.")
    assert clock in text
    assert "0 patients need someone." in words(response)


def test_no_answer_leaves_an_emergency_where_it_was(
    as_nurse: Client, nurse: User, recovery: Recovery
) -> None:
    report(recovery, **EMERGENCY)
    contacts.record(recovery=recovery, user=nurse, now=NOW, kind="call", outcome="no_answer")
    assert row(page(as_nurse), "Keller").startswith("Emergency")


def test_an_overdue_row_says_since_when(as_nurse: Client, recovery: Recovery) -> None:
    put(recovery, QueueRank.OVERDUE, ago=28 * HOUR)
    text = row(page(as_nurse), "Keller")
    assert text.startswith("Overdue Check-in not answered No log yet.")
    assert "Wed 06:17 yesterday" in text


def test_a_failing_address_asks_for_a_call(as_nurse: Client, recovery: Recovery) -> None:
    recovery.patient.address_fails_at = NOW
    recovery.patient.save()
    put(recovery, QueueRank.CALL)
    assert row(page(as_nurse), "Keller").startswith("To call Call: address fails")
    report(recovery, **URGENT)
    assert "Call: address fails" in row(page(as_nurse), "Keller")


@pytest.mark.parametrize("why", ["turned off", "no agreement", "withdrawn", "no address", "none"])
def test_a_patient_who_gets_no_reminders_is_marked(
    as_nurse: Client, clinic: Clinic, now: Any, why: str
) -> None:
    recovery = someone(
        clinic,
        "Ruth",
        "Keller",
        email="" if why == "no address" else None,
        email_ok=why != "no agreement",
    )
    if why == "turned off":
        recovery.patient.reminders_off_at = NOW
        recovery.patient.save()
    if why == "withdrawn":
        Consent.objects.update(withdrawn_at=NOW)
    report(recovery, **REVIEW)
    assert ("No reminders" in row(page(as_nurse), "Keller")) is (why != "none")


def test_without_a_baseline_none_is_made_up(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    report(someone(clinic, "Ruth", "Keller", baseline_pain=None), **REVIEW)
    assert "4 no base" in row(page(as_nurse), "Keller")


@pytest.mark.parametrize(
    ("only", "shown"),
    [
        ("", ["Emma Emergency", "Una Urgent", "Rita Review", "Cara Contacted"]),
        ("emergency", ["Emma Emergency"]),
        ("urgent", ["Una Urgent"]),
        ("review", ["Rita Review"]),
        ("contacted", ["Cara Contacted"]),
        ("overdue", []),
        ("nonsense", ["Emma Emergency", "Una Urgent", "Rita Review", "Cara Contacted"]),
    ],
)
def test_filters(
    as_nurse: Client, nurse: User, clinic: Clinic, now: Any, only: str, shown: list[str]
) -> None:
    report(someone(clinic, "Emma", "Emergency"), **EMERGENCY)
    report(someone(clinic, "Una", "Urgent"), **URGENT)
    report(someone(clinic, "Rita", "Review"), **REVIEW)
    called = someone(clinic, "Cara", "Contacted")
    report(called, **REVIEW)
    contacts.record(recovery=called, user=nurse, now=NOW, kind="call", outcome="advised")
    response = page(as_nurse, only=only)
    assert names(response) == shown
    counted = "All 4 Emergency 1 Urgent 1 Review 1 To call 0 Overdue 0 Contacted 1 Handled 0 Mine 0"
    assert counted in words(response)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kel", ["Ruth Keller"]),
        ("RUTH", ["Ruth Keller", "Ruth Kramer"]),
        ("ruth kr", ["Ruth Kramer"]),
        ("kramer ruth", ["Ruth Kramer"]),
        ("0042", ["Ruth Kramer"]),
        ("eller", []),
        ("%", []),
        ("\0", ["Ruth Keller", "Ruth Kramer"]),
    ],
)
def test_search_by_name_or_record_number(
    as_nurse: Client, clinic: Clinic, recovery: Recovery, text: str, shown: list[str]
) -> None:
    report(recovery, ago=2 * HOUR, **REVIEW)
    number = {"record_number": "0042"}
    report(someone(clinic, "Ruth", "Kramer", patient=number), ago=HOUR, **REVIEW)
    assert names(page(as_nurse, q=text)) == shown


def test_an_empty_queue_says_what_would_stand_there(as_nurse: Client, recovery: Recovery) -> None:
    assert "Nobody needs anything now." in words(page(as_nurse))


def test_the_neighbours_patients_are_not_there(
    as_nurse: Client, recovery: Recovery, neighbour: Recovery
) -> None:
    response = page(as_nurse)
    assert names(response) == []
    assert "0 patients need someone." in words(response)


def test_the_page_says_whether_the_clinic_is_open(
    as_nurse: Client, recovery: Recovery, set_clock: Any
) -> None:
    assert "Mar 5, 10:17. Open until 17:00" in words(page(as_nurse))
    set_clock(NOW + 8 * HOUR)
    assert "Mar 5, 18:17. Closed until Fri 08:00" in words(page(as_nurse))


def test_times_are_the_clinics_not_the_servers(
    as_nurse: Client, clinic: Clinic, recovery: Recovery
) -> None:
    clinic.zone = "America/Los_Angeles"
    clinic.save()
    assert "Mar 5, 07:17. Closed until 08:00" in words(page(as_nurse))


@pytest.mark.parametrize(("claimed", "shown"), [(True, "NO You"), (False, "Claim Ruth Keller")])
def test_a_claimed_row_names_who_has_it(
    as_nurse: Client, recovery: Recovery, claimed: bool, shown: str
) -> None:
    report(recovery, **EMERGENCY)
    if claimed:
        alert = recovery.alerts.get()
        as_nurse.post(url("alert_claim", alert.uuid), {"from": "queue"})
    assert shown.removeprefix("NO ") in row(page(as_nurse), "Keller")


def test_a_colleague_s_name_is_short_enough_for_its_column(
    as_nurse: Client, as_clinician: Client, recovery: Recovery, nurse: User
) -> None:
    nurse.name = "Nora de Vries"
    nurse.save()
    report(recovery, **EMERGENCY)
    as_nurse.post(url("alert_claim", recovery.alerts.get().uuid), {"from": "queue"})
    assert "Nora V." in row(page(as_clinician), "Keller")


# What else a row says
# --------------------


def test_a_row_says_the_phone_number_the_last_contact_and_what_the_patient_says(
    as_nurse: Client, nurse: User, recovery: Recovery
) -> None:
    contacts.record(
        recovery=recovery, user=nurse, now=NOW - 18 * HOUR, kind="call", outcome="no_answer"
    )
    log = report(recovery, **REVIEW)
    text = row(page(as_nurse), "Keller")
    assert "555-0188 Last contact Wed 16:17, no answer" in text
    assert "Patient says" not in text
    waits.answer(log=log, can_wait=False, now=NOW)
    assert "Patient says: cannot wait." in row(page(as_nurse), "Keller")
    waits.answer(log=log, can_wait=True, now=NOW)
    assert "Patient says: can wait until tomorrow." in row(page(as_nurse), "Keller")


def test_what_was_closed_today_stays_grey_with_who_and_why(
    as_nurse: Client, as_second_nurse: Client, nurse: User, recovery: Recovery
) -> None:
    report(recovery, **REVIEW)
    read = {one.uuid: one.firings for one in recovery.alerts.all()}
    alerts.close(recovery=recovery, read=read, user=nurse, now=NOW, reason="seen")
    response = page(as_second_nurse)
    assert 'class="is-row is-done"' in response.content.decode()
    text = row(response, "Keller")
    assert text.startswith("Closed Fall without a rise in pain R35. Seen in clinic, Nora 10:17.")
    assert "0 patients need someone." in words(response)
    assert names(page(as_second_nurse, only="handled")) == ["Ruth Keller"]


def test_a_row_without_an_alert_is_claimed_too(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery
) -> None:
    put(recovery, QueueRank.OVERDUE)
    as_nurse.post(url("recovery_claim", recovery.uuid), {"from": "queue"})
    assert "Nora until 10:47" in row(page(as_second_nurse), "Keller")
    response = as_second_nurse.post(
        url("recovery_claim", recovery.uuid), {"from": "queue"}, follow=True
    )
    assert "Nora is on it." in words(response)
    as_nurse.post(url("recovery_release", recovery.uuid), {"from": "queue"})
    assert "Claim Ruth Keller" in row(page(as_second_nurse), "Keller")


# Filters of one's own
# --------------------


def test_a_filter_is_saved_under_a_name_and_dropped(
    as_nurse: Client, as_second_nurse: Client, clinic: Clinic, now: Any
) -> None:
    report(someone(clinic, "Emma", "Emergency"), **EMERGENCY)
    report(someone(clinic, "Una", "Urgent"), **URGENT)
    report(someone(clinic, "Rita", "Review"), **REVIEW)
    shown = {"only": ["emergency", "review"]}
    response = as_nurse.get(url("queue"), shown)
    assert names(response) == ["Emma Emergency", "Rita Review"]
    as_nurse.post(url("queue_filter"), shown | {"name": "My <two>"})
    address = f"{url('queue')}?only=emergency&amp;only=review"
    chip = f'<a class="ic-chip" href="{address}">My &lt;two&gt;</a>'
    assert chip in as_nurse.get(url("queue")).content.decode()
    assert "My <two>" not in words(as_second_nurse.get(url("queue")))
    as_nurse.post(url("queue_filter"), {"drop": "My <two>"})
    assert "My &lt;two&gt;" not in as_nurse.get(url("queue")).content.decode()


@pytest.mark.parametrize("name", ["", " ", "<" + "x" * 40, "\0"])
@pytest.mark.parametrize("only", ["urgent", ""])
def test_a_filter_without_a_good_name_is_refused(
    as_nurse: Client, clinic: Clinic, now: Any, name: str, only: str
) -> None:
    """What was typed stays, beside what is wrong with it; so does the filter."""
    report(someone(clinic, "Rita", "Review"), **REVIEW)
    response = as_nurse.post(url("queue_filter"), {"only": only, "name": name})
    assert response.status_code == 200
    assert "Filter saved." not in words(response)
    assert words(response).startswith("Error: Queue")
    field = field_of(response)
    assert f'value="{escape(name)}"' in field
    assert 'aria-invalid="true" aria-describedby="id_name_error"' in field
    assert 'id="id_name_error"' in response.content.decode()
    assert names(response) == ([] if only else ["Rita Review"])
    # Nothing of it is kept for the next page.
    assert 'value=""' in field_of(as_nurse.get(url("queue"), {"only": "urgent"}))


def test_a_thirteenth_filter_keeps_its_name(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    for n in range(12):
        as_nurse.post(url("queue_filter"), {"only": "urgent", "name": f"No. {n}"})
    response = as_nurse.post(url("queue_filter"), {"only": "review", "name": "One more"})
    assert "Twelve filters are kept. Remove one first." in words(response)
    assert 'value="One more"' in field_of(response)
    assert "One more" not in words(as_nurse.get(url("queue")))


def field_of(response: Any) -> str:
    [field] = re.findall(r'<input[^>]*name="name"[^>]*>', response.content.decode())
    return field


# Rows that come by themselves
# ----------------------------


def rows(client: Client, etag: str = "", **query: str) -> Any:
    return client.get(url("queue_rows"), query, headers={"If-None-Match": etag} if etag else {})


def test_the_poll_answers_304_until_something_moves(
    as_nurse: Client, recovery: Recovery, clinic: Clinic
) -> None:
    opened = page(as_nurse).content.decode()
    [etag] = re.findall(r'data-etag="&quot;(\w+)&quot;"', opened)
    assert rows(as_nurse, f'"{etag}"').status_code == 304
    report(recovery, **URGENT)
    moved = rows(as_nurse, f'"{etag}"')
    assert (moved.status_code, "Ruth Keller" in moved.content.decode()) == (200, True)
    again = rows(as_nurse, moved["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == moved["Cache-Control"]
    # Of one filter, and of one person.
    assert "Ruth Keller" not in rows(as_nurse, only="review").content.decode()


def test_the_poll_follows_the_filter_and_no_search(as_nurse: Client, recovery: Recovery) -> None:
    assert (
        'data-poll="/staff/queue/rows/?only=urgent&amp;mine=yes"'
        in page(as_nurse, only="urgent", mine="yes").content.decode()
    )
    assert 'data-poll=""' in page(as_nurse, q="kell").content.decode()


@pytest.mark.parametrize("size", [0, 1, 50, 200])
def test_a_poll_costs_six_statements_whatever_stands_in_it(
    as_nurse: Client, clinic: Clinic, now: Any, size: int
) -> None:
    crowd(clinic, size, now=NOW)
    etag = rows(as_nurse)["ETag"]
    for asked, status in ((etag, 304), ("", 200)):
        with CaptureQueriesContext(connection) as statements:
            assert rows(as_nurse, asked).status_code == status
        assert len(statements) <= 6
