"""An address that fails, works again, or is another one; mails of unknown fate."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from recovery.models import (
    AccessEvent,
    Clinic,
    Message,
    PatientAccess,
    Recovery,
    User,
)
from recovery.models.recoveries import QueueRank
from recovery.services import addresses, delivery, messages
from recovery.tokens import link_token
from tests.cast import checkin_of, user_of
from tests.mailserver import MailServer
from tests.pages import words
from tests.views.staff.conftest import NOW, url

INVITATIONS = Message.objects.filter(kind="invitation")


@pytest.fixture
def failing(recovery: Recovery) -> Recovery:
    """The invitation came back."""
    messages.owe_invitation(recovery, now=NOW)
    invitation = INVITATIONS.get()
    addresses.address_failed(invitation, now=NOW)
    INVITATIONS.update(state="refused", reason="address_fails")
    recovery.refresh_from_db()
    assert recovery.queue_rank == QueueRank.CALL
    return recovery


def fresh(recovery: Recovery) -> Recovery:
    return Recovery.objects.select_related("patient").get(pk=recovery.pk)


def change(client: Client, recovery: Recovery, email: str) -> Any:
    return client.post(url("address", recovery.uuid), {"email": email}, follow=True)


def test_the_page_says_where_mails_go_and_that_it_was_looked_at(
    as_nurse: Client, nurse: User, failing: Recovery
) -> None:
    text = words(as_nurse.get(url("address", failing.uuid)))
    assert user_of(failing).email in text
    assert "The mail server refused this address on Mar 5" in text
    assert AccessEvent.objects.filter(user=nurse, what="address", action="read").count() == 1
    assert (
        url("address", failing.uuid)
        in as_nurse.get(url("staff_recovery", failing.uuid)).content.decode()
    )


def test_an_address_that_works_again_is_written_to(
    as_nurse: Client, nurse: User, failing: Recovery
) -> None:
    response = as_nurse.post(url("address_works", failing.uuid), follow=True)
    assert "Mails go to this address again." in words(response)
    now = fresh(failing)
    assert (now.patient.address_fails_at, now.queue_rank) == (None, None)
    # None had left before.
    assert INVITATIONS.filter(state="owed", user=user_of(failing)).count() == 1
    assert AccessEvent.objects.get(what="address works again").user == nurse


def test_who_has_the_invitation_gets_no_other(as_nurse: Client, failing: Recovery) -> None:
    INVITATIONS.update(state="sent", reason="", sent_at=NOW)
    as_nurse.post(url("address_works", failing.uuid))
    assert INVITATIONS.count() == 1


def test_another_address_takes_over(as_nurse: Client, nurse: User, failing: Recovery) -> None:
    old = user_of(failing)
    theirs = Client()
    theirs.force_login(old)
    assert theirs.get(url("today", failing.uuid)).status_code == 200
    reminder = failing.messages.filter(kind="reminder").first() or INVITATIONS.get()
    Message.objects.filter(pk=reminder.pk).update(state="owed", reason="")

    response = change(as_nurse, failing, "Ruth.New@Example.org")
    assert "The address is changed." in words(response)
    access = PatientAccess.objects.get(patient=failing.patient, ended_at=None)
    assert (access.user.email, access.relationship) == ("ruth.new@example.org", "self")
    now = fresh(failing)
    assert (now.patient.address_fails_at, now.queue_rank) == (None, None)
    assert set(Message.objects.filter(state="owed").values_list("user", flat=True)) == {
        access.user.pk
    }
    assert INVITATIONS.filter(state="owed").count() == 1
    assert AccessEvent.objects.get(what="address changed").user == nurse
    assert theirs.get(url("today", failing.uuid)).status_code == 404


def test_a_link_in_the_old_mailbox_opens_nothing_any_more(
    as_nurse: Client, recovery: Recovery
) -> None:
    """Whoever reads there, perhaps a stranger, could answer as the patient."""

    def link() -> str:
        return url("link", link_token(checkin_of(recovery, "DAY-01")))

    mailed = link()
    change(as_nurse, recovery, user_of(recovery).email)
    assert Client().get(mailed).status_code == 302
    change(as_nurse, recovery, "new@example.org")
    assert Client().get(mailed).status_code == 404
    assert Client().post(url("link_renew", mailed.split("/")[2])).status_code == 404
    assert Client().get(link()).status_code == 302


def test_what_a_sender_holds_already_goes_to_the_new_address(
    as_nurse: Client, recovery: Recovery, mail_server: MailServer
) -> None:
    """The address is changed when the server has the old one's envelope, and no mail yet."""
    Message.objects.all().delete()
    messages.renew_link(checkin_of(recovery, "DAY-01"), now=NOW)
    old, new = user_of(recovery).email, "new@example.org"

    def clock() -> datetime:
        if mail_server.envelopes and not User.objects.filter(email=new).exists():
            change(as_nurse, recovery, new)
        return NOW

    delivery.deliver(clock=clock)
    delivery.deliver(clock=lambda: NOW + timedelta(minutes=1))
    assert mail_server.addresses == [new, new]
    assert set(Message.objects.values_list("kind", "state")) == {
        ("reminder", "sent"),
        ("invitation", "sent"),
    }
    assert mail_server.envelopes[0] == old


