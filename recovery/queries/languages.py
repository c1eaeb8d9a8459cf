"""Which languages a clinic offers its patients, and in which one a patient is spoken to.

English is what everything is written in. Another language is offered while the clinic has approved
it: all that was read then is in a digest, and another text, or another questionnaire in use, makes
another digest. A version of the pathway never changes, so the approval names those that were read.
"""

import gettext
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from recovery.models import (
    Clinic,
    LanguageApproval,
    OwnWording,
    Patient,
    Questionnaire,
    Recovery,
)
from recovery.queries.pathways import active_pathway
from recovery.wording import ENGLISH, Speech, say_filled, speaking

NAMES: Mapping[str, str] = dict(settings.LANGUAGES)


class Shipped(NamedTuple):
    """A text of the product that patients read; `plural` is empty where it has none."""

    singular: str
    plural: str


class _Nothing(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""


@lru_cache(maxsize=1)
def shipped_texts() -> tuple[Shipped, ...]:
    """As `python -m tests.languages` lists them from the source; a test holds the two together."""
    path = settings.LOCALE_PATHS[0] / "patients.json"
    return tuple(Shipped(*row) for row in json.loads(path.read_text(encoding="utf-8")))


@lru_cache(maxsize=16)
def _catalog(language: str) -> gettext.NullTranslations:
    """Ours alone, which knows what it lacks; Django's own would answer for others."""
    found = gettext.translation(
        "django", str(settings.LOCALE_PATHS[0]), languages=[language], fallback=True
    )
    if type(found) is gettext.NullTranslations:
        return _Nothing()
    found.add_fallback(_Nothing())
    return found


def translated(language: str, text: str) -> str:
    """Our own words for a text; empty for none."""
    return _catalog(language).gettext(text) if text else ""


def lacking(language: str) -> list[str]:
    """The product's own texts that have no words in the language."""
    return [one.singular for one in shipped_texts() if not all(_forms(language, one))]


def _forms(language: str, one: Shipped) -> tuple[str, ...]:
    if not one.plural:
        return (translated(language, one.singular),)
    return tuple(_catalog(language).ngettext(one.singular, one.plural, n) for n in (1, 2))


@lru_cache(maxsize=16)
def _shipped_digest(language: str) -> str:
    return _hash([[*one, *_forms(language, one)] for one in shipped_texts()])


def _hash(data: object) -> str:
    return hashlib.sha256(json.dumps(data, ensure_ascii=False).encode()).hexdigest()


def digest_of(language: str, own: Mapping[str, str], questionnaires: Iterable[int]) -> str:
    """Of all that an approval of the language is for, but the pathways."""
    return _hash([_shipped_digest(language), sorted(own.items()), sorted(questionnaires)])


# For a clinic
# ------------


def own_words(clinic: Clinic, language: str) -> dict[str, str]:
    """What the clinic has written itself in the language, by its English."""
    rows = OwnWording.objects.filter(clinic=clinic, language=language)
    return dict(rows.order_by("pk").values_list("original", "words"))


def digest_now(clinic: Clinic, language: str) -> str:
    used = Questionnaire.objects.in_use().filter(clinic=clinic)
    return digest_of(language, own_words(clinic, language), used.values_list("pk", flat=True))


def offered_languages(clinic: Clinic) -> list[tuple[str, str]]:
    """What a patient of the clinic may choose: code and name, English first. A language whose
    texts have changed since it was approved, or whose approval knows nothing of the pathway that
    new patients follow, is not among them.
    """
    offered = [(ENGLISH, NAMES[ENGLISH])]
    approvals = LanguageApproval.objects.standing().filter(clinic=clinic, language__in=NAMES)
    standing = {row.language: row for row in approvals}
    if standing:
        active = active_pathway(clinic).pk
        offered += [
            (code, name)
            for code, name in NAMES.items()
            if code in standing and counts(standing[code], active)
        ]
    return offered


def offered_by(clinics: Sequence[Clinic]) -> list[tuple[str, str]]:
    """What one of the clinics at least offers, English first. One statement where none has
    approved anything.
    """
    approvals = LanguageApproval.objects.standing().filter(clinic__in=clinics)
    found = {row.language for row in approvals.select_related("clinic") if counts(row)}
    return [(code, name) for code, name in NAMES.items() if code == ENGLISH or code in found]


def counts(approval: LanguageApproval, pathway_id: int | None = None) -> bool:
    """Whether it is for the texts as they are now, and for those of this pathway."""
    now = digest_now(approval.clinic, approval.language)
    return now == approval.digest and pathway_id in (None, *approval.pathways)


# For a patient
# -------------


def speech_of(patient: Patient, pathway_id: int | None = None) -> Speech:
    """How the patient is spoken to on a page with texts of this pathway: in English where the
    language is not, or no longer, approved for them. No statement for English, else three.
    """
    return Speeches().of(patient, pathway_id)


class Speeches:
    """The same for many patients: what a clinic has is asked once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], tuple[LanguageApproval, Speech] | None] = {}

    def of(self, patient: Patient, pathway_id: int | None = None) -> Speech:
        language = patient.language
        if language == ENGLISH or language not in NAMES:
            return Speech()
        key = patient.clinic_id, language
        if key not in self._known:
            self._known[key] = _approved(patient.clinic, language)
        known = self._known[key]
        if known is None or pathway_id not in (None, *known[0].pathways):
            return Speech()
        return known[1]


def told_in_both(recovery: Recovery, *texts: str) -> str:
    """Kept advice as staff tell it: in English, and in the patient's language where that is
    another one.
    """
    speech = speech_of(recovery.patient, recovery.pathway_id)
    told = [" ".join(filter(None, texts))]
    if speech.language != ENGLISH:
        with speaking(speech):
            words = " ".join(say_filled(text) for text in texts if text)
        told.append(f"[{NAMES[speech.language]}] {words}")
    return " ".join(told)


def _approved(clinic: Clinic, language: str) -> tuple[LanguageApproval, Speech] | None:
    rows = LanguageApproval.objects.standing().filter(clinic=clinic, language=language)
    approval = rows.first()
    if approval is None:
        return None
    own = own_words(clinic, language)
    used = Questionnaire.objects.in_use().filter(clinic=clinic).values_list("pk", flat=True)
    if digest_of(language, own, used) != approval.digest:
        return None
    return approval, Speech(language, own)
