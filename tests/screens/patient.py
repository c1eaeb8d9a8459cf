"""The patient's pages: the door, Today, the log and what is said after it, the links."""

import uuid
from datetime import timedelta
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.models import CheckIn, Recovery, User
from recovery.tokens import link_token, unsubscribe_token
from tests.screens.house import House, later, patient, recovery_of

# A quiet day by thumb.
QUIET = {
    "pain_avg": "4",
    "leg_pain_status": "none",
    "leg_weakness": "none",
    "leg_numbness": "none",
    "saddle": "no",
    "bladder": "no",
    "bowel": "no",
    "chest_or_breath": "no",
    "signs": "none",
    "spot": "no",
    "chills": "no",
}

NUMB = {"leg_numbness": "new_or_worse", "leg_side": "left"}


def tap(page: Page, name: str, value: str) -> None:
    """The label, as a thumb does: the inputs themselves take no pointer."""
    chosen = page.locator(f'input[name="{name}"][value="{value}"]')
    page.locator(f'label[for="{chosen.get_attribute("id")}"]').click()


def send(page: Page) -> None:
    page.locator("main form button.btn-primary").last.click()
    page.wait_for_load_state()


def door(house: House) -> None:
    camera = house.camera
    email = "jerome.baptiste@example.org"
    page = house.take(None, "sign-in", "A patient's sign-in", "account_login")
    send(page)
    camera.take(
        page,
        "sign-in-error",
        "No address typed",
    )
    page.fill("input[type=email]", email)
    send(page)
    camera.take(page, "sign-in-code", "The code from the mail is asked for")
    page.fill("input[name=code]", "000000")
    send(page)
    camera.take(page, "sign-in-code-error", "A wrong code")
    mail = house.mail(email, "code")
    page.fill("input[name=code]", next(word for word in mail.text.split() if _is_code(word)))
    send(page)
    assert "/recoveries/" in page.url, page.url
    page.goto(page.url)
    page.goto(page.url.split("/recoveries/")[0] + reverse("account_logout"))
    camera.take(page, "sign-out", "Asked before signing out")
    page.context.clear_cookies()
    couple = User.objects.get(email="vogel.family@example.net")
    house.take(couple, "people", "An address that two people share", "people")


def _is_code(word: str) -> bool:
    return len(word) == 6 and (word.isdigit() or word.isupper())


def today(house: House) -> None:
    for family, name, what in (
        ("Baptiste", "today-open", "Day 4, the check-in is open"),
        ("Rowland", "today-emergency", "An emergency alert that is not closed"),
        ("Kellerman", "today-urgent", "An urgent alert that is not closed"),
        ("Ferreyra", "today-before", "The day before the procedure"),
        ("Karadeniz", "today-procedure-day", "The day of the procedure, before the evening opens"),
        ("Birnbaum", "today-nothing-due", "Day 92, nothing is due"),
        ("Tadesse", "today-contacted", "Day 5, staff have called"),
        ("Roth", "today-paused", "A recovery that is paused"),
        ("Soliman", "today-completed", "A recovery that is completed"),
        ("Osei", "today-form", "Day 12, logged already, and a form is open"),
        ("Park", "today-caregiver", "As the patient's daughter sees it"),
    ):
        user, recovery = patient(family)
        house.take(user, name, what, "today", recovery.uuid)
    for family, name, what in (
        ("Birnbaum", "history", "Three months of pain, medicine and logs"),
        ("Baptiste", "history-days", "The first four days"),
        ("Rowland", "history-emergency", "With an emergency alert that is not closed"),
        ("Dragomir", "history-empty", "No log yet"),
    ):
        user, recovery = patient(family)
        house.take(user, name, what, "history", recovery.uuid)
    phases(house)
    user, recovery = patient("Baptiste")
    house.take(user, "signs", "The warning signs, which can be printed", "signs", recovery.uuid)


