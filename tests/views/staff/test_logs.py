import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from recovery.models import Alert, Clinic, DailyLog, Recovery, User
from recovery.services import logs
from tests.cast import QUIET
from tests.pages import read, words
from tests.views.staff.conftest import EMERGENCY, NOW, REVIEW, report, someone, url

TODAY = date(2026, 3, 5)
# As a browser sends a quiet day told by phone.
TOLD = {
    "mode": "phone",
    "log_date": TODAY.isoformat(),
    "revision": "",
    "pain_avg": "4",
    "leg_pain_status": "none",
    "leg_weakness": "none",
    "leg_numbness": "none",
    "saddle": "no",
    "bladder": "no",
    "bowel": "no",
    "chest_or_breath": "no",
    "signs": "none",
    "spot": "no",
    "chills": "no",
}


def back(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def send(client: Client, recovery: Recovery, **changes: Any) -> Any:
    data = {name: v for name, v in (TOLD | changes).items() if v is not None}
    return client.post(
        url("staff_log_new", recovery.uuid), {"client_id": str(uuid.uuid4())} | data, follow=True
    )


@pytest.fixture
def older(clinic: Clinic, nurse: User, now: Any) -> Recovery:
    """On day 10, so that there are days to look back to."""
    return someone(clinic, "Ruth", "Keller", day=10)


@pytest.mark.parametrize("mode", ["phone", "paper"])
def test_a_log_told_to_staff_is_stored_as_such(
    as_nurse: Client, nurse: User, recovery: Recovery, mode: str
) -> None:
    response = send(as_nurse, recovery, mode=mode)
    assert "Saved. Tell the patient: Thank you. Your log is saved." in words(response)
    log = DailyLog.objects.get()
    assert (log.source, log.mode, log.entered_by) == ("staff", mode, nurse)
    assert (log.log_date, log.day, log.pain_avg) == (TODAY, 1, 4)
    assert (log.late, log.retrospective, log.still_happening) == (False, False, None)


def test_the_advice_to_read_out_is_the_rules_own(as_nurse: Client, recovery: Recovery) -> None:
    response = send(as_nurse, recovery, bladder="yes")
    assert "Saved. Tell the patient: This can be a sign that nerves low in" in words(response)
    assert Alert.objects.get().rule == "R01"


@pytest.mark.parametrize(("days", "asked"), [(0, False), (2, False), (3, True), (9, True)])
def test_for_a_day_more_than_48_hours_ago_staff_first_ask_whether_it_goes_on(
    as_nurse: Client, older: Recovery, days: int, asked: bool
) -> None:
    page = as_nurse.get(url("staff_log_new", older.uuid), {"date": back(days)})
    assert ("Is this still happening now?" in words(page)) is asked
    response = send(as_nurse, older, log_date=back(days))
    assert ("Ask, and choose yes or no." in words(response)) is asked
    assert DailyLog.objects.exists() is not asked


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_the_answer_marks_the_log_as_retrospective(
    as_nurse: Client, older: Recovery, answer: str
) -> None:
    send(as_nurse, older, log_date=back(5), still_happening=answer)
    log = DailyLog.objects.get()
    assert (log.retrospective, log.still_happening) == (True, answer == "yes")
    assert (log.day, log.late) == (5, True)


@pytest.mark.parametrize(
    ("days", "silent"), [(10, True), (5, True), (2, True), (1, False), (0, False)]
)
def test_a_log_about_a_day_before_the_last_miss_does_not_end_the_silence(
    as_nurse: Client, older: Recovery, days: int, silent: bool
) -> None:
    """D1 to D8 are missed on the morning of D10."""
    send(as_nurse, older, log_date=back(days), still_happening="no", mode="paper")
    older.refresh_from_db()
    assert (older.overdue_since is not None, older.queue_rank is not None) == (silent, silent)


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "10:17 0 min ago"), (1, "Mar 4 D9, yesterday"), (8, "Feb 25 D2, 8 days ago")],
)
def test_the_last_log_is_told_by_the_day_it_is_about(
    as_nurse: Client, older: Recovery, days: int, said: str
) -> None:
    send(as_nurse, older, log_date=back(days), still_happening="no", mode="paper")
    assert said in words(as_nurse.get(url("patients")))


def test_a_recent_day_takes_no_such_answer(as_nurse: Client, older: Recovery) -> None:
    send(as_nurse, older, log_date=back(1), still_happening="yes")
    log = DailyLog.objects.get()
    assert (log.retrospective, log.still_happening) == (False, None)


