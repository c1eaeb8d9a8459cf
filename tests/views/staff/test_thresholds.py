"""A manager or clinician asks what another number in a rule would have fired; nothing follows."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from recovery import tasks
from recovery.clinical.rules import Supposed
from recovery.models import (
    AccessEvent,
    Clinic,
    DailyLog,
    Recovery,
    Role,
    ThresholdFiring,
    ThresholdRehearsal,
    User,
)
from recovery.services import contacts, pastlogs, thresholds
from tests.cast import sign_in_staff, staff
from tests.pages import words
from tests.pathways import changes, own_pathway
from tests.views.staff.conftest import NOW, alert_of, report, someone, url

POINTS = "R18.points"
CALL = "Please call us today at {clinic_phone}. At night, call {after_hours_phone}."


@pytest.fixture
def as_clinician(clinic: Clinic) -> Client:
    return sign_in_staff(Client(), staff(clinic, "Cleo", Role.CLINICIAN))


def ask(client: Client, value: str, number: str = POINTS) -> str:
    return words(client.post(url("thresholds"), {"number": number, "value": value}, follow=True))


def sore(clinic: Clinic, name: str, pain: int, *, ago: int = 0, **answers: Any) -> Recovery:
    """Somebody on D10 with a baseline of 4 who logs this pain."""
    recovery = someone(clinic, "Ann", name, day=10)
    Recovery.objects.filter(pk=recovery.pk).update(baseline_pain=4)
    recovery.refresh_from_db()
    report(recovery, ago=timedelta(minutes=ago), pain_avg=pain, **answers)
    return recovery


def test_a_quieter_rule_says_what_would_be_lost(
    clinic: Clinic, nurse: User, as_manager: Client
) -> None:
    reached = sore(clinic, "Adler", 7)
    contacts.record(recovery=reached, user=nurse, now=NOW, kind="call", outcome="advised")
    sore(clinic, "Berg", 7, wound=["pus_or_smell"])
    sore(clinic, "Cohn", 9)
    sore(clinic, "Diaz", 5)
    page = ask(as_manager, "4")
    assert "R18, points above the baseline: 4 instead of 3" in page
    assert "A question only: it changes nothing." in page
    assert "4 logs judged" in page
    assert (
        "This makes R18 quieter. 2 of its 3 firings would be lost, of 2 patients. "
        "Of what would be lost, 1 led to action." in page
    )
    assert (
        "Of these logs, 1 would be told of more mildly than today, and 1 of them by no rule" in page
    )
    assert "Fires today, with 3 3 3 1 33%" in page
    assert "Would fire with 4 1 1 0 0%" in page
    assert "Lost 2 2 1 50%" in page
    assert "New 0 0 -" in page
    found = ThresholdFiring.objects.order_by("log__recovery__patient__family_name")
    assert list(found.values_list("change", "loudest_now", "loudest", "acted")) == [
        ("lost", "urgent", "", True),
        ("lost", "urgent", "urgent", False),
        ("kept", "urgent", "urgent", False),
    ]


def test_a_rule_that_takes_over_is_named(clinic: Clinic, nurse: User, as_manager: Client) -> None:
    reached = sore(clinic, "Adler", 6, fall=True)
    contacts.record(recovery=reached, user=nurse, now=NOW, kind="call", outcome="advised")
    page = ask(as_manager, "3", "R19.points")
    assert "This makes R19 quieter. Its one firing would be lost, of 1 patient." in page
    assert "Of what would be lost, 1 led to action." in page
    assert "R35 would fire once where it does not today." in page
    assert "Urgent → Review" in page
    page = ask(as_manager, "1", "R19.points")
    assert "This makes R19 louder. Of the logs there are it would fire on none more." in page


def test_what_is_new_coincides_with_other_alerts(
    clinic: Clinic, nurse: User, as_manager: Client
) -> None:
    reached = sore(clinic, "Adler", 4, pain_worst=7, pain_controlled=False, calf_one_leg=True)
    contacts.record(recovery=reached, user=nurse, now=NOW, kind="call", outcome="advised")
    sore(clinic, "Berg", 4, pain_worst=7, pain_controlled=False)
    page = ask(as_manager, "7", "R17.pain")
    assert (
        "This makes R17 louder. It would fire 2 times more than the 0 today, for 2 patients. "
        "On 1 of these logs another alert led to action" in page
    )
    assert "None → Urgent" in page


def test_it_changes_nothing_and_alerts_nobody(
    clinic: Clinic, recovery: Recovery, as_manager: Client
) -> None:
    report(recovery, fall=True)
    alert = alert_of(recovery, "R35")
    before = (clinic.messages.count(), Recovery.objects.values().get(), DailyLog.objects.values())
    before_rows = list(before[2])
    ask(as_manager, "1", "R19.points")
    alert.refresh_from_db()
    assert (alert.rule, alert.state) == ("R35", "open")
    assert (clinic.messages.count(), Recovery.objects.values().get()) == before[:2]
    assert list(DailyLog.objects.values()) == before_rows


@pytest.mark.parametrize(
    ("number", "value", "said"),
    [
        (POINTS, "3", "That is the number that the rule has today."),
        (POINTS, "7", "Write a number from 1 to 6, in steps of 1."),
        (POINTS, "2.5", "Write a number from 1 to 6, in steps of 1."),
        ("R21.mg", "4250", "Write a number from 3000 to 4000, in steps of 250."),
        ("R30.celsius", "38", "Write a number from 37.3 to 37.9, in steps of 0.1."),
        (POINTS, "", "Write a number."),
        (POINTS, "many", "Write a number, like 4."),
        ("", "4", "Choose a number."),
        ("R01.pain", "4", "R01.pain is not one of the available choices."),
        ("R12.celsius", "38.5", "R12.celsius is not one of the available choices."),
    ],
)
def test_a_number_that_is_not_offered_is_refused(
    as_manager: Client, number: str, value: str, said: str
) -> None:
    assert said in ask(as_manager, value, number)
    assert not ThresholdRehearsal.objects.exists()


def test_how_loud_a_rule_is_follows_the_pathway_in_use(
    clinic: Clinic, manager: User, as_manager: Client
) -> None:
    raised = {"rule": "R35", "severity": "urgent", "patient_text": CALL}
    own_pathway(clinic, manager, changes(rules=[raised]))
    sore(clinic, "Adler", 6, fall=True)
    page = ask(as_manager, "3", "R19.points")
    assert "Of these logs, 0 would be told of more mildly than today" in page


def test_managers_see_no_names_and_clinicians_reads_are_recorded(
    clinic: Clinic, as_manager: Client, as_clinician: Client
) -> None:
    recovery = sore(clinic, "Adler", 7)
    page = ask(as_manager, "4")
    assert "D10, pain 7 Urgent → None No" in page
    assert "Adler" not in page
    assert recovery.patient.record_number not in page
    assert not AccessEvent.objects.filter(what="rehearsal").exists()
    address = url("threshold", ThresholdRehearsal.objects.get().uuid)
    assert "Ann Adler" in words(as_clinician.get(address))
    event = AccessEvent.objects.get(what="rehearsal")
    assert (event.user.name, event.patient) == ("Cleo", recovery.patient)


def test_the_page_lists_what_was_asked(clinic: Clinic, as_clinician: Client) -> None:
    sore(clinic, "Adler", 7)
    for value in ("4", "5", "4"):
        ask(as_clinician, value)
    page = words(as_clinician.get(url("thresholds")))
    assert page.count("R18, points above the baseline: 4 instead of 3 Cleo") == 1
    assert "R18, points above the baseline: 5 instead of 3 Cleo" in page
    assert "1 0 1 0 led to action" in page
    asked_first = ThresholdRehearsal.objects.get(value=5)
    assert "The list is gone" in words(as_clinician.get(url("threshold", asked_first.uuid)))
    # Figures by earlier rules say nothing of today's.
    ThresholdRehearsal.objects.update(rule_set="0")
    assert "Asked so far" not in words(as_clinician.get(url("thresholds")))
    assert as_clinician.get(url("threshold", asked_first.uuid)).status_code == 404


def test_the_list_is_paged(clinic: Clinic, as_manager: Client) -> None:
    recovery = sore(clinic, "Adler", 7)
    for number in range(1, 55):
        report(recovery, ago=timedelta(minutes=number), pain_avg=7)
    ask(as_manager, "4")
    address = url("threshold", ThresholdRehearsal.objects.get().uuid)
    first = as_manager.get(address).content.decode()
    assert first.count("pain 7") == 50
    following = first.partition("change=lost&amp;after=")[2].partition('"')[0]
    second = as_manager.get(f"{address}?change=lost&after={following}").content.decode()
    assert second.count("pain 7") == 5
    for odd in ("?change=x&after=x", "?after=-1", "?change=gained"):
        assert as_manager.get(address + odd).status_code == 200


def test_it_goes_on_where_it_stopped_and_is_bounded(
    clinic: Clinic, manager: User, as_manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        sore(clinic, f"Part{number}", 7)
    monkeypatch.setattr(pastlogs, "AT_ONCE", 2)
    monkeypatch.setattr(pastlogs, "MOST", 4)
    supposed = Supposed("R18", "points", 4)
    row = thresholds.begin(clinic=clinic, supposed=supposed, user=manager, now=NOW)
    assert thresholds.begin(clinic=clinic, supposed=supposed, user=manager, now=NOW) == row
    ticks = iter([NOW, NOW, NOW + timedelta(seconds=2)])
    assert thresholds.run(clock=lambda: next(ticks), until=NOW + timedelta(seconds=1)) == 2
    assert "Running: 2 logs judged so far." in words(as_manager.get(url("threshold", row.uuid)))
    tasks.rehearse()
    row.refresh_from_db()
    assert (row.state, row.judged, row.left_out) == ("done", 4, 1)
    assert "1 log of older recoveries was left out." in words(
        as_manager.get(url("threshold", row.uuid))
    )


def test_another_clinics_logs_are_not_in_it(
    clinic: Clinic, neighbour: Recovery, as_manager: Client
) -> None:
    report(neighbour, fall=True)
    page = ask(as_manager, "4")
    assert "0 logs judged" in page
    assert "Of the logs there are it would lose none." in page


def test_of_strangers_there_is_none(clinic: Clinic, as_manager: Client) -> None:
    assert as_manager.get(url("threshold", uuid.uuid4())).status_code == 404
