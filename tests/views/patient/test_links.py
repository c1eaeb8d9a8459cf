"""A check-in by its link: open to its holder, closed to everything else, changed by no GET."""

import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.clinical.pathway import local
from recovery.clinical.rules import RULES_BY_ID
from recovery.models import (
    Alert,
    CheckIn,
    Clinic,
    DailyLog,
    MailEvent,
    Message,
    Patient,
    PatientAccess,
    Recovery,
    User,
)
from recovery.services import delivery, reschedules, tick
from recovery.tokens import link_token, unsubscribe_token
from tests.cast import NUMBERS, QUIET, checkin_of, make_recovery, reminder, user_of
from tests.mailserver import MailServer
from tests.pages import filled, read, words
from tests.views.patient.conftest import QUIET_POST, TODAY, at

ANSWERS = {name: value for name, value in QUIET_POST.items() if name != "log_date"}
R01 = RULES_BY_ID["R01"].patient_text.format_map(NUMBERS)


@pytest.fixture
def token(recovery: Recovery) -> str:
    return link_token(checkin_of(recovery, "DAY-02"))


@pytest.fixture
def phone() -> Client:
    """A browser that nobody is signed in to and that keeps no cookies worth the name."""
    return Client(enforce_csrf_checks=True)


def address(token: str, client_id: uuid.UUID | None = None) -> str:
    return reverse("link_form", args=[token, client_id or uuid.uuid4()])


def send(phone: Client, token: str, client_id: uuid.UUID | None = None, **changes: Any) -> Any:
    answers = {k: v for k, v in (ANSWERS | changes).items() if v is not None}
    return phone.post(address(token, client_id), answers)


def close_alerts(nurse: User, at: datetime) -> None:
    Alert.objects.update(state="closed", closed_by=nurse, closed_at=at, closing_reason="phone")


def everything() -> list[Any]:
    models = (Recovery, CheckIn, DailyLog, Message, MailEvent, Alert, User, Clinic)
    return [list(model.objects.order_by("pk").values()) for model in models]


# Opening
# -------


def test_the_link_opens_its_form_without_a_password(phone: Client, token: str) -> None:
    page = phone.get(reverse("link", args=[token]), follow=True)
    assert page.redirect_chain[0][0].startswith(f"/c/{token}/")
    assert "Your check-in" in words(page)
    assert set(map(tuple, filled(page).values())) == {("",)}


@pytest.mark.parametrize("name", ["link", "link_form", "link_signs"])
def test_a_page_behind_a_link_shows_nothing_else_of_the_patient(
    phone: Client, token: str, recovery: Recovery, name: str
) -> None:
    where = address(token) if name == "link_form" else reverse(name, args=[token])
    html = phone.get(where, follow=True).content.decode()
    person = recovery.patient
    for secret in (
        person.given_name,
        person.family_name,
        person.record_number,
        str(person.uuid),
        str(recovery.uuid),
        "recoveries/",
        "History",
        "Sign out",
        "day 2",
    ):
        assert secret not in html


@pytest.mark.parametrize("name", ["link", "link_form", "link_signs", "unsubscribe"])
def test_opening_changes_nothing_however_often(phone: Client, token: str, name: str) -> None:
    where = address(token) if name == "link_form" else reverse(name, args=[token])
    before = everything()
    for ask in (phone.get, phone.head) * 3:
        assert ask(where, follow=True).status_code in (200, 404)
    assert everything() == before


def openings() -> list[tuple[Message, datetime]]:
    rows = MailEvent.objects.filter(kind="opened").order_by("pk")
    # The clock runs on from where it was set.
    return [(row.message, row.at.replace(second=0, microsecond=0)) for row in rows]


def test_a_touch_of_the_page_is_kept_once_for_the_latest_reminder_that_had_gone(
    phone: Client,
    recovery: Recovery,
    token: str,
    afternoon: datetime,
    set_clock: Callable[[datetime], None],
) -> None:
    hour, checkin = timedelta(hours=1), checkin_of(recovery, "DAY-02")
    reminder(checkin, afternoon - 2 * hour, number=1)
    second = reminder(checkin, afternoon - hour, number=2)
    touched = reverse("link_opened", args=[token])
    assert touched in phone.get(reverse("link", args=[token]), follow=True).content.decode()
    assert phone.get(touched).status_code == phone.head(touched).status_code == 405
    assert openings() == []
    for minute in range(3):
        set_clock(afternoon + timedelta(minutes=minute))
        assert phone.post(touched).status_code == 204
    assert openings() == [(second, afternoon)]
    third = reminder(checkin, afternoon + hour, number=None)
    set_clock(afternoon + 2 * hour)
    phone.post(touched)
    assert openings() == [(second, afternoon), (third, afternoon + 2 * hour)]


