"""B6: the patient's page for staff with a year of logs, beside the least that Django can do."""

from typing import Any

import psycopg

from benchmarks.bench.reminders import SLACK, results, start
from benchmarks.faults.place import manage
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect

RATIO, STATEMENTS = 0.8, 10
BYTES, ZIPPED = 60_000, 15_000
LOGS, REQUESTS = 365, 50
YEAR_AGO = f"""
UPDATE recovery_recovery SET procedure_at = procedure_at - interval '{LOGS - 6} days',
    procedure_on = procedure_on - {LOGS - 6}, next_event_at = now() + interval '1 day',
    baseline_opioid_mme = 20
"""
# A log a day, as varied as people are: every seventh late, every tenth typed in by staff.
A_YEAR = f"""
INSERT INTO recovery_dailylog (uuid, recovery_id, client_id, revision, phase_id, log_date, day,
    entered_at, source, mode, language, late, retrospective, pain_avg, pain_worst, leg_pain,
    leg_pain_status, leg_weakness, leg_numbness, leg_side, saddle, bladder, bowel, temp_unit,
    bleeding, headache, acetaminophen_mg, nsaid_taken, opioids, opioid_mme, opioid_total_unknown,
    activity_level, free_text, rule_set, rules, shown_rule, advice, missing_text)
SELECT gen_random_uuid(), r.id, gen_random_uuid(), 0, p.id, r.procedure_on + n, n,
    r.procedure_at + n * interval '1 day', CASE WHEN n % 10 = 0 THEN 'staff' ELSE 'patient' END,
    CASE WHEN n % 10 = 0 THEN 'phone' ELSE 'web' END, 'en', n % 7 = 0, false, n * 7 % 9,
    n * 7 % 9 + 1, n * 5 % 4, 'none', 'none', 'none', '', 'no', 'no', 'no', '', '', '',
    500 * (n % 5), n % 3 = 0, '[]', n % 40, false, '', '', '1', '[]', '', 'Thank you.', ''
FROM recovery_recovery AS r JOIN recovery_recoveryphase AS p
    ON p.pathway_id = r.pathway_id AND p.code = 'follow_up', generate_series(0, {LOGS - 1}) AS n
"""
ALERTS = """
INSERT INTO recovery_alert (uuid, recovery_id, rule, severity, state, headline, staff_text,
    patient_text, rule_set, raised_at, firings, clock_from, notice, notice_step, closing_reason,
    closing_text, closed_at, closed_by_id)
SELECT gen_random_uuid(), r.id, 'R' || 30 + n, 'review', 'closed', 'Pain 9, baseline 6',
    'Pain 9, baseline 6, D16, after the flare window.', '', '1', at, 1, at, 1, 1, 'phone',
    '', at + interval '1 hour', (SELECT min(user_id) FROM recovery_membership)
FROM recovery_recovery AS r, generate_series(1, 4) AS n,
    LATERAL (SELECT r.procedure_at + n * interval '40 days') AS when_raised (at)
"""
CONTACTS = """
INSERT INTO recovery_contact (uuid, recovery_id, by_id, at, kind, outcome, minutes, note)
SELECT gen_random_uuid(), r.id, (SELECT min(user_id) FROM recovery_membership),
    r.procedure_at + n * interval '40 days', 'call', 'advised', 6, 'Spoke with the patient.'
FROM recovery_recovery AS r, generate_series(1, 4) AS n
"""


def promise(run: Run) -> list[Row]:
    run.say("the limit: a chart by Django alone")
    arguments = (str(LOGS), str(REQUESTS))
    bare = _ask(run, run.place.empty("chart"), "benchmarks.limits.chart", *arguments)["chart"]
    run.say(f"chart: {LOGS} logs")
    database = run.place.database("chart")
    people = run.crowd(database, 1)
    with connect(database) as watcher:
        _grow(watcher)
    given = ("benchmarks.bench.asking", people["staff"], str(REQUESTS), people["good"][0])
    found = _ask(run, database, *given)
    page, phase = found["recovery"], found["recovery,follow_up"]
    ratio = page["cpu"] / bare["cpu"]
    size, zipped = int(page["bytes"]), int(page["zipped"])
    statements = int(max(one["statements"] for one in found.values()))
    return [
        Row(
            "B6 patient's page for staff: CPU",
            f"{LOGS} logs",
            f"<= {RATIO}x of `chart`",
            f"{ratio:.2f}x ({page['cpu']:.1f} ms, of it ours {page['own']:.1f};"
            f" `chart` {bare['cpu']:.1f}); of one phase {phase['cpu'] / bare['cpu']:.2f}x",
            ratio <= RATIO * SLACK,
        ),
        Row(
            "B6 the same: size",
            f"{LOGS} logs",
            f"<= {BYTES // 1000} kB, {ZIPPED // 1000} kB gzipped",
            f"{size / 1000:.1f} kB, {zipped / 1000:.1f} kB",
            size <= BYTES and zipped <= ZIPPED,
        ),
        Row(
            "B6 the same: statements",
            f"{LOGS} logs",
            f"<= {STATEMENTS}",
            str(statements),
            statements <= STATEMENTS,
        ),
    ]


def _ask(run: Run, database: str, module: str, *arguments: str) -> Any:
    env = run.env | {"DATABASE_URL": database, "VAR_DIR": str(run.folder("chart"))}
    manage("collectstatic", "--no-input", env=env)
    [found] = results([start(module, *arguments, env=env)])
    return found


def _grow(watcher: psycopg.Connection) -> None:
    for sql in (YEAR_AGO, A_YEAR, ALERTS, CONTACTS):
        watcher.execute(sql)
    watcher.execute("VACUUM ANALYZE")
