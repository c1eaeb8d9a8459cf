"""The table that a run prints: one row a promise."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    promise: str
    size: str
    target: str
    measured: str
    # None: a figure that is reported and not judged.
    held: bool | None

    @property
    def verdict(self) -> str:
        return {True: "held", False: "FELL SHORT", None: "-"}[self.held]


def table(rows: Iterable[Row]) -> str:
    """As Markdown, with its columns in line so that it reads on a terminal too."""
    head = ("promise", "size", "target", "measured", "")
    cells = [head, *((r.promise, r.size, r.target, r.measured, r.verdict) for r in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in cells
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])
