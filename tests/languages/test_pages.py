"""Every page of a patient, in Spanish, with no English left on it."""

import re
import string
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
from recovery.models import (
    CheckIn,
    Clinic,
    DailyLog,
    FormResponse,
    Message,
    Milestone,
    Recovery,
    VisitQuestion,
)
from recovery.queries.languages import shipped_texts, translated
from recovery.queries.pathways import phases_of
from recovery.services import delivery, logs, visits
from recovery.tokens import first_log_token, link_token, short_code, unsubscribe_token
from recovery.urls import link_urls, patient_urls
from recovery.wording import say
from tests.cast import NOW, QUIET, TODAY, checkin_of, make_recovery, user_of
from tests.pages import Page, filled
from tests.services.test_delivery import AT, owe
from tests.spanish import offer_spanish
from tests.texting import by_text
from tests.views.patient.conftest import QUIET_POST
from tests.visits import ask

pytestmark = [pytest.mark.django_db, pytest.mark.once]

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


def recorded(patient: Recovery, values: dict[str, object]) -> DailyLog:
    return logs.record(
        recovery_id=patient.pk,
        values=values,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=TODAY,
        now=NOW,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
        user=user_of(patient),
        language="es",
    ).log


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
    told = {name: value for name, value in (QUIET | answers).items() if value != ""}
    log = recorded(patient, told)
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


def form_of(patient: Recovery, form: str) -> CheckIn:
    """One that is open today, whatever the plan says."""
    return CheckIn.objects.create(
        recovery=patient,
        anchor=patient.anchor,
        key=f"X-{form}"[:12],
        form=form,
        day=5,
        opens_at=NOW - timedelta(days=1),
        due_at=NOW + timedelta(hours=2),
        expires_at=NOW + timedelta(days=1),
    )


@pytest.mark.parametrize("form", [form for form in FORMS if form != "baseline"])
def test_a_checkin_form_is_filled_in_looked_over_and_sent(signed_in, patient, form):
    checkin = form_of(patient, form)
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


def test_the_first_log_in_the_clinic(clinic, nurse, manager, set_clock, client):
    offer_spanish(clinic, manager)
    set_clock(NOW)
    recovery = make_recovery(clinic, day=0, now=NOW, patient={"language": "es"})
    token = first_log_token(recovery)
    home, form = address("first_log", token), address("first_log_form", token, uuid.uuid4())
    assert left_in_english(client.get(home, follow=True).content.decode()) == []
    assert left_in_english(client.post(form, {"pain_avg": "12"}).content.decode()) == []
    saved = client.post(form, {**BY_HAND, "bladder": "yes"}, follow=True)
    assert saved.resolver_match.url_name == "first_log_saved"
    assert left_in_english(saved.content.decode()) == []
    assert left_in_english(client.get(home).content.decode()) == []
    set_clock(NOW + timedelta(days=2))
    assert left_in_english(client.get(home).content.decode()) == []
    assert left_in_english(client.post(form, BY_HAND).content.decode()) == []


# Reminders
# ---------

EVENING = NOW - timedelta(hours=3)


def test_the_reminders_page_as_it_is_refused_and_saved(signed_in, patient, texts):
    place = address("reminders", patient.uuid)
    empty = signed_in.get(place)
    assert left_in_english(empty.content.decode()) == []
    assert "Mensaje de texto, después correo electrónico" in Page(empty.content.decode()).words
    fields = filled(empty)
    for wrong in (
        {"channels": "sms", "mobile": ""},
        {"channels": "sms", "mobile": "1"},
        {"channels": "pigeon", "language": "tlh", "zone": "Mars/Base"},
        {"remind_at": "20:00", "quiet_from": "19:00"},
    ):
        refused = signed_in.post(place, fields | wrong)
        assert "No se guardó" in Page(refused.content.decode()).words
        assert left_in_english(refused.content.decode()) == []
    sound = {"channels": "sms", "mobile": "202 555 0142", "sms_ok": "on"}
    saved = signed_in.post(place, fields | sound, follow=True).content.decode()
    assert "Los mensajes de texto llegan al +1 202-555-0142." in Page(saved).words
    assert left_in_english(saved) == []


