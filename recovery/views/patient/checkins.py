"""A check-in form, by whichever door its reader came: fill in, look over, send.

Every post keeps what could be read of it, so that a person may stop, change the phone, and go on.
A door says whose form it is and where its pages are; signed in, the draft of any device is found,
while a link shows only what the same browser typed.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from recovery import access
from recovery.clinical.checkinforms import LOG, LOG_FORMS
from recovery.clinical.instruments import Instrument
from recovery.forms.checkin_layout import checkin_helper
from recovery.forms.checkin_told import pairs, unanswered
from recovery.forms.checkins import CheckInForm
from recovery.models import CheckIn, DailyLog, FormResponse, Recovery
from recovery.queries.checkins import named, response_of
from recovery.queries.instruments import instruments_for, instruments_of
from recovery.queries.pathways import severity_shown
from recovery.services import checkins
from recovery.views.patient import entry
from recovery.wording import ENGLISH

READ_OR_POST = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class Door:
    """How a reader came in."""

    checkin: CheckIn
    client_id: uuid.UUID
    base: str
    address: Callable[[str, uuid.UUID], str]
    home: str
    # Where the reminder of it is put off.
    later: str
    by_link: bool
    entered: Mapping[str, Any]

    @property
    def recovery(self) -> Recovery:
        return self.checkin.recovery

    @cached_property
    def stored(self) -> FormResponse | None:
        """The newest version under this client id; by link only what came by a link. A draft of
        staff is none of the reader's.
        """
        rows = FormResponse.objects.filter(checkin=self.checkin, client_id=self.client_id).exclude(
            source=DailyLog.Source.STAFF, status=FormResponse.Status.IN_PROGRESS
        )
        if self.by_link:
            rows = rows.filter(mode=DailyLog.Mode.LINK)
        found = rows.order_by("-revision").first()
        if found is not None:
            found.checkin, found.recovery = self.checkin, self.recovery
        return found

    def url(self, page: str) -> str:
        return self.address(page, self.client_id)

    def beside(self, name: str) -> "Door":
        """The same door, to an entry of its own beside this one."""
        return replace(self, client_id=uuid.uuid5(self.client_id, name))

    @cached_property
    def instruments(self) -> list[Instrument]:
        """A form goes on with the versions that it was begun with."""
        if self.stored is not None:
            return instruments_for(self.stored)
        return instruments_of(self.checkin.form, staff=False, clinic=self.recovery.clinic)


# Signed in
# ---------


@require_safe
@access.for_patient
def checkin_start(request: HttpRequest, recovery: Recovery, checkin: uuid.UUID) -> HttpResponse:
    """To the draft, wherever it was begun, to what was sent, or to an empty form."""
    row = _row(recovery, checkin)
    known = response_of(row, staff=False)
    client_id = known.client_id if known else uuid.uuid4()
    sent = known is not None and known.is_sent
    return redirect("checkin_saved" if sent else "checkin_form", recovery.uuid, row.uuid, client_id)


@require_http_methods(READ_OR_POST)
@access.for_patient
def checkin_form(
    request: HttpRequest, recovery: Recovery, checkin: uuid.UUID, client_id: uuid.UUID
) -> HttpResponse:
    return fill_in(request, _signed_in(request, recovery, checkin, client_id))


@require_http_methods(READ_OR_POST)
@access.for_patient
def checkin_review(
    request: HttpRequest, recovery: Recovery, checkin: uuid.UUID, client_id: uuid.UUID
) -> HttpResponse:
    return look_over(request, _signed_in(request, recovery, checkin, client_id))


@require_safe
@access.for_patient
def checkin_saved(
    request: HttpRequest, recovery: Recovery, checkin: uuid.UUID, client_id: uuid.UUID
) -> HttpResponse:
    return sent(request, _signed_in(request, recovery, checkin, client_id))


def _row(recovery: Recovery, checkin: uuid.UUID) -> CheckIn:
    row = CheckIn.objects.filter(recovery=recovery, uuid=checkin).exclude(form__in=LOG_FORMS)
    found = row.exclude(state=CheckIn.State.CANCELLED).first()
    if found is None:
        raise Http404
    found.recovery = recovery
    return found


def _signed_in(
    request: HttpRequest, recovery: Recovery, checkin: uuid.UUID, client_id: uuid.UUID
) -> Door:
    row = _row(recovery, checkin)
    source = entry.source_of(request)
    return Door(
        checkin=row,
        client_id=client_id,
        base="patient/recovery.html",
        address=lambda page, own: reverse(f"checkin_{page}", args=[recovery.uuid, row.uuid, own]),
        home=reverse("today", args=[recovery.uuid]),
        later=reverse("checkin_later", args=[recovery.uuid, row.uuid]),
        by_link=False,
        entered={"source": source, "mode": DailyLog.Mode.WEB, "user": request.user},
    )


# By any door
# -----------


def fill_in(request: HttpRequest, door: Door) -> HttpResponse:
    stored = door.stored
    if request.method == "POST":
        try:
            return _post(request, door, stored)
        except checkins.EnteredByStaff:
            # Staff have answered this one meanwhile. Theirs stays, and so does what was typed.
            return fill_in(request, door.beside("patient"))
    if not _takes_answers(request, door):
        return _closed(request, door)
    return _page(request, door, _form(request, door, answers=stored.answers if stored else None))


def _post(request: HttpRequest, door: Door, stored: FormResponse | None) -> HttpResponse:
    form = _form(request, door, data=request.POST)
    valid = form.is_valid()
    if stored and stored.is_sent:
        return _correct(request, door, form, valid=valid)
    saved = _save(request, door, form.sections, send=False) if form.sections else None
    if not valid:
        return _page(request, door, form, saved=saved)
    if not _takes_answers(request, door):
        return _closed(request, door, saved=saved)
    if "later" in request.POST:
        return _kept(request, door, saved)
    return redirect(door.url("review"))


def _correct(request: HttpRequest, door: Door, form: CheckInForm, *, valid: bool) -> HttpResponse:
    """What was sent is sent anew, or stays as it is. But a refusal hides no emergency: of a refused
    correction the clean answers are sent, and of one that came too late a draft is kept, for staff.
    """
    emergency = entry.emergency_in(form, door.recovery)
    if not _takes_answers(request, door):
        late = door.beside("late")
        told = _save(request, late, {LOG: form.answers}, send=False) if emergency else None
        return _closed(request, door, told=told)
    if not valid and not emergency:
        return _page(request, door, form)
    saved = _save(request, door, form.sections, send=True, revision=form.filled_from)
    return redirect(door.url("saved")) if valid else _page(request, door, form, saved=saved)


def look_over(request: HttpRequest, door: Door) -> HttpResponse:
    """Everything that will be sent, and what is missing. Only the post sends."""
    stored = door.stored
    if stored is None:
        return redirect(door.url("form"))
    if stored.is_sent:
        return redirect(door.url("saved"))
    if not _takes_answers(request, door):
        return _closed(request, door, saved=stored)
    if request.method == "POST":
        _save(request, door, stored.answers, send=True)
        return redirect(door.url("saved"))
    return _render(request, "patient/checkin_review.html", door, response=stored)


def sent(request: HttpRequest, door: Door) -> HttpResponse:
    stored = door.stored
    if stored is None or not stored.is_sent:
        raise Http404
    context = {"correctable": _takes_answers(request, door)}
    return _render(request, "patient/checkin_saved.html", door, response=stored, **context)


def _takes_answers(request: HttpRequest, door: Door) -> bool:
    """The deadline that is shown is the deadline that holds."""
    return bool(door.checkin.opens_at <= request.now < door.checkin.expires_at)


def _form(request: HttpRequest, door: Door, data: Any = None, answers: Any = None) -> CheckInForm:
    checkin, recovery = door.checkin, door.recovery
    return CheckInForm(
        data,
        form=checkin.form,
        procedure_on=recovery.procedure_on,
        on=access.local_date(recovery, request.now),
        instruments=door.instruments,
        answers=answers,
    )


def _save(
    request: HttpRequest, door: Door, sections: Any, *, send: bool, revision: int | None = None
) -> FormResponse:
    return checkins.save(
        checkin_id=door.checkin.pk,
        instruments=door.instruments,
        answers=sections,
        client_id=door.client_id,
        revision=revision,
        now=request.now,
        send=send,
        language=get_language() or ENGLISH,
        **door.entered,
    ).response


def _page(
    request: HttpRequest, door: Door, form: CheckInForm, *, saved: FormResponse | None = None
) -> HttpResponse:
    sent = saved or door.stored
    context = {
        "form": form,
        "helper": checkin_helper(form),
        "problems": form.problems(),
        "revision": sent.revision if sent and sent.is_sent else "",
    }
    return _render(request, "patient/checkin_form.html", door, response=saved, **context)


def _kept(request: HttpRequest, door: Door, saved: FormResponse | None) -> HttpResponse:
    return _render(request, "patient/checkin_kept.html", door, response=saved)


def _closed(
    request: HttpRequest,
    door: Door,
    *,
    saved: FormResponse | None = None,
    told: FormResponse | None = None,
) -> HttpResponse:
    """`saved` is a draft that staff may take over; `told` was kept for its sign of danger alone."""
    kept = saved is not None
    return _render(request, "patient/checkin_closed.html", door, response=saved or told, kept=kept)


def _render(
    request: HttpRequest,
    template: str,
    door: Door,
    *,
    response: FormResponse | None = None,
    **context: Any,
) -> HttpResponse:
    shown = door.instruments
    on = access.local_date(door.recovery, request.now)
    context |= {
        "base": door.base,
        "door": door,
        "recovery": door.recovery,
        "checkin": door.checkin,
        "name": named(door.checkin.form),
        "response": response,
        "severity": severity_shown(response) or "" if response else "",
        "pairs": pairs(response.answers, shown) if response else [],
        "unanswered": unanswered(
            door.checkin.form, door.recovery.day_on(on), response.answers, shown
        )
        if response
        else 0,
        "instruments": shown,
        "form_url": door.url("form"),
        "review_url": door.url("review"),
        "on": on,
        "today": on,
    }
    if door.by_link:
        token = request.resolver_match.kwargs["token"]
        context |= {
            "token": token,
            "signs_url": reverse("link_signs", args=[token]),
            "opened_url": reverse("link_opened", args=[token]),
        }
    return render(request, template, context)
