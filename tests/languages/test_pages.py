"""Every page of a patient, in Spanish, with no English left on it."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from recovery.clinical.checkinforms import FORMS
from recovery.clinical.rules import NEUTRAL_TEXT
from recovery.models import CheckIn, Clinic, DailyLog, FormResponse, Milestone, Recovery
from recovery.queries.languages import shipped_texts, translated
from recovery.queries.pathways import phases_of
from recovery.services import logs
from recovery.tokens import first_log_token, link_token, unsubscribe_token
from recovery.wording import say
from tests.cast import NOW, QUIET, TODAY, checkin_of, make_recovery, user_of
from tests.pages import Page
from tests.spanish import offer_spanish
from tests.views.patient.conftest import QUIET_POST

pytestmark = pytest.mark.django_db

# Day 5 at 21:00 in New York.
BY_HAND = {name: value for name, value in QUIET_POST.items() if name != "log_date"}

SAID = ("aria-label", "title", "alt", "placeholder", "content")
# Words that English cannot do without and Spanish does not know.
ENGLISH = re.compile(
    r"\b(the|your|you|and|with|is|are|not|from|this|when|day|pain|answers?|check-in|we|our|of|to"
    r"|call|now|today|sign|back|leg|medicine|at|on|by|until|procedure|none|yes|log)\b",
    re.IGNORECASE,
)
# Names, addresses and what the clinic or the browser brings.
NAMES = re.compile(
    r"Northgate Spine Clinic|Intracept Care|Ruth Keller\d+|Ruth|\S+@\S+|width=device-width\S*.*"
    r"|noindex|telephone=no|Scale \d"
)


class Words(HTMLParser):
    """The texts of a page in its own language, one each, and the language."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.told: list[str] = []
        self.language = ""
        self._foreign: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag not in self.VOID and (self._foreign or given.get("lang") == "en"):
            self._foreign.append(tag)
        if not self._foreign:
            self.told += [words for name in SAID if (words := given.get(name))]

    def handle_endtag(self, tag: str) -> None:
        if self._foreign and tag in self._foreign:
            while self._foreign.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._foreign and data.strip():
            self.told.append(" ".join(data.split()))


def left_in_english(html: str) -> list[str]:
    words = Words(html)
    assert words.language == "es"
    untouched = {
        one.singular for one in shipped_texts() if translated("es", one.singular) != one.singular
    }
    return [told for told in words.told if told in untouched or ENGLISH.search(NAMES.sub("", told))]


@pytest.fixture
def patient(clinic, nurse, manager, set_clock) -> Recovery:
    offer_spanish(clinic, manager)
    set_clock(NOW)
    return make_recovery(clinic, day=5, now=NOW, patient={"language": "es"}, levels="L4, L5")


@pytest.fixture
def signed_in(patient, client) -> Client:
    client.force_login(user_of(patient))
    return client


def address(name: str, *args: object) -> str:
    return reverse(name, args=args)


def test_the_check_sees_english(client):
    client.get("/sign-in/")
    html = client.get("/sign-in/").content.decode().replace('lang="en"', 'lang="es"')
    assert left_in_english(html)


PLAIN = ("today", "history", "signs", "milestones")


@pytest.mark.parametrize("page", PLAIN)
def test_a_page_to_read(signed_in, patient, page):
    assert left_in_english(signed_in.get(address(page, patient.uuid)).content.decode()) == []


@pytest.mark.parametrize("day", [-3, 0, 1, 20, 45])
def test_today_on_other_days(clinic, nurse, manager, set_clock, client, day):
    offer_spanish(clinic, manager)
    set_clock(NOW)
    recovery = make_recovery(clinic, day=day, now=NOW, patient={"language": "es"})
    client.force_login(user_of(recovery))
    assert left_in_english(client.get(address("today", recovery.uuid)).content.decode()) == []


@pytest.mark.parametrize(
    "code", ["before", "immediate", "short_term", "gradual_return", "follow_up"]
)
def test_the_page_of_a_phase(signed_in, patient, code):
    html = signed_in.get(address("phase", patient.uuid, code)).content.decode()
    assert left_in_english(html) == []


@pytest.mark.parametrize("code", list(Milestone.Code.values))
def test_the_form_of_a_milestone(signed_in, patient, code):
    response = signed_in.get(address("milestone_form", patient.uuid, code))
    assert left_in_english(response.content.decode()) == []
    wrong = signed_in.post(address("milestone_form", patient.uuid, code), {})
    assert left_in_english(wrong.content.decode()) == []


# A log
# -----


def test_the_form_of_a_log_empty_and_refused(signed_in, patient):
    place = address("log_form", patient.uuid, uuid.uuid4())
    page = signed_in.get(place)
    assert left_in_english(page.content.decode()) == []
    refused = signed_in.post(place, {"log_date": f"{TODAY}", "temp_value": "500"})
    assert refused.status_code == 200
    assert "Hay un problema" in refused.content.decode()
    assert left_in_english(refused.content.decode()) == []


