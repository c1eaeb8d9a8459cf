"""F8: one bad address, row or mail delays nobody else."""

from benchmarks.faults import sink
from benchmarks.faults.mails import BEATS, WORKERS, mail_server
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect
from benchmarks.faults.site import Site, wait_for

GOOD = 1000
ON_TIME = 60
GIVES_UP = 180
TICKED = "SELECT count(*) FROM recovery_heartbeat WHERE name = 'tick'"
# Each poison stands somewhere with what is wrong with it.
NAMED = """
SELECT
    count(*) FILTER (WHERE message.state = 'refused' AND message.reason = 'address_fails'),
    count(*) FILTER (WHERE message.fault <> ''),
    count(*) FILTER (WHERE message.id IS NULL AND next_event_at <= now())
FROM recovery_recovery LEFT JOIN recovery_message AS message
    ON message.recovery_id = recovery_recovery.id
WHERE recovery_recovery.uuid = ANY (%s::uuid[])
"""


def promise(run: Run) -> list[Row]:
    run.say(f"poison: 3 among {GOOD}")
    database = run.place.database("poison")
    folder = run.folder("poison")
    run.place.redis.flushdb()
    with mail_server(folder) as (port, log):
        env = run.env | {
            "DATABASE_URL": database,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "FAULTS_MINUTE": str(run.size.minute),
        }
        with Site(folder, env) as site, connect(database) as watcher:
            site.start("worker", count=WORKERS)
            site.start("beat", count=BEATS)
            # Only a site that is at work can be on time.
            assert wait_for(lambda: watcher.execute(TICKED).fetchone() == (1,), seconds=60)
            people = run.crowd(database, GOOD, "--poisoned")

            def kept() -> list[float]:
                return [line["at"] for line in sink.read(log) if line["event"] == "kept"]

            wait_for(lambda: len(kept()) >= GOOD, seconds=GIVES_UP, every=1)
            named = watcher.execute(NAMED, [people["poisoned"]]).fetchone()
    late = [at - people["due_at"] for at in kept()]
    on_time = sum(seconds <= ON_TIME for seconds in late)
    return [
        Row(
            "F8 one bad address, row or mail delays nobody else",
            f"1 of each among {GOOD}",
            f"{GOOD} within {ON_TIME} s; each bad one named",
            f"{on_time}, the last after {max(late, default=0):.0f} s; named {sum(named or ())}",
            on_time == len(late) == GOOD and named == (1, 1, 1),
        )
    ]