def test_a_pause(signed_in, patient):
    place = address("reminders_pause", patient.uuid)
    assert left_in_english(signed_in.get(place).content.decode()) == []
    assert left_in_english(signed_in.post(place, {"days": "0"}).content.decode()) == []
    paused = signed_in.post(place, {"days": "3"}, follow=True).content.decode()
    assert "En pausa hasta el jueves 5 de marzo" in Page(paused).words
    for page in ("reminders_pause", "reminders", "today"):
        html = signed_in.get(address(page, patient.uuid)).content.decode()
        assert left_in_english(html) == [], page


@pytest.mark.parametrize("by_link", [False, True])
def test_later(signed_in, patient, set_clock, by_link):
    set_clock(EVENING)
    checkin = checkin_of(patient, "DAY-05")
    place = address("checkin_later", patient.uuid, checkin.uuid)
    if by_link:
        place = address("link_later", link_token(checkin))
    page = signed_in.get(place).content.decode()
    assert "Mañana por la mañana a las 8:00 AM" in Page(page).words
    assert left_in_english(page) == []
    assert left_in_english(signed_in.post(place, {"when": "never"}).content.decode()) == []
    put_off = signed_in.post(place, {"when": "morning"}).content.decode()
    assert "Mañana, martes, a las 8:00 AM" in Page(put_off).words
    assert left_in_english(put_off) == []
    set_clock(NOW + timedelta(hours=14))
    assert left_in_english(signed_in.get(place).content.decode()) == []
    CheckIn.objects.filter(pk=checkin.pk).update(state="completed", completed_at=NOW)
    assert left_in_english(signed_in.get(place).content.decode()) == []


@pytest.mark.parametrize("only", ["logs", "forms"])
def test_reminders_of_one_kind_are_turned_off(patient, client, only):
    place = address("unsubscribe", unsubscribe_token(patient.patient))
    page = client.post(place, {"only": only}).content.decode()
    assert "Los otros recordatorios le siguen llegando." in Page(page).words
    assert left_in_english(page) == []


def test_a_text_message_is_one_message(patient, texts, mail_server):
    Clinic.objects.update(mail_name="Northgate")
    by_text(patient)
    Message.objects.all().delete()
    owe(patient, channel="sms", user=None)
    delivery.deliver(clock=lambda: AT)
    [kept] = texts.all
    words = kept["words"]
    assert words.startswith("Northgate: Tiene un cuestionario abierto. Toma 1 minuto. http")
    assert words.endswith(" Para ayuda ahora mismo, llame al 911.")
    # It has room for 160 letters, and for 70 with one that is none of these (GSM 03.38).
    assert set(words) <= set(string.ascii_letters + string.digits + "_- .,:/?&=éùìòñüàÑÉ¿¡")
    assert len(words) <= 160


# Questions for a visit
# ---------------------


def test_the_questions_for_a_visit(signed_in, patient):
    place = address("visit_questions", patient.uuid)
    assert left_in_english(signed_in.get(place).content.decode()) == []
    for wrong in ("", "x" * 301):
        refused = signed_in.post(place, {"text": wrong})
        assert left_in_english(refused.content.decode()) == []
    listed = signed_in.post(place, {"text": "¿Puedo nadar?"}, follow=True)
    assert left_in_english(listed.content.decode()) == []
    question = patient.visit_questions.get()
    form = address("visit_question", patient.uuid, question.uuid)
    assert left_in_english(signed_in.get(form).content.decode()) == []
    assert left_in_english(signed_in.post(form, {"text": "", "read": "0"}).content.decode()) == []
    moved = signed_in.post(form, {"text": "¿Y correr?", "read": "9"}).content.decode()
    assert "Esto cambió" in Page(moved).words
    assert left_in_english(moved) == []
    visits.take(recovery=patient, read={question.uuid: 0}, user=user_of(patient), now=NOW)
    taken = signed_in.get(place).content.decode()
    assert "De estas ya hablamos ¿Puedo nadar? 2 mar" in Page(taken).words
    assert left_in_english(taken) == []


def test_no_more_questions_than_there_is_room_for(signed_in, patient):
    place = address("visit_questions", patient.uuid)
    for number in range(VisitQuestion.MOST):
        ask(patient, f"¿Pregunta {number}?", now=NOW)
    full = signed_in.post(place, {"text": "¿Una más?"}).content.decode()
    assert "Tiene 10 preguntas." in Page(full).words
    assert left_in_english(full) == []
    Recovery.objects.filter(pk=patient.pk).update(state="withdrawn")
    ended = signed_in.post(place, {"text": "¿Una más?"}).content.decode()
    assert "Su seguimiento terminó." in Page(ended).words
    assert left_in_english(ended) == []