def test_a_refused_emergency_speaks_spanish(signed_in, patient):
    place = address("log_form", patient.uuid, uuid.uuid4())
    refused = signed_in.post(place, {"log_date": "2026-03-02", "saddle": "yes"})
    page = Page(refused.content.decode())
    assert "Llame al 911 o vaya a la sala de emergencias" in page.advice
    assert left_in_english(refused.content.decode()) == []


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        pytest.param({}, "Gracias. Su registro quedó guardado.", id="nothing"),
        pytest.param({"saddle": "yes"}, "nervios de la parte baja de la espalda", id="R01"),
        pytest.param({"bladder": "unsure"}, "no supo contestar", id="R10"),
        pytest.param(
            {"temp_value": Decimal("101.2"), "temp_unit": "F"}, "señal de una infección", id="R12"
        ),
        pytest.param({"chills": True}, "Los escalofríos pueden ser", id="R12 by chills"),
        pytest.param({"acetaminophen_mg": 5000}, "demasiado acetaminofén", id="R21"),
        pytest.param({"fall": True}, "Gracias por contarnos de su caída", id="R35"),
        pytest.param({"saddle": ""}, "Faltan respuestas en las preguntas", id="R39"),
    ],
)
def test_what_a_saved_log_is_answered_with(signed_in, patient, answers, words):
    log = logs.record(
        recovery_id=patient.pk,
        values={name: value for name, value in (QUIET | answers).items() if value != ""},
        client_id=uuid.uuid4(),
        revision=None,
        log_date=TODAY,
        now=NOW,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
        user=user_of(patient),
        language="es",
    ).log
    html = signed_in.get(address("log_saved", patient.uuid, log.client_id)).content.decode()
    assert words in Page(html).words
    assert left_in_english(html) == []
    for page in PLAIN:
        other = signed_in.get(address(page, patient.uuid)).content.decode()
        assert left_in_english(other) == [], page


def test_a_log_that_is_posted_keeps_the_language_it_was_answered_in(signed_in, patient):
    place = address("log_form", patient.uuid, uuid.uuid4())
    signed_in.post(place, {**BY_HAND, "log_date": f"{TODAY}"})
    log = DailyLog.objects.get(recovery=patient)
    assert (log.language, log.advice) == ("es", NEUTRAL_TEXT)


# Check-in forms
# --------------


@pytest.mark.parametrize("form", [form for form in FORMS if form != "baseline"])
def test_a_checkin_form_is_filled_in_looked_over_and_sent(signed_in, patient, form):
    checkin = CheckIn.objects.create(
        recovery=patient,
        anchor=patient.anchor,
        key=f"X-{form}",
        form=form,
        day=5,
        opens_at=NOW - timedelta(days=1),
        due_at=NOW + timedelta(hours=2),
        expires_at=NOW + timedelta(days=1),
    )
    client_id = uuid.uuid4()
    names = ("checkin_form", "checkin_review", "checkin_saved")
    form_url, review, sent = (address(n, patient.uuid, checkin.uuid, client_id) for n in names)
    empty = signed_in.get(form_url)
    assert left_in_english(empty.content.decode()) == []
    refused = signed_in.post(form_url, {})
    assert left_in_english(refused.content.decode()) == []
    tiles = re.findall(r'type="radio" name="([^"]+)"[^>]* value="([^"]*)"', empty.content.decode())
    given = dict(reversed(tiles))
    kept = signed_in.post(form_url, given | {"later": "1"})
    assert left_in_english(kept.content.decode()) == []
    assert signed_in.post(form_url, given | {"save_incomplete": "1"})["Location"] == review
    assert left_in_english(signed_in.get(review).content.decode()) == []
    assert signed_in.post(review)["Location"] == sent
    assert left_in_english(signed_in.get(sent).content.decode()) == []
    row = FormResponse.objects.get(checkin=checkin)
    assert (row.language, row.is_sent) == ("es", True)


def test_a_checkin_form_before_the_procedure_and_a_closed_one(
    clinic, nurse, manager, set_clock, client
):
    offer_spanish(clinic, manager)
    set_clock(NOW)
    planned = {"day": -3, "now": NOW, "patient": {"language": "es"}, "baseline": False}
    recovery = make_recovery(clinic, **planned)
    client.force_login(user_of(recovery))
    checkin = checkin_of(recovery, "BASE")
    place = address("checkin_form", recovery.uuid, checkin.uuid, uuid.uuid4())
    assert left_in_english(client.get(place).content.decode()) == []
    set_clock(NOW + timedelta(days=5))
    assert left_in_english(client.get(place).content.decode()) == []


# Links
# -----


