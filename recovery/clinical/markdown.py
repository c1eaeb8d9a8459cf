"""The few shapes of Markdown that the protocol page is made of."""

from collections.abc import Iterable, Sequence


def codes(marks: Iterable[str], *, braces: bool = False) -> str:
    return ", ".join(f"`{{{mark}}}`" if braces else f"`{mark}`" for mark in marks)


def bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
