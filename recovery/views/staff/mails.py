"""Mails as staff see them: those that a person must look at (they may not have arrived, were set
aside, or are owed to a patient whom the engine cannot read), and which ones they want themselves.
"""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recovery import access
from recovery.forms.clinics import MailsForm
from recovery.models import Message, Role
from recovery.queries import engine
from recovery.queries import messages as queries
from recovery.queries.patients import menu
from recovery.services import oncall, settling
from recovery.services.refusals import NotAllowed

ANSWERS = {"arrived": True, "lost": False}


@require_safe
@access.for_staff(*Role)
def unknown_mails(request: HttpRequest) -> HttpResponse:
    """A manager reads no patient's name here."""
    clinical = bool(request.roles & set(access.CLINICAL))
    context = {
        "here": "clinic",
        **(menu(request.clinic, request.now) if clinical else {}),
        "mails": queries.unknown(request.clinic),
        "aside": queries.set_aside(request.clinic),
        "stuck": engine.stuck(request.clinic, now=request.now, at=timezone.now()),
        "clinical": clinical,
    }
    return render(request, "staff/mails.html", context)


@require_POST
@access.for_staff(*Role)
def mail_settle(request: HttpRequest, mail: uuid.UUID) -> HttpResponse:
    """What somebody found out of a mail that may not have arrived."""
    _mine(request, mail)
    answer = request.POST.get("became", "")
    if answer not in ANSWERS:
        messages.error(request, _("Say whether it arrived."))
        return redirect("unknown_mails")
    try:
        row = settling.by_hand(
            clinic=request.clinic,
            message=mail,
            arrived=ANSWERS[answer],
            user=request.user,
            now=request.now,
        )
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, SETTLED[row.state]())
    return redirect("unknown_mails")


SETTLED = {
    Message.State.SENT: lambda: _("Noted: it arrived."),
    Message.State.OWED: lambda: _("Noted: it did not arrive. It is sent once more."),
    Message.State.NOT_SENT: lambda: _("Noted: it did not arrive. It is not sent again."),
}


@require_POST
@access.for_staff(*Role)
def mail_again(request: HttpRequest, mail: uuid.UUID) -> HttpResponse:
    """Try a mail that was set aside once more."""
    _mine(request, mail)
    try:
        settling.try_again(clinic=request.clinic, message=mail, user=request.user, now=request.now)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The mail is tried again."))
    return redirect("unknown_mails")


def _mine(request: HttpRequest, mail: uuid.UUID) -> None:
    """Http404 for a mail of another clinic."""
    if not Message.objects.filter(clinic=request.clinic, uuid=mail).exists():
        raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def my_mails(request: HttpRequest) -> HttpResponse:
    """Which of this clinic's mails the person wants."""
    people = oncall.people([request.clinic.pk])[request.clinic.pk]
    [me] = [person for person in people if person.user == request.user.pk]
    placed = [person.user for person in people if person.place is not None]
    initial = {name: getattr(me, name) for name in oncall.MAILS}
    given = request.POST if request.method == "POST" else None
    form = MailsForm(given, initial=initial, order=bool(placed))
    if form.is_valid():
        try:
            oncall.choose(clinic=request.clinic, user=request.user, mails=form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error("emergency_mails", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("my_mails")
    context = {
        "here": "my_mails",
        **menu(request.clinic, request.now),
        "form": form,
        "place": placed.index(request.user.pk) + 1 if request.user.pk in placed else None,
        "order": bool(placed),
    }
    return render(request, "staff/my_mails.html", context)