def phases(house: House) -> None:
    for family, code, what in (
        ("Ferreyra", "before", "The page of the time before, the day before the procedure"),
        ("Karadeniz", "immediate", "The page of the first phase, on its day"),
        ("Lam", "short_term", "The page of the first days, on day 1"),
        ("Baptiste", "gradual_return", "The page of the third phase, on day 4"),
        ("Birnbaum", "follow_up", "The page of the follow-up, on day 92"),
    ):
        user, recovery = patient(family)
        house.take(user, f"phase-{code}", what, "phase", recovery.uuid, code)
    user, recovery = patient("Rowland")
    what = "A phase while an emergency alert is not closed"
    house.take(user, "phase-emergency", what, "phase", recovery.uuid, "gradual_return")
    user, recovery = patient("Lam")
    what = "A phase that is still to come"
    house.take(user, "phase-later", what, "phase", recovery.uuid, "follow_up")
    user, recovery = patient("Birnbaum")
    page = house.visit(user, reverse("milestone_form", args=[recovery.uuid, "walked"]))
    tap(page, "when", "yesterday")
    send(page)
    house.camera.take(page, "milestones", "What a patient does again, one of them told")
    what = "One that was told, to be corrected"
    house.take(user, "milestone", what, "milestone_form", recovery.uuid, "walked")
    page = house.visit(user, reverse("milestone_form", args=[recovery.uuid, "goal"]))
    send(page)
    page.get_by_text("Not saved. Please check").wait_for()
    house.camera.take(page, "milestone-error", "Sent without a day")


def log(house: House) -> None:
    camera = house.camera
    user, recovery = patient("Baptiste")
    page = _blank(house, user, recovery)
    camera.take(page, "log", "The log on day 4, blank")
    tap(page, "bladder", "yes")
    camera.take(page, "log-reveal", "Yes to a warning sign, before anything is sent")
    page = _blank(house, user, recovery)
    tap(page, "pain_avg", "8")
    tap(page, "leg_numbness", "new_or_worse")
    send(page)
    camera.take(page, "log-errors", "Sent with answers missing")
    # This one is stored, so it is another patient's.
    page = _blank(house, *patient("Littlefield"))
    tap(page, "chest_or_breath", "yes")
    send(page)
    camera.take(page, "log-errors-emergency", "Answers missing, but one is an emergency")
    user, recovery = patient("Lam")
    page = _blank(house, user, recovery, "?day=yesterday")
    camera.take(page, "log-yesterday", "The log about yesterday, the day of the procedure")
    user, recovery = patient("Ibekwe")
    camera.take(_blank(house, user, recovery), "log-day-66", "The short log of the follow-up")
    saved(house)


def saved(house: House) -> None:
    """One real log each by people who have not logged today, and what they are told."""
    for family, name, answers, what in (
        ("Whitfield", "saved", {}, "Nothing fired"),
        (
            "Petrakis",
            "saved-urgent",
            {"leg_numbness": "new_or_worse", "leg_side": "left"},
            "Urgent",
        ),
        ("Ostrander", "saved-emergency", {"saddle": "yes"}, "Emergency"),
        ("Lam", "saved-review", {"pain_avg": "6"}, "A log on day 1"),
    ):
        user, recovery = patient(family)
        page = _blank(house, user, recovery)
        answer(page, QUIET | answers)
        send(page)
        assert page.url.endswith("/saved/"), f"{family}: {page.title()}"
        house.camera.take(page, name, f"After saving: {what}")
    user, recovery = patient("Whitfield")
    client_id = recovery.logs.latest("entered_at").client_id
    house.take(
        user, "log-correction", "A saved log, filled in again", "log_form", recovery.uuid, client_id
    )
    user, recovery = patient("Osei")
    page = _blank(house, user, recovery)
    answer(page, {name: value for name, value in QUIET.items() if name != "bowel"})
    send(page)
    page.locator('button[name="save_incomplete"]').first.click()
    page.wait_for_load_state()
    house.camera.take(page, "saved-incomplete", "After saving without a safety answer")


