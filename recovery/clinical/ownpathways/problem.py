"""What is wrong with a pathway, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

# Keys, and the places of entries in lists, from the top of the document.
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or with `warning` one that should be looked at and may stay.

    `line` is that of the file, from 1; 0 where there was no file.
    """

    path: Path
    message: str
    warning: bool = False
    line: int = 0

    @property
    def key(self) -> str:
        """The path as people write it: forms[3].reminders[0]."""
        words = ""
        for part in self.path:
            words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else part
        return words

    def __str__(self) -> str:
        where = ": ".join(filter(None, (f"line {self.line}" if self.line else "", self.key)))
        return f"{where}: {self.message}" if where else self.message


class PathwayError(ValueError):
    """A pathway that cannot be used. `problems` holds every reason, in the order of the lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
