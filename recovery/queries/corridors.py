"""The corridor as the staff's pages hold a recovery against it. Reads no log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from recovery.clinical.corridor import (
    Band,
    Quartiles,
    Rise,
    Standing,
    band_of,
    rise,
    standing,
)
from recovery.models import Clinic, CorridorDay, Recovery
from recovery.queries.listed import Listed
from recovery.queries.pathways import plan_of

NO_DAYS: Mapping[int, Quartiles] = MappingProxyType({})


def own_days(clinic: Clinic) -> Mapping[int, Quartiles]:
    """The clinic's own data, by day. Kept by each process: a rebuild has another moment."""
    return NO_DAYS if clinic.corridor_at is None else _own_days(clinic.pk, clinic.corridor_at)


@lru_cache(maxsize=64)
def _own_days(clinic_id: int, _built_at: datetime) -> Mapping[int, Quartiles]:
    rows = CorridorDay.objects.filter(clinic=clinic_id)
    names = ("day", "recoveries", "lower", "median", "upper")
    return {day: Quartiles(*rest) for day, *rest in rows.values_list(*names)}


def forget() -> None:
    """Drop what this process keeps; for tests, where row numbers come back."""
    _own_days.cache_clear()


def band_on(recovery: Recovery | Listed, clinic: Clinic, day: int) -> Band | None:
    return band_of(day, own_days(clinic), plan_of(recovery.pathway_id).corridor)


@dataclass(frozen=True, slots=True)
class Exit:
    """The newest pain, where it stands above the band of its day."""

    day: int
    pain: int
    band: Band


@dataclass(frozen=True, slots=True)
class Course:
    """What is worth a word beside a row of a list. It puts nobody into the queue."""

    exit: Exit | None
    rise: Rise | None
    silent: bool


def course(recovery: Recovery | Listed, clinic: Clinic) -> Course:
    """From the status columns alone, while it is followed; a contact quiets silence as it hides an
    overdue row.
    """
    if recovery.state not in Recovery.FOLLOWED:
        return Course(exit=None, rise=None, silent=False)
    return Course(
        exit=_exit(recovery, clinic),
        rise=rise(recovery.pain_trend),
        silent=bool(recovery.overdue_since) and not recovery.overdue_hidden and recovery.sends,
    )


def _exit(recovery: Recovery | Listed, clinic: Clinic) -> Exit | None:
    if not recovery.pain_trend:
        return None
    day, pain = recovery.pain_trend[-1]
    band = band_on(recovery, clinic, day)
    if band is None or standing(pain, band) != Standing.ABOVE:
        return None
    return Exit(day, pain, band)
