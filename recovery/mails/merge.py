"""Mails of a batch that differ only in what is their reader's own are made once.

To make a mail, its words and what goes over the wire, takes far longer than to put other links and
another address into one that is made.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import count
from secrets import token_hex
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail import EmailMultiAlternatives as Mail

# What is a reader's own, by name: a text, several in a list, or by name again.
Own = Mapping[str, Any]
PLAIN_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)
# What stands as it is on a page, in a header and in the wire's bytes.
_PLAIN = re.compile(r"[\w ,.:;/?=%+@~<>-]+", re.ASCII)
# Stands for a text while a mail is made: nobody's words can hold it, no line is broken in it, and
# it looks like an address, since one stands for one. So short that no header is folded before it.
MOST = 100
_BEGIN, _END = token_hex(8), "@m.invalid"
_MARK = re.compile(rf"{_BEGIN}(\d\d){_END}")


class Merged(Mail):
    # None if it must be written for itself.
    wire: bytes | None = None


def on_wire(mail: EmailMessage) -> bytes:
    """As it goes over the wire. Raises ValueError for headers that no server could be given."""
    if isinstance(mail, Merged) and mail.wire is not None:
        return mail.wire
    # Django's own message class takes `linesep`, as its own SMTP backend relies on.
    content: bytes = mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    return content


class Merge:
    """The mails of one batch."""

    def __init__(self) -> None:
        self._made: dict[Hashable, _Made] = {}

    def mail(self, key: Hashable, own: Own, make: Callable[[Own], Mail]) -> Mail:
        """The mail that `make(own)` returns. It is made once a `key`, which names all else that
        `make` reads. `own["to"]` is the address, `own["headers"]` are all headers; of the others
        templates put each as it is, through no filter.
        """
        values = list(_flat(own))
        plain = PLAIN_ADDRESS.fullmatch(own["to"]) and all(map(_PLAIN.fullmatch, values))
        if not plain or len(values) > MOST:
            return make(own)
        marked = _marked(own, count())
        key = key, tuple(_flat(marked))
        if key not in self._made:
            self._made[key] = _Made(make(marked))
        return self._made[key].filled(own, values)


class _Made:
    """A mail with marks, to be filled in."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self._text, self._page = _Blank(str(mail.body)), _Blank(str(mail.alternatives[0][0]))
        wire = _Blank(on_wire(mail).decode("utf-8", "surrogateescape"))
        headers = _Blank(f"{mail.to}{mail.extra_headers}")
        told = [*headers.places, *self._text.places, *self._page.places]
        # An encoding that is not plain hides marks, or breaks lines in them.
        self._wire = wire if sorted(wire.places) == sorted(told) else None

    def filled(self, own: Own, values: Sequence[str]) -> Mail:
        mail = Merged(
            subject=self._mail.subject,
            body=self._text.filled(values),
            from_email=self._mail.from_email,
            to=[own["to"]],
            headers=dict(own["headers"]),
        )
        mail.attach_alternative(self._page.filled(values), "text/html")
        if self._wire:
            mail.wire = self._wire.filled(values).encode("utf-8", "surrogateescape")
        return mail


class _Blank:
    def __init__(self, text: str) -> None:
        # Every other part is the number of a mark.
        self._parts = _MARK.split(text)
        self.places = [int(number) for number in self._parts[1::2]]

    def filled(self, values: Sequence[str]) -> str:
        parts = list(self._parts)
        parts[1::2] = [values[place] for place in self.places]
        return "".join(parts)


def _marked(own: Any, numbers: Iterator[int]) -> Any:
    """The same with a mark for each text."""
    if isinstance(own, str):
        return f"{_BEGIN}{next(numbers):02}{_END}"
    if isinstance(own, list):
        return [_marked(one, numbers) for one in own]
    return {name: _marked(one, numbers) for name, one in own.items()}


def _flat(own: Any) -> Iterator[str]:
    if isinstance(own, str):
        yield own
    else:
        for one in own if isinstance(own, list) else own.values():
            yield from _flat(one)
