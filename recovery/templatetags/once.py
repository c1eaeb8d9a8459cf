"""Words that a page repeats."""

from typing import Any


class Once:
    """Gives lazy words in the page's language, looked up once: a look-up costs as much as to write
    a cell. They must be a module's, which last as long as the process.
    """

    def __init__(self) -> None:
        self._said: dict[int, str] = {}

    def __call__(self, words: Any) -> str:
        if id(words) not in self._said:
            self._said[id(words)] = str(words)
        return self._said[id(words)]
