"""What a patient does again, entered, corrected or taken back by staff who were told."""

import uuid
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recovery import access
from recovery.forms.milestones import StaffMilestoneForm
from recovery.models import DailyLog, Milestone, Recovery
from recovery.queries.milestones import Kind, kinds
from recovery.queries.patients import menu
from recovery.services import milestones
from recovery.services.refusals import NotAllowed


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def staff_milestones(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """All of them, each with a form of its own; `code` says which one was sent."""
    row = access.staff_recovery(request, recovery)
    today = access.local_date(row, request.now)
    found = kinds(row)
    sent, refusal = None, ""
    if request.method == "POST":
        kind = next((kind for kind in found if kind.code == request.POST.get("code")), None)
        if kind is None or today < row.procedure_on:
            messages.error(request, _("Nothing was saved. Look again."))
            return redirect("staff_milestones", row.uuid)
        sent = _form(row, kind, today, request.POST)
        try:
            if _stored(request, row, kind.code, sent):
                messages.success(request, _("Saved."))
                return redirect("staff_milestones", row.uuid)
        except NotAllowed as refused:
            refusal, found = str(refused), kinds(row)
            sent = None
    access.record_read(request, row, "milestones")
    shown = [(kind, _form(row, kind, today)) for kind in found]
    if sent is not None:
        shown = [(kind, sent if sent.prefix == kind.code else form) for kind, form in shown]
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "begun": row.procedure_on <= today,
        "forms": shown,
        "sent": sent,
        "refusal": refusal,
    }
    return render(request, "staff/milestones.html", context)


def _form(row: Recovery, kind: Kind, today: date, data: object = None) -> StaffMilestoneForm:
    return StaffMilestoneForm(
        data, told=kind.told, first=row.procedure_on, last=today, prefix=kind.code
    )


def _stored(
    request: HttpRequest, row: Recovery, code: Milestone.Code, form: StaffMilestoneForm
) -> bool:
    taken_back = "take_back" in request.POST
    if not form.is_valid() and not taken_back:
        return False
    given = {
        "recovery": row,
        "code": code,
        "read": form.cleaned_data.get("read"),
        "user": request.user,
        "now": request.now,
    }
    if taken_back:
        milestones.withdraw(**given)
    else:
        milestones.record(on=form.cleaned_data["on"], source=DailyLog.Source.STAFF, **given)
    return True
