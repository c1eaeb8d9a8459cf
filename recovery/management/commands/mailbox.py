"""A mailbox for demo mode: it takes every mail by SMTP and keeps it as a file.

It listens on this machine alone and passes nothing on.
"""

import secrets
import signal
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Keeper:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        part = self._folder / f"{name}.part"
        part.write_bytes(envelope.content)
        # A reader sees the whole mail or none.
        part.rename(self._folder / f"{name}.eml")
        return "250 Kept"


class Command(BaseCommand):
    help = "Keep mail sent to this machine as files in VAR_DIR/mailbox (demo mode only)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8025)

    def handle(self, *, port: int, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("The mailbox is part of demo mode.")
        folder = Path(settings.VAR_DIR) / "mailbox"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        signals = {signal.SIGINT, signal.SIGTERM}
        # Blocked before the server's thread starts, so that only `sigwait` ever gets them.
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port)
        controller.start()
        self.stdout.write(f"Mail to 127.0.0.1:{port} is kept in {folder}")
        signal.sigwait(signals)
        controller.stop()
