"""`manage.py up`: one parent that starts all, stops all, and survives being killed.

Every start runs with an empty PATH, so no broker or database of this machine can help.
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis
from django.conf import settings

from recovery.management import broker, supervise

KEPT = {"HOME", "LANG", "TZ", "SSL_CERT_FILE"}
# Seconds: what a start that finds its data may take at most.
SECOND_START = 15


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """A demo in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.lines: list[str] = []

    def start(self, **env: str) -> None:
        clean = {name: value for name, value in os.environ.items() if name in KEPT}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--demo", "--port", str(self.port)],
            cwd=settings.BASE_DIR,
            env={**clean, "PATH": "", "VAR_DIR": str(self.folder), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        self.lines.extend(self.process.stdout)

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def wait_until_ready(self, seconds: float = 60) -> float:
        """Return how long it took until the page was announced."""
        begin = time.monotonic()
        while "Ctrl-C stops it." not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() - begin < seconds, self.said
            time.sleep(0.05)
        return time.monotonic() - begin

    def wait(self) -> int:
        code = self.process.wait(timeout=30)
        self._reader.join(timeout=5)
        return code

    def children(self) -> list[int]:
        return [pid for pid in supervise.marked(str(self.folder)) if pid != self.process.pid]

    def child(self, words: str) -> int:
        """The first process of the family whose command line has these words."""
        for pid in sorted(self.children()):
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            if words in line:
                return pid
        raise AssertionError(f"no {words} in {self.children()}")

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.wait()
        supervise.sweep(str(self.folder), patience=1)

    def count(self, table: str) -> int:
        with closing(sqlite3.connect(self.folder / "care.sqlite3")) as database:
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=10) as page:
                return int(page.status)
        except OSError as error:
            raise AssertionError(f"{error} on {path}, after: {self.said}") from error


def gone(condition: Callable[[], object], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return not condition()


@pytest.fixture(scope="module")
def seeded() -> Path:
    """The folder of a demo that was started once and stopped; one for all processes of xdist."""
    folder = Path(settings.VAR_DIR) / "seeded"
    with (folder.parent / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            house = House(folder)
            house.start()
            try:
                house.wait_until_ready(120)
                house.process.terminate()
                assert house.wait() == 0
            finally:
                house.end()
    return folder


@pytest.fixture
def house(seeded: Path, tmp_path: Path) -> Iterator[House]:
    shutil.copytree(seeded, tmp_path / "var", ignore=shutil.ignore_patterns("*.sock"))
    house = House(tmp_path / "var")
    yield house
    house.end()


def test_it_serves_refuses_a_second_and_ends_whole_on_sigterm(house: House) -> None:
    house.start()
    assert house.wait_until_ready() < SECOND_START
    assert house.get("/healthz") == 200
    assert f"http://localhost:{house.port}/demo/mailbox/" in house.said
    assert re.search(r"ready in \d+\.\d s", house.said)

    second = House(house.folder)
    second.start()
    assert second.wait() == 1
    assert "already runs" in second.said
    assert house.get("/healthz") == 200

    # Twice, as under `make`: the second must not cut the broker off from its disk.
    house.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    house.process.send_signal(signal.SIGTERM)
    assert house.wait() == 0
    assert house.children() == []
    assert not (house.folder / "valkey.sock").exists()
    assert "overcommit" not in house.said


def test_ctrl_c_ends_it_too(house: House) -> None:
    house.start()
    house.wait_until_ready()
    house.process.send_signal(signal.SIGINT)
    assert house.wait() == 0
    assert house.children() == []


@pytest.mark.parametrize("words", ["celery -q -A intracept_care worker", "granian", "valkey"])
def test_when_one_dies_all_end_with_an_error(house: House, words: str) -> None:
    house.start()
    house.wait_until_ready()
    os.kill(house.child(words), signal.SIGKILL)
    assert house.wait() == 1
    assert re.search(r"(worker|web|valkey) ended with code -9", house.said)
    assert house.children() == []


def test_a_killed_parent_takes_its_children_along_and_keeps_its_data(house: House) -> None:
    house.start()
    house.wait_until_ready()
    queue = redis.Redis.from_url(broker.url(house.folder / "valkey.sock"))
    queue.rpush("kept", "yes")
    patients = house.count("recovery_patient")
    # The broker writes to the disk once a second.
    time.sleep(1.2)
    os.kill(house.process.pid, signal.SIGKILL)
    house.wait()
    assert gone(house.children), house.children()

    house.start()
    assert house.wait_until_ready() < SECOND_START
    assert queue.lrange("kept", 0, -1) == [b"yes"]
    assert house.count("recovery_patient") == patients > 0
    assert house.get("/healthz") == 200


def test_orphans_that_do_not_hear_the_kernel_are_ended_by_the_next_start(house: House) -> None:
    house.start()
    house.wait_until_ready()
    # Both have answered, so they handle SIGTERM by themselves and, frozen, do not come to it.
    frozen = [house.child(words) for words in ("granian", "valkey")]
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    os.kill(house.process.pid, signal.SIGKILL)
    house.wait()
    time.sleep(1)
    assert set(frozen) <= set(house.children())

    house.start()
    house.wait_until_ready()
    assert "left behind" in house.said
    assert not set(frozen) & set(house.children())
    assert house.get("/healthz") == 200


def test_a_port_that_is_taken_is_named(house: House) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", house.port))
        other.listen()
        house.start()
        assert house.wait() == 1
    assert f"Port {house.port} is taken" in house.said
    assert house.children() == []


def test_a_deep_folder_gets_a_private_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)
    socket_path = broker.socket_path(deep)
    assert len(os.fsencode(socket_path)) <= broker.LONGEST_PATH
    assert socket_path == broker.socket_path(deep)
    assert socket_path.parent.stat().st_mode & 0o777 == 0o700

    socket_path.parent.chmod(0o755)
    with pytest.raises(broker.NoBroker, match="not ours alone"):
        broker.socket_path(deep)
    socket_path.parent.rmdir()
