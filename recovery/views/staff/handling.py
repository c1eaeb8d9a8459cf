"""Who is on a row of the queue, whose it is, what is left to read, and what is expected."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recovery import access
from recovery.forms.handling import AssignForm, NoteForm, SnoozeForm
from recovery.models import Alert, Recovery, User
from recovery.queries import queue as queries
from recovery.queries.pathways import phase_now
from recovery.queries.patients import menu, place
from recovery.services import alerts, handling, snoozes
from recovery.services.refusals import Moved, NotAllowed
from recovery.views.staff.alerts import who_handled
from recovery.views.staff.queue import Filter


@require_POST
@access.for_staff()
def recovery_claim(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """Of what the page showed: `alert` is the one that waited on it, if one did. Who closed that
    meanwhile is said, and without another that waits nothing is claimed.
    """
    row = access.staff_recovery(request, recovery)
    shown = _shown_alert(request, row)
    handled = shown and who_handled(shown)
    try:
        handling.claim(
            recovery=row,
            user=request.user,
            now=request.now,
            take_over=request.POST.get("take_over") == "yes",
            because_of=shown,
        )
    except Moved as refusal:
        # It may have been handled in this very moment.
        messages.error(request, handled or str(refusal))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        if handled:
            messages.warning(request, handled)
        messages.success(request, _("You have it for 30 minutes. The clock goes on."))
    return _back(request, row)


def _shown_alert(request: HttpRequest, row: Recovery) -> Alert | None:
    try:
        name = uuid.UUID(request.POST.get("alert", ""))
    except ValueError:
        return None
    found: Alert | None = row.alerts.select_related("closed_by").filter(uuid=name).first()
    return found


@require_POST
@access.for_staff()
def recovery_release(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    try:
        handling.release(recovery=row, user=request.user, now=request.now)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Given back. It is open to everybody again."))
    return _back(request, row)


def _people(request: HttpRequest) -> dict[str, User]:
    return {str(one.user.uuid): one.user for one in handling.colleagues(request.clinic)}


def _back(request: HttpRequest, row: Recovery) -> HttpResponse:
    """Where the person came from: the queue, as it was filtered, the patient's page, or that of a
    call.
    """
    if request.POST.get("from") == "queue":
        return redirect(Filter.asked(request.POST).url())
    if request.POST.get("from") == "patient":
        return redirect("staff_recovery", row.uuid)
    if request.POST.get("from") == "call":
        return redirect("overdue_call", row.uuid)
    return redirect("handling", row.uuid)


@require_safe
@access.for_staff()
def handling_page(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    return _page(request, access.staff_recovery(request, recovery))


@require_POST
@access.for_staff()
def recovery_assign(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    people = _people(request)
    form = AssignForm(request.POST, people=people)
    if not form.is_valid():
        return _page(request, row, assign=form)
    to = people.get(form.cleaned_data["to"])
    handling.assign(recovery=row, to=to, user=request.user, now=request.now)
    done = _("Assigned to %(name)s.") % {"name": to} if to else _("Assigned to nobody.")
    messages.success(request, done)
    return redirect("handling", row.uuid)


@require_POST
@access.for_staff()
def note_new(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, row, note=form)
    handling.leave_note(
        recovery=row,
        text=form.cleaned_data["text"],
        client_id=form.cleaned_data["client_id"] or uuid.uuid4(),
        user=request.user,
        now=request.now,
    )
    messages.success(request, _("Note saved. It stands in the queue."))
    return redirect("handling", row.uuid)


@require_POST
@access.for_staff()
def alert_snooze(request: HttpRequest, alert: uuid.UUID) -> HttpResponse:
    row = _alert(request, alert)
    recovery = access.staff_recovery(request, row.recovery.uuid)
    form = SnoozeForm(request.POST, prefix=row.rule)
    if form.is_valid():
        try:
            snoozes.snooze(alert=row, user=request.user, now=request.now, **form.cleaned_data)
        except NotAllowed as refusal:
            row.refresh_from_db()
            gone = row.state in (Alert.State.CLOSED, Alert.State.SNOOZED)
            form.add_error(None, (gone and who_handled(row)) or str(refusal))
        else:
            messages.success(request, _("Snoozed. It wakes by itself."))
            return redirect("handling", recovery.uuid)
    return _page(request, recovery, snooze=form)


@require_POST
@access.for_staff()
def alert_wake(request: HttpRequest, alert: uuid.UUID) -> HttpResponse:
    row = _alert(request, alert)
    try:
        snoozes.wake(alert=row, user=request.user, now=request.now)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Not snoozed any more."))
    return redirect("handling", row.recovery.uuid)


def _alert(request: HttpRequest, name: uuid.UUID) -> Alert:
    rows = Alert.objects.filter(recovery__clinic=request.clinic).select_related("recovery")
    found: Alert = get_object_or_404(rows, uuid=name)
    return found


def _page(
    request: HttpRequest,
    recovery: Recovery,
    *,
    assign: AssignForm | None = None,
    note: NoteForm | None = None,
    snooze: SnoozeForm | None = None,
) -> HttpResponse:
    """The whole page; with a form that was refused, as typed."""
    access.record_read(request, recovery, "handling")
    standing = sorted(
        recovery.alerts.not_closed().select_related("claimed_by"), key=queries.worst_first
    )
    assigned = recovery.assigned_to
    if assign is None:
        initial = {"to": str(assigned.uuid) if assigned else ""}
        assign = AssignForm(initial=initial, people=_people(request))
    phase = phase_now(recovery, request.now)
    context: dict[str, Any] = {
        "here": "queue",
        **menu(request.clinic, request.now),
        "recovery": recovery,
        "patient": recovery.patient,
        "place": place(recovery, request.now),
        "assigned": assigned,
        "hold": alerts.hold_of(recovery, standing, request.now),
        "shown_alert": next((one for one in standing if one.state in Alert.WAITING), None),
        "assign": assign,
        "note": note or NoteForm(),
        "notes": recovery.notes.select_related("by").order_by("-at", "-pk")[:20],
        "asleep": [_asleep(one) for one in standing if one.state == Alert.State.SNOOZED],
        "snoozes": [
            (one, _snooze_form(one, snooze))
            for one in standing
            if phase and snoozes.may_snooze(one)
        ],
        "wakes_at": phase and snoozes.ends_at(recovery, phase, request.now),
        "refused": [form for form in (assign, note, snooze) if form and form.errors],
    }
    return render(request, "staff/handling.html", context)


def _snooze_form(alert: Alert, refused: SnoozeForm | None) -> SnoozeForm | None:
    """None while a contact must come first."""
    if refused and refused.prefix == alert.rule:
        return refused
    return None if snoozes.waits_for_contact(alert) else SnoozeForm(prefix=alert.rule)


def _asleep(alert: Alert) -> tuple[Alert, Any]:
    return alert, alert.snoozes.select_related("by").order_by("-pk").first()
