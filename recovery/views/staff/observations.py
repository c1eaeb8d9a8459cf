"""The observation room: who is there, the sheet of one patient, the way home."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recovery import access
from recovery.clinical.rules import Profile
from recovery.forms.observations import (
    CheckForm,
    LeavingForm,
    ObservationForm,
    RoomForm,
    filled_with,
)
from recovery.forms.paper import paper_log
from recovery.models import Recovery
from recovery.queries import handover
from recovery.queries import observations as queries
from recovery.queries import room as room_query
from recovery.queries.languages import speech_of
from recovery.queries.pathways import plan_of
from recovery.queries.patients import menu, waiting
from recovery.services import observations
from recovery.services.refusals import Moved, NotAllowed
from recovery.templatetags.observations import discharge_saved, mark_name
from recovery.tokens import first_log_token
from recovery.wording import speaking


@require_safe
@access.for_staff()
def observation_room(request: HttpRequest) -> HttpResponse:
    """Everybody who is treated today: in the room, later, and gone home."""
    today = room_query.today(request.clinic, request.now)
    context = {
        "here": "observation",
        "waiting": waiting(request.clinic),
        "in_room": len(today.in_room),
        "today": today,
    }
    return render(request, "staff/observation_room.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def observation(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """The sheet; a post enters or corrects one mark."""
    row = access.staff_recovery(request, recovery)
    if request.method != "POST":
        return _page(request, row, asked=request.GET.get("mark", ""))
    form = ObservationForm(request.POST)
    if not form.is_valid():
        return _page(request, row, asked=request.POST.get("mark", ""), form=form)
    try:
        recorded = observations.record(
            recovery=row,
            user=request.user,
            now=request.now,
            minute=form.minute,
            values=form.values,
            read=form.filled_from,
        )
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        stale = isinstance(refusal, Moved)
        return _page(request, row, asked=form.cleaned_data["mark"], form=form, stale=stale)
    name = mark_name(recorded.mark.minute)
    messages.success(request, _("Saved: %(mark)s.") % {"mark": name})
    return redirect("observation", row.uuid)


@require_POST
@access.for_staff()
def observation_start(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """When the patient was back in the room: typed, or now by the other button."""
    row = access.staff_recovery(request, recovery)
    form = _room_form(request, row, request.POST)
    at = request.now.replace(second=0, microsecond=0) if "now" in request.POST else None
    if at is None and not form.is_valid():
        return _page(request, row, room=form)
    try:
        observations.set_room_time(
            recovery=row,
            user=request.user,
            now=request.now,
            room_at=max(at, row.procedure_at) if at else form.moment,
        )
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The marks count from this time."))
    return redirect("observation", row.uuid)


@require_POST
@access.for_staff()
def observation_check(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """Tick one point of the checklist, or take its tick back."""
    row = access.staff_recovery(request, recovery)
    form = CheckForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one point of the list."))
        return redirect("observation", row.uuid)
    code, done = form.point
    try:
        observations.check(recovery=row, user=request.user, now=request.now, code=code, done=done)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('observation', args=[row.uuid])}#home")


@require_POST
@access.for_staff()
def observation_leave(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """The discharge. With points open it asks once more, naming them."""
    row = access.staff_recovery(request, recovery)
    form = _leaving_form(request, row, request.POST)
    if not form.is_valid():
        return _page(request, row, leaving=form)
    assert form.moment is not None
    try:
        observations.discharge(
            recovery=row,
            user=request.user,
            now=request.now,
            discharged_at=form.moment,
            # A value of the button, not of the form: Enter in the form's field accepts nothing.
            accepted=" ".join(request.POST.getlist("open")).split(),
        )
    except observations.PointsOpen:
        return _page(request, row, leaving=form, asks_once_more=True)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return _page(request, row, leaving=form)
    messages.success(request, discharge_saved(answered=handover.answers_evening(row)))
    return redirect("observation", row.uuid)


@require_safe
@access.for_staff()
def observation_paper(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """The questions of the day on one printed page, for staff to key in."""
    row = access.staff_recovery(request, recovery)
    access.record_read(request, row, "paper log")
    context = {
        "here": "observation",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "numbers": request.clinic.numbers,
    }
    # The page is the staff's; what is printed on it is the patient's.
    with speaking(speech_of(row.patient, row.pathway_id)):
        context["sections"] = paper_log(
            row.procedure_on,
            row.procedure_on,
            profile=Profile(anticoagulated=row.anticoagulated),
            changes=plan_of(row.pathway_id).changes,
            numbers=row.clinic.numbers,
        )
        paper = render_to_string("staff/_paper.html", context)
    return render(request, "staff/observation_paper.html", context | {"paper": paper})


def _room_form(request: HttpRequest, row: Recovery, data: Any = None) -> RoomForm:
    return RoomForm(data, clinic=request.clinic, first=row.procedure_at, now=request.now)


def _leaving_form(request: HttpRequest, row: Recovery, data: Any = None) -> LeavingForm:
    return LeavingForm(data, clinic=request.clinic, first=row.procedure_at, now=request.now)


def _page(
    request: HttpRequest,
    row: Recovery,
    *,
    asked: str = "",
    form: ObservationForm | None = None,
    stale: bool = False,
    room: RoomForm | None = None,
    leaving: LeavingForm | None = None,
    asks_once_more: bool = False,
) -> HttpResponse:
    """The sheet as it stands, with a form that was refused as it was typed."""
    access.record_read(request, row, "observation")
    sheet = queries.sheet_of(row, request.now, asked=asked)
    entering = sheet.entering
    if form is None:
        standing = entering and entering.versions
        form = filled_with(standing[-1]) if standing else ObservationForm()
    hands_over = not sheet.closed and handover.is_open(row, request.now)
    context = {
        "here": "observation",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "sheet": sheet,
        "form": form,
        # What somebody else entered meanwhile: the next post corrects it.
        "stood": entering.versions[-1] if stale and entering and entering.versions else None,
        "room": room or _room_form(request, row),
        "leaving": leaving or _leaving_form(request, row),
        "asks_once_more": asks_once_more,
        "hand_over": hands_over
        and settings.SITE_URL + reverse("first_log", args=[first_log_token(row)]),
        "until": handover.open_until(row),
    }
    return render(request, "staff/observation.html", context)
