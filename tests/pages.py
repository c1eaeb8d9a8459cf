"""Reading a page as a person would: its words, its advice, and what its form would send."""

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse

# Tags that do not end a word.
INLINE = {"a", "b", "em", "i", "span", "strong"}


class Page(HTMLParser):
    """`words` is all text in one line, `advice` that of the one text a patient must read first.

    `fields` is what the browser would send, `offered` every value that could be chosen, of the
    forms that post to the page's own address, which they name or leave out; `buttons` are their
    named ones.
    """

    def __init__(self, html: str, address: str = "") -> None:
        super().__init__()
        self.address = address
        self.fields: dict[str, list[str]] = {}
        self.offered: dict[str, list[str]] = {}
        self.buttons: list[str] = []
        self._words: list[str] = []
        self._advice: list[str] = []
        self._in_form = self._in_advice = False
        self._select = self._textarea = ""
        self.feed(html)
        self.words = " ".join("".join(self._words).split())
        self.advice = " ".join("".join(self._advice).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._space(tag)
        if tag == "section" and "ic-advice" in given.get("class", ""):
            self._in_advice = True
        elif tag == "form":
            self._in_form = given.get("action", "") in ("", self.address)
        elif self._in_form:
            self._read_input(tag, given)

    def _read_input(self, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "input":
            self.offered.setdefault(name, []).append(given.get("value", ""))
            if given.get("type") not in ("radio", "checkbox") or "checked" in given:
                self.fields.setdefault(name, []).append(given.get("value", ""))
        elif tag == "button" and name:
            self.buttons.append(name)
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.fields.setdefault(self._select, []).append(given.get("value", ""))
        elif tag == "textarea":
            self._textarea = name
            self.fields[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        self._space(tag)
        if tag == "section":
            self._in_advice = False
        elif tag == "form":
            self._in_form = False
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            # A browser drops the line break that the tag may be followed by.
            typed = data.removeprefix("\n") if not self.fields[self._textarea][0] else data
            self.fields[self._textarea][0] += typed
        else:
            self._words.append(data)
            if self._in_advice:
                self._advice.append(data)

    def _space(self, tag: str) -> None:
        if tag not in INLINE:
            self._words.append(" ")
            self._advice.append(" ")


def read(response: HttpResponse, address: str = "") -> Page:
    return Page(response.content.decode(), address)


def words(response: HttpResponse) -> str:
    return read(response).words


def filled(response: HttpResponse) -> dict[str, Any]:
    """What the browser would send if the page's form were saved as it stands."""
    fields = read(response).fields
    for hidden in ("csrfmiddlewaretoken", "made_for"):
        fields.pop(hidden, None)
    return fields
