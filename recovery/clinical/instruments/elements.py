"""Elements of a FHIR R4 resource as JSON has them; what is wrong is refused with its path."""

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from recovery.clinical.instruments.items import QuestionnaireError, Text
from recovery.clinical.instruments.numbers import DECIMALS, WHOLE_DIGITS
from recovery.clinical.logfields import quoted

Element = Mapping[str, Any]
Wanted = TypeVar("Wanted")
Choice = TypeVar("Choice", bound=str)

BASE = "http://hl7.org/fhir/StructureDefinition/"
TRANSLATION = f"{BASE}translation"
# What every element may have.
ELEMENT = frozenset({"id", "extension", "modifierExtension"})
# JSON can escape them; no database stores the first, and no page can hold the others.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")

_NAMES: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    list: "a list",
    dict: "an object",
}


def at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def only(element: Element, path: str, known: Collection[str]) -> None:
    """Refuses an element that R4 does not know here, and one that changes what the others mean.

    `_name` holds the extensions of `name`.
    """
    for name in element:
        place = at(path, str(name))
        if str(name).removeprefix("_") not in known:
            raise QuestionnaireError(place, "is not known here")
        if name in {"modifierExtension", "implicitRules"}:
            raise QuestionnaireError(place, "is not supported, and must not be passed over")


def get(element: Element, name: str, kind: type[Wanted], path: str) -> Wanted | None:
    """An element of that type, None where it is absent. An empty text is no text."""
    value = element.get(name)
    if value is None:
        return None
    if type(value) is not kind:
        raise QuestionnaireError(at(path, name), f"{quoted(value)} is not {_NAMES[kind]}")
    if isinstance(value, str) and not value.strip():
        raise QuestionnaireError(at(path, name), "is empty")
    if isinstance(value, str) and (found := UNWRITABLE.search(value)):
        wrong = f"U+{ord(found[0]):04X} stands in no text"
        raise QuestionnaireError(at(path, name), wrong)
    return value


def need(element: Element, name: str, kind: type[Wanted], path: str) -> Wanted:
    value = get(element, name, kind, path)
    if value is None:
        raise QuestionnaireError(at(path, name), "is missing")
    return value


def one_of(element: Element, name: str, known: tuple[Choice, ...], path: str) -> Choice:
    value = need(element, name, str, path)
    for choice in known:
        if choice == value:
            return choice
    raise QuestionnaireError(at(path, name), f'"{value[:40]}" is not one of {", ".join(known)}')


def number(element: Element, name: str, path: str) -> int | Decimal | None:
    """A number that can be stored and shown, whole or not."""
    value = element.get(name)
    if value is None:
        return None
    exact = Decimal(str(value)) if isinstance(value, float) else value
    if isinstance(exact, bool) or not isinstance(exact, int | Decimal):
        raise QuestionnaireError(at(path, name), f"{quoted(value)} is not a number")
    decimal = Decimal(exact)
    short = decimal.is_finite() and int(decimal.as_tuple().exponent) >= -DECIMALS
    if not short or (decimal and decimal.adjusted() >= WHOLE_DIGITS):
        raise QuestionnaireError(
            at(path, name),
            f"{quoted(value)} has more than {WHOLE_DIGITS} digits or {DECIMALS} decimals",
        )
    return exact


def objects(element: Element, name: str, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a list, each with its path."""
    for place, value in enumerate(get(element, name, list, path) or ()):
        here = f"{at(path, name)}[{place}]"
        if not isinstance(value, dict):
            raise QuestionnaireError(here, f"{quoted(value)} is not an object")
        yield here, value


def extensions(element: Element, path: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, address and content of each extension."""
    for here, extension in objects(element, "extension", path):
        yield here, need(extension, "url", str, here), extension


def text(element: Element, name: str, path: str) -> Text | None:
    """A text with its translations, which stand in the extensions of `_name`."""
    base = get(element, name, str, path)
    if base is None:
        return None
    beside = get(element, f"_{name}", dict, path) or {}
    translations: dict[str, str] = {}
    for here, url, extension in extensions(beside, at(path, f"_{name}")):
        if url != TRANSLATION:
            continue
        language, words = _translation(extension, here)
        if language in translations:
            raise QuestionnaireError(here, f'a second translation into "{language}"')
        translations[language] = words
    return Text(base, tuple(translations.items()))


def _translation(extension: Element, path: str) -> tuple[str, str]:
    found: dict[str, str] = {}
    for here, url, part in extensions(extension, path):
        if url == "lang":
            found[url] = need(part, "valueCode", str, here)
        elif url == "content":
            markdown = "valueMarkdown" in part
            found[url] = need(part, "valueMarkdown" if markdown else "valueString", str, here)
    for name in ("lang", "content"):
        if name not in found:
            raise QuestionnaireError(path, f"a translation without its {name}")
    return found["lang"], found["content"]
