"""A clinic with as many patients as wanted, by copies of one row."""

import psycopg

# The columns of a copy that must be its own; all others are those of the row that is copied.
OWN = {"id": "t.id + n", "uuid": "gen_random_uuid()"}
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_name = %s AND table_schema = 'public' ORDER BY ordinal_position
"""


def copies(watcher: psycopg.Connection, count: int, **recovery: str) -> None:
    """Patients and recoveries up to `count`, copied from the first; `n` is the copy's number.

    `recovery` gives columns of its own by SQL.
    """
    for table, own in (
        ("recovery_patient", {"record_number": "'R' || n"}),
        ("recovery_recovery", {"patient_id": "t.patient_id + n"} | recovery),
    ):
        names = [name for (name,) in watcher.execute(COLUMNS, [table])]
        takes = OWN | own
        values = ", ".join(takes.get(name, f't."{name}"') for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        watcher.execute(
            f"INSERT INTO {table} ({listed}) SELECT {values}"  # type: ignore[arg-type]
            f" FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) AS t,"
            f" generate_series(2, {count}) AS n"
        )
