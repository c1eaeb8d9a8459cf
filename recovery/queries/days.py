"""What the logs of each day say together, for the staff's chart, table and sentences."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from recovery.clinical.medicines import taken
from recovery.queries.timeline import Log

# Milligrams in a gram.
MG = 1000


class Day(NamedTuple):
    """What the logs of one day say: the pain entered last, and the highest of the rest."""

    day: int
    average: int | None
    worst: int | None
    # The highest, as of worst; the pains of the day's other logs, as entered.
    leg: int | None
    other_pains: tuple[int, ...]
    mme: Decimal | None
    mme_unknown: bool
    acetaminophen_mg: int | None
    nsaid: bool
    late: bool
    by_staff: bool
    logs: int

    @property
    def opioid(self) -> bool | None:
        """Taken, none, or not answered."""
        return taken([self.mme], unknown=self.mme_unknown)

    @property
    def acetaminophen(self) -> bool | None:
        return taken([self.acetaminophen_mg])

    @property
    def grams(self) -> Decimal | None:
        mg = self.acetaminophen_mg
        return None if mg is None else Decimal(mg) / MG


def by_day(logs: Iterable[Log]) -> list[Day]:
    """One row a day that has a log, oldest first. `logs` are current versions, as entered."""
    grouped: dict[int, list[Log]] = defaultdict(list)
    for log in logs:
        grouped[log.day].append(log)
    return [_day(day, same) for day, same in sorted(grouped.items())]


def _day(day: int, logs: Sequence[Log]) -> Day:
    return _of_one(day, *logs) if len(logs) == 1 else _of_many(day, logs)


def _of_one(day: int, log: Log) -> Day:
    """What _of_many says of it, for the days of which a year has most."""
    pain, worst, unknown = log.pain_avg, log.pain_worst, log.opioid_total_unknown
    return Day(
        day=day,
        average=pain,
        worst=worst if pain is None or worst is None else max(pain, worst),
        leg=log.leg_pain,
        other_pains=(),
        mme=None if unknown else log.opioid_mme,
        mme_unknown=unknown,
        acetaminophen_mg=log.acetaminophen_mg,
        nsaid=bool(log.nsaid_taken),
        late=log.late,
        by_staff=log.source == "staff",
        logs=1,
    )


def _of_many(day: int, logs: Sequence[Log]) -> Day:
    answered = [log for log in logs if log.pain_avg is not None]
    shown = answered[-1] if answered else logs[-1]
    pains = [pain for log in logs for pain in (log.pain_avg, log.pain_worst) if pain is not None]
    has_worst = len(logs) > 1 or shown.pain_worst is not None
    unknown = any(log.opioid_total_unknown for log in logs)
    totals = [log.opioid_mme for log in logs if log.opioid_mme is not None]
    return Day(
        day=day,
        average=shown.pain_avg,
        worst=max(pains) if pains and has_worst else None,
        leg=max((log.leg_pain for log in logs if log.leg_pain is not None), default=None),
        other_pains=tuple(log.pain_avg for log in answered[:-1] if log.pain_avg is not None),
        # What one log of the day could not count, no total of another one holds.
        mme=None if unknown else max(totals, default=None),
        mme_unknown=unknown,
        acetaminophen_mg=max(
            (log.acetaminophen_mg for log in logs if log.acetaminophen_mg is not None),
            default=None,
        ),
        nsaid=any(log.nsaid_taken for log in logs),
        late=shown.late,
        by_staff=shown.source == "staff",
        logs=len(logs),
    )


def stretches(days: Iterable[int]) -> Iterator[list[int]]:
    """Days next to each other."""
    for _key, run in groupby(enumerate(days), lambda item: item[1] - item[0]):
        yield [day for _place, day in run]
