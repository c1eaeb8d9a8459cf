"""Words that stand in no template and no code, in the reader's language: texts of rules, lines of
phases, questions of instruments, and what a clinic has written itself.

Their English is the key. A text that has no words in the language stays English, and is marked so.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from string import Formatter
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.translation import get_language, gettext, override

from recovery.clinical import wording
from recovery.clinical.instruments.items import Text
from recovery.clinical.rules import fill

ENGLISH = "en"


class Speech(NamedTuple):
    """A language, and a clinic's own words in it by their English."""

    language: str = ENGLISH
    own: Mapping[str, str] = {}


_OWN: ContextVar[Mapping[str, str] | None] = ContextVar("own_words", default=None)


@contextmanager
def speaking(speech: Speech) -> Iterator[None]:
    """Speak so within the block, and leave neither the language nor the words to what follows."""
    token = _OWN.set(speech.own)
    try:
        with override(speech.language):
            yield
    finally:
        _OWN.reset(token)


def say(text: str) -> str:
    """The text in the language that is spoken now."""
    # gettext("") is the catalog's own head.
    return _own().get(text) or gettext(text) if text.strip() else text


def said(text: str) -> str:
    """The same for a page: what has no words in the page's language is marked as English."""
    words = say(text)
    spoken = get_language() or ENGLISH
    if words != text or spoken == ENGLISH or not any(letter.isalpha() for letter in text):
        return words
    return format_html('<span lang="en">{}</span>', text)


def say_filled(text: str) -> str:
    """The same for a text that was kept with the clinic's numbers in it, as an answer's advice is.

    The numbers stay those of that day.
    """
    if get_language() == ENGLISH or not text:
        return text
    for template in (*_advice(), *_own()):
        if found := _pattern(template).fullmatch(text):
            return fill(say(template), found.groupdict())
    return say(text)


def asked(text: Text) -> str:
    """What an instrument asks: its own words in the language before ours."""
    words = text.in_language(get_language() or ENGLISH)
    return say(words) if words == text.base else words


def _own() -> Mapping[str, str]:
    return _OWN.get() or {}


@lru_cache(maxsize=1)
def _advice() -> tuple[str, ...]:
    return tuple(dict.fromkeys(told.text for told in wording.advice()))


@lru_cache(maxsize=512)
def _pattern(template: str) -> re.Pattern[str]:
    """What the template reads as with any numbers."""
    pattern, names = "", set()
    for words, name, _spec, _conversion in Formatter().parse(template):
        pattern += re.escape(words)
        if name:
            pattern += f"(?P={name})" if name in names else f"(?P<{name}>.+?)"
            names.add(name)
    return re.compile(pattern)
