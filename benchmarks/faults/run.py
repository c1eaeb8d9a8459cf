"""What every promise needs of a run: its size, its chance, and a place made ready."""

import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import psycopg

from benchmarks.faults.place import Place, manage
from benchmarks.faults.rows import Row


@dataclass(frozen=True)
class Size:
    """Times are in seconds."""

    seeds: int
    due: int
    kills: int
    freezes: int
    # Of a sender over its mails, and between two ticks.
    lease: float
    minute: float
    # The share of addresses to which the mail server is unkind, in each of four manners: see the
    # sink.
    unkind: float
    durable_logs: int
    durable_kills: int
    # Patients after an outage; kills while logs are posted; seconds without Redis.
    behind: int
    log_kills: int
    without_redis: float


QUICK = Size(
    seeds=1,
    due=200,
    kills=10,
    freezes=2,
    lease=10,
    unkind=0.02,
    minute=4,
    durable_logs=100,
    durable_kills=6,
    behind=60,
    log_kills=8,
    without_redis=20,
)
FULL = Size(
    seeds=10,
    due=1000,
    kills=60,
    freezes=6,
    lease=60,
    unkind=0.01,
    minute=15,
    durable_logs=1000,
    durable_kills=30,
    behind=500,
    log_kills=100,
    without_redis=600,
)


@dataclass
class Run:
    place: Place
    size: Any
    seed: int
    env: dict[str, str]
    begun: float
    # Tells the threads of the run to end.
    over: Event = field(default_factory=Event)

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.begun:5.0f} s  {text}", file=sys.stderr, flush=True)

    def chance(self, *what: object) -> random.Random:
        """The same for the same seed, whatever else the run does."""
        return random.Random(" ".join(map(str, (self.seed, *what))))

    def folder(self, purpose: str) -> Path:
        folder = self.place.folder / purpose
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def crowd(self, database: str, count: int, *options: str) -> dict[str, Any]:
        """Patients whose reminder falls due; see the command of that name."""
        env = self.env | {"DATABASE_URL": database}
        return dict(json.loads(manage("crowd", str(count), *options, env=env)))


Promise = Callable[[Run], list[Row]]


def connect(database: str) -> psycopg.Connection:
    return psycopg.connect(database, autocommit=True)
