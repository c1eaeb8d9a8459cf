"""What a patient who came in by a list has been told since."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recovery import access
from recovery.forms.enrolment import ConsentForm
from recovery.queries import messages as queries
from recovery.queries.patients import menu
from recovery.services import enrolment
from recovery.services.refusals import NotAllowed


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def consent(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """The text to tell, and the answer; once it is recorded the page sends back to the patient."""
    row = access.staff_recovery(request, recovery)
    if enrolment.has_consent(row.patient):
        messages.warning(request, _("What the patient was told is recorded already."))
        return redirect("staff_recovery", row.uuid)
    form = ConsentForm(request.POST or None)
    if form.is_valid():
        answer = form.for_service
        try:
            enrolment.record_consent(recovery=row, user=request.user, now=request.now, **answer)
        except NotAllowed as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Saved."))
            if answer.get("sms_ok"):
                # The number that texts go to is asked for there.
                return redirect("reminders_of", row.uuid)
        return redirect("staff_recovery", row.uuid)
    access.record_read(request, row, "consent")
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "form": form,
        "mail": queries.reach(row),
        "consent_version": enrolment.CONSENT_VERSION,
    }
    return render(request, "staff/consent.html", context)
