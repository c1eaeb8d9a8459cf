"""F9: with Redis down the site serves and saves; alert mails go out after."""

import time
import uuid

from benchmarks.faults import sink
from benchmarks.faults.doubles import QUIET, Phone
from benchmarks.faults.mails import mail_server
from benchmarks.faults.place import manage
from benchmarks.faults.proxy import Proxy
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect
from benchmarks.faults.site import Site, answers, free_port, wait_for

EVERY = 0.5
SLOWEST = 1.0
AFTER = 120
EMERGENCY = QUIET | {"saddle": "yes"}
UNSENT = """
SELECT count(*) FROM recovery_recovery AS recovery
WHERE recovery.uuid = ANY (%s::uuid[]) AND NOT EXISTS (
    SELECT FROM recovery_message WHERE recovery_id = recovery.id AND kind = 'alert'
        AND state = 'sent'
)
"""


def promise(run: Run) -> list[Row]:
    seconds = run.size.without_redis
    run.say(f"redisless: {seconds:g} s")
    database = run.place.database("redisless")
    folder, port = run.folder("redisless"), free_port()
    run.place.redis.flushdb()
    count = int(seconds / EVERY)
    people = run.crowd(database, count, f"--sessions={count}")
    posts: list[tuple[int, float]] = []
    with mail_server(folder) as (mail_port, log), Proxy(run.place.redis_url) as proxy:
        env = run.env | {
            "DATABASE_URL": database,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "FAULTS_MINUTE": str(run.size.minute),
            "REDIS_URL": proxy.url,
            "SITE_URL": f"http://127.0.0.1:{port}",
        }
        manage("collectstatic", "--no-input", env=env | {"VAR_DIR": str(folder / "web1")})
        with Site(folder, env) as site, connect(database) as watcher:
            site.start("web", PORT=str(port))
            site.start("worker")
            site.start("urgent")
            site.start("beat")
            assert wait_for(lambda: answers(f"http://127.0.0.1:{port}/healthz"), seconds=60)
            proxy.cut()
            ends, posted = time.monotonic() + seconds, []
            for recovery, session in zip(people["good"], people["sessions"], strict=True):
                if time.monotonic() > ends:
                    break
                posts.append(_post(port, recovery, session, people["today"]))
                posted.append(recovery)
                time.sleep(EVERY)
            proxy.mend()
            run.say("redisless: it is back")

            def unsent() -> int:
                site.tend()
                [(left,)] = watcher.execute(UNSENT, [posted])
                return int(left)

            wait_for(lambda: unsent() == 0, seconds=AFTER, every=1)
            missing = unsent()
        mails = sum(line["event"] == "kept" for line in sink.read(log))
    wrong = sum(status != 302 for status, _ in posts)
    times = sorted(took for _, took in posts)
    slow = times[int(len(times) * 0.99)]
    return [
        Row(
            "F9 with Redis down the site serves and saves; alerts go out after",
            f"{seconds:g} s, {len(posts)} logs, each with an alert",
            f"answers other than a redirect 0; POST p99 < {SLOWEST:g} s; missing 0",
            f"{wrong}; {slow:.2f} s; missing {missing} ({mails} mails)",
            wrong == 0 and slow < SLOWEST and missing == 0 and bool(posts),
        )
    ]


def _post(port: int, recovery: str, session: str, today: str) -> tuple[int, float]:
    phone = Phone(port, f"/recoveries/{recovery}/logs/{uuid.uuid4()}/", session)
    begin = time.monotonic()
    status = phone.submit(EMERGENCY | {"log_date": today})
    return status, time.monotonic() - begin
