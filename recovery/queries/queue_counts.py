"""What the page of the queue counts, as columns of its rows: no statement more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from recovery.models import Alert, Clinic, Duty, LanguageApproval, Recovery, User
from recovery.models.recoveries import QueueRank
from recovery.queries.patients import COUNTED, CountUpTo, in_room_up_to

FILTERS = {rank.name.lower(): rank for rank in QueueRank}
MINE = "mine"
# Each rank with its count, as "1 5,2 0,3 100"; as one column, since every row carries it.
RANKS_COUNTED = f"""
SELECT string_agg(rank || ' ' || counted, ',') FROM (
    SELECT column1 AS rank, (
        SELECT COUNT(*) FROM (
            SELECT 1 FROM recovery_recovery
            WHERE clinic_id = %s AND queue_rank = column1 LIMIT {COUNTED + 1}
        ) AS those
    ) AS counted
    FROM (VALUES {", ".join(f"({rank.value})" for rank in QueueRank)}) AS ranks
) AS ranked
"""  # noqa: S608 - numbers of our own


class RankCounts(RawSQL):
    def as_sqlite(self, *arguments: Any) -> tuple[str, Any]:
        sql, params = self.as_sql(*arguments)
        return sql.replace("string_agg", "group_concat"), params


def counting(clinic: Clinic, user: User, now: datetime) -> dict[str, Any]:
    """A count of each filter, which stops early: the work must not grow with the queue. The
    menu's count of the observation room, the person's own filters and whether a language was
    approved ride along.
    """
    mine = Recovery.objects.filter(
        clinic=clinic, pk__in=kept_by(user, now), queue_rank__lt=QueueRank.CONTACTED
    )
    kept = Duty.objects.filter(clinic=clinic, user=user).values("queue_filters")
    return {
        "in_room": in_room_up_to(clinic, now),
        MINE: CountUpTo(mine.values("id")[: COUNTED + 1]),
        "saved": Subquery(kept),
        "approved": Exists(LanguageApproval.objects.standing().filter(clinic=clinic)),
        "by_rank": RankCounts(RANKS_COUNTED, [clinic.pk]),
    }


def kept_by(user: User, now: datetime) -> QuerySet[Any]:
    """What is assigned to somebody, and what they hold now by a claim: three indexes, since one
    condition over all three would read the whole queue.
    """
    rows, claims = Recovery.objects.order_by(), Alert.objects.order_by()
    return (
        rows.filter(assigned_to=user)
        .values("pk")
        .union(
            rows.filter(held_by=user, held_until__gt=now).values("pk"),
            claims.filter(claimed_by=user, state=Alert.State.ACKNOWLEDGED).values("recovery"),
        )
    )


def read_counts(
    counted: Sequence[Any] | None, asked: dict[str, Any], clinic: Clinic
) -> dict[str, Any]:
    """What the first row carries; without a row the counts are asked alone."""
    if counted is None:
        counted = Clinic.objects.filter(pk=clinic.pk).values_list(*asked.values()).get()
    counts = dict(zip(asked, counted, strict=True))
    for pair in counts.pop("by_rank").split(","):
        rank, count = map(int, pair.split())
        counts[QueueRank(rank).name.lower()] = count
    return counts
