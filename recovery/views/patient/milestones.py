"""What a patient does again for the first time: the list, and the form of each."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from recovery import access
from recovery.forms.milestones import MilestoneForm
from recovery.models import Milestone, Recovery
from recovery.queries.milestones import Kind, kinds
from recovery.services import milestones
from recovery.services.refusals import NotAllowed
from recovery.views.patient import entry


@require_safe
@access.for_patient
def milestones_list(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    context = {
        "recovery": recovery,
        "kinds": kinds(recovery),
        "begun": recovery.procedure_on <= access.local_date(recovery, request.now),
    }
    return render(request, "patient/milestones.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_patient
def milestone_form(request: HttpRequest, recovery: Recovery, code: str) -> HttpResponse:
    """Tell the day of one, correct it, or take it back."""
    kind = next((kind for kind in kinds(recovery) if kind.code == code), None)
    today = access.local_date(recovery, request.now)
    if kind is None or today < recovery.procedure_on:
        raise Http404
    dates = {"first": recovery.procedure_on, "last": today}
    if request.method != "POST":
        form = MilestoneForm(initial=_told(kind, today), **dates)
        return _page(request, recovery, kind, form)
    form = MilestoneForm(request.POST, **dates)
    taken_back = "take_back" in request.POST
    if not form.is_valid() and not taken_back:
        return _page(request, recovery, kind, form)
    said: dict[str, Any] = {
        "recovery": recovery,
        "code": Milestone.Code(code),
        "read": form.cleaned_data.get("read"),
        "user": request.user,
        "now": request.now,
    }
    try:
        if taken_back:
            milestones.withdraw(**said)
        else:
            milestones.record(on=form.on, source=entry.source_of(request), **said)
    except NotAllowed as refusal:
        # What stands now, to be read before anything is changed.
        fresh = MilestoneForm(initial=_told(kind, today), **dates)
        return _page(request, recovery, kind, fresh, moved=str(refusal))
    return redirect("milestones", recovery.uuid)


def _told(kind: Kind, today: date) -> dict[str, Any]:
    told = kind.told
    shown = MilestoneForm.told(told.on if told else None, today)
    return shown | {"read": told.uuid if told else None}


def _page(
    request: HttpRequest, recovery: Recovery, kind: Kind, form: MilestoneForm, *, moved: str = ""
) -> HttpResponse:
    context = {"recovery": recovery, "kind": kind, "form": form, "moved": moved}
    return render(request, "patient/milestone.html", context)
