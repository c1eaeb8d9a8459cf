"""F2: the same log sent many times at once is one row; other answers are a correction."""

import http.client
import re
import threading
import uuid
from collections import Counter
from urllib.parse import urlencode

import psycopg

from benchmarks.faults.place import manage
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect
from benchmarks.faults.site import Site, answers, free_port, wait_for

AT_ONCE, ROUNDS = 50, 20
QUIET = {
    "pain_avg": "4",
    "leg_pain_status": "none",
    "leg_weakness": "none",
    "leg_numbness": "none",
    "saddle": "no",
    "bladder": "no",
    "bowel": "no",
    "chest_or_breath": "no",
    "signs": "none",
    "spot": "no",
    "chills": "no",
}
# Other answers, which a rule must see.
CORRECTED = QUIET | {"bladder": "yes", "revision": "0"}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LOGS = """
SELECT revision, supersedes_id IS NOT NULL, bladder FROM recovery_dailylog
WHERE client_id = %s ORDER BY revision
"""
ALERTS = """
SELECT count(*), count(DISTINCT rule) FROM recovery_alert
JOIN recovery_recovery AS r ON r.id = recovery_alert.recovery_id WHERE r.uuid = %s
"""


class Phone:
    """One patient's browser, with as many connections as it is told to use."""

    def __init__(self, port: int, path: str, session: str) -> None:
        self._port, self._path = port, path
        self._cookie = f"sessionid={session}"
        status, headers, page = self._ask("GET")
        assert status == 200, page[:500]
        found = TOKEN.search(page)
        assert found
        self._token = found[1]
        self._cookie += "; " + headers["Set-Cookie"].partition(";")[0]

    def post(self, form: dict[str, str], *, times: int = 1) -> Counter[int]:
        """Post the same form from as many threads at one moment; the answers, counted."""
        body = urlencode(form | {"csrfmiddlewaretoken": self._token})
        statuses = Counter[int]()
        together = threading.Barrier(times)

        def send() -> None:
            together.wait()
            statuses[self._ask("POST", body)[0]] += 1

        threads = [threading.Thread(target=send) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses

    def submit(self, form: dict[str, str]) -> int:
        """Post the form once; raises what a cut connection raises."""
        return self._ask("POST", urlencode(form | {"csrfmiddlewaretoken": self._token}))[0]

    def _ask(
        self, method: str, body: str | None = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Cookie": self._cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, self._path, body, headers)
        response = connection.getresponse()
        page = response.read().decode()
        connection.close()
        return response.status, response.headers, page


def promise(run: Run) -> list[Row]:
    run.say(f"doubles: {AT_ONCE} at once, {ROUNDS} times")
    database = run.place.database("doubles")
    people = run.crowd(database, ROUNDS, f"--sessions={ROUNDS}")
    folder, port = run.folder("doubles"), free_port()
    env = run.env | {"DATABASE_URL": database, "SITE_URL": f"http://127.0.0.1:{port}"}
    manage("collectstatic", "--no-input", env=env | {"VAR_DIR": str(folder / "web1")})
    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    with Site(folder, env) as site, connect(database) as watcher:
        site.start("web", PORT=str(port))
        if not wait_for(lambda: answers(f"http://127.0.0.1:{port}/healthz"), seconds=60):
            raise RuntimeError(f"the web process does not answer: {site.log()[-2000:]}")
        for recovery, session in zip(people["good"], people["sessions"], strict=True):
            client_id = str(uuid.uuid4())
            phone = Phone(port, f"/recoveries/{recovery}/logs/{client_id}/", session)
            quiet = QUIET | {"log_date": people["today"]}
            corrected = CORRECTED | {"log_date": people["today"]}
            statuses += phone.post(quiet, times=AT_ONCE)
            wrong += _differs(watcher, client_id, recovery, corrections=0)
            statuses += phone.post(corrected, times=2)
            # The first form again, as a phone that was offline sends it.
            statuses += phone.post(quiet)
            wrong += _differs(watcher, client_id, recovery, corrections=1)
    for line in wrong[:5]:
        run.say(f"doubles: {line}")
    errors = sum(count for status, count in statuses.items() if status != 302)
    return [
        Row(
            "F2 the same log sent many times is one row, other answers correct it",
            f"{AT_ONCE} at once x {ROUNDS}",
            "1 row each and 1 correction, no 5xx",
            f"{len(wrong)} wrong; answers other than a redirect: {errors}",
            not wrong and not errors,
        )
    ]


def _differs(
    watcher: psycopg.Connection, client_id: str, recovery: str, *, corrections: int
) -> list[str]:
    """What is not as it must be after that many corrections, in words."""
    rows = watcher.execute(LOGS, [client_id]).fetchall()
    expected = [(0, False, "no"), (1, True, "yes")][: corrections + 1]
    found = [] if rows == expected else [f"rows {rows}"]
    [(alerts, rules)] = watcher.execute(ALERTS, [recovery])
    if (alerts > 0) != (corrections > 0) or alerts != rules:
        found.append(f"{alerts} alerts of {rules} rules")
    return found
