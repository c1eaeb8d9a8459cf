"""The daily log of a signed-in patient: the form, and what is said when it is saved."""

import uuid
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_http_methods, require_safe

from recovery import access
from recovery.clinical.pathway import checkin_key_for
from recovery.forms import told
from recovery.forms.layout import log_helper
from recovery.forms.logs import LogForm
from recovery.forms.prefill import answers_of
from recovery.models import DailyLog, Recovery
from recovery.queries.pathways import plan_of
from recovery.queries.saved import saved, wait_question
from recovery.queries.today import next_opening
from recovery.views.patient import entry, waits


@require_safe
@access.for_patient
def log_new(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    """A fresh client id in the address makes a form that is posted twice one log."""
    target = resolve_url("log_form", recovery.uuid, uuid.uuid4())
    day = request.GET.get("day")
    return redirect(f"{target}?{urlencode({'day': day})}" if day else target)


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_patient
def log_form(request: HttpRequest, recovery: Recovery, client_id: uuid.UUID) -> HttpResponse:
    dates = entry.dates_for(access.local_date(recovery, request.now))
    if request.method == "POST":
        return _post(request, recovery, client_id, dates)
    stored = _stored(recovery, client_id)
    if stored and not told.correctable(stored, dates):
        return redirect("log_saved", recovery.uuid, client_id)
    yesterday = request.GET.get("day") == "yesterday"
    initial = answers_of(stored) if stored else {"log_date": dates[0] if yesterday else dates[1]}
    form = LogForm(procedure_on=recovery.procedure_on, dates=dates, initial=initial)
    return _page(request, recovery, form, correcting=stored is not None)


def _post(
    request: HttpRequest, recovery: Recovery, client_id: uuid.UUID, dates: tuple[date, date]
) -> HttpResponse:
    form = LogForm(request.POST, procedure_on=recovery.procedure_on, dates=dates)
    if form.filled_from is not None and form.reported_on is not None:
        client_id = entry.id_to_store(client_id, _stored(recovery, client_id), dates)
    recorded, emergency = entry.take(
        form,
        recovery=recovery,
        now=request.now,
        client_id=client_id,
        user=request.user,
        source=entry.source_of(request),
        mode=DailyLog.Mode.WEB,
    )
    if form.is_valid():
        return redirect("log_saved", recovery.uuid, client_id)
    return _page(request, recovery, form, recorded=recorded, emergency=emergency)


def _page(
    request: HttpRequest,
    recovery: Recovery,
    form: LogForm,
    *,
    correcting: bool = False,
    **words: Any,
) -> HttpResponse:
    plan = plan_of(recovery.pathway_id)
    early = request.now < recovery.procedure_at
    context = {
        "recovery": recovery,
        "form": form,
        "helper": log_helper(form.day, anticoagulated=recovery.anticoagulated is True),
        "planned": checkin_key_for(form.day, plan, before_procedure=early) is not None,
        "correcting": correcting or form.filled_from is not None,
        **entry.refusal(form, request.clinic, **words),
    }
    return render(request, "patient/log.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_patient
def log_saved(request: HttpRequest, recovery: Recovery, client_id: uuid.UUID) -> HttpResponse:
    log = _stored(recovery, client_id)
    if log is None:
        raise Http404
    if request.method == "POST":
        return waits.take(request, log)
    dates = entry.dates_for(access.local_date(recovery, request.now))
    context = {
        "recovery": recovery,
        "tab": "today",
        "log": log,
        "page": saved(log, recovery),
        "wait": wait_question(log, recovery),
        "done": recovery.procedure_at <= request.now,
        "pairs": told.pairs(log),
        "signs": told.signs(log),
        "correctable": told.correctable(log, dates),
        "dates": dates,
        "next_opening": next_opening(recovery, now=request.now),
    }
    return render(request, "patient/saved.html", context)


def _stored(recovery: Recovery, client_id: uuid.UUID) -> DailyLog | None:
    return DailyLog.objects.current().filter(recovery=recovery, client_id=client_id).first()
