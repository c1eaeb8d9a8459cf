import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from recovery.models import Clinic, Consent, Recovery, User
from recovery.models.recoveries import QueueRank
from recovery.services import contacts
from tests.pages import words
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


def test_other_rules_stand_beside_the_row_s_own(as_nurse: Client, recovery: Recovery) -> None:
    report(recovery, **EMERGENCY, **URGENT, **REVIEW)
    text = row(page(as_nurse), "Keller")
    assert "R01. Possible" in text
    assert "Also R13, R35." in text


@pytest.mark.parametrize(
    ("outcome", "chip", "clock"),
    [
        ("advised", "Advised", "10:17 contacted"),
        ("no_answer", "No answer", "14:17 comes back then"),
    ],
)
def test_who_was_called_stays_grey_with_the_outcome(
    as_nurse: Client, nurse: User, recovery: Recovery, outcome: str, chip: str, clock: str
) -> None:
    report(recovery, **REVIEW)
    contacts.record(recovery=recovery, user=nurse, now=NOW, kind="call", outcome=outcome)
    response = page(as_nurse)
    text = row(response, "Keller")
    assert text.startswith(f"{chip} Fall without a rise in pain R35. Contact at 10:17.")
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
    counted = "All 3 Emergency 1 Urgent 1 Review 1 To call 0 Overdue 0 Contacted 1"
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
