"""A page a phase, and one for the time before: what to do, to expect, to watch, whom to call."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from recovery import access
from recovery.models import Recovery
from recovery.queries.phases import phase_page
from recovery.views.patient.warnings import warning_signs


@require_safe
@access.for_patient
def phase(request: HttpRequest, recovery: Recovery, code: str) -> HttpResponse:
    on = access.local_date(recovery, request.now)
    page = phase_page(recovery, code, on=on, now=request.now)
    if page is None:
        raise Http404
    context = {"recovery": recovery, "page": page, **warning_signs(recovery, page.signs_on)}
    return render(request, "patient/phase.html", context)
