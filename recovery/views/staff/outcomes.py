"""What became of the clinic's patients, as groups: for its staff, the manager too."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from recovery.access import for_staff
from recovery.clinical.reported import OPIOIDS
from recovery.clinical.summaries import LEAST
from recovery.clinical.timepoints import DAYS, HIGHEST
from recovery.clinical.trials import FUNDING
from recovery.forms.outcomes import BY, CohortForm
from recovery.models import Role
from recovery.queries import cells, cohorts, outcome_charts, outcomes
from recovery.queries.followups import followups
from recovery.queries.patients import menu


@require_safe
@for_staff(Role.NURSE, Role.CLINICIAN, Role.MANAGER)
def outcomes_page(request: HttpRequest) -> HttpResponse:
    """Groups alone, no patient; so nothing is recorded as read."""
    clinic, now = request.clinic, request.now
    context: dict[str, Any] = {"here": "outcomes", "least": LEAST}
    if request.roles & {Role.NURSE, Role.CLINICIAN}:
        context |= menu(clinic, now)
    if clinic.outcomes_at is None:
        return render(request, "staff/outcomes.html", context | {"uncounted": True})
    frame = cohorts.frame(clinic, now)
    form = _form(request, frame)
    chosen = form.chosen
    at = chosen.pop("at")
    cohort = cohorts.Cohort(clinic, now, frame, **chosen)
    context |= {"form": form, "cohort": cohort, "total": frame.total}
    if frame.total < LEAST:
        return render(request, "staff/outcomes.html", context)
    told = outcomes.changes(cohort, at)
    beside = followups(cohort)
    context |= {
        "told": told,
        "beside": beside,
        "asked": told.asked.get(told.at),
        "charts": [
            (scale, points, outcome_charts.falls(scale, points, told.at))
            for scale, points in told.points.items()
            if points
        ],
        "steps": outcome_charts.steps(beside.milestones),
        "step_grid": outcome_charts.STEP_GRID,
        "step_days": outcome_charts.STEP_DAYS,
        "funding": FUNDING,
        "reported": outcome_charts.reported(told.at),
        "reported_opioids": OPIOIDS,
        "scales": list(HIGHEST),
        "group_name": _group_name(cohort),
    }
    return render(request, "staff/outcomes.html", context)


def _group_name(cohort: cohorts.Cohort) -> str:
    if not cohort.dimension:
        return ""
    dimension = cohorts.DIMENSIONS[cohort.dimension]
    return f"{dimension.label}: {dimension.name(cohort.group)}"


def _form(request: HttpRequest, frame: cohorts.Frame) -> CohortForm:
    """Its choices: within the asked period, the groups that may be looked at."""
    periods = frame.periods()
    asked = request.GET.get("period", "")
    period = asked if asked in periods else cells.ALL
    groups = [
        (
            one.label,
            [(f"{key}{BY}{group}", one.name(group)) for group in frame.groups(key, period)],
        )
        for key, one in cohorts.DIMENSIONS.items()
    ]
    form = CohortForm(
        request.GET,
        periods=[(name, name.replace("-", " ")) for name in periods],
        groups=[(label, choices) for label, choices in groups if choices],
        points=[(form, outcome_charts.after(form)) for form in DAYS],
    )
    form.is_valid()
    return form
