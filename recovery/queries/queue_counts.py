"""What the page of the queue counts, as columns of its rows: no statement more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, IntegerField, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from recovery.models import Alert, Clinic, Duty, LanguageApproval, Recovery, User
from recovery.models.recoveries import QueueRank
from recovery.queries.patients import COUNTED, in_room_up_to

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


# What is somebody's: assigned to them, or theirs now by a claim. Each part stops early by itself.
MINE_COUNTED = f"""
SELECT COUNT(*) FROM (
    SELECT id FROM (
        SELECT id FROM recovery_recovery
        WHERE clinic_id = %s AND queue_rank < %s AND assigned_to_id = %s LIMIT {COUNTED + 1}
    ) AS assigned UNION SELECT id FROM (
        SELECT id FROM recovery_recovery
        WHERE clinic_id = %s AND queue_rank < %s AND held_by_id = %s AND held_until > %s
        LIMIT {COUNTED + 1}
    ) AS held UNION SELECT id FROM (
        SELECT recovery.id FROM recovery_alert AS alert
        JOIN recovery_recovery AS recovery ON recovery.id = alert.recovery_id
        WHERE clinic_id = %s AND queue_rank < %s AND alert.claimed_by_id = %s
            AND alert.state = 'acknowledged' LIMIT {COUNTED + 1}
    ) AS claimed
) AS mine
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
    theirs = (clinic.pk, int(QueueRank.CONTACTED), user.pk)
    until = connection.ops.adapt_datetimefield_value(now)
    kept = Duty.objects.filter(clinic=clinic, user=user).values("queue_filters")
    return {
        "in_room": in_room_up_to(clinic, now),
        MINE: RawSQL(  # noqa: S611 - nothing of it is typed
            MINE_COUNTED, (*theirs, *theirs, until, *theirs), output_field=IntegerField()
        ),
        "saved": Subquery(kept),
        "approved": Exists(LanguageApproval.objects.standing().filter(clinic=clinic)),
        "by_rank": RankCounts(RANKS_COUNTED, [clinic.pk]),
    }


def claimed_by(user: User, now: datetime) -> QuerySet[Any]:
    """What somebody is on now, by a claim of the row or of an alert: few."""
    held = Recovery.objects.order_by().filter(held_by=user, held_until__gt=now)
    claims = Alert.objects.order_by().filter(claimed_by=user, state=Alert.State.ACKNOWLEDGED)
    return held.values("pk").union(claims.values("recovery"))


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
