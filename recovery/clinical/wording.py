"""Every text of the clinical core that a patient reads: what a language must have.

The texts themselves are the keys of their translations, so a text that changes has none until
somebody translates it anew.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recovery.clinical.checkinforms import FACTS
from recovery.clinical.education import BEFORE_TEXT, PHASE_TEXTS
from recovery.clinical.instruments import SHIPPED, Instrument
from recovery.clinical.instruments.items import walk
from recovery.clinical.rules import NEUTRAL_TEXT, RULES

# In another language its words are those of whoever validated them there: never ours. A clinic
# loads its own copy (docs/operations.md). Of the rest that is asked, NRS and FACTS are words of our
# own and PGIC is in the public domain without a standard wording (docs/protocol.md).
OFFICIAL_WORDS = frozenset({"PEG"})


@dataclass(frozen=True, slots=True)
class Told:
    """A text and where it belongs: a rule's number, a phase's code, "before", an instrument's key;
    "" is the text shown when no rule fires.
    """

    place: str
    text: str


def advice() -> Iterator[Told]:
    """What a log is answered with, the clinic's numbers still in braces."""
    yield Told("", NEUTRAL_TEXT)
    for rule in RULES:
        texts = (rule.patient_text, *(variant.patient_text for variant in rule.variants))
        yield from (Told(rule.id, text) for text in texts if text)


def education() -> Iterator[Told]:
    before = BEFORE_TEXT
    told = (
        *(before.good_now, before.wait_with, before.steps, before.suits, before.benefits),
        *(before.risks, before.choices, before.about),
    )
    yield from _lines("before", before.name, told, before.source)
    for phase in PHASE_TEXTS:
        texts = (phase.good_now, phase.wait_with, phase.expect, phase.about)
        yield from _lines(phase.code, phase.name, texts, phase.source)


def asked() -> Iterator[Told]:
    for instrument in (*SHIPPED.values(), FACTS):
        if not instrument.staff_only and instrument.key not in OFFICIAL_WORDS:
            yield from words_of(instrument)


def words_of(instrument: Instrument) -> Iterator[Told]:
    """What a patient reads of it, in the language it is written in."""
    texts = [instrument.title]
    for _path, item, _groups in walk(instrument.items):
        texts += [item.prefix, item.text, *(option.text for option in item.options)]
    yield from (Told(instrument.key, text.base) for text in texts if text.base)


def everything() -> tuple[Told, ...]:
    """Each text once, at the first place that holds it."""
    first: dict[str, Told] = {}
    for one in (*advice(), *education(), *asked()):
        first.setdefault(one.text, one)
    return tuple(first.values())


def _lines(place: str, name: str, texts: Iterable[Iterable[str]], source: str) -> Iterator[Told]:
    yield Told(place, name)
    yield from (Told(place, line) for lines in texts for line in lines)
    yield Told(place, source)
