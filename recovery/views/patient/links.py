"""A check-in by the link of its reminder: one form, for its holder, and nothing else of the
patient. Opening a link changes nothing, however often a mail scanner does it.

The secret in the address is the only credential here. No cookie lends it any authority, so posts
need no CSRF token, and work in mail programs whose browser keeps no cookies.
"""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recovery import access, tokens
from recovery.clinical.checkinforms import LOG_FORMS
from recovery.forms import told
from recovery.forms.layout import log_helper
from recovery.forms.logs import LogForm
from recovery.forms.prefill import answers_of
from recovery.models import CheckIn, DailyLog, Recovery
from recovery.models.access import Relationship
from recovery.queries.saved import saved, wait_question
from recovery.queries.today import means_today, told_by_link
from recovery.services import mailevents, messages
from recovery.views.patient import checkins, entry, waits
from recovery.views.patient.warnings import warning_signs

# A form that was open when its check-in expired is still stored, marked late.
STORED_AFTER_EXPIRY = timedelta(hours=24)


@require_safe
@access.for_link
def link(request: HttpRequest, checkin: CheckIn) -> HttpResponse:
    if not _takes_answers(checkin, request.now):
        return _closed(request, checkin)
    return redirect("link_form", _token(request), uuid.uuid4())


@require_safe
def short_link(request: HttpRequest, code: str) -> HttpResponse:
    """Where a text message leads: to the check-in's own link."""
    return redirect("link", tokens.link_token(access.checkin_of_code(code)))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access.for_link
def link_form(request: HttpRequest, checkin: CheckIn, client_id: uuid.UUID) -> HttpResponse:
    if checkin.form not in LOG_FORMS:
        return checkins.fill_in(request, _door(request, checkin, client_id))
    if request.method == "POST":
        return _post(request, checkin, client_id)
    stored = stored_by_link(checkin.recovery, client_id)
    if stored and _correctable(request, checkin, stored):
        form = _form(request, checkin, initial=answers_of(stored))
        return _page(request, checkin, form, correcting=True)
    if not _takes_answers(checkin, request.now):
        return _closed(request, checkin)
    return _page(request, checkin, _form(request, checkin))


def _post(request: HttpRequest, checkin: CheckIn, client_id: uuid.UUID) -> HttpResponse:
    """Answers are never turned away while they can be stored, also to an answered check-in."""
    form = _form(request, checkin, request.POST)
    too_late = not _stores_answers(checkin, request.now)
    recorded, emergency = entry.take(
        form,
        recovery=checkin.recovery,
        now=request.now,
        store=not too_late,
        client_id=client_id,
        source=_source(checkin),
        mode=DailyLog.Mode.LINK,
        checkin=checkin,
    )
    if too_late:
        refusal = entry.refusal(form, request.clinic, emergency=emergency)
        return _closed(request, checkin, not_saved=True, **refusal)
    if form.is_valid():
        return redirect("link_saved", _token(request), client_id)
    return _page(request, checkin, form, recorded=recorded, emergency=emergency)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access.for_link
def link_review(request: HttpRequest, checkin: CheckIn, client_id: uuid.UUID) -> HttpResponse:
    """What is about to be sent; a log has none, for it is saved at once."""
    if checkin.form in LOG_FORMS:
        raise Http404
    return checkins.look_over(request, _door(request, checkin, client_id))


def _door(request: HttpRequest, checkin: CheckIn, client_id: uuid.UUID) -> checkins.Door:
    pages = {"form": "link_form", "review": "link_review", "saved": "link_saved"}
    token = _token(request)
    return checkins.Door(
        checkin=checkin,
        client_id=client_id,
        base="patient/link.html",
        address=lambda page, own: reverse(pages[page], args=[token, own]),
        home="",
        later=reverse("link_later", args=[token]),
        by_link=True,
        entered={"source": _source(checkin), "mode": DailyLog.Mode.LINK},
    )


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access.for_link
def link_saved(request: HttpRequest, checkin: CheckIn, client_id: uuid.UUID) -> HttpResponse:
    """What its sender is told."""
    if checkin.form not in LOG_FORMS:
        return checkins.sent(request, _door(request, checkin, client_id))
    log = stored_by_link(checkin.recovery, client_id)
    if log is None:
        raise Http404
    if request.method == "POST":
        return waits.take(request, log)
    context = {
        "log": log,
        "page": saved(log, checkin.recovery, by_link=True),
        "wait": wait_question(log, checkin.recovery),
        "signs": told.signs(log),
        "correctable": _correctable(request, checkin, log),
        "form_url": reverse("link_form", args=[_token(request), client_id]),
    }
    return render(request, "patient/link_saved.html", context | _words(request, checkin))