def test_a_page_that_no_reminder_leads_to_has_no_opening(
    phone: Client, recovery: Recovery, token: str, afternoon: datetime
) -> None:
    reminder(checkin_of(recovery, "DAY-02"), None, number=1)
    assert phone.post(reverse("link_opened", args=[token])).status_code == 204
    assert openings() == []


@pytest.mark.parametrize("name", ["link", "link_signs", "link_renew", "link_opened"])
@pytest.mark.parametrize("broken", ["x", "0" * 32, "0" * 32 + ":forged", "a:b:c"])
def test_a_broken_token_is_404(phone: Client, db: None, name: str, broken: str) -> None:
    ask = phone.post if name in ("link_renew", "link_opened") else phone.get
    assert ask(reverse(name, args=[broken])).status_code == 404


def test_a_token_opens_one_check_in_only(phone: Client, recovery: Recovery, token: str) -> None:
    swapped = link_token(checkin_of(recovery, "EVE0")).partition(":")[0]
    forged = f"{swapped}:{token.partition(':')[2]}"
    assert phone.get(reverse("link", args=[forged])).status_code == 404


# Answering
# ---------


def test_a_post_stores_the_log_and_completes_the_check_in(
    phone: Client, token: str, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    response = send(phone, token, client_id)
    assert response["Location"] == reverse("link_saved", args=[token, client_id])
    log = DailyLog.objects.get()
    assert {name: getattr(log, name) for name in QUIET} == QUIET
    assert (log.day, log.mode, log.entered_by, log.late) == (2, "link", None, False)
    assert checkin_of(recovery, "DAY-02").completed_by == log
    said = words(phone.get(response["Location"]))
    assert "Thank you. Your log is saved." in said
    assert "Saved at 3:30 PM." in said


def test_the_date_is_the_check_ins_whatever_is_sent(
    phone: Client, token: str, set_clock: Callable
) -> None:
    set_clock(at(3, 9))
    send(phone, token, log_date="2026-03-05")
    log = DailyLog.objects.get()
    assert (log.day, log.late) == (2, True)


def test_where_the_check_ins_day_has_not_come_yet_the_log_is_about_today(
    phone: Client, clinic: Clinic, nurse: User, set_clock: Callable
) -> None:
    """It opened in New Zealand; the patient has flown to New York, and the zone followed."""
    morning = local(TODAY, time(9), "Pacific/Auckland")
    set_clock(morning)
    recovery = make_recovery(clinic, now=morning, zone="Pacific/Auckland")
    token, client_id = link_token(checkin_of(recovery, "DAY-02")), uuid.uuid4()
    Patient.objects.update(zone="America/New_York")
    assert "Tuesday, March 3" in words(phone.get(address(token, client_id)))
    response = send(phone, token, client_id, saddle="yes")
    assert response["Location"] == reverse("link_saved", args=[token, client_id])
    assert R01 in words(phone.get(response["Location"]))
    log = DailyLog.objects.get()
    assert (log.log_date, log.day, log.saddle) == (TODAY - timedelta(days=1), 1, "yes")
    assert Alert.objects.get().rule == "R01"


def test_a_weekly_check_in_means_today(phone: Client, clinic: Clinic, afternoon: datetime) -> None:
    recovery = make_recovery(clinic, day=36, now=afternoon)
    send(phone, link_token(checkin_of(recovery, "PULSE-34")))
    assert DailyLog.objects.get().day == 36
    assert checkin_of(recovery, "PULSE-34").state == CheckIn.State.COMPLETED


def test_an_emergency_is_shown_with_what_was_told_and_no_more(
    phone: Client, token: str, recovery: Recovery
) -> None:
    Recovery.objects.update(levels="L4 and L5", anticoagulated=True)
    page = phone.get(send(phone, token, bladder="yes")["Location"])
    assert R01 in read(page).advice
    assert "Bladder trouble" in words(page)
    assert "L4" not in words(page)
    assert "Blood thinner" not in words(page)


def test_a_refused_form_by_link_hides_no_emergency_and_can_be_mended(
    phone: Client, token: str
) -> None:
    client_id = uuid.uuid4()
    page = send(phone, token, client_id, pain_avg="12", saddle="yes")
    assert R01 in read(page).advice
    again = filled(page) | {"pain_avg": "3"}
    assert phone.post(address(token, client_id), again).status_code == 302
    first, second = DailyLog.objects.order_by("pk")
    assert (second.supersedes, second.pain_avg) == (first, 3)


@pytest.mark.parametrize(
    ("who", "source"), [("caregiver", "caregiver"), ("both", "patient"), ("nobody now", "patient")]
)
def test_an_answer_by_link_is_of_the_one_who_is_written_to(
    phone: Client, token: str, recovery: Recovery, who: str, source: str
) -> None:
    PatientAccess.objects.update(relationship="caregiver" if who == "caregiver" else "self")
    if who == "both":
        daughter = User.objects.create_user("daughter@example.org")
        PatientAccess.objects.create(
            user=daughter, patient=recovery.patient, relationship="caregiver"
        )
    if who == "nobody now":
        PatientAccess.objects.update(ended_at=recovery.procedure_at)
    send(phone, token, signs="hard_to_wake")
    log = DailyLog.objects.get()
    assert (log.source, log.mode, log.entered_by) == (source, "link", None)


def test_missing_answers_are_asked_again(phone: Client, token: str) -> None:
    page = send(phone, token, bowel=None)
    assert "Tell us about your bowel" in words(page)
    assert read(page).buttons == ["save_incomplete"]
    assert DailyLog.objects.count() == 0


# Answered
# --------


def test_an_answered_link_says_when_and_offers_sign_in(phone: Client, token: str) -> None:
    send(phone, token)
    page = phone.get(reverse("link", args=[token]))
    assert "Already answered This check-in was saved at 3:30 PM." in words(page)
    assert "Sign in to change an answer" in words(page)
    assert "4 of 10" not in words(page)


DO_IT_NOW = "If we told you to get help or to call, do it now."


@pytest.mark.parametrize("answers", [{"bladder": "yes"}, {"signs": "calf_one_leg"}])
def test_an_answered_link_never_says_that_nothing_is_needed(
    phone: Client, token: str, nurse: User, afternoon: datetime, answers: dict[str, str]
) -> None:
    client_id = uuid.uuid4()
    send(phone, token, client_id, **answers)
    send(phone, token, client_id, revision="0")
    page = phone.get(reverse("link", args=[token]))
    assert DO_IT_NOW in words(page)
    assert "Nothing more" not in words(page)
    assert "nerves" not in words(page)
    assert "calf" not in words(page)

    close_alerts(nurse, afternoon)
    assert DO_IT_NOW not in words(phone.get(reverse("link", args=[token])))


def test_a_link_says_nothing_of_what_came_by_another_door_or_for_another_day(
    phone: Client, token: str, as_patient: Client, recovery: Recovery
) -> None:
    by_login = reverse("log_form", args=[recovery.uuid, uuid.uuid4()])
    as_patient.post(by_login, QUIET_POST | {"bladder": "yes"})
    send(phone, link_token(checkin_of(recovery, "DAY-01")), signs="calf_one_leg")
    page = phone.get(reverse("link", args=[token]))
    assert "Already answered" in words(page)
    assert DO_IT_NOW not in words(page)


def test_a_link_that_expired_unseen_still_says_to_do_what_was_told(
    phone: Client, token: str, set_clock: Callable
) -> None:
    set_clock(at(3, 22))
    send(phone, token, bladder="yes")
    page = phone.get(reverse("link", args=[token]))
    assert "This link has expired" in words(page)
    assert DO_IT_NOW in words(page)


def test_a_link_says_what_its_day_was_told_before_the_procedure_moved(
    phone: Client, token: str, recovery: Recovery, nurse: User, afternoon: datetime
) -> None:
    """Today is day 2 of the old date and day 3 of the new one."""
    send(phone, token, bladder="yes")
    recovery.refresh_from_db()
    reschedules.reschedule(
        recovery=recovery,
        user=nurse,
        now=afternoon,
        procedure_at=recovery.procedure_at - timedelta(days=1),
        anchor=1,
    )
    tick.run(now=afternoon)
    new = link_token(CheckIn.objects.get(anchor=2, key="DAY-03"))
    assert DO_IT_NOW in words(phone.get(reverse("link", args=[new])))
    assert DO_IT_NOW in words(phone.get(reverse("link", args=[token])))


def test_a_link_keeps_the_advice_of_its_own_log_alone(
    phone: Client, token: str, nurse: User, afternoon: datetime
) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    send(phone, token, first, bladder="yes")
    page = phone.get(send(phone, token, first, revision="0")["Location"])
    assert R01 in read(page).advice
    assert "This advice stays until a nurse has checked it" in words(page)

    other = words(phone.get(send(phone, token, second)["Location"]))
    assert R01 not in other
    assert "This advice stays" not in other
    # Not even a comfort tells that something stands; it is left out.
    calm = send(phone, token, second, revision="0", pain_avg="9", pain_controlled="yes")
    assert DailyLog.objects.latest("pk").shown_rule == "R32"
    assert "Pain can be higher" not in words(phone.get(calm["Location"]))

    close_alerts(nurse, afternoon)
    page = phone.get(reverse("link_saved", args=[token, first]))
    assert read(page).advice == ""
    assert "This advice stays" not in words(page)


def test_a_closed_link_calls_whoever_answers_now(
    phone: Client, token: str, set_clock: Callable
) -> None:
    set_clock(at(4, 22))
    page = send(phone, token)
    assert "If something worries you, call us at 555-0199." in words(page)


def test_going_back_shows_the_senders_own_answers_for_a_correction(
    phone: Client, token: str
) -> None:
    client_id = uuid.uuid4()
    send(phone, token, client_id)
    shown = filled(phone.get(address(token, client_id)))
    assert (shown["pain_avg"], shown["revision"]) == (["4"], ["0"])
    phone.post(address(token, client_id), shown | {"saddle": "yes"})
    assert DailyLog.objects.current().get().rules == ["R01"]
    # To anybody else the link is answered.
    assert "Already answered" in words(phone.get(address(token)))


def test_answers_to_an_answered_check_in_are_kept_all_the_same(phone: Client, token: str) -> None:
    send(phone, token)
    assert send(phone, token, bladder="yes").status_code == 302
    assert DailyLog.objects.count() == 2
    assert Alert.objects.get().rule == "R01"


def test_a_log_that_was_not_sent_by_link_is_not_shown_to_one(
    phone: Client, token: str, as_patient: Client, recovery: Recovery
) -> None:
    client_id = uuid.uuid4()
    as_patient.post(reverse("log_form", args=[recovery.uuid, client_id]), QUIET_POST)
    assert phone.get(reverse("link_saved", args=[token, client_id])).status_code == 404
    assert "4" not in filled(phone.get(address(token, client_id))).get("pain_avg", [])


# Expired
# -------


@pytest.mark.parametrize("ticked", [True, False])
def test_an_expired_link_says_so_and_offers_a_new_one(
    phone: Client, token: str, set_clock: Callable, ticked: bool
) -> None:
    set_clock(at(3, 12))
    if ticked:
        tick.run(now=at(3, 12))
    for where in (reverse("link", args=[token]), address(token)):
        page = phone.get(where)
        assert page.status_code == 200
        assert "This link has expired" in words(page)
        assert "If another is open now, we can send you a new link." in words(page)
        assert "Send me a new link" in words(page)


def test_a_link_that_is_answered_the_next_morning_asks_about_its_own_day(
    phone: Client, token: str, set_clock: Callable
) -> None:
    assert "over the past 24 hours" in words(phone.get(address(token)))
    set_clock(at(3, 9))
    for page in phone.get(address(token)), send(phone, token, signs=None):
        assert "Your back pain that day, on average" in words(page)
        assert "Check any you had that day" in words(page)
        assert "past 24 hours" not in words(page)


def test_a_form_posted_within_a_day_of_expiry_is_stored_late_and_answered(
    phone: Client, token: str, recovery: Recovery, set_clock: Callable
) -> None:
    set_clock(at(4, 11, 59))
    tick.run(now=at(4, 11, 59))
    page = phone.get(send(phone, token, bladder="yes")["Location"])
    assert R01 in read(page).advice
    log = DailyLog.objects.get()
    assert (log.day, log.late) == (2, True)
    assert checkin_of(recovery, "DAY-02").state == CheckIn.State.EXPIRED


def test_missing_answers_can_be_given_as_long_as_they_would_be_stored(
    phone: Client, token: str, set_clock: Callable
) -> None:
    set_clock(at(3, 22))
    client_id = uuid.uuid4()
    saved = send(phone, token, client_id, bladder=None, save_incomplete="1")["Location"]
    assert address(token, client_id) in phone.get(saved).content.decode()
    again = phone.get(address(token, client_id))
    assert filled(again)["pain_avg"] == ["4"]
    phone.post(address(token, client_id), filled(again) | {"bladder": "no"})
    assert DailyLog.objects.current().get().missing_text == ""


def test_nobody_is_asked_for_what_can_no_longer_be_answered(
    phone: Client, token: str, set_clock: Callable
) -> None:
    saved = send(phone, token, bladder=None, save_incomplete="1")["Location"]
    assert "Some safety questions have no answer yet." in words(phone.get(saved))
    set_clock(at(4, 13))
    assert "Some safety questions have no answer yet." not in words(phone.get(saved))


@pytest.mark.parametrize(
    ("answers", "advice"), [({"bladder": "yes"}, True), ({"bladder": "unsure"}, False), ({}, False)]
)
def test_later_nothing_is_stored_but_red_flags_are_still_answered(
    phone: Client, token: str, set_clock: Callable, answers: dict[str, str], advice: bool
) -> None:
    set_clock(at(4, 12, 1))
    page = send(phone, token, **answers)
    assert page.status_code == 200
    assert DailyLog.objects.count() == 0
    assert "Not saved" in words(page)
    assert (R01 in read(page).advice) is advice


def test_a_new_link_is_owed_if_something_is_open_and_the_page_tells_nobody(
    phone: Client, recovery: Recovery, set_clock: Callable
) -> None:
    token = link_token(checkin_of(recovery, "EVE0"))
    page = phone.post(reverse("link_renew", args=[token]))
    renewals = Message.objects.filter(dedupe_key__startswith="renewal:")
    assert renewals.get().checkin.key == "DAY-02"

    Message.objects.all().delete()
    CheckIn.objects.open().update(state=CheckIn.State.EXPIRED)
    without = phone.post(reverse("link_renew", args=[token]))
    assert not renewals.exists()
    assert words(page) == words(without)


def test_a_new_link_is_owed_once_an_hour_whatever_the_clock_shows(
    phone: Client, token: str, set_clock: Callable
) -> None:
    renewals = Message.objects.filter(dedupe_key__startswith="renewal:")
    owed = []
    for minute in (0, 50, 59, 61, 119, 122):
        set_clock(at(2, 15, 50) + timedelta(minutes=minute))
        phone.post(reverse("link_renew", args=[token]))
        owed.append(renewals.count())
    assert owed == [1, 1, 1, 2, 2, 3]


def test_a_new_link_comes_though_reminders_are_off(
    phone: Client, token: str, recovery: Recovery, mail_server: MailServer
) -> None:
    Message.objects.all().delete()
    phone.post(reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)]))
    phone.post(reverse("link_renew", args=[token]))
    delivery.deliver(clock=lambda: at(2, 15, 51))
    assert mail_server.addresses == [user_of(recovery).email]


