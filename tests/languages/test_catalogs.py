"""What patients read is listed whole, and its Spanish is whole, faithful and easy."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings
from django.utils import formats, translation

from recovery.clinical.wording import OFFICIAL_WORDS, advice, education, everything
from recovery.queries.languages import NAMES, lacking, shipped_texts
from tests.languages.catalogs import LIST, as_mo, as_po, languages, listed, po_of, read, updated
from tests.languages.msgids import CALLS, MODULES, ROOT, TEMPLATES, msgids
from tests.languages.readable import ease, syllables

RUN = "run `DEMO=force python -m tests.languages`"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+[^>]*>")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# Whoever says "usted" says none of these.
FAMILIAR = re.compile(
    r"\b(tú|tu|tus|ti|te|contigo|tuyo|tuya|puedes|tienes|quieres|debes|estás|eres|vas|has|vos)\b",
    re.IGNORECASE,
)


def entries(language: str = "es") -> list[Message]:
    return [entry for entry in read(language) if entry.id]


def words(entry: Message) -> Iterator[tuple[str, str]]:
    """Each form of a text beside its own English."""
    if not entry.pluralizable:
        yield str(entry.id), str(entry.string)
        return
    one, many = entry.id
    first, *others = entry.string
    yield one, first
    yield from ((many, other) for other in others)


@lru_cache(maxsize=1)
def spanish_catalog() -> Catalog:
    return read("es")


def in_spanish(text: str) -> str:
    return str(spanish_catalog().get(text).string)


# The files
# ---------


def test_the_list_is_what_the_source_says():
    assert LIST.read_text(encoding="utf-8") == listed(msgids()), RUN
    assert len(shipped_texts()) == len({one.singular for one in msgids()})


@pytest.mark.parametrize("language", languages())
def test_the_catalog_has_an_entry_for_each_text_and_no_other(language):
    assert po_of(language).read_bytes() == as_po(updated(language, msgids())), RUN


@pytest.mark.parametrize("language", languages())
def test_what_the_site_reads_is_what_people_wrote(language):
    assert po_of(language).with_suffix(".mo").read_bytes() == as_mo(read(language)), RUN


@pytest.mark.parametrize("language", languages())
def test_no_text_is_missing_or_doubtful(language):
    assert [
        entry.id
        for entry in entries(language)
        if entry.fuzzy or not all(spanish for _english, spanish in words(entry))
    ] == []
    assert lacking(language) == []


def test_the_site_knows_the_languages_that_have_a_catalog():
    assert set(NAMES) == {"en", *languages()}
    assert lacking("fr") == [one.singular for one in shipped_texts()]


def modules_with_texts() -> Iterator[str]:
    for path in sorted((ROOT / "recovery").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
        if any(
            isinstance(call.func, ast.Name)
            and call.func.id in CALLS
            and isinstance(call.args[0], ast.Constant)
            for call in calls
        ):
            yield str(path.relative_to(ROOT))


# Modules whose texts only staff read, though patients' pages import some of them: the labels of
# columns, what a service refuses to staff, what staff pages say. Outside therapists read English.
STAFF = (
    "recovery/apps.py",
    "recovery/clinical/ownpathways/*.py",
    "recovery/forms/activity.py",
    "recovery/forms/addresses.py",
    "recovery/forms/alerts.py",
    "recovery/forms/clinics.py",
    "recovery/forms/contacts.py",
    "recovery/forms/enrolment.py",
    "recovery/forms/exports.py",
    "recovery/forms/facts.py",
    "recovery/forms/handling.py",
    "recovery/forms/imports.py",
    "recovery/forms/languages.py",
    "recovery/forms/ledger.py",
    "recovery/forms/observations.py",
    "recovery/forms/outcomes.py",
    "recovery/forms/overdue.py",
    "recovery/forms/pathway*.py",
    "recovery/forms/procedures.py",
    "recovery/forms/questionnaires.py",
    "recovery/forms/staff_*.py",
    "recovery/forms/therapists.py",
    "recovery/forms/thresholds.py",
    "recovery/mails/samples.py",
    "recovery/models/*.py",
    "recovery/pdf.py",
    "recovery/queries/chart.py",
    "recovery/queries/cohorts.py",
    "recovery/queries/glance.py",
    "recovery/queries/imports.py",
    "recovery/queries/ledger.py",
    "recovery/queries/medicines.py",
    "recovery/queries/observations.py",
    "recovery/queries/outcome_figures.py",
    "recovery/queries/scores.py",
    "recovery/queries/therapists.py",
    "recovery/queries/visits.py",
    "recovery/services/*.py",
    "recovery/tabular/reading.py",
    "recovery/templatetags/activity.py",
    "recovery/templatetags/answers.py",
    "recovery/templatetags/cards.py",
    "recovery/templatetags/corridor.py",
    "recovery/templatetags/entries.py",
    "recovery/templatetags/languages.py",
    "recovery/templatetags/ledger.py",
    "recovery/templatetags/lists.py",
    "recovery/templatetags/observations.py",
    "recovery/templatetags/outcomes.py",
    "recovery/templatetags/pathways.py",
    "recovery/templatetags/questionnaires.py",
    "recovery/templatetags/rows.py",
    "recovery/templatetags/staff.py",
    "recovery/templatetags/timeline.py",
    "recovery/templatetags/times.py",
    "recovery/templatetags/trials.py",
    "recovery/views/staff/*.py",
    "recovery/views/therapists.py",
)


def test_every_module_with_texts_is_said_to_be_read_by_patients_or_by_staff():
    unknown = [
        name
        for name in modules_with_texts()
        if name not in MODULES and not any(Path(name).match(pattern) for pattern in STAFF)
    ]
    assert unknown == []


# Folders whose pages staff read, therapists, or whoever tries the demo. English ones.
STAFF_TEMPLATES = {"demo", "demo_strip.html", "sheets", "staff", "therapist"}


def test_every_template_is_said_to_be_read_by_patients_or_by_staff():
    there = {path.name for path in (ROOT / "templates").iterdir()}
    assert there - set(TEMPLATES) == STAFF_TEMPLATES


# The words
# ---------


def test_a_translation_names_what_its_text_names():
    wrong = [
        (english, spanish)
        for entry in entries()
        for english, spanish in words(entry)
        if sorted(PLACEHOLDER.findall(spanish)) != sorted(PLACEHOLDER.findall(english))
    ]
    assert wrong == []


def test_a_clinical_text_keeps_its_figures():
    wrong = [
        told.text
        for told in everything()
        if sorted(NUMBER.findall(in_spanish(told.text))) != sorted(NUMBER.findall(told.text))
    ]
    assert wrong == []


def test_patients_are_called_usted():
    told = [spanish for entry in entries() for _english, spanish in words(entry)]
    assert [one for one in told if FAMILIAR.search(PLACEHOLDER.sub("", one))] == []
    assert FAMILIAR.search("Guarda tu registro")


def test_who_validated_an_instrument_words_it():
    assert {"PEG"} == OFFICIAL_WORDS
    assert not [told for told in everything() if told.place in OFFICIAL_WORDS]
    assert read("es").get("Pain, enjoyment, general activity (PEG)") is None


# How easy they are
# -----------------


def plain(text: str) -> str:
    return re.sub(r"\{\w+\}|%\(\w+\)[sd]", "911", text)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *(("día", 2), ("agua", 2), ("emergencia", 4), ("aire", 2), ("leer", 2), ("que", 1)),
        *(("muy", 1), ("ciudad", 2), ("pingüino", 3), ("infección", 3), ("guía", 2)),
    ],
)
def test_syllables_are_counted_as_spoken(word, count):
    assert syllables(word) == count


@pytest.mark.parametrize("told", [*advice()], ids=lambda told: told.place or "none")
def test_a_text_of_a_rule_is_rather_easy(told):
    assert ease(plain(in_spanish(told.text))) >= 65


def test_all_that_is_told_is_very_easy():
    rules = " ".join(plain(in_spanish(told.text)) for told in advice())
    phases = ". ".join(
        in_spanish(one.text) for one in education() if not re.search(r"\(S\d+", one.text)
    )
    assert ease(rules) >= 80
    assert ease(phases) >= 80
    assert ease("La infraestructura gubernamental internacionalmente establecida") < 40


# Dates and numbers
# -----------------


def test_numbers_have_a_point_as_on_the_thermometer():
    assert settings.LANGUAGE_CODE == "en"
    with translation.override("es"):
        assert formats.localize(38.5) == "38.5"
