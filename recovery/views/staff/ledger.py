"""The ledger: every message owed and what became of it, of a patient or the clinic, and saved."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recovery import access
from recovery.forms.ledger import LedgerForm
from recovery.models import Message, Role
from recovery.queries import ledger as queries
from recovery.queries import messages as mails
from recovery.queries.languages import speech_of
from recovery.queries.patients import menu
from recovery.services import foresight
from recovery.services.recheck import TO_STAFF
from recovery.templatetags.ledger import (
    about,
    answered_at,
    by_link,
    fate,
    happened,
    kind_name,
    opened_at,
    which,
)
from recovery.views.staff.csvfile import streamed

# How many of the reminder times to come a patient's page shows.
AHEAD = 6
COLUMNS = (
    *(
        "record number",
        "kind",
        "channel",
        "about",
        "which",
        "zone",
        "planned",
        "send after",
        "sent",
    ),
    *(
        "link opened",
        "answered",
        "answered by link",
        "state",
        "reason",
        "what happened",
        "message id",
    ),
)


# One patient's
# -------------


@require_safe
@access.for_staff()
def recovery_ledger(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """In the patient's time: what is planned, then all mails, the newest first."""
    row = access.staff_recovery(request, recovery)
    access.record_read(request, row, "ledger")
    zone, here = row.patient.zone, reverse("recovery_ledger", args=[row.uuid])
    with timezone.override(ZoneInfo(zone)):
        form = LedgerForm(request.GET, kinds=queries.OF_PATIENTS)
        shown = _shown(form, queries.of_patient(row), zone, here)
        ahead = foresight.ahead(row, now=request.now, most=AHEAD) if shown["whole"] else []
        context = {
            "here": "patients",
            **menu(request.clinic, request.now),
            **shown,
            "recovery": row,
            "patient": row.patient,
            "reach": mails.reach(row),
            "paused": row.patient.is_paused(timezone.localdate(request.now)),
            "spoken": speech_of(row.patient, row.pathway_id).language,
            "planned": [one for one in reversed(ahead) if one.message.pk is None],
            "refused": {one.message.pk: one.reason for one in ahead if one.reason},
            "csv_url": reverse("recovery_ledger_csv", args=[row.uuid]),
        }
        return render(request, "staff/recovery_ledger.html", context)


@require_safe
@access.for_staff()
def recovery_ledger_csv(request: HttpRequest, recovery: uuid.UUID) -> HttpResponseBase:
    row = access.staff_recovery(request, recovery)
    form = LedgerForm(request.GET, kinds=queries.OF_PATIENTS)
    if not form.is_valid():
        return _back(request, reverse("recovery_ledger", args=[row.uuid]))
    access.record_read(request, row, "ledger export")
    rows = queries.of_patient(row)
    zone = row.patient.zone
    return _csv(queries.batches(_filtered(form, rows, zone)), zone)


# The clinic's
# ------------


@require_safe
@access.for_staff(*Role)
def ledger(request: HttpRequest) -> HttpResponse:
    """In the clinic's time, all or one day of them."""
    clinic, here = request.clinic, reverse("ledger")
    rows, kinds = _theirs(request)
    shown = _shown(LedgerForm(request.GET, kinds=kinds), rows, clinic.zone, here)
    clinical = _clinical(request)
    context = {
        "here": "queue" if clinical else "clinic",
        **(menu(clinic, request.now) if clinical else {}),
        **shown,
        "clinical": clinical,
        "days": _days(shown, here),
        "csv_url": reverse("ledger_csv"),
    }
    return render(request, "staff/ledger.html", context)


@require_safe
@access.for_staff(*Role)
def ledger_csv(request: HttpRequest) -> HttpResponseBase:
    """Recorded for each patient before a line about them leaves."""
    rows, kinds = _theirs(request)
    form = LedgerForm(request.GET, kinds=kinds)
    if not form.is_valid():
        return _back(request, reverse("ledger"))
    zone = request.clinic.zone
    return _csv(_recorded(request, queries.batches(_filtered(form, rows, zone))), zone)


def _clinical(request: HttpRequest) -> bool:
    return bool(request.roles & set(access.CLINICAL))


