import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.models import AccessEvent, Alert, Clinic, Contact, Recovery, User
from recovery.models.recoveries import QueueRank
from tests.cast import sign_in_staff
from tests.crowd import at_once
from tests.pages import words
from tests.views.staff.conftest import (
    EMERGENCY,
    NOW,
    REVIEW,
    URGENT,
    alert_of,
    report,
    shown,
    someone,
    url,
)

FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
CONTACT = {"kind": "call", "outcome": "advised", "minutes": "6", "note": "On the way"}


@pytest.fixture
def alert(recovery: Recovery) -> Alert:
    report(recovery, **EMERGENCY)
    return alert_of(recovery, "R01")


def claim(client: Client, alert: Alert, **data: str) -> Any:
    return client.post(url("alert_claim", alert.uuid), data, follow=True)


def close(client: Client, alert: Alert, **data: Any) -> Any:
    """As the page sends it: with the alerts that it shows, unless `alerts` are given."""
    data = {"alerts": shown(client, alert.recovery)} | data
    return client.post(url("alert_close", alert.uuid), data, follow=True)


def save_contact(client: Client, recovery: Recovery, **changes: Any) -> Any:
    data = {"alerts": shown(client, recovery)} | CONTACT | changes
    return client.post(url("contact_new", recovery.uuid), data, follow=True)


def states(recovery: Recovery) -> dict[str, str]:
    return dict(recovery.alerts.values_list("rule", "state"))


# Claiming
# --------


def test_a_claim_says_who_has_it_and_stops_no_clock(
    as_nurse: Client, as_second_nurse: Client, nurse: User, alert: Alert
) -> None:
    response = claim(as_nurse, alert)
    assert "You have it for 30 minutes. The clock goes on." in words(response)
    alert.refresh_from_db()
    assert (alert.state, alert.claimed_by) == ("acknowledged", nurse)
    assert alert.clock_from == NOW - timedelta(minutes=8)
    page = words(as_second_nurse.get(url("staff_recovery", alert.recovery.uuid)))
    assert "Nora has it until 10:47." in page
    assert "contact by 10:24" in page


def test_one_claim_takes_all_that_nobody_has(as_nurse: Client, recovery: Recovery) -> None:
    report(recovery, **EMERGENCY, **URGENT, **REVIEW)
    claim(as_nurse, alert_of(recovery, "R01"))
    assert set(states(recovery).values()) == {"acknowledged"}


def test_the_second_of_two_nurses_is_told_who_was_first(
    as_nurse: Client, as_second_nurse: Client, nurse: User, alert: Alert
) -> None:
    claim(as_nurse, alert, **{"from": "queue"})
    response = claim(as_second_nurse, alert, **{"from": "queue"})
    assert "Nora has claimed this alert." in words(response)
    assert response.redirect_chain == [(url("queue"), 302)]
    alert.refresh_from_db()
    assert alert.claimed_by == nurse


def test_taking_over_is_asked_for_and_recorded(
    as_nurse: Client, as_second_nurse: Client, second_nurse: User, alert: Alert
) -> None:
    claim(as_nurse, alert)
    claim(as_second_nurse, alert, take_over="yes")
    alert.refresh_from_db()
    assert alert.claimed_by == second_nurse
    assert AccessEvent.objects.filter(user=second_nurse, what="took over from Nora R01").exists()


def test_giving_back_opens_it_to_everybody(as_nurse: Client, alert: Alert) -> None:
    claim(as_nurse, alert)
    as_nurse.post(url("alert_release", alert.uuid))
    alert.refresh_from_db()
    assert (alert.state, alert.claimed_by) == ("open", None)


def test_nobody_gives_back_what_a_colleague_has(
    as_nurse: Client, as_second_nurse: Client, nurse: User, alert: Alert
) -> None:
    claim(as_nurse, alert)
    response = as_second_nurse.post(url("alert_release", alert.uuid), follow=True)
    assert "You have not claimed this alert." in words(response)
    alert.refresh_from_db()
    assert alert.claimed_by == nurse


def test_what_is_handled_cannot_be_claimed(as_nurse: Client, alert: Alert) -> None:
    save_contact(as_nurse, alert.recovery)
    expected = "Nora recorded a contact about R01 at Mar 5, 10:17: reached and advised."
    assert expected in words(claim(as_nurse, alert))


