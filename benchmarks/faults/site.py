"""The product's processes, started by the Procfile's own lines, killed, frozen and brought back."""

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import IO, Self
from urllib.request import urlopen

from benchmarks.faults.place import ROOT, Place

PROCFILE = dict(
    line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
)
# What the harness decides itself, whatever the shell that started it holds.
OURS = re.compile(r"^(DEMO|DEBUG|FAULTS_\w+|PORT|VAR_DIR|EMAIL_URL|\w+_FILE)$")


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(place: Place, **more: str) -> dict[str, str]:
    """What a production process is given, and the settings of the harness."""
    inherited = {name: value for name, value in os.environ.items() if not OURS.match(name)}
    return inherited | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "benchmarks.faults.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": "http://127.0.0.1",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "DEFAULT_FROM_EMAIL": "Example Clinic <care@faults.example>",
        "EMERGENCY_NUMBER": "911",
        "HTTPS": "false",
        "REMINDER_SPREAD_MINUTES": "0",
        "MAILS_PER_MINUTE": "0",
        "LOG_LEVEL": "WARNING",
        "REDIS_URL": place.redis_url,
        "VAR_DIR": str(place.folder / "var"),
        **more,
    }


@dataclass
class Member:
    """One line of the Procfile, running as a process group of its own."""

    name: str
    command: str
    env: dict[str, str]
    out: IO[bytes]
    process: subprocess.Popen[bytes] | None = None
    # Groups that lost their first process; workers of theirs may go on for a while.
    orphaned: list[int] = field(default_factory=list)

    def start(self) -> None:
        if self.process:
            self.orphaned.append(self.process.pid)
        self.process = subprocess.Popen(
            ["sh", "-c", f"exec {self.command}"],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=self.out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Site:
    """Runs what it is told to, and starts again whatever has died, as a process manager does.

    Once the run is `over`, to tend it raises SystemExit, so that a thread of the run ends too.
    """

    def __init__(self, folder: Path, env: dict[str, str], over: Event | None = None) -> None:
        self.folder = folder
        self.env = env
        self._over = over or Event()
        self.members: dict[str, Member] = {}
        self._out = (folder / "site.log").open("ab")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for member in self.members.values():
            for group in [*member.orphaned, member.pid]:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(group, signal.SIGKILL)
            assert member.process
            member.process.wait()
        self._out.close()

    def start(self, line: str, *, count: int = 1, options: str = "", **env: str) -> None:
        """Each process has a folder and a name of its own, as if on a machine of its own."""
        for number in range(count):
            name = f"{line}{number + 1}"
            # The shell's own words for a name that Celery fills in: the host's.
            host = f" --hostname {name}@%h" if line == "worker" else ""
            self.run(name, f"{PROCFILE[line]}{host}{options}", **env)

    def run(self, name: str, command: str, **env: str) -> None:
        var = self.folder / name
        var.mkdir(exist_ok=True)
        member = Member(name, command, self.env | {"VAR_DIR": str(var)} | env, self._out)
        self.members[name] = member
        member.start()

    def tend(self) -> None:
        if self._over.is_set():
            sys.exit("the run is over")
        for member in self.members.values():
            if not member.alive:
                member.start()

    def stop(self, name: str) -> None:
        """End it and all that it started, for good."""
        member = self.members.pop(name)
        for group in [*member.orphaned, member.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        assert member.process
        member.process.wait()

    def tree(self) -> dict[int, list[int]]:
        """The processes of each group, first ones first. Read from Linux's own table."""
        groups = {member.pid: [member.pid] for member in self.members.values()}
        groups |= {group: [] for member in self.members.values() for group in member.orphaned}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                # The name may hold anything, also spaces; what follows its bracket does not.
                state, _parent, group = stat.read_text().rpartition(")")[2].split()[:3]
                pid = int(stat.parent.name)
                if int(group) in groups and state not in "ZX" and pid != int(group):
                    groups[int(group)].append(pid)
        return groups

    def log(self) -> str:
        return (self.folder / "site.log").read_text(encoding="utf-8", errors="replace")


def wait_for(look: Callable[[], object], *, seconds: float, every: float = 0.05) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def listens(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
