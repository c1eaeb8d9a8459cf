"""A clinic's own questionnaire in a real browser: loaded, answered, gone on with elsewhere."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from recovery.models import FormResponse, Recovery, Role, Score, User
from tests.browser.doors import come_in
from tests.cast import checkin_of, default_pathway, make_recovery, staff, user_of
from tests.questionnaires import BACK_AND_DAY
from tests.spanish import offer_spanish

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A Thursday, 10:17 in New York.
NOW = datetime(2026, 3, 5, 15, 17, tzinfo=UTC)
HARD = {"not": "Nada difícil", "bit": "Un poco difícil", "very": "Muy difícil"}


@pytest.fixture
def device(live_server: Any, open_page: Callable[..., Page]) -> Callable[[User], Page]:
    """A browser of its own, signed in through the right door."""

    def device(user: User) -> Page:
        page = open_page(width=390, java_script_enabled=False)
        come_in(page, user, live_server.url)
        return page

    return device


@pytest.fixture
def recovery(clinic: Any, set_clock: Callable) -> Recovery:
    """On day 28, in Spanish: the one-month form is open."""
    default_pathway()
    cache.clear()
    set_clock(NOW)
    staff(clinic, "Nora", Role.NURSE)
    return make_recovery(clinic, day=28, now=NOW, patient={"language": "es"})


def answer(page: Page, question: str, told: str) -> None:
    page.get_by_role("group", name=question).get_by_text(told, exact=True).click()


def test_loaded_begun_on_one_device_and_sent_from_another(
    live_server: Any, clinic: Any, recovery: Recovery, device: Callable[[User], Page]
) -> None:
    manager = staff(clinic, "Max", Role.MANAGER)
    page = device(manager)
    page.goto(live_server.url + reverse("questionnaires"))
    page.locator("input[type=file]").set_input_files(BACK_AND_DAY)
    page.get_by_label("Takes the place of").select_option("new")
    page.get_by_label("Short name, if new").fill("back")
    page.get_by_label("Score").select_option("sum")
    page.get_by_label("One-month check-in").check()
    page.get_by_role("button", name="Load").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your back and your day")
    offer_spanish(clinic, manager)

    checkin = checkin_of(recovery, "C30")
    start = live_server.url + reverse("checkin_start", args=[recovery.uuid, checkin.uuid])
    phone = device(user_of(recovery))
    phone.goto(start)
    expect(phone.get_by_text("Su espalda y su día")).to_be_visible()
    expect(phone.get_by_text("© Northgate Spine Clinic")).to_be_visible()
    expect(phone.get_by_text("¿Le costó ir en coche?")).to_have_count(0)
    for question, told in (
        ("¿Le costó levantarse de la cama?", HARD["bit"]),
        ("¿Le costó lavarse y vestirse?", HARD["not"]),
        ("¿Le costó ponerse los zapatos?", HARD["very"]),
        ("¿Le costó subir un piso por las escaleras?", HARD["bit"]),
        ("¿Le costó llevar una bolsa llena?", HARD["very"]),
        ("¿Le costó estar sentado una hora?", HARD["bit"]),
        ("¿Le costó estar de pie 20 minutos?", HARD["not"]),
    ):
        answer(phone, question, told)
    phone.locator("button[name=later]").click()
    assert FormResponse.objects.get(checkin=checkin).status == "in_progress"

    tablet = device(user_of(recovery))
    tablet.goto(start)
    stairs = tablet.get_by_role("group", name="¿Le costó subir un piso por las escaleras?")
    expect(stairs.get_by_label(HARD["bit"])).to_be_checked()
    answer(tablet, "¿Le costó recoger algo del suelo?", HARD["very"])
    tablet.get_by_role("group", name="¿Conduce un coche?").locator("label").last.click()
    tablet.get_by_label("¿Cuántos días caminó fuera de casa?").fill("3")
    tablet.get_by_label("¿Cuántas noches le despertó la espalda?").fill("0")
    answer(tablet, "¿Tiene ahora un trabajo pagado?", "No")
    answer(tablet, "¿Le costaron las tareas pequeñas de casa?", HARD["bit"])
    tablet.locator("main form button.btn-primary").click()
    # What the answers have brought up.
    answer(tablet, "¿Le costó ir en coche?", HARD["bit"])
    expect(tablet.get_by_text("¿Cuánto cansancio tuvo de día?")).to_have_count(0)
    tablet.get_by_label("¿Cuántas millas en su mejor día?").fill("1.5")
    tablet.locator("button[name=save_incomplete], main form button.btn-primary").last.click()
    tablet.locator("main form button.btn-primary").click()
    score = Score.objects.get(response__checkin=checkin, instrument="BACK")
    assert (score.version, score.answered, score.score) == ("2026-03", 15, "15.5")
