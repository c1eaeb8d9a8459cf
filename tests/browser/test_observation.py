"""A nurse with a tablet and a patient with a phone, neither with JavaScript."""

import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zxingcpp
from django.urls import reverse
from playwright.sync_api import Page, expect

from recovery.models import Clinic, DailyLog, Observation, Recovery, User
from recovery.services import observations
from tests.browser.doors import come_in
from tests.cast import make_recovery

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# 11:00 in New York, an hour and a half after the procedure.
NOW = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)


@pytest.fixture
def recovery(clinic: Clinic, nurse: User, set_clock: Callable, settings: Any) -> Recovery:
    set_clock(NOW)
    recovery = make_recovery(clinic, day=0, now=NOW)
    back = NOW - timedelta(minutes=17)
    observations.set_room_time(recovery=recovery, user=nurse, now=back, room_at=back)
    return recovery


@pytest.fixture
def tablet(
    open_page: Callable[..., Page], live_server: Any, nurse: User, recovery: Recovery
) -> Page:
    page = open_page(width=820, height=1180, java_script_enabled=False, device_scale_factor=2)
    come_in(page, nurse, live_server.url)
    page.goto(live_server.url + reverse("observation", args=[recovery.uuid]))
    return page


def tap(page: Page, name: str, value: str) -> None:
    field = page.locator(f'input[name="{name}"][value="{value}"]')
    page.locator(f'label[for="{field.get_attribute("id")}"]').click()


def grey(png: bytes) -> memoryview:
    """The pixels of a screenshot, as bright as their green: rows of 8-bit RGB or RGBA."""
    width, height, _depth, kind = struct.unpack_from(">IIBB", png, 16)
    data, place = b"", 8
    while place < len(png):
        size, name = struct.unpack_from(">I4s", png, place)
        data += png[place + 8 : place + 8 + size] if name == b"IDAT" else b""
        place += size + 12
    raw, step = zlib.decompress(data), {2: 3, 6: 4}[kind]
    row, pixels = bytearray(width * step), bytearray()
    for y in range(height):
        start = y * (width * step + 1)
        row = unfiltered(raw[start], raw[start + 1 : start + 1 + width * step], row, step)
        pixels += row[1::step]
    return memoryview(bytes(pixels)).cast("B", (height, width))


def unfiltered(kind: int, line: bytes, above: bytearray, step: int) -> bytearray:
    """One row of a PNG, whose filter is one of the five of its specification."""
    out = bytearray(line)
    for i, value in enumerate(line):
        a, b = (out[i - step] if i >= step else 0), above[i]
        c = above[i - step] if i >= step else 0
        nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
        out[i] = (value + (0, a, b, (a + b) // 2, nearest)[kind]) % 256
    return out


def test_a_mark_is_entered_with_a_few_taps(tablet: Page) -> None:
    for name, value in (("pain", "4"), ("strength_right", "4"), ("urine", "not_yet")):
        tap(tablet, name, value)
    tablet.get_by_role("button", name="Save: 15 minutes").click()
    expect(tablet.get_by_role("alert")).to_contain_text("Tell the surgeon now: Right leg 4 of 5")
    mark = Observation.objects.get()
    assert mark.values == {"pain": 4, "strength_right": 4, "urine": "not_yet"}


@pytest.mark.once
def test_a_phone_begins_at_the_newest_mark(tablet: Page, recovery: Recovery, nurse: User) -> None:
    well = {"strength_right": 5}
    for minute in (None, 0):
        observations.record(
            recovery=recovery, user=nurse, now=NOW, minute=minute, values=well, read=None
        )
    tablet.set_viewport_size({"width": 390, "height": 844})
    tablet.reload()
    expect(tablet.locator(".ic-obs thead .is-now")).to_be_in_viewport(ratio=1)
    expect(tablet.locator(".ic-obs thead th").last).to_be_hidden()
    expect(tablet.locator(".ic-obs__name")).to_be_in_viewport(ratio=1)


@pytest.mark.once
def test_keys_are_large_enough_for_a_gloved_finger(tablet: Page) -> None:
    keys = tablet.locator(".ic-enter label").all()
    assert len(keys) == 11 + 6 + 6 + 4 + 4 + 3 + 4
    assert min(key.bounding_box()["height"] for key in keys) >= 46
    assert not tablet.locator("input:checked").count()


def test_the_code_on_the_tablet_opens_the_first_log_on_a_phone(
    tablet: Page, open_page: Callable[..., Page], live_server: Any, settings: Any
) -> None:
    [found] = zxingcpp.read_barcodes(grey(tablet.locator(".ic-qr").screenshot()))
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    assert found.text.startswith(f"{settings.SITE_URL}/f/")
    assert tablet.get_by_role("img", name="Code that opens this patient's first log").count() == 1

    phone = open_page(java_script_enabled=False)
    phone.goto(live_server.url + found.text.removeprefix(settings.SITE_URL))
    for name in ("leg_pain_status", "leg_weakness", "leg_numbness"):
        tap(phone, name, "none")
    for name in ("saddle", "bladder", "bowel", "chest_or_breath", "spot", "chills"):
        tap(phone, name, "no")
    tap(phone, "pain_avg", "3")
    tap(phone, "signs", "none")
    phone.locator("main form button.btn-primary").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Thank you")
    assert DailyLog.objects.get().phase.code == "immediate"
    tablet.reload()
    expect(tablet.get_by_text("The first log came at")).to_be_visible()
