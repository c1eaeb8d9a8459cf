"""Staff see what goes out before it does: each mail and each text message, in each language."""

import re

import pytest

from recovery.models import Clinic, Message
from recovery.services import delivery
from tests.cast import make_recovery, sign_in_staff
from tests.pages import Page
from tests.services.test_delivery import owe
from tests.services.test_tick import local
from tests.texting import by_text

pytestmark = pytest.mark.django_db

PREVIEW = "/staff/mails/preview/"


@pytest.mark.parametrize("role", ["nurse", "manager"])
def test_staff_see_each_mail_in_each_language(clinic, request, role, client):
    client = sign_in_staff(client, request.getfixturevalue(role))
    page = client.get(f"{PREVIEW}?mail=reminder&language=es")
    told = Page(page.content.decode()).words
    assert "Su cuestionario está abierto" in told
    assert "This language is not offered to patients" in told
    assert page.content.decode().count('<iframe sandbox=""') == 2
    assert "frame-src 'self'" in page["Content-Security-Policy"]


def test_the_mail_in_the_frame_runs_nothing_and_is_framed_by_us_alone(clinic, as_nurse):
    page = as_nurse.get(f"{PREVIEW}code/es/")
    policy = page["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert '<html lang="es">' in page.content.decode()


def text_message(client, language: str, kind: str = "text") -> tuple[str, str]:
    """What it says, and all that the page says."""
    page = client.get(f"{PREVIEW}?mail={kind}&language={language}").content.decode()
    [words] = re.findall(r"<pre [^>]*>([^<]*)</pre>", page)
    return words, Page(page).words


@pytest.mark.parametrize("role", ["nurse", "manager"])
def test_staff_see_each_text_message_in_each_language(clinic, request, role, client, settings):
    settings.SMS_BACKEND, settings.SMS_FROM = "", "Northgate"
    client = sign_in_staff(client, request.getfixturevalue(role))
    # How long a form takes nobody knows.
    minutes = {"text": (" It takes 1 minute.", " Toma 1 minuto."), "text_form": ("", "")}
    for kind, (english, spanish) in minutes.items():
        said = text_message(client, "en", kind)[0]
        assert f"Your check-in is open.{english} http" in said
        words, told = text_message(client, "es", kind)
        assert f"Tiene un cuestionario abierto.{spanish} http" in words
        assert "This language is not offered to patients" in told
        assert "This site sends no text messages" in told
        assert "From Northgate" in told


def test_a_text_message_is_as_long_as_the_one_that_goes(clinic, nurse, client, texts, settings):
    settings.SMS_BACKEND = "recovery.services.sms.FileBackend"
    recovery = by_text(make_recovery(clinic, day=5, now=local(6)))
    Message.objects.all().delete()
    owe(recovery, channel="sms", user=None)
    delivery.deliver(clock=lambda: local(17))
    words, told = text_message(sign_in_staff(client, nurse), "en")
    [sent] = texts.all
    assert len(sent["words"]) == len(words)
    assert f"{len(words)} characters, sent as 1 part" in told
    assert "This site sends no text messages" not in told
    link = re.search(r"http://testserver(\S+)", words)
    assert client.get(link[1]).status_code == 404


def test_a_letter_that_halves_what_fits_is_named(clinic, as_nurse):
    Clinic.objects.update(mail_name="Clínica Norte")
    words, told = text_message(as_nurse, "en")
    assert words.startswith("Clínica Norte: ")
    assert f"{len(words)} characters, sent as 3 parts" in told
    assert "“í” is not in the short alphabet" in told


@pytest.mark.parametrize(
    "place",
    [
        *("?mail=nothing", "?language=fr", "?mail=text&language=fr"),
        *("nothing/en/", "text/en/", "code/xx/"),
    ],
)
def test_there_is_no_preview_of_what_is_not_there(clinic, as_nurse, place):
    assert as_nurse.get(PREVIEW + place).status_code == 404
