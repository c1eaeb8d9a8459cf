"""Turning reminders off, from the link in every reminder."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from recovery import access
from recovery.models import Patient
from recovery.services import messages


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access.for_unsubscribing
def unsubscribe(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Ask on GET, act on POST: that of our page, which may be about one kind alone, or a mail
    program's own (RFC 8058), which is about all.
    """
    if request.method == "POST":
        only = request.POST.get("only", "")
        only = only if only in messages.OFF else ""
        messages.turn_off(patient=patient, now=request.now, only=only)
        patient.refresh_from_db()
    logs = patient.logs_off_at is None
    forms = patient.forms_off_at is None
    context = {
        "off": patient.reminders_off_at is not None or not (logs or forms),
        "logs": logs,
        "forms": forms,
    }
    return render(request, "patient/unsubscribe.html", context)