@pytest.mark.parametrize(
    ("log_date", "stored"),
    [
        (TODAY - timedelta(days=40), True),
        (TODAY - timedelta(days=41), False),
        (TODAY + timedelta(days=1), False),
        ("soon", False),
        ("", False),
    ],
)
def test_from_thirty_days_before_the_procedure_to_today(
    as_nurse: Client, older: Recovery, log_date: Any, stored: bool
) -> None:
    response = send(as_nurse, older, log_date=str(log_date), still_happening="no")
    assert DailyLog.objects.exists() is stored
    if not stored:
        assert "Choose a date from Sat, Jan 24 to Thu, Mar 5." in words(response)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mode": None}, "Choose by phone or on paper."),
        ({"mode": "pigeon"}, "“pigeon” is not one of them."),
        ({"pain_avg": "11"}, "“11” is not one of them."),
        ({"pain_avg": None}, "Tell us your pain, from 0 to 10"),
        ({"temp_value": "98", "temp_unit": "C"}, "98 °C is not a body temperature."),
    ],
)
def test_a_refused_log_keeps_what_was_told(
    as_nurse: Client, recovery: Recovery, changes: dict[str, Any], message: str
) -> None:
    response = send(as_nurse, recovery, free_text="By the daughter", **changes)
    assert message in words(response)
    assert words(response).startswith("Error: Log for Ruth Keller")
    assert "By the daughter" in response.content.decode()
    assert not DailyLog.objects.exists()


def test_after_a_refusal_the_day_can_still_be_changed(as_nurse: Client, older: Recovery) -> None:
    page = send(as_nurse, older, log_date=back(1), pain_avg=None)
    assert "Your back pain that day, on average" in words(page)
    fields = read(page, url("staff_log_new", older.uuid)).fields
    assert fields["log_date"] == [back(1)]
    as_nurse.post(url("staff_log_new", older.uuid), fields | {"log_date": back(0), "pain_avg": "3"})
    assert DailyLog.objects.get().log_date == TODAY


def test_missing_answers_are_asked_once_then_may_be_left_out(
    as_nurse: Client, recovery: Recovery
) -> None:
    response = send(as_nurse, recovery, saddle=None)
    assert "Save without these answers" in words(response)
    send(as_nurse, recovery, saddle=None, save_incomplete="1")
    assert DailyLog.objects.get().rules == ["R39"]


def test_leaving_out_does_not_leave_out_how_it_was_told(as_nurse: Client, older: Recovery) -> None:
    send(as_nurse, older, mode=None, save_incomplete="1")
    send(as_nurse, older, log_date=back(5), save_incomplete="1")
    assert not DailyLog.objects.exists()


def test_a_refused_form_hides_no_emergency(as_nurse: Client, recovery: Recovery) -> None:
    response = send(as_nurse, recovery, bladder="yes", pain_avg="eleven")
    text = words(response)
    assert "Tell the patient now This can be a sign that nerves low in your back" in text
    assert "Saved at 10:17 with the answers that were clear" in text
    log = DailyLog.objects.get()
    assert (log.bladder, log.pain_avg, log.rules) == ("yes", None, ["R01", "R39"])
    assert Alert.objects.filter(rule="R01", state="open").exists()


def test_the_mended_form_supersedes_what_the_emergency_stored(
    as_nurse: Client, recovery: Recovery
) -> None:
    client_id = str(uuid.uuid4())
    send(as_nurse, recovery, client_id=client_id, bladder="yes", pain_avg="eleven")
    mended = {"pain_avg": "9", "pain_controlled": "yes", "revision": "0"}
    send(as_nurse, recovery, client_id=client_id, bladder="yes", **mended)
    log = DailyLog.objects.current().get()
    assert (log.revision, log.pain_avg) == (1, 9)


@pytest.mark.parametrize(
    ("days", "first", "mended", "now_stored"),
    [
        (0, {"mode": None}, {"mode": "paper"}, ("paper", None)),
        (5, {}, {"still_happening": "no"}, ("phone", False)),
        (5, {"still_happening": "no"}, {"still_happening": "yes"}, ("phone", True)),
    ],
)
def test_how_it_was_told_and_whether_it_goes_on_are_answers_too(
    as_nurse: Client,
    older: Recovery,
    days: int,
    first: dict[str, Any],
    mended: dict[str, Any],
    now_stored: tuple[str, bool | None],
) -> None:
    """Of an emergency that was stored although the form was refused, or of a stored log."""
    told = {"client_id": str(uuid.uuid4()), "log_date": back(days), "bladder": "yes"}
    send(as_nurse, older, **told | first)
    for _tap in range(2):
        send(as_nurse, older, **told | first | mended, revision="0")
    log = DailyLog.objects.current().get()
    assert (log.revision, log.mode, log.still_happening) == (1, *now_stored)


