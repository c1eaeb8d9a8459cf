import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recovery import access
from recovery.forms.alerts import CloseForm
from recovery.forms.contacts import ContactForm
from recovery.services import contacts
from recovery.services.refusals import Moved
from recovery.views.staff import alerts, recoveries


@require_POST
@access.for_staff()
def contact_new(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """Record a call, a visit or a message for the alerts that the page showed and left ticked."""
    row = access.staff_recovery(request, recovery)
    form, chosen = ContactForm(request.POST), alerts.ticked(request)
    contact = None
    if form.is_valid():
        try:
            contact = contacts.record(
                recovery=row, user=request.user, now=request.now, read=chosen, **form.cleaned_data
            )
        except Moved as refusal:
            form.add_error(None, str(refusal))
    if contact is None:
        close = CloseForm(initial=request.POST.dict())
        return recoveries.page(request, row, contact=form, close=close, picked=chosen)
    alerts.tell_closed(request, row, chosen)
    if contact.reached:
        messages.success(request, _("Contact saved."))
    else:
        messages.info(
            request,
            _(
                "Saved. Nobody was reached: emergency and urgent alerts stay open, the others come"
                " back in 4 hours."
            ),
        )
    return redirect("staff_recovery", row.uuid)
