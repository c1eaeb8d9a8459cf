"""The language of a mail, through the real delivery to a real mail server."""

import itertools
import re
import time
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from recovery.mails.build import build
from recovery.mails.samples import SAMPLES, sample
from recovery.models import LanguageApproval, Message, Patient, User
from recovery.queries.languages import Speeches
from recovery.wording import Speech, say
from tests.cast import checkin_of, make_recovery, user_of
from tests.languages.readable import ease
from tests.languages.test_catalogs import plain
from tests.mails.test_build import words_of
from tests.services.test_delivery import AT, owe, send
from tests.services.test_tick import local
from tests.spanish import offer_spanish

pytestmark = pytest.mark.django_db

SUBJECT = {
    ("reminder", "en"): "Your check-in with Northgate is open",
    ("reminder", "es"): "Su cuestionario de Northgate está abierto",
    ("invitation", "en"): "Northgate: how to sign in",
    ("invitation", "es"): "Northgate: cómo entrar",
}
ENGLISH = re.compile(r"\b(the|your|please|call|open|and|this|until|by|is)\b", re.IGNORECASE)
SPANISH = re.compile(r"\b(su|llame|para|está|nadie|usted|correo|hasta|abrir)\b", re.IGNORECASE)
PLACES = re.compile(r"https?://\S+|\S+@\S+|Northgate")


@pytest.fixture
def clinic(clinic, manager):
    clinic.mail_name = "Northgate"
    clinic.save()
    offer_spanish(clinic, manager)
    return clinic


def test_a_batch_of_a_hundred_mixed_mails_mixes_nothing(clinic, nurse, mail_server):
    zones = itertools.cycle(["America/New_York", "America/Los_Angeles", "America/Chicago"])
    wanted = {}
    for language in ["en", "es", "es", "en", "es"] * 10:
        recovery = make_recovery(
            clinic, day=5, now=local(9), zone=next(zones), patient={"language": language}
        )
        Message.objects.filter(recovery=recovery).delete()
        email = user_of(recovery).email
        for kind in ("reminder", "invitation"):
            # The urgency parts the two kinds, so that languages stand mixed within each.
            checkin = checkin_of(recovery, "DAY-05") if kind == "reminder" else None
            owe(recovery, kind=kind, number=1, checkin=checkin)
            wanted[email, SUBJECT[kind, language]] = language
    before = translation.get_language(), timezone.get_current_timezone_name()
    assert send() == 100
    assert (translation.get_language(), timezone.get_current_timezone_name()) == before
    assert say("Today") == "Today"

    mails = mail_server.mails()
    assert Counter((mail.to, mail.subject) for mail in mails) == Counter(wanted.keys())
    languages = [wanted[mail.to, mail.subject] for mail in mails]
    changed = sum(one != other for one, other in itertools.pairwise(languages))
    assert changed >= 30, "the batch was not mixed"
    for mail, language in zip(mails, languages, strict=True):
        foreign = ENGLISH if language == "es" else SPANISH
        for told in (mail.subject, mail.text, words_of(mail.html)):
            assert foreign.findall(PLACES.sub("", told)) == []
        assert f'<html lang="{language}">' in mail.html


def test_a_times_zone_and_words_are_the_patients(clinic, nurse, mail_server):
    west = make_recovery(
        clinic, day=5, now=local(9), zone="America/Los_Angeles", patient={"language": "es"}
    )
    Message.objects.all().delete()
    owe(west)
    send()
    [mail] = mail_server.mails()
    assert "Tiene hasta las 8:00 PM del lunes para contestar." in mail.text.replace("\xa0", " ")
    assert "hasta el martes a las 12:00 PM" in mail.text.replace("\xa0", " ")


def test_who_chose_a_language_that_is_not_offered_any_more_gets_english(clinic, nurse, mail_server):
    recovery = make_recovery(clinic, day=5, now=local(6), patient={"language": "es"})
    Message.objects.all().delete()
    LanguageApproval.objects.update(digest="of other texts")
    owe(recovery)
    send()
    assert [mail.subject for mail in mail_server.mails()] == [SUBJECT["reminder", "en"]]


def test_a_pathway_that_was_not_read_is_told_in_english(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=local(6), patient={"language": "es"})
    LanguageApproval.objects.update(pathways=[])
    row = Message.objects.select_related("recovery__patient__clinic", "clinic").get(
        pk=owe(recovery).pk
    )
    assert build(row, now=AT).subject == SUBJECT["reminder", "en"]


def test_a_staff_mail_is_english_whatever_else_its_reader_speaks(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=local(6), patient={"language": "es"})
    User.objects.filter(pk=nurse.pk).update(language="es")
    row = owe(recovery, kind="alert", checkin=None, user=nurse)
    assert "needs someone" in build(row, now=AT).subject


def test_a_batch_asks_once_what_a_clinic_offers(clinic, nurse):
    patients = [
        make_recovery(clinic, day=5, now=local(6), patient={"language": "es"}).patient
        for _ in range(3)
    ]
    rows = list(Patient.objects.select_related("clinic").filter(pk__in=[p.pk for p in patients]))
    speeches = Speeches()
    with CaptureQueriesContext(connection) as asked:
        assert [speeches.of(row).language for row in rows] == ["es"] * 3
    assert len(asked) == 3


# Every mail
# ----------


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_each_mail_is_there_in_each_language(clinic, kind, language):
    mail = sample(kind, clinic=clinic, speech=Speech(language), now=AT)
    [(html, _type)] = mail.alternatives
    foreign = ENGLISH if language == "es" else SPANISH
    for told in (mail.subject, mail.body, words_of(html)):
        assert foreign.findall(PLACES.sub("", told)) == []
    assert 'href=""' not in html
    for needless in ("<img", "src=", "url(", "@import", "http-equiv", "<script"):
        assert needless not in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html
    if language == "es":
        assert ease(plain(PLACES.sub("", mail.body))) >= 65


def test_the_code_comes_in_the_language_of_the_page_as_text_and_page(
    clinic, nurse, client, mailoutbox
):
    recovery = make_recovery(clinic, patient={"language": "es"})
    client.post("/sign-in/?language=es", {"email": user_of(recovery).email})
    until = time.monotonic() + 10
    while not mailoutbox and time.monotonic() < until:
        time.sleep(0.05)
    [mail] = mailoutbox
    [(html, _type)] = mail.alternatives
    assert mail.subject == "Su código para entrar"
    [code] = re.findall(r"\b\d{6}\b", mail.body)
    assert code in words_of(html)
    assert '<html lang="es">' in html
