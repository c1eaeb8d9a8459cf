"""One process of the product that does one thing and says what it cost, as JSON.

`tick` owes what is due; `send` is one sender over all that is owed; `idle` ticks with nothing due;
`rebuild` counts what outcomes are read from; `outcomes` opens their page, whole and a part of it.
"""

import json
import sys
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.bench.meters import counted, own_cpu, server_cpu  # noqa: E402
from recovery.models import Channel, Clinic, Membership  # noqa: E402
from recovery.services import delivery, outcomes, tick  # noqa: E402

IDLE_ROUNDS = 50
ROUNDS = 5


def send() -> dict[str, float]:
    """The first batch warms up: it imports, compiles templates, connects."""
    mails = [Channel.EMAIL]
    soon = timezone.now() + timedelta(milliseconds=50)
    delivery.deliver(clock=timezone.now, until=soon, channels=mails)
    begin, own, server = time.perf_counter(), own_cpu(), server_cpu()
    with counted() as count:
        done = delivery.deliver(clock=timezone.now, channels=mails)
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


def rebuild() -> dict[str, Any]:
    begin, rows = time.perf_counter(), 0
    for clinic in Clinic.objects.all():
        rows += outcomes.rebuild(clinic, now=timezone.now())
    return {"rows": rows, "seconds": time.perf_counter() - begin}


def pages() -> dict[str, Any]:
    """CPU of a request to the outcomes page, of this process and PostgreSQL's, once it is warm."""
    client = Client(HTTP_HOST=urlsplit(settings.SITE_URL).netloc)
    clinic = Clinic.objects.order_by("pk").first()
    membership = Membership.objects.filter(clinic=clinic).first()
    assert membership
    client.force_login(membership.user)
    session = client.session
    session["door"] = "staff"
    session.save()
    year = str(timezone.now().year - 1)
    found: dict[str, Any] = {}
    for name, asked in (("cpu", {}), ("part_cpu", {"period": year, "group": "surgeon:Ada Moss"})):
        assert client.get("/staff/outcomes/", asked).status_code == 200
        own, server = own_cpu(), server_cpu()
        with counted() as count:
            for _round in range(ROUNDS):
                client.get("/staff/outcomes/", asked)
        used = own_cpu() - own + server_cpu() - server
        found |= {
            name: used / ROUNDS,
            "statements": found.get("statements", count.statements // ROUNDS),
        }
    return found


WORK = {"tick": owe, "send": send, "idle": idle, "rebuild": rebuild, "outcomes": pages}

if __name__ == "__main__":
    print(json.dumps(WORK[sys.argv[1]]()))
