"""A pathway as one YAML file. A small, plain part of YAML is read; the rest is refused by line.

PyYAML is imported where it is used: the other commands of this package run without any package.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from recovery.clinical.ownpathways.checks import problems
from recovery.clinical.ownpathways.document import Document, from_sound_data, to_data
from recovery.clinical.ownpathways.problem import Path, PathwayError, Problem, Words, _
from recovery.clinical.ownpathways.structure import BREAKS, quoted

MAX_BYTES = 1024 * 1024
# A pathway of 120 forms has some 2,000 values and is 4 levels deep.
MAX_VALUES, MAX_DEPTH = 10_000, 10

HEAD = """\
# A clinic's pathway: which form on which day, what patients are told, what rules are raised to.
# Days count from the procedure, D0; times are the patient's own. `asked: false` leaves a form out.
# Checked by: python -m recovery.clinical pathway FILE
# Its schema: python -m recovery.clinical pathway-schema
"""
TAG = "tag:yaml.org,2002:"
BOOLEANS = {"true": True, "false": False}
# Python reads no number of some thousand digits, and no day or pain has more than these.
WHOLE = re.compile("0|-?[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: `document` is None when a problem refuses it."""

    document: Document | None
    problems: tuple[Problem, ...]


class _Refused(Exception):
    def __init__(self, words: Words, line: int = 0, path: Path = ()) -> None:
        super().__init__(str(words))
        self.problem = Problem(path, words, line=line)


def read_yaml(raw: bytes) -> Document:
    """Raises PathwayError with every problem, each with its line."""
    reading = examine_yaml(raw)
    if reading.document is None:
        raise PathwayError([one for one in reading.problems if not one.warning])
    return reading.document


def examine_yaml(raw: bytes) -> Reading:
    """The document of a file, with all that is wrong with it or should be looked at."""
    try:
        data, lines = _load(raw)
    except _Refused as refused:
        return Reading(None, (refused.problem,))
    found = [replace(one, line=_line(one.path, lines)) for one in problems(data)]
    found.sort(key=lambda one: one.line)
    wrong = any(not one.warning for one in found)
    return Reading(None if wrong else from_sound_data(data), tuple(found))


def write_yaml(document: Document) -> str:
    """`read_yaml` gives an equal document back."""
    import yaml

    class Inline(list[Any]):
        """A list that stands in one line."""

    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    Dumper.add_representer(
        Inline,
        lambda dumper, entries: dumper.represent_sequence(f"{TAG}seq", entries, flow_style=True),
    )
    data = to_data(document)
    for form in data["forms"]:
        form["reminders"] = Inline(form["reminders"])
    return HEAD + yaml.dump(
        data,
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=100,
    )