@pytest.mark.parametrize("door", ["alert_claim", "alert_snooze"])
def test_what_a_colleague_handled_meanwhile_is_said_with_who_and_when(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery, door: str
) -> None:
    leg = {"leg_pain": 4, "leg_pain_status": "new_or_worse", "leg_side": "left"}
    report(recovery, **leg)
    alert = alert_of(recovery, "R33")
    snooze = {"R33-level": "5", "R33-reason": "Known radiculitis"}
    as_nurse.post(url("alert_snooze", alert.uuid), snooze)

    def told() -> str:
        return words(as_second_nurse.post(url(door, alert.uuid), snooze, follow=True))

    assert "Nora snoozed R33 at Mar 5, 10:17." in told()
    close(as_nurse, alert, reason="other", text="Known for years")
    assert "Nora closed R33 at Mar 5, 10:17: Other." in told()


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_two_nurses_at_the_same_moment_one_gets_it(
    clinic: Clinic, nurse: User, second_nurse: User, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller")
    report(recovery, **EMERGENCY)
    alert = alert_of(recovery, "R01")
    start, told = threading.Barrier(2), {}

    def press(user: User) -> None:
        client = sign_in_staff(Client(), user)
        start.wait()
        told[user.name] = words(claim(client, alert, **{"from": "queue"}))
        connection.close()

    presses = [threading.Thread(target=press, args=[user]) for user in (nurse, second_nurse)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    alert.refresh_from_db()
    winner = alert.claimed_by.name
    [loser] = {"Nora", "Jonas"} - {winner}
    assert "You have it for 30 minutes." in told[winner]
    assert f"{winner} has claimed this alert." in told[loser]


# Closing
# -------


def test_an_emergency_does_not_close_without_a_contact(as_nurse: Client, alert: Alert) -> None:
    response = close(as_nurse, alert, reason="phone", kind="call", note="Left a message")
    page = words(response)
    assert "Record a contact that reached somebody before you close this alert." in page
    assert page.startswith("Error:")
    content = response.content.decode()
    assert 'id="id_outcome_error"' in content
    # What was typed stands there still.
    assert 'value="Left a message"' in content
    assert 'value="phone" id="id_reason_0" checked' in content
    alert.refresh_from_db()
    assert alert.state == "open"
    assert not Contact.objects.exists()


@pytest.mark.parametrize("outcome", ["no_answer", "wrong_number"])
def test_not_reached_is_no_contact_to_close_by(
    as_nurse: Client, alert: Alert, outcome: str
) -> None:
    response = close(as_nurse, alert, reason="phone", **CONTACT | {"outcome": outcome})
    assert "Record a contact that reached somebody" in words(response)
    alert.refresh_from_db()
    assert alert.state == "open"
    # Contact and closing are stored together or not at all.
    assert not Contact.objects.exists()


def test_contact_and_closing_in_one_go(as_nurse: Client, nurse: User, alert: Alert) -> None:
    response = close(as_nurse, alert, reason="ed", **CONTACT | {"outcome": "ed"})
    assert "Alert closed." in words(response)
    alert.refresh_from_db()
    assert (alert.state, alert.closed_by, alert.closing_reason) == ("closed", nurse, "ed")
    contact = Contact.objects.get()
    assert (contact.kind, contact.outcome, contact.minutes) == ("call", "ed", 6)
    assert (contact.note, contact.by) == ("On the way", nurse)


def test_a_contact_first_then_the_closing(as_nurse: Client, alert: Alert) -> None:
    save_contact(as_nurse, alert.recovery)
    close(as_nurse, alert, kind="call", reason="phone")
    alert.refresh_from_db()
    assert alert.state == "closed"
    assert Contact.objects.count() == 1


def test_a_review_closes_without_a_contact(as_nurse: Client, recovery: Recovery) -> None:
    report(recovery, **REVIEW)
    close(as_nurse, alert_of(recovery, "R35"), reason="duplicate")
    assert states(recovery) == {"R35": "closed"}
    recovery.refresh_from_db()
    assert recovery.queue_rank == QueueRank.HANDLED


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Choose why it closes."),
        ({"reason": "boredom"}, "Select a valid choice."),
        ({"reason": "other"}, "Say why, in a few words."),
        ({"reason": "other", "text": "   "}, "Say why, in a few words."),
        ({"reason": "other", "text": "x" * 501}, "at most 500 characters"),
        ({"reason": "phone", "complication": "cough"}, "Select a valid choice."),
        ({"reason": "phone", "outcome": "maybe"}, "Select a valid choice."),
        ({"reason": "phone", **CONTACT, "minutes": "eleven"}, "is not a number we can read"),
        ({"reason": "phone", **CONTACT, "minutes": "1441"}, "Write a number from 0 to 1440."),
        ({"reason": "phone", **CONTACT, "kind": "pigeon"}, "Select a valid choice."),
        ({"reason": "phone", **CONTACT, "note": "a\0b"}, "Null characters are not allowed."),
        ({"reason": "phone", "alerts": []}, "Tick at least one alert to close."),
    ],
)
def test_a_wrong_answer_is_refused_and_changes_nothing(
    as_nurse: Client, recovery: Recovery, data: dict[str, str], message: str
) -> None:
    report(recovery, **REVIEW)
    response = close(as_nurse, alert_of(recovery, "R35"), **data)
    assert message in words(response)
    assert states(recovery) == {"R35": "open"}
    assert not Contact.objects.exists()


