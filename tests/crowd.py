"""Several people who do something in the same moment."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


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
