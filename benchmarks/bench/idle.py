"""B14: what a minute costs in which nothing is due."""

from benchmarks.bench.reminders import results, start
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect

MOST = 5.0
# The columns of a copy that must be its own; all others are those of the row that is copied.
OWN = {"id": "{id}", "uuid": "gen_random_uuid()"}
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_name = %s AND table_schema = 'public' ORDER BY ordinal_position
"""


def promise(run: Run) -> list[Row]:
    count = run.size.idle
    run.say(f"idle: a tick over {count} recoveries")
    database = run.place.database("idle")
    run.crowd(database, 1)
    with connect(database) as watcher:
        copies = f"generate_series(2, {count}) AS n"
        for table, own in (
            ("recovery_patient", {"record_number": "'R' || n"}),
            (
                "recovery_recovery",
                {
                    "patient_id": "t.patient_id + n",
                    # All within the next days, as in a clinic.
                    "next_event_at": "now() + interval '1 hour' + n * interval '0.3 second'",
                },
            ),
        ):
            names = [name for (name,) in watcher.execute(COLUMNS, [table])]
            takes = OWN | {"id": "t.id + n"} | own
            values = ", ".join(takes.get(name, f't."{name}"') for name in names)
            listed = ", ".join(f'"{name}"' for name in names)
            watcher.execute(
                f"INSERT INTO {table} ({listed}) SELECT {values}"  # type: ignore[arg-type]
                f" FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) AS t, {copies}"
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
