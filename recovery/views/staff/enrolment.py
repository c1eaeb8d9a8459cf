from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recovery.access import for_staff
from recovery.forms.clinics import ClinicForm
from recovery.forms.enrolment import EnrolmentForm
from recovery.forms.procedures import ProcedureForm
from recovery.forms.reminders import BY_TEXT
from recovery.models import Clinic
from recovery.queries.patients import menu
from recovery.services import enrolment


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff()
def enrol(request: HttpRequest) -> HttpResponse:
    """A patient and a recovery. Refused, saying what is missing, until the clinic can answer."""
    today = timezone.localdate(request.now)
    form = EnrolmentForm(request.POST or None, clinic=request.clinic, today=today)
    missing = lacking(request.clinic)
    if not missing and form.is_valid():
        try:
            recovery = enrolment.enrol(
                clinic=request.clinic, user=request.user, now=request.now, **form.for_service
            )
        except enrolment.Known:
            # A colleague enrolled the same number since the form looked.
            form.add_error("record_number", _("This record number is enrolled already."))
        else:
            _confirm(request, form)
            return redirect("staff_recovery", recovery.uuid)
    context = {
        "here": "enrol",
        **menu(request.clinic, request.now),
        "form": form,
        "missing": missing,
        "consent_version": enrolment.CONSENT_VERSION,
    }
    return render(request, "staff/enrol.html", context)


def lacking(clinic: Clinic) -> list[str]:
    """What the clinic must have before it may enrol, in words; empty when it may."""
    return [_name(name) for name in enrolment.missing(clinic)]


def _name(missing: str) -> str:
    if missing == "staff":
        return _("an active nurse or clinician")
    return str(ClinicForm.base_fields[missing].label).lower()


def _confirm(request: HttpRequest, form: EnrolmentForm) -> None:
    given = form.cleaned_data
    name = f"{given['given_name']} {given['family_name']}"
    if given["email_ok"] and given["email"]:
        told = _("%(name)s is enrolled. The invitation goes out by e-mail.")
    elif given["channels"] in BY_TEXT:
        told = _("%(name)s is enrolled. Reminders go out by text message.")
    else:
        told = _(
            "%(name)s is enrolled. Nothing is sent: log for the patient, on paper or by phone."
        )
    messages.success(request, told % {"name": name})
    if form.comes_twice:
        say_that_it_comes_twice(request, form)


def say_that_it_comes_twice(request: HttpRequest, form: ProcedureForm) -> None:
    messages.warning(
        request,
        _("That night the clocks go back and %(time)s comes twice. The first is stored.")
        % {"time": f"{form.cleaned_data['procedure_time']:%H:%M}"},
    )
