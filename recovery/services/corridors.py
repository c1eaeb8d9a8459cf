"""A clinic's own corridor: built anew from the logs of its completed recoveries."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When

from recovery.clinical.corridor import LEAST_RECOVERIES, Quartiles, quartiles
from recovery.models import Clinic, CorridorDay, DailyLog, Recovery

# Rows held in memory at a time.
CHUNK = 5000
PAINS = range(11)


@transaction.atomic
def rebuild(clinic: Clinic, *, now: datetime) -> int | None:
    """Write the days that enough completed recoveries have a pain for; returns how many.

    None, and nothing done, while another process builds the same. The clinic's row alone is
    locked: logs are read as they stand, and nobody who writes one waits.
    """
    mine = Clinic.objects.filter(pk=clinic.pk).select_for_update(
        skip_locked=connection.features.has_select_for_update_skip_locked,
        # Logs and recoveries that are written meanwhile may point to it.
        no_key=connection.features.has_select_for_no_key_update,
    )
    if not mine.values_list("pk", flat=True):
        return None
    days = _days(clinic)
    CorridorDay.objects.filter(clinic=clinic).delete()
    CorridorDay.objects.bulk_create(
        CorridorDay(clinic=clinic, day=day, **found._asdict()) for day, found in days.items()
    )
    Clinic.objects.filter(pk=clinic.pk).update(corridor_at=now)
    return len(days)


def rebuild_once_a_day(clinic: Clinic, *, now: datetime) -> None:
    """Rebuild unless it was done on this date where the clinic is; `clinic` may be stale."""
    built_at = Clinic.objects.values_list("corridor_at", flat=True).get(pk=clinic.pk)
    zone = ZoneInfo(clinic.zone)
    if built_at is None or built_at.astimezone(zone).date() != now.astimezone(zone).date():
        rebuild(clinic, now=now)


def _days(clinic: Clinic) -> dict[int, Quartiles]:
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for day, pain in _pains(clinic):
        counts[day][pain] += 1
    return {
        day: quartiles([found[pain] for pain in PAINS])
        for day, found in sorted(counts.items())
        if found.total() >= LEAST_RECOVERIES
    }


def _pains(clinic: Clinic) -> Iterator[tuple[int, int]]:
    """Day and pain, one for each completed recovery and day from D0 on: what its chart shows.

    Of several logs about a day that is the one entered last, a correction standing in the place
    of the log it corrects; the day counts from the present procedure date.
    """
    rows = _logs(clinic).iterator(chunk_size=CHUNK)
    for (_recovery, procedure_on, on), same in groupby(rows, lambda row: row[:3]):
        *_earlier, (*_key, pain) = same
        yield (on - procedure_on).days, pain


def _logs(clinic: Clinic) -> QuerySet[DailyLog, Any]:
    first = DailyLog.objects.filter(
        recovery=OuterRef("recovery"), client_id=OuterRef("client_id"), revision=0
    )
    return (
        DailyLog.objects.current()
        .filter(
            recovery__clinic=clinic,
            recovery__state=Recovery.State.COMPLETED,
            log_date__gte=F("recovery__procedure_on"),
            pain_avg__isnull=False,
        )
        .order_by(
            "recovery",
            "log_date",
            Case(When(revision=0, then="pk"), default=Subquery(first.values("pk"))),
        )
        .values_list("recovery", "recovery__procedure_on", "log_date", "pain_avg")
    )
