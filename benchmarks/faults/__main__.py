"""Kill, freeze and poison the running product, and count what was lost: docs/faults.md.

Needs Linux, and DATABASE_URL and REDIS_URL for servers on which it may create databases of its
own; what they name is not touched.
"""

import argparse
import os
import platform
import signal
import sys
import time
from datetime import UTC, datetime

import psycopg
import redis

from benchmarks.faults import (
    doubles,
    logstorm,
    mails,
    outage,
    poison,
    powercut,
    redisless,
    silence,
    zones,
)
from benchmarks.faults.place import Place, Refused, place
from benchmarks.faults.rows import Row, table
from benchmarks.faults.run import FULL, QUICK, Promise, Run
from benchmarks.faults.site import environment

# Each with the promises that it measures. They run one after the other.
PROMISES: list[tuple[set[str], Promise]] = [
    ({"F1"}, powercut.promise),
    ({"F2"}, doubles.promise),
    ({"F3"}, logstorm.promise),
    ({"F4", "F5"}, mails.promise),
    ({"F6"}, outage.promise),
    ({"F7"}, zones.promise),
    ({"F8"}, poison.promise),
    ({"F9"}, redisless.promise),
    ({"F10"}, silence.promise),
]

# What the short form runs within 5 minutes. F1, F3, F6, F7 and F9 take longer again, so they are
# named with --only; F10 has no short form.
SHORT = ["F2", "F4", "F5", "F8"]


def _number(name: str) -> int:
    return int(name[1:])


def main() -> int:
    known = sorted(
        (name for names, _ in PROMISES for name in names), key=lambda name: int(name[1:])
    )
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the short form, within 5 minutes")
    parser.add_argument("--seed", type=int, default=1, help="another one, another course of events")
    parser.add_argument(
        "--only", metavar="F2,F4", help=f"else all; with --quick {', '.join(SHORT)}"
    )
    given = parser.parse_args()
    usual = SHORT if given.quick else known
    wanted = set(given.only.upper().split(",")) if given.only else set(usual)
    if unknown := wanted - set(known):
        parser.error(f"no {', '.join(sorted(unknown))} here; there are {', '.join(known)}")
    if not sys.platform.startswith("linux"):
        parser.error("this reads and stops processes as Linux does")
    # So that whatever was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with place() as here:
            return measure(here, wanted, quick=given.quick, seed=given.seed)
    except Refused as reason:
        print(f"faults: {reason}", file=sys.stderr)
        return 2


def measure(here: Place, wanted: set[str], *, quick: bool, seed: int) -> int:
    run = Run(
        place=here,
        size=QUICK if quick else FULL,
        seed=seed,
        env=environment(here),
        begun=time.monotonic(),
    )
    here.prepare(run.env)
    rows: list[Row] = []
    for names, promise in PROMISES:
        if names & wanted:
            rows += promise(run)
    fell_short = [row for row in rows if row.held is False]
    seconds = time.monotonic() - run.begun
    form = "short" if quick else "full"
    print(f"\n{machine(here)}\nThe {form} form, seed {seed}, {seconds:.0f} s.\n\n{table(rows)}\n")
    if fell_short:
        print(f"{len(fell_short)} of {len(rows)} fell short.")
    return 1 if fell_short else 0


def machine(here: Place) -> str:
    with psycopg.connect(here.url("postgres")) as connection:
        server = connection.info.parameter_status("server_version") or ""
    broker = redis.Redis.from_url(here.redis_url).info("server")["redis_version"]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores {platform.machine()}, "
        f"Python {platform.python_version()}, PostgreSQL {server.split()[0]}, Redis {broker}."
    )


if __name__ == "__main__":
    sys.exit(main())