def _line(path: Path, lines: Mapping[Path, int]) -> int:
    """Of the nearest thing that stands in the file."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _load(raw: bytes) -> tuple[Any, dict[Path, int]]:
    import yaml

    text = _text(raw)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder()
    try:
        builder.feed(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise _Refused(_("not YAML: %(why)s", why=error.problem or error.context), line) from error
    except yaml.YAMLError as error:
        raise _Refused(_("not YAML")) from error
    return builder.root, builder.lines


def _text(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise _Refused(
            _(
                "the file has %(count)s bytes, more than 1 MiB (%(most)s)",
                count=len(raw),
                most=MAX_BYTES,
            )
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _Refused(_("not UTF-8"), line) from error
    for number, line_text in enumerate(text.split("\n"), start=1):
        for letter in line_text.removesuffix("\r"):
            if letter != "\t" and (unicodedata.category(letter) == "Cc" or letter in BREAKS):
                raise _Refused(
                    _("U+%(code)s stands in no pathway", code=f"{ord(letter):04X}"), number
                )
    return text


class _Builder:
    """Builds data from the events of a YAML stream, and keeps the line of every value.

    By events, since what is refused here must not be built first: a few hundred bytes of aliases
    can stand for more values than any memory holds.
    """

    def __init__(self) -> None:
        self.root: Any = None
        self.lines: dict[Path, int] = {}
        # Of each collection that is not ended: it, its path, and a mapping's key that waits.
        self._open: list[tuple[Any, Path, list[str]]] = []
        self._documents = 0
        self._values = 0

    def feed(self, events: Iterator[Any]) -> None:
        for event in events:
            name = type(event).__name__.removesuffix("Event")
            line = event.start_mark.line + 1
            if name == "DocumentStart":
                self._documents += 1
                if self._documents > 1:
                    raise _Refused(_("a second document; a pathway is one"), line)
                if event.tags or event.version:
                    raise _Refused(_("directives are not read"), line)
            elif name in {"MappingEnd", "SequenceEnd"}:
                self._open.pop()
            elif name in {"Scalar", "MappingStart", "SequenceStart", "Alias"}:
                self._value(event, name, line)
        if not self._values:
            raise _Refused(_("the file is empty"), 1)

    def _value(self, event: Any, name: str, line: int) -> None:
        self._values += 1
        if name == "Alias" or event.anchor:
            raise _Refused(_("anchors and aliases (& and *) are not read"), line, self._here())
        if event.tag:
            raise _Refused(
                _("the tag %(value)s is not read", value=quoted(event.tag)), line, self._here()
            )
        if self._values > MAX_VALUES or len(self._open) >= MAX_DEPTH:
            raise _Refused(_("more values, or deeper, than any pathway"), line)
        if name == "Scalar" and self._waits_for_key():
            self._key(event, line)
            return
        if self._waits_for_key():
            raise _Refused(_("a key is a word, no list and no set of keys"), line, self._here())
        value: Any = {"MappingStart": {}, "SequenceStart": []}.get(name)
        path = self._place(line)
        if name == "Scalar":
            value = _scalar(event, line, path)
        self._add(value)
        if name != "Scalar":
            self._open.append((value, path, []))

    def _here(self) -> Path:
        if not self._open:
            return ()
        collection, path, waiting = self._open[-1]
        if isinstance(collection, list):
            return (*path, len(collection))
        return (*path, *waiting)

    def _waits_for_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1][0], dict) and not self._open[-1][2]

    def _key(self, event: Any, line: int) -> None:
        mapping, path, waiting = self._open[-1]
        key = event.value
        if key in mapping:
            raise _Refused(
                _("%(value)s stands twice here", value=quoted(key)),
                line,
                (*path, quoted(key)[1:-1]),
            )
        waiting.append(key)
        self.lines[(*path, key)] = line

    def _place(self, line: int) -> Path:
        path = self._here()
        self.lines.setdefault(path, line)
        return path

    def _add(self, value: Any) -> None:
        if not self._open:
            self.root = value
            return
        collection, _path, waiting = self._open[-1]
        if isinstance(collection, list):
            collection.append(value)
        else:
            collection[waiting.pop()] = value


def _scalar(event: Any, line: int, path: Path) -> Any:
    """A quoted value is a text. A plain one is what both YAML 1.1 and 1.2 hold it for."""
    import yaml

    if not event.implicit[0]:
        return event.value
    resolver: Any = yaml.resolver.Resolver()
    kind: str = resolver.resolve(yaml.ScalarNode, event.value, (True, False))
    value: str = event.value
    match kind.removeprefix(TAG):
        case "null":
            return None
        case "bool" if value in BOOLEANS:
            return BOOLEANS[value]
        case "bool":
            raise _Refused(
                _(
                    "%(value)s may mean true or false: write true, false, or quote it",
                    value=quoted(value),
                ),
                line=line,
                path=path,
            )
        case "int" if WHOLE.fullmatch(value):
            return int(value)
        case "int" | "float" | "merge":
            raise _Refused(
                _("%(value)s is no whole number: if it is a text, quote it", value=quoted(value)),
                line=line,
                path=path,
            )
    return value
