"""A reminder is owed by a channel that no longer works when it is to go: it goes by the other.

The reminder of day 5 was owed at 17:00 and is to go then.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from recovery.models import Consent, Message, Patient, Recovery, User
from recovery.models.recoveries import QueueRank
from recovery.services import delivery, foresight, messages
from recovery.services.smtp import Answer
from tests.cast import checkin_of, make_recovery, user_of
from tests.mailserver import CUT, MailServer
from tests.services.test_channels import gone, run
from tests.services.test_delivery import owe
from tests.services.test_texts import provider
from tests.services.test_tick import local
from tests.texting import MOBILE, Provider, Texts, by_text

__all__ = ["provider"]

pytestmark = pytest.mark.django_db
AT = local(17)
NO_SUCH_USER = "550 5.1.1 User unknown"


@pytest.fixture
def patient(clinic, nurse, mail_server, texts) -> Recovery:
    """On day 5, by mail and then by text, to whom nothing is owed yet."""
    recovery = by_text(make_recovery(clinic, day=5, now=local(6)), "email,sms")
    Message.objects.all().delete()
    return recovery


def mail(recovery: Recovery, **fields: Any) -> Message:
    return owe(recovery, **fields)


def text(recovery: Recovery, **fields: Any) -> Message:
    return owe(recovery, channel="sms", user=None, **fields)


def send(at: datetime = AT) -> None:
    delivery.deliver(clock=lambda: at)


def now_is(message: Message) -> tuple[str, str, str]:
    message.refresh_from_db()
    return message.channel, message.state, message.reason


MAILS_END: dict[str, Callable[[], Any]] = {
    "the address fails": lambda: Patient.objects.update(address_fails_at=AT),
    "no agreement to mails": lambda: Consent.objects.update(email_ok=False),
    "texts alone": lambda: Patient.objects.update(channels="sms"),
    "no account": lambda: User.objects.filter(accesses__isnull=False).update(is_active=False),
}
TEXTS_END: dict[str, Callable[[], Any]] = {
    "the number fails": lambda: Patient.objects.update(mobile_fails_at=AT),
    "no number": lambda: Patient.objects.update(mobile=""),
    "no agreement to texts": lambda: Consent.objects.update(sms_ok=False),
    "mails alone": lambda: Patient.objects.update(channels="email"),
}


@pytest.mark.parametrize("case", MAILS_END)
def test_a_mail_goes_as_a_text(patient, mail_server: MailServer, texts: Texts, case):
    message = mail(patient)
    MAILS_END[case]()
    send()
    assert now_is(message) == ("sms", "sent", "")
    assert message.user is None
    assert (texts.numbers, mail_server.accepted) == ([MOBILE], [])
    send(AT + timedelta(hours=2))
    assert (texts.numbers, Message.objects.count()) == ([MOBILE], 1)


@pytest.mark.parametrize("case", TEXTS_END)
def test_a_text_goes_as_a_mail(patient, mail_server: MailServer, texts: Texts, case):
    message = text(patient)
    TEXTS_END[case]()
    send()
    assert now_is(message) == ("email", "sent", "")
    assert message.user == user_of(patient)
    assert (texts.numbers, mail_server.addresses) == ([], [user_of(patient).email])


def test_where_no_texts_are_sent_any_more_it_goes_as_a_mail(patient, mail_server, settings):
    message = text(patient)
    settings.SMS_BACKEND = ""
    send()
    assert now_is(message) == ("email", "sent", "")


def test_another_order_is_for_the_next_one(patient, mail_server: MailServer, texts: Texts):
    message = mail(patient)
    Patient.objects.update(channels="sms,email")
    send()
    assert now_is(message) == ("email", "sent", "")
    assert (texts.numbers, len(mail_server.accepted)) == ([], 1)


@pytest.mark.parametrize(
    ("patients", "reason"),
    [
        ({"channels": "email", "address_fails_at": AT}, "address_fails"),
        ({"address_fails_at": AT, "mobile_fails_at": AT}, "address_fails"),
        ({"channels": "sms", "mobile_fails_at": AT}, "number_fails"),
        ({"address_fails_at": AT, "reminders_off_at": AT}, "opted_out"),
    ],
    ids=["no other is chosen", "both fail", "the one that is chosen fails", "turned off"],
)
def test_it_does_not_go_and_says_why(patient, mail_server, texts: Texts, patients, reason):
    message = mail(patient)
    Patient.objects.update(**patients)
    send()
    assert now_is(message)[1:] == ("not_sent", reason)
    assert (texts.numbers, mail_server.accepted) == ([], [])


def test_a_link_that_was_asked_for_comes_too(patient, texts: Texts):
    messages.renew_link(checkin_of(patient, "DAY-05"), now=AT)
    Patient.objects.update(address_fails_at=AT)
    send()
    assert texts.numbers == [MOBILE]


def test_an_invitation_is_no_text(patient, texts: Texts):
    message = mail(patient, kind="invitation", checkin=None, number=None)
    Patient.objects.update(address_fails_at=AT)
    send()
    assert now_is(message) == ("email", "not_sent", "address_fails")


# What is refused when it is handed over
# --------------------------------------


@pytest.mark.parametrize("step", ["at_rcpt", "at_data"])
def test_a_mail_that_is_refused_for_good_goes_as_a_text(
    patient, mail_server: MailServer, texts: Texts, step
):
    getattr(mail_server, step)[user_of(patient).email] = NO_SUCH_USER
    message = mail(patient)
    send()
    assert now_is(message) == ("sms", "sent", "")
    assert (texts.numbers, Message.objects.count()) == ([MOBILE], 1)
    patient.refresh_from_db()
    assert patient.queue_rank == QueueRank.CALL
    assert patient.patient.address_fails_at == AT


def test_a_text_that_is_refused_for_good_goes_as_a_mail(
    patient, mail_server: MailServer, provider: type[Provider]
):
    provider.answer = Answer.REFUSED
    message = text(patient)
    send()
    assert now_is(message) == ("email", "sent", "")
    assert mail_server.addresses == [user_of(patient).email]


def test_what_both_refuse_ends(patient, mail_server: MailServer, provider: type[Provider]):
    provider.answer = Answer.REFUSED
    mail_server.at_rcpt[user_of(patient).email] = NO_SUCH_USER
    message = mail(patient)
    send()
    assert now_is(message) == ("sms", "refused", "number_fails")
    assert mail_server.envelopes == [user_of(patient).email]


def test_one_that_may_have_gone_goes_by_no_other(patient, mail_server: MailServer, texts: Texts):
    mail_server.keeps = False
    mail_server.at_data[user_of(patient).email] = CUT
    message = mail(patient)
    send()
    Patient.objects.update(address_fails_at=AT)
    send(AT + timedelta(hours=2))
    assert now_is(message)[:2] == ("email", "unknown")
    assert texts.numbers == []


def test_never_a_fourth_though_each_is_refused_first(
    clinic, nurse, mail_server: MailServer, texts: Texts
):
    recovery = by_text(make_recovery(clinic, day=84, now=local(6)), "email,sms")
    recovery.checkins.filter(state="open").exclude(key="C90").update(
        state="completed", completed_at=local(6)
    )
    recovery.alerts.all().delete()
    mail_server.at_rcpt[user_of(recovery).email] = NO_SUCH_USER
    run(recovery, local(11, days=17))
    assert gone(recovery, checkin__key="C90") == ["sms"] * 3
    assert recovery.call_for == "C90"


def test_the_dry_run_says_the_channel_by_which_it_then_goes(patient, texts: Texts):
    mail(patient)
    Patient.objects.update(address_fails_at=AT)
    Recovery.objects.update(next_event_at=None)
    [said] = foresight.outlook(Recovery.objects.all(), now=AT, until=AT).mails
    assert (said.message.channel, said.reason) == ("sms", "")
    assert Message.objects.get().channel == "email"
    send()
    assert texts.numbers == [MOBILE]
