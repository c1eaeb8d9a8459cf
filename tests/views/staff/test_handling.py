"""The page on which a row is claimed, assigned, written about and snoozed."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from recovery.models import AccessEvent, Alert, Note, Recovery, User
from recovery.models.recoveries import QueueRank
from recovery.services import alerts, contacts, tick
from tests.pages import read, words
from tests.views.staff.conftest import (
    EMERGENCY,
    NOW,
    REVIEW,
    URGENT,
    alert_of,
    report,
    shown,
    url,
)
from tests.views.staff.test_queue import page as queue_page
from tests.views.staff.test_queue import put, row

LEG = {"leg_pain": 4, "leg_pain_status": "new_or_worse", "leg_side": "left"}


def handling(client: Client, recovery: Recovery) -> Any:
    return client.get(url("handling", recovery.uuid))


def test_looking_at_it_is_recorded(as_nurse: Client, nurse: User, recovery: Recovery) -> None:
    assert handling(as_nurse, recovery).status_code == 200
    assert AccessEvent.objects.filter(user=nurse, action="read", what="handling").exists()


def test_a_claim_from_the_queue_comes_back_to_the_queue_as_it_was_filtered(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **URGENT)
    claim = {"from": "queue", "only": "urgent"}
    response = as_nurse.post(url("recovery_claim", recovery.uuid), claim, follow=True)
    assert response.redirect_chain == [(url("queue") + "?only=urgent", 302)]
    text = row(queue_page(as_second_nurse), "Keller")
    assert "Nora until 10:47" in text
    assert "Claim" not in text
    response = as_second_nurse.post(url("recovery_claim", recovery.uuid), claim, follow=True)
    assert "Nora has claimed this alert." in words(response)


# One person a patient
# --------------------

REACHED = {"kind": "call", "outcome": "advised"}
MINUTE = timedelta(minutes=1)


def claim(client: Client, recovery: Recovery, **data: str) -> Any:
    return client.post(url("recovery_claim", recovery.uuid), data, follow=True)


def claim_alert(client: Client, recovery: Recovery, rule: str, **data: str) -> Any:
    return client.post(url("alert_claim", alert_of(recovery, rule).uuid), data, follow=True)


def patients_page(client: Client, recovery: Recovery) -> Any:
    return client.get(url("staff_recovery", recovery.uuid))


def overdue(client: Client, recovery: Recovery) -> str:
    """The row was claimed as overdue, then an urgent log came."""
    put(recovery, QueueRank.OVERDUE)
    claim(client, recovery)
    report(recovery, ago=MINUTE, **URGENT)
    return "R13"


def contacted(client: Client, recovery: Recovery) -> str:
    """The row was claimed as contacted, then its alert fired again."""
    report(recovery, **URGENT)
    data = REACHED | {"alerts": shown(client, recovery)}
    client.post(url("contact_new", recovery.uuid), data)
    claim(client, recovery)
    report(recovery, ago=MINUTE, **URGENT)
    return "R13"


def claimed(client: Client, recovery: Recovery) -> str:
    """Its alert was claimed, then fired again, which opens it to everybody."""
    report(recovery, **URGENT)
    claim_alert(client, recovery, "R13")
    report(recovery, ago=MINUTE, **URGENT)
    return "R13"


def another(client: Client, recovery: Recovery) -> str:
    """An alert was claimed, then another rule fired."""
    report(recovery, **REVIEW)
    claim_alert(client, recovery, "R35")
    report(recovery, ago=MINUTE, **URGENT)
    return "R13"


@pytest.mark.parametrize("before", [overdue, contacted, claimed, another])
def test_who_is_on_a_patient_stays_so_when_an_alert_comes(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery, before: Any
) -> None:
    rule = before(as_nurse, recovery)
    clock = alert_of(recovery, rule)
    text = words(patients_page(as_second_nurse, recovery))
    assert "Nora has it until 10:47. Take over" in text
    assert "Nobody has claimed this." not in text
    assert "You have it until 10:47." in words(patients_page(as_nurse, recovery))
    assert "Nora is on it." in words(claim_alert(as_second_nurse, recovery, rule))
    assert "Nora" in words(claim(as_second_nurse, recovery))
    assert alert_of(recovery, rule).claimed_by is None
    assert "Nora until 10:47" in row(queue_page(as_second_nurse), "Keller")
    alert = alert_of(recovery, rule)
    assert (alert.state, alert.clock_from, alert.next_notice_at) == (
        "open",
        clock.clock_from,
        clock.next_notice_at,
    )


@pytest.mark.parametrize("before", [overdue, contacted, claimed, another])
def test_a_colleague_takes_the_patient_over_and_it_is_recorded_from_whom(
    as_nurse: Client,
    as_second_nurse: Client,
    second_nurse: User,
    recovery: Recovery,
    before: Any,
) -> None:
    rule = before(as_nurse, recovery)
    clock = alert_of(recovery, rule)
    claim_alert(as_second_nurse, recovery, rule, take_over="yes")
    alert = alert_of(recovery, rule)
    assert (alert.state, alert.claimed_by) == ("acknowledged", second_nurse)
    assert (alert.clock_from, alert.next_notice_at) == (clock.clock_from, clock.next_notice_at)
    took = AccessEvent.objects.filter(user=second_nurse, action="write")
    assert f"took over from Nora {rule}" in took.values_list("what", flat=True)
    assert "Jonas until 10:47" in row(queue_page(as_nurse), "Keller")
    assert "Jonas has it until 10:47. Take over" in words(patients_page(as_nurse, recovery))
    assert not recovery.alerts.filter(claimed_by__name="Nora").exists()


@pytest.mark.parametrize("before", [overdue, contacted, claimed, another])
def test_what_is_given_back_nobody_has(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery, before: Any
) -> None:
    before(as_nurse, recovery)
    page = patients_page(as_nurse, recovery).content.decode()
    form = page.partition('class="ic-claim"')[2].partition('action="')[2].partition('"')[0]
    as_nurse.post(form, {"from": "patient"})
    assert "Nobody has claimed this. Claim" in words(patients_page(as_second_nurse, recovery))
    assert "Claim Ruth Keller" in row(queue_page(as_second_nurse), "Keller")
    assert "You have it for 30 minutes." in words(claim(as_second_nurse, recovery))


def test_a_claim_that_has_run_out_keeps_nobody_off(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery, set_clock: Any
) -> None:
    rule = overdue(as_nurse, recovery)
    set_clock(NOW + 31 * MINUTE)
    assert "Nobody has claimed this. Claim" in words(patients_page(as_second_nurse, recovery))
    assert "You have it for 30 minutes." in words(claim_alert(as_second_nurse, recovery, rule))


def test_the_page_of_a_contacted_patient_names_who_is_on_it(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **URGENT)
    data = REACHED | {"alerts": shown(as_nurse, recovery)}
    as_nurse.post(url("contact_new", recovery.uuid), data)
    claim(as_nurse, recovery)
    text = words(patients_page(as_second_nurse, recovery))
    assert "Nora has it until 10:47. Take over" in text
    assert "Stays in the queue until it is closed." in text
    response = claim(as_second_nurse, recovery, take_over="yes", **{"from": "patient"})
    assert response.redirect_chain == [(url("staff_recovery", recovery.uuid), 302)]
    assert AccessEvent.objects.filter(what="took over from Nora").exists()


# A page that was open meanwhile
# ------------------------------


def claim_form(client: Client, recovery: Recovery, page: str) -> dict[str, Any]:
    """What the page's button to claim, or to take over, would send."""
    if page == "queue":
        html = queue_page(client).content.decode()
        button = re.search(r'<button[^>]* name="alert" value="([^"]*)"', html)
        return {"from": "queue"} | ({"alert": button[1]} if button else {})
    response = client.get(url(page, recovery.uuid))
    sent = read(response, url("recovery_claim", recovery.uuid)).fields
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def close(recovery: Recovery, rule: str, user: User) -> None:
    alert = alert_of(recovery, rule)
    alerts.close(
        recovery=recovery,
        read={alert.uuid: alert.firings},
        user=user,
        now=NOW,
        reason=Alert.ClosingReason.SEEN,
    )


