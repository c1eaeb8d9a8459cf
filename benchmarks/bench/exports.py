"""B11: what an export of logs costs, beside PostgreSQL's own COPY of them."""

from benchmarks.bench.reminders import SLACK, results, start
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run

RATE, GROWTH = 0.2, 30
# A follow-up of three months.
LOGS_EACH = 50


def promise(run: Run) -> list[Row]:
    count = run.size.exported
    run.say(f"exports: {count} logs")
    database = run.place.database("exports")
    run.crowd(database, count // LOGS_EACH)
    env = run.env | {"DATABASE_URL": database}
    results([start("benchmarks.bench.exportwork", "fill", str(count), env=env)])
    # Read once before it is measured: what is measured is writing it.
    for _ in range(2):
        [bare] = results([start("benchmarks.limits.copy", env=env)])
    [ours] = results([start("benchmarks.bench.exportwork", "export", env=env)])
    rate = bare["cpu"] / ours["cpu"]
    return [
        Row(
            "B11 export of logs as CSV",
            f"{ours['rows']} logs",
            f">= {RATE}x of `copy`, growth < {GROWTH} MiB",
            f"{rate:.2f}x by CPU ({ours['rows'] / ours['seconds']:,.0f} against"
            f" {ours['rows'] / bare['seconds']:,.0f} a second), {ours['mib']:.1f} MiB",
            rate * SLACK >= RATE and ours["mib"] < GROWTH,
        )
    ]
