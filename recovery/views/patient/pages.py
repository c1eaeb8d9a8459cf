"""The pages a patient reads: Today, History, the warning signs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from recovery import access
from recovery.models import Recovery
from recovery.queries.history import history as history_page
from recovery.queries.milestones import standing as standing_milestones
from recovery.queries.today import standing_advice
from recovery.queries.today import today as today_page
from recovery.views.patient import entry
from recovery.views.patient.warnings import warning_signs


@require_safe
@access.for_patient
def today(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    page = today_page(recovery, now=request.now)
    paused = recovery.patient.is_paused(page.on)
    context = {"recovery": recovery, "page": page, "tab": "today", "paused": paused}
    return render(request, "patient/today.html", context)


@require_safe
@access.for_patient
def history(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    dates = entry.dates_for(access.local_date(recovery, request.now))
    advice = standing_advice(recovery)
    page = history_page(
        recovery,
        dates=dates,
        number=_number(request),
        now=request.now,
        alert=advice is not None,
    )
    context = {
        "recovery": recovery,
        "advice": advice,
        "page": page,
        "tab": "history",
        "milestones": standing_milestones(recovery),
    }
    return render(request, "patient/history.html", context)


def _number(request: HttpRequest) -> int:
    typed = request.GET.get("page", "")
    return int(typed) if typed.isdecimal() and len(typed) < 6 else 1


@require_safe
@access.for_patient
def signs(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    planned = recovery.day_on(access.local_date(recovery, request.now)) < 0
    context = {"recovery": recovery, "planned": planned, **warning_signs(recovery)}
    return render(request, "patient/signs.html", context)