# Can it wait?
# ------------


@pytest.mark.parametrize("said", ["yes", "no"])
@pytest.mark.parametrize("answers", [{"wound": ["redness_spreading"]}, {"fall": True}])
def test_whether_it_can_wait(signed_in, patient, answers, said):
    place = address("log_saved", patient.uuid, recorded(patient, QUIET | answers).client_id)
    asked = signed_in.get(place).content.decode()
    assert "¿Puede esto esperar hasta mañana?" in Page(asked).words
    assert left_in_english(asked) == []
    told = signed_in.post(place, {"wait": said}, follow=True).content.decode()
    assert "Usted nos dijo:" in Page(told).words
    assert left_in_english(told) == []


# Every route
# -----------

# What comes of a post.
# Answers a script, with nothing to read.
WORDLESS = {"link_opened"}
SHOWN_ABOVE = {"checkin_saved", "first_log_saved", "link_renew"}


def test_every_route_speaks_spanish(signed_in, patient, set_clock):
    """A route that is not here fails the test. A therapist's sheet is in English."""
    set_clock(EVENING)
    here, new = patient.uuid, uuid.uuid4()
    daily, form = checkin_of(patient, "DAY-05"), form_of(patient, "two_week")
    link, first = link_token(form), first_log_token(patient)
    question = ask(patient, "¿Puedo nadar?", now=EVENING)
    log, by_link = uuid.uuid4(), uuid.uuid4()
    signed_in.post(address("log_form", here, log), {**BY_HAND, "log_date": f"{TODAY}"})
    signed_in.post(address("link_form", link_token(daily), by_link), BY_HAND)
    args = {
        "home": (),
        "account_login": (),
        "account_request_login_code": (),
        "account_confirm_login_code": (),
        "account_logout": (),
        "people": (),
        "today": (here,),
        "history": (here,),
        "signs": (here,),
        "phase": (here, "short_term"),
        "milestones": (here,),
        "milestone_form": (here, "walked"),
        "visit_questions": (here,),
        "visit_question": (here, question.uuid),
        "checkin_start": (here, form.uuid),
        "checkin_form": (here, form.uuid, new),
        "checkin_review": (here, form.uuid, new),
        "reminders": (here,),
        "reminders_pause": (here,),
        "checkin_later": (here, form.uuid),
        "log_new": (here,),
        "log_form": (here, new),
        "log_saved": (here, log),
        "link": (link,),
        "link_signs": (link,),
        "short_link": (short_code(form),),
        "link_later": (link,),
        "link_form": (link, new),
        "link_review": (link, new),
        "link_saved": (link_token(daily), by_link),
        "first_log": (first,),
        "first_log_signs": (first,),
        "first_log_form": (first, new),
        "unsubscribe": (unsubscribe_token(patient.patient),),
    }
    routes = {pattern.name for pattern in (*patient_urls, *link_urls)}
    assert set(args) == routes - SHOWN_ABOVE - WORDLESS - {"therapist_sheet"}
    shown = {
        name: signed_in.get(address(name, *given), follow=True) for name, given in args.items()
    }
    assert {name: page.status_code for name, page in shown.items() if page.status_code != 200} == {}
    english = {name: left_in_english(page.content.decode()) for name, page in shown.items()}
    assert {name: found for name, found in english.items() if found} == {}


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


@pytest.mark.parametrize(
    "place", ["/nothing/here/", "/recoveries/0b2f5a34-7f0c-4d53-9d53-9a3f8f9f6c11/"]
)
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
    log = recorded(patient, {**QUIET, "temp_value": Decimal("101.2"), "temp_unit": "F"})
    patient.alerts.all().delete()
    Clinic.objects.filter(pk=clinic.pk).update(clinic_phone="555-0777")
    page = Page(
        signed_in.get(address("log_saved", patient.uuid, log.client_id)).content.decode()
    ).words
    assert "Llámenos hoy al 555-0142. Si estamos cerrados, llame al 555-0199." in page


def test_nothing_is_left_behind_for_the_next_answer(signed_in, patient):
    signed_in.get(address("today", patient.uuid))
    assert (translation.get_language(), say("Today")) == ("en", "Today")