@pytest.mark.parametrize(("days", "retrospective"), [(2, False), (3, True), (7, True)])
def test_an_emergency_of_a_refused_form_is_retrospective_by_its_day(
    as_nurse: Client, older: Recovery, days: int, retrospective: bool
) -> None:
    send(as_nurse, older, log_date=back(days), bladder="yes", pain_avg="eleven")
    log = DailyLog.objects.get()
    assert (log.retrospective, log.still_happening) == (retrospective, None)
    page = words(as_nurse.get(url("staff_logs", older.uuid)))
    assert ("Retrospective, still happening: not known" in page) is retrospective


def test_the_same_form_sent_twice_is_one_log(as_nurse: Client, recovery: Recovery) -> None:
    client_id = str(uuid.uuid4())
    for _time in range(2):
        send(as_nurse, recovery, client_id=client_id)
    assert DailyLog.objects.count() == 1


def test_the_page_has_a_name_of_its_own_and_no_answer_chosen(
    as_nurse: Client, recovery: Recovery
) -> None:
    first, second = (
        as_nurse.get(url("staff_log_new", recovery.uuid)).content.decode() for _time in range(2)
    )
    assert " checked" not in first
    names = [page.partition('name="client_id" value="')[2][:36] for page in (first, second)]
    assert uuid.UUID(names[0]) != uuid.UUID(names[1])


@pytest.mark.parametrize("asked", ["nonsense", "2031-01-01", "1999-01-01"])
def test_a_wrong_day_in_the_address_is_today(
    as_nurse: Client, recovery: Recovery, asked: str
) -> None:
    page = as_nurse.get(url("staff_log_new", recovery.uuid), {"date": asked})
    assert "Thursday, March 5, D1" in words(page)


# Single logs
# -----------


def test_every_version_is_there_and_the_old_one_marked(
    as_nurse: Client, recovery: Recovery
) -> None:
    first = report(recovery, pain_avg=3, free_text="First thoughts")
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET | {"pain_avg": 5} | REVIEW,
        client_id=first.client_id,
        revision=0,
        log_date=first.log_date,
        now=NOW,
        source="patient",
        mode="web",
    )
    text = words(as_nurse.get(url("staff_logs", recovery.uuid)))
    newer, older = text.index("Back pain, average 5"), text.index("Back pain, average 3")
    assert newer < older
    assert text.count("Superseded by a correction") == text.count("Correction Entered") == 1
    assert text.index("Superseded by a correction") > newer
    assert "First thoughts" in text
    assert "Rule R35, rule set" in text


def test_an_emergency_that_was_corrected_away_is_still_told_as_one(
    as_nurse: Client, recovery: Recovery
) -> None:
    first = report(recovery, free_text="It came after the nap", **EMERGENCY)
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET,
        client_id=first.client_id,
        revision=0,
        log_date=first.log_date,
        now=NOW,
        source="patient",
        mode="web",
    )
    text = words(as_nurse.get(url("staff_logs", recovery.uuid)))
    assert "Emergency Superseded by a correction" in text
    assert text.count("Emergency") == 1
    assert "In the patient's words: “It came after the nap”" in text
    assert f"Told the patient: {first.advice}" in text


def test_a_log_says_who_entered_it_how_and_when(
    as_nurse: Client, nurse: User, older: Recovery
) -> None:
    send(as_nurse, older, log_date=back(5), still_happening="yes", mode="paper")
    text = words(as_nurse.get(url("staff_logs", older.uuid)))
    expected = (
        "D5, Sat, Feb 28 Entered Mar 5, 10:17, Nora. Staff, on paper. Entered later."
        " Retrospective, still happening: yes"
    )
    assert expected in text


def test_many_logs_come_in_pages(as_nurse: Client, recovery: Recovery) -> None:
    for n in range(60):
        report(recovery, ago=timedelta(minutes=60 - n), walk_minutes=1000 + n)
    first = as_nurse.get(url("staff_logs", recovery.uuid))
    [address] = [
        part.split('"')[0].replace("&amp;", "&")
        for part in first.content.decode().split('href="')
        if "before=" in part.split('"')[0]
    ]
    second = as_nurse.get(address)
    shown = [words(first).count("Walked"), words(second).count("Walked")]
    assert shown == [50, 10]
    assert "1010 min" in words(first)
    assert "1009 min" in words(second)


@pytest.mark.parametrize("before", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_wrong_place_is_no_error(as_nurse: Client, recovery: Recovery, before: str) -> None:
    address = url("staff_logs", recovery.uuid)
    assert as_nurse.get(address, {"before": before}).status_code == 200


def test_no_log_of_the_neighbour_can_be_paged_to(
    as_nurse: Client, recovery: Recovery, neighbour: Recovery
) -> None:
    report(recovery, **EMERGENCY)
    theirs = DailyLog.objects.get(recovery=neighbour)
    page = as_nurse.get(url("staff_logs", recovery.uuid), {"before": str(theirs.uuid)})
    assert "No log yet." in words(page)
