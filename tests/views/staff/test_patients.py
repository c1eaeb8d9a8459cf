import re
from typing import Any

import pytest
from django.test import Client

from recovery.models import Alert, Clinic, PatientAccess, Recovery
from recovery.models.recoveries import QueueRank
from tests.pages import words
from tests.views.staff.conftest import EMERGENCY, NOW, REVIEW, report, someone, url


def page(client: Client, **query: str) -> str:
    ask = client.post if "q" in query else client.get
    return words(ask(url("patients"), query))


def test_all_patients_by_name_with_or_without_alerts(
    as_nurse: Client, clinic: Clinic, recovery: Recovery, neighbour: Recovery
) -> None:
    someone(clinic, "Dieter", "Braun", day=-5)
    report(recovery, pain_avg=8, pain_controlled=True, **EMERGENCY)
    text = page(as_nurse)
    assert text.index("Braun, Dieter") < text.index("Keller, Ruth")
    assert "Planned D−5 before, Mar 10 – base 6 – no log yet" in text
    assert "Active D1 short-term, Mar 4 8 base 6 +2 10:09 8 min ago Emergency" in text
    assert "Private" not in text


def test_the_reason_beside_a_badge_is_the_alerts_and_a_course_says_that_it_is_one(
    as_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **REVIEW)
    report(recovery, **EMERGENCY)
    Recovery.objects.update(pain_trend=[[1, 3], [2, 8]])
    text = page(as_nurse)
    assert "Emergency Cauda equina signs: saddle, bladder Course: Pain up 5 in 1 day" in text
    Alert.objects.filter(severity="emergency").update(state="contacted", contacted_at=NOW)
    Recovery.objects.update(queue_rank=QueueRank.REVIEW)
    [review] = Alert.objects.exclude(severity="emergency")
    assert f"Review {review.headline} Course:" in page(as_nurse)


def test_a_reason_is_told_only_of_what_an_alert_has_put_into_the_queue(
    as_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **REVIEW)
    [alert] = Alert.objects.all()
    assert alert.headline in page(as_nurse)
    for rank in (QueueRank.CALL, QueueRank.OVERDUE, QueueRank.HANDLED, None):
        since = None if rank is None else NOW
        Recovery.objects.update(queue_rank=rank, queue_since=since)
        assert alert.headline not in page(as_nurse)


@pytest.mark.parametrize("rank", QueueRank)
def test_every_badge_has_its_shape(as_nurse: Client, recovery: Recovery, rank: QueueRank) -> None:
    Recovery.objects.update(queue_rank=rank, queue_since=NOW, handled_at=NOW)
    html = as_nurse.get(url("patients")).content.decode()
    used = set(re.findall(r'href="#i-(\w+)"', html))
    assert used
    assert used <= set(re.findall(r'<symbol id="i-(\w+)"', html))


@pytest.mark.parametrize(
    ("text", "found"),
    [("kel", True), ("ruth keller", True), ("R0", True), ("eller", False), ("ruth x", False)],
)
def test_search(as_nurse: Client, recovery: Recovery, text: str, found: bool) -> None:
    shown = page(as_nurse, q=text)
    assert ("Keller, Ruth" in shown) is found
    assert (f"begins with “{text}”" in shown) is not found


def test_a_searched_name_stands_in_no_address(as_nurse: Client, recovery: Recovery) -> None:
    """Where histories, proxies and logs would keep it. What an address brings is not searched."""
    for name in ("patients", "queue"):
        found = as_nurse.post(url(name), {"q": "keller"})
        assert found.status_code == 200
        assert "no-store" in found["Cache-Control"]
        assert not re.search(r'(href|action)="[^"]*keller', found.content.decode(), re.IGNORECASE)
    assert "Keller, Ruth" in words(as_nurse.get(url("patients"), {"q": "nobody"}))


def test_nobody_yet(as_nurse: Client, now: Any) -> None:
    assert "No patients yet. Enroll the first one." in page(as_nurse)


@pytest.mark.parametrize("after", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_wrong_place_is_no_error(as_nurse: Client, recovery: Recovery, after: str) -> None:
    assert as_nurse.get(url("patients"), {"after": after}).status_code == 200


def test_the_menu_counts_who_waits(as_nurse: Client, recovery: Recovery) -> None:
    assert "Queue 0 Patients" in page(as_nurse)
    report(recovery, **EMERGENCY)
    assert "Queue 1 Patients" in page(as_nurse)


@pytest.mark.parametrize("why", ["none", "no address", "ended", "not agreed"])
def test_who_gets_no_reminders_is_marked(
    as_nurse: Client, clinic: Clinic, recovery: Recovery, why: str
) -> None:
    """Each by their own address; Ruth has one."""
    someone(
        clinic,
        "Anna",
        "Adams",
        email="" if why == "no address" else None,
        email_ok=why != "not agreed",
    )
    if why == "ended":
        PatientAccess.objects.exclude(patient=recovery.patient).update(ended_at=NOW)
    adams, _, keller = page(as_nurse).partition("Keller, Ruth")
    assert ("No reminders" in adams) is (why != "none")
    assert "No reminders" not in keller