@pytest.mark.parametrize(
    ("page", "taken"),
    [("queue", False), ("handling", False), ("handling", True), ("staff_recovery", True)],
)
def test_a_claim_of_what_a_colleague_closed_says_so_and_claims_nothing(
    as_nurse: Client,
    as_second_nurse: Client,
    nurse: User,
    recovery: Recovery,
    page: str,
    taken: bool,
) -> None:
    report(recovery, **REVIEW)
    if taken:
        claim(as_nurse, recovery)
    sent = claim_form(as_second_nurse, recovery, page)
    close(recovery, "R35", nurse)
    text = words(claim(as_second_nurse, recovery, **sent))
    assert "Nora closed R35 at Mar 5, 10:17: Seen in clinic." in text
    assert "You have it for 30 minutes." not in text
    recovery.refresh_from_db()
    assert recovery.held_by is None
    # What the row shows now can still be claimed.
    now_shown = claim_form(as_second_nurse, recovery, "queue")
    assert "You have it" in words(claim(as_second_nurse, recovery, **now_shown))


def test_a_claim_of_what_a_colleague_has_called_about_says_so(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **URGENT)
    sent = claim_form(as_second_nurse, recovery, "queue")
    data = REACHED | {"alerts": shown(as_nurse, recovery)}
    as_nurse.post(url("contact_new", recovery.uuid), data)
    text = words(claim(as_second_nurse, recovery, **sent))
    assert "Nora recorded a contact about R13 at Mar 5, 10:17: reached and advised." in text
    recovery.refresh_from_db()
    assert recovery.held_by is None


