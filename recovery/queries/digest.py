"""What the morning mail counts: who waits in the queue without an alert that called at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from recovery.models import Recovery
from recovery.models.recoveries import QueueRank

COUNTED = {
    QueueRank.REVIEW: "reviews",
    QueueRank.CALL: "calls",
    QueueRank.OVERDUE: "overdue",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Patients, each where the queue shows them: under the first of their reasons."""

    reviews: int = 0
    calls: int = 0
    overdue: int = 0


def waiting(clinic_ids: Iterable[int]) -> dict[int, Waiting]:
    """By clinic; one in which nobody waits is not in it. One statement."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = (
        Recovery.objects.filter(clinic__in=list(clinic_ids), queue_rank__in=COUNTED)
        .order_by()
        .values_list("clinic", "queue_rank")
        .annotate(Count("pk"))
    )
    for clinic_id, rank, count in rows:
        found[clinic_id][COUNTED[QueueRank(rank)]] = count
    return {clinic_id: Waiting(**counts) for clinic_id, counts in found.items()}
