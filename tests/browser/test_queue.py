"""The queue in real browsers: keys, rows that come by themselves, and two nurses at once."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from recovery.models import Alert, Clinic, Recovery
from recovery.services import logs
from tests.browser.doors import come_in
from tests.cast import QUIET, default_pathway, make_recovery, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A Thursday, 10:17 in New York.
NOW = datetime(2026, 3, 5, 15, 17, tzinfo=UTC)
# As often as the script asks.
EVERY = 20_000


@pytest.fixture
def sign_in(
    live_server: Any, clinic: Clinic, set_clock: Callable, open_page: Callable[..., Page]
) -> Callable[..., Page]:
    """A page of a nurse by name, on the queue."""
    default_pathway()
    cache.clear()
    set_clock(NOW)
    nurses = {name.lower(): staff(clinic, name, "nurse") for name in ("Nora", "Jonas")}

    def sign_in(name: str = "nora", *, wait: bool = False, **options: Any) -> Page:
        page = open_page(width=1280, fresh=True, **options)
        if wait:
            page.clock.install()
        come_in(page, nurses[name], live_server.url)
        page.goto(f"{live_server.url}/staff/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Queue")
        return page

    return sign_in


def report(clinic: Clinic, family: str, *, ago: int = 8, **answers: Any) -> Recovery:
    recovery = make_recovery(clinic, day=9, now=NOW, patient={"family_name": family})
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET | answers,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=NOW.date(),
        now=NOW - timedelta(minutes=ago),
        source="patient",
        mode="web",
    )
    return recovery


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_from_alert_to_closed_by_keyboard_alone(sign_in: Callable[..., Page], clinic: Any) -> None:
    page = sign_in()
    report(clinic, "Keller", calf_one_leg=True)
    report(clinic, "Berger", bladder="yes")
    page.reload()
    press = page.keyboard.press
    press("j")
    assert focused(page) == "Ruth Berger"
    press("j")
    press("j")
    assert focused(page) == "Ruth Keller"
    press("k")
    assert focused(page) == "Ruth Berger"
    press("c")
    row = page.get_by_role("row").filter(has_text="Ruth Berger")
    expect(row).to_contain_text("You until 10:47")
    # The claim has loaded the page anew; the same row has the focus.
    assert focused(page) == "Ruth Berger"
    press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ruth Berger")

    def tab_to(name: str) -> None:
        for _ in range(40):
            press("Tab")
            if page.evaluate("document.activeElement.name") == name:
                return
        raise AssertionError(f"no Tab leads to {name}")

    # The address leads into the alert's card, so the way is short.
    tab_to("minutes")
    page.keyboard.type("6")
    tab_to("outcome")
    press("Space")
    for _ in range(2):
        press("ArrowRight")
    tab_to("reason")
    press("Space")
    for _ in range(2):
        press("ArrowDown")
    # Enter on an answer would press the form's first button, which saves the contact alone.
    while focused(page) != "Close":
        press("Tab")
    press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Alert closed.")
    alert = Alert.objects.get(rule="R01")
    assert (alert.state, alert.closing_reason, alert.contacts.get().outcome) == (
        "closed",
        "ed",
        "ed",
    )


def test_two_nurses_race_for_the_same_row(sign_in: Callable[..., Page], clinic: Any) -> None:
    report(clinic, "Keller", bladder="yes")
    pages = {name: sign_in(name) for name in ("nora", "jonas")}
    # Both have the row before them, unclaimed, and both press.
    for page in pages.values():
        expect(page.get_by_role("button", name="Claim Ruth Keller")).to_be_visible()
        page.keyboard.press("j")
    pages["jonas"].keyboard.press("c")
    expect(pages["jonas"].get_by_text("You have it for 30 minutes.")).to_be_visible()
    pages["nora"].keyboard.press("c")
    expect(pages["nora"].get_by_text("Jonas has claimed this alert.")).to_be_visible()
    row = pages["nora"].get_by_role("row").filter(has_text="Ruth Keller")
    expect(row).to_contain_text("Jonas until 10:47")
    expect(row.get_by_role("button")).to_have_count(0)
    assert Alert.objects.get().claimed_by.name == "Jonas"


def test_rows_come_by_themselves_and_take_no_focus(
    sign_in: Callable[..., Page], clinic: Any
) -> None:
    report(clinic, "Keller", fall=True)
    page = sign_in(wait=True)
    page.keyboard.press("j")
    report(clinic, "Berger", bladder="yes")
    with page.expect_response("**/staff/queue/rows/*"):
        page.clock.fast_forward(EVERY)
    expect(page.get_by_role("row").filter(has_text="Ruth Berger")).to_be_visible()
    assert focused(page) == "Ruth Keller"
    expect(page.locator("#queue-news")).to_have_text("2 patients need someone.")
    assert page.locator("#queue-news").get_attribute("aria-live") == "polite"
    expect(page).to_have_title("Queue (2) - Intracept Care")
    # Nothing has moved: no row is drawn anew.
    page.evaluate("document.querySelector('#queue-rows').dataset.mark = 'kept'")
    with page.expect_response("**/staff/queue/rows/*") as answer:
        page.clock.fast_forward(EVERY)
    assert answer.value.status == 304
    assert page.evaluate("document.querySelector('#queue-rows').dataset.mark") == "kept"


def test_a_row_that_has_left_gives_the_focus_to_no_other_patient(
    sign_in: Callable[..., Page], clinic: Any
) -> None:
    gone = report(clinic, "Keller", bladder="yes")
    report(clinic, "Berger", fall=True)
    page = sign_in(wait=True)
    page.keyboard.press("j")
    assert focused(page) == "Ruth Keller"
    Recovery.objects.filter(pk=gone.pk).update(queue_rank=None, queue_since=None)
    with page.expect_response("**/staff/queue/rows/*"):
        page.clock.fast_forward(EVERY)
    expect(page.get_by_text("Ruth Keller")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "queue-live"


def test_a_hidden_page_does_not_ask(sign_in: Callable[..., Page], clinic: Any) -> None:
    page = sign_in(wait=True)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})"
    )
    page.clock.fast_forward(5 * EVERY)
    assert asked == []
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {configurable: true, get: () => false})"
    )
    with page.expect_response("**/staff/queue/rows/*"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_page_that_cannot_ask_says_since_when(
    sign_in: Callable[..., Page], clinic: Any, live_server: Any
) -> None:
    page = sign_in(wait=True)
    page.context.clear_cookies()
    page.clock.fast_forward(EVERY)
    expect(page.locator("#queue-stale")).to_contain_text("Not up to date since")


def test_keys_can_be_turned_off_and_are_no_keys_while_typing(
    sign_in: Callable[..., Page], clinic: Any
) -> None:
    report(clinic, "Keller", bladder="yes")
    page = sign_in()
    page.keyboard.press("/")
    page.keyboard.type("jc")
    expect(page.get_by_label("Find in the queue by name or record number")).to_have_value("jc")
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    assert page.evaluate("document.querySelector('#queue-keys').open")
    page.get_by_label("Keys are on, on this device").uncheck()
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("c")
    assert focused(page) != "Ruth Keller"
    assert Alert.objects.get().state == "open"


def test_assign_and_phone_by_key(sign_in: Callable[..., Page], clinic: Any) -> None:
    report(clinic, "Keller", bladder="yes")
    page = sign_in()
    page.keyboard.press("j")
    page.keyboard.press("p")
    assert focused(page) == "555-0188"
    page.keyboard.press("a")
    expect(page.get_by_label("Assigned to")).to_be_focused()
    page.keyboard.type("Jonas")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Assigned to Jonas.")
    assert Recovery.objects.get().assigned_to.name == "Jonas"
