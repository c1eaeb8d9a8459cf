import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recovery import access
from recovery.forms.facts import CorrectionForm
from recovery.queries.patients import menu
from recovery.services import facts


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def facts_edit(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """What is known of the patient before the procedure, to complete and to correct."""
    row = access.staff_recovery(request, recovery)
    form = CorrectionForm(request.POST or None, recovery=row)
    if request.method == "POST" and form.is_valid():
        changed = facts.correct(recovery=row, user=request.user, now=request.now, facts=form.facts)
        text = _("The facts are saved.") if changed else _("Nothing was changed.")
        messages.success(request, text)
        return redirect("staff_recovery", row.uuid)
    access.record_read(request, row, "facts")
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "form": form,
    }
    return render(request, "staff/facts.html", context)
