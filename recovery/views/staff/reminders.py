"""How a patient is reminded, as staff set it: what the patient told them."""

import uuid
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recovery import access
from recovery.forms.places import ZONES
from recovery.forms.reminders import PauseForm, PreferencesForm
from recovery.models import Recovery
from recovery.queries.patients import menu
from recovery.services import preferences


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def reminders_of(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    form = PreferencesForm(
        request.POST or None,
        patient=row.patient,
        agreed=preferences.agreement(row.patient),
        by_staff=True,
    )
    if form.is_valid():
        preferences.change(recovery=row, user=request.user, now=request.now, **form.for_service)
        for line in form.said:
            messages.success(request, line)
        for line in form.left:
            messages.warning(request, line)
        return redirect("reminders_of", row.uuid)
    return _page(request, row, form, PauseForm(today=_today(request, row)))


@require_POST
@access.for_staff()
def reminders_of_pause(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """For some days, or no longer."""
    row = access.staff_recovery(request, recovery)
    said = {"recovery": row, "user": request.user, "now": request.now}
    pause = PauseForm(request.POST, today=_today(request, row))
    if "end" in request.POST:
        preferences.end_pause(**said)
        messages.success(request, _("Reminders go again."))
    elif pause.is_valid():
        until = preferences.pause(**said, days=pause.cleaned_data["days"])
        shown = date_format(until, "M j")
        messages.success(request, _("No reminders until %(until)s.") % {"until": shown})
    else:
        agreed = preferences.agreement(row.patient)
        form = PreferencesForm(patient=row.patient, agreed=agreed, by_staff=True)
        return _page(request, row, form, pause)
    return redirect("reminders_of", row.uuid)


@require_POST
@access.for_staff()
def mobile_works(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """What was refused was not the number's fault, or is mended."""
    row = access.staff_recovery(request, recovery)
    preferences.mobile_works(recovery=row, user=request.user, now=request.now)
    messages.success(request, _("Text messages go to this number again."))
    return redirect("reminders_of", row.uuid)


def _today(request: HttpRequest, row: Recovery) -> date:
    return access.local_date(row, request.now)


def _page(
    request: HttpRequest, row: Recovery, form: PreferencesForm, pause: PauseForm
) -> HttpResponse:
    access.record_read(request, row, "reminders")
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "form": form,
        "pause": pause,
        "paused": row.patient.is_paused(access.local_date(row, request.now)),
        "zones": ZONES,
    }
    return render(request, "staff/reminders.html", context)
