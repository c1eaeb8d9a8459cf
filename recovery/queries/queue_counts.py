"""What the page of the queue counts, as columns of its rows: no statement more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, IntegerField, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from recovery.models import Alert, Clinic, Duty, LanguageApproval, Recovery, User
from recovery.models.recoveries import QueueRank
from recovery.queries.patients import COUNTED, IN_ROOM, menu_with
from recovery.queries.prepared import Prepared, moment, number

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


# What is somebody's: assigned to them, or theirs now by a claim; of those there are few.
MINE_COUNTED = f"""
SELECT COUNT(DISTINCT id) FROM (
    SELECT id FROM (
        SELECT id FROM recovery_recovery
        WHERE clinic_id = %s AND queue_rank < %s AND assigned_to_id = %s LIMIT {COUNTED + 1}
    ) AS assigned UNION ALL
    SELECT id FROM recovery_recovery
    WHERE clinic_id = %s AND queue_rank < %s AND held_by_id = %s AND held_until > %s
    UNION ALL
    SELECT recovery.id FROM recovery_alert AS alert
    JOIN recovery_recovery AS recovery ON recovery.id = alert.recovery_id
    WHERE clinic_id = %s AND queue_rank < %s AND alert.claimed_by_id = %s
        AND alert.state = 'acknowledged' AND alert.claimed_until > %s
) AS mine
"""  # noqa: S608 - numbers of our own


class RankCounts(RawSQL):
    def as_sqlite(self, *arguments: Any) -> tuple[str, Any]:
        sql, params = self.as_sql(*arguments)
        return sql.replace("string_agg", "group_concat"), params


_THEIRS = (number("clinic"), number("waiting_below"), number("user"))
# A count of each filter, which stops early: the work must not grow with the queue. The menu's
# count of the observation room, the person's own filters and whether a language was approved ride
# along.
COUNTING: dict[str, Any] = {
    "in_room": IN_ROOM,
    MINE: RawSQL(  # noqa: S611 - nothing of it is typed
        MINE_COUNTED,
        (*_THEIRS, *_THEIRS, moment("now"), *_THEIRS, moment("now")),
        output_field=IntegerField(),
    ),
    "saved": Subquery(
        Duty.objects.filter(clinic=number("clinic"), user=number("user")).values("queue_filters")
    ),
    "approved": Exists(LanguageApproval.objects.standing().filter(clinic=number("clinic"))),
    "by_rank": RankCounts(RANKS_COUNTED, [number("clinic")]),
}
ALONE = Prepared(lambda: Clinic.objects.filter(pk=number("clinic")).values_list(*COUNTING.values()))


def counted_with(clinic: Clinic, user: User, now: datetime) -> dict[str, Any]:
    """The values by which COUNTING counts."""
    return {
        **menu_with(clinic, now),
        "user": user.pk,
        "waiting_below": int(QueueRank.CONTACTED),
    }


def _claimed() -> QuerySet[Any]:
    held = Recovery.objects.filter(held_by=number("user"), held_until__gt=moment("now"))
    claims = Alert.objects.filter(
        claimed_by=number("user"),
        state=Alert.State.ACKNOWLEDGED,
        claimed_until__gt=moment("now"),
    )
    return held.order_by().values_list("pk").union(claims.order_by().values_list("recovery"))


# What somebody is on now, by a claim of the row or of an alert: few.
CLAIMED = Prepared(_claimed)


def read_counts(counted: Sequence[Any] | None, values: dict[str, Any]) -> dict[str, Any]:
    """What the first row carries; without a row the counts are asked alone."""
    if counted is None:
        [counted] = ALONE.rows(values)
    counts = dict(zip(COUNTING, counted, strict=True))
    for pair in counts.pop("by_rank").split(","):
        rank, count = map(int, pair.split())
        counts[QueueRank(rank).name.lower()] = count
    return counts
