"""What is shown when something breaks. A lost database is not a fault of ours to hide: the page
says so plainly, with the emergency number, and answers a log's red flags all the same.
"""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone

from recovery.clinical import logfields, rules
from recovery.forms.logs import LogForm

LOG_ROUTES = frozenset({"log_form", "link_form"})


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 page, or the 503 page when what failed is the database."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    response = render(request, "errors/500.html", {"emergency_number": settings.EMERGENCY_NUMBER})
    response.status_code = 500
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    """503. On a log's post it says "Not saved" and shows the text that R01-R08 give to it."""
    not_saved = request.method == "POST" and _route(request) in LOG_ROUTES
    context = {"emergency_number": settings.EMERGENCY_NUMBER, "not_saved": not_saved}
    if not_saved and (found := _red_flags(request)):
        numbers = {"emergency_number": settings.EMERGENCY_NUMBER}
        context["advice"] = rules.fill(rules.advice(found).text, numbers)
    response = render(request, "errors/503.html", context)
    response.status_code = 503
    response["Retry-After"] = "60"
    return response


def _red_flags(request: HttpRequest) -> tuple[rules.Finding, ...]:
    """R01-R08 on the clean answers. The day cannot be known, so they are judged as the worst."""
    today = timezone.now().date()
    form = LogForm(request.POST, procedure_on=today, dates=(today, today), fixed=today)
    form.is_valid()
    return rules.red_flags(logfields.sift(form.answers)[0])


def _route(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).url_name
    except Resolver404:
        return None
