"""Take each page at three widths, light and dark, and write the list of them."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

SIZES = ((390, 844), (820, 1180), (1280, 900))
SCHEMES = ("light", "dark")
# Chromium may photograph a window that has just grown before it is painted whole.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
INDEX = """\
# Pictures of every page

`make screens` takes them from a freshly seeded demo clinic, on a Tuesday at 14:20 in New York: each
page at 390, 820 and 1280 pixels (a mail at 320 and 700), light and dark, as
`<name>-<width>-<scheme>.png`. Git ignores
those; `today-390.png` and `queue-1280.png` are cut from two of them for the README. All people in
them are invented.

| name | what it shows |
|---|---|
"""


class Camera:
    """`only` are beginnings of names; empty takes all."""

    def __init__(self, folder: Path, only: Sequence[str]) -> None:
        self._folder = folder
        self._only = tuple(only)
        self.taken: dict[str, str] = {}
        self.routes: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def take(
        self, page: Page, name: str, what: str, *, sizes: Sequence[tuple[int, int]] = SIZES
    ) -> None:
        assert name not in self.taken, f"two pictures named {name}"
        self.taken[name] = what
        with suppress(Resolver404):  # a mail has no address, and one page is none of ours
            self.routes.add(resolve(urlsplit(page.url).path).url_name or "")
        if self._only and not name.startswith(self._only):
            return
        # A click that leads elsewhere returns before the page is there.
        page.wait_for_load_state()
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            # A window as high as the page, so that the help bar stands at its end.
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": max(height, whole)})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.evaluate(PAINTED)
                page.screenshot(path=self._folder / f"{name}-{width}-{scheme}.png")

    def write_index(self) -> None:
        rows = [f"| {name} | {what} |\n" for name, what in self.taken.items()]
        (self._folder / "README.md").write_text(INDEX + "".join(rows), encoding="utf-8")
