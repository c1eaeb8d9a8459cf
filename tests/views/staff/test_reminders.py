"""How a patient is reminded, as staff set it; what the queue says when nobody answers."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recovery.models import AccessEvent, Consent, Message, Patient, Recovery, User
from recovery.models.recoveries import QueueRank
from recovery.services import delivery, messages, preferences, status, tick
from recovery.tokens import unsubscribe_token
from tests.cast import make_recovery
from tests.crowd import at_once
from tests.pages import filled, read, words
from tests.services.test_tick import local
from tests.texting import MOBILE, Texts, by_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(clinic, nurse, set_clock: Callable[[datetime], None]) -> Recovery:
    recovery = make_recovery(clinic, day=5, now=local(6))
    Message.objects.all().delete()
    set_clock(local(12))
    return recovery


@pytest.fixture
def url(recovery: Recovery) -> str:
    return reverse("reminders_of", args=[recovery.uuid])


def patient_of(recovery: Recovery) -> Patient:
    return Patient.objects.get(pk=recovery.patient_id)


def save(client: Client, url: str, **changes: Any) -> Any:
    fields = filled(client.get(url)) | changes
    return client.post(url, {k: v for k, v in fields.items() if v is not None}, follow=True)


def test_the_patients_page_leads_there_and_the_read_is_recorded(
    as_nurse: Client, nurse: User, recovery: Recovery, url: str
) -> None:
    assert url in as_nurse.get(reverse("staff_recovery", args=[recovery.uuid])).content.decode()
    as_nurse.get(url)
    assert AccessEvent.objects.filter(user=nurse, what="reminders", action="read").count() == 1


def test_texts_need_that_the_patient_was_asked(
    as_nurse: Client, nurse: User, recovery: Recovery, url: str, texts: Any
) -> None:
    sent = {"channels": "email,sms", "mobile": "+44 7400 123456", "sms_ok": "on"}
    assert "Ask the patient first, then tick this." in words(save(as_nurse, url, **sent))
    assert patient_of(recovery).mobile == ""
    assert "Text messages go to +44 7400 123456." in words(save(as_nurse, url, **sent, told="on"))
    assert patient_of(recovery).mobile == "+447400123456"
    consent = Consent.objects.get(patient=recovery.patient_id, withdrawn_at=None)
    assert (consent.sms_ok, consent.email_ok, consent.told_by) == (True, True, nurse)


def test_staff_turn_reminders_on_again_only_as_told(
    as_nurse: Client, recovery: Recovery, url: str
) -> None:
    Patient.objects.update(reminders_off_at=timezone.now())
    on = {"logs_on": "on", "forms_on": "on"}
    assert "Ask the patient first" in words(save(as_nurse, url, **on))
    assert patient_of(recovery).reminders_off_at is not None
    save(as_nurse, url, **on, told="on")
    assert patient_of(recovery).reminders_off_at is None


def test_consent_to_mails_is_withdrawn_and_given_by_name(
    as_nurse: Client, nurse: User, recovery: Recovery, url: str
) -> None:
    save(as_nurse, url, email_ok=None)
    consents = Consent.objects.filter(patient=recovery.patient_id)
    assert not consents.get(withdrawn_at=None).email_ok
    assert "Ask the patient first" in words(save(as_nurse, url, email_ok="on"))
    save(as_nurse, url, email_ok="on", told="on")
    assert consents.get(withdrawn_at=None).email_ok
    assert consents.count() == 3


def test_e_mail_is_not_shown_as_chosen_without_an_agreement(
    as_nurse: Client, recovery: Recovery, url: str
) -> None:
    chosen, said = 'value="email" id="id_channels_0" checked', "has not agreed to e-mails"
    ledger = reverse("recovery_ledger", args=[recovery.uuid])
    html = as_nurse.get(url).content.decode()
    assert chosen in html
    assert said not in html
    assert "Remind by E-mail Follow-up" in words(as_nurse.get(ledger))
    Consent.objects.update(email_ok=False)
    html = as_nurse.get(url).content.decode()
    assert chosen not in html
    assert said in html
    assert "Remind by E-mail, but e-mails are not agreed to" in words(as_nurse.get(ledger))
    # The rest can be set meanwhile.
    save(as_nurse, url, quiet_until="09:00")
    assert (patient_of(recovery).quiet_until, patient_of(recovery).channels) == (time(9), "email")


def test_staff_read_hours_on_their_clock(as_nurse: Client, recovery: Recovery, url: str) -> None:
    Patient.objects.update(remind_at=time(17, 15))
    html = as_nurse.get(url).content.decode()
    for at in ("12:00", "20:30", "17:15"):
        assert f'<option value="{at}"' in html
        assert f">{at}</option>" in html
    assert "As planned" in html
    assert not re.search(r"\d[ \u00a0][AP]M", html)


def test_hours_zone_and_channels_are_set(as_nurse: Client, recovery: Recovery, url: str) -> None:
    wanted = {"remind_at": "09:30", "quiet_until": "09:00", "zone": "America/Denver"}
    save(as_nurse, url, **wanted)
    patient = patient_of(recovery)
    assert (patient.remind_at, patient.quiet_until, patient.zone) == (
        *(time(9, 30), time(9)),
        "America/Denver",
    )
    recovery.refresh_from_db()
    assert recovery.next_event_at is not None


def test_a_pause_by_staff(as_nurse: Client, recovery: Recovery, url: str) -> None:
    post = reverse("reminders_of_pause", args=[recovery.uuid])
    assert "No reminders until Mar 9." in words(as_nurse.post(post, {"days": "7"}, follow=True))
    assert patient_of(recovery).paused_until == date(2026, 3, 9)
    page = words(as_nurse.get(reverse("staff_recovery", args=[recovery.uuid])))
    assert "paused until Mar 9" in page
    assert "Choose for how long." in words(as_nurse.post(post, {}))
    assert "Reminders go again." in words(as_nurse.post(post, {"end": "1"}, follow=True))
    assert patient_of(recovery).paused_until is None


def test_a_number_that_fails_is_called_and_mended(
    as_nurse: Client, recovery: Recovery, url: str, texts: Any
) -> None:
    by_text(recovery, mobile_fails_at=local(11))
    status.set_queue_rank(recovery)
    recovery.save()
    queue = words(as_nurse.get(reverse("queue")))
    assert "Call: mobile number fails" in queue
    assert "The provider refused the number. Ask for another." in queue
    assert "Call: the mobile number fails" in words(as_nurse.get(url))
    as_nurse.post(reverse("mobile_works", args=[recovery.uuid]))
    recovery.refresh_from_db()
    assert patient_of(recovery).mobile_fails_at is None
    assert recovery.queue_rank == QueueRank.OVERDUE


def test_another_number_mends_it_too(
    as_nurse: Client, recovery: Recovery, url: str, texts: Any
) -> None:
    by_text(recovery, mobile_fails_at=local(11))
    save(as_nurse, url, mobile="+1 202 555 0199")
    assert patient_of(recovery).mobile_fails_at is None


def test_a_call_stands_in_the_queue_with_its_reason_until_a_contact(
    as_nurse: Client, recovery: Recovery
) -> None:
    recovery.call_since, recovery.call_for = local(10), "C90"
    status.set_queue_rank(recovery)
    recovery.save()
    assert recovery.queue_rank == QueueRank.CALL
    page = words(as_nurse.get(reverse("queue") + "?only=call"))
    assert "Call: no answer to reminders" in page
    assert "Reminders of Three-month check D90 were not answered. No more go out." in page
    contact = reverse("contact_new", args=[recovery.uuid])
    as_nurse.post(contact, {"kind": "call", "outcome": "advised"})
    recovery.refresh_from_db()
    assert (recovery.call_since, recovery.queue_rank) == (None, None)


def test_the_ledger_tells_the_channel_and_why_not(
    as_nurse: Client, recovery: Recovery, texts: Any
) -> None:
    by_text(recovery)
    for number, (state, reason) in enumerate(
        (("sent", ""), ("not_sent", "paused"), ("not_sent", "call"), ("not_sent", "no_number")), 1
    ):
        Message.objects.create(
            kind="reminder",
            channel="sms",
            state=state,
            reason=reason,
            dedupe_key=f"told {number}",
            clinic=recovery.clinic,
            recovery=recovery,
            checkin=recovery.checkins.get(key="DAY-05"),
            number=number,
            created_at=local(10),
            planned_at=local(10),
            send_after=local(10),
            sent_at=local(10) if state == "sent" else None,
        )
    page = words(as_nurse.get(reverse("recovery_ledger", args=[recovery.uuid])))
    for told in (
        *("Reminder 1, by text", "Reminders are paused", "No mobile number"),
        "Nobody answers: staff call instead",
        "Text messages to ••••42",
    ):
        assert told in page
    saved = b"".join(as_nurse.get(reverse("recovery_ledger_csv", args=[recovery.uuid])))
    assert b"Text message" in saved
    assert MOBILE.encode() not in saved


def test_what_a_sender_holds_already_goes_to_the_new_number(
    as_nurse: Client, recovery: Recovery, url: str, texts: Texts
) -> None:
    by_text(recovery)
    tick.run(now=local(17))
    held = Message.objects.filter(state="claimed")

    def clock() -> datetime:
        if held.exists() and patient_of(recovery).mobile == MOBILE:
            save(as_nurse, url, mobile="+1 202 555 0199")
        return local(17, 6)

    delivery.deliver(clock=clock)
    assert texts.numbers == ["+12025550199"]


@pytest.mark.parametrize("told", ["on", None])
def test_an_opt_out_stands_though_the_page_was_open_meanwhile(
    as_nurse: Client, recovery: Recovery, url: str, told: str | None
) -> None:
    page = filled(as_nurse.get(url))
    one_click(recovery)
    sent = page | {"remind_at": "09:30", "told": told}
    sent = {name: value for name, value in sent.items() if value is not None}
    answer = as_nurse.post(url, sent, follow=True)
    assert "The daily log, Check-in forms: turned off after you opened the page" in words(answer)
    patient = patient_of(recovery)
    assert patient.remind_at == time(9, 30)
    assert patient.reminders_off_at is not None


# In the same moment
# ------------------


def one_click(recovery: Recovery) -> None:
    Client().post(reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)]))


def test_an_opt_out_and_a_pause_stand_though_the_page_was_saved_in_their_moment(
    as_nurse: Client,
    nurse: User,
    recovery: Recovery,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They come when the page's answers are read and nothing is written yet."""
    change = preferences.change

    def at_that_moment(**given: Any) -> None:
        one_click(recovery)
        preferences.pause(recovery=recovery, user=nurse, now=local(12), days=3)
        change(**given)

    monkeypatch.setattr(preferences, "change", at_that_moment)
    save(as_nurse, url, remind_at="09:30")
    patient = patient_of(recovery)
    assert patient.remind_at == time(9, 30)
    assert patient.reminders_off_at is not None
    assert patient.paused_until == date(2026, 3, 5)