def answer(page: Page, answers: dict[str, str]) -> None:
    """Those that this day's form asks without opening anything."""
    for name, value in answers.items():
        found = page.locator(f'input[name="{name}"][value="{value}"]')
        if found.count() and page.locator(f'label[for="{found.get_attribute("id")}"]').is_visible():
            tap(page, name, value)


def _blank(house: House, user: User, recovery: Recovery, query: str = "") -> Page:
    return house.visit(user, reverse("log_form", args=[recovery.uuid, uuid.uuid4()]) + query)


def links(house: House) -> None:
    camera = house.camera
    reminders(house)
    checkin = _open_checkin("Wexler")
    token = link_token(checkin)
    blank = uuid.uuid4()
    page = house.take(None, "link", "A check-in by its link", "link_form", token, blank)
    house.take(None, "link-signs", "The warning signs from a link", "link_signs", token)
    page = house.visit(None, reverse("link_form", args=[token, blank]))
    answer(page, QUIET)
    send(page)
    camera.take(page, "link-saved", "After saving by a link")
    house.take(None, "link-answered", "A link whose check-in is answered", "link", token)
    gone = CheckIn.objects.filter(recovery=recovery_of("Huang"), state="expired").latest("day")
    page = house.take(None, "link-expired", "A link that has expired", "link", link_token(gone))
    send(page)
    camera.take(page, "link-renewed", "A new link was asked for")
    off = unsubscribe_token(recovery_of("Mulvaney").patient)
    page = house.take(
        None, "unsubscribe", "Asked before reminders are turned off", "unsubscribe", off
    )
    send(page)
    camera.take(page, "unsubscribed", "Reminders are off")


def reminders(house: House) -> None:
    camera = house.camera
    user, recovery = patient("Littlefield")
    page = house.take(
        user, "reminders", "How and when a patient is reminded", "reminders", recovery.uuid
    )
    page.fill("#id_mobile", "555")
    tap(page, "channels", "email,sms")
    send(page)
    camera.take(page, "reminders-errors", "A number that is none, and no agreement")
    page.fill("#id_mobile", "(202) 555-0142")
    page.locator('label[for="id_sms_ok"]').click()
    send(page)
    camera.take(page, "reminders-saved", "Saved, with the number as it is stored")
    house.take(
        user, "pause", "A pause, and what it does not stop", "reminders_pause", recovery.uuid
    )
    tap(page := house.visit(user, reverse("reminders_pause", args=[recovery.uuid])), "days", "3")
    send(page)
    camera.take(page, "pause-on", "Paused")
    user, recovery = patient("Baptiste")
    checkin = _open_checkin("Baptiste")
    page = house.take(
        user, "later", "Remind me later", "checkin_later", recovery.uuid, checkin.uuid
    )
    token = link_token(_open_checkin("Wexler"))
    page = house.take(None, "later-link", "The same by the link in a message", "link_later", token)
    tap(page, "when", "hour")
    send(page)
    camera.take(page, "later-asked", "When it will come")


def _open_checkin(family: str) -> Any:
    """The one that a daily log answers."""
    rows = CheckIn.objects.open().filter(recovery=recovery_of(family), form__in=LOG_FORMS)
    return rows.latest("day")


def mails(house: House) -> None:
    """Move the clock past 17:00, so that the worker sends the day's reminders."""
    later(timedelta(hours=2, minutes=45))
    reminder = house.mail("jerome.baptiste@example.org", "check-in")
    house.take(None, "mailbox", "Everything that was sent", "demo_mailbox")
    house.take(None, "mail", "One mail as the mailbox shows it", "demo_mail", reminder.key)
    alert = house.mail("nurse1@northgate.example", "someone")
    digest = house.mail("nurse1@northgate.example", "this morning")
    for name, what, mail in (
        ("mail-reminder", "A reminder, rendered", reminder),
        ("mail-alert", "A mail to staff, rendered", alert),
        ("mail-digest", "What waits this morning, rendered", digest),
    ):
        house.camera.take(house.show(mail.html), name, what)
