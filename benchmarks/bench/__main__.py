"""Measure what the product costs beside the least that Django can do: docs/operations.md.

Needs Linux, and DATABASE_URL and REDIS_URL for servers on this machine, on which it may create
databases of its own; what they name is not touched.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.bench import (
    chart,
    exports,
    idle,
    imports,
    lists,
    outcomes,
    reminders,
    rules,
    urgent,
)
from benchmarks.faults.__main__ import machine
from benchmarks.faults.place import Refused, place
from benchmarks.faults.rows import Row, table
from benchmarks.faults.run import Run
from benchmarks.faults.site import environment


@dataclass(frozen=True)
class Size:
    mails: int
    idle: int
    due_at_once: int
    exported: int
    imported: int
    responses: int
    listed: int
    judged: int


QUICK = Size(
    mails=1000,
    idle=100_000,
    due_at_once=4000,
    exported=100_000,
    imported=1000,
    responses=100_000,
    listed=100_000,
    judged=20_000,
)
FULL = Size(
    mails=10_000,
    idle=1_000_000,
    due_at_once=100_000,
    exported=1_000_000,
    imported=5000,
    responses=1_000_000,
    listed=1_000_000,
    judged=100_000,
)

PROMISES: list[tuple[set[str], Callable[[Run], list[Row]]]] = [
    ({"B3", "B4", "B5"}, lists.promise),
    ({"B6"}, chart.promise),
    ({"B7", "B8", "B9"}, reminders.promise),
    ({"B10"}, outcomes.promise),
    ({"B11"}, exports.promise),
    ({"B14"}, idle.promise),
    ({"LISTS"}, imports.promise),
    ({"RULES"}, rules.promise),
    ({"URGENT"}, urgent.promise),
]


def main() -> int:
    known = sorted(name for names, _ in PROMISES for name in names)
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the short form, within 5 minutes")
    parser.add_argument("--only", default=",".join(known), metavar="B7,B14")
    given = parser.parse_args()
    wanted = set(given.only.upper().split(","))
    if unknown := wanted - set(known):
        parser.error(f"no {', '.join(sorted(unknown))} here; there are {', '.join(known)}")
    if not sys.platform.startswith("linux"):
        parser.error("this reads the CPU of processes as Linux tells it")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with place() as here:
            run = Run(
                place=here,
                size=QUICK if given.quick else FULL,
                seed=1,
                env=environment(here),
                begun=time.monotonic(),
            )
            here.prepare(run.env, trail_too=False)
            rows = [row for names, promise in PROMISES if names & wanted for row in promise(run)]
            seconds = time.monotonic() - run.begun
            form = "short" if given.quick else "full"
            print(f"\n{machine(here)}\nThe {form} form, {seconds:.0f} s.\n\n{table(rows)}\n")
    except Refused as reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 2
    return int(any(row.held is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
