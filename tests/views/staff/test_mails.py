"""The list of mails that need a look: what a person found out is recorded, with who and when."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recovery import clock
from recovery.models import AccessEvent, CheckIn, Message, Patient, Recovery
from recovery.services import rounds
from tests.cast import make_recovery, sign_in_staff, user_of

pytestmark = pytest.mark.django_db


def make_mail(recovery: Recovery, state: str = "unknown", **fields: Any) -> Message:
    then = clock.now() - timedelta(hours=1)
    return Message.objects.create(
        **{
            "kind": "reminder",
            "state": state,
            "dedupe_key": f"look {uuid.uuid4()}",
            "clinic": recovery.clinic,
            "recovery": recovery,
            "user": user_of(recovery),
            "number": 1,
            "created_at": then,
            "planned_at": then,
            "send_after": then,
            "message_id": "<1@care.example>",
        }
        | fields
    )


def broken(recovery: Recovery) -> Message:
    return make_mail(recovery, "refused", reason="broken", failures=3, fault="TemplateSyntaxError")


def refused(recovery: Recovery) -> Message:
    return make_mail(recovery, "refused", reason="server")


def say(client: Client, mail: Message, became: str) -> str:
    address = reverse("mail_settle", args=[mail.uuid])
    page = client.post(address, {"became": became}, follow=True)
    assert page.status_code == 200
    mail.refresh_from_db()
    return page.content.decode()


def test_a_mail_that_arrived_is_sent(as_nurse, nurse, recovery):
    mail = make_mail(recovery)
    assert "Noted: it arrived." in say(as_nurse, mail, "arrived")
    assert (mail.state, mail.settled_by) == ("sent", nurse)
    assert mail.settled_at >= mail.created_at + timedelta(hours=1)
    event = AccessEvent.objects.get(what="mail settled: arrived")
    assert (event.user, event.patient) == (nurse, recovery.patient)


def test_a_reminder_that_did_not_arrive_is_not_sent_again(as_nurse, nurse, recovery):
    mail = make_mail(recovery)
    assert "It is not sent again." in say(as_nurse, mail, "lost")
    assert (mail.state, mail.reason, mail.settled_by) == ("not_sent", "lost", nurse)


def test_an_invitation_that_did_not_arrive_is_sent_once_more(as_nurse, nurse, recovery):
    mail = make_mail(recovery, kind="invitation", number=None)
    assert "It is sent once more." in say(as_nurse, mail, "lost")
    assert (mail.state, mail.settled_by) == ("owed", nurse)


def test_a_manager_may_settle_without_seeing_whose_it_is(as_manager, manager, recovery):
    mail = make_mail(recovery)
    page = say(as_manager, mail, "arrived")
    assert mail.settled_by == manager
    assert recovery.patient.family_name not in page


@pytest.mark.parametrize("became", ["", "maybe", "arrived\0"])
def test_an_answer_that_is_none_changes_nothing(as_nurse, recovery, became):
    mail = make_mail(recovery)
    assert "Say whether it arrived." in say(as_nurse, mail, became)
    assert mail.state == "unknown"


def test_who_comes_second_is_told(as_nurse, recovery):
    mail = make_mail(recovery)
    say(as_nurse, mail, "arrived")
    assert "settled this mail before you" in say(as_nurse, mail, "lost")
    assert mail.state == "sent"


def test_what_broke_three_times_stands_with_its_reason(as_nurse, recovery, harbor, harbor_nurse):
    mail = broken(recovery)
    theirs = broken(make_recovery(harbor))
    page = as_nurse.get(reverse("unknown_mails")).content.decode()
    assert "TemplateSyntaxError" in page
    assert str(mail.uuid) in page
    assert str(theirs.uuid) not in page


@pytest.mark.parametrize("kind", ["reminder", "invitation"])
def test_what_the_mail_server_refused_stands_there_too(as_nurse, recovery, kind):
    mail = make_mail(recovery, "refused", reason="server", kind=kind)
    page = as_nurse.get(reverse("unknown_mails")).content.decode()
    assert "The mail server refused it" in page
    assert str(mail.uuid) in page


@pytest.mark.parametrize("state", [CheckIn.State.OPEN, CheckIn.State.EXPIRED])
def test_what_the_mail_server_refused_stands_there_while_its_check_in_is_open(
    as_nurse, recovery, state
):
    checkin = recovery.checkins.first()
    CheckIn.objects.filter(pk=checkin.pk).update(state=state, completed_at=None, completed_by=None)
    mail = make_mail(recovery, "refused", reason="server", checkin=checkin)
    page = as_nurse.get(reverse("unknown_mails")).content.decode()
    assert (str(mail.uuid) in page) == (state == CheckIn.State.OPEN)


def test_a_morning_mail_that_was_refused_needs_no_look(as_nurse, recovery, nurse):
    mail = make_mail(recovery, "refused", reason="server", kind="digest", user=nurse)
    assert str(mail.uuid) not in as_nurse.get(reverse("unknown_mails")).content.decode()


@pytest.mark.parametrize("make", [broken, refused])
def test_what_was_set_aside_is_tried_again(as_nurse, recovery, make):
    mail = make(recovery)
    address = reverse("mail_again", args=[mail.uuid])
    assert "tried again" in as_nurse.post(address, follow=True).content.decode()
    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.failures) == ("owed", "", 0)
    assert "before you" in as_nurse.post(address, follow=True).content.decode()


def test_what_an_address_refused_is_not_tried_again(as_nurse, recovery):
    mail = make_mail(recovery, "refused", reason="address_fails")
    as_nurse.post(reverse("mail_again", args=[mail.uuid]))
    mail.refresh_from_db()
    assert mail.state == "refused"


@pytest.fixture
def stuck(recovery, nurse) -> Recovery:
    """One whose zone is none, so that nothing can be said of its hours."""
    then = clock.now() - timedelta(minutes=6)
    Patient.objects.filter(pk=recovery.patient_id).update(zone="Mars/Olympus", phone="555 0142")
    Recovery.objects.filter(pk=recovery.pk).update(next_event_at=then)
    return recovery


def tick() -> None:
    rounds.tick_round(now=clock.now(), at=timezone.now, by_beat=True)


def test_whom_the_tick_cannot_read_stands_there(as_nurse, stuck):
    tick()
    page = as_nurse.get(reverse("unknown_mails")).content.decode()
    assert "Nothing goes by itself" in page
    assert stuck.patient.family_name in page
    assert "555 0142" in page
    assert f"recovery row {stuck.pk}" in page


def test_whom_it_can_read_does_not(as_nurse, stuck):
    Patient.objects.filter(pk=stuck.patient_id).update(zone="America/New_York")
    tick()
    assert "Nothing goes by itself" not in as_nurse.get(reverse("unknown_mails")).content.decode()


def test_while_the_tick_stands_still_nobody_is_named_for_it(as_nurse, stuck):
    assert "Nothing goes by itself" not in as_nurse.get(reverse("unknown_mails")).content.decode()


def test_a_manager_and_another_clinic_read_no_name_of_it(as_manager, harbor_nurse, stuck):
    tick()
    page = as_manager.get(reverse("unknown_mails")).content.decode()
    assert f"recovery row {stuck.pk}" in page
    assert stuck.patient.family_name not in page
    assert "555 0142" not in page
    theirs = sign_in_staff(Client(), harbor_nurse).get(reverse("unknown_mails"))
    assert f"recovery row {stuck.pk}" not in theirs.content.decode()


def test_the_page_costs_the_same_for_one_and_for_many(
    as_nurse, recovery, django_assert_max_num_queries
):
    for _ in range(20):
        make_mail(recovery)
        broken(recovery)
        refused(recovery)
    with django_assert_max_num_queries(8):
        as_nurse.get(reverse("unknown_mails"))
