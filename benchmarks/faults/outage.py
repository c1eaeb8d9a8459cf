"""F6: after an outage of days a patient gets at most one reminder of each kind."""

from collections import Counter

from benchmarks.faults import sink
from benchmarks.faults.mails import mail_server
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect
from benchmarks.faults.site import Site, wait_for

DAYS = (1, 3, 30)
GIVES_UP = 240
BEHIND = """
SELECT (SELECT count(*) FROM recovery_recovery WHERE next_event_at <= now())
    + (SELECT count(*) FROM recovery_message WHERE state IN ('owed', 'claimed', 'handing'))
"""
REMINDERS = """
SELECT message.uuid::text, message.recovery_id, checkin.form FROM recovery_message AS message
JOIN recovery_checkin AS checkin ON checkin.id = message.checkin_id
WHERE message.kind = 'reminder'
"""


def promise(run: Run) -> list[Row]:
    most, mails, settled = 0, 0, True
    for days in DAYS:
        found, kept, done = _after(run, days)
        most, mails, settled = max(most, found), mails + kept, settled and done
    return [
        Row(
            "F6 after an outage at most one reminder of each kind",
            f"{run.size.behind} patients, each after {', '.join(map(str, DAYS))} days",
            "<= 1",
            f"{most} at most, {mails} mails in all{'' if settled else '; NOT ALL DEALT WITH'}",
            most <= 1 and mails > 0 and settled,
        )
    ]


def _after(run: Run, days: int) -> tuple[int, int, bool]:
    """The most mails of one kind to one patient, how many in all, and whether all was done."""
    run.say(f"outage: {days} days")
    database = run.place.database("outage")
    run.place.redis.flushdb()
    run.crowd(database, run.size.behind, f"--behind={days}")
    folder = run.folder(f"outage-{days}")
    with mail_server(folder) as (port, log):
        env = run.env | {
            "DATABASE_URL": database,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "FAULTS_MINUTE": str(run.size.minute),
        }
        with Site(folder, env) as site, connect(database) as watcher:
            site.start("worker")
            site.start("beat")
            done = wait_for(
                lambda: watcher.execute(BEHIND).fetchone() == (0,), seconds=GIVES_UP, every=0.5
            )
            reminders = {
                message: (recovery, form) for message, recovery, form in watcher.execute(REMINDERS)
            }
        kept = [
            line["what"].strip("<>").partition("@")[0]
            for line in sink.read(log)
            if line["event"] == "kept"
        ]
    counts = Counter(reminders[message] for message in kept if message in reminders)
    return max(counts.values(), default=0), sum(counts.values()), done
