"""Who has an alert, and how it ends."""

import re
import uuid
from collections.abc import Collection

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
from recovery.services.refusals import Moved, NotAllowed
from recovery.templatetags.staff import full_time
from recovery.views.staff import recoveries
from recovery.views.staff.queue import Filter

# Alert.as_read
AS_READ = re.compile(r"(?P<uuid>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}):(?P<firings>[0-9]{1,5})")


def _alert(request: HttpRequest, name: uuid.UUID) -> Alert:
    rows = Alert.objects.filter(recovery__clinic=request.clinic)
    found: Alert = get_object_or_404(rows.select_related("recovery", "closed_by"), uuid=name)
    return found


@require_POST
@access.for_staff()
def alert_claim(request: HttpRequest, alert: uuid.UUID) -> HttpResponse:
    row = _alert(request, alert)
    take_over = request.POST.get("take_over") == "yes"
    try:
        alerts.claim(alert=row, user=request.user, now=request.now, take_over=take_over)
    except NotAllowed as refusal:
        row.refresh_from_db()
        messages.error(request, who_handled(row) or str(refusal))
    else:
        messages.success(request, _("You have it for 30 minutes. The clock goes on."))
    if request.POST.get("from") == "queue":
        return redirect(Filter.asked(request.POST).url())
    return redirect("staff_recovery", row.recovery.uuid)


@require_POST
@access.for_staff()
def alert_release(request: HttpRequest, alert: uuid.UUID) -> HttpResponse:
    row = _alert(request, alert)
    try:
        alerts.release(alert=row, user=request.user, now=request.now)
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
    recovery = access.staff_recovery(request, row.recovery.uuid)
    chosen = ticked(request)
    close, contact = CloseForm(request.POST), ContactForm(request.POST)
    contacted = "outcome" in request.POST
    if not contacted:
        # What was typed is kept, and nothing is wrong with a contact that there was not.
        contact.errors.clear()
    if row.state == Alert.State.CLOSED and not _standing(recovery, chosen):
        return _too_late(request, recovery, chosen or {row.uuid: 0}, contact if contacted else None)
    valid = all([close.is_valid(), contact.is_valid()])
    if not chosen:
        close.add_error(None, _("Tick at least one alert to close."))
    elif valid:
        try:
            closed = _close(request, recovery, chosen, close, contact if contacted else None)
        except Moved as refusal:
            contact.add_error(None, str(refusal))
        except NotAllowed as refusal:
            if not _standing(recovery, chosen):
                # A colleague closed it in this very moment.
                return _too_late(request, recovery, chosen, contact if contacted else None)
            # What the service asks for is a contact that reached somebody.
            contact.add_error("outcome", str(refusal))
        else:
            tell_closed(request, recovery, chosen, closed)
            n = len(closed)
            done = ngettext("Alert closed.", "%(n)d alerts closed.", n) % {"n": n}
            messages.success(request, done)
            return redirect("staff_recovery", recovery.uuid)
    return recoveries.page(request, recovery, contact=contact, close=close, picked=chosen)


@transaction.atomic
def _close(
    request: HttpRequest,
    recovery: Recovery,
    read: alerts.Read,
    close: CloseForm,
    contact: ContactForm | None,
) -> list[Alert]:
    by = {"recovery": recovery, "read": read, "user": request.user, "now": request.now}
    if contact is not None:
        contacts.record(**by, **contact.cleaned_data)
    return alerts.close(
        **by,
        reason=Alert.ClosingReason(close.cleaned_data["reason"]),
        text=close.cleaned_data["text"],
        complication=close.cleaned_data["complication"],
    )


def _standing(recovery: Recovery, chosen: alerts.Read) -> bool:
    return recovery.alerts.not_closed().filter(uuid__in=chosen).exists()


def _too_late(
    request: HttpRequest, recovery: Recovery, chosen: alerts.Read, contact: ContactForm | None
) -> HttpResponse:
    """Say who closed it and why. What the nurse did for the patient is stored all the same."""
    tell_closed(request, recovery, chosen)
    if contact and not contact.is_valid():
        return recoveries.page(request, recovery, contact=contact, picked=[])
    if contact:
        contacts.record(
            recovery=recovery, read={}, user=request.user, now=request.now, **contact.cleaned_data
        )
        messages.success(request, _("Contact saved."))
    return redirect("staff_recovery", recovery.uuid)


def tell_closed(
    request: HttpRequest, recovery: Recovery, chosen: alerts.Read, by_me: Collection[Alert] = ()
) -> None:
    """Of the alerts that staff chose, say who had closed which before this was sent, and when."""
    others = set(chosen) - {alert.uuid for alert in by_me}
    gone = recovery.alerts.filter(uuid__in=others, state=Alert.State.CLOSED)
    if others:
        for alert in gone.select_related("closed_by").order_by("rule", "pk"):
            messages.warning(request, who_handled(alert))


def who_handled(alert: Alert) -> str:
    """Who closed it, recorded a contact about it or snoozed it, and when; empty while it is open or
    claimed.
    """
    if alert.state == Alert.State.CLOSED:
        return _("%(name)s closed %(rule)s at %(time)s: %(reason)s.") % {
            "name": alert.closed_by,
            "rule": alert.rule,
            "time": full_time(alert.closed_at),
            # Not what was typed: this waits in the session until it is shown.
            "reason": alert.get_closing_reason_display(),
        }
    if alert.state == Alert.State.SNOOZED:
        last = alert.snoozes.select_related("by").latest("pk")
        said = {"name": last.by, "rule": alert.rule, "time": full_time(last.at)}
        return _("%(name)s snoozed %(rule)s at %(time)s.") % said
    if alert.state == Alert.State.CONTACTED:
        last = alert.contacts.select_related("by").latest("at", "pk")
        return _("%(name)s recorded a contact about %(rule)s at %(time)s: %(outcome)s.") % {
            "name": last.by,
            "rule": alert.rule,
            "time": full_time(last.at),
            "outcome": last.get_outcome_display().lower(),
        }
    return ""


def ticked(request: HttpRequest) -> dict[uuid.UUID, int]:
    """The alerts that the page showed and left ticked, as it showed them."""
    found = [AS_READ.fullmatch(sent) for sent in request.POST.getlist("alerts")]
    return {uuid.UUID(one["uuid"]): int(one["firings"]) for one in found if one}
