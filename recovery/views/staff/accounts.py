"""The staff's door: sign-in by password, the password's own pages, and which clinic."""

import uuid
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.views import PasswordResetConfirmView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from recovery import access, clock
from recovery.forms.staff_accounts import NewPasswordForm, PasswordResetForm, SignInForm
from recovery.models import Role
from recovery.services import aside, clinics

READ_OR_POST = ["GET", "HEAD", "POST"]
TOO_MANY = 429


@sensitive_post_parameters("password")
@require_http_methods(READ_OR_POST)
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    onward = request.POST.get("next") or request.GET.get("next", "")
    form = SignInForm(request, request.POST or None)
    limited = request.method == "POST" and not _may_try(request, "login_failed", "username")
    if not limited and form.is_valid():
        login(request, form.get_user())
        access.open_staff_door(request)
        ratelimit.clear(request, action="login_failed", key=_key(request, "username"))
        if onward.startswith("/") and url_has_allowed_host_and_scheme(
            onward, {request.get_host()}, request.is_secure()
        ):
            return HttpResponseRedirect(onward)
        return redirect(_home(request))
    context = {"form": form, "limited": limited, "next": onward}
    return render(request, "staff/sign_in.html", context, status=TOO_MANY if limited else 200)


def _may_try(request: HttpRequest, action: str, field: str) -> bool:
    """Count the attempt against this address and this machine (ACCOUNT_RATE_LIMITS)."""
    return ratelimit.consume(request, action=action, key=_key(request, field))


def _key(request: HttpRequest, field: str) -> str:
    return request.POST.get(field, "").strip().lower()


def _home(request: HttpRequest) -> str:
    """The first page that the person's roles open; which clinic, if there are several."""
    memberships = list(access.staff_memberships(request.user))
    chosen = request.session.get(access.CLINIC)
    here = [m for m in memberships if chosen in (None, str(m.clinic.uuid))]
    if len({m.clinic_id for m in here}) > 1:
        return resolve_url("staff_clinics")
    clinical = any(m.role in access.CLINICAL for m in here)
    return resolve_url("queue" if clinical or not here else "clinic")


@require_POST
def staff_sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.info(request, _("You are signed out."))
    return redirect("staff_sign_in")


@require_http_methods(READ_OR_POST)
def staff_clinics(request: HttpRequest) -> HttpResponse:
    """Which clinic to work in, for a person who belongs to several."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), resolve_url("staff_sign_in"))
    if request.session.get(access.DOOR) != access.STAFF_DOOR:
        raise PermissionDenied
    memberships = list(access.staff_memberships(request.user))
    if not memberships:
        raise PermissionDenied
    if request.method == "POST":
        access.choose_clinic(request, _uuid(request.POST.get("clinic", "")))
        return redirect(_home(request))
    roles: dict[Any, list[str]] = {}
    for membership in memberships:
        roles.setdefault(membership.clinic, []).append(Role(membership.role).label)
    return render(request, "staff/clinics.html", {"clinics": roles.items()})


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


@require_http_methods(READ_OR_POST)
def staff_password_reset(request: HttpRequest) -> HttpResponse:
    """Owe a mail with which to set a new password. Known or not, the answer is the same."""
    form = PasswordResetForm(request.POST or None)
    limited = request.method == "POST" and not _may_try(request, "reset_password", "email")
    sent = not limited and form.is_valid()
    context = {"form": form, "limited": limited, "sent": sent}
    response = render(
        request, "staff/password_reset.html", context, status=TOO_MANY if limited else 200
    )
    if sent:
        aside.do(clinics.owe_password_reset, email=form.cleaned_data["email"], now=clock.now())
    return response


class _Welcome(PasswordResetConfirmView):
    template_name = "staff/welcome.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("staff_sign_in")

    def form_valid(self, form: Form) -> HttpResponse:
        messages.success(self.request, _("Your password is set. Sign in with it."))
        return super().form_valid(form)


# Whoever holds the link of an invitation or a reset mail chooses the password.
staff_welcome = _Welcome.as_view()
