"""Whether data has the shape of a pathway: the schema, read with messages in plain words.

Understands the keywords that SCHEMA uses and no others; a test holds it against a validator of the
standard.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from recovery.clinical.ownpathways.problem import Path, Problem, Words, _
from recovery.clinical.ownpathways.schema import SCHEMA

Schema = Mapping[str, Any]

NAMES = {
    "object": _("a set of keys"),
    "array": _("a list"),
    "string": _("a text"),
    "integer": _("a whole number"),
    "boolean": _("true or false"),
    "null": _("nothing"),
}
_IS: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
# Line and paragraph ends that are no control characters, and what marks a file's order of bytes.
BREAKS = "\u2028\u2029\ufeff\ufffe\uffff"
SHOWN = 60


def problems(data: object) -> Iterator[Problem]:
    return _value(data, SCHEMA, ())


def quoted(value: object) -> str:
    """A value as a message repeats it: short, in one line."""
    words = value if isinstance(value, str) else str(value)
    clean = "".join("?" if unwritable(letter) else letter for letter in words[: SHOWN + 1])
    return f'"{clean[:SHOWN]}..."' if len(words) > SHOWN else f'"{clean}"'


def unwritable(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs"} or letter in BREAKS


def _value(value: object, schema: Schema, path: Path) -> Iterator[Problem]:
    if "const" in schema and (value != schema["const"] or isinstance(value, bool)):
        yield Problem(
            path, _("is not %(format)s, the only format there is", format=schema["const"])
        )
    if "enum" in schema and value not in schema["enum"]:
        yield Problem(
            path,
            _(
                "%(value)s is not one of %(known)s",
                value=quoted(value),
                known=", ".join(schema["enum"]),
            ),
        )
    kinds = schema.get("type")
    if kinds is None:
        return
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(_IS[kind](value) for kind in kinds):
        yield Problem(path, _must_be(*(NAMES[kind] for kind in kinds)))
    elif isinstance(value, dict):
        yield from _object(value, schema, path)
    elif isinstance(value, list):
        yield from _list(value, schema, path)
    elif isinstance(value, str):
        yield from _text(value, schema, path)
    elif isinstance(value, int) and "minimum" in schema:
        low, high = schema["minimum"], schema["maximum"]
        if not low <= value <= high:
            yield Problem(
                path,
                _(
                    "%(value)s is outside %(low)s to %(high)s",
                    value=quoted(value),
                    low=low,
                    high=high,
                ),
            )


def _must_be(one: Words, other: Words | None = None) -> Words:
    if other is None:
        return _("must be %(one)s", one=one)
    return _("must be %(one)s or %(other)s", one=one, other=other)


def _object(value: dict[Any, Any], schema: Schema, path: Path) -> Iterator[Problem]:
    known = schema["properties"]
    for name in schema["required"]:
        if name not in value:
            yield Problem((*path, name), _("is missing"))
    for name, inner in value.items():
        if name in known:
            yield from _value(inner, known[name], (*path, name))
        else:
            yield Problem((*path, quoted(name)[1:-1]), _("is not known here"))


def _list(value: list[Any], schema: Schema, path: Path) -> Iterator[Problem]:
    fewest, most = schema.get("minItems", 0), schema["maxItems"]
    if not fewest <= len(value) <= most:
        count = len(value)
        if fewest == most:
            yield Problem(
                path, _("has %(count)s entries and must have %(most)s", count=count, most=most)
            )
        else:
            yield Problem(
                path,
                _(
                    "has %(count)s entries and must have %(fewest)s to %(most)s",
                    count=count,
                    fewest=fewest,
                    most=most,
                ),
            )
    for place, inner in enumerate(value[: most + 1]):
        yield from _value(inner, schema["items"], (*path, place))


def _text(value: str, schema: Schema, path: Path) -> Iterator[Problem]:
    if any(unwritable(letter) for letter in value):
        yield Problem(path, _("has a line break or a control character: one line, plain letters"))
    elif value != value.strip():
        yield Problem(path, _("begins or ends with a space"))
    elif "minLength" in schema and not value:
        yield Problem(path, _("is empty"))
    elif "maxLength" in schema and len(value) > schema["maxLength"]:
        yield Problem(
            path,
            _(
                "has %(count)s letters, %(most)s is the most there may be",
                count=len(value),
                most=schema["maxLength"],
            ),
        )
    elif "pattern" in schema and not re.search(schema["pattern"], value):
        yield Problem(
            path,
            _(
                "%(value)s is not %(description)s",
                value=quoted(value),
                description=Words(schema["description"], {}),
            ),
        )