def test_what_still_waits_beside_it_is_claimed_and_the_rest_said(
    as_nurse: Client, as_second_nurse: Client, nurse: User, recovery: Recovery
) -> None:
    report(recovery, **REVIEW, **LEG)
    rules = sorted(recovery.alerts.values_list("rule", flat=True))
    sent = claim_form(as_second_nurse, recovery, "queue")
    close(recovery, rules[0], nurse)
    text = words(claim(as_second_nurse, recovery, **sent))
    assert f"Nora closed {rules[0]} at Mar 5, 10:17: Seen in clinic." in text
    assert "You have it for 30 minutes." in text
    assert str(alert_of(recovery, rules[1]).claimed_by) == "Jonas"


@pytest.mark.parametrize("alert", ["", "x", "\0", "0b2f5a34-7f0c-4d53-9d53-9a3f8f9f6c11"])
def test_an_alert_that_is_none_of_the_patient_s_changes_no_claim(
    as_nurse: Client, recovery: Recovery, alert: str
) -> None:
    put(recovery, QueueRank.OVERDUE)
    assert "You have it for 30 minutes." in words(claim(as_nurse, recovery, alert=alert))


def test_the_page_of_a_call_names_who_has_the_alert(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **URGENT)
    claim_alert(as_nurse, recovery, "R13")
    response = as_second_nurse.get(url("overdue_call", recovery.uuid))
    assert "Nora is on it until 10:47. Ask before you call." in words(response)


