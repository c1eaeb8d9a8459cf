"""A PostgreSQL server of the run's own, which may be stopped at once as if the power went."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.place import Refused

DEBIANS = Path("/usr/lib/postgresql")
# PostgreSQL refuses to run as root, and Debian's package brings this account.
UNPRIVILEGED = "postgres"


class OwnServer:
    """With the server's own defaults: what it said is committed is on the disk."""

    def __init__(self, folder: Path, port: int) -> None:
        self._data, self._port = folder / "data", port
        self._account = UNPRIVILEGED if os.geteuid() == 0 else None
        self._programs = _programs()
        if self._account:
            # The folder of a run is closed to others.
            for parent in (folder, folder.parent):
                parent.chmod(0o755)
            shutil.chown(folder, self._account)
        self._run("initdb", "--username=faults", "--auth=trust", "--encoding=UTF8")

    @property
    def url(self) -> str:
        return f"postgres://faults@127.0.0.1:{self._port}/faults"

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -c port={self._port} -c unix_socket_directories="
        log = self._data.parent / "server.log"
        self._run("pg_ctl", "start", "--wait", "--log", str(log), "--options", options)

    def stop(self, how: str) -> None:
        """`immediate` leaves all to the recovery at the next start; `fast` puts things in order."""
        self._run("pg_ctl", "stop", "--wait", "--mode", how)

    def _run(self, program: str, *arguments: str) -> None:
        # The server keeps what it is given as its output, so nothing that anybody waits for.
        with (self._data.parent / "said.log").open("ab") as said:
            done = subprocess.run(
                [self._programs / program, "--pgdata", self._data, *arguments],
                cwd="/",
                user=self._account,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            text = (self._data.parent / "said.log").read_text(encoding="utf-8", errors="replace")
            raise Refused(f"{program}: {text[-2000:]}")


@contextmanager
def own_server(folder: Path, port: int) -> Iterator[OwnServer]:
    server = OwnServer(folder, port)
    server.start()
    try:
        yield server
    finally:
        server.stop("fast")


def _programs() -> Path:
    """The newest server on this machine; Debian keeps its programs off the path."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    versions = sorted(DEBIANS.glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3]))
    if not versions:
        raise Refused("F1 stops a PostgreSQL server of its own, and pg_ctl is not on this machine")
    return versions[-1].parent
