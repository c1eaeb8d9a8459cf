"""Check-ins as pages show them: what a form is called, in what state it is, what was answered."""

from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recovery.models import CheckIn, FormResponse

NAMES: dict[str, Promise] = {
    "baseline": _("Before your procedure"),
    "two_week": _("Two-week check-in"),
    "one_month": _("One-month check-in"),
    "six_week": _("Six-week check-in"),
    "three_month": _("Three-month check-in"),
    "six_month": _("Six-month check-in"),
    "one_year": _("One-year check-in"),
    "two_year": _("Two-year check-in"),
}
STATES: dict[str, Promise] = {
    "planned": _("Planned"),
    "open": _("Open"),
    "due": _("Due"),
    "overdue": _("Overdue"),
    "partly_answered": _("Partly answered"),
    "completed": _("Answered"),
    "expired": _("Expired"),
    "cancelled": _("Cancelled"),
}
DUE = timedelta(hours=24)


def named(form: str) -> Promise:
    return NAMES[form]


def state_of(
    *,
    opens_at: datetime,
    due_at: datetime,
    expires_at: datetime,
    now: datetime,
    answered: bool = False,
    begun: bool = False,
    cancelled: bool = False,
) -> str:
    """The one word for a check-in, planned or stored, at `now`; a key of STATES.

    It is due in the 24 hours before `due_at` and overdue from then until it expires.
    """
    if cancelled:
        return "cancelled"
    if answered:
        return "completed"
    if now >= expires_at:
        return "expired"
    if now < opens_at:
        return "planned"
    if begun:
        return "partly_answered"
    if now >= due_at:
        return "overdue"
    return "due" if now >= due_at - DUE else "open"


def response_of(checkin: CheckIn) -> FormResponse | None:
    """What was sent, else the newest draft, from whichever device."""
    rows = FormResponse.objects.filter(checkin=checkin)
    sent = rows.filter(status=FormResponse.Status.COMPLETED).order_by("-completed_at").first()
    return sent or rows.order_by("-saved_at").first()
