"""The patient's hand on reminders: how they come, a pause, and "later"."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from recovery import access
from recovery.forms.reminders import LaterForm, PauseForm, PreferencesForm
from recovery.models import CheckIn, Recovery, User
from recovery.services import later, preferences
from recovery.services.later import When
from recovery.services.refusals import NotAllowed
from recovery.tokens import unsubscribe_token

READ_OR_POST = ["GET", "HEAD", "POST"]
WORDS = {
    When.HOUR: gettext_lazy("In one hour"),
    When.TONIGHT: gettext_lazy("Tonight"),
    When.MORNING: gettext_lazy("Tomorrow morning"),
}


@require_http_methods(READ_OR_POST)
@access.for_patient
def reminders(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    """By what, when, and which."""
    patient = recovery.patient
    form = PreferencesForm(
        request.POST or None,
        patient=patient,
        agreed=preferences.agreement(patient),
        by_staff=False,
    )
    if form.is_valid():
        preferences.change(
            recovery=recovery, user=request.user, now=request.now, **form.for_service
        )
        for line in form.said:
            messages.success(request, line)
        for line in form.left:
            messages.warning(request, line)
        return redirect("reminders", recovery.uuid)
    paused = patient.is_paused(access.local_date(recovery, request.now))
    context = {"recovery": recovery, "form": form, "paused": paused}
    return render(request, "patient/reminders.html", context)


@require_http_methods(READ_OR_POST)
@access.for_patient
def reminders_pause(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    """For some days, or no longer."""
    today = access.local_date(recovery, request.now)
    said = {"recovery": recovery, "user": request.user, "now": request.now}
    if request.method == "POST" and "end" in request.POST:
        preferences.end_pause(**said)
        return redirect("reminders_pause", recovery.uuid)
    form = PauseForm(request.POST or None, today=today)
    if form.is_valid():
        preferences.pause(**said, days=form.cleaned_data["days"])
        return redirect("reminders_pause", recovery.uuid)
    context = {"recovery": recovery, "form": form, "paused": recovery.patient.is_paused(today)}
    return render(request, "patient/reminders_pause.html", context)


# Later
# -----


@require_http_methods(READ_OR_POST)
@access.for_patient
def checkin_later(request: HttpRequest, recovery: Recovery, checkin: uuid.UUID) -> HttpResponse:
    row = CheckIn.objects.filter(uuid=checkin, recovery=recovery).first()
    if row is None:
        raise Http404
    row.recovery = recovery
    back = reverse("today", args=[recovery.uuid])
    context = {"base": "patient/recovery.html", "recovery": recovery, "back_url": back}
    return _put_off(request, row, context, user=request.user)


@csrf_exempt
@require_http_methods(READ_OR_POST)
@access.for_link
def link_later(request: HttpRequest, checkin: CheckIn) -> HttpResponse:
    token = request.resolver_match.kwargs["token"]
    context = {
        "base": "patient/link.html",
        "back_url": reverse("link", args=[token]),
        "signs_url": reverse("link_signs", args=[token]),
        "opened_url": reverse("link_opened", args=[token]),
        "by_link": True,
        "stop_url": reverse("unsubscribe", args=[unsubscribe_token(checkin.recovery.patient)]),
    }
    return _put_off(request, checkin, context, user=None)


def _put_off(
    request: HttpRequest, checkin: CheckIn, context: dict[str, Any], *, user: User | None
) -> HttpResponse:
    """Ask when; after a post say when, in place. The same page if that time is gone."""
    offers = later.offers(checkin, now=request.now)
    posted = request.method == "POST"
    form = LaterForm(request.POST if posted else None, offers={k: WORDS[k] for k in offers})
    asked_at = refused = None
    if form.is_valid():
        try:
            asked_at = later.ask(
                checkin=checkin, when=form.cleaned_data["when"], now=request.now, user=user
            )
        except NotAllowed as refusal:
            refused = str(refusal)
    context |= {
        "form": form,
        "offers": [(radio, offers[When(radio.data["value"])]) for radio in form["when"]],
        "checkin": checkin,
        "asked_at": asked_at,
        "refused": refused,
        "today": access.local_date(checkin.recovery, request.now),
        "answered": checkin.state == CheckIn.State.COMPLETED,
    }
    return render(request, "patient/later.html", context)
