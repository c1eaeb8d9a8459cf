"""F10: when workers or beat stop, `/readyz` and a banner for staff say so within five minutes."""

import time
from http.client import HTTPConnection

from benchmarks.faults.mails import mail_server
from benchmarks.faults.place import manage
from benchmarks.faults.rows import Row
from benchmarks.faults.run import QUICK, Run, connect
from benchmarks.faults.site import Site, answers, free_port, wait_for

MOST = 300
STOPPED = {"workers": ("worker1", "urgent1"), "beat": ("beat1",)}
BEATS = "SELECT count(*) FROM recovery_heartbeat WHERE name IN ('beat', 'tick', 'send')"
BANNER = "ic-standstill"


def promise(run: Run) -> list[Row]:
    if run.size is QUICK:
        # Five minutes each, and nothing makes them pass sooner.
        return []
    return [_row(run, what) for what in STOPPED]


def _row(run: Run, what: str) -> Row:
    run.say(f"silence: {what}")
    database = run.place.database("silence")
    folder, port = run.folder(f"silence-{what}"), free_port()
    run.place.redis.flushdb()
    people = run.crowd(database, 1)
    url = f"http://127.0.0.1:{port}"
    with mail_server(folder) as (mail_port, _log):
        env = run.env | {
            "DATABASE_URL": database,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "SITE_URL": url,
        }
        manage("collectstatic", "--no-input", env=env | {"VAR_DIR": str(folder / "web1")})
        with Site(folder, env) as site, connect(database) as watcher:
            site.start("web", PORT=str(port))
            for line in ("worker", "urgent", "beat"):
                site.start(line)
            assert wait_for(lambda: watcher.execute(BEATS).fetchone() == (3,), seconds=180)
            assert wait_for(lambda: answers(f"{url}/readyz"), seconds=30)
            before = BANNER in _queue(port, people["staff"])
            for name in STOPPED[what]:
                site.stop(name)
            stopped = time.monotonic()
            told: dict[str, float] = {}
            while len(told) < 2 and time.monotonic() < stopped + MOST + 60:
                if "readyz" not in told and not answers(f"{url}/readyz"):
                    told["readyz"] = time.monotonic() - stopped
                if "banner" not in told and BANNER in _queue(port, people["staff"]):
                    told["banner"] = time.monotonic() - stopped
                time.sleep(1)
    late = [told.get(name, float("inf")) for name in ("readyz", "banner")]
    return Row(
        f"F10 a silent sender is noticed: {what} stopped",
        "one site",
        f"/readyz not ready and a banner within {MOST} s, neither before",
        f"{late[0]:.0f} s, {late[1]:.0f} s{'; A BANNER BEFORE' if before else ''}",
        not before and max(late) <= MOST,
    )


def _queue(port: int, session: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/staff/", headers={"Cookie": f"sessionid={session}"})
    page = connection.getresponse().read().decode()
    connection.close()
    assert "ic-shead" in page, page[:300]
    return page