def test_other_takes_its_words(as_nurse: Client, recovery: Recovery) -> None:
    report(recovery, **REVIEW)
    close(as_nurse, alert_of(recovery, "R35"), reason="other", text="Moved away")
    alert = alert_of(recovery, "R35")
    assert (alert.state, alert.closing_text) == ("closed", "Moved away")


def test_a_complication_may_be_said_as_it_closes_and_stands_in_the_timeline(
    as_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **REVIEW)
    page = as_nurse.get(url("staff_recovery", recovery.uuid)).content.decode()
    assert '<option value="" selected>Nothing said</option>' in page
    alert = alert_of(recovery, "R35")
    # Refused for want of a reason: what was chosen stands there still.
    page = close(as_nurse, alert, complication="fracture").content.decode()
    assert '<option value="fracture" selected>Vertebral fracture</option>' in page
    page = words(close(as_nurse, alert, reason="seen", complication="fracture"))
    alert.refresh_from_db()
    assert (alert.state, alert.complication) == ("closed", "fracture")
    assert "R35 closed: seen in clinic Nora. Complication: vertebral fracture" in page


def test_nothing_said_of_a_complication_is_no_complication_said(
    as_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **REVIEW)
    alert = alert_of(recovery, "R35")
    page = words(close(as_nurse, alert, reason="seen", complication=""))
    alert.refresh_from_db()
    assert (alert.state, alert.complication) == ("closed", "")
    assert "Complication:" not in page


def test_only_what_is_ticked_closes(as_nurse: Client, recovery: Recovery) -> None:
    report(recovery, **EMERGENCY, **URGENT, **REVIEW)
    ticked = [alert_of(recovery, rule).as_read for rule in ("R13", "R35")]
    response = close(as_nurse, alert_of(recovery, "R01"), reason="phone", alerts=ticked, **CONTACT)
    assert "2 alerts closed." in words(response)
    assert states(recovery) == {"R01": "open", "R13": "closed", "R35": "closed"}


def test_a_ticked_alert_of_another_patient_is_not_closed(
    as_nurse: Client, recovery: Recovery, neighbour: Recovery
) -> None:
    report(recovery, **REVIEW)
    theirs = alert_of(neighbour, "R01")
    mine = alert_of(recovery, "R35")
    close(as_nurse, mine, reason="phone", alerts=[mine.as_read, theirs.as_read])
    theirs.refresh_from_db()
    assert (states(recovery), theirs.state) == ({"R35": "closed"}, "open")


def test_the_second_to_close_sees_who_did_and_why_and_keeps_the_contact(
    as_nurse: Client, as_second_nurse: Client, second_nurse: User, alert: Alert
) -> None:
    page = shown(as_second_nurse, alert.recovery)
    close(as_nurse, alert, reason="ed", **CONTACT)
    visit = CONTACT | {"kind": "visit", "note": "No reflexes, sent by ambulance"}
    response = close(as_second_nurse, alert, reason="phone", alerts=page, **visit)
    expected = "Nora closed R01 at Mar 5, 10:17: Sent to the emergency department."
    assert expected in words(response)
    assert "Visit: reached and advised Jonas, 6 min. No reflexes, sent by amb" in words(response)
    assert Contact.objects.get(by=second_nurse).kind == "visit"
    alert.refresh_from_db()
    assert alert.closing_reason == "ed"


