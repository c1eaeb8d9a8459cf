"""Pathway versions as the clinical core reads them.

A version that recoveries follow never changes, so each process keeps what it has read.
"""

from functools import lru_cache

from recovery.clinical.pathway import Plan, plan_from_json
from recovery.models import Pathway, RecoveryPhase


@lru_cache(maxsize=256)
def plan_of(pathway_id: int) -> Plan:
    return plan_from_json(Pathway.objects.values_list("plan", flat=True).get(pk=pathway_id))


@lru_cache(maxsize=256)
def phases_of(pathway_id: int) -> tuple[RecoveryPhase, ...]:
    """The four phases in their order."""
    return tuple(RecoveryPhase.objects.filter(pathway=pathway_id).order_by("order"))