def _theirs(request: HttpRequest) -> tuple[QuerySet[Message], Mapping[str, queries.Shown]]:
    """What the visitor may see of the clinic's, and which kinds are among it: all, or for a manager
    who treats nobody what is about no patient.
    """
    if _clinical(request):
        return queries.of_clinic(request.clinic), queries.KINDS
    return queries.of_staff(request.clinic), queries.OF_STAFF


def _recorded(request: HttpRequest, batches: Iterable[list[Message]]) -> Iterator[list[Message]]:
    known: set[int] = set()
    for rows in batches:
        found = {row.recovery.patient_id for row in rows if row.recovery} - known
        access.record_reads(request, sorted(found), "ledger export")
        known |= found
        yield rows


# What both have
# --------------


def _filtered(form: LedgerForm, rows: QuerySet[Message], zone: str) -> QuerySet[Message]:
    asked = form.cleaned_data
    return queries.filtered(
        rows, zone=zone, day=asked["day"], kind=asked["kind"], state=asked["state"]
    )


def _shown(form: LedgerForm, rows: QuerySet[Message], zone: str, here: str) -> dict[str, Any]:
    """A page of them; one that is asked for wrongly shows all, and says beside the field why."""
    asked = form.cleaned_data if form.is_valid() else dict.fromkeys(form.fields)
    if form.is_valid():
        rows = _filtered(form, rows, zone)
    page = queries.page(rows, after=asked["after"])
    filters = {
        "day": asked["day"].isoformat() if asked["day"] else "",
        "kind": asked["kind"] or "",
        "state": asked["state"] or "",
    }
    query = _query(filters)
    return {
        "form": form,
        "page": page,
        "filters": filters,
        "day": asked["day"],
        "query": query,
        # Nothing is left out: then what is planned stands above.
        "whole": not query and asked["after"] is None,
        "paged": asked["after"] is not None,
        "first_url": f"{here}?{query}",
        "next_url": f"{here}?{_query(filters | {'after': str(page.after or '')})}",
        "chips": [
            (name, label, f"{here}?{_query(filters | {'state': name})}")
            for name, label in [
                ("", _("All")),
                *((name, shown.label) for name, shown in queries.SHOWN.items()),
            ]
        ],
    }


def _query(filters: dict[str, str]) -> str:
    return urlencode({name: value for name, value in filters.items() if value})


def _days(shown: dict[str, Any], here: str) -> dict[str, str]:
    """The addresses of the day before and the day after the one that is shown."""
    day: date | None = shown["day"]
    if day is None or not date.min < day < date.max:
        return {}
    step = timedelta(days=1)
    return {
        name: f"{here}?{_query(shown['filters'] | {'day': other.isoformat()})}"
        for name, other in (("before", day - step), ("after", day + step))
    }


def _back(request: HttpRequest, page: str) -> HttpResponse:
    """To the page, which says what is wrong with the filter."""
    return redirect(f"{page}?{request.GET.urlencode()}")


def _csv(batches: Iterable[list[Message]], zone: str) -> HttpResponseBase:
    return streamed("ledger.csv", COLUMNS, (_cells(row, zone) for rows in batches for row in rows))


def _cells(mail: Message, zone_of_others: str) -> list[str]:
    """No name and no address: the record number says whose it is, and none that it is of no
    patient; then its times are in `zone_of_others`.
    """
    patient = mail.recovery.patient if mail.recovery else None
    named = patient.zone if patient else zone_of_others
    zone = ZoneInfo(named)

    def at(moment: datetime | None) -> str:
        return moment.astimezone(zone).isoformat(timespec="seconds") if moment else ""

    done = answered_at(mail)
    to_staff = mail.kind in TO_STAFF
    with timezone.override(zone):
        return [
            patient.record_number if patient else "",
            kind_name(mail),
            mail.get_channel_display(),
            about(mail),
            "" if to_staff else which(mail),
            named,
            at(mail.planned_at),
            at(mail.send_after),
            at(mail.sent_at),
            at(opened_at(mail)),
            at(done),
            (_("yes") if by_link(mail) else _("no")) if done else "",
            fate(mail).word,
            mail.get_reason_display(),
            happened(mail),
            mail.message_id,
        ]
