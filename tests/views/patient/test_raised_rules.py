"""A rule that the clinic raised, from the phone to the nurse's queue and her mail."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.clinical.rules import RULES_BY_ID
from recovery.clinical.rules.changes import UNCHANGEABLE
from recovery.forms.signs import RAISED_SIGNS, URGENT_SIGNS
from recovery.models import Alert, Clinic, FormResponse, Message, Pathway, Recovery, User
from recovery.services import pathway_moves, tick
from recovery.services.delivery import deliver
from recovery.tokens import first_log_token, link_token
from tests.cast import checkin_of, make_recovery, sign_in_staff, user_of
from tests.mailserver import MailServer
from tests.pages import words
from tests.pathways import own_pathway
from tests.views.patient.conftest import AFTERNOON, post, url
from tests.views.patient.test_links import ANSWERS, address

pytestmark = pytest.mark.django_db

SKIN = "Your skin may be infected. Call {emergency_number} now. Keep the spot clean and dry."
TOLD = "Your skin may be infected. Call 911 now. Keep the spot clean and dry."
FALL = "Please call us today at {clinic_phone} about your fall."
PUS = {"spot": "yes", "spot_signs": "pus_or_smell"}
RULES = [
    {"rule": "R13", "severity": "emergency", "patient_text": SKIN},
    {"rule": "R35", "severity": "urgent", "patient_text": FALL},
    {
        "rule": "R21",
        "severity": "emergency",
        "patient_text": "You may have taken too much. Call {emergency_number} or {poison_phone}.",
    },
    {"rule": "R37", "patient_text": "You are close to the limit for the day. Take no more."},
]


@pytest.fixture
def pathway(clinic: Clinic, manager: User) -> Pathway:
    return own_pathway(clinic, manager, lambda data: data.update(rules=RULES))


@pytest.fixture
def recovery(clinic: Clinic, nurse: User, pathway: Pathway, afternoon: Any) -> Recovery:
    return on(pathway, clinic, day=2)


def on(pathway: Pathway, clinic: Clinic, *, day: int) -> Recovery:
    recovery = make_recovery(clinic, day=day, now=AFTERNOON)
    Recovery.objects.filter(pk=recovery.pk).update(pathway=pathway, next_event_at=AFTERNOON)
    tick.run(now=AFTERNOON)
    recovery.refresh_from_db()
    return recovery


def saved(client: Client, recovery: Recovery, **answers: Any) -> str:
    return words(client.get(post(client, recovery, **answers)["Location"]))


def test_the_patient_reads_the_clinics_text_its_heading_and_its_button(
    as_patient: Client, recovery: Recovery
) -> None:
    said = saved(as_patient, recovery, **PUS)
    assert said.index("Get help now") < said.index(TOLD) < said.index("Call 911", said.index(TOLD))
    assert "Call today" not in said
    assert "Your clinic has been told. Do not wait for a call back." in said
    today = words(as_patient.get(url("today", recovery)))
    assert today.index("Get help now") < today.index(TOLD)


def test_by_a_link_too(recovery: Recovery) -> None:
    token = link_token(checkin_of(recovery, "DAY-02"))
    said = words(Client().post(address(token), ANSWERS | PUS, follow=True))
    assert said.index("Get help now") < said.index(TOLD)


def test_a_review_that_was_raised_asks_for_a_call_today(
    as_patient: Client, recovery: Recovery
) -> None:
    said = saved(as_patient, recovery, signs="fall")
    assert said.index("Call today") < said.index(
        "Please call us today at 555-0142 about your fall."
    )
    assert "Call 555-0142" in said
    assert "After 5:00 PM: 555-0199" in said


def test_a_rule_whose_heading_was_call_now_has_that_of_an_emergency(
    as_patient: Client, recovery: Recovery
) -> None:
    said = saved(as_patient, recovery, acetaminophen_mg="5000")
    text = said.index("You may have taken too much. Call 911 or 1-800-222-1222.")
    assert said.index("Get help now") < text < said.index("Call 911", text + 40)


def test_a_text_alone_is_shown_as_quietly_as_before(as_patient: Client, recovery: Recovery) -> None:
    said = saved(as_patient, recovery, acetaminophen_mg="3500")
    assert "You are close to the limit for the day. Take no more." in said
    assert "Call today" not in said


def test_once_staff_have_closed_it_the_text_is_a_record(
    as_patient: Client, recovery: Recovery, nurse: User
) -> None:
    address = post(as_patient, recovery, **PUS)["Location"]
    Alert.objects.update(
        state="closed", closed_by=nurse, closed_at=AFTERNOON, closing_reason="phone"
    )
    said = words(as_patient.get(address))
    assert TOLD in said
    assert "Get help now" not in said


def test_the_nurse_sees_an_emergency_and_is_mailed_as_for_one(
    as_patient: Client, recovery: Recovery, nurse: User, mail_server: MailServer
) -> None:
    post(as_patient, recovery, **PUS)
    alert = Alert.objects.get(rule="R13")
    assert alert.severity == "emergency"
    assert (alert.next_notice_at - AFTERNOON).total_seconds() == pytest.approx(15 * 60, abs=60)
    queue = words(sign_in_staff(Client(), nurse).get(reverse("queue")))
    assert "Emergency" in queue
    deliver(clock=lambda: AFTERNOON + timedelta(minutes=1))
    assert mail_server.addresses.count(nurse.email) == 1
    # A quarter of an hour later again, as for an emergency and not after two clinic hours.
    tick.run(now=AFTERNOON + timedelta(minutes=16))
    assert Message.objects.filter(kind="escalation", user=nurse).count() == 1


def test_it_stays_one_when_it_fires_again_after_a_move_to_a_version_that_has_it_milder(
    as_patient: Client, recovery: Recovery, pathway: Pathway, manager: User, nurse: User
) -> None:
    post(as_patient, recovery, **PUS)
    milder = own_pathway(recovery.clinic, manager, lambda data: data.update(rules=RULES[1:]))
    pathway_moves.move(
        recovery=recovery, from_pathway=pathway, to_pathway=milder, user=nurse, now=AFTERNOON
    )
    post(as_patient, recovery, **PUS)
    alert = Alert.objects.get(rule="R13")
    assert (alert.severity, alert.firings) == ("emergency", 2)
    today = words(as_patient.get(url("today", recovery)))
    assert today.index("Get help now") < today.index(TOLD)
    for hour in (1, 2, 3):
        tick.run(now=AFTERNOON + timedelta(hours=hour, minutes=1))
        assert Message.objects.filter(kind="escalation", user=nurse).count() == hour


def test_a_check_in_form_says_so_too(clinic: Clinic, pathway: Pathway, recovery: Recovery) -> None:
    other = on(pathway, clinic, day=13)
    client = Client()
    client.force_login(user_of(other))
    checkin = checkin_of(other, "C14")
    form = client.get(reverse("checkin_start", args=[other.uuid, checkin.uuid])).url
    answers = {"activity_level": "light", "PEG-0": "1", "PEG-1": "2", "PEG-2": "3", **PUS}
    review = client.post(form, answers)
    said = words(client.post(review.url, follow=True))
    assert said.index("Get help now") < said.index(TOLD)
    assert FormResponse.objects.get(checkin=checkin).judged_pathway == pathway


def test_an_emergency_rule_says_what_it_always_did(as_patient: Client, recovery: Recovery) -> None:
    said = saved(as_patient, recovery, bladder="yes", **PUS)
    assert "nerves low in your back are being squeezed" in said
    assert TOLD not in said


# A form that is refused
# ----------------------


def test_a_refused_form_hides_no_emergency_of_the_clinics_own(
    as_patient: Client, recovery: Recovery
) -> None:
    page = post(as_patient, recovery, pain_avg="", **PUS)
    said = words(page)
    assert said.index("Get help now") < said.index(TOLD) < said.index("There is a problem")
    assert Alert.objects.get(rule="R13").severity == "emergency"


def test_nor_does_one_that_comes_by_a_link(recovery: Recovery) -> None:
    token = link_token(checkin_of(recovery, "DAY-02"))
    said = words(Client().post(address(token), ANSWERS | PUS | {"pain_avg": "eleven"}))
    assert said.index("Get help now") < said.index(TOLD) < said.index("There is a problem")
    assert Alert.objects.filter(rule="R13").exists()


# The card
# --------


def pages_of_signs(client: Client, recovery: Recovery) -> list[str]:
    token = link_token(checkin_of(recovery, "DAY-02"))
    addresses = (
        url("signs", recovery),
        url("phase", recovery, "short_term"),
        reverse("link_signs", args=[token]),
        reverse("first_log_signs", args=[first_log_token(recovery)]),
    )
    return [words(client.get(address)) for address in addresses]


def test_the_card_has_words_for_every_rule_that_can_be_raised(
    as_patient: Client, recovery: Recovery
) -> None:
    """R21 is raised to an emergency, R35 to a call today; one that is not raised is not there."""
    said = words(as_patient.get(url("signs", recovery)))
    today = said.index("Call us today")
    assert said.index("More than 4,000 mg of acetaminophen") < today < said.index("A fall")
    assert "More than 3,000 mg" not in said
    assert {*URGENT_SIGNS, *RAISED_SIGNS} == RULES_BY_ID.keys() - UNCHANGEABLE


def test_a_sign_that_begins_later_is_on_the_card_from_the_start(
    clinic: Clinic, nurse: User, manager: User, afternoon: Any
) -> None:
    raised = {"rule": "R38", "severity": "urgent", "patient_text": FALL}
    pathway = own_pathway(clinic, manager, lambda data: data.update(rules=[raised]))
    recovery = on(pathway, clinic, day=2)
    client = Client()
    client.force_login(user_of(recovery))
    assert "From day 15 on: pain that had eased" in words(client.get(url("signs", recovery)))


def test_every_list_of_signs_has_a_raised_one_among_the_emergencies(
    as_patient: Client, recovery: Recovery
) -> None:
    for said in pages_of_signs(as_patient, recovery):
        assert said.index("A bad headache with fever") < said.index("Redness that spreads")
        assert said.index("Redness that spreads") < said.lower().index("call us today")
        assert said.count("Redness that spreads") == 1
