"""A patient's e-mail address: what it is, whether it works, and another one."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recovery import access
from recovery.forms.addresses import AddressForm
from recovery.queries import messages as queries
from recovery.queries.patients import menu
from recovery.services import addresses
from recovery.services.refusals import NotAllowed


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def address(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """Where the patient's mails go; a post changes it."""
    row = access.staff_recovery(request, recovery)
    form = AddressForm(request.POST or None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        addresses.change(recovery=row, email=email, user=request.user, now=request.now)
        messages.success(request, _("The address is changed. An invitation is owed to it."))
        return redirect("staff_recovery", row.uuid)
    access.record_read(request, row, "address")
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "form": form,
        "mail": queries.reach(row),
    }
    return render(request, "staff/address.html", context)


@require_POST
@access.for_staff()
def address_works(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """The mail server's refusal was not the address's fault, or is mended."""
    row = access.staff_recovery(request, recovery)
    addresses.works_again(recovery=row, user=request.user, now=request.now)
    messages.success(request, _("Mails go to this address again."))
    return redirect("staff_recovery", row.uuid)


@require_POST
@access.for_staff()
def invitation_again(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    try:
        addresses.invite_again(recovery=row, user=request.user, now=request.now)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation is owed again."))
    return redirect("address", row.uuid)