def test_the_second_to_close_without_a_contact_stores_none(
    as_nurse: Client, as_second_nurse: Client, alert: Alert
) -> None:
    close(as_nurse, alert, reason="ed", **CONTACT)
    response = close(as_second_nurse, alert, reason="phone")
    assert "Nora closed R01 at" in words(response)
    assert Contact.objects.count() == 1


def test_a_wrong_contact_is_kept_on_the_page_also_when_a_colleague_closed_first(
    as_nurse: Client, as_second_nurse: Client, alert: Alert
) -> None:
    close(as_nurse, alert, reason="ed", **CONTACT)
    wrong = CONTACT | {"minutes": "soon", "note": "No reflexes"}
    response = close(as_second_nurse, alert, reason="phone", **wrong)
    assert "Nora closed R01 at" in words(response)
    assert "“soon” is not a number we can read" in words(response)
    assert 'value="No reflexes"' in response.content.decode()


def test_of_several_that_were_ticked_those_a_colleague_closed_are_named(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **URGENT, **REVIEW)
    page = shown(as_second_nurse, recovery)
    review = alert_of(recovery, "R35")
    close(as_nurse, review, reason="seen", alerts=[review.as_read])
    response = close(as_second_nurse, review, reason="phone", alerts=page, **CONTACT)
    text = words(response)
    assert "Alert closed." in text
    assert "Nora closed R35 at Mar 5, 10:17: Seen in clinic." in text
    assert "closed R13 at" not in text.partition("Contact and outcome")[0].partition("Why")[0]
    assert states(recovery) == {"R13": "closed", "R35": "closed"}
    review.refresh_from_db()
    assert review.closing_reason == "seen"


def test_of_several_that_a_colleague_closed_each_is_named(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **URGENT, **REVIEW)
    page = shown(as_second_nurse, recovery)
    alert = alert_of(recovery, "R13")
    close(as_nurse, alert, reason="phone", **CONTACT)
    text = words(close(as_second_nurse, alert, reason="phone", alerts=page))
    for rule in ("R13", "R35"):
        assert f"Nora closed {rule} at Mar 5, 10:17: Resolved by phone." in text


# Contacts
# --------


@pytest.mark.parametrize("outcome", ["advised", "no_answer"])
def test_a_contact_from_a_stale_page_says_who_closed_what_meanwhile(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery, outcome: str
) -> None:
    report(recovery, **URGENT, **REVIEW)
    page = shown(as_second_nurse, recovery)
    review = alert_of(recovery, "R35")
    close(as_nurse, review, reason="seen", alerts=[review.as_read])
    text = words(save_contact(as_second_nurse, recovery, alerts=page, outcome=outcome))
    assert "Nora closed R35 at Mar 5, 10:17: Seen in clinic." in text
    assert Contact.objects.get().alerts.get().rule == "R13"


@pytest.mark.parametrize(
    ("outcome", "left", "said"),
    [
        ("advised", {"R01": "contacted", "R35": "contacted"}, "Contact saved."),
        ("booked", {"R01": "contacted", "R35": "contacted"}, "Contact saved."),
        ("ed", {"R01": "contacted", "R35": "contacted"}, "Contact saved."),
        ("no_answer", {"R01": "open", "R35": "contacted"}, "Nobody was reached"),
        ("wrong_number", {"R01": "open", "R35": "contacted"}, "Nobody was reached"),
    ],
)
def test_what_a_contact_does_to_the_alerts(
    as_nurse: Client, recovery: Recovery, outcome: str, left: dict[str, str], said: str
) -> None:
    report(recovery, **EMERGENCY, **REVIEW)
    response = save_contact(as_nurse, recovery, outcome=outcome)
    assert said in words(response)
    assert states(recovery) == left


