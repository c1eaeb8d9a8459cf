"""F4 and F5: every due reminder is accepted or listed, and none goes twice; and beside them two
weaker designs, in which the same storm must be seen to lose and to double.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from benchmarks.faults import sink
from benchmarks.faults.place import ROOT
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect
from benchmarks.faults.site import Site, free_port, listens, wait_for
from benchmarks.faults.storm import Storm, Toll

OURS = ""
BEATS, WORKERS = 2, 3
# A mail server takes its time, twice a mail: before it has kept it, and before it says so.
PAUSE = 0.15
CUT = 0.05
# The promise: so long after the faults everything is accepted or listed.
SETTLES = 300
# A few kills may all have hit a weaker design where it is not weak.
TRIES = 3
# Patients fall due all through the storm, so that every kill finds work.
SECONDS_A_KILL = 2.5

STATES = """
SELECT recovery_recovery.uuid::text, message.uuid::text, message.state, message.message_id,
    CASE WHEN patient.address_fails_at IS NOT NULL THEN reader.email END
FROM recovery_recovery JOIN recovery_patient AS patient ON patient.id = recovery_recovery.patient_id
LEFT JOIN recovery_message AS message
    ON message.recovery_id = recovery_recovery.id AND message.kind = 'reminder'
LEFT JOIN recovery_user AS reader ON reader.id = message.user_id
"""
UNSETTLED = """
SELECT count(*) FROM recovery_recovery LEFT JOIN recovery_message AS message
    ON message.recovery_id = recovery_recovery.id AND message.kind = 'reminder'
