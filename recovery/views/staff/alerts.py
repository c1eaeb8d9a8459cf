"""Who has an alert, and how it ends."""

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recovery import access
from recovery.forms.alerts import CloseForm
from recovery.forms.contacts import ContactForm
from recovery.models import Alert, Recovery
from recovery.services import alerts, contacts
from recovery.services.refusals import NotAllowed
from recovery.templatetags.staff import full_time
from recovery.views.staff import recoveries


def _alert(request: HttpRequest, name: uuid.UUID) -> Alert:
    rows = Alert.objects.filter(recovery__clinic=request.clinic)
    found: Alert = get_object_or_404(rows.select_related("recovery", "closed_by"), uuid=name)
    return found


@require_POST
@access.for_staff()
def alert_claim(request: HttpRequest, alert: uuid.UUID) -> HttpResponse:
    """Take this alert and what else of the recovery nobody has: one call settles them all."""
    row = _alert(request, alert)
    take_over = request.POST.get("take_over") == "yes"
    try:
        with transaction.atomic():
            alerts.claim(alert=row, user=request.user, now=request.now, take_over=take_over)
            for other in _others(row, request, take_over=take_over):
                alerts.claim(alert=other, user=request.user, now=request.now, take_over=take_over)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have it for 30 minutes. The clock goes on."))
    if request.POST.get("from") == "queue":
        return redirect("queue")
    return redirect("staff_recovery", row.recovery.uuid)


def _others(row: Alert, request: HttpRequest, *, take_over: bool) -> list[Alert]:
    states = [Alert.State.OPEN, *([Alert.State.ACKNOWLEDGED] if take_over else [])]
    others = Alert.objects.filter(recovery=row.recovery_id, state__in=states)
    return list(others.exclude(pk=row.pk).exclude(claimed_by=request.user))


@require_POST
@access.for_staff()
def alert_release(request: HttpRequest, alert: uuid.UUID) -> HttpResponse:
    """Give back this alert and what else of the recovery is one's own."""
    row = _alert(request, alert)
    mine = Alert.objects.filter(
        recovery=row.recovery_id, state=Alert.State.ACKNOWLEDGED, claimed_by=request.user
    )
    try:
        with transaction.atomic():
            alerts.release(alert=row, user=request.user, now=request.now)
            for other in mine.exclude(pk=row.pk):
                alerts.release(alert=other, user=request.user, now=request.now)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Given back. It is open to everybody again."))
    return redirect("staff_recovery", row.recovery.uuid)


@require_POST
@access.for_staff()
def alert_close(request: HttpRequest, alert: uuid.UUID) -> HttpResponse:
    """Close the alert, or those that are ticked, with the contact that was filled in beside.

    Contact and closing are stored together or not at all.
    """
    row = _alert(request, alert)
    if row.state == Alert.State.CLOSED:
        return _too_late(request, row)
    recovery = access.staff_recovery(request, row.recovery.uuid)
    chosen = picked(request, recovery)
    chosen = [row] if chosen is None else chosen
    close = CloseForm(request.POST)
    contact = ContactForm(request.POST) if request.POST.get("outcome") else None
    valid = all([close.is_valid(), contact is None or contact.is_valid()])
    if not chosen:
        close.add_error(None, _("Tick at least one alert to close."))
    elif valid:
        try:
            _close(request, recovery, chosen, close, contact)
        except NotAllowed as refusal:
            # What the service asks for is a contact that reached somebody.
            contact = contact or ContactForm(request.POST)
            contact.errors.clear()
            contact.add_error("outcome", str(refusal))
        else:
            n = len(chosen)
            done = ngettext("Alert closed.", "%(n)d alerts closed.", n) % {"n": n}
            messages.success(request, done)
            return redirect("staff_recovery", recovery.uuid)
    return recoveries.page(request, recovery, contact=contact, close=close, picked=chosen)


@transaction.atomic
def _close(
    request: HttpRequest,
    recovery: Recovery,
    chosen: Sequence[Alert],
    close: CloseForm,
    contact: ContactForm | None,
) -> None:
    by = {"user": request.user, "now": request.now}
    if contact is not None:
        contacts.record(recovery=recovery, alerts=chosen, **by, **contact.cleaned_data)
    for alert in chosen:
        alerts.close(
            alert=alert,
            reason=Alert.ClosingReason(close.cleaned_data["reason"]),
            text=close.cleaned_data["text"],
            **by,
        )


def _too_late(request: HttpRequest, row: Alert) -> HttpResponse:
    message = _("%(name)s closed this at %(time)s: %(reason)s.") % {
        "name": row.closed_by,
        "time": full_time(row.closed_at),
        "reason": row.get_closing_reason_display(),
    }
    messages.warning(request, message)
    return redirect("staff_recovery", row.recovery.uuid)


def picked(request: HttpRequest, recovery: Recovery) -> list[Alert] | None:
    """The alerts ticked on the page; None where the page offered no choice."""
    if "picked" not in request.POST:
        return None
    wanted = set(request.POST.getlist("alerts"))
    return [alert for alert in recovery.alerts.not_closed() if str(alert.uuid) in wanted]