def test_a_contact_counts_for_the_alerts_that_are_ticked(
    as_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **EMERGENCY, **REVIEW)
    save_contact(as_nurse, recovery, alerts=alert_of(recovery, "R35").as_read)
    assert states(recovery) == {"R01": "open", "R35": "contacted"}


def test_a_contact_with_nothing_ticked_is_kept_and_touches_no_alert(
    as_nurse: Client, alert: Alert
) -> None:
    save_contact(as_nurse, alert.recovery, alerts=[])
    assert Contact.objects.count() == 1
    alert.refresh_from_db()
    assert alert.state == "open"


def page_id(client: Client, recovery: Recovery) -> str:
    content = client.get(url("staff_recovery", recovery.uuid)).content.decode()
    return content.partition('name="client_id" value="')[2][:36]


@pytest.mark.parametrize("with_alert", [True, False])
def test_a_double_tap_on_a_contact_is_one(
    as_nurse: Client, recovery: Recovery, with_alert: bool
) -> None:
    if with_alert:
        report(recovery, **EMERGENCY)
    name = page_id(as_nurse, recovery)
    for _tap in range(2):
        response = save_contact(as_nurse, recovery, client_id=name)
        assert "Contact saved." in words(response)
    assert Contact.objects.count() == 1
    save_contact(as_nurse, recovery, client_id=page_id(as_nurse, recovery))
    assert Contact.objects.count() == 2


def test_another_contact_from_the_same_page_is_another_one(
    as_nurse: Client, recovery: Recovery
) -> None:
    """No answer; then back to the page, and this time somebody answered."""
    report(recovery, **EMERGENCY)
    name = page_id(as_nurse, recovery)
    for outcome in ("no_answer", "advised", "advised"):
        save_contact(as_nurse, recovery, client_id=name, outcome=outcome)
    assert list(Contact.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "no_answer",
        "advised",
    ]
    assert states(recovery) == {"R01": "contacted"}


def test_a_double_tap_on_contact_and_close_is_one(as_nurse: Client, alert: Alert) -> None:
    data = CONTACT | {"alerts": shown(as_nurse, alert.recovery), "reason": "ed"}
    name = page_id(as_nurse, alert.recovery)
    for _tap in range(2):
        close(as_nurse, alert, **data, client_id=name)
    assert Contact.objects.count() == 1


def test_a_refused_contact_keeps_what_was_typed(as_nurse: Client, alert: Alert) -> None:
    data = {"kind": "visit", "minutes": "soon", "note": "At the desk"}
    response = as_nurse.post(url("contact_new", alert.recovery.uuid), data)
    page, content = words(response), response.content.decode()
    assert page.startswith("Error:")
    assert "Choose what happened." in page
    assert "“soon” is not a number we can read" in page
    assert 'value="visit" selected' in content
    assert 'value="soon"' in content
    assert 'value="At the desk"' in content
    assert "autofocus" in content
    assert not Contact.objects.exists()