def test_a_row_is_assigned_and_the_queue_says_to_whom(
    as_nurse: Client, as_second_nurse: Client, second_nurse: User, recovery: Recovery
) -> None:
    report(recovery, **URGENT)
    response = as_nurse.post(
        url("recovery_assign", recovery.uuid), {"to": str(second_nurse.uuid)}, follow=True
    )
    assert "Assigned to Jonas." in words(response)
    assert "For Jonas" in row(queue_page(as_nurse), "Keller")
    assert "For you" in row(queue_page(as_second_nurse, mine="yes"), "Keller")
    assert "Mine 1" in words(queue_page(as_second_nurse))
    assert "Nobody in the queue fits this filter." in words(queue_page(as_nurse, mine="yes"))
    as_nurse.post(url("recovery_assign", recovery.uuid), {"to": ""})
    recovery.refresh_from_db()
    assert recovery.assigned_to is None


@pytest.mark.parametrize("alert", [True, False])
def test_what_somebody_is_on_is_theirs_until_they_give_it_back(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery, now: Any, alert: bool
) -> None:
    """By a claim of an alert, and of a row that has none."""
    if alert:
        report(recovery, **EMERGENCY)
    else:
        Recovery.objects.update(queue_rank=QueueRank.OVERDUE, queue_since=NOW, overdue_since=NOW)
    as_nurse.post(url("recovery_claim", recovery.uuid))
    assert "Mine 1" in words(queue_page(as_nurse))
    assert "You" in row(queue_page(as_nurse, mine="yes"), "Keller")
    assert "Mine 0" in words(queue_page(as_second_nurse))
    assert "Nobody in the queue fits" in words(queue_page(as_second_nurse, mine="yes"))
    as_nurse.post(url("recovery_release", recovery.uuid))
    assert "Mine 0" in words(queue_page(as_nurse))


@pytest.mark.parametrize("alert", [True, False])
def test_a_claim_that_has_run_out_is_nobody_s_before_any_tick(
    as_nurse: Client, recovery: Recovery, set_clock: Any, alert: bool
) -> None:
    if alert:
        report(recovery, **EMERGENCY)
    else:
        put(recovery, QueueRank.OVERDUE)
    claim(as_nurse, recovery)
    set_clock(NOW + 29 * MINUTE)
    assert "Mine 1" in words(queue_page(as_nurse))
    set_clock(NOW + 31 * MINUTE)
    assert "Claim Ruth Keller" in row(queue_page(as_nurse), "Keller")
    assert "Mine 0" in words(queue_page(as_nurse))
    assert "Nobody in the queue fits" in words(queue_page(as_nurse, mine="yes"))


@pytest.mark.parametrize("to", ["nobody", "0b2f5a34-7f0c-4d53-9d53-9a3f8f9f6c11", "\0"])
def test_a_stranger_cannot_be_assigned(as_nurse: Client, recovery: Recovery, to: str) -> None:
    response = as_nurse.post(url("recovery_assign", recovery.uuid), {"to": to})
    assert response.status_code == 200
    assert "Not saved. Please check" in words(response)


def test_the_neighbours_nurse_cannot_be_assigned(
    as_nurse: Client, recovery: Recovery, harbor_nurse: User
) -> None:
    as_nurse.post(url("recovery_assign", recovery.uuid), {"to": str(harbor_nurse.uuid)})
    recovery.refresh_from_db()
    assert recovery.assigned_to is None


def test_a_note_stands_in_the_queue(as_nurse: Client, recovery: Recovery) -> None:
    report(recovery, **URGENT)
    text = "<b>Rings</b> after 5, ask for Hans."
    as_nurse.post(url("note_new", recovery.uuid), {"text": text, "client_id": uuid.uuid4()})
    page = queue_page(as_nurse).content.decode()
    assert "&lt;b&gt;Rings&lt;/b&gt; after 5, ask for Hans." in page
    assert "Nora" in words(handling(as_nurse, recovery))


@pytest.mark.parametrize("text", ["", "  ", "\0", "x" * 501])
def test_a_note_that_is_none_is_refused(as_nurse: Client, recovery: Recovery, text: str) -> None:
    response = as_nurse.post(url("note_new", recovery.uuid), {"text": text})
    assert response.status_code == 200
    assert "Not saved. Please check" in words(response)
    assert not Note.objects.exists()