def test_one_kind_that_is_turned_off_in_that_moment_stays_so_beside_the_other(
    as_nurse: Client, recovery: Recovery, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = preferences.change

    def at_that_moment(**given: Any) -> None:
        messages.turn_off(patient=recovery.patient, now=local(12), only="forms")
        change(**given)

    monkeypatch.setattr(preferences, "change", at_that_moment)
    save(as_nurse, url, logs_on=None)
    patient = patient_of(recovery)
    assert None not in (patient.logs_off_at, patient.forms_off_at, patient.reminders_off_at)


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_an_opt_out_stands_though_the_page_is_being_written(
    as_nurse: Client, recovery: Recovery, url: str
) -> None:
    writing = Event()

    def slowly(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "recovery_patient"'):
            writing.set()
            sleep(1)
        return execute(sql, *rest)

    def write() -> None:
        with connection.execute_wrapper(slowly):
            save(as_nurse, url, remind_at="09:30")

    def opt_out() -> None:
        assert writing.wait(30)
        one_click(recovery)

    assert at_once([write, opt_out]) == [None, None]
    patient = patient_of(recovery)
    assert patient.remind_at == time(9, 30)
    assert patient.reminders_off_at is not None


# At enrolment
# ------------


@pytest.fixture
def enrolled(as_nurse: Client, recovery: Recovery, texts: Any) -> Callable[..., Any]:
    form = {
        "record_number": "N1",
        "given_name": "Ada",
        "family_name": "Moss",
        "birth_date": "1960-05-05",
        "phone": "555-0190",
        "email": "ada@example.org",
        "zone": "America/New_York",
        "language": "en",
        "told": "on",
        "email_ok": "yes",
        "procedure_date": "2026-03-12",
        "procedure_time": "09:30",
        "quiet_until": "08:00",
        "quiet_from": "21:00",
        "channels": "email",
        "mobile": "",
        "remind_at": "",
        "anticoagulated": "no",
        "osteoporosis": "no",
    }

    def enrol(**changes: Any) -> Any:
        return as_nurse.post(reverse("enrol"), form | changes, follow=True)

    return enrol


def test_a_patient_is_enrolled_with_channels_and_hours(enrolled: Callable[..., Any]) -> None:
    page = enrolled(channels="email,sms", mobile="202 555 0142", sms_ok="on", remind_at="10:00")
    assert "The invitation goes out by e-mail." in words(page)
    patient = Patient.objects.get(record_number="N1")
    assert (patient.channels, patient.mobile, patient.remind_at) == (
        *("email,sms", MOBILE),
        time(10),
    )
    assert Consent.objects.get(patient=patient).sms_ok
    assert Consent.objects.get(patient=patient).text_version == "2"


def test_by_text_alone_no_mail_is_promised_and_none_denied(enrolled: Callable[..., Any]) -> None:
    by_text_alone = {"email_ok": "no", "channels": "sms", "mobile": "202 555 0142", "sms_ok": "on"}
    assert "Reminders go out by text message." in words(enrolled(**by_text_alone))


def test_texts_without_agreement_are_refused_at_enrolment(enrolled: Callable[..., Any]) -> None:
    page = enrolled(channels="sms", mobile="202 555 0142")
    assert "Check this, or choose e-mail alone." in words(page)
    assert read(page).fields["mobile"] == ["202 555 0142"]
    assert not Patient.objects.filter(record_number="N1").exists()
