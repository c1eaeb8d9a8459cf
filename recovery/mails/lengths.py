"""How long a text message is, as mobile networks count: in parts, each of which is paid for."""

from collections.abc import Sequence
from typing import NamedTuple

# The alphabet of GSM 03.38. A letter of the second takes the room of two.
SINGLE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("\f^{}\\[~]|€")
# How much fits where there is one part, and how much in each of several. One letter beyond that
# alphabet, and the whole text is sent in another, of which less fits.
GSM, UNICODE = (160, 153), (70, 67)


class Length(NamedTuple):
    characters: int
    parts: int
    # The letters beyond the alphabet, each once.
    beyond: str


def length(words: str) -> Length:
    beyond = "".join(dict.fromkeys(one for one in words if one not in SINGLE | DOUBLE))
    if beyond:
        sizes = [len(one.encode("utf-16-le")) // 2 for one in words]
    else:
        sizes = [2 if one in DOUBLE else 1 for one in words]
    return Length(len(words), _parts(sizes, *(UNICODE if beyond else GSM)), beyond)


def _parts(sizes: Sequence[int], alone: int, each: int) -> int:
    """No letter is cut in two."""
    if sum(sizes) <= alone:
        return 1
    parts, room = 1, each
    for size in sizes:
        if size > room:
            parts, room = parts + 1, each
        room -= size
    return parts
