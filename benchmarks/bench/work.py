"""One process of the product that does one thing and says what it cost, as JSON.

`tick` owes what is due; `send` is one sender over all that is owed; `idle` ticks with nothing due.
"""

import json
import sys
import time
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.bench.meters import counted, own_cpu, server_cpu  # noqa: E402
from recovery.services import delivery, tick  # noqa: E402

IDLE_ROUNDS = 50


def send() -> dict[str, float]:
    """The first batch warms up: it imports, compiles templates, connects."""
    delivery.deliver(clock=timezone.now, until=timezone.now() + timedelta(milliseconds=50))
    begin, own, server = time.perf_counter(), own_cpu(), server_cpu()
    with counted() as count:
        done = delivery.deliver(clock=timezone.now)
    return {
        "mails": done["sent"],
        "cpu": own_cpu() - own,
        "server_cpu": server_cpu() - server,
        "seconds": time.perf_counter() - begin,
        "statements": count.statements,
    }


def idle() -> dict[str, Any]:
    tick.run(now=timezone.now())
    best, statements = float("inf"), 0
    for _ in range(IDLE_ROUNDS):
        with counted() as count:
            advanced = tick.run(now=timezone.now()).advanced
        assert advanced == 0
        best, statements = min(best, count.sql), max(statements, count.statements)
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT id FROM recovery_recovery WHERE next_event_at <= now()"
            " ORDER BY next_event_at, id LIMIT 200"
        )
        plan = " ".join(line for (line,) in cursor.fetchall())
    return {
        "statements": statements,
        "milliseconds": best * 1000,
        "indexed": "recovery_next_event" in plan and "Seq Scan" not in plan,
    }


def owe() -> dict[str, int]:
    return {"advanced": tick.run(now=timezone.now()).advanced}


if __name__ == "__main__":
    print(json.dumps({"tick": owe, "send": send, "idle": idle}[sys.argv[1]]()))
