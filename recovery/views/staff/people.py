import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recovery import access
from recovery.forms.people import PersonForm
from recovery.queries.patients import menu
from recovery.services import facts


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def person_edit(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """A patient's phone and date of birth, to correct."""
    row = access.staff_recovery(request, recovery)
    today = localdate(request.now)
    form = PersonForm(request.POST or None, patient=row.patient, today=today)
    if request.method == "POST" and form.is_valid():
        changed = facts.correct_person(
            recovery=row, user=request.user, now=request.now, person=form.changed
        )
        text = _("The person's details are saved.") if changed else _("Nothing was changed.")
        messages.success(request, text)
        return redirect("staff_recovery", row.uuid)
    access.record_read(request, row, "person")
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "form": form,
    }
    return render(request, "staff/person.html", context)
