"""Single logs, with every version, and entry for the patient on paper or by phone."""

import uuid
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from recovery import access
from recovery.forms.layout import log_helper
from recovery.forms.staff_logs import StaffLogForm
from recovery.models import DailyLog, Recovery
from recovery.queries.languages import told_in_both
from recovery.queries.patients import PAGE, menu
from recovery.templatetags.answers import answers
from recovery.views.patient import entry

# Staff may enter what was reported from 30 days before the procedure on.
BEFORE = timedelta(days=30)


@require_safe
@access.for_staff()
def staff_logs(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    access.record_read(request, row, "logs")
    shown = list(_newest_first(row, request.GET.get("before", ""))[: PAGE + 1])
    here = resolve_url("staff_logs", row.uuid)
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "entries": [(log, answers(log)) for log in shown[:PAGE]],
        "first_url": here if "before" in request.GET else "",
        "next_url": len(shown) > PAGE and f"{here}?{urlencode({'before': shown[PAGE - 1].uuid})}",
    }
    return render(request, "staff/logs.html", context)


def _newest_first(recovery: Recovery, before: str) -> Any:
    newer = DailyLog.objects.filter(supersedes=OuterRef("pk"))
    rows = (
        recovery.logs.select_related("entered_by")
        .annotate(superseded=Exists(newer))
        .order_by("-pk")
    )
    try:
        last = DailyLog.objects.filter(recovery=recovery, uuid=uuid.UUID(before)).values("pk")
    except ValueError:
        return rows
    return rows.filter(pk__lt=Subquery(last))


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def staff_log_new(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    today = access.local_date(row, request.now)
    dates = (row.procedure_on - BEFORE, today)
    if request.method == "POST":
        return _post(request, row, dates)
    initial = {
        "log_date": _asked_date(request, dates),
        "client_id": uuid.uuid4(),
    }
    form = StaffLogForm(procedure_on=row.procedure_on, dates=dates, initial=initial)
    return _page(request, row, form)


def _asked_date(request: HttpRequest, dates: tuple[date, date]) -> date:
    """The date chosen at the top of the page; today's for none or one out of range."""
    try:
        asked = date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        return dates[1]
    return asked if dates[0] <= asked <= dates[1] else dates[1]


def _post(request: HttpRequest, row: Recovery, dates: tuple[date, date]) -> HttpResponse:
    form = StaffLogForm(request.POST, procedure_on=row.procedure_on, dates=dates)
    form.is_valid()
    recorded, emergency = entry.take(
        form,
        recovery=row,
        now=request.now,
        client_id=form.cleaned_data.get("client_id") or uuid.uuid4(),
        user=request.user,
        source=DailyLog.Source.STAFF,
        mode=form.cleaned_data.get("mode") or DailyLog.Mode.PHONE,
        still_happening=form.cleaned_data.get("still_happening"),
    )
    if not form.is_valid():
        return _page(request, row, form, recorded=recorded, emergency=emergency)
    log = recorded.log
    text = _("Saved. Tell the patient: %(advice)s") % {
        "advice": told_in_both(row, log.advice, log.missing_text)
    }
    (messages.warning if log.rules else messages.success)(request, text)
    return redirect("staff_recovery", row.uuid)


def _page(request: HttpRequest, row: Recovery, form: StaffLogForm, **words: Any) -> HttpResponse:
    access.record_read(request, row, "log form")
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "form": form,
        "helper": log_helper(form.day, warn=False),
        **entry.refusal(form, request.clinic, **words),
    }
    return render(request, "staff/log_form.html", context)
