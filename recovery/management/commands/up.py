"""The whole site from one command: broker, database, web, worker and clock under one parent."""

import io
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection

from recovery.management import broker, supervise

START_SECONDS = 90
MAIL_PORT = 8025
WORKER = [
    # Celery warns root of pickled tasks; ours are JSON alone (CELERY_ACCEPT_CONTENT).
    *("-W", "ignore:You're running the worker with superuser privileges"),
    *("-m", "celery", "-q", "-A", "intracept_care", "worker"),
    *("--without-gossip", "--without-mingle"),
]


class Command(BaseCommand):
    help = (
        "Run the whole site: web, Celery worker and Celery beat under one parent, with a broker"
        " of its own unless REDIS_URL is set, on SQLite unless DATABASE_URL is set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        # manage.py reads these before the settings do; here they are only named for --help.
        parser.add_argument(
            "--demo", action="store_true", help="invented people, a mailbox, and no secrets needed"
        )
        parser.add_argument(
            "--force", action="store_true", help="allow --demo where DATABASE_URL names a server"
        )
        parser.add_argument("--port", help="port of the web server; PORT does the same (8000)")

    def handle(self, **options: object) -> None:
        folder = Path(settings.VAR_DIR)
        # Whatever the family writes, database and mails too, is for this user's eyes alone.
        os.umask(0o077)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        supervise.stop_on_signals()
        family = supervise.Family(mark=str(folder), out=sys.stdout)
        try:
            with supervise.alone(folder / "up.lock"), family:
                self._run(family, folder)
        except supervise.Stopped:
            self.stdout.write("Stopped.")
        except supervise.Taken as taken:
            raise CommandError(f"`up` already runs in {folder} (process {taken}).") from None
        except broker.NoBroker as error:
            raise CommandError(str(error)) from error

    def _run(self, family: supervise.Family, folder: Path) -> None:
        begin = time.monotonic()
        if left := supervise.sweep(str(folder)):
            family.say("up", f"ended {left} processes that an earlier start had left behind")
        _require_free(settings.PORT)
        env = {**os.environ, "PORT": str(settings.PORT), "SITE_URL": settings.SITE_URL}
        env["REDIS_URL"] = _broker(family, folder)
        sign_ins = _database(family)
        if _needs_mailbox():
            port = _free_port(MAIL_PORT)
            env["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
            _start(family, "mailbox", ["manage.py", "mailbox", "--port", str(port)], env)
        _start(family, "web", _web(), env)
        _start(family, "worker", _worker(), env)
        if not settings.DEMO:
            _start(family, "urgent", _urgent(), env)
        _start(family, "beat", ["-m", "celery", "-q", "-A", "intracept_care", "beat"], env)
        _wait_for_page(family)
        self.stdout.write(_welcome(time.monotonic() - begin, sign_ins))
        self.stdout.flush()
        raise CommandError(f"{family.watch()}; the others were stopped.")


def _needs_mailbox() -> bool:
    named = os.environ.get("EMAIL_URL") or os.environ.get("EMAIL_URL_FILE")
    return bool(settings.DEMO and not named)


def _broker(family: supervise.Family, folder: Path) -> str:
    """The broker's address, after starting our own unless one is named."""
    if os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE"):
        if not broker.answers(settings.REDIS_URL):
            family.say("up", "REDIS_URL does not answer: pages work, mail waits until it does")
        return str(settings.REDIS_URL)
    path = broker.socket_path(folder)
    address = broker.url(path)
    if broker.end_orphan(address):
        family.say("up", "ended a broker that an earlier start had left behind")
    family.start(
        "valkey",
        broker.command(path, folder),
        env=os.environ,
        cwd=folder,
        hide=broker.is_noise,
    )
    broker.wait_for(address)
    return address


def _database(family: supervise.Family) -> str:
    """Bring the database up to date; return the sign-ins of the demo."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CommandError(f"DATABASE_URL: cannot connect: {error}") from error
    family.say("up", f"database: {connection.vendor}, {connection.settings_dict['NAME']}")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("rebuild_outcomes", missing=True, verbosity=0)
    sign_ins = io.StringIO()
    if settings.DEMO:
        family.say("up", "the demo clinic: looking, and seeding what is missing")
        call_command("demo", stdout=sign_ins)
    elif settings.STATIC_ROOT:
        call_command("collectstatic", interactive=False, verbosity=0)
    connection.close()
    return sign_ins.getvalue()


def _start(family: supervise.Family, name: str, arguments: list[str], env: dict[str, str]) -> None:
    family.start(name, [sys.executable, *arguments], env=env, cwd=settings.BASE_DIR)


def _web() -> list[str]:
    return [
        *("-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(settings.PORT), "--log-level", "warning"),
        *("--workers", "1" if settings.DEMO else "2"),
        # Each thread keeps a database connection, so their number is ours to set.
        *("--blocking-threads", "4", "--blocking-threads-idle-timeout", "600"),
        *("--respawn-failed-workers", "intracept_care.wsgi:application"),
    ]


def _worker() -> list[str]:
    concurrency = "1" if settings.DEMO else "2"
    return [*WORKER, "--concurrency", concurrency]


def _urgent() -> list[str]:
    """A process of its own for alert mails; a demo has too few reminders to be in their way."""
    return [
        *WORKER,
        *("--pool", "solo", "--queues", settings.URGENT_QUEUE, "--hostname", "urgent@%h"),
    ]


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(f"Port {port} is taken; choose another: PORT={port + 1}") from error


def _free_port(wish: int) -> int:
    """The port that is wished for if nobody has it, else one that nobody has."""
    for port in (wish, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CommandError("No free port on 127.0.0.1.")


def _wait_for_page(family: supervise.Family) -> None:
    """Wait for the page that a visitor sees first; behind HTTPS for the one that needs none."""
    path = "/healthz" if settings.SECURE_SSL_REDIRECT else "/"
    host = settings.SITE_URL.partition("://")[2]
    request = urllib.request.Request(
        f"http://127.0.0.1:{settings.PORT}{path}", headers={"Host": host}
    )
    deadline = time.monotonic() + START_SECONDS
    while True:
        if ended := family.ended():
            raise CommandError(f"{ended}; the others were stopped.")
        try:
            with urllib.request.urlopen(request, timeout=5):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            raise CommandError(f"The first page answers {error.code}.") from error
        except OSError:
            if time.monotonic() > deadline:
                raise CommandError(f"No page after {START_SECONDS} s.") from None
            time.sleep(0.1)


def _welcome(seconds: float, sign_ins: str) -> str:
    lines = ["", f"Intracept Care is ready in {seconds:.1f} s.", f"  Address: {settings.SITE_URL}/"]
    if _needs_mailbox():
        lines.append(f"  Mailbox: {settings.SITE_URL}/demo/mailbox/ (nothing leaves this machine)")
    return "\n".join([*lines, *sign_ins.rstrip().splitlines(), "Ctrl-C stops it.", ""])