def test_a_snooze_says_until_when_and_is_ended_by_hand(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery, set_clock: Any
) -> None:
    report(recovery, **LEG)
    alert = alert_of(recovery, "R33")
    data = {"R33-level": "5", "R33-reason": "Known radiculitis"}
    response = as_nurse.post(url("alert_snooze", alert.uuid), data, follow=True)
    text = words(response)
    assert "Snoozed. It wakes by itself." in text
    assert "Expected up to 5 until Mar 7, 00:00. Nora: Known radiculitis" in text
    # Grey until the clinic's day ends, as what was closed.
    text = row(queue_page(as_second_nurse), "Keller")
    assert text.startswith(f"Handled {alert.headline} R33. Snoozed up to 5.")
    assert "0 patients need someone." in words(queue_page(as_second_nurse))
    set_clock(NOW + timedelta(hours=14))
    tick.run(now=NOW + timedelta(hours=14))
    assert "Snoozed up to 5" not in words(queue_page(as_second_nurse))
    set_clock(NOW)
    assert "Snoozed" in words(as_nurse.get(url("staff_recovery", recovery.uuid)))
    as_nurse.post(url("alert_wake", alert.uuid))
    assert "R33" in row(queue_page(as_nurse), "Keller")
    response = as_nurse.post(url("alert_wake", alert.uuid), follow=True)
    assert "This is not snoozed any more." in words(response)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"R33-level": "11", "R33-reason": "x"}, "from 0 to 10"),
        ({"R33-level": "five", "R33-reason": "x"}, "is not a number"),
        ({"R33-level": "5", "R33-reason": " "}, "Say why this is expected."),
        ({}, "Say why this is expected."),
    ],
)
def test_a_wrong_snooze_keeps_what_was_typed(
    as_nurse: Client, recovery: Recovery, data: dict[str, str], complaint: str
) -> None:
    report(recovery, **LEG)
    response = as_nurse.post(url("alert_snooze", alert_of(recovery, "R33").uuid), data)
    assert response.status_code == 200
    assert complaint in words(response)
    if typed := data.get("R33-level"):
        assert f'value="{typed}"' in response.content.decode()


def test_an_emergency_offers_no_snooze_and_an_urgent_one_asks_for_a_contact(
    as_nurse: Client, nurse: User, recovery: Recovery
) -> None:
    report(recovery, **EMERGENCY)
    report(recovery, leg_pain=8, leg_pain_status="new_or_worse", leg_side="left")
    page = handling(as_nurse, recovery)
    assert "Record a contact that reached the patient first." in words(page)
    assert "-level" not in page.content.decode()
    data = {"R20-level": "8", "R20-reason": "Known"}
    alert = alert_of(recovery, "R20")
    response = as_nurse.post(url("alert_snooze", alert.uuid), data)
    assert "Record a contact that reached the patient" in words(response)
    contacts.record(recovery=recovery, user=nurse, now=NOW, kind="call", outcome="advised")
    page = handling(as_nurse, recovery).content.decode()
    assert "R20-level" in page
    assert "R01-level" not in page
    as_nurse.post(url("alert_snooze", alert.uuid), data)
    alert.refresh_from_db()
    assert alert.state == "snoozed"
    forged = {"R01-level": "8", "R01-reason": "Known"}
    response = as_nurse.post(url("alert_snooze", alert_of(recovery, "R01").uuid), forged)
    assert alert_of(recovery, "R01").state == "contacted"


def test_a_clinician_sees_on_the_folded_alert_whose_it_is(
    as_nurse: Client, as_clinician: Client, recovery: Recovery
) -> None:
    report(recovery, **URGENT)
    as_nurse.post(url("recovery_claim", recovery.uuid))
    page = as_clinician.get(url("staff_recovery", recovery.uuid))
    assert "Claimed by Nora, " in words(page)