def test_renewing_needs_a_post(phone: Client, token: str) -> None:
    assert phone.get(reverse("link_renew", args=[token])).status_code == 405


# Reminders off
# -------------


@pytest.fixture
def unsubscribe_url(recovery: Recovery) -> str:
    return reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)])


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "One-Click"}])
def test_one_post_turns_reminders_off_by_page_or_by_mail_program(
    phone: Client, recovery: Recovery, unsubscribe_url: str, body: dict[str, str]
) -> None:
    assert "Turn reminders off?" in words(phone.get(unsubscribe_url))
    page = phone.post(unsubscribe_url, body)
    assert page.status_code == 200
    assert "Reminders are off" in words(page)
    recovery.patient.refresh_from_db()
    assert recovery.patient.reminders_off_at is not None
    assert "Reminders are off" in words(phone.get(unsubscribe_url))


def test_looking_at_the_page_turns_nothing_off(
    phone: Client, recovery: Recovery, unsubscribe_url: str
) -> None:
    for ask in (phone.get, phone.head) * 3:
        assert ask(unsubscribe_url).status_code == 200
    recovery.patient.refresh_from_db()
    assert recovery.patient.reminders_off_at is None


def test_a_forged_unsubscribe_link_is_404(phone: Client, token: str) -> None:
    assert phone.post(reverse("unsubscribe", args=[token])).status_code == 404
