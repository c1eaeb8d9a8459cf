"""Handing a mail over: what each thing that a server can do is taken for."""

import pytest
from django.core.mail import EmailMultiAlternatives

from recovery.services.smtp import Answer, Blame, Handover, Letter, Result, letter
from tests.engine import free_port
from tests.mailserver import CUT, HANG

ALIVE, DEAD = True, False


def mail(to: str = "ruth@example.org", **options: object) -> EmailMultiAlternatives:
    return EmailMultiAlternatives(
        **{
            "subject": "Grüße",
            "body": "Text",
            "from_email": "Care <care@clinic.example>",
            "to": [to],
            "headers": {"Message-ID": "<1@clinic.example>"},
        }
        | options
    )


def hand_over(connection: Handover, letter: Letter) -> Result:
    result = connection.envelope(letter)
    return connection.content(letter) if result.answer is Answer.ACCEPTED else result


RUTH = letter(mail())
OTHER = letter(mail("other@example.org"))


@pytest.mark.parametrize(
    ("reply", "answer", "alive"),
    [
        ("550 No such user", Answer.REFUSED, ALIVE),
        ("550 5.1.1 No such user", Answer.REFUSED, ALIVE),
        ("551 User has moved", Answer.REFUSED, ALIVE),
        ("553 5.1.3 Bad address syntax", Answer.REFUSED, ALIVE),
        ("554 5.1.1 User unknown", Answer.REFUSED, ALIVE),
        ("556 Domain takes no mail", Answer.REFUSED, ALIVE),
        ("554 5.1.10 The domain takes no mail", Answer.REFUSED, ALIVE),
        ("450 Mailbox busy", Answer.LATER, ALIVE),
        ("421 Going down", Answer.LATER, ALIVE),
        (CUT, Answer.LATER, DEAD),
        (HANG, Answer.LATER, DEAD),
        # These speak of the server or of us. Taken for the address, one wrong setting of the
        # mail server would put every patient on the list of failing addresses.
        ("550 5.7.1 Relaying denied", Answer.REJECTED, ALIVE),
        ("530 5.7.0 Authentication required", Answer.REJECTED, ALIVE),
        ("550 5.1.8 Sender's domain not found", Answer.REJECTED, ALIVE),
        ("553 5.1.7 Sender's address is not valid", Answer.REJECTED, ALIVE),
        ("521 Host does not accept mail", Answer.REJECTED, ALIVE),
        ("552 5.2.2 Mailbox full", Answer.REJECTED, ALIVE),
        ("554 Transaction failed", Answer.REJECTED, ALIVE),
    ],
)
def test_an_answer_to_the_address(mail_server, reply, answer, alive):
    mail_server.at_rcpt["ruth@example.org"] = reply
    with Handover() as connection:
        result = connection.envelope(RUTH)
    assert (result.answer, result.alive) == (answer, alive)
    assert mail_server.accepted == []


@pytest.mark.parametrize(
    ("reply", "blame"),
    [
        ("451 4.3.0 Try again", Blame.UNSAID),
        ("554 5.7.1 Relaying denied", Blame.UNSAID),
        ("452 4.2.2 Mailbox full", Blame.MAILBOX),
        ("552 5.2.2 Mailbox full", Blame.MAILBOX),
    ],
)
@pytest.mark.parametrize("step", ["at_rcpt", "at_data"])
def test_whether_other_mails_share_what_one_was_turned_away_for(mail_server, reply, blame, step):
    getattr(mail_server, step)["ruth@example.org"] = reply
    with Handover() as connection:
        assert hand_over(connection, RUTH).blame is blame


def test_a_refused_sender_says_nothing_of_the_address(mail_server):
    mail_server.at_mail = "550 5.1.8 Sender's domain not found"
    with Handover() as connection:
        assert connection.envelope(RUTH) == Result(Answer.LATER, ALIVE, Blame.SENDER)


@pytest.mark.parametrize(
    ("reply", "answer", "alive"),
    [
        ("250 OK", Answer.ACCEPTED, ALIVE),
        ("451 Try again", Answer.LATER, ALIVE),
        ("550 5.1.1 User unknown", Answer.REFUSED, ALIVE),
        ("554 5.1.1 User unknown", Answer.REFUSED, ALIVE),
        ("550 Looks like spam", Answer.REJECTED, ALIVE),
        ("550 5.1.8 Sender's domain not found", Answer.REJECTED, ALIVE),
        ("554 5.7.1 Looks like spam", Answer.REJECTED, ALIVE),
        ("554 We do not like it", Answer.REJECTED, ALIVE),
        (CUT, Answer.UNKNOWN, DEAD),
        (HANG, Answer.UNKNOWN, DEAD),
    ],
)
def test_an_answer_to_the_content(mail_server, reply, answer, alive):
    mail_server.at_data["ruth@example.org"] = reply
    with Handover() as connection:
        assert hand_over(connection, RUTH) == Result(answer, alive)


@pytest.mark.parametrize("reply", ["550 No such user", "450 Busy"])
def test_a_refused_address_leaves_the_connection_to_the_next(mail_server, reply):
    mail_server.at_rcpt["ruth@example.org"] = reply
    with Handover() as connection:
        connection.envelope(RUTH)
        assert hand_over(connection, OTHER) == Result(Answer.ACCEPTED, ALIVE)
    assert (mail_server.connections, mail_server.addresses) == (1, ["other@example.org"])


def test_a_forgotten_envelope_sends_nothing(mail_server):
    with Handover() as connection:
        connection.envelope(RUTH)
        connection.forget()
        hand_over(connection, OTHER)
    assert mail_server.addresses == ["other@example.org"]


def test_a_connection_cut_after_the_answer_costs_only_the_next_try(mail_server):
    mail_server.cut_afterwards.add("ruth@example.org")
    with Handover() as connection:
        assert hand_over(connection, RUTH) == Result(Answer.ACCEPTED, ALIVE)
        assert connection.envelope(OTHER) == Result(Answer.LATER, DEAD)


def test_no_server_is_an_error_on_entering(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with pytest.raises(OSError), Handover():
        pass


def test_the_server_gets_the_mail_as_it_is(mail_server):
    text = "A line\n.\n..dots\nünïcode " + "long " * 300
    with Handover() as connection:
        hand_over(connection, letter(mail(body=text)))
    [received] = mail_server.mails()
    assert received.subject == "Grüße"
    assert received.text.split() == text.split()


def test_a_domain_in_other_letters_travels_in_ascii(mail_server):
    with Handover() as connection:
        hand_over(connection, letter(mail("Ruth Keller <ruth@bücher.example>")))
    assert mail_server.addresses == ["ruth@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"to": "ruth\n@example.org"}, id="an address with a line break"),
        pytest.param({"to": "rüth@example.org"}, id="an address that plain SMTP cannot carry"),
        pytest.param({"to": "ruth"}, id="an address without a domain"),
        pytest.param({"subject": "One\nBcc: all@example.org"}, id="a subject with a line break"),
    ],
)
def test_what_cannot_be_sent_is_known_before_a_server_is_asked(wrong):
    with pytest.raises(ValueError):
        letter(mail(**wrong))
