"""The clinic's languages: what is missing, its own words, approval by name, and its end."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recovery.models import LanguageApproval, OwnWording, Recovery
from recovery.queries import languages as queries
from recovery.queries.languages import offered_languages, speech_of
from recovery.services import questionnaires
from tests.cast import NOW, make_recovery, user_of
from tests.pages import Page
from tests.pathways import changes, own_pathway
from tests.questionnaires import file
from tests.spanish import approve, load_scales, offer_spanish, three_scales

pytestmark = pytest.mark.django_db

LIST, PAGE = "/staff/clinic/languages/", "/staff/clinic/languages/es/"
OWN = "Walk the dog with us."
RULE = "Call us today at {clinic_phone}. We want to look at the spot."
ENGLISH, BOTH = [("en", "English")], [("en", "English"), ("es", "Español")]


def words_of(client, place: str = PAGE) -> str:
    return Page(client.get(place).content.decode()).words


def signed(client, **given: str):
    digest = client.get(PAGE).context["state"].digest
    return client.post(PAGE, {"name": "Max", "note": "", "digest": digest} | given)


@pytest.fixture
def spanish_patient(clinic, nurse) -> Recovery:
    return make_recovery(clinic, day=5, patient={"language": "es"})


def test_out_of_the_box_it_lacks_the_one_instrument_that_is_not_ours_to_word(clinic, as_manager):
    told = words_of(as_manager)
    assert "Questionnaires without words in it" in told
    assert "Pain, enjoyment, general activity (PEG): 4 texts." in told
    assert "It can be approved when nothing is missing." in told
    assert offered_languages(clinic) == ENGLISH
    refused = signed(as_manager)
    assert "Some texts have no words in this language yet." in refused.content.decode()
    assert not LanguageApproval.objects.exists()


def test_a_manager_approves_by_name_and_patients_are_spoken_to(
    clinic, as_manager, spanish_patient, client
):
    load_scales(clinic)
    client.force_login(user_of(spanish_patient))
    today = reverse("today", args=[spanish_patient.uuid])
    assert '<html lang="en">' in client.get(today).content.decode()
    wrong = signed(as_manager, name="Somebody")
    assert "That is not how this clinic knows you." in wrong.content.decode()
    assert signed(as_manager, note="Read by Dr. Example")["Location"] == PAGE
    row = LanguageApproval.objects.get()
    assert (row.name, row.note, row.language) == ("Max", "Read by Dr. Example", "es")
    assert offered_languages(clinic) == BOTH
    assert '<html lang="es">' in client.get(today).content.decode()
    assert "offered Approved by Max" in words_of(as_manager, LIST)


def test_the_page_shows_each_text_of_a_rule_beside_its_english(clinic, as_manager):
    html = as_manager.get(PAGE).content.decode()
    assert "Do not wait for us to call. Do not drive yourself." in html
    assert "No espere nuestra llamada. No maneje usted." in html
    assert "Rule R01, emergency" in Page(html).words


def test_who_reads_the_texts_reads_the_clinics_numbers_as_patients_do(clinic, as_manager):
    told = words_of(as_manager)
    assert not re.search(r"\{\w+\}", told)
    assert f"Call {clinic.emergency_number} or go to the emergency room now." in told
    assert "100.4\xa0°F (38.0\xa0°C)" in as_manager.get(PAGE).content.decode()


def test_another_text_ends_the_offer_and_staff_are_told(
    clinic, manager, as_manager, as_nurse, spanish_patient, monkeypatch
):
    offer_spanish(clinic, manager)
    assert speech_of(spanish_patient.patient).language == "es"
    texts = (queries.Shipped("A text that is new", ""), *queries.shipped_texts())
    monkeypatch.setattr(queries, "shipped_texts", lambda: texts)
    queries._shipped_digest.cache_clear()
    try:
        assert offered_languages(clinic) == ENGLISH
        assert speech_of(spanish_patient.patient).language == "en"
        told = words_of(as_manager, "/staff/clinic/")
        assert "Español is not offered any more, since texts have changed." in told
        assert "1 patient reads English instead." in told
        queue = words_of(as_nurse, "/staff/")
        assert "Español is not offered any more, since texts have changed. 1 patient reads" in queue
        assert "approve it anew" in told
        assert "approve it anew" not in queue
        assert "not offered: texts have changed since it was approved" in words_of(as_manager)
        assert "A text that is new" in words_of(as_manager)
    finally:
        queries._shipped_digest.cache_clear()


def test_another_questionnaire_in_use_ends_the_offer(clinic, manager):
    offer_spanish(clinic, manager)
    load_scales(clinic, version="2026-02")
    assert offered_languages(clinic) == ENGLISH
    approve(clinic, manager)
    assert offered_languages(clinic) == BOTH
    questionnaires.load(clinic=clinic, raw=file(three_scales(version="3", _title=None)), now=NOW)
    assert offered_languages(clinic) == ENGLISH


def test_what_was_read_is_what_is_approved(clinic, manager, as_manager):
    load_scales(clinic)
    digest = as_manager.get(PAGE).context["state"].digest
    load_scales(clinic, version="2026-02")
    refused = as_manager.post(PAGE, {"name": "Max", "digest": digest})
    assert "The texts have changed since you opened this page." in refused.content.decode()
    assert not LanguageApproval.objects.exists()


def test_it_can_be_withdrawn(clinic, manager, as_manager, spanish_patient):
    offer_spanish(clinic, manager)
    as_manager.post(f"{PAGE}withdraw/")
    assert offered_languages(clinic) == ENGLISH
    row = LanguageApproval.objects.get()
    assert (row.ended_by, row.ended_at is None) == (manager, False)
    as_manager.post(f"{PAGE}withdraw/")
    assert LanguageApproval.objects.count() == 1


def test_an_approval_is_of_one_clinic(clinic, harbor, manager):
    offer_spanish(clinic, manager)
    assert offered_languages(harbor) == ENGLISH


@pytest.mark.parametrize("language", ["en", "fr", "ES"])
def test_there_is_no_page_for_another_language(clinic, as_manager, language):
    assert as_manager.get(f"/staff/clinic/languages/{language}/").status_code == 404


# The clinic's own texts
# ----------------------


@pytest.fixture
def own(clinic, manager):
    load_scales(clinic)
    return own_pathway(
        clinic,
        manager,
        changes(
            phases={"gradual_return": {"good_now": [OWN, "Walk each day."]}},
            rules=[{"rule": "R13", "patient_text": RULE}],
        ),
    )


def write(client, original: str, words: str):
    return client.post(f"{PAGE}words/", {"original": original, "words": words})


def test_texts_of_a_clinics_own_pathway_need_words_of_its_own(clinic, as_manager, own):
    told = words_of(as_manager)
    assert "2 texts of the clinic's own" in told
    assert "It can be approved when nothing is missing." in told
    state = as_manager.get(PAGE).context["state"]
    assert {line.text for line in state.own_lacking} == {OWN, RULE}
    write(as_manager, OWN, "Pasee al perro con nosotros.")
    for wrong in ("Llámenos hoy.", "Llámenos al {poison_phone}.", "Llámenos al {clinic_phone"):
        refused = write(as_manager, RULE, wrong)
        assert refused.status_code == 200
        assert "{clinic_phone}" in Page(refused.content.decode()).words
        assert wrong in refused.content.decode()
    write(as_manager, RULE, "Llámenos hoy al {clinic_phone}. Queremos ver la herida.")
    assert signed(as_manager)["Location"] == PAGE
    assert offered_languages(clinic) == BOTH


def test_a_patient_reads_the_clinics_own_words(clinic, as_manager, own, nurse, client):
    write(as_manager, OWN, "Pasee al perro con nosotros.")
    write(as_manager, RULE, "Llámenos hoy al {clinic_phone}. Queremos ver la herida.")
    signed(as_manager)
    recovery = make_recovery(clinic, day=5, patient={"language": "es"})
    Recovery.objects.filter(pk=recovery.pk).update(pathway=own)
    client.force_login(user_of(recovery))
    told = words_of(client, reverse("today", args=[recovery.uuid]))
    assert "Pasee al perro con nosotros. Camine todos los días." in " ".join(told.split())


def test_a_newer_pathway_is_told_in_english_until_it_was_read(clinic, manager, nurse, client):
    offer_spanish(clinic, manager)
    old = make_recovery(clinic, day=5, patient={"language": "es"})
    newer = own_pathway(clinic, manager, changes(phases={"gradual_return": {"good_now": [OWN]}}))
    assert offered_languages(clinic) == ENGLISH
    assert speech_of(old.patient, old.pathway_id).language == "es"
    assert speech_of(old.patient, newer.pk).language == "en"


def test_words_are_taken_back_and_unknown_texts_refused(clinic, as_manager, own):
    write(as_manager, OWN, "Pasee al perro.")
    write(as_manager, OWN, "Pasee al perro con nosotros.")
    assert OwnWording.objects.get().words == "Pasee al perro con nosotros."
    write(as_manager, OWN, " ")
    assert not OwnWording.objects.exists()
    refused = write(as_manager, "Nothing of ours", "Nada")
    assert "This text is not used any more." in Page(refused.content.decode()).words


def test_own_words_changed_after_an_approval_end_the_offer(clinic, as_manager, own):
    write(as_manager, OWN, "Pasee al perro con nosotros.")
    write(as_manager, RULE, "Llámenos hoy al {clinic_phone}. Queremos ver la herida.")
    signed(as_manager)
    assert offered_languages(clinic) == BOTH
    write(as_manager, OWN, "Pasee al gato con nosotros.")
    assert offered_languages(clinic) == ENGLISH


# Where a language is chosen
# --------------------------


def test_only_what_is_offered_can_be_chosen_at_the_enrolment(clinic, manager, as_nurse):
    options = 'name="language"'
    page = as_nurse.get(reverse("enrol")).content.decode()
    assert "Español" not in page
    offer_spanish(clinic, manager)
    page = as_nurse.get(reverse("enrol")).content.decode()
    assert options in page
    assert '<option value="es">Español</option>' in page


def test_staff_who_answer_a_call_read_both_languages(clinic, manager, nurse, as_nurse):
    offer_spanish(clinic, manager)
    recovery = make_recovery(clinic, day=5, patient={"language": "es"})
    place = reverse("staff_log_new", args=[recovery.uuid])
    page = as_nurse.get(place)
    given = {"saddle": "yes", "mode": "phone", "still_happening": "yes", "save_incomplete": "1"}
    on = page.context["form"].dates[1]
    saved = as_nurse.post(place, given | {"log_date": f"{on}"}, follow=True)
    told = Page(saved.content.decode()).words
    assert "nerves low in your back are being squeezed" in told
    assert "[Español] Esto puede ser señal de que los nervios" in told


def test_the_paper_log_is_printed_in_the_patients_language(clinic, manager, nurse, as_nurse):
    offer_spanish(clinic, manager)
    recovery = make_recovery(clinic, day=0, patient={"language": "es"})
    html = as_nurse.get(reverse("observation_paper", args=[recovery.uuid])).content.decode()
    assert '<html lang="en">' in html
    assert '<article class="ic-paper" lang="es"' in html
    assert "¿Está el dolor bajo control con el plan que le dimos?" in html


# What it costs
# -------------


def test_english_costs_nothing_and_spanish_three_statements(clinic, manager, nurse, client):
    offer_spanish(clinic, manager)
    cost = {}
    for language in ("en", "es"):
        recovery = make_recovery(clinic, day=5, patient={"language": language})
        client.force_login(user_of(recovery))
        client.get(reverse("today", args=[recovery.uuid]))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("today", args=[recovery.uuid]))
        cost[language] = len(asked)
    assert cost["es"] - cost["en"] == 3
