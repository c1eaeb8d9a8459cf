"""The limit of B10: the same numbers by bare SQL over the same summary rows, and over the raw ones.

Run as `python -m benchmarks.limits.sql summary|raw ROUNDS`; prints its cost as JSON.
"""

import json
import os
import resource
import sys
from pathlib import Path

import psycopg

CLINIC = "clinic_id = (SELECT min(id) FROM recovery_clinic)"
DONE = f"r.{CLINIC} AND r.procedure_at <= now() AND r.state <> 'cancelled'"
OF = f"""FROM recovery_outcome AS o JOIN recovery_recovery AS r ON r.id = o.recovery_id
WHERE {DONE} AND o.anchor = r.anchor"""
ALERTS = f"FROM recovery_alert AS a JOIN recovery_recovery AS r ON r.id = recovery_id WHERE {DONE}"
PAIR = f"SELECT form, %s, %s, count(*) {OF} AND %s IS NOT NULL GROUP BY 1, 2, 3"
SUMMARY = [
    f"SELECT form, o.state, count(*) {OF} GROUP BY 1, 2",
    *(PAIR % (s + "_before", s + "_after", s + "_before") for s in ("nrs", "peg", "rmdq", "odi")),
    f"SELECT pgic, count(*) {OF} AND form = 'three_month' AND pgic IS NOT NULL GROUP BY 1",
    f"""SELECT count(*) FILTER (WHERE nrs_before - nrs_after >= 2 AND peg_before - peg_after >= 3)
    {OF} AND form = 'three_month' AND nrs_before IS NOT NULL""",
    f"""SELECT count(*), sum(days_logged), sum(fortnight_days_logged) FROM recovery_recovery
    WHERE {CLINIC}""",
    f"SELECT severity, count(*), count(DISTINCT recovery_id) {ALERTS} GROUP BY 1",
    f"SELECT complication, count(DISTINCT recovery_id) {ALERTS} GROUP BY 1",
    f"SELECT count(DISTINCT recovery_id) {ALERTS} AND a.state = 'closed'",
]
RAW = [
    """SELECT k.form, s.instrument, b.total, s.total, count(*)
    FROM recovery_score AS s JOIN recovery_formresponse AS f ON f.id = s.response_id
    JOIN recovery_checkin AS k ON k.id = f.checkin_id
    JOIN recovery_checkin AS kb ON kb.recovery_id = k.recovery_id AND kb.form = 'baseline'
    JOIN recovery_formresponse AS fb ON fb.checkin_id = kb.id AND fb.status = 'completed'
    JOIN recovery_score AS b ON b.response_id = fb.id AND b.instrument = s.instrument
    WHERE f.status = 'completed' AND k.form <> 'baseline' GROUP BY 1, 2, 3, 4"""
]


def main() -> None:
    queries, rounds = {"summary": SUMMARY, "raw": RAW}[sys.argv[1]], int(sys.argv[2])
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        stat = Path(f"/proc/{database.info.backend_pid}/stat")
        before = _used(stat)
        for _round in range(rounds):
            for sql in queries:
                database.execute(sql.encode()).fetchall()
        print(json.dumps({"cpu": (_used(stat) - before) / rounds}))


def _used(stat: Path) -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    ticks = stat.read_text().rpartition(")")[2].split()
    return own.ru_utime + own.ru_stime + (int(ticks[11]) + int(ticks[12])) / 100


main()
