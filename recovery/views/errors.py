"""What is shown when a page is refused or something breaks. A lost database is not a fault of ours
to hide: the page says so plainly, with the emergency number. Answers that could not be stored, for
whatever reason, are said to be not saved, their red flags are answered all the same, and they
stand in the page to be sent again.
"""

import sys
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation

from recovery import access, clock
from recovery.clinical import logfields, rules
from recovery.forms.logs import LogForm
from recovery.page_language import remembered
from recovery.wording import ENGLISH, say

CONFLICT = 409
PATIENT_FRAME = "patient/base.html"
# Where answers are sent. A check-in form asks some questions of the log by the same names.
ANSWER_ROUTES = frozenset(
    {
        "log_form",
        "link_form",
        "link_review",
        "first_log_form",
        "checkin_form",
        "checkin_review",
        "staff_log_new",
        "staff_checkin",
    }
)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, access.SignedOut):
        return _not_saved(request, 403, why="person")
    if isinstance(exception, access.OtherClinic):
        return _other_clinic(request, exception)
    return _no(request, "errors/403.html", 403)


def _other_clinic(request: HttpRequest, refusal: access.OtherClinic) -> HttpResponse:
    """The clinic was changed in another tab. The page offers to go back to its own, with what was
    sent; a browser cannot be given a file back.
    """
    context = {
        "page": refusal.page,
        "here": refusal.here,
        "named": refusal.named,
        "work_in": access.WORK_IN,
        "answers": _answers(request) if refusal.page and not request.FILES else (),
    }
    return _not_saved(request, CONFLICT, template="staff/other_clinic.html", **context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _no(request, "errors/404.html", 404)


def lost_token(request: HttpRequest, reason: str) -> HttpResponse:
    """The CSRF token did not come back: nothing of the post was taken."""
    if _sends_answers(request):
        return _not_saved(request, 403, why="token")
    return _no(request, "errors/403_csrf.html", 403)


def _no(request: HttpRequest, template: str, status: int) -> HttpResponse:
    if _sends_answers(request):
        return _not_saved(request, status, why="person")
    # Messages are rows too, and wait for the next page.
    frame, signed_in = _frame(request), _is_signed_in(request)
    context = {"frame": frame, "messages": (), "signed_in": signed_in}
    if signed_in and frame == PATIENT_FRAME:
        _at_the_clinic(request)
    clinic = getattr(request, "clinic", None)
    zone = timezone.override(clinic and ZoneInfo(clinic.zone))
    with zone, _spoken(request, staff=frame != PATIENT_FRAME):
        return render(request, template, context, status=status)


def _is_signed_in(request: HttpRequest) -> bool:
    """As far as the request has asked: who came to an address that leads nowhere was not asked."""
    session = getattr(request, "session", None)
    return session is not None and session.accessed and request.user.is_authenticated


def _at_the_clinic(request: HttpRequest) -> None:
    """A signed-in patient who is refused keeps the clinic's name and number, if it is one."""
    if hasattr(request, "clinic"):
        return
    clinics = {one.patient.clinic for one in access.patient_accesses(request.user)}
    if len(clinics) == 1:
        [request.clinic] = clinics
        request.now = clock.now()


def _spoken(request: HttpRequest, *, staff: bool) -> translation.override:
    """The language of the last page in this browser; staff read English."""
    return translation.override(ENGLISH if staff else remembered(request))


def _frame(request: HttpRequest) -> str:
    """The frame of the side the visitor is on, told from what the request already holds.

    An address that leads nowhere, where the session has not been read, is judged by how it begins:
    it is to cost the database nothing.
    """
    if hasattr(request, "roles"):
        return "staff/base.html"
    session = getattr(request, "session", None)
    if session is not None and session.accessed:
        staff = session.get(access.DOOR) == access.STAFF_DOOR
    else:
        staff = _is_staff_path(request)
    return "staff/plain.html" if staff else PATIENT_FRAME


def _is_staff_path(request: HttpRequest) -> bool:
    return request.path_info.startswith(reverse("queue"))


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 page, or the 503 page when what failed is the database."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    if _sends_answers(request):
        return _not_saved(request, 500)
    context = {"emergency_number": settings.EMERGENCY_NUMBER}
    with _spoken(request, staff=_is_staff_path(request)):
        return render(request, "errors/500.html", context, status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503, for as long as the database is gone."""
    if _sends_answers(request):
        response = _not_saved(request, 503)
    else:
        staff = _is_staff_path(request)
        context = {"emergency_number": settings.EMERGENCY_NUMBER, "staff": staff}
        with _spoken(request, staff=staff):
            response = render(request, "errors/503.html", context, status=503)
    response["Retry-After"] = "60"
    return response


def _not_saved(
    request: HttpRequest,
    status: int,
    *,
    why: str = "",
    template: str = "errors/not_saved.html",
    **more: Any,
) -> HttpResponse:
    """What was posted is offered to be sent again, unless it may come from another site's page."""
    staff = _is_staff_path(request)
    context = {"emergency_number": settings.EMERGENCY_NUMBER, "why": why, "staff": staff} | more
    # It may be the form itself that broke, and the rest of the page must still be said.
    with suppress(Exception):
        if found := _red_flags(request):
            numbers = {"emergency_number": settings.EMERGENCY_NUMBER}
            with _spoken(request, staff=staff):
                context["advice"] = rules.fill(say(rules.advice(found).text), numbers)
    origin = request.headers.get("Origin")
    if origin and origin == f"{request.scheme}://{request.get_host()}":
        context.setdefault("answers", _answers(request))
    with _spoken(request, staff=staff):
        return render(request, template, context, status=status)


def _answers(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", access.WORK_IN)
    ]


def _red_flags(request: HttpRequest) -> tuple[rules.Finding, ...]:
    """R01-R08 on the clean answers. The day cannot be known, so they are judged as the worst."""
    today = timezone.now().date()
    form = LogForm(request.POST, procedure_on=today, dates=(today, today), fixed=today)
    form.is_valid()
    return rules.red_flags(logfields.sift(form.answers)[0])


def _sends_answers(request: HttpRequest) -> bool:
    return request.method == "POST" and _route(request) in ANSWER_ROUTES


def _route(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).url_name
    except Resolver404:
        return None
