"""The first log by the code that the nurse shows in the observation room: a form for its holder,
and nothing else of the patient. As with the links of reminders (views.patient.links), opening it
changes nothing, and the secret in the address is the only credential.
"""

import uuid
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from recovery import access
from recovery.forms import told
from recovery.forms.layout import log_helper
from recovery.forms.logs import LogForm
from recovery.forms.prefill import answers_of
from recovery.models import DailyLog, Recovery
from recovery.queries import handover
from recovery.queries.observations import first_log as stored_first
from recovery.queries.saved import saved, wait_question
from recovery.queries.today import told_by_handover
from recovery.views.patient import entry, waits
from recovery.views.patient.links import STORED_AFTER_EXPIRY, stored_by_link
from recovery.views.patient.warnings import warning_signs


@require_safe
@access.for_first_log
def first_log(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    if not _takes_answers(request, recovery):
        return _closed(request, recovery)
    return redirect("first_log_form", _token(request), uuid.uuid4())


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access.for_first_log
def first_log_form(request: HttpRequest, recovery: Recovery, client_id: uuid.UUID) -> HttpResponse:
    if request.method == "POST":
        return _post(request, recovery, client_id)
    stored = stored_by_link(recovery, client_id)
    if stored and _correctable(request, recovery, stored):
        form = _form(request, recovery, initial=answers_of(stored))
        return _page(request, recovery, form, correcting=True)
    if not _takes_answers(request, recovery):
        return _closed(request, recovery)
    return _page(request, recovery, _form(request, recovery))


def _post(request: HttpRequest, recovery: Recovery, client_id: uuid.UUID) -> HttpResponse:
    """Answers are never turned away while they can be stored, also after another log."""
    form = _form(request, recovery, request.POST)
    stores = _stores_answers(request, recovery)
    # The procedure may have moved since the page was opened.
    stored = stored_by_link(recovery, client_id)
    client_id = entry.id_to_store(client_id, stored, form.dates)
    recorded, emergency = entry.take(
        form,
        recovery=recovery,
        now=request.now,
        store=stores,
        client_id=client_id,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.LINK,
    )
    if not stores:
        refusal = entry.refusal(form, request.clinic, emergency=emergency)
        return _closed(request, recovery, not_saved=True, **refusal)
    if form.is_valid():
        return redirect("first_log_saved", _token(request), client_id)
    return _page(request, recovery, form, recorded=recorded, emergency=emergency)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access.for_first_log
def first_log_saved(request: HttpRequest, recovery: Recovery, client_id: uuid.UUID) -> HttpResponse:
    """What its sender is told."""
    log = stored_by_link(recovery, client_id)
    if log is None:
        raise Http404
    if request.method == "POST":
        return waits.take(request, log)
    context = {
        "log": log,
        "page": saved(log, recovery, by_link=True),
        "wait": wait_question(log, recovery),
        "signs": told.signs(log),
        "correctable": _correctable(request, recovery, log),
        "form_url": reverse("first_log_form", args=[_token(request), client_id]),
    }
    return render(request, "patient/link_saved.html", context | _words(request, recovery))


@require_safe
@access.for_first_log
def first_log_signs(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    context = warning_signs(recovery) | {"back_url": reverse("first_log", args=[_token(request)])}
    return render(request, "patient/link_signs.html", context | _words(request, recovery))


def _takes_answers(request: HttpRequest, recovery: Recovery) -> bool:
    return handover.is_open(recovery, request.now) and stored_first(recovery) is None


def _stores_answers(request: HttpRequest, recovery: Recovery) -> bool:
    """A form that was open when the link ended is still stored; none before the procedure."""
    ends = handover.open_until(recovery) + STORED_AFTER_EXPIRY
    return bool(recovery.procedure_at <= request.now < ends)


def _correctable(request: HttpRequest, recovery: Recovery, log: DailyLog) -> bool:
    return _stores_answers(request, recovery) and log.log_date == _date(request, recovery)


def _date(request: HttpRequest, recovery: Recovery) -> date:
    """The procedure's day, or today while that has not come by the patient's own zone."""
    return min(recovery.procedure_on, access.local_date(recovery, request.now))


def _form(request: HttpRequest, recovery: Recovery, data: Any = None, **kwargs: Any) -> LogForm:
    on, today = _date(request, recovery), access.local_date(recovery, request.now)
    return LogForm(data, procedure_on=on, dates=(on, on), fixed=on, today=today, **kwargs)


def _page(
    request: HttpRequest,
    recovery: Recovery,
    form: LogForm,
    *,
    correcting: bool = False,
    **refused: Any,
) -> HttpResponse:
    context = {
        "form": form,
        "helper": log_helper(form.day),
        "planned": True,
        "correcting": correcting or form.filled_from is not None,
        **entry.refusal(form, request.clinic, **refused),
    }
    return render(request, "patient/link_form.html", context | _words(request, recovery))


def _closed(request: HttpRequest, recovery: Recovery, **refused: Any) -> HttpResponse:
    context = {
        "answered": stored_first(recovery),
        "told": told_by_handover(recovery),
        **refused,
    }
    return render(request, "patient/handover_closed.html", context | _words(request, recovery))


def _words(request: HttpRequest, recovery: Recovery) -> dict[str, Any]:
    return {
        "signs_url": reverse("first_log_signs", args=[_token(request)]),
        "on": _date(request, recovery),
        "today": access.local_date(recovery, request.now),
    }


def _token(request: HttpRequest) -> str:
    return request.resolver_match.kwargs["token"]