def test_back_to_the_first_address_and_to_a_caregivers(
    as_nurse: Client, recovery: Recovery
) -> None:
    first = user_of(recovery).email
    for email in ("second@example.org", first, first):
        change(as_nurse, recovery, email)
    assert PatientAccess.objects.get(patient=recovery.patient, ended_at=None).user.email == first
    daughter = User.objects.create_user("daughter@example.org")
    PatientAccess.objects.create(user=daughter, patient=recovery.patient, relationship="caregiver")
    change(as_nurse, recovery, daughter.email)
    current = PatientAccess.objects.filter(patient=recovery.patient, ended_at=None)
    assert list(current.values_list("user__email", "relationship")) == [(daughter.email, "self")]


def test_who_had_no_address_gets_one(as_nurse: Client, recovery: Recovery) -> None:
    PatientAccess.objects.all().delete()
    assert "No e-mail address." in words(as_nurse.get(url("address", recovery.uuid)))
    change(as_nurse, recovery, "ruth@example.org")
    assert user_of(recovery).email == "ruth@example.org"
    assert INVITATIONS.get(state="owed").user == user_of(recovery)


def test_a_refusal_of_the_old_address_says_nothing_of_the_new_one(
    as_nurse: Client, recovery: Recovery
) -> None:
    messages.owe_invitation(recovery, now=NOW)
    on_its_way = INVITATIONS.get()
    INVITATIONS.update(state="sent", sent_at=NOW)
    change(as_nurse, recovery, "new@example.org")
    addresses.address_failed(on_its_way, now=NOW)
    assert fresh(recovery).patient.address_fails_at is None


@pytest.mark.parametrize("email", ["", "ruth@", "a b@example.org"])
def test_what_is_no_address_is_refused(as_nurse: Client, recovery: Recovery, email: str) -> None:
    text = words(change(as_nurse, recovery, email))
    assert text.startswith("Error:")
    assert PatientAccess.objects.get(ended_at=None, patient=recovery.patient)
    assert not AccessEvent.objects.filter(what="address changed").exists()


def test_the_invitation_is_sent_again_once_at_a_time(as_nurse: Client, recovery: Recovery) -> None:
    for said in ("The invitation is owed again.", "An invitation is on its way already."):
        response = as_nurse.post(url("invitation_again", recovery.uuid), follow=True)
        assert said in words(response)
    assert INVITATIONS.count() == 1
    INVITATIONS.update(state="sent", sent_at=NOW)
    as_nurse.post(url("invitation_again", recovery.uuid))
    assert INVITATIONS.count() == 2


# Mails of unknown fate
# ---------------------


@pytest.fixture
def _unknown(recovery: Recovery, neighbour: Recovery) -> None:
    for number, row in enumerate([recovery, neighbour]):
        Message.objects.create(
            kind="reminder",
            state="unknown",
            dedupe_key=f"unknown {number}",
            clinic=row.clinic,
            recovery=row,
            number=1,
            created_at=NOW,
            planned_at=NOW - timedelta(hours=1),
            send_after=NOW,
            message_id=f"<{number}@care.example>",
        )


@pytest.mark.usefixtures("_unknown")
@pytest.mark.parametrize("who", ["as_nurse", "as_manager"])
def test_mails_that_may_not_have_arrived_stand_on_a_list(
    request: pytest.FixtureRequest, clinic: Clinic, who: str
) -> None:
    client = request.getfixturevalue(who)
    page = client.get(url("unknown_mails"))
    text = words(page)
    assert "Reminder Mar 5, 09:17" in text
    assert "<0@care.example>" in text
    assert "<1@care.example>" not in text
    # A manager sees no patients.
    assert ("Ruth Keller" in text) is (who == "as_nurse")
    start = client.get(url("queue" if who == "as_nurse" else "clinic")).content.decode()
    assert url("unknown_mails") in start
