"""The main line, end to end on real parts: PostgreSQL, Redis, web, worker, beat, SMTP, a browser.

Only the clock's offset is moved; what happens then is the engine's own doing, within a minute.
"""

import re
import urllib.request
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from recovery.clinical.pathway import local
from recovery.models import Alert, CheckIn, DailyLog, Heartbeat, Message, Recovery
from recovery.queries.mailbox import Mail
from tests.cast import PASSWORD, ZONE, make_recovery
from tests.engine import Engine

pytestmark = [pytest.mark.browser, pytest.mark.service]

D0 = date(2026, 3, 2)
ADDRESS = "ruth.keller@example.org"
QUIET = {
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


def there(day: int, hour: int, minute: int = 0) -> datetime:
    return local(D0 + timedelta(days=day), time(hour, minute), ZONE)


def choose(page: Page, **answers: str) -> None:
    for name, value in answers.items():
        field = page.locator(f"input[name={name}][value='{value}']")
        page.locator(f"label[for='{field.get_attribute('id')}']").click()


def mails_to(engine: Engine, address: str, subject: str) -> list[Mail]:
    return [mail for mail in engine.mails() if mail.to == address and subject in mail.subject]


@pytest.fixture
def recovery(engine: Engine, clinic: Any, nurse: Any, set_clock: Callable) -> Recovery:
    set_clock(there(2, 16, 30))
    return make_recovery(
        clinic, day=2, now=there(2, 16, 30), email=ADDRESS, ticked=False, baseline_pain=6
    )


def test_a_day_from_log_to_reminder_and_back(
    engine: Engine, recovery: Recovery, nurse: Any, open_page: Callable, set_clock: Callable
) -> None:
    engine.start("mailbox", "web", "worker", "beat")
    patient = open_page(width=390)
    sign_in(engine, patient)
    log_an_emergency(engine, patient)
    handle_it(engine, open_page(width=1280), nurse.email)

    # The next day, after the time of the first reminder.
    set_clock(there(3, 17, 1))
    reminder = engine.wait_for(
        lambda: mails_to(engine, ADDRESS, "check-in"), what="the reminder", seconds=150
    )
    [link] = [link for link in reminder[0].links if re.search(r"/c/[^/]+/$", link)]
    assert_opening_changes_nothing(link)
    answer_by_link(patient, link)

    # After the time of the second: no other mail, since the check-in is answered.
    set_clock(there(3, 20, 1))
    moved_at = timezone.now()
    engine.wait_for(
        lambda: Heartbeat.objects.filter(name="tick", at__gt=moved_at + timedelta(seconds=5)),
        what="a tick after the second reminder's time",
        seconds=150,
    )
    assert len(mails_to(engine, ADDRESS, "check-in")) == 1
    assert not Message.objects.filter(kind="reminder", state="owed").exists()

    go_back_and_correct(patient)


def sign_in(engine: Engine, page: Page) -> None:
    page.goto(engine.url)
    page.get_by_label("E-mail").fill(ADDRESS)
    page.locator("main").get_by_role("button").first.click()
    [mail] = engine.wait_for(lambda: mails_to(engine, ADDRESS, "code"), what="the code")
    code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]+)\s*$", mail.text, re.MULTILINE).group(1)
    page.locator("input[name=code]").fill(code)
    page.locator("main").get_by_role("button").first.click()
    # The tick opens the day's check-in within its minute.
    engine.wait_for(lambda: CheckIn.objects.filter(key="DAY-02"), what="the check-in to open")
    page.goto(engine.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Day 2")


def log_an_emergency(engine: Engine, page: Page) -> None:
    page.locator("main a.btn").first.click()
    choose(page, **QUIET, pain_avg="9", pain_controlled="yes")
    choose(page, bladder="yes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Get help now")
    expect(page.get_by_text("nerves low in your back are being squeezed")).to_be_visible()
    assert CheckIn.objects.get(key="DAY-02").state == CheckIn.State.COMPLETED
    staff = engine.wait_for(
        lambda: mails_to(engine, "nora@northgate.example", "queue"), what="the mail to staff"
    )
    for word in ("bladder", "pain", "Ruth", "Keller"):
        assert word not in staff[0].text + staff[0].subject + staff[0].html


def handle_it(engine: Engine, page: Page, email: str) -> None:
    page.goto(f"{engine.url}/staff/sign-in/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    first = page.locator("tbody tr").filter(has_text="Ruth").first
    expect(first).to_contain_text("Emergency")
    expect(first).to_contain_text("Possible cauda equina")
    first.get_by_role("link", name=re.compile("Open|Ruth")).first.click()
    page.get_by_text("Sent to the emergency department", exact=True).first.click()
    page.get_by_role("button", name="Save contact").click()
    assert set(Alert.objects.values_list("state", flat=True)) == {"contacted"}
    while (left := Alert.objects.exclude(state="closed").count()) > 0:
        page.locator("input[name=reason][value=ed] + label").click()
        page.get_by_role("button", name=re.compile("Close")).click()
        page.wait_for_load_state()
        assert Alert.objects.exclude(state="closed").count() < left


def snapshot() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Recovery, CheckIn, DailyLog, Message, Alert)
    ]


def assert_opening_changes_nothing(link: str) -> None:
    before = snapshot()
    for method in ("GET", "HEAD") * 3:
        request = urllib.request.Request(link, method=method)
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200
    assert snapshot() == before


def answer_by_link(page: Page, link: str) -> None:
    page.goto(link)
    choose(page, **QUIET, pain_avg="5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved at")).to_be_visible()
    checkin = CheckIn.objects.get(key="DAY-03")
    assert (checkin.state, checkin.completed_by.mode) == ("completed", "link")


def go_back_and_correct(page: Page) -> None:
    page.go_back()
    choose(page, saddle="yes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("nerves low in your back are being squeezed")).to_be_visible()
    corrected = DailyLog.objects.current().get(day=3)
    assert (corrected.revision, corrected.pain_avg, corrected.rules) == (1, 5, ["R01"])
    alert = Alert.objects.exclude(state="closed").get()
    assert (alert.rule, list(alert.logs.all())) == ("R01", [corrected])
