"""A nurse at work in a real browser: no script needed, focus where it helps, nothing sideways."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from recovery.models import Alert, Recovery
from recovery.models.recoveries import QueueRank
from recovery.services import logs
from tests.browser.doors import come_in
from tests.cast import (
    QUIET,
    default_pathway,
    make_recovery,
    staff,
)
from tests.queries.crowd import crowd

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A Thursday, 10:17 in New York.
NOW = datetime(2026, 3, 5, 15, 17, tzinfo=UTC)


@pytest.fixture
def nurse_page(
    live_server: Any, clinic: Any, set_clock: Callable, open_page: Callable[..., Page]
) -> Callable[..., Page]:
    default_pathway()
    cache.clear()
    set_clock(NOW)
    nora = staff(clinic, "Nora", "nurse")

    def nurse_page(**options: Any) -> Page:
        page = open_page(**options)
        come_in(page, nora, live_server.url)
        page.goto(f"{live_server.url}/staff/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Queue")
        return page

    return nurse_page


@pytest.fixture
def ruth(nurse_page: Any, clinic: Any) -> Recovery:
    """Ruth Keller, with an emergency of eight minutes ago."""
    recovery = make_recovery(clinic, day=9, now=NOW, patient={"family_name": "Keller"})
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET | {"bladder": "yes", "pain_avg": 8, "pain_controlled": True},
        client_id=uuid.uuid4(),
        revision=None,
        log_date=NOW.date(),
        now=NOW - timedelta(minutes=8),
        source="patient",
        mode="web",
    )
    return recovery


def sideways(page: Page) -> int:
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


LEFT_EDGES = "cells => cells.map(cell => Math.round(cell.getBoundingClientRect().left))"


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_from_the_queue_to_closed_without_a_script(
    nurse_page: Callable[..., Page], ruth: Recovery, width: int
) -> None:
    page = nurse_page(width=width, java_script_enabled=False)
    row = page.get_by_role("row").filter(has_text="Ruth Keller")
    expect(row).to_contain_text("contact by 10:24")
    row.get_by_role("button", name="Claim").click()
    on_it = page.get_by_role("row").filter(has_text="Ruth Keller").get_by_text("You").first
    expect(on_it).to_be_attached()
    page.get_by_role("link", name="Open Ruth Keller").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ruth Keller")

    # Closing without a contact is refused, beside the question it is about.
    page.get_by_text("Sent to the emergency department").last.click()
    page.get_by_label("Note for the chart").fill("On the way")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("alert")).to_contain_text("Record a contact that reached somebody")
    expect(page.get_by_label("Note for the chart")).to_have_value("On the way")

    page.locator("label[for=id_outcome_2]").click()
    page.get_by_label("Minutes").fill("6")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("status").first).to_contain_text("Alert closed.")
    alert = Alert.objects.get()
    assert (alert.state, alert.closing_reason) == ("closed", "ed")
    page.get_by_role("link", name="Queue", exact=False).first.click()
    expect(page.get_by_text("0 patients need someone.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Ruth Keller")
    expect(row).to_contain_text("Sent to the emergency department, Nora 10:")


@pytest.mark.once
def test_a_refusal_takes_the_focus_and_leads_to_the_field(
    nurse_page: Callable[..., Page], ruth: Recovery
) -> None:
    page = nurse_page(width=1280)
    page.get_by_role("link", name="Enroll").click()
    number = page.get_by_role("textbox", name="Record number", exact=True)
    number.fill("0815")
    page.get_by_role("button", name="Enroll").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(number).to_have_value("0815")
    summary.get_by_role("link", name="Phone").click()
    expect(page.get_by_label("Phone")).to_be_focused()
    described = page.get_by_label("Phone").get_attribute("aria-describedby")
    expect(page.locator(f"#{described.split()[-1]}")).to_contain_text("Fill this in.")


def test_a_patient_is_enrolled_in_one_form(nurse_page: Callable[..., Page], clinic: Any) -> None:
    page = nurse_page(width=1280)
    page.get_by_role("link", name="Enroll").click()
    typed = {
        "record_number": "0815",
        "given_name": "Hans",
        "family_name": "Berger",
        "birth_date": "1957-03-14",
        "phone": "555-0188",
        "email": "hans@example.org",
        "procedure_date": "2026-03-10",
        "procedure_time": "09:30",
    }
    for name, text in typed.items():
        page.locator(f"input[name={name}]").fill(text)
    for group, answer in {
        "Pain, average of 7 days": "7",
        "Anticoagulant": "No",
        "Osteoporosis": "Not known",
        "The patient agrees to e-mails": "Yes",
    }.items():
        page.get_by_role("group", name=group).get_by_text(answer, exact=True).click()
    page.get_by_label("I told the patient").check()
    page.get_by_role("button", name="Enroll").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hans Berger")
    recovery = Recovery.objects.get()
    assert (recovery.baseline_pain, recovery.anticoagulated, recovery.osteoporosis) == (
        7,
        False,
        None,
    )


@pytest.mark.once
def test_words_for_another_reason_are_asked_only_then(
    nurse_page: Callable[..., Page], ruth: Recovery, live_server: Any
) -> None:
    page = nurse_page(width=1280)
    page.goto(f"{live_server.url}/staff/recoveries/{ruth.uuid}/")
    words = page.get_by_label("In a few words, if another reason")
    expect(words).to_be_hidden()
    page.locator("label", has_text="Other").first.click()
    expect(words).to_be_visible()


def test_a_patient_is_found_from_any_page(nurse_page: Callable[..., Page], ruth: Recovery) -> None:
    page = nurse_page(width=1280)
    page.get_by_label("Find a patient").first.fill("kell")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Keller, Ruth").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ruth Keller")


def test_a_day_told_by_phone(
    nurse_page: Callable[..., Page], ruth: Recovery, live_server: Any
) -> None:
    page = nurse_page(width=1280)
    page.goto(f"{live_server.url}/staff/recoveries/{ruth.uuid}/")
    page.get_by_role("link", name="Log for patient").click()
    page.get_by_label("The day it is about").fill("2026-02-27")
    page.get_by_role("button", name="Change the day").click()
    expect(page.get_by_text("Friday, February 27, D3")).to_be_visible()
    chosen = {
        "mode": "phone",
        "still_happening": "no",
        "pain_avg": "5",
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
    for name, value in chosen.items():
        answer = page.locator(f"input[name={name}][value='{value}']")
        page.locator(f"label[for='{answer.get_attribute('id')}']").click()
    page.get_by_role("button", name="Save the log").click()
    expect(page.get_by_role("status")).to_contain_text("Saved. Tell the patient: Thank you.")
    log = ruth.logs.get(day=3)
    assert (log.mode, log.retrospective, log.still_happening) == ("phone", True, False)


def test_signing_out_from_the_own_menu(nurse_page: Callable[..., Page], live_server: Any) -> None:
    page = nurse_page(width=390)
    page.get_by_label("Your account, Nora").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto(f"{live_server.url}/staff/")
    expect(page).to_have_url(f"{live_server.url}/staff/sign-in/?next=/staff/")


@pytest.mark.once
@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_is_wider_than_the_window(
    nurse_page: Callable[..., Page], ruth: Recovery, clinic: Any, live_server: Any, width: int
) -> None:
    for rank in QueueRank:
        crowd(clinic, 2, now=NOW, rank=rank)
    page = nurse_page(width=width)
    ours = f"/staff/recoveries/{ruth.uuid}/"
    for address in ("/staff/", "/staff/patients/", "/staff/patients/new/", ours, f"{ours}logs/"):
        page.goto(live_server.url + address)
        assert sideways(page) <= 0, address


@pytest.mark.once
@pytest.mark.parametrize("width", [701, 820, 1001, 1101, 1180, 1181, 1280])
def test_why_somebody_is_in_the_queue_has_room_at_every_width(
    nurse_page: Callable[..., Page], ruth: Recovery, clinic: Any, width: int
) -> None:
    page = nurse_page(width=width)
    page.reload()
    assert page.locator("[data-row] .is-why").first.bounding_box()["width"] >= 170
    assert sideways(page) <= 0
    # Each column's name stands where its cells begin.
    heads = page.locator(".ic-work thead th:visible").evaluate_all(LEFT_EDGES)
    cells = page.locator("[data-row]").first.locator("> :visible").evaluate_all(LEFT_EDGES)
    assert heads == cells


@pytest.mark.once
@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_a_long_name_of_a_clinic_is_read_whole(
    nurse_page: Callable[..., Page], clinic: Any, live_server: Any, width: int
) -> None:
    clinic.name = "Northgate Spine and Interventional Pain Medicine of the Hudson Valley"
    clinic.save()
    page = nurse_page(width=width)
    page.goto(f"{live_server.url}/staff/observation/")
    name = page.locator(".ic-shead__side > span")
    expect(name).to_be_visible()
    assert name.evaluate("""name => name.scrollWidth <= name.clientWidth
        && name.scrollHeight <= name.clientHeight""")
    assert sideways(page) <= 0


@pytest.mark.once
def test_on_a_phone_a_row_is_a_block_and_keeps_its_table_for_screen_readers(
    nurse_page: Callable[..., Page], ruth: Recovery
) -> None:
    page = nurse_page(width=390)
    row = page.get_by_role("row").filter(has_text="Ruth Keller")
    expect(row.get_by_role("rowheader")).to_contain_text("Ruth Keller")
    assert row.evaluate("row => getComputedStyle(row).display") == "grid"
    # The link that opens it is large enough for a thumb.
    box = row.get_by_role("link", name="Open Ruth Keller").bounding_box()
    assert box["width"] >= 44
    assert box["height"] >= 44


HIDDEN_ENTRIES = """links => links.filter(link => {
    const box = link.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return box.x < 0 || box.right > innerWidth || !link.contains(top);
}).map(link => link.textContent)"""
CARE = ["Queue", "Patients", "Observation", "Enroll"]
BUSINESS = ["Practice", "Clinic"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("roles", "entries"),
    [
        (["nurse"], [*CARE, "Outcomes"]),
        (["manager"], ["Outcomes", *BUSINESS]),
        (["clinician", "manager"], [*CARE, "Outcomes", *BUSINESS]),
    ],
)
def test_no_entry_of_the_menu_is_cut_off(
    clinic: Any, live_server: Any, open_page: Callable[..., Page], roles: Any, entries: list[str]
) -> None:
    cache.clear()
    page = open_page()
    come_in(page, staff(clinic, "Bea", *roles), live_server.url)
    page.goto(f"{live_server.url}/staff/outcomes/")
    links = page.get_by_role("navigation", name="Main").get_by_role("link")
    # Without the count that may follow the name.
    assert [text.split()[0] for text in links.all_inner_texts()] == entries
    for width in (320, 390, 701, 820, 1001, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert links.evaluate_all(HIDDEN_ENTRIES) == [], width
        assert sideways(page) <= 0, width


@pytest.mark.once
@pytest.mark.parametrize("day", [2, 9, 16, 120])
def test_the_chart_on_a_phone_begins_where_today_is(
    nurse_page: Callable[..., Page], clinic: Any, live_server: Any, day: int
) -> None:
    recovery = make_recovery(clinic, day=day, now=NOW)
    page = nurse_page(width=390, java_script_enabled=False)
    page.goto(f"{live_server.url}/staff/recoveries/{recovery.uuid}/")
    plot = page.get_by_role("group", name="Chart", exact=True)
    box = plot.bounding_box()
    today = plot.locator(".c-today").bounding_box()
    assert box["x"] <= today["x"] <= box["x"] + box["width"] - 2
    label = plot.locator("svg text", has_text=f"Today, D{day}").bounding_box()
    assert box["x"] <= label["x"] <= label["x"] + label["width"] <= box["x"] + box["width"]


SMALL = """(nodes, least) => nodes
    .map(node => [node.textContent.trim().slice(0, 30), node.getBoundingClientRect()])
    .filter(([name, box]) => box.height > 0 && box.height < least)
    .map(([name, box]) => name + " " + box.height)"""
ALWAYS = ".ic-staff .btn, .ic-chip, .form-control, .form-select, .ic-pick label, .ic-snav a"
ROW_LINKS = ".ic-queue a.ic-name, .ic-queue a.ic-phone, .ic-bar__end a, .ic-h a, .ic-known a"


@pytest.mark.once
@pytest.mark.parametrize("finger", [True, False])
@pytest.mark.parametrize("width", [390, 820])
def test_what_is_touched_is_large_enough(
    nurse_page: Callable[..., Page], ruth: Recovery, live_server: Any, width: int, finger: bool
) -> None:
    page = nurse_page(width=width, has_touch=finger, is_mobile=finger)
    ours = f"/staff/recoveries/{ruth.uuid}/"
    for address in ("/staff/", "/staff/patients/", "/staff/patients/new/", ours, f"{ours}facts/"):
        page.goto(live_server.url + address)
        found = page.locator(f"{ALWAYS}, {ROW_LINKS}")
        assert found.evaluate_all(SMALL, 44 if finger else 24) == [], address
        assert sideways(page) <= 0, address
