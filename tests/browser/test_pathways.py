"""The clinic's pathway in a real browser, by keyboard alone: begun, changed, approved."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from recovery.models import Pathway, Role
from recovery.queries.pathways import document_of
from tests.browser.doors import come_in
from tests.cast import default_pathway, make_recovery, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A Thursday, 10:17 in New York.
NOW = datetime(2026, 3, 5, 15, 17, tzinfo=UTC)
FOCUSED = """() => {
    const here = document.activeElement;
    return (here.labels?.length ? here.labels[0] : here).textContent.trim();
}"""


def reach(page: Page, what: str) -> None:
    """Tab to the link, button or field of this name."""
    for _step in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == what:
            return
    raise AssertionError(f"{what} cannot be reached by keyboard")


def follow(page: Page, what: str) -> None:
    reach(page, what)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_reminder_is_changed_and_approved_by_keyboard(
    live_server: Any, clinic: Any, open_page: Callable[..., Page], set_clock: Callable
) -> None:
    default_pathway()
    cache.clear()
    set_clock(NOW)
    make_recovery(clinic, day=3, now=NOW)
    page = open_page(width=1280)
    come_in(page, staff(clinic, "Max", Role.MANAGER), live_server.url)
    page.goto(live_server.url + reverse("clinic"))
    follow(page, "Pathway")
    follow(page, "Begin a draft")
    follow(page, "Daily log D5")
    # A reminder after the window has closed: refused, and the summary has the focus.
    reach(page, "Reminder 1, day")
    page.keyboard.type("7")
    follow(page, "Save in the draft")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("D7 17:00 is outside the form's window, D5 06:00 to D6 12:00")
    # Its link leads to the field, where what was typed still stands.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    field = page.get_by_label("Reminder 1, day")
    expect(field).to_be_focused()
    expect(field).to_have_value("7")
    page.keyboard.press("Control+A")
    page.keyboard.type("6")
    reach(page, "Reminder 1, time")
    page.keyboard.type("1100AM")
    reach(page, "Reminder 2, day")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    reach(page, "Reminder 2, time")
    for _part in range(3):
        page.keyboard.press("Delete")
        page.keyboard.press("ArrowRight")
    follow(page, "Save in the draft")
    expect(page.get_by_role("status").first).to_contain_text("Saved in the draft.")
    follow(page, "Differences and approval")
    expect(page.locator("ins")).to_have_text("D6 11:00")
    reach(page, "Your name")
    page.keyboard.type("Max")
    follow(page, "Approve the draft")
    told = page.get_by_role("status").first
    expect(told).to_contain_text("Version 1 is in use: new recoveries follow it.")
    expect(told).to_contain_text("The 1 recovery under way keeps its version.")
    slots = {slot.key: slot for slot in document_of(Pathway.objects.get(clinic=clinic)).slots}
    assert [str(at) for at in slots["DAY-05"].reminders] == ["D6 11:00"]
