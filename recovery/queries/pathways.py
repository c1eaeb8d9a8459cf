"""Pathway versions as the clinical core reads them.

A version that recoveries follow never changes, so each process keeps what it has read.
"""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from recovery.clinical.pathway import Occasion, Plan, occasions, plan_from_json
from recovery.clinical.phases import phase_of
from recovery.models import Pathway, Preparation, Recovery, RecoveryPhase


@lru_cache(maxsize=256)
def plan_of(pathway_id: int) -> Plan:
    return plan_from_json(Pathway.objects.values_list("plan", flat=True).get(pk=pathway_id))


@lru_cache(maxsize=256)
def phases_of(pathway_id: int) -> tuple[RecoveryPhase, ...]:
    """The four phases in their order."""
    return tuple(RecoveryPhase.objects.filter(pathway=pathway_id).order_by("order"))


@lru_cache(maxsize=256)
def preparation_of(pathway_id: int) -> Preparation | None:
    """What is told before the procedure; a version may have no such text."""
    return Preparation.objects.filter(pathway=pathway_id).first()


def phase_now(recovery: Recovery, now: datetime) -> RecoveryPhase | None:
    """The phase the recovery is in at `now`; None before the procedure."""
    return phase_of(
        recovery.day_on(now.astimezone(ZoneInfo(recovery.patient.zone)).date()),
        entered_at=now,
        procedure_at=recovery.procedure_at,
        discharged_at=recovery.discharged_at,
        phases=phases_of(recovery.pathway_id),
    )


def planned(recovery: Recovery) -> list[Occasion]:
    """Every occasion of the recovery as its facts stand now."""
    return occasions(
        recovery.procedure_at,
        recovery.patient.zone,
        plan_of(recovery.pathway_id),
        procedure_on=recovery.procedure_on,
        discharged_at=recovery.discharged_at,
    )
