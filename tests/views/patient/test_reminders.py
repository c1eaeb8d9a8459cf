"""The patient's page of reminders, a pause, "later" by page and by link, what is turned off."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.clinical.readability import grade
from recovery.models import AccessEvent, CheckIn, Consent, Message, Patient, Recovery, User
from recovery.services import delivery, tick
from recovery.tokens import link_token, short_code, unsubscribe_token
from tests.cast import checkin_of, make_recovery
from tests.pages import Page, filled, read, words
from tests.services.test_tick import local
from tests.texting import MOBILE, by_text

pytestmark = pytest.mark.django_db
NOON = local(12)


@pytest.fixture
def recovery(clinic, nurse, set_clock: Callable[[datetime], None]) -> Recovery:
    """On day 5, at noon."""
    recovery = make_recovery(clinic, day=5, now=local(6))
    Message.objects.all().delete()
    set_clock(NOON)
    return recovery


@pytest.fixture
def url(recovery: Recovery) -> str:
    return reverse("reminders", args=[recovery.uuid])


def patient_of(recovery: Recovery) -> Patient:
    return Patient.objects.get(pk=recovery.patient_id)


def save(client: Client, url: str, **changes: Any) -> Any:
    """The page as it stands with `changes`; None takes a field out, as an unticked box is."""
    fields = filled(client.get(url)) | changes
    return client.post(url, {k: v for k, v in fields.items() if v is not None}, follow=True)


def test_today_leads_to_the_page_and_it_shows_what_is(
    as_patient: Client, recovery: Recovery, url: str
) -> None:
    assert url in as_patient.get(reverse("today", args=[recovery.uuid])).content.decode()
    page = read(as_patient.get(url))
    assert page.fields["channels"] == ["email"]
    assert page.fields["logs_on"] == page.fields["forms_on"] == ["on"]
    assert (page.fields["quiet_until"], page.fields["quiet_from"]) == (["08:00"], ["21:00"])


def test_a_number_is_stored_as_it_is_shown_and_the_agreement_is_recorded(
    as_patient: Client, recovery: Recovery, patient_user: User, url: str, texts: Any
) -> None:
    sent = {"channels": "email,sms", "mobile": "(202) 555-0142", "sms_ok": "on"}
    said = words(save(as_patient, url, **sent))
    assert "Text messages go to +1 202-555-0142." in said
    patient = patient_of(recovery)
    assert (patient.mobile, patient.channels) == (MOBILE, "email,sms")
    now, before = Consent.objects.filter(patient=patient).order_by("-pk")
    assert (now.email_ok, now.sms_ok, now.told_by, now.withdrawn_at) == (
        *(True, True, patient_user),
        None,
    )
    assert before.withdrawn_at is not None
    assert AccessEvent.objects.filter(user=patient_user, what="reminders changed").count() == 1
    assert read(as_patient.get(url)).fields["mobile"] == ["+1 202-555-0142"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"mobile": "555-0142"}, "Write a mobile number like +1 202 555 0142."),
        ({"mobile": "call me"}, "Write a mobile number like"),
        ({"mobile": "+1 202 555 0142 0142 0142"}, "Write a mobile number like"),
        ({"mobile": ""}, "Write the number that text messages go to."),
        ({"sms_ok": None}, "Check this, or choose e-mail alone."),
        ({"channels": "pigeon"}, "not one of the available choices"),
        ({"remind_at": "20:00", "quiet_from": "19:00"}, "This is in the quiet hours."),
        ({"remind_at": "03:00"}, "not one of the available choices"),
        ({"quiet_until": "05:00"}, "not one of the available choices"),
        ({"zone": "Mars/Base"}, "is no time zone"),
        ({"language": "tlh"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_kept(
    as_patient: Client,
    recovery: Recovery,
    url: str,
    texts: Any,
    typed: dict[str, Any],
    message: str,
) -> None:
    before = Patient.objects.filter(pk=recovery.patient_id).values().get()
    sound = {"channels": "sms", "mobile": "+12025550142", "sms_ok": "on"}
    answer = save(as_patient, url, **sound | typed)
    assert message in words(answer)
    assert Patient.objects.filter(pk=recovery.patient_id).values().get() == before
    if typed.get("mobile"):
        assert typed["mobile"] in answer.content.decode()


def test_hours_move_the_reminder_that_has_not_gone(
    as_patient: Client, recovery: Recovery, url: str, mail_server: Any
) -> None:
    save(as_patient, url, remind_at="18:30", quiet_from="20:00")
    assert patient_of(recovery).hours.remind_at == time(18, 30)
    tick.run(now=local(17, 59))
    assert not Message.objects.exists()
    tick.run(now=local(18, 30))
    assert Message.objects.get().planned_at == local(18, 30)
    delivery.deliver(clock=lambda: local(18, 36))
    # 20:00 is quiet: the second comes in the morning, while the check-in is open.
    for at in (local(20), local(20, 30), local(8, days=1)):
        tick.run(now=at)
        delivery.deliver(clock=lambda at=at: at + timedelta(minutes=6))
    second = Message.objects.get(number=2)
    assert second.sent_at is not None
    assert second.sent_at >= local(8, days=1)


def test_another_zone_holds_for_what_has_not_gone(
    as_patient: Client, recovery: Recovery, url: str
) -> None:
    save(as_patient, url, zone="America/Los_Angeles")
    tick.run(now=local(17))
    assert not Message.objects.exists()
    tick.run(now=local(20))
    assert Message.objects.get().planned_at == local(20)


def test_a_page_that_opens_elsewhere_holds_no_words_about_texts_where_none_are_sent(
    as_patient: Client, url: str, settings: Any
) -> None:
    settings.SMS_BACKEND = ""
    page = read(as_patient.get(url))
    assert page.offered["channels"] == ["email"]
    assert "mobile" not in page.fields
    assert "phone company" not in page.words


def test_a_number_that_is_replaced_ends_the_links_that_went_to_it(
    as_patient: Client, recovery: Recovery, url: str, texts: Any
) -> None:
    by_text(recovery)
    code = short_code(checkin_of(recovery, "DAY-05"))
    assert Client().get(reverse("short_link", args=[code])).status_code == 302
    save(as_patient, url, mobile="+1 202 555 0199")
    assert Client().get(reverse("short_link", args=[code])).status_code == 404


@pytest.mark.parametrize(("off", "kept"), [("logs_on", "forms_on"), ("forms_on", "logs_on")])
def test_one_kind_is_turned_off_and_on_again(
    as_patient: Client, recovery: Recovery, url: str, off: str, kept: str
) -> None:
    save(as_patient, url, **{off: None})
    fields = read(as_patient.get(url)).fields
    assert (off in fields, kept in fields) == (False, True)
    tick.run(now=local(17))
    delivery.deliver(clock=lambda: local(17, 6))
    reasons = list(Message.objects.values_list("reason", flat=True))
    assert (reasons == ["opted_out"]) is (off == "logs_on")
    save(as_patient, url, **{off: "on"})
    assert patient_of(recovery).logs_off_at is None
    assert patient_of(recovery).forms_off_at is None


def test_all_is_on_again_after_the_link_turned_all_off(
    as_patient: Client, recovery: Recovery, url: str
) -> None:
    Client().post(reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)]))
    assert "logs_on" not in read(as_patient.get(url)).fields
    save(as_patient, url, logs_on="on", forms_on="on")
    assert patient_of(recovery).reminders_off_at is None


# A page that was open meanwhile
# ------------------------------


def one_click(recovery: Recovery, **only: str) -> None:
    Client().post(reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)]), only)


def post(client: Client, url: str, page: dict[str, Any], **changes: Any) -> Any:
    sent = {name: value for name, value in (page | changes).items() if value is not None}
    return client.post(url, sent, follow=True)


def test_a_page_that_was_open_meanwhile_turns_nothing_on_again(
    as_patient: Client, recovery: Recovery, url: str
) -> None:
    page = filled(as_patient.get(url))
    one_click(recovery)
    answer = post(as_patient, url, page, remind_at="18:30")
    assert "The daily log, Check-in forms: turned off after you opened the page" in words(answer)
    patient = patient_of(recovery)
    assert patient.remind_at == time(18, 30)
    assert patient.reminders_off_at is not None
    # What the page shows now can be changed.
    assert "turned off after" not in words(save(as_patient, url, logs_on="on", forms_on="on"))
    assert patient_of(recovery).reminders_off_at is None


def test_what_is_turned_off_meanwhile_and_on_the_page_adds_up(
    as_patient: Client, recovery: Recovery, url: str
) -> None:
    page = filled(as_patient.get(url))
    one_click(recovery, only="forms")
    post(as_patient, url, page, logs_on=None)
    patient = patient_of(recovery)
    assert None not in (patient.logs_off_at, patient.forms_off_at, patient.reminders_off_at)


def test_what_staff_changed_meanwhile_stays_where_the_page_left_it_alone(
    as_patient: Client, as_nurse: Client, recovery: Recovery, url: str, texts: Any
) -> None:
    by_text(recovery)
    page = filled(as_patient.get(url))
    staff = {"quiet_from": "20:00", "channels": "email", "sms_ok": None}
    save(as_nurse, reverse("reminders_of", args=[recovery.uuid]), **staff)
    answer = words(post(as_patient, url, page, quiet_until="09:00"))
    said = "Remind by, I agree to get text messages, Nothing after: changed after you opened the"
    assert said in answer
    patient = patient_of(recovery)
    assert (patient.quiet_until, patient.quiet_from) == (time(9), time(20))
    assert patient.channels == "email"
    assert not Consent.objects.get(patient=patient, withdrawn_at=None).sms_ok


def test_what_both_changed_is_asked_again(
    as_patient: Client, as_nurse: Client, recovery: Recovery, url: str
) -> None:
    page = filled(as_patient.get(url))
    save(as_nurse, reverse("reminders_of", args=[recovery.uuid]), remind_at="10:00")
    answer = post(as_patient, url, page, remind_at="18:30")
    assert "It is now: 10:00" in words(answer)
    assert patient_of(recovery).remind_at == time(10)
    # Read, it can be replaced.
    post(as_patient, url, filled(answer))
    assert patient_of(recovery).remind_at == time(18, 30)


@pytest.mark.parametrize("shown", [None, "", "{}", "x:y", "\0"])
def test_a_page_that_says_nothing_true_of_what_it_showed_is_taken_as_new(
    as_patient: Client, recovery: Recovery, url: str, shown: str | None
) -> None:
    assert "Saved." in words(save(as_patient, url, shown=shown, remind_at="18:30"))
    assert patient_of(recovery).remind_at == time(18, 30)


@pytest.mark.parametrize("only", ["logs", "forms"])
def test_the_link_turns_off_one_kind_by_one_post(recovery: Recovery, only: str) -> None:
    url = reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)])
    page = words(Client().post(url, {"only": only}))
    assert "The other reminders still come." in page
    patient = patient_of(recovery)
    assert (patient.logs_off_at is not None, patient.forms_off_at is not None) == (
        only == "logs",
        only == "forms",
    )
    assert patient.reminders_off_at is None


# A pause
# -------


def pause(client: Client, recovery: Recovery, **fields: Any) -> Any:
    return client.post(reverse("reminders_pause", args=[recovery.uuid]), fields, follow=True)


def test_a_pause_says_what_it_does_not_stop_and_ends_by_itself(
    as_patient: Client, recovery: Recovery, mail_server: Any
) -> None:
    url = reverse("reminders_pause", args=[recovery.uuid])
    assert "If an answer of yours worries us, we still call you." in words(as_patient.get(url))
    said = words(pause(as_patient, recovery, days="1"))
    assert "Paused until Tuesday, March 3" in said
    assert patient_of(recovery).paused_until == date(2026, 3, 3)
    for at in (local(17), local(17, days=1)):
        tick.run(now=at)
        delivery.deliver(clock=lambda at=at: at + timedelta(minutes=6))
    rows = Message.objects.filter(kind="reminder", number=1).order_by("planned_at")
    assert [(row.state, row.reason) for row in rows] == [("not_sent", "paused"), ("sent", "")]


def test_an_emergency_is_told_to_staff_in_a_pause_too(
    as_patient: Client, recovery: Recovery, nurse: User, mail_server: Any
) -> None:
    pause(as_patient, recovery, days="14")
    from_link = reverse("log_form", args=[recovery.uuid, recovery.uuid])
    answer = as_patient.post(from_link, {"bladder": "yes"})
    assert answer.status_code == 200
    delivery.deliver(clock=lambda: NOON + timedelta(minutes=2))
    assert mail_server.addresses == [nurse.email]


def test_it_can_be_ended_at_once(as_patient: Client, recovery: Recovery) -> None:
    pause(as_patient, recovery, days="7")
    assert "Pause reminders" in words(pause(as_patient, recovery, end="1"))
    assert patient_of(recovery).paused_until is None


@pytest.mark.parametrize("days", ["", "0", "15", "-3", "ever"])
def test_no_other_length_is_taken(as_patient: Client, recovery: Recovery, days: str) -> None:
    answer = pause(as_patient, recovery, days=days)
    assert answer.status_code == 200
    assert patient_of(recovery).paused_until is None


# Later
# -----


@pytest.fixture
def later_url(recovery: Recovery) -> str:
    return reverse("link_later", args=[link_token(checkin_of(recovery, "DAY-05"))])


def test_looking_changes_nothing_and_one_post_puts_it_off(
    recovery: Recovery, later_url: str
) -> None:
    phone = Client(enforce_csrf_checks=True)
    for ask in (phone.get, phone.head) * 3:
        assert ask(later_url).status_code == 200
    assert checkin_of(recovery, "DAY-05").later_at is None
    page = words(phone.post(later_url, {"when": "tonight"}))
    assert "We will remind you" in page
    assert checkin_of(recovery, "DAY-05").later_at == local(20)
    recovery.refresh_from_db()
    assert recovery.next_event_at is not None
    assert recovery.next_event_at <= local(20)


@pytest.mark.parametrize("when", ["", "never", "hour;tonight"])
def test_another_time_is_refused(recovery: Recovery, later_url: str, when: str) -> None:
    answer = Client().post(later_url, {"when": when})
    assert answer.status_code == 200
    assert "Choose a time." in words(answer)
    assert checkin_of(recovery, "DAY-05").later_at is None


def test_signed_in_it_stands_on_today(as_patient: Client, recovery: Recovery) -> None:
    checkin = checkin_of(recovery, "DAY-05")
    url = reverse("checkin_later", args=[recovery.uuid, checkin.uuid])
    assert url in as_patient.get(reverse("today", args=[recovery.uuid])).content.decode()
    assert "Tomorrow morning at 8:00 AM" in words(as_patient.get(url))
    assert "We will remind you" in words(as_patient.post(url, {"when": "morning"}))
    assert checkin_of(recovery, "DAY-05").later_at == local(8, days=1)


def test_an_answered_check_in_has_no_later(recovery: Recovery, later_url: str) -> None:
    CheckIn.objects.filter(key="DAY-05").update(state="completed", completed_at=NOON)
    assert "Already answered" in words(Client().get(later_url))
    assert "Choose a time." in words(Client().post(later_url, {"when": "hour"}))


def test_a_reminder_has_the_link_to_it(
    recovery: Recovery, later_url: str, mail_server: Any
) -> None:
    tick.run(now=local(17))
    delivery.deliver(clock=lambda: local(17, 6))
    [mail] = mail_server.mails()
    assert any(link.endswith(later_url) for link in mail.links)


# A short link
# ------------


def test_a_short_link_leads_to_the_check_in_and_changes_nothing(recovery: Recovery) -> None:
    url = reverse("short_link", args=[short_code(checkin_of(recovery, "DAY-05"))])
    before = list(CheckIn.objects.values())
    for ask in (Client().get, Client().head):
        assert ask(url, follow=True).status_code == 200
    assert Client().post(url).status_code == 405
    assert list(CheckIn.objects.values()) == before
    assert Client().get(reverse("short_link", args=["A" * 32])).status_code == 404


def test_the_pages_are_easy_to_read(
    as_patient: Client, recovery: Recovery, url: str, later_url: str, texts: Any
) -> None:
    """Their sentences: what stands in paragraphs and lists."""
    for address in (url, reverse("reminders_pause", args=[recovery.uuid]), later_url):
        html = as_patient.get(address).content.decode()
        main = html[html.index("<main") : html.index("</main>")]
        said = [Page(part).words for part in re.findall(r"<(?:p|li)\b.*?</(?:p|li)>", main)]
        assert grade(" ".join(said)) <= 6, (address, said)
