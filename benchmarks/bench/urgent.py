"""An emergency alert in the middle of a great many reminders: how long its mail takes.

The whole site runs by the Procfile's lines, and the alert is raised by a real log over HTTP.
"""

import time
import uuid
from email.utils import parseaddr

import psycopg

from benchmarks.faults import sink
from benchmarks.faults.doubles import QUIET, Phone
from benchmarks.faults.mails import mail_server
from benchmarks.faults.place import manage
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect
from benchmarks.faults.site import Site, answers, free_port, wait_for

MOST = 5.0
MINUTE = 60
ALERTS = 3
# A mail server takes its time, twice a mail.
PAUSE = 0.005
EMERGENCY = QUIET | {"saddle": "yes"}
ALERT = """
SELECT message.uuid::text, extract(epoch FROM message.created_at)::float
FROM recovery_message AS message
JOIN recovery_recovery AS recovery ON recovery.id = message.recovery_id
WHERE message.kind = 'alert' AND recovery.uuid = %s
"""
WAITING = """
SELECT count(*) FILTER (WHERE state = 'owed' AND send_after <= now())
    + (SELECT count(*) FROM recovery_recovery WHERE next_event_at <= now())
FROM recovery_message
"""


def promise(run: Run) -> list[Row]:
    due = run.size.due_at_once
    run.say(f"urgent: {due} due in a minute")
    database = run.place.database("urgent")
    folder, port = run.folder("urgent"), free_port()
    run.place.redis.flushdb()
    with mail_server(folder, f"--pause={PAUSE}") as (mail_port, log):
        env = run.env | {
            "DATABASE_URL": database,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "SITE_URL": f"http://127.0.0.1:{port}",
        }
        manage("collectstatic", "--no-input", env=env | {"VAR_DIR": str(folder / "web1")})
        people = run.crowd(database, due, f"--spread={MINUTE}", f"--sessions={ALERTS}")
        with Site(folder, env) as site, connect(database) as watcher:
            site.start("web", PORT=str(port))
            site.start("worker")
            site.start("urgent")
            site.start("beat")
            assert wait_for(lambda: answers(f"http://127.0.0.1:{port}/healthz"), seconds=120)
            # Only in the middle of it does an alert have something before it.
            assert wait_for(lambda: len(sink.read(log)) > due / 100, seconds=600, every=1)
            waits, waiting = [], []
            for recovery, session in zip(people["good"], people["sessions"], strict=False):
                run.say("urgent: an emergency")
                path = f"/recoveries/{recovery}/logs/{uuid.uuid4()}/"
                Phone(port, path, session).post(EMERGENCY | {"log_date": people["today"]})
                [(count,)] = watcher.execute(WAITING)
                waiting.append(count)
                waits.append(_wait(watcher, log, recovery))
                time.sleep(10)
    worst = max(waits)
    return [
        Row(
            "an emergency's mail among reminders, from before its commit to the mail server",
            f"{due} due in one minute, {ALERTS} alerts",
            f"<= {MOST:g} s",
            f"{worst:.1f} s at worst, with {min(waiting)} waiting or more",
            worst <= MOST and min(waiting) > 0,
        )
    ]


def _wait(watcher: psycopg.Connection, log: object, recovery: str) -> float:
    """From the moment that the log's transaction began: the commit is later than that."""
    [(mail, owed_at)] = watcher.execute(ALERT, [recovery])
    found: list[float] = []

    def kept() -> bool:
        found[:] = [
            line["at"]
            for line in sink.read(log)  # type: ignore[arg-type]
            if line["event"] == "kept" and parseaddr(line["what"])[1].startswith(mail)
        ]
        return bool(found)

    return found[0] - float(owed_at) if wait_for(kept, seconds=120, every=0.2) else float("inf")
