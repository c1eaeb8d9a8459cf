"""Several people who do something in the same moment."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction

from recovery.models import Recovery


def at_once(doings: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of them returned or raised; needs a test on real transactions."""
    start, results = threading.Barrier(len(doings)), list[Any](range(len(doings)))

    def do(number: int) -> None:
        start.wait()
        try:
            results[number] = doings[number]()
        except Exception as error:  # noqa: BLE001 - it is what this one got
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=[number]) for number in range(len(doings))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def while_it_waits(recovery: Recovery, doing: Callable[[], Any], then: Callable[[], Any]) -> Any:
    """Begin `doing` while somebody else writes on the recovery, who does `then` once it waits, and
    is done; what `doing` returned or raised.
    """
    results: list[Any] = []

    def do() -> None:
        try:
            results.append(doing())
        except Exception as error:  # noqa: BLE001 - it is what this one got
            results.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=do)
    try:
        with transaction.atomic():
            Recovery.objects.select_for_update(of=("self",)).get(pk=recovery.pk)
            thread.start()
            _until_one_waits()
            then()
    finally:
        thread.join()
    return results[0]


def _until_one_waits() -> None:
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _try in range(500):
        with connection.cursor() as cursor:
            # What the statistics say is kept within a transaction otherwise.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.01)
    raise AssertionError("nothing waits for the recovery")
