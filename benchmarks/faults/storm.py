"""Kill, freeze and flush while the site works, at moments that hurt.

Most victims are senders that hold mails at that moment, as the database tells; the rest is anyone:
a beat, a worker's first process, a whole group at once, or everything. A victim is stopped
before it is looked at, so that what it held when it died is known and not guessed.
"""

import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass, field

import psycopg
import redis

from benchmarks.faults import trail
from benchmarks.faults.run import Size
from benchmarks.faults.site import Site

KINDS = {"a sender": 5, "a sender's group": 3, "anyone": 1, "all": 1}
PATIENCE = 15
BETWEEN = (0, 1.2)
INTO_THE_BATCH = (0, 1)
BRINGS_BACK = 0.3


@dataclass
class Toll:
    """What was done to the site."""

    kills: int = 0
    # Kills of which at least one victim held a claim or a hand-over.
    hits: int = 0
    senders_killed: int = 0
    frozen: int = 0
    ended_at: float = 0
    asleep: dict[int, float] = field(default_factory=dict)


class Storm:
    def __init__(
        self,
        site: Site,
        database: psycopg.Connection,
        broker: redis.Redis,
        chance: random.Random,
        size: Size,
    ) -> None:
        self._site, self._database, self._broker = site, database, broker
        self._chance, self._size = chance, size
        self.toll = Toll()

    def rage(self) -> Toll:
        freezes = set(self._chance.sample(range(1, self._size.kills), self._size.freezes))
        for number in range(self._size.kills):
            self._pause(self._chance.uniform(*BETWEEN))
            if number in freezes:
                self._freeze()
            if number == self._size.kills // 2:
                self._broker.flushdb()
            self._kill(self._plan(number))
        while self.toll.asleep:
            self._pause(0.2)
        self.toll.ended_at = time.time()
        return self.toll

    def _plan(self, number: int) -> str:
        # Once in every run, however few its kills are, the power goes.
        if number == self._size.kills - 2:
            return "all"
        return self._chance.choices(list(KINDS), weights=list(KINDS.values()))[0]

    def _pause(self, seconds: float) -> None:
        """Time goes by: the dead come back, and who has slept long enough wakes."""
        deadline = time.monotonic() + seconds
        while True:
            self._site.tend()
            for pid, wakes_at in list(self.toll.asleep.items()):
                if time.monotonic() >= wakes_at:
                    self._signal([pid], signal.SIGCONT)
                    del self.toll.asleep[pid]
            if time.monotonic() >= deadline:
                return
            time.sleep(0.05)

    def _sender(self) -> tuple[int, int] | None:
        """A process that holds mails now and its group; None if nobody does for long."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := self._senders():
                sender = self._chance.choice(found)
                # Else every kill would come just after a claim, and none in a hand-over.
                self._pause(self._chance.uniform(*INTO_THE_BATCH))
                if sender in self._senders():
                    return sender
            self._pause(0.1)
        return None

    def _senders(self) -> list[tuple[int, int]]:
        holders = trail.holders(self._database) - set(self.toll.asleep)
        tree = self._site.tree()
        return sorted(
            (pid, group) for group, pids in tree.items() for pid in pids if pid in holders
        )

    def _victims(self, kind: str) -> list[int]:
        sender = self._sender() if kind in {"a sender", "a sender's group", "all"} else None
        tree = self._site.tree()
        everyone = sorted(pid for pids in tree.values() for pid in pids)
        if kind == "all":
            return everyone
        if sender is None:
            return [self._chance.choice(everyone)]
        pid, group = sender
        return [pid] if kind == "a sender" else tree[group]

    def _kill(self, kind: str) -> None:
        victims = self._victims(kind)
        self._signal(victims, signal.SIGSTOP)
        held = trail.holders(self._database).intersection(victims) - set(self.toll.asleep)
        self._signal(victims, signal.SIGKILL)
        for pid in victims:
            self.toll.asleep.pop(pid, None)
        self.toll.kills += 1
        self.toll.hits += bool(held)
        self.toll.senders_killed += len(held)
        self._pause(BRINGS_BACK)

    def _freeze(self) -> None:
        if (sender := self._sender()) is None:
            return
        pid, _group = sender
        self._signal([pid], signal.SIGSTOP)
        self.toll.asleep[pid] = time.monotonic() + self._size.lease + 3
        self.toll.frozen += 1

    def _signal(self, pids: list[int], what: signal.Signals) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, what)
