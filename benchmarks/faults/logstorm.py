"""F3: a log over a rule raises its alert, or is not saved at all, wherever the web process dies."""

import contextlib
import http.client
import os
import random
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.faults.doubles import QUIET, Phone
from benchmarks.faults.place import manage
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect
from benchmarks.faults.site import Site, answers, free_port, wait_for

T = TypeVar("T")
THREADS = 4
LOGS_A_KILL = 20
# The chance that a kill hits every process that answers.
ALL = 0.3
EMERGENCY = QUIET | {"saddle": "yes"}
# A saved log whose rule has no alert; an alert that no log stands behind; and the logs.
MISSING = """
SELECT count(*) FROM recovery_dailylog AS log WHERE log.saddle = 'yes' AND NOT EXISTS (
    SELECT FROM recovery_alert AS alert JOIN recovery_alertlog AS fed ON fed.alert_id = alert.id
    WHERE fed.log_id = log.id
)
"""
EXTRA = """
SELECT count(*) FROM recovery_alert AS alert WHERE NOT EXISTS (
    SELECT FROM recovery_alertlog WHERE alert_id = alert.id
)
"""
UNMAILED = """
SELECT count(*) FROM recovery_alert AS alert WHERE NOT EXISTS (
    SELECT FROM recovery_message WHERE recovery_id = alert.recovery_id AND kind = 'alert'
)
"""
SAVED = "SELECT client_id::text FROM recovery_dailylog"


@dataclass
class Posted:
    answered: set[str] = field(default_factory=set)
    broken: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def promise(run: Run) -> list[Row]:
    kills = run.size.log_kills
    run.say(f"logs: {kills} kills of the web")
    database = run.place.database("logs")
    folder, port = run.folder("logs"), free_port()
    count = kills * LOGS_A_KILL
    people = run.crowd(database, count, f"--sessions={count}")
    env = run.env | {"DATABASE_URL": database, "SITE_URL": f"http://127.0.0.1:{port}"}
    manage("collectstatic", "--no-input", env=env | {"VAR_DIR": str(folder / "web1")})
    posted, over = Posted(), threading.Event()
    pairs = iter(zip(people["good"], people["sessions"], strict=True))

    with Site(folder, env) as site, connect(database) as watcher:
        site.start("web", PORT=str(port))
        assert wait_for(lambda: answers(f"http://127.0.0.1:{port}/healthz"), seconds=60)
        threads = [
            threading.Thread(target=post_all, args=(port, pairs, people["today"], posted, over))
            for _ in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        assert wait_for(lambda: posted.answered, seconds=60)
        killed = _kill(site, kills, run.chance("logs"), f"http://127.0.0.1:{port}/healthz")
        over.set()
        for thread in threads:
            thread.join()
        [(missing,)] = watcher.execute(MISSING)
        [(extra,)] = watcher.execute(EXTRA)
        [(unmailed,)] = watcher.execute(UNMAILED)
        saved = {client_id for (client_id,) in watcher.execute(SAVED)}
    lost = len(posted.answered - saved)
    return [
        Row(
            "F3 a log over a rule raises its alert and its mail, or is not saved",
            f"{killed} of {kills} kills of the web, {len(saved)} logs saved,"
            f" {posted.broken} posts cut",
            "missing 0, extra 0, lost after success 0",
            f"missing {missing}, without a mail {unmailed}, extra {extra}, lost {lost}",
            not (missing or extra or unmailed or lost) and killed == kills and posted.broken > 0,
        )
    ]


def post_all(
    port: int,
    pairs: Iterator[tuple[str, str]],
    today: str,
    posted: Posted,
    over: threading.Event,
) -> None:
    while not over.is_set():
        with posted.lock:
            recovery, session = next(pairs, ("", ""))
        if not recovery:
            return
        client_id = str(uuid.uuid4())
        path = f"/recoveries/{recovery}/logs/{client_id}/"
        phone = _again(lambda path=path, session=session: Phone(port, path, session), posted, over)
        if phone is None:
            return
        # As a phone does: the same log again until somebody says that it is saved.
        form = EMERGENCY | {"log_date": today}
        status = _again(lambda phone=phone, form=form: _saved(phone, form), posted, over)
        if status == 302:
            with posted.lock:
                posted.answered.add(client_id)


def _saved(phone: Phone, form: dict[str, str]) -> int:
    """The page's answer; raises also where it says "Not saved", as with no database."""
    status = phone.submit(form)
    if status == 503:
        raise http.client.HTTPException("not saved")
    return status


def _again(do: Callable[[], T], posted: Posted, over: threading.Event) -> T | None:
    """Until it is not cut, or refused because the web is starting; None at the end of the storm."""
    while not over.is_set():
        try:
            return do()
        except (OSError, http.client.HTTPException, AssertionError):
            with posted.lock:
                posted.broken += 1
            time.sleep(0.2)
    return None


def _kill(site: Site, kills: int, chance: random.Random, url: str) -> int:
    for done in range(kills):
        strike(site, chance, ALL)
        if not wait_for(lambda: back(site, url), seconds=120):
            return done
        # Time to save some, so that the next one hits logs in mid-work.
        time.sleep(chance.uniform(0.5, 2))
    return kills


def strike(site: Site, chance: random.Random, everyone: float) -> None:
    """Kill one of the site's processes, or with that chance all at once."""
    tree = site.tree()
    pids = sorted(pid for group in tree.values() for pid in group)
    for pid in pids if chance.random() < everyone else [chance.choice(pids)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)
    for group in tree:
        with contextlib.suppress(ProcessLookupError):
            if not any(member.pid == group and member.alive for member in site.members.values()):
                # What lost its first process would hold the port against the new one.
                os.killpg(group, signal.SIGKILL)


def back(site: Site, url: str) -> bool:
    """A web server whose workers die too soon after each other ends by itself."""
    site.tend()
    return answers(url)
