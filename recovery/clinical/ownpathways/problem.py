"""What is wrong with a pathway, and where.

The messages are English, as the command line prints them. `_` marks them for translation without
translating: pages, which have a language, give `in_language` the function that does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Keys, and the places of entries in lists, from the top of the document.
Path = tuple[str | int, ...]


def written(path: Path) -> str:
    """The path as people write it: forms[3].reminders[0]."""
    words = ""
    for part in path:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else part
    return words


@dataclass(frozen=True, slots=True)
class Words:
    """A text with %(name)s where its values stand; a value may be a text that is translated too."""

    text: str
    values: Mapping[str, Any]

    def in_language(self, translate: Callable[[str], str]) -> str:
        return translate(self.text) % {
            name: value.in_language(translate) if isinstance(value, Words) else value
            for name, value in self.values.items()
        }

    def __str__(self) -> str:
        return self.in_language(str)


def _(text: str, **values: Any) -> Words:
    return Words(text, values)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or with `warning` one that should be looked at and may stay.

    `line` is that of the file, from 1; 0 where there was no file.
    """

    path: Path
    words: Words
    warning: bool = False
    line: int = 0

    @property
    def key(self) -> str:
        return written(self.path)

    @property
    def message(self) -> str:
        return str(self.words)

    def __str__(self) -> str:
        where = ": ".join(filter(None, (f"line {self.line}" if self.line else "", self.key)))
        return f"{where}: {self.message}" if where else self.message


class PathwayError(ValueError):
    """A pathway that cannot be used. `problems` holds every reason, in the order of the lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
