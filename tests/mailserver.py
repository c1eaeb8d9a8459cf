"""A real SMTP server on a free port of this machine that behaves as a test tells it to."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from recovery.queries.mailbox import Mail, parse
from tests.engine import free_port

CUT = "cut"
HANG = "hang"
OK = "250 OK"
# Longer than any test lets a client wait.
LONG = 30


@dataclass
class MailServer:
    """Answers "250 OK" unless told otherwise, by address.

    `at_rcpt` and `at_data` hold a reply, CUT or HANG. A server that cuts or hangs at the content
    has it all by then; `keeps` says whether it keeps it. `at_mail` is its reply to any sender.
    """

    at_rcpt: dict[str, str] = field(default_factory=dict)
    at_data: dict[str, str] = field(default_factory=dict)
    keeps: bool = True
    at_mail: str = OK
    # Addresses whose connection ends after the mail was accepted in good order.
    cut_afterwards: set[str] = field(default_factory=set)
    # (address, content) of every mail kept, and every address asked for, in order.
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    envelopes: list[str] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self._open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Be gone; a second call does nothing."""
        if self._open:
            self._open = False
            self._controller.stop()

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.accepted]

    # Not a property: aiosmtpd looks at every attribute at each connection.
    def mails(self) -> list[Mail]:
        return [parse(address, content) for address, content in self.accepted]

    # What aiosmtpd calls
    # -------------------

    async def handle_MAIL(  # noqa: N802 - this and the others are names that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.at_mail == OK:
            envelope.mail_from = address
        return self.at_mail

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return answers

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.envelopes.append(address)
        answer = await self._answer(server, self.at_rcpt.get(address, OK))
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        [address] = envelope.rcpt_tos
        answer = self.at_data.get(address, OK)
        if answer.startswith("2") or (answer in {CUT, HANG} and self.keeps):
            self.accepted.append((address, envelope.content))
        answer = await self._answer(server, answer)
        if address in self.cut_afterwards:
            await server.push(answer)
            return await self._answer(server, CUT)
        return answer

    async def _answer(self, server: SMTP, answer: str) -> str:
        if answer == HANG:
            await asyncio.sleep(LONG)
        if answer == CUT:
            server.transport.abort()
        return answer


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """The server that the product sends through in this test."""
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 0.5
        yield server