def test_a_contact_without_an_alert_hides_the_overdue_row(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Walter", "Silent", day=6)
    assert recovery.overdue_since is not None
    as_nurse.post(url("contact_new", recovery.uuid), CONTACT)
    recovery.refresh_from_db()
    assert recovery.overdue_hidden
    assert "Walter" not in words(as_nurse.get(url("queue")))


# What it costs
# -------------

MANY = EMERGENCY | URGENT | REVIEW | {"acetaminophen_mg": 5000, "calf_one_leg": True}


def statements(press: Any) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert press().status_code == 302
    return [one["sql"] for one in captured if not one["sql"].startswith(FRAME)]


def test_claim_give_back_and_close_cost_the_same_for_any_number_of_alerts(
    as_nurse: Client, clinic: Clinic, recovery: Recovery
) -> None:
    counted = []
    for row, answers in ((recovery, EMERGENCY), (someone(clinic, "Max", "Many"), MANY)):
        report(row, **answers)
        alert = alert_of(row, "R01")
        data = CONTACT | {"reason": "phone", "alerts": shown(as_nurse, row)}
        doors = ("alert_claim", "alert_release", "alert_close")
        presses = [partial(as_nurse.post, url(door, alert.uuid), data) for door in doors]
        counted.append([len(statements(press)) for press in presses])
        assert set(states(row).values()) == {"closed"}
    one, many = counted
    assert one == many
    assert max(many) <= 21


# What the nurse has not read
# ---------------------------


def states_and_mails(recovery: Recovery) -> tuple[dict[str, str], set[str]]:
    mails = recovery.messages.filter(kind="alert").values_list("state", flat=True)
    return states(recovery), set(mails)


@pytest.mark.parametrize("before", [{}, REVIEW, REVIEW | {"acetaminophen_mg": 3500}])
def test_a_contact_touches_no_alert_that_came_after_the_page(
    as_nurse: Client, recovery: Recovery, before: dict[str, Any]
) -> None:
    """Whether the page showed no alert, one, or several to choose from."""
    if before:
        report(recovery, **before)
    page = shown(as_nurse, recovery)
    assert len(page) == len(states(recovery))
    report(recovery, ago=timedelta(minutes=1), **EMERGENCY)
    save_contact(as_nurse, recovery, alerts=page)
    expected = dict.fromkeys(states(recovery), "contacted") | {"R01": "open"}
    assert states_and_mails(recovery) == (expected, {"owed"})
    recovery.refresh_from_db()
    assert recovery.queue_rank == 1


@pytest.mark.parametrize("door", ["contact_new", "alert_close"])
def test_a_firing_that_nobody_has_read_is_not_answered(
    as_nurse: Client, recovery: Recovery, door: str
) -> None:
    report(recovery, bladder="unsure")
    alert = alert_of(recovery, "R10")
    page = shown(as_nurse, recovery)
    report(recovery, ago=timedelta(minutes=1), bladder="unsure", bowel="unsure")
    address = url(door, (recovery if door == "contact_new" else alert).uuid)
    data = CONTACT | {"reason": "phone", "text": "Fine", "alerts": page}
    response = as_nurse.post(address, data)
    text, content = words(response), response.content.decode()
    assert text.startswith("Error:")
    assert "R10: fired again since you opened this page. Read, then save once more." in text
    assert 'value="On the way"' in content
    assert 'value="6"' in content
    assert 'value="advised" id="id_outcome_0" checked' in content
    assert 'value="phone" id="id_reason_0" checked' in content
    assert 'value="Fine"' in content
    assert states_and_mails(recovery) == ({"R10": "open"}, {"owed"})
    assert not Contact.objects.exists()
    # What stands on the page now has been read.
    assert f'name="alerts" value="{alert_of(recovery, "R10").as_read}"' in content


def test_what_was_read_may_be_closed_while_another_alert_waits(
    as_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **REVIEW)
    page = shown(as_nurse, recovery)
    report(recovery, ago=timedelta(minutes=1), **EMERGENCY)
    close(as_nurse, alert_of(recovery, "R35"), reason="phone", alerts=page, **CONTACT)
    assert states(recovery) == {"R01": "open", "R35": "closed"}


@pytest.mark.parametrize("sent", ["nonsense", ":", "00000000-0000-0000-0000-000000000000:1"])
def test_alerts_that_no_page_showed_are_none(as_nurse: Client, alert: Alert, sent: str) -> None:
    save_contact(as_nurse, alert.recovery, alerts=[sent, str(alert.uuid)])
    assert states(alert.recovery) == {"R01": "open"}
    assert Contact.objects.count() == 1


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answers", [EMERGENCY, REVIEW])
def test_of_two_who_close_in_one_moment_one_reads_that_the_other_did(
    as_nurse: Client, as_second_nurse: Client, recovery: Recovery, answers: dict[str, Any]
) -> None:
    """Both sent their form before either was stored; what both did for the patient is kept."""
    report(recovery, **answers)
    alert = recovery.alerts.get()
    data = CONTACT | {"reason": "phone", "alerts": shown(as_nurse, recovery)}

    def close(client: Client) -> str:
        return words(client.post(url("alert_close", alert.uuid), data, follow=True))

    said = at_once([partial(close, as_nurse), partial(close, as_second_nurse)])
    assert sum("Alert closed." in text for text in said) == 1
    [second] = [text for text in said if "Alert closed." not in text]
    alert.refresh_from_db()
    assert f"{alert.closed_by} closed {alert.rule} at Mar 5, 10:17: Resolved by phone." in second
    assert recovery.contacts.count() == 2
