"""Moving and cancelling a procedure, adding another one, and when the patient left."""

import uuid
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recovery import access
from recovery.forms.procedures import AddedProcedureForm, DischargeForm, RescheduleForm
from recovery.models import Recovery
from recovery.queries import handover
from recovery.queries import reschedules as reschedules_query
from recovery.queries.patients import menu
from recovery.services import discharges, enrolment, recoveries, reschedules
from recovery.services.refusals import Moved, NotAllowed
from recovery.templatetags.observations import discharge_saved
from recovery.views.staff import recoveries as patient_page
from recovery.views.staff.enrolment import lacking, say_that_it_comes_twice


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def procedure(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """The form, then what it would do, then the move: only `confirm` changes anything."""
    row = access.staff_recovery(request, recovery)
    today = timezone.localdate(request.now)
    if request.method != "POST":
        return _form(request, row, RescheduleForm(recovery=row, today=today))
    form = RescheduleForm(request.POST, recovery=row, today=today)
    movable = row.state in reschedules.MOVABLE
    if not movable or not form.is_valid():
        return _form(request, row, form)
    assert form.procedure_at is not None
    if "confirm" not in request.POST:
        return _preview(request, row, form, form.procedure_at)
    try:
        if not form.seen:
            raise Moved(reschedules.LOOK_AGAIN)
        reschedules.reschedule(
            recovery=row,
            user=request.user,
            now=request.now,
            procedure_at=form.procedure_at,
            anchor=form.cleaned_data["anchor"],
            reason=form.cleaned_data["reason"],
        )
    except NotAllowed as refusal:
        row = access.staff_recovery(request, recovery)
        return _preview(request, row, form, form.procedure_at, refusal=str(refusal))
    messages.success(request, _("The procedure has moved. Everything follows the new date."))
    if form.comes_twice:
        say_that_it_comes_twice(request, form)
    return redirect("staff_recovery", row.uuid)


def _form(request: HttpRequest, row: Recovery, form: RescheduleForm) -> HttpResponse:
    stops = None
    if Recovery.State.CANCELLED in recoveries.MOVES[row.state]:
        stops = reschedules_query.standing(row)
    context = {
        "form": form,
        "movable": row.state in reschedules.MOVABLE,
        "stops": stops,
        "to_come": stops and stops.to_come(request.now),
    }
    return _render(request, row, "staff/procedure.html", context)


def _preview(
    request: HttpRequest,
    row: Recovery,
    form: RescheduleForm,
    procedure_at: datetime,
    *,
    refusal: str = "",
) -> HttpResponse:
    """What the move would do; a refused one stands here again, beside what is there now."""
    keeps = reschedules.keeps_discharge(row, procedure_at)
    standing = reschedules_query.standing(row)
    moves = reschedules_query.moves(
        row,
        standing,
        at=request.now,
        procedure_at=procedure_at,
        discharged_at=row.discharged_at if keeps else None,
    )
    same_day = reschedules.keeps_day(row, procedure_at)
    context = {
        "form": form,
        "refusal": refusal,
        "to": procedure_at,
        "same_day": same_day,
        "standing": standing,
        "moves": reschedules_query.reopening(moves) if same_day else moves,
        "asked": reschedules_query.asked(moves),
        "state_after": reschedules.state_after(row.state, procedure_at, request.now),
        # From one side of the present to the other: whether the patient has been treated changes.
        "undone": row.procedure_at <= request.now < procedure_at,
        "past": procedure_at <= request.now < row.procedure_at,
        "forgets_discharge": row.discharged_at is not None and not keeps,
    }
    return _render(request, row, "staff/procedure_preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def procedure_new(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """Another procedure of the same patient, once none is being followed."""
    row = access.staff_recovery(request, recovery)
    today = timezone.localdate(request.now)
    form = AddedProcedureForm(request.POST or None, patient=row.patient, today=today)
    missing = lacking(request.clinic)
    refusal = ""
    if not missing and form.is_valid():
        try:
            added = enrolment.add_procedure(
                patient=row.patient, user=request.user, now=request.now, **form.for_service
            )
        except NotAllowed as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("The procedure is added. Its follow-up has begun."))
            if form.comes_twice:
                say_that_it_comes_twice(request, form)
            return redirect("staff_recovery", added.uuid)
    context = {
        "form": form,
        "missing": missing,
        "refusal": refusal,
        "followed": Recovery.objects.filter(
            patient=row.patient, state__in=Recovery.FOLLOWED
        ).first(),
    }
    return _render(request, row, "staff/procedure_new.html", context)


@require_POST
@access.for_staff()
def discharge(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    form = DischargeForm(request.POST, recovery=row, now=request.now)
    if form.is_valid():
        assert form.discharged_at is not None
        try:
            discharges.record(
                recovery=row,
                user=request.user,
                now=request.now,
                discharged_at=form.discharged_at,
            )
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, discharge_saved(answered=handover.answers_evening(row)))
        return redirect("staff_recovery", row.uuid)
    return patient_page.page(request, row, discharge=form)


def _render(
    request: HttpRequest, row: Recovery, template: str, context: dict[str, object]
) -> HttpResponse:
    access.record_read(request, row, "procedure")
    shared = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
    }
    return render(request, template, shared | context)
