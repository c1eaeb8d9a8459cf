"""B3, B4 and B5: the queue and the list of patients, beside the least that Django can do, and as
the clinic grows.
"""

from typing import Any

import psycopg

from benchmarks.bench.copies import copies
from benchmarks.bench.reminders import SLACK, results, start
from benchmarks.faults.place import manage
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect

RATIO, GROWTH, STATEMENTS = 1.0, 1.1, 6
SMALL = 1000
REQUESTS = 50
# One in twenty stands in the queue. Of a hundred of those so many are at each rank.
QUEUED = """
UPDATE recovery_recovery AS r SET
    queue_rank = q.rank, alert_rank = CASE WHEN q.rank IN (1, 2, 3, 6) THEN q.rank END,
    queue_since = now() - r.id * interval '1 second', queue_wait = r.id / 20 % 3,
    alert_since = now() - r.id * interval '1 second',
    assigned_to_id = CASE WHEN r.id / 20 % 10 = 0 THEN (SELECT min(user_id)
        FROM recovery_membership) END,
    last_pain = 5, last_log_at = now() - interval '3 hours', last_log_day = 5,
    pain_trend = '[[0, 8], [1, 7], [2, 6], [3, 6], [4, 5], [5, 5]]',
    handled_at = CASE WHEN q.rank = 7 THEN now() END,
    overdue_since = CASE WHEN q.rank = 5 THEN now() - interval '1 day' END
FROM (SELECT id, CASE WHEN k < 2 THEN 1 WHEN k < 20 THEN 2 WHEN k < 80 THEN 3 WHEN k < 84 THEN 4
    WHEN k < 94 THEN 5 WHEN k < 97 THEN 6 ELSE 7 END AS rank
    FROM (SELECT id, id / 20 % 100 AS k FROM recovery_recovery WHERE id % 20 = 0) AS numbered) AS q
WHERE q.id = r.id
"""
ALERTS = """
INSERT INTO recovery_alert (uuid, recovery_id, rule, severity, state, headline, staff_text,
    patient_text, rule_set, raised_at, firings, clock_from, notice, notice_step, closing_reason,
    closing_text, contacted_at)
SELECT gen_random_uuid(), r.id, rule, CASE WHEN r.queue_rank = 1 THEN 'emergency'
    WHEN r.queue_rank = 2 THEN 'urgent' ELSE 'review' END,
    CASE WHEN r.queue_rank = 6 THEN 'contacted' ELSE 'open' END, 'Pain 9, baseline 6',
    'Pain 9, baseline 6, D16, after the flare window. Osteoporosis: no.', '', '1', r.queue_since, 1,
    r.queue_since, 1, 1, '', '', CASE WHEN r.queue_rank = 6 THEN r.queue_since END
FROM recovery_recovery AS r, unnest(ARRAY['R34', 'R35']) AS rule WHERE r.queue_rank IN (1, 2, 3, 6)
"""


def promise(run: Run) -> list[Row]:
    run.say("the limit: a list by Django alone")
    database = run.place.empty("list")
    bare = _ask(run, database, "benchmarks.limits.list", str(SMALL), str(REQUESTS))["list"]
    run.say(f"lists: {SMALL} patients")
    small = _pages(run, SMALL)
    run.say(f"lists: {run.size.listed} patients")
    large = _pages(run, run.size.listed)
    rows = []
    for name, label in (("queue", "queue page of 50"), ("patients", "list of all patients")):
        ratio = small[name]["cpu"] / bare["cpu"]
        rows.append(
            Row(
                f"B3 {label}: CPU",
                f"{SMALL} patients",
                f"<= {RATIO:.1f}x of `list`",
                f"{ratio:.2f}x ({small[name]['cpu']:.1f} ms, of it ours {small[name]['own']:.1f};"
                f" `list` {bare['cpu']:.1f})",
                ratio <= RATIO * SLACK,
            )
        )
    grown = {name: large[name]["cpu"] / small[name.split(",")[0]]["cpu"] for name in large}
    worst = max(grown, key=lambda name: grown[name])
    rows.append(
        Row(
            "B4 pages 1, 10 and 1000, and each filter: CPU as the clinic grows",
            f"{run.size.listed} patients to {SMALL}",
            f"<= {GROWTH}x",
            f"{grown[worst]:.2f}x at worst ({worst}); the queue {grown['queue']:.2f}x, all patients"
            f" {grown['patients']:.2f}x",
            grown[worst] <= GROWTH * SLACK,
        )
    )
    most = max(int(one["statements"]) for found in (small, large) for one in found.values())
    rows.append(
        Row(
            "B5 the same pages: statements",
            f"{SMALL} and {run.size.listed} patients",
            f"<= {STATEMENTS}",
            str(most),
            most <= STATEMENTS,
        )
    )
    return rows


def _pages(run: Run, count: int) -> dict[str, dict[str, float]]:
    database = run.place.database("lists")
    people = run.crowd(database, 1)
    with connect(database) as watcher:
        _grow(watcher, count)
    return _ask(run, database, "benchmarks.bench.asking", people["staff"], str(REQUESTS))


def _ask(run: Run, database: str, module: str, *arguments: str) -> Any:
    env = run.env | {"DATABASE_URL": database, "VAR_DIR": str(run.folder("lists"))}
    manage("collectstatic", "--no-input", env=env)
    [found] = results([start(module, *arguments, env=env)])
    return found


def _grow(watcher: psycopg.Connection, count: int) -> None:
    copies(watcher, count, next_event_at="now() + interval '1 day'")
    watcher.execute(QUEUED)
    watcher.execute(ALERTS)
    watcher.execute("VACUUM ANALYZE")