def test_the_pages_behind_a_link(patient, client, set_clock):
    token = link_token(checkin_of(patient, "DAY-05"))
    client_id = uuid.uuid4()
    for place in (
        address("link_form", token, client_id),
        address("link_signs", token),
        address("unsubscribe", unsubscribe_token(patient.patient)),
        address("first_log_signs", first_log_token(patient)),
        address("first_log", first_log_token(patient)),
    ):
        assert left_in_english(client.get(place, follow=True).content.decode()) == [], place
    posted = client.post(address("link_form", token, client_id), BY_HAND, follow=True)
    assert left_in_english(posted.content.decode()) == []
    assert left_in_english(client.get(address("link", token)).content.decode()) == []
    set_clock(NOW + timedelta(days=4))
    late = client.post(address("link_form", token, uuid.uuid4()), {**BY_HAND, "saddle": "yes"})
    assert left_in_english(late.content.decode()) == []
    assert left_in_english(client.post(address("link_renew", token)).content.decode()) == []
    off = client.post(address("unsubscribe", unsubscribe_token(patient.patient)))
    assert left_in_english(off.content.decode()) == []


# Before a patient is known, and where a page broke
# -------------------------------------------------


def test_the_sign_in_speaks_what_the_browser_wants_and_the_clinic_offers(patient):
    spanish = Client(headers={"accept-language": "es-MX,es;q=0.9,en;q=0.5"})
    page = spanish.get("/sign-in/")
    assert left_in_english(page.content.decode()) == []
    sent = spanish.post("/sign-in/", {"email": user_of(patient).email}, follow=True)
    assert left_in_english(sent.content.decode()) == []
    wrong = spanish.post("/sign-in/code/", {"code": "1"}, follow=True)
    assert left_in_english(wrong.content.decode()) == []


def test_a_browser_in_a_language_that_nobody_offers_gets_english(clinic):
    page = Client(headers={"accept-language": "es"}).get("/sign-in/")
    assert '<html lang="en">' in page.content.decode()
    assert settings.LANGUAGE_COOKIE_NAME not in page.cookies


def test_the_language_can_be_chosen_at_the_door_and_is_kept(patient, client):
    assert '<html lang="en">' in client.get("/sign-in/").content.decode()
    chosen = client.get("/sign-in/?language=es")
    cookie = chosen.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("es", True, "Lax")
    assert '<html lang="es">' in client.get("/sign-in/").content.decode()
    assert '<html lang="en">' in client.get("/sign-in/?language=en").content.decode()
    assert '<html lang="en">' in client.get("/sign-in/?language=xx").content.decode()


@pytest.mark.parametrize("place", ["/nothing/here/", f"/recoveries/{uuid.uuid4()}/"])
def test_a_page_that_says_no_speaks_the_language_of_the_page_before(signed_in, patient, place):
    signed_in.get(address("today", patient.uuid))
    refused = signed_in.get(place)
    assert refused.status_code == 404
    assert left_in_english(refused.content.decode()) == []


def test_answers_that_could_not_be_kept_are_answered_in_the_language_of_the_page(
    signed_in, patient
):
    place = address("log_form", patient.uuid, uuid.uuid4())
    signed_in.get(place)
    signed_in.logout()
    signed_in.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    lost = signed_in.post(place, {**BY_HAND, "saddle": "yes"})
    assert lost.status_code == 403
    assert "nervios de la parte baja de la espalda" in lost.content.decode()
    assert left_in_english(lost.content.decode()) == []


def test_staff_pages_stay_english_after_a_patients(signed_in, patient, as_nurse):
    as_nurse.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    assert '<html lang="en">' in as_nurse.get("/staff/").content.decode()
    assert '<html lang="en">' in as_nurse.get("/staff/nothing/").content.decode()


# Mixed
# -----


def test_what_has_no_words_in_spanish_is_marked_as_english(signed_in, patient, clinic):
    phase = patient.pathway.phases.get(code="gradual_return")
    phase.good_now = "Walk the dog.\nWalk each day."
    phase.save()
    phases_of.cache_clear()
    html = signed_in.get(address("today", patient.uuid)).content.decode()
    assert '<span lang="en">Walk the dog.</span>' in html
    assert "Camine todos los días." in html
    assert left_in_english(html) == []


def test_what_was_told_keeps_its_numbers_in_spanish(signed_in, patient, clinic):
    """The clinic has another number since."""
    log = logs.record(
        recovery_id=patient.pk,
        values={**QUIET, "temp_value": Decimal("101.2"), "temp_unit": "F"},
        client_id=uuid.uuid4(),
        revision=None,
        log_date=TODAY,
        now=NOW,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
    ).log
    patient.alerts.all().delete()
    Clinic.objects.filter(pk=clinic.pk).update(clinic_phone="555-0777")
    page = Page(
        signed_in.get(address("log_saved", patient.uuid, log.client_id)).content.decode()
    ).words
    assert "Llámenos hoy al 555-0142. Si estamos cerrados, llame al 555-0199." in page


def test_nothing_is_left_behind_for_the_next_answer(signed_in, patient):
    signed_in.get(address("today", patient.uuid))
    assert (translation.get_language(), say("Today")) == ("en", "Today")
