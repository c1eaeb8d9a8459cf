"""The manager's page of how the practice runs: numbers of groups, no patient."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recovery.access import for_staff
from recovery.clinical.summaries import LEAST
from recovery.forms.outcomes import CohortForm, ProceduresDoneForm
from recovery.models import Role
from recovery.queries import cohorts
from recovery.queries import practice as queries
from recovery.services import clinics


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Role.MANAGER)
def practice(request: HttpRequest) -> HttpResponse:
    clinic, now = request.clinic, request.now
    months = queries.months_to_enter(now, clinic.zone)
    form = ProceduresDoneForm(request.POST or None, months=[(one, one) for one in months])
    if form.is_valid():
        year, month = map(int, form.cleaned_data["month"].split("-"))
        clinics.record_procedures(
            clinic=clinic, year=year, month=month, number=form.cleaned_data["number"]
        )
        messages.success(request, _("Saved."))
        return redirect("practice")
    frame = cohorts.frame(clinic, now)
    chooser = CohortForm(
        request.GET,
        periods=[(name, name.replace("-", " ")) for name in frame.periods()],
        groups=[],
        points=[],
    )
    chooser.is_valid()
    period = chooser.chosen["period"]
    begin, end = queries.bounds(clinic, period, now)
    alerts = queries.alerts_of(clinic, period, now)
    cohort = cohorts.Cohort(clinic, now, frame, period=period)
    context = {
        "here": "practice",
        "least": LEAST,
        "form": form,
        "chooser": chooser,
        "period": period,
        "begin": begin,
        "end": end,
        "entered": queries.entered(clinic),
        "total": frame.total,
        "few": 0 < frame.total < LEAST,
        "funnel": queries.funnel(cohort) if frame.total >= LEAST else None,
        "counted": clinic.outcomes_at is not None,
        "handled": queries.handled(alerts, clinic.calendar),
        "rules": queries.rule_uses(alerts),
        "load": queries.load(clinic, alerts, begin, end),
    }
    return render(request, "staff/practice.html", context)
