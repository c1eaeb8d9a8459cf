"""What a language of a clinic has and what it lacks, for whoever approves it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recovery.clinical import wording
from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.instruments import Instrument
from recovery.clinical.instruments.items import Text, walk
from recovery.clinical.ownpathways.document import BEFORE_LINES, PHASE_LINES
from recovery.models import Clinic, LanguageApproval, Pathway, Patient, Recovery
from recovery.queries.instruments import instruments_of
from recovery.queries.languages import (
    NAMES,
    digest_now,
    lacking,
    offered_languages,
    own_words,
    translated,
)
from recovery.queries.pathways import active_pathway, document_of, plan_of


@dataclass(frozen=True, slots=True)
class Line:
    """A text beside its words in the language; `place` says where patients read it."""

    place: str
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A questionnaire of which texts have no words in the language."""

    instrument: Instrument
    lacking: int
    # Its words in another language are those of whoever validated them there, so none come with us.
    official: bool


@dataclass(frozen=True, slots=True)
class LanguageState:
    language: str
    # What comes with the product.
    shipped_lacking: tuple[str, ...]
    questionnaires_lacking: tuple[Asked, ...]
    # What the clinic's pathways say in words of its own, with or without words in the language.
    own: tuple[Line, ...]
    rules: tuple[Line, ...]
    approval: LanguageApproval | None
    # Whether the approval is for the texts as they are now, and for the pathway of new patients.
    texts_stand: bool
    pathway_stands: bool
    pathways: tuple[Pathway, ...]
    digest: str

    @property
    def own_lacking(self) -> list[Line]:
        return [line for line in self.own if not line.words]

    @property
    def is_complete(self) -> bool:
        return not (self.shipped_lacking or self.questionnaires_lacking or self.own_lacking)

    @property
    def is_offered(self) -> bool:
        return bool(self.approval) and self.texts_stand and self.pathway_stands


def language_state(clinic: Clinic, language: str) -> LanguageState:
    own = own_words(clinic, language)
    pathways = pathways_in_use(clinic)
    rows = LanguageApproval.objects.standing().filter(clinic=clinic, language=language)
    approval = rows.select_related("approved_by").first()
    digest = digest_now(clinic, language)
    return LanguageState(
        language=language,
        shipped_lacking=tuple(lacking(language)),
        questionnaires_lacking=tuple(_questionnaires(clinic, pathways, language)),
        own=tuple(_own(pathways, language, own)),
        rules=tuple(
            Line(told.place, told.text, translated(language, told.text))
            for told in wording.everything()
        ),
        approval=approval,
        texts_stand=approval is not None and approval.digest == digest,
        pathway_stands=approval is not None and pathways[0].pk in approval.pathways,
        pathways=pathways,
        digest=digest,
    )


def readers(clinic: Clinic, language: str) -> int:
    """How many patients whose recovery is followed have chosen it."""
    followed = Recovery.objects.filter(clinic=clinic, state__in=Recovery.FOLLOWED)
    rows = Patient.objects.filter(clinic=clinic, language=language)
    return rows.filter(pk__in=followed.values("patient")).count()


def lost_languages(clinic: Clinic) -> list[tuple[str, int]]:
    """Those that the clinic has approved and that it no longer offers, with how many patients had
    chosen each. One statement where it has approved none.
    """
    approvals = LanguageApproval.objects.standing().filter(clinic=clinic)
    codes = [row.language for row in approvals.order_by("language")]
    offered = dict(offered_languages(clinic)) if codes else {}
    return [(NAMES[code], readers(clinic, code)) for code in codes if code not in offered]


def pathways_in_use(clinic: Clinic) -> tuple[Pathway, ...]:
    """The version that new recoveries follow, then the others that somebody follows."""
    active = active_pathway(clinic)
    followed = Recovery.objects.filter(clinic=clinic, state__in=Recovery.FOLLOWED)
    others = Pathway.objects.filter(pk__in=followed.values("pathway")).exclude(pk=active.pk)
    return (active, *others.order_by("pk"))


def _questionnaires(clinic: Clinic, pathways: Iterable[Pathway], language: str) -> Iterator[Asked]:
    forms = {
        slot.form
        for pathway in pathways
        for slot in plan_of(pathway.pk).slots
        if not slot.optional and slot.form not in LOG_FORMS
    }
    shown = {
        instrument.key: instrument
        for form in sorted(forms)
        for instrument in instruments_of(form, staff=False, clinic=clinic)
    }
    for instrument in shown.values():
        count = sum(not _has(text, language) for text in _texts(instrument))
        if count:
            official = instrument.key in wording.OFFICIAL_WORDS
            yield Asked(instrument, count, official)


def _texts(instrument: Instrument) -> Iterator[Text]:
    yield instrument.title
    for _path, item, _groups in walk(instrument.items):
        yield from (item.prefix, item.text, *(option.text for option in item.options))


def _has(text: Text, language: str) -> bool:
    """Signs that are the same in any language, as a unit's or a number, need no words."""
    spoken = text.in_language(language) != text.base or any(
        tag.lower() == language for tag, _words in text.translations
    )
    plain = not any(letter.isalpha() for letter in text.base)
    return spoken or plain or bool(translated(language, text.base))


def _own(pathways: Iterable[Pathway], language: str, own: dict[str, str]) -> Iterator[Line]:
    """Each text once, of the versions in use; those that came with the product are ours."""
    seen: set[str] = set()
    for pathway in pathways:
        for place, text in _of_pathway(pathway):
            if text and text not in seen and not translated(language, text):
                yield Line(place, text, own.get(text, ""))
            seen.add(text)


def _of_pathway(pathway: Pathway) -> Iterator[tuple[str, str]]:
    document = document_of(pathway)
    for change in document.changes:
        yield change.rule_id, change.patient_text or ""
    before = document.before
    yield from _told("before", before, before.name, before.source, BEFORE_LINES)
    for phase in document.phases:
        yield from _told(phase.code, phase, phase.name, phase.source, PHASE_LINES)


def _told(
    place: str, told: object, name: str, source: str, lines: Iterable[str]
) -> Iterator[tuple[str, str]]:
    yield place, name
    for one in lines:
        yield from ((place, line.strip()) for line in getattr(told, one))
    yield place, source
