"""The activity ledger of a patient and of a clinic's month, as pages and as CSV."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recovery import access
from recovery.forms.activity import LAST_YEAR, MonthForm
from recovery.queries import activity as queries
from recovery.queries.activity import Activity, Month, PeriodRow
from recovery.queries.patients import menu
from recovery.templatetags.activity import CAUTIONS, tests_met
from recovery.views.staff.csvfile import streamed

COLUMNS = (
    *("record number", "zone", "clock", "from", "to", "patient-entered days"),
    *("of them in D0-D10", "test met", "test met without D0-D10", "caregiver days", "staff days"),
    *("minutes", "of them in D0-D10", "live contacts", "of them in D0-D10"),
    *("contacts without minutes", "minutes in person, not counted"),
)


@require_safe
@access.for_staff()
def recovery_activity(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    access.record_read(request, row, "activity")
    [found] = queries.activity_of([row], now=request.now)
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "activity": found,
        "periods": found.periods[::-1],
        "months": found.months[::-1],
        "cautions": CAUTIONS,
    }
    return render(request, "staff/recovery_activity.html", context)


@require_safe
@access.for_staff()
def recovery_activity_csv(request: HttpRequest, recovery: uuid.UUID) -> HttpResponseBase:
    row = access.staff_recovery(request, recovery)
    access.record_read(request, row, "activity export")
    [found] = queries.activity_of([row], now=request.now)
    return _csv([[*_period_rows(found, found.periods), *_month_rows(found, found.months)]])


@require_safe
@access.for_staff()
def activity(request: HttpRequest) -> HttpResponse:
    """One month of the clinic; one that is asked for wrongly shows the present one and says so."""
    form = MonthForm(request.GET)
    first = _month(request, form)
    after = form.asked_after if form.is_valid() else None
    page = queries.month_page(request.clinic, first, now=request.now, after=after)
    access.record_reads(request, [row.recovery.patient_id for row in page.rows], "activity")
    here = reverse("activity")
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "form": form,
        "first": first,
        "rows": [(row, row.month(first), row.overlapping(first)) for row in page.rows],
        "cautions": CAUTIONS,
        "before_url": f"{here}?{_asked((first - timedelta(days=1)).replace(day=1))}",
        "after_url": f"{here}?{_asked(queries.next_month(first))}" if _goes_on(first) else "",
        "csv_url": f"{reverse('activity_csv')}?{_asked(first)}",
        "first_url": f"{here}?{_asked(first)}",
        "next_url": f"{here}?{_asked(first, after=str(page.after))}" if page.after else "",
        "paged": after is not None,
    }
    return render(request, "staff/activity.html", context)


@require_safe
@access.for_staff()
def activity_csv(request: HttpRequest) -> HttpResponseBase:
    """Recorded for each patient before a line about them leaves."""
    form = MonthForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('activity')}?{request.GET.urlencode()}")
    first = _month(request, form)
    batches = queries.month_batches(request.clinic, first, now=request.now)
    return _csv(_recorded(request, batches, first))


def _recorded(
    request: HttpRequest, batches: Iterable[list[Activity]], first: date
) -> Iterator[list[list[str]]]:
    for found in batches:
        access.record_reads(request, [row.recovery.patient_id for row in found], "activity export")
        yield [
            line
            for row in found
            for line in (
                *_period_rows(row, row.overlapping(first)),
                *_month_rows(row, [row.month(first)]),
            )
        ]


def _month(request: HttpRequest, form: MonthForm) -> date:
    """The month asked for, else the present one at the clinic."""
    if form.is_valid() and form.cleaned_data["month"]:
        asked: date = form.cleaned_data["month"]
        return asked
    return request.now.astimezone(ZoneInfo(request.clinic.zone)).date().replace(day=1)


def _goes_on(first: date) -> bool:
    return queries.next_month(first).year < LAST_YEAR


def _asked(first: date, **more: str) -> str:
    return urlencode({"month": f"{first:%Y-%m}", **more})


# CSV
# ---


def _csv(batches: Iterable[list[list[str]]]) -> HttpResponseBase:
    def with_cautions() -> Iterator[list[str]]:
        for rows in batches:
            yield from rows
        yield []
        yield from ([str(caution)] for caution in CAUTIONS)

    return streamed("activity.csv", COLUMNS, with_cautions())


def _period_rows(found: Activity, rows: Iterable[PeriodRow]) -> Iterator[list[str]]:
    for row in rows:
        period = row.period
        yield [
            *_whose(found),
            *(_("30-day period"), period.first.isoformat(), period.last.isoformat()),
            *(str(len(period.days)), str(len(period.apart)), period.code, period.code_without),
            *(str(row.caregiver_days), str(row.staff_days), "", "", "", "", "", ""),
        ]


def _month_rows(found: Activity, months: Iterable[Month]) -> Iterator[list[str]]:
    for month in months:
        last = queries.next_month(month.first) - timedelta(days=1)
        yield [
            *_whose(found),
            *(_("calendar month"), month.first.isoformat(), last.isoformat(), "", ""),
            *(tests_met(month.whole), tests_met(month.without), "", ""),
            *(str(month.whole.minutes), str(month.apart_minutes)),
            *(str(month.whole.live), str(month.apart_live)),
            *(str(month.whole.without_minutes), str(month.visits.minutes)),
        ]


def _whose(found: Activity) -> tuple[str, str]:
    """No name: the record number says whose it is."""
    return found.recovery.patient.record_number, found.recovery.patient.zone
