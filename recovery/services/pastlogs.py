"""Runs over past logs, some recoveries a transaction, from the latest recoveries to the oldest."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from recovery.models import DailyLog, Recovery
from recovery.models.rehearsals import OverPastLogs

# Logs of one run, and recoveries of one transaction.
MOST, AT_ONCE = 200_000, 50
Clock = Callable[[], datetime]
Judge = Callable[[Any, Sequence[int]], None]
Finish = Callable[[Any], None]


def run(
    begun: QuerySet[Any], judge: Judge, finish: Finish, *, clock: Clock, until: datetime
) -> int:
    """Go on with what was begun, before `until`; returns how many logs were judged. Another worker
    takes another clinic's. `judge` counts the logs of the recoveries it is given.
    """
    done = 0
    while clock() < until:
        found = _piece(begun, judge, finish, clock())
        if found is None:
            break
        done += found
    return done


@transaction.atomic
def _piece(begun: QuerySet[Any], judge: Judge, finish: Finish, now: datetime) -> int | None:
    """None: none runs."""
    running = begun.select_for_update(of=("self",), skip_locked=True)
    waiting = running.filter(state=OverPastLogs.State.RUNNING).select_related("clinic")
    row = waiting.order_by("at", "pk").first()
    if row is None:
        return None
    recoveries = Recovery.objects.filter(clinic=row.clinic).order_by("-pk")
    if row.reached is not None:
        recoveries = recoveries.filter(pk__lt=row.reached)
    some = list(recoveries.values_list("pk", flat=True)[:AT_ONCE]) if row.judged < MOST else []
    before = row.judged
    if some:
        judge(row, some)
        row.reached = some[-1]
    else:
        finish(row)
        row.left_out = _left_out(row)
        row.state, row.finished_at = OverPastLogs.State.DONE, now
    row.save()
    return int(row.judged - before)


def _left_out(row: Any) -> int:
    if row.reached is None or row.judged < MOST:
        return 0
    older = DailyLog.objects.filter(recovery__clinic=row.clinic, recovery__lt=row.reached)
    return older.count()
