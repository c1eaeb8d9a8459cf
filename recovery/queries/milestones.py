"""What a patient does again, as the patient's pages show it."""

from dataclasses import dataclass

from recovery.clinical.checkinforms import FACTS
from recovery.models import FormResponse, Milestone, Recovery

GOAL = "own_goal"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing to do again, and what stands about it."""

    code: Milestone.Code
    told: Milestone | None
    # The patient's own words for the goal.
    words: str = ""


def kinds(recovery: Recovery) -> list[Kind]:
    """Every kind in its order. Two statements."""
    rows = Milestone.objects.standing().filter(recovery=recovery).select_related("recovery")
    told = {row.code: row for row in rows}
    goal = own_goal(recovery)
    return [
        Kind(code, told.get(code), goal if code == Milestone.Code.GOAL else "")
        for code in Milestone.Code
    ]


def standing(recovery: Recovery) -> list[Milestone]:
    """What stands, the latest first."""
    rows = Milestone.objects.standing().filter(recovery=recovery).select_related("recovery")
    return list(rows.order_by("-on", "-recorded_at"))


def own_goal(recovery: Recovery) -> str:
    """What the patient wrote in the baseline form, if anything."""
    row = (
        FormResponse.objects.current()
        .filter(recovery=recovery, checkin__form="baseline")
        .order_by("-completed_at")
        .first()
    )
    return str(row.answers.get(FACTS.key, {}).get(GOAL) or "") if row else ""
