"""Text messages: what one is, and the class that hands it over.

A clinic's provider is one subclass of `SmsBackend`, named by SMS_BACKEND; docs/operations.md has
one in full. It is handed a text in the same two steps as a mail server (services.smtp), so what is
claimed, handed over, sent or unknown is the same for both.
"""

import json
import sys
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from recovery.services.smtp import Answer, Result

# Longer ones are cut by some networks. Letters beyond GSM's own take more room.
LONGEST = 459


@dataclass(frozen=True, slots=True)
class Text:
    """A text message as a provider takes it. `recipient` is a number like +15555550142; an empty
    `sender` leaves who it is from to the provider.
    """

    message_id: str
    sender: str
    recipient: str
    words: str


class SmsBackend:
    """One session with a provider. A subclass writes `send`, and what it needs of the rest."""

    def open(self) -> None:
        """Begin; whatever it raises means that nobody answers, and all is tried again later."""

    def close(self) -> None:
        """End; called once for each `open` that returned."""

    def send(self, text: Text) -> Answer:
        """Give one text to the provider, which takes up to ten seconds at most.

        `text.message_id` is the same whenever it is the same text: pass it as the idempotency key.
        ACCEPTED: the provider has it. LATER: it has not, and may have room later. REFUSED: never
        for this number, which is then marked. REJECTED: never for this text. UNKNOWN, or whatever
        it raises: nobody can say; a reminder is then not sent again by itself.
        """
        raise NotImplementedError

    def __enter__(self) -> Self:
        try:
            self.open()
        except Exception as error:
            raise ConnectionError(type(error).__name__) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def envelope(self, text: Text) -> Result:
        """First step: nothing has left yet. Raises ValueError for what cannot be sent."""
        if not (text.recipient.startswith("+") and text.recipient[1:].isdecimal()):
            raise ValueError("not a number that a text can be sent to")
        if not text.words.strip() or len(text.words) > LONGEST:
            raise ValueError(f"a text of {len(text.words)} letters")
        return Result(Answer.ACCEPTED, alive=True)

    def content(self, text: Text) -> Result:
        """Second step."""
        return Result(self.send(text), alive=True)

    def forget(self) -> None:
        """Nothing was asked of the provider yet."""


class ConsoleBackend(SmsBackend):
    """For work on the code: prints what would be sent."""

    def send(self, text: Text) -> Answer:
        sys.stdout.write(f"Text to {text.recipient}: {text.words}\n")
        sys.stdout.flush()
        return Answer.ACCEPTED


class FileBackend(SmsBackend):
    """For trying: keeps each text as a file of its own in SMS_FOLDER, the later the greater."""

    def open(self) -> None:
        Path(settings.SMS_FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)

    def send(self, text: Text) -> Answer:
        """What has a name is whole: it is written beside it first."""
        name = f"{datetime.now(UTC):%Y%m%d%H%M%S%f}-{uuid.uuid4().hex[:8]}"
        part = Path(settings.SMS_FOLDER) / f"{name}.part"
        part.touch(mode=0o600)
        part.write_text(json.dumps(asdict(text), indent=1), encoding="utf-8")
        part.rename(part.with_suffix(".json"))
        return Answer.ACCEPTED


def connect() -> SmsBackend:
    """Entering raises OSError if nobody answers; nothing after that does, but what breaks."""
    return backend(settings.SMS_BACKEND)()


@lru_cache(maxsize=4)
def backend(path: str) -> type[SmsBackend]:
    """The class of that dotted path. Raises ImproperlyConfigured for none, or another kind."""
    try:
        found: Any = import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(f"SMS_BACKEND: there is no {path!r}") from error
    if not (isinstance(found, type) and issubclass(found, SmsBackend)):
        raise ImproperlyConfigured(f"SMS_BACKEND: {path} is no subclass of SmsBackend")
    return found