WHERE message.id IS NULL OR message.state IN ('owed', 'claimed', 'handing')
"""


@contextmanager
def mail_server(folder: Path, *options: str) -> Iterator[tuple[int, Path]]:
    """A sink on a free port; yields the port and the path of its log."""
    port, log = free_port(), folder / "sink.jsonl"
    command = [sys.executable, "-m", "benchmarks.faults.sink", f"--port={port}", f"--log={log}"]
    process = subprocess.Popen([*command, *options], cwd=ROOT)
    try:
        assert wait_for(lambda: listens(port), seconds=20)
        yield port, log
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True)
class Tally:
    """What became of the mails."""

    due: int
    lost: int
    twice: int
    unknown: int
    # Unknown ones that lack the Message-ID by which a person could look them up.
    unlisted: int
    cut: int


@dataclass(frozen=True)
class Outcome:
    toll: Toll
    tally: Tally
    settled: bool
    seconds: float

    @property
    def excuses(self) -> int:
        """How many unknown mails the faults can have made."""
        return self.toll.senders_killed + self.toll.frozen + self.tally.cut


def storm(run: Run, design: str, number: int) -> Outcome:
    with run.place.broker() as broker:
        return _storm(run, design, number, broker)


def _storm(run: Run, design: str, number: int, broker: str) -> Outcome:
    name = f"{design or 'ours'}_{number}"
    run.say(f"mails: {design or 'ours'}, seed {run.seed + number}")
    chance = run.chance("mails", design, number)
    database = run.place.database(f"mails_{name}")
    folder = run.folder(f"mails-{name}")
    spread = run.size.kills * SECONDS_A_KILL
    people = run.crowd(database, run.size.due, f"--spread={spread}")["good"]
    options = (f"--seed={chance.random()}", f"--pause={PAUSE}", f"--cut={CUT}")
    options += () if design else (f"--unkind={run.size.unkind}",)
    with mail_server(folder, *options) as (port, log):
        env = run.env | {
            "DATABASE_URL": database,
            "REDIS_URL": broker,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "FAULTS_DESIGN": design,
            "FAULTS_LEASE": str(run.size.lease),
            "FAULTS_MINUTE": str(run.size.minute),
        }
        with Site(folder, env, run.over) as site, connect(database) as watcher:
            site.start("worker", count=WORKERS)
            site.start("beat", count=BEATS)
            toll = Storm(site, watcher, redis.Redis.from_url(broker), chance, run.size).rage()
            settled = wait_for(lambda: _settled(site, watcher), seconds=SETTLES, every=0.5)
            seconds = time.time() - toll.ended_at
        with connect(database) as watcher:
            tally = _tally(watcher, sink.read(log), people, weaker=bool(design))
    return Outcome(toll=toll, settled=settled, seconds=seconds, tally=tally)


def _settled(site: Site, watcher: psycopg.Connection) -> bool:
    site.tend()
    [(left,)] = watcher.execute(UNSETTLED)
    return left == 0


def _tally(
    watcher: psycopg.Connection, log: list[dict[str, str]], people: list[str], *, weaker: bool
) -> Tally:
    kept = Counter(_uuid(line["what"]) for line in log if line["event"] == "kept")
    cut = {_uuid(line["what"]) for line in log if line["event"] == "cut"}
    refused = {line["what"] for line in log if line["event"] == "refused"}
    accepted, listed, excused = Counter[str](), set[str](), set[str]()
    unknown = unlisted = 0
    for person, message, state, message_id, failing in watcher.execute(STATES):
        accepted[person] += kept[message]
        # Staff are told to call them.
        if state == "refused" and failing in refused:
            listed.add(person)
        if state == "unknown":
            unknown += 1
            listed.add(person)
            unlisted += not message_id
        # What a cut connection does to a weaker design is not the kills' doing.
        if weaker and message in cut:
            excused.add(person)
    judged = [person for person in people if person not in excused]
    return Tally(
        due=len(people),
        lost=sum(not accepted[person] and person not in listed for person in judged),
        twice=sum(accepted[person] > 1 for person in judged),
        unknown=unknown,
        unlisted=unlisted,
        cut=len(cut),
    )


def _uuid(message_id: str) -> str:
    return message_id.strip("<>").partition("@")[0]


def promise(run: Run) -> list[Row]:
    with ThreadPoolExecutor() as pool:
        try:
            ours_to_come = [pool.submit(storm, run, OURS, seed) for seed in range(run.size.seeds)]
            loses_to_come = pool.submit(_weaker, run, "claim_then_send", "lost")
            doubles_to_come = pool.submit(_weaker, run, "send_then_mark", "twice")
            ours = [one.result() for one in ours_to_come]
            loses, doubles = loses_to_come.result(), doubles_to_come.result()
        except BaseException:
            # Somebody has had enough, or one storm broke: the others need not end by themselves.
            run.over.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [
        _f4(run, ours),
        _f5(run, ours),
        _aim([*ours, *loses, *doubles]),
        _seen("claim, then send", "lost", loses),
        _seen("send, then mark", "twice", doubles),
    ]


def _weaker(run: Run, design: str, failure: str) -> list[Outcome]:
    """Storms over a design until one shows its failure."""
    outcomes: list[Outcome] = []
    while len(outcomes) < TRIES and not (outcomes and getattr(outcomes[-1].tally, failure)):
        outcomes.append(storm(run, design, len(outcomes)))
    return outcomes


def _seen(words: str, failure: str, outcomes: list[Outcome]) -> Row:
    counts = {what: sum(getattr(one.tally, what) for one in outcomes) for what in ("lost", "twice")}
    return Row(
        f"a weaker design is seen to fail: {words}",
        f"the same; seeds: {len(outcomes)}",
        f"{failure} > 0",
        f"lost {counts['lost']}, twice {counts['twice']}",
        counts[failure] > 0,
    )


def _f4(run: Run, ours: list[Outcome]) -> Row:
    size = run.size
    lost = sum(one.tally.lost for one in ours)
    return Row(
        "F4 every due reminder is accepted or listed as unknown",
        f"{size.due} due, {BEATS} beats, {WORKERS} workers, {size.kills} kills, Redis flushed once;"
        f" of the addresses {size.unkind:.0%} each: 451 once, no answer once, cut after the answer,"
        " 550;"
        f" seeds: {size.seeds}",
        f"lost 0, within {SETTLES} s",
        f"lost {lost}, {max(one.seconds for one in ours):.0f} s after the last fault",
        lost == 0 and all(one.settled for one in ours),
    )


def _f5(run: Run, ours: list[Outcome]) -> Row:
    twice, unknown = (
        sum(getattr(one.tally, what) for one in ours) for what in ("twice", "unknown")
    )
    excuses = sum(one.excuses for one in ours)
    return Row(
        "F5 none is sent twice by ourselves",
        f"the same; {run.size.freezes} freezes past the lease of {run.size.lease:g} s, {CUT:.0%} of"
        " mails cut after DATA",
        "twice 0; unknown all listed, <= senders killed + frozen + mails cut",
        f"twice {twice}; unknown {unknown} <= {excuses}",
        twice == 0
        and all(one.tally.unknown <= one.excuses and not one.tally.unlisted for one in ours),
    )


def _aim(outcomes: list[Outcome]) -> Row:
    hits, kills = (sum(getattr(one.toll, what) for one in outcomes) for what in ("hits", "kills"))
    return Row(
        "the kills hit senders that held mails",
        f"{kills} kills, those of the weaker designs too",
        "a third",
        f"{hits} ({hits / kills:.0%})",
        hits * 3 >= kills,
    )