@csrf_exempt
@require_POST
@access.for_link
def link_renew(request: HttpRequest, checkin: CheckIn) -> HttpResponse:
    """Ask for a new link. The page says the same whether or not anything is open."""
    messages.renew_link(checkin, now=request.now)
    return render(request, "patient/link_renewed.html", _words(request, checkin))


@csrf_exempt
@require_POST
@access.for_link
def link_opened(request: HttpRequest, checkin: CheckIn) -> HttpResponse:
    """From the page's script, once somebody touches the page. A scanner only gets it."""
    mailevents.link_opened(checkin, now=request.now)
    return HttpResponse(status=204)


@require_safe
@access.for_link
def link_signs(request: HttpRequest, checkin: CheckIn) -> HttpResponse:
    signs = warning_signs(checkin.recovery)
    context = signs | {"back_url": reverse("link", args=[_token(request)])}
    return render(request, "patient/link_signs.html", context | _words(request, checkin))


def _takes_answers(checkin: CheckIn, now: datetime) -> bool:
    return checkin.state == CheckIn.State.OPEN and now < checkin.expires_at


def _source(checkin: CheckIn) -> DailyLog.Source:
    """Nobody signs in here; a link is answered by whoever it was mailed to."""
    written_to = messages.access_written_to(checkin.recovery.patient)
    caregiver = written_to is not None and written_to.relationship == Relationship.CAREGIVER
    return DailyLog.Source.CAREGIVER if caregiver else DailyLog.Source.PATIENT


def _stores_answers(checkin: CheckIn, now: datetime) -> bool:
    return now < checkin.expires_at + STORED_AFTER_EXPIRY


def stored_by_link(recovery: Recovery, client_id: uuid.UUID) -> DailyLog | None:
    """The log that came by a link under this id, which only the browser that sent it knows."""
    return (
        DailyLog.objects.current()
        .filter(recovery=recovery, client_id=client_id, mode=DailyLog.Mode.LINK)
        .first()
    )


def _correctable(request: HttpRequest, checkin: CheckIn, log: DailyLog) -> bool:
    return _stores_answers(checkin, request.now) and log.log_date == _date(request, checkin)


def _date(request: HttpRequest, checkin: CheckIn) -> date:
    """The day that the check-in asks about, or today while that day has not come: the patient may
    have moved to a zone that is behind. What is told is stored all the same.
    """
    recovery = checkin.recovery
    today: date = access.local_date(recovery, request.now)
    if means_today(checkin):
        return today
    if checkin.anchor == recovery.anchor:
        return min(today, recovery.procedure_on + timedelta(days=checkin.day))
    # The procedure has moved since; the day it was opened on has not.
    return min(today, access.local_date(recovery, checkin.opens_at))


def _form(request: HttpRequest, checkin: CheckIn, data: Any = None, **kwargs: Any) -> LogForm:
    on = _date(request, checkin)
    recovery = checkin.recovery
    return LogForm(
        data,
        procedure_on=recovery.procedure_on,
        dates=(on, on),
        fixed=on,
        today=access.local_date(recovery, request.now),
        **kwargs,
    )


def _page(
    request: HttpRequest,
    checkin: CheckIn,
    form: LogForm,
    *,
    correcting: bool = False,
    **refused: Any,
) -> HttpResponse:
    context = {
        "form": form,
        "helper": log_helper(form.day),
        "planned": True,
        "later_url": reverse("link_later", args=[_token(request)]),
        "correcting": correcting or form.filled_from is not None,
        **entry.refusal(form, request.clinic, **refused),
    }
    return render(request, "patient/link_form.html", context | _words(request, checkin))


def _closed(request: HttpRequest, checkin: CheckIn, **refused: Any) -> HttpResponse:
    answered = checkin.state == CheckIn.State.COMPLETED
    context = {"answered": answered, "checkin": checkin, "told": told_by_link(checkin), **refused}
    return render(request, "patient/link_closed.html", context | _words(request, checkin))


def _words(request: HttpRequest, checkin: CheckIn) -> dict[str, Any]:
    return {
        "token": _token(request),
        "signs_url": reverse("link_signs", args=[_token(request)]),
        "opened_url": reverse("link_opened", args=[_token(request)]),
        "on": _date(request, checkin),
        "today": access.local_date(checkin.recovery, request.now),
    }


def _token(request: HttpRequest) -> str:
    return request.resolver_match.kwargs["token"]
