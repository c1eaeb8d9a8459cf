"""B7, B8 and B9: what a reminder costs, beside the least that Django can do."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.faults.mails import mail_server
from benchmarks.faults.place import ROOT
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run

SENDERS = 4
# Noise that a machine with other work may add to a gate of CPU time.
SLACK = 1.25
RATIO, STATEMENTS, CONTENTION = 0.5, 2.0, 1.15


def start(module: str, *arguments: str, env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )


def results(processes: Sequence[subprocess.Popen[str]]) -> list[dict[str, Any]]:
    found = []
    for process in processes:
        said, _ = process.communicate()
        if process.returncode:
            raise RuntimeError(f"a process of the benchmark ended with {process.returncode}")
        found.append(json.loads(said))
    return found


def sent_by(run: Run, senders: int, mails: int) -> list[dict[str, Any]]:
    """What as many senders at once say of sending that many reminders."""
    run.say(f"reminders: {mails} by {senders}")
    database = run.place.database("bench")
    run.crowd(database, mails)
    env = run.env | {"DATABASE_URL": database}
    results([start("benchmarks.bench.work", "tick", env=env)])
    with mail_server(run.folder(f"reminders-{senders}")) as (port, _log):
        env |= {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        found = results([start("benchmarks.bench.work", "send", env=env) for _ in range(senders)])
    # But for the first batches, which warm up.
    assert mails * 0.8 <= sum(one["mails"] for one in found) <= mails, found
    return found


def limit(run: Run, mails: int) -> dict[str, Any]:
    run.say(f"the limit: {mails} by Django alone")
    with mail_server(run.folder("limit-smtp")) as (port, _log):
        [found] = results([start("benchmarks.limits.smtp", str(port), str(mails), env=run.env)])
    return found


def each(found: Sequence[dict[str, Any]]) -> float:
    """CPU of a mail, in milliseconds, of our processes and PostgreSQL's."""
    used = sum(one["cpu"] + one.get("server_cpu", 0) for one in found)
    return 1000 * float(used) / sum(one["mails"] for one in found)


def promise(run: Run) -> list[Row]:
    mails = run.size.mails
    bare = limit(run, mails)
    one, four = sent_by(run, 1, mails), sent_by(run, SENDERS, mails)
    ratio = each([bare]) / each(one)
    alone = 1000 * one[0]["cpu"] / one[0]["mails"]
    statements = one[0]["statements"] / one[0]["mails"]
    contention = each(four) / each(one)
    return [
        Row(
            "B7 reminders, one sender, text and HTML rendered, two-phase: CPU",
            f"{mails} due",
            f">= {RATIO}x of `smtp`",
            f"{ratio:.2f}x ({each(one):.2f} ms a mail, of it ours {alone:.2f};"
            f" `smtp` {each([bare]):.2f})",
            ratio * SLACK >= RATIO,
        ),
        Row(
            "B7 the same: rate",
            f"{mails} due",
            "reported",
            f"{one[0]['mails'] / one[0]['seconds']:.0f}/s, `smtp` {mails / bare['seconds']:.0f}/s",
            None,
        ),
        Row(
            "B8 reminders: statements a mail",
            f"{mails} due",
            f"<= {STATEMENTS:g}",
            f"{statements:.2f}",
            statements <= STATEMENTS,
        ),
        Row(
            f"B9 reminders: CPU a mail, {SENDERS} senders to one",
            f"{mails} due",
            f"<= {CONTENTION}x",
            f"{contention:.2f}x",
            contention <= CONTENTION * SLACK,
        ),
    ]
