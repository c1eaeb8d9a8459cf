"""What is printed: the card with the warning signs and the first log, one page each, whatever the
paper.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from recovery.models import Recovery
from recovery.tokens import link_token
from tests.browser.doors import come_in
from tests.cast import checkin_of, make_recovery, user_of
from tests.pathways import changes, own_pathway
from tests.spanish import offer_spanish

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def recovery(clinic: Any, nurse: Any) -> Recovery:
    return make_recovery(clinic, patient={"family_name": "Featherstonehaugh-Montgomery"})


@pytest.fixture
def page(live_server: Any, open_page: Callable[..., Page], recovery: Recovery) -> Page:
    page = open_page()
    come_in(page, user_of(recovery), live_server.url)
    return page


def sheets(page: Page, paper: str) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))


@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_card_is_one_page(
    page: Page, live_server: Any, recovery: Recovery, paper: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + reverse("today", args=[recovery.uuid]))
    page.get_by_role("navigation", name="Get help").get_by_text("Warning signs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Warning signs")
    assert sheets(page, paper) == 1


RAISED = {
    "R13": "Your skin may be infected. Call {emergency_number} now. Keep the spot clean and dry.",
    "R15": "You may have a clot in your leg. Call {emergency_number} now. Do not rub the leg.",
}


@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_card_with_signs_that_the_clinic_raised_is_one_page(
    page: Page,
    live_server: Any,
    recovery: Recovery,
    manager: Any,
    paper: str,
    scheme: str,
) -> None:
    rules = [
        {"rule": rule, "severity": "emergency", "patient_text": text}
        for rule, text in RAISED.items()
    ]
    recovery.pathway = own_pathway(recovery.clinic, manager, changes(rules=rules))
    recovery.save(update_fields=["pathway"])
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + reverse("signs", args=[recovery.uuid]))
    page.emulate_media(media="print", color_scheme=scheme)
    emergencies = page.get_by_role("heading", name="Call 911 now").locator("xpath=..")
    for sign in (
        "Redness that spreads, swelling, pus, or the spot opens",
        "Swelling or pain in one calf",
    ):
        expect(emergencies.get_by_text(sign)).to_be_visible()
        expect(page.get_by_text(sign)).to_have_count(1)
    assert sheets(page, paper) == 1


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_the_card_from_a_link_is_one_page(
    open_page: Callable[..., Page], live_server: Any, recovery: Recovery, paper: str
) -> None:
    page = open_page()
    token = link_token(checkin_of(recovery, "DAY-02"))
    page.goto(live_server.url + reverse("link_signs", args=[token]))
    assert sheets(page, paper) == 1
    page.emulate_media(media="print")
    expect(page.get_by_text(recovery.patient.family_name)).to_have_count(0)


def test_the_card_says_on_paper_who_and_what(
    page: Page, live_server: Any, recovery: Recovery
) -> None:
    page.goto(live_server.url + reverse("signs", args=[recovery.uuid]))
    line = page.get_by_text("Show this to the team that treats you.")
    expect(line).to_be_hidden()
    page.emulate_media(media="print")
    expect(line).to_be_visible()
    expect(line).to_contain_text(recovery.patient.name)
    expect(page.get_by_role("navigation", name="Get help")).to_be_hidden()
    # Numbers stand on paper too, where no button can be tapped.
    expect(page.get_by_text("While we are open: 555-0142.")).to_be_visible()


def test_pages_are_counted(page: Page, live_server: Any, recovery: Recovery) -> None:
    page.goto(live_server.url + reverse("phase", args=[recovery.uuid, "before"]))
    assert sheets(page, "Letter") > 1


@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "en"), ("light", "es")])
def test_the_first_log_is_one_page(
    open_page: Callable[..., Page],
    live_server: Any,
    clinic: Any,
    nurse: Any,
    paper: str,
    scheme: str,
    language: str,
) -> None:
    recovery = make_recovery(clinic, day=0, patient={"record_number": "NORTHGATE-2026-000123"})
    if language != "en":
        offer_spanish(clinic, nurse)
    recovery.patient.language = language
    recovery.patient.save(update_fields=["language"])
    # A soaked dressing is one more thing to act on at once.
    recovery.anticoagulated = True
    recovery.save(update_fields=["anticoagulated"])
    page = open_page(color_scheme=scheme)
    come_in(page, nurse, live_server.url)
    page.goto(live_server.url + reverse("observation_paper", args=[recovery.uuid]))
    assert sheets(page, paper) == 1
    page.emulate_media(media="print")
    expect(page.get_by_text("NORTHGATE-2026-000123")).to_be_visible()
    note = "A note for the nurses" if language == "en" else "Una nota para el personal"
    expect(page.get_by_text(note)).to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_text(recovery.patient.family_name)).to_have_count(0)
