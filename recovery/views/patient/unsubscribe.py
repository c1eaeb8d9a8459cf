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
    """Ask on GET, act on POST: that of our page, or a mail program's own (RFC 8058)."""
    if request.method == "POST":
        messages.turn_off(patient=patient, now=request.now)
    off = request.method == "POST" or patient.reminders_off_at is not None
    return render(request, "patient/unsubscribe.html", {"off": off})
