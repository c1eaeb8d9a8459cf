"""F1: a log answered with success outlives kill -9 of any process and an immediate stop of the
database.
"""

import random
import threading
from urllib.parse import urlsplit

from benchmarks.faults.logstorm import SAVED, THREADS, Posted, back, post_all, strike
from benchmarks.faults.mails import mail_server
from benchmarks.faults.ownserver import OwnServer, own_server
from benchmarks.faults.place import Place, manage
from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run, connect
from benchmarks.faults.site import Site, answers, free_port, wait_for

PATIENCE = 300
# Of the kills that many stop the database.
DATABASE = 1 / 3
ALL = 0.2


def promise(run: Run) -> list[Row]:
    logs, kills = run.size.durable_logs, run.size.durable_kills
    run.say(f"power: {logs} logs, {kills} kills and stops of the database")
    folder, port = run.folder("power"), free_port()
    with own_server(run.folder("power-server"), free_port()) as server:
        place = Place(urlsplit(server.url), run.place.redis_url, folder)
        place.prepare(run.env, trail_too=False)
        database = place.database("power")
        own = Run(place, run.size, run.seed, run.env, run.begun)
        people = own.crowd(database, logs, f"--sessions={logs}")
        posted, over = Posted(), threading.Event()
        pairs = iter(zip(people["good"], people["sessions"], strict=True))
        with mail_server(folder) as (mail_port, _log):
            env = run.env | {
                "DATABASE_URL": database,
                "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
                "SITE_URL": f"http://127.0.0.1:{port}",
            }
            manage("collectstatic", "--no-input", env=env | {"VAR_DIR": str(folder / "web1")})
            with Site(folder, env) as site:
                site.start("web", PORT=str(port))
                for line in ("worker", "urgent", "beat"):
                    site.start(line)
                url = f"http://127.0.0.1:{port}/healthz"
                assert wait_for(lambda: answers(url), seconds=60)
                threads = [
                    threading.Thread(
                        target=post_all, args=(port, pairs, people["today"], posted, over)
                    )
                    for _ in range(THREADS)
                ]
                for thread in threads:
                    thread.start()
                stops = _rage(site, server, run.chance("power"), posted, (logs, kills), url)
                wait_for(lambda: len(posted.answered) == logs, seconds=PATIENCE)
                over.set()
                for thread in threads:
                    thread.join()
        with connect(database) as watcher:
            saved = [client_id for (client_id,) in watcher.execute(SAVED)]
    lost, twice = len(posted.answered - set(saved)), len(saved) - len(set(saved))
    return [
        Row(
            "F1 a log answered with success outlives kill -9 and a stop of the database",
            f"{len(posted.answered)} logs answered, {kills} kills, {stops} of them of the"
            f" database, {posted.broken} posts cut",
            f"{logs} answered, lost 0, twice 0",
            f"lost {lost}, twice {twice}",
            not (lost or twice) and len(posted.answered) == logs and 0 < stops < kills,
        )
    ]


def _rage(
    site: Site,
    server: OwnServer,
    chance: random.Random,
    posted: Posted,
    size: tuple[int, int],
    url: str,
) -> int:
    """Kill, evenly over the logs as they are answered; how many of the kills were the database."""
    logs, kills = size
    stops = set(chance.sample(range(kills), max(1, round(kills * DATABASE))))
    for number in range(kills):
        reached = logs * (number + 0.5) / kills
        assert wait_for(lambda: len(posted.answered) >= reached, seconds=PATIENCE)  # noqa: B023
        if number in stops:
            server.stop("immediate")
            server.start()
        else:
            strike(site, chance, ALL)
        assert wait_for(lambda: back(site, url), seconds=120)
    return len(stops)
