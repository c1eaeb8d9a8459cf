"""Text messages: handed over in the two steps of a mail, by the same claims."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from recovery.clinical.readability import grade
from recovery.models import CheckIn, Clinic, Consent, Heartbeat, Message, Patient, Recovery
from recovery.models.recoveries import QueueRank
from recovery.services import delivery, foresight, rounds, sms, tick
from recovery.services.smtp import Answer
from recovery.tokens import checkin_of_code, short_code
from tests.cast import make_recovery
from tests.services.test_delivery import owe
from tests.services.test_tick import local
from tests.texting import MOBILE, Provider, Texts, by_text

pytestmark = pytest.mark.django_db
AT = local(17)


@pytest.fixture
def patient(clinic, nurse, mail_server, texts) -> Recovery:
    """On day 5, by text alone, to whom nothing is owed yet."""
    recovery = by_text(make_recovery(clinic, day=5, now=local(6)))
    Message.objects.all().delete()
    return recovery


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Provider]:
    settings.SMS_BACKEND = "tests.texting.Provider"
    monkeypatch.setattr(Provider, "answer", Answer.ACCEPTED)
    monkeypatch.setattr(Provider, "away", False)
    return Provider


def text(recovery: Recovery, **fields: Any) -> Message:
    return owe(recovery, channel="sms", user=None, **fields)


def outcome(message: Message) -> tuple[str, str]:
    delivery.deliver(clock=lambda: AT)
    message.refresh_from_db()
    return message.state, message.reason


def test_a_due_reminder_goes_as_a_text_with_a_short_link(patient, texts: Texts, mail_server):
    tick.run(now=AT)
    delivery.deliver(clock=lambda: AT + rounds.ROUND)
    delivery.deliver(clock=lambda: local(17, 10))
    mail = Message.objects.get(kind="reminder")
    assert (mail.channel, mail.state, mail.user) == ("sms", "sent", None)
    assert mail_server.accepted == []
    [kept] = texts.all
    assert (kept["recipient"], kept["message_id"]) == (MOBILE, str(mail.uuid))
    assert kept["words"].startswith("Your clinic: Your check-in is open.")
    [link] = [word for word in kept["words"].split() if word.startswith("http")]
    assert resolve(link.removeprefix("http://testserver")).url_name == "short_link"
    assert len(kept["words"]) <= 160


def test_its_words_are_easy_and_say_nothing_of_health(patient, texts: Texts):
    text(patient)
    delivery.deliver(clock=lambda: AT)
    words = texts.all[0]["words"]
    plain = " ".join(word for word in words.split() if not word.startswith("http"))
    assert grade(plain) <= 6
    for told in ("pain", "spine surgery", "nerve", "Keller", "Ruth", "procedure", "day 5"):
        assert told.lower() not in plain.lower()


def test_only_of_a_log_it_says_how_long_it_takes(patient, texts: Texts):
    row = text(patient)
    CheckIn.objects.filter(pk=row.checkin_id).update(form="one_month")
    delivery.deliver(clock=lambda: AT)
    assert "Your check-in is open. http" in texts.all[0]["words"]


def test_mails_and_texts_mix_in_a_batch(clinic, patient, texts, mail_server):
    other = make_recovery(clinic, day=5, now=local(6))
    Message.objects.all().delete()
    rows = [text(patient), owe(other)]
    done = delivery.deliver(clock=lambda: AT)
    assert [row.state for row in Message.objects.filter(pk__in=[r.pk for r in rows])] == [
        "sent"
    ] * 2
    assert (len(texts.all), len(mail_server.accepted)) == (1, 1)
    assert done["sent"] == 2


REFUSALS = {
    "no agreement": (lambda r: Consent.objects.update(sms_ok=False), "no_texts"),
    "no number": (lambda r: Patient.objects.update(mobile=""), "no_number"),
    "the number fails": (lambda r: Patient.objects.update(mobile_fails_at=AT), "number_fails"),
    "turned off": (lambda r: Patient.objects.update(reminders_off_at=AT), "opted_out"),
    "logs turned off": (lambda r: Patient.objects.update(logs_off_at=AT), "opted_out"),
    "paused": (lambda r: Patient.objects.update(paused_until="2026-03-03"), "paused"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_text_does_not_go_and_says_why(patient, texts: Texts, case):
    change, reason = REFUSALS[case]
    row = text(patient)
    change(patient)
    assert outcome(row) == ("not_sent", reason)
    assert texts.all == []


def test_without_a_backend_nothing_goes_and_the_reason_is_kept(patient, texts, settings):
    settings.SMS_BACKEND = ""
    assert outcome(text(patient)) == ("not_sent", "no_provider")


def test_texts_need_no_agreement_to_mails_nor_an_address(patient, texts: Texts):
    Consent.objects.update(email_ok=False)
    Patient.objects.update(address_fails_at=AT)
    assert outcome(text(patient)) == ("sent", "")


def test_forms_turned_off_stop_no_log(patient, texts: Texts):
    Patient.objects.update(forms_off_at=AT)
    assert outcome(text(patient)) == ("sent", "")


def test_a_refused_number_is_marked_and_stands_in_the_queue(patient, provider):
    provider.answer = Answer.REFUSED
    assert outcome(text(patient)) == ("refused", "number_fails")
    patient.refresh_from_db()
    assert patient.patient.mobile_fails_at == AT
    assert patient.queue_rank == QueueRank.CALL
    assert patient.patient.address_fails_at is None


@pytest.mark.parametrize("answer", [Answer.UNKNOWN, RuntimeError("cut"), TimeoutError()])
def test_one_that_may_have_gone_is_unknown_and_never_goes_again(patient, provider, texts, answer):
    provider.answer = answer
    row = text(patient)
    assert outcome(row) == ("unknown", "")
    provider.answer = Answer.ACCEPTED
    assert outcome(row) == ("unknown", "")
    assert texts.all == []


def test_one_that_may_be_taken_later_waits_and_goes_once(patient, provider, texts: Texts):
    provider.answer = Answer.LATER
    row = text(patient)
    assert outcome(row) == ("owed", "")
    assert row.send_after == local(17, 1)
    provider.answer = Answer.ACCEPTED
    delivery.deliver(clock=lambda: local(17, 1))
    delivery.deliver(clock=lambda: local(17, 2))
    assert texts.numbers == [MOBILE]


def test_one_that_the_provider_never_takes_says_so(patient, provider):
    provider.answer = Answer.REJECTED
    assert outcome(text(patient)) == ("refused", "server")
    assert Patient.objects.get(pk=patient.patient_id).mobile_fails_at is None


def test_a_number_that_cannot_be_one_is_set_aside_after_three_tries(patient, texts: Texts):
    Patient.objects.update(mobile="+1202555CALL")
    row = text(patient)
    for minute in (0, 2, 10, 40):
        delivery.deliver(clock=lambda minute=minute: local(17, minute))
    row.refresh_from_db()
    assert (row.state, row.reason, row.failures, row.fault) == (
        "refused",
        "broken",
        3,
        "ValueError",
    )
    assert texts.all == []


def test_a_provider_that_is_away_is_known_and_holds_no_mail_back(clinic, patient, provider):
    provider.away = True
    other = make_recovery(clinic, day=5, now=local(6))
    Message.objects.all().delete()
    row, mail = text(patient), owe(other)
    rounds.send_round(clock=lambda: AT, at=lambda: AT)
    for one in (row, mail):
        one.refresh_from_db()
    assert (row.state, mail.state) == ("owed", "sent")
    beats = {beat.name: beat.behind_since for beat in Heartbeat.objects.all()}
    assert (beats["text provider"], beats["mail server"]) == (AT, None)
    provider.away = False
    rounds.send_round(clock=lambda: local(17, 2), at=lambda: local(17, 2))
    assert Heartbeat.objects.get(name="text provider").behind_since is None


def test_a_provider_that_nobody_needs_any_more_keeps_no_banner_up(patient, provider):
    provider.away = True
    row = text(patient)
    rounds.send_round(clock=lambda: AT, at=lambda: AT)
    Message.objects.filter(pk=row.pk).update(state="not_sent", reason="answered")
    rounds.send_round(clock=lambda: local(17, 2), at=lambda: local(17, 2))
    assert Heartbeat.objects.get(name="text provider").behind_since is None


def test_a_text_costs_two_statements_at_most(patient, texts):
    Patient.objects.update(paused_until=None)

    def statements(count: int) -> int:
        for number in range(count):
            text(patient, number=None, dedupe_key=f"asked {count} {number}")
        with CaptureQueriesContext(connection) as captured:
            delivery.deliver(clock=lambda: AT)
        return len(
            [q for q in captured if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVE", "REL"))]
        )

    few, many = statements(2), statements(18)
    assert many - few <= 2 * 16


@pytest.mark.parametrize("path", ["tests.texting.NoProvider", "tests.texting.Missing", "no.such"])
def test_a_backend_that_is_none_stops_the_start(path: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SMS_BACKEND"):
        sms.backend(path)


def test_a_clinic_is_named_as_it_chose(patient, texts: Texts):
    Clinic.objects.update(mail_name="Northgate")
    assert outcome(text(patient)) == ("sent", "")
    [kept] = texts.all
    assert kept["words"].startswith("Northgate: Your check-in is open.")


def test_the_console_shows_what_would_be_sent(patient, settings, capsys):
    settings.SMS_BACKEND = "recovery.services.sms.ConsoleBackend"
    assert outcome(text(patient)) == ("sent", "")
    assert f"Text to {MOBILE}: Your clinic: " in capsys.readouterr().out


def test_the_dry_run_names_what_the_engine_then_sends(patient: Recovery, texts: Texts) -> None:
    mine = Recovery.objects.filter(pk=patient.pk)
    [said] = foresight.outlook(mine, now=local(16), until=local(17, 30)).mails
    assert (said.message.channel, said.reason) == ("sms", "")
    tick.run(now=AT)
    delivery.deliver(clock=lambda: said.at)
    assert texts.numbers == [MOBILE]


def test_a_short_code_is_not_to_be_forged(patient):
    checkin = patient.checkins.get(key="DAY-05")
    code = short_code(checkin)
    assert checkin_of_code(code) == checkin.uuid
    assert len(code) == 32
    for forged in (
        code[:-1] + ("A" if code[-1] != "A" else "B"),
        code[:22],
        "",
        "é" * 32,
        "A" * 32,
    ):
        assert checkin_of_code(forged) is None
