"""How a patient comes in: the e-mailed code, and which person an address that serves several
people means.

allauth checks addresses and codes and answers alike for known and unknown ones; the pages are ours.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account import views as allauth
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from recovery import access, clock, page_language
from recovery.queries import languages
from recovery.queries import people as people_query
from recovery.wording import ENGLISH, Speech, speaking

READ_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where each kind of visitor goes from the bare address."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if _is_staff_session(request):
        roles = set(access.staff_memberships(request.user).values_list("role", flat=True))
        return redirect("clinic" if roles and roles.isdisjoint(access.CLINICAL) else "queue")
    found = people_query.recoveries_of(request.user)
    if len(found) == 1:
        return redirect("today", found[0].uuid)
    # Pages then say whose they are, and offer the way back here.
    request.session["several"] = len(found) > 1
    return redirect("people")


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The people an address may act for. Nobody at all is an answer too."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if _is_staff_session(request):
        raise PermissionDenied
    with _at_the_clinics(request):
        recoveries = people_query.recoveries_of(request.user)
        response = render(request, "patient/people.html", {"recoveries": recoveries})
        return page_language.remember(request, response, get_language() or ENGLISH)


def _is_staff_session(request: HttpRequest) -> bool:
    return request.session.get(access.DOOR) == access.STAFF_DOOR


@contextmanager
def _at_the_clinics(request: HttpRequest) -> Iterator[None]:
    """Before a patient is known, the page names the site's only clinic, or offers the few, and
    speaks what the visitor wants and one of them offers. The clinic's zone and the language are
    left to no other answer of this thread.
    """
    request.now = clock.now()
    request.clinics = people_query.clinics_to_call()
    request.clinic = request.clinics[0] if len(request.clinics) == 1 else None
    request.languages = languages.offered_by(request.clinics)
    language = page_language.wanted(request)
    if language not in dict(request.languages):
        language = ENGLISH
    with (
        timezone.override(request.clinic and ZoneInfo(request.clinic.zone)),
        speaking(Speech(language)),
    ):
        yield


def _at_the_door(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        with _at_the_clinics(request):
            response = view(request, **kwargs)
            if hasattr(response, "render"):
                told = messages.get_messages(request)
                request.problems = [str(one) for one in told if one.level_tag == "error"]
                # allauth renders late, and the page needs the clinic that was found here.
                response.render()
            return page_language.remember(request, response, get_language() or ENGLISH)

    return wrapper


def _confirm_code(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """A code that came too late leads back to the start, which allauth does without a word."""
    response = allauth.confirm_login_code(request, **kwargs)
    back = request.method == "POST" and response.get("Location") == resolve_url("account_login")
    if back and not messages.get_messages(request).added_new:
        messages.error(request, _("That code no longer works. Ask for a new one."))
    return response


sign_in = require_http_methods(READ_OR_POST)(_at_the_door(allauth.request_login_code))
confirm_code = sensitive_post_parameters("code")(
    require_http_methods(READ_OR_POST)(_at_the_door(_confirm_code))
)
sign_out = require_http_methods(READ_OR_POST)(_at_the_door(allauth.logout))
