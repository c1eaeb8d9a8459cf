"""B10: the outcomes page over a great many responses, beside the bare query."""

from benchmarks.bench.copies import copies
from benchmarks.bench.reminders import SLACK, results, start
from benchmarks.faults.place import manage
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect

MOST = 1.3
ROUNDS = 5
# Form, day, and the instruments with the raw sums that each comes to at most.
FORMS = {
    "baseline": (-1, ("NRS", "PEG", "RMDQ", "ODI")),
    "one_month": (30, ("NRS", "PEG", "PGIC")),
    "six_week": (42, ("NRS", "PEG", "RMDQ", "PGIC")),
    "three_month": (90, ("NRS", "PEG", "RMDQ", "ODI", "PGIC")),
}
HIGHEST = {"NRS": 11, "PEG": 31, "RMDQ": 25, "ODI": 101, "PGIC": 7}


def promise(run: Run) -> list[Row]:
    responses = run.size.responses
    recoveries = responses // len(FORMS)
    run.say(f"outcomes: {responses} responses")
    database = run.place.database("outcomes")
    run.crowd(database, 1)
    with connect(database) as watcher:
        # Over three years and two surgeons.
        copies(
            watcher,
            recoveries,
            next_event_at="NULL",
            state="'completed'",
            surgeon="CASE n % 2 WHEN 0 THEN 'Ada Moss' ELSE 'Ben Ives' END",
            procedure_at="now() - (120 + n % 1000) * interval '1 day'",
            procedure_on="current_date - (120 + n % 1000)",
        )
        _responses(watcher)
        _alerts(watcher)
        watcher.execute("VACUUM ANALYZE")
    # The CPU of a statement's parallel workers cannot be told, so neither side has any.
    env = run.env | {
        "DATABASE_URL": database,
        "PGOPTIONS": "-c max_parallel_workers_per_gather=0",
    }
    run.say("outcomes: counting them")
    [built] = results([start("benchmarks.bench.work", "rebuild", env=env)])
    with connect(database) as watcher:
        watcher.execute("VACUUM ANALYZE")
    run.say("outcomes: the page")
    manage("collectstatic", "--no-input", env=env)
    [page] = results([start("benchmarks.bench.work", "outcomes", env=env)])
    bare, raw = (
        results([start("benchmarks.limits.sql", what, str(rounds), env=env)])[0]
        for what, rounds in (("summary", ROUNDS), ("raw", 1))
    )
    ratio = page["cpu"] / bare["cpu"]
    return [
        Row(
            "B10 outcomes page: CPU",
            f"{responses} responses of {recoveries} recoveries",
            f"<= {MOST}x of `sql`",
            f"{ratio:.2f}x ({1000 * page['cpu']:.0f} ms, {page['statements']} statements;"
            f" `sql` {1000 * bare['cpu']:.0f} ms, over the raw rows {1000 * raw['cpu']:.0f} ms)",
            ratio <= MOST * SLACK,
        ),
        Row(
            "B10 the same for one surgeon and year",
            f"{responses} responses",
            "reported",
            f"{page['part_cpu'] / bare['cpu']:.2f}x ({1000 * page['part_cpu']:.0f} ms)",
            None,
        ),
        Row(
            "B10 `rebuild_outcomes`",
            f"{built['rows']} rows",
            "reported",
            f"{built['rows'] / built['seconds']:.0f} rows/s",
            None,
        ),
    ]


def _responses(watcher: object) -> None:
    """A check-in, a response and its scores for each form; one in ten was not answered."""
    run = watcher.execute  # type: ignore[attr-defined]
    for form, (day, instruments) in FORMS.items():
        run(
            "INSERT INTO recovery_checkin (uuid, recovery_id, anchor, key, form, day, opens_at,"
            " due_at, expires_at, state, completed_at, reminders_settled)"
            f" SELECT gen_random_uuid(), id, anchor, 'B{day}', '{form}', {day},"
            " procedure_at, procedure_at + interval '1 day', procedure_at + interval '2 days',"
            " CASE WHEN id % 10 = 0 AND '{0}' <> 'baseline' THEN 'expired' ELSE 'completed' END,"
            " CASE WHEN id % 10 = 0 AND '{0}' <> 'baseline' THEN NULL ELSE procedure_at END, 0"
            " FROM recovery_recovery WHERE state = 'completed'".replace("{0}", form)
        )
        run(
            "INSERT INTO recovery_formresponse (uuid, recovery_id, checkin_id, client_id, revision,"
            " status, answers, instruments, saved_at, completed_at, source, mode, late, rule_set,"
            " rules, shown_rule, advice) SELECT gen_random_uuid(), recovery_id, id,"
            " gen_random_uuid(), 0, 'completed', '{}', '{}', opens_at, opens_at, 'patient', 'web',"
            f" false, '', '[]', '', '' FROM recovery_checkin WHERE key = 'B{day}'"
            " AND state = 'completed'"
        )
        for place, instrument in enumerate(instruments):
            low, most = (1, 7) if instrument == "PGIC" else (0, HIGHEST[instrument])
            run(
                "INSERT INTO recovery_score (response_id, instrument, version, answered, total,"
                f" score) SELECT f.id, '{instrument}', '1', 1,"
                f" {low} + (f.id * {7 + place}) % {most}, 'x' FROM recovery_formresponse AS f"
                f" JOIN recovery_checkin AS k ON k.id = f.checkin_id WHERE k.key = 'B{day}'"
            )


def _alerts(watcher: object) -> None:
    """Eight closed alerts for every five recoveries, with texts as long as ours; of one in ten a
    complication was said.
    """
    watcher.execute(  # type: ignore[attr-defined]
        "INSERT INTO recovery_alert (uuid, recovery_id, rule, severity, state, headline,"
        " staff_text, patient_text, rule_set, raised_at, clock_from, notice, notice_step,"
        " closed_by_id, closed_at, closing_reason, closing_text, complication)"
        " SELECT gen_random_uuid(), r.id, 'R' || n,"
        " (ARRAY['emergency', 'urgent', 'review', 'review'])[1 + (r.id + n) % 4], 'closed',"
        " 'Pain', repeat('Call them today. ', 12), repeat('Call us today. ', 12), '1',"
        " r.procedure_at, r.procedure_at, 1, 0, (SELECT min(id) FROM recovery_user),"
        " r.procedure_at, 'phone', '', CASE WHEN (r.id + n) % 10 = 0 THEN 'flare' ELSE '' END"
        " FROM recovery_recovery AS r, generate_series(10, 12) AS n"
        " WHERE r.state = 'completed' AND (r.id + n) % 5 IN (0, 1, 2) AND (n < 12 OR r.id % 3 = 0)"
    )
