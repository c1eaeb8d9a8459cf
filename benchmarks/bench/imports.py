"""A list of procedures of which 37 are wrong, taken in twice."""

from benchmarks.bench.reminders import results, start
from benchmarks.faults.place import manage
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run

# As importwork has them; that module needs a database to be imported.
WRONG = 37


def promise(run: Run) -> list[Row]:
    count = run.size.imported
    run.say(f"lists: {count} procedures, twice")
    database = run.place.database("lists")
    run.crowd(database, 1)
    env = run.env | {"DATABASE_URL": database}
    manage("collectstatic", "--no-input", env=env)
    first, second = (
        results([start("benchmarks.bench.importwork", str(count), env=env)])[0] for _ in range(2)
    )
    right = count - WRONG
    return [
        Row(
            "a list of procedures, taken in twice",
            f"{count} rows, {WRONG} wrong",
            f"{right} enrolled, then 0; {WRONG} named each time",
            f"{first['enrolled']}, then {second['enrolled']}; {first['named']} and"
            f" {second['named']} named; preview {first['preview']:.1f} s, confirmation"
            f" {first['confirm']:.1f} s, all {first['seconds']:.0f} s",
            first["enrolled"] == right
            and second["enrolled"] == 0
            and first["named"] == second["named"] == WRONG
            and first["counts"]["wrong"] == second["counts"]["wrong"] == WRONG
            and second["counts"]["known"] == right,
        )
    ]
