"""Hand mails to a server over one connection, in the two steps that tell kept from lost.

SMTP answers twice: to the envelope (MAIL, RCPT) and to the content (DATA). Before the second
step the server has nothing, after its answer it has everything; only a connection cut in between
leaves a mail whose fate nobody knows.
"""

import smtplib
from dataclasses import dataclass
from email.utils import parseaddr
from enum import Enum
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend


class Answer(Enum):
    ACCEPTED = "accepted"
    # Try again later: a 4xx answer, or a connection that broke before the content was begun.
    LATER = "later"
    # Never for this address: a 5xx answer to the envelope.
    REFUSED = "refused"
    # Never for this mail: a 5xx answer to its content.
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Result:
    answer: Answer
    # Whether the connection can take another mail.
    alive: bool


class Handover:
    """One connection to the mail server. Entering raises OSError or SMTPException if there is
    none; nothing after that does.
    """

    def __enter__(self) -> Self:
        self._backend = EmailBackend()
        self._backend.open()
        assert self._backend.connection is not None
        self._server = self._backend.connection
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

    def envelope(self, mail: EmailMessage) -> Result:
        """First step. ACCEPTED: the content may follow."""
        sender = parseaddr(mail.from_email)[1]
        [recipient] = mail.to
        try:
            # A refused sender is our own fault and says nothing about this address.
            if self._server.mail(sender)[0] >= 400:
                return self._reset(Answer.LATER)
            if (code := self._server.rcpt(parseaddr(recipient)[1])[0]) >= 400:
                return self._reset(Answer.REFUSED if code >= 500 else Answer.LATER)
        except (OSError, smtplib.SMTPException):
            return Result(Answer.LATER, alive=False)
        return Result(Answer.ACCEPTED, alive=True)

    def content(self, mail: EmailMessage) -> Result:
        """Second step. UNKNOWN: nobody can say whether the server kept it."""
        try:
            code, _ = self._server.data(_content(mail))
        except smtplib.SMTPDataError as error:
            # The server refused the DATA command itself, so it has kept nothing.
            return self._content_refused(error.smtp_code)
        except (OSError, smtplib.SMTPException):
            return Result(Answer.UNKNOWN, alive=False)
        return Result(Answer.ACCEPTED, alive=True) if code < 400 else self._content_refused(code)

    def forget(self) -> None:
        """Drop an envelope whose content will not follow."""
        self._reset(Answer.LATER)

    def _content_refused(self, code: int) -> Result:
        return self._reset(Answer.REJECTED if code >= 500 else Answer.LATER)

    def _reset(self, answer: Answer) -> Result:
        try:
            self._server.rset()
        except (OSError, smtplib.SMTPException):
            return Result(answer, alive=False)
        return Result(answer, alive=True)


def _content(mail: EmailMessage) -> bytes:
    # Django's own message class takes `linesep`, as its own SMTP backend relies on.
    return mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
