"""The site's processes, started for a test as in production, over the test's own database."""

import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from recovery.management.supervise import Family
from recovery.queries import mailbox

T = TypeVar("T")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """The test database as another process must name it."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(found['NAME']))}"
    user = ":".join(quote(found[part], safe="") for part in ("USER", "PASSWORD") if found[part])
    where = {name.lower(): found[name] for name in ("HOST", "PORT") if found[name]}
    return f"postgres://{user}{'@' if user else ''}/{quote(found['NAME'])}?{urlencode(where)}"


class Engine:
    """Starts what it is asked for, stops all of it at the end, and reads the mail that arrived."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.mail_port = free_port()
        self._out = (folder / "engine.log").open("w+", encoding="utf-8")
        self._family = Family(mark=str(folder), out=self._out, handle_signals=False)
        self.env = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "REDIS_URL": settings.REDIS_URL,
            "SITE_URL": self.url,
            "VAR_DIR": str(folder),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._family.stop()
        # pytest shows this only where the test failed.
        self._out.seek(0)
        sys.stderr.write(self._out.read())
        self._out.close()

    def start(self, *names: str) -> None:
        """Start any of `commands`; the mailbox and the web answer on return."""
        commands = {
            "mailbox": ["manage.py", "mailbox", "--port", str(self.mail_port)],
            "web": [
                *("-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
                *("--port", str(self.port), "--blocking-threads", "4", "--log-level", "warning"),
                "intracept_care.wsgi:application",
            ],
            "worker": [
                *("-m", "celery", "-q", "-A", "intracept_care", "worker", "--concurrency", "1"),
                *("--without-gossip", "--without-mingle", "--hostname", f"w{self.port}@%h"),
            ],
            "urgent": [
                *("-m", "celery", "-q", "-A", "intracept_care", "worker", "--pool", "solo"),
                *("--queues", settings.URGENT_QUEUE, "--hostname", f"u{self.port}@%h"),
                *("--without-gossip", "--without-mingle"),
            ],
            "beat": ["-m", "celery", "-q", "-A", "intracept_care", "beat"],
        }
        for name in names:
            command = [sys.executable, *commands[name]]
            self._family.start(name, command, env=self.env, cwd=settings.BASE_DIR)
        for name, port in (("mailbox", self.mail_port), ("web", self.port)):
            if name in names:
                self.wait_for(lambda port=port: listens(port), what=f"{name} to listen")

    def mails(self) -> list[mailbox.Mail]:
        """What has arrived, newest first."""
        return mailbox.newest(self.folder / "mailbox")

    def wait_for(self, look: Callable[[], T], *, what: str, seconds: float = 90) -> T:
        """Look until there is something; the tick comes once a minute, so the wait may be long."""
        deadline = time.monotonic() + seconds
        while not (found := look()):
            if ended := self._family.ended():
                raise AssertionError(ended)
            assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
            time.sleep(0.1)
        return found


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
