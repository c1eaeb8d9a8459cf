"""Hand mails to a server over one connection, in the two steps that tell kept from lost.

SMTP answers twice: to the envelope (MAIL, RCPT) and to the content (DATA). Before the second
step the server has nothing, after its answer it has everything; only a connection cut in between
leaves a mail whose fate nobody knows.
"""

import re
import smtplib
from dataclasses import dataclass
from email.utils import parseaddr
from enum import Enum
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.encoding import force_bytes, punycode

from recovery.mails.merge import PLAIN_ADDRESS, on_wire

# No such mailbox, moved away, no valid name, a domain without mail. Other refusals speak of the
# server's state or of its trust in us, and one wrong setting there must not count against every
# patient's address; so do these where they name policy or the sender.
ADDRESS_FAILS = (550, 551, 553, 556)
OF_US = re.compile(rb"5\.(?:7\.|1\.[78]\b)")
# Says the same with any code, also to the content (RFC 3463, RFC 7505).
NAMES_ADDRESS = re.compile(rb"5\.1\.(?:[1-6]|10)\b")
# Full, closed, too small for the mail: another mailbox may well take one.
OF_MAILBOX = re.compile(rb"[45]\.2\.")


class Answer(Enum):
    ACCEPTED = "accepted"
    # Try again later: a 4xx answer, or a connection that broke before the content was begun.
    LATER = "later"
    # Never for this address.
    REFUSED = "refused"
    # Never for this mail.
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class Blame(Enum):
    """What a mail was turned away for, as far as the server says it."""

    UNSAID = "unsaid"
    # No other mail shares it.
    MAILBOX = "mailbox"
    # All mails share it.
    SENDER = "sender"


@dataclass(frozen=True, slots=True)
class Result:
    answer: Answer
    # Whether the connection can take another mail.
    alive: bool
    blame: Blame = Blame.UNSAID

    @property
    def lost(self) -> bool:
        """Whether the connection broke before the server had said anything of the mail."""
        return self.answer is Answer.LATER and not self.alive


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it goes over the wire: whatever cannot be sent has failed before it exists."""

    message_id: str
    sender: str
    recipient: str
    content: bytes
    # What it was made from: a provider's API takes its parts.
    mail: EmailMessage


def letter(mail: EmailMessage) -> Letter:
    """Raises ValueError for addresses and headers that no server could be given."""
    [recipient] = mail.to
    return Letter(
        message_id=mail.extra_headers["Message-ID"],
        sender=_bare(mail.from_email),
        recipient=_bare(recipient),
        content=on_wire(mail),
        mail=mail,
    )


def _bare(address: str) -> str:
    """The address alone, in ASCII: not every server on the way would take more."""
    bare = address if PLAIN_ADDRESS.fullmatch(address) else parseaddr(address)[1]
    name, at, domain = bare.rpartition("@")
    if not (name and at and domain and name.isascii()):
        raise ValueError("not an address that a mail can be sent to")
    return f"{name}@{punycode(domain)}"


class Handover:
    """One connection to the mail server. Entering raises OSError or SMTPException if there is
    none; nothing after that does.
    """

    def __enter__(self) -> Self:
        self._backend = EmailBackend()
        self._backend.open()
        assert self._backend.connection is not None
        self._server = self._backend.connection
        # Django greets only servers that it signs in to or speaks TLS with.
        self._server.ehlo_or_helo_if_needed()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Django's close swallows what a server that has gone away answers to QUIT.
        self._backend.fail_silently = True
        self._backend.close()

    def envelope(self, letter: Letter) -> Result:
        """First step. ACCEPTED: the content may follow."""
        try:
            # A refused sender is our own fault and says nothing about this address.
            if self._server.mail(letter.sender)[0] >= 400:
                return self._reset(Answer.LATER, Blame.SENDER)
            code, text = self._server.rcpt(letter.recipient)
        except (OSError, smtplib.SMTPException):
            return Result(Answer.LATER, alive=False)
        if code < 400:
            return Result(Answer.ACCEPTED, alive=True)
        if code in ADDRESS_FAILS and not OF_US.match(text):
            return self._reset(Answer.REFUSED)
        return self._refused(code, text)

    def content(self, letter: Letter) -> Result:
        """Second step. UNKNOWN: nobody can say whether the server kept it."""
        try:
            code, text = self._server.data(letter.content)
        except smtplib.SMTPDataError as error:
            # The server refused the DATA command itself, so it has kept nothing.
            return self._refused(error.smtp_code, force_bytes(error.smtp_error))
        except (OSError, smtplib.SMTPException):
            return Result(Answer.UNKNOWN, alive=False)
        return Result(Answer.ACCEPTED, alive=True) if code < 400 else self._refused(code, text)

    def forget(self) -> None:
        """Drop an envelope whose content will not follow."""
        self._reset(Answer.LATER)

    def _refused(self, code: int, text: bytes) -> Result:
        if code >= 500 and NAMES_ADDRESS.match(text):
            return self._reset(Answer.REFUSED)
        blame = Blame.MAILBOX if OF_MAILBOX.match(text) else Blame.UNSAID
        return self._reset(Answer.REJECTED if code >= 500 else Answer.LATER, blame)

    def _reset(self, answer: Answer, blame: Blame = Blame.UNSAID) -> Result:
        try:
            code, _ = self._server.rset()
        except (OSError, smtplib.SMTPException):
            return Result(answer, alive=False, blame=blame)
        return Result(answer, alive=code < 400, blame=blame)
