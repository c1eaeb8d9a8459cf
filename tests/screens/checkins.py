"""The patient's check-in forms, from the empty page to what is said once they are sent."""

import uuid

from django.urls import reverse
from playwright.sync_api import Page

from recovery.models import CheckIn
from recovery.tokens import link_token
from tests.screens.house import House, patient, recovery_of
from tests.screens.patient import send, tap

TWO_WEEKS = {"spot": "no", "activity_level": "light", "PEG-0": "2", "PEG-1": "3", "PEG-2": "1"}
SIX_WEEKS = {"NRS-0": "4", "PEG-0": "4", "PEG-1": "5", "PEG-2": "3", "PGIC-0": "2"}


def checkins(house: House) -> None:
    camera = house.camera
    page = _form(house, "Achterberg", "BASE")
    camera.take(page, "checkin-baseline", "Before the procedure, blank")
    tap(page, "NRS-0", "7")
    send(page)
    camera.take(page, "checkin-errors", "Looked over with answers missing")
    tap(page, "bladder", "yes")
    send(page)
    camera.take(page, "checkin-emergency", "Answers missing, but one is an emergency")
    page = _form(house, "Osei", "C14")
    camera.take(page, "checkin-two-week", "Two weeks, blank")
    page = _form(house, "Montalbo", "C42")
    camera.take(page, "checkin-six-week", "Six weeks, blank")
    tap(page, "NRS-0", "4")
    page.locator('button[name="later"]').click()
    page.wait_for_load_state()
    camera.take(page, "checkin-kept", "Kept for later")
    page.locator("main a.btn-primary").click()
    for name, value in SIX_WEEKS.items():
        tap(page, name, value)
    send(page)
    # The clinic's own questionnaire, which an earlier tour has loaded, stays unanswered.
    page.locator('button[name="save_incomplete"]').click()
    page.wait_for_load_state()
    camera.take(page, "checkin-review", "Everything once more, before it is sent")
    send(page)
    camera.take(page, "checkin-sent", "Sent")
    page = _form(house, "Ibekwe", "C42")
    camera.take(page, "checkin-closed", "A form that has expired")
    page = _form(house, "Ferreyra", "BASE")
    camera.take(page, "checkin-draft", "Gone on with, the day before the procedure")
    token = link_token(_checkin("Kahale", "C14"))
    name, what = "link-checkin", "Two weeks by the link"
    page = house.take(None, name, what, "link_form", token, uuid.uuid4())
    for name, value in TWO_WEEKS.items():
        tap(page, name, value)
    send(page)
    camera.take(page, "link-review", "Everything once more, by the link")


def _checkin(family: str, key: str) -> CheckIn:
    return CheckIn.objects.get(recovery=recovery_of(family), key=key)


def _form(house: House, family: str, key: str) -> Page:
    """As Today's link opens it."""
    user, recovery = patient(family)
    return house.visit(
        user, reverse("checkin_start", args=[recovery.uuid, _checkin(family, key).uuid])
    )
