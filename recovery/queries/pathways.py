"""Pathway versions as the clinical core reads them.

A version that recoveries follow never changes, so each process keeps what it has read.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.ownpathways import Document, PhaseTexts, PreparationTexts
from recovery.clinical.pathway import Occasion, Plan, occasions, plan_from_json
from recovery.clinical.phases import phase_of
from recovery.clinical.rules import RULES_BY_ID, Severity, severity_of
from recovery.models import (
    Clinic,
    DailyLog,
    FormResponse,
    Pathway,
    Preparation,
    Recovery,
    RecoveryPhase,
)

# What the shipped version is called where a clinic's own has a title.
SHIPPED_TITLE = "Default pathway"


@lru_cache(maxsize=256)
def phases_of(pathway_id: int) -> tuple[RecoveryPhase, ...]:
    """The four phases in their order, each with the version itself: one statement reads both."""
    rows = RecoveryPhase.objects.filter(pathway=pathway_id).select_related("pathway")
    phases = tuple(rows.order_by("order"))
    for phase in phases:
        # One copy of the plan is enough to keep.
        phase.pathway = phases[0].pathway
    return phases


@lru_cache(maxsize=256)
def plan_of(pathway_id: int) -> Plan:
    return plan_from_json(phases_of(pathway_id)[0].pathway.plan)


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


def planned(recovery: Recovery, pathway_id: int | None = None) -> list[Occasion]:
    """Every occasion of the recovery as its facts stand now; by its own pathway, or by another."""
    return occasions(
        recovery.procedure_at,
        recovery.patient.zone,
        plan_of(recovery.pathway_id if pathway_id is None else pathway_id),
        procedure_on=recovery.procedure_on,
        discharged_at=recovery.discharged_at,
    )


def planned_logs(recovery: Recovery) -> list[Occasion]:
    """Those that a log answers, past and to come."""
    return [occasion for occasion in planned(recovery) if occasion.form in LOG_FORMS]


def severity_in(pathway_id: int | None, rule_id: str) -> Severity:
    """How loud a rule is in a pathway; None for what was judged before there were changes."""
    return severity_of(rule_id, plan_of(pathway_id).changes if pathway_id else ())


def severity_shown(given: DailyLog | FormResponse) -> Severity | None:
    """The severity of the text that the patient was shown; None for the neutral one."""
    if given.shown_rule not in RULES_BY_ID:
        return None
    return severity_in(given.judged_pathway_id, given.shown_rule)


# Versions
# --------


@dataclass(frozen=True, slots=True)
class Version:
    """A version that recoveries of the clinic may follow. `followed` are those not ended."""

    pathway: Pathway
    is_active: bool
    recoveries: int
    followed: int

    @property
    def title(self) -> str:
        return title_of(self.pathway)


def active_pathway(clinic: Clinic) -> Pathway:
    """What a new recovery follows: the newest that the clinic approved, else the newest of ours."""
    return usable(clinic)[0]


def usable(clinic: Clinic) -> QuerySet[Pathway]:
    """The versions that a recovery of the clinic may follow: its approved ones, the newest first,
    then those that ship with the product. Their plans are read by `plan_of`.
    """
    own = Q(clinic=clinic, approved_at__isnull=False)
    rows = Pathway.objects.filter(own | Q(clinic=None)).defer("plan", "based_on__plan")
    rows = rows.select_related("approved_by", "based_on")
    return rows.order_by(F("clinic").asc(nulls_last=True), "-version")


def versions(clinic: Clinic) -> list[Version]:
    """All of `usable` with how many recoveries of the clinic follow them; two statements."""
    counted = {
        row["pathway"]: row
        for row in Recovery.objects.filter(clinic=clinic)
        .order_by()
        .values("pathway")
        .annotate(
            recoveries=Count("pk"),
            followed=Count("pk", filter=Q(state__in=Recovery.FOLLOWED)),
        )
    }
    nobody = {"recoveries": 0, "followed": 0}
    return [
        Version(
            pathway=row,
            is_active=place == 0,
            recoveries=counted.get(row.pk, nobody)["recoveries"],
            followed=counted.get(row.pk, nobody)["followed"],
        )
        for place, row in enumerate(usable(clinic))
    ]


def title_of(pathway: Pathway) -> str:
    return pathway.title or SHIPPED_TITLE


def document_of(pathway: Pathway) -> Document:
    """The version as one document; two statements, or none where they were read before."""
    plan, preparation = plan_of(pathway.pk), preparation_of(pathway.pk)
    assert preparation is not None, "every version that can be drafted from tells of before"
    return Document(
        title=title_of(pathway),
        slots=plan.slots,
        corridor=plan.corridor,
        changes=plan.changes,
        phases=tuple(_phase(row) for row in phases_of(pathway.pk)),
        before=PreparationTexts(
            name=preparation.patient_name,
            steps=_lines(preparation.steps),
            suits=_lines(preparation.suits),
            benefits=_lines(preparation.benefits),
            risks=_lines(preparation.risks),
            choices=_lines(preparation.choices),
            good_now=_lines(preparation.good_now),
            wait_with=_lines(preparation.wait_with),
            about=_lines(preparation.about),
            source=preparation.source,
            review_on=preparation.review_on,
        ),
    )


def _phase(row: RecoveryPhase) -> PhaseTexts:
    return PhaseTexts(
        code=row.code,
        name=row.patient_name,
        first_day=row.first_day,
        last_day=row.last_day,
        good_now=_lines(row.good_now),
        wait_with=_lines(row.wait_with),
        expect=_lines(row.expect),
        about=_lines(row.about),
        source=row.source,
        review_on=row.review_on,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines())
