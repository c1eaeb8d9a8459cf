"""What a process and its connection have used."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection


@dataclass
class Count:
    statements: int = 0
    sql: float = 0.0
    last: str = ""


@contextmanager
def counted() -> Iterator[Count]:
    count = Count()

    def wrapper(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        begin = time.perf_counter()
        try:
            return execute(sql, *rest)
        finally:
            count.statements += 1
            count.sql += time.perf_counter() - begin
            count.last = sql

    with connection.execute_wrapper(wrapper):
        yield count


def own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def server_cpu() -> float:
    """What PostgreSQL's process of this connection has used; it must be on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    # After the name, which may hold anything: utime and stime are the 12th and 13th field.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
