"""Where a run happens: databases and a Redis of its own beside the named ones, and a folder."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from threading import Lock
from urllib.parse import SplitResult, urlsplit

import psycopg
import redis

from benchmarks.faults import trail

ROOT = Path(__file__).resolve().parent.parent.parent
# As many numbered databases as Redis has unless it is told otherwise.
REDIS_DATABASES = 16
# Storms at a time: most of one is waiting.
AT_ONCE = 3


class Refused(Exception):
    """Why no run can begin here."""


@dataclass
class Place:
    """Databases are cloned from a template that was migrated once."""

    server: SplitResult
    redis_url: str
    folder: Path
    # What storms take one each of, so that several rage at once.
    brokers: Queue[str] = field(default_factory=Queue)
    names: list[str] = field(default_factory=list)
    _one_by_one: Lock = field(default_factory=Lock)

    @property
    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.redis_url)

    @contextmanager
    def broker(self) -> Iterator[str]:
        """The address of an empty Redis that nobody else has now; waits for one."""
        found = self.brokers.get()
        redis.Redis.from_url(found).flushdb()
        try:
            yield found
        finally:
            redis.Redis.from_url(found).flushdb()
            self.brokers.put(found)

    def url(self, name: str) -> str:
        return self.server._replace(path=f"/{name}").geturl()

    def database(self, purpose: str) -> str:
        """The address of a fresh database; an earlier one for the same purpose is gone."""
        return self.url(self._create(purpose, template=self._name("template")))

    def empty(self, purpose: str) -> str:
        """The address of a database without a table of ours."""
        return self.url(self._create(purpose))

    def prepare(self, env: dict[str, str], *, trail_too: bool = True) -> None:
        """Migrate the template, and lay the trail, which costs a row at every change of state."""
        url = self.url(self._create("template"))
        for command in (["migrate", "--no-input"], ["createcachetable"]):
            manage(*command, env=env | {"DATABASE_URL": url})
        if trail_too:
            with psycopg.connect(url, autocommit=True) as connection:
                trail.lay(connection)

    def clean(self) -> None:
        for name in self.names:
            self._do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.redis.flushdb()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _name(self, purpose: str) -> str:
        return f"{self.server.path.strip('/')}_faults_{purpose}"

    def _create(self, purpose: str, template: str = "template1") -> str:
        name = self._name(purpose)
        with self._one_by_one:
            self._do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            if name not in self.names:
                self.names.append(name)
        return name

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def manage(*command: str, env: dict[str, str]) -> str:
    """What the command prints."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"manage.py {command[0]}: {done.stderr.strip()[-2000:]}")
    return done.stdout


@contextmanager
def place() -> Iterator[Place]:
    server = _postgres()
    free = _free_redis()
    found = Place(server, free[0], Path(tempfile.mkdtemp(prefix="faults-")))
    for url in free:
        found.brokers.put(url)
    try:
        yield found
    finally:
        found.clean()


def _postgres() -> SplitResult:
    server = urlsplit(os.environ.get("DATABASE_URL", ""))
    if server.scheme not in {"postgres", "postgresql"} or not server.path.strip("/"):
        raise Refused("DATABASE_URL must name a database of a PostgreSQL server")
    try:
        psycopg.connect(server._replace(path="/postgres").geturl(), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        raise Refused(f"no PostgreSQL at DATABASE_URL: {error}") from error
    return server


def _free_redis() -> list[str]:
    """The first empty numbered databases after the named one: a run empties its own."""
    url = urlsplit(os.environ.get("REDIS_URL", ""))
    if url.scheme not in {"redis", "rediss"}:
        raise Refused("REDIS_URL must name a Redis, as redis://127.0.0.1:6379/0")
    named, free = int(url.path.strip("/") or 0), []
    for number in range(named + 1, REDIS_DATABASES):
        candidate = url._replace(path=f"/{number}").geturl()
        try:
            if redis.Redis.from_url(candidate, socket_connect_timeout=3).dbsize() == 0:
                free.append(candidate)
        except redis.RedisError as error:
            raise Refused(f"no Redis at REDIS_URL: {error}") from error
    if not free:
        raise Refused(f"no empty Redis database after number {named}")
    return free[:AT_ONCE]
