"""Mails as staff see them: those that may not have arrived, and which they want themselves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from recovery import access
from recovery.forms.clinics import MailsForm
from recovery.models import Role
from recovery.queries import messages as queries
from recovery.queries.patients import waiting
from recovery.services import oncall
from recovery.services.refusals import NotAllowed


@require_safe
@access.for_staff(*Role)
def unknown_mails(request: HttpRequest) -> HttpResponse:
    """Mails that may not have arrived. A manager reads no patient's name here."""
    clinical = bool(request.roles & set(access.CLINICAL))
    context = {
        "here": "clinic",
        "waiting": waiting(request.clinic) if clinical else None,
        "mails": queries.unknown(request.clinic),
        "clinical": clinical,
    }
    return render(request, "staff/mails.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def my_mails(request: HttpRequest) -> HttpResponse:
    """Which of this clinic's mails the person wants."""
    people = oncall.people([request.clinic.pk])[request.clinic.pk]
    [me] = [person for person in people if person.user == request.user.pk]
    placed = [person.user for person in people if person.place is not None]
    initial = {name: getattr(me, name) for name in oncall.MAILS}
    form = MailsForm(request.POST if request.method == "POST" else None, initial=initial)
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
        "waiting": waiting(request.clinic),
        "form": form,
        "place": placed.index(request.user.pk) + 1 if request.user.pk in placed else None,
        "order": bool(placed),
    }
    return render(request, "staff/my_mails.html", context)
