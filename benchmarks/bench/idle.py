"""B14: what a minute costs in which nothing is due."""

from benchmarks.bench.copies import copies
from benchmarks.bench.reminders import results, start
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect

MOST = 5.0


def promise(run: Run) -> list[Row]:
    count = run.size.idle
    run.say(f"idle: a tick over {count} recoveries")
    database = run.place.database("idle")
    run.crowd(database, 1)
    with connect(database) as watcher:
        # All within the next days, as in a clinic.
        copies(
            watcher, count, next_event_at="now() + interval '1 hour' + n * interval '0.3 second'"
        )
        watcher.execute(
            "UPDATE recovery_recovery SET next_event_at = now() + interval '1 day'"
            " WHERE next_event_at <= now() + interval '1 minute'"
        )
        watcher.execute("VACUUM ANALYZE")
    [found] = results(
        [start("benchmarks.bench.work", "idle", env=run.env | {"DATABASE_URL": database})]
    )
    return [
        Row(
            "B14 a tick with nothing due",
            f"{count} recoveries",
            f"one indexed query, <= {MOST:g} ms of SQL",
            f"{found['statements']} statement, {found['milliseconds']:.2f} ms,"
            f" {'by' if found['indexed'] else 'WITHOUT'} the index",
            found["statements"] == 1 and found["indexed"] and found["milliseconds"] <= MOST,
        )
    ]
