"""A list of procedures by file: what it would do, and, confirmed by a named person, what it did."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recovery import clock
from recovery.access import for_staff
from recovery.forms.imports import COLUMNS, NEEDED, ImportFileForm, field_of, listed, names_all
from recovery.models import ImportRow, ProcedureImport
from recovery.queries import imports as queries
from recovery.queries.patients import menu
from recovery.services import enrolment, imports, nudges
from recovery.services.refusals import NotAllowed
from recovery.tabular.reading import Sheet, Unreadable, read
from recovery.tabular.writing import csv_lines
from recovery.views.staff.enrolment import lacking

Outcome = ImportRow.Outcome
# How long the page takes in rows itself before it leaves the rest to a worker.
AT_ONCE = timedelta(seconds=2)
LISTED = 20


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff()
def procedure_imports(request: HttpRequest) -> HttpResponse:
    """A post reads the file and stores its preview; nobody is enrolled by it."""
    form = ImportFileForm(request.POST or None, request.FILES or None)
    missing = lacking(request.clinic)
    if request.method == "POST" and not missing and form.is_valid():
        try:
            row = _preview(request, form)
        except Unreadable as error:
            form.add_error("file", str(error))
        else:
            return redirect("procedure_import", row.uuid)
    context = {
        "here": "enrol",
        **menu(request.clinic, request.now),
        "form": form,
        "missing": missing,
        "needed": [COLUMNS[name][0] for name in NEEDED],
        "optional": [names[0] for name, names in COLUMNS.items() if name not in NEEDED],
        "rows": queries.imports_of(request.clinic)[:LISTED],
        "now": request.now,
    }
    return render(request, "staff/imports.html", context)


def _preview(request: HttpRequest, form: ImportFileForm) -> ProcedureImport:
    sheet = read(form.cleaned_data["file"], names_all)
    _refuse_header(sheet)
    today = timezone.localdate(request.now)
    dates = form.cleaned_data["dates"]
    return imports.preview(
        clinic=request.clinic,
        user=request.user,
        now=request.now,
        read_as=sheet.read_as,
        passed_over=[name for name in sheet.header if name and not field_of(name)],
        rows=list(listed(sheet, clinic=request.clinic, today=today, dates=dates)),
    )


def _refuse_header(sheet: Sheet) -> None:
    """Raises Unreadable unless each column that is needed is named, and none twice."""
    fields = [name for title in sheet.header if (name := field_of(title))]
    if lacking := [COLUMNS[name][0] for name in NEEDED if name not in fields]:
        words = {"names": ", ".join(lacking)}
        raise Unreadable(_("Row 1 does not name these columns: %(names)s.") % words)
    if twice := sorted({COLUMNS[name][0] for name in fields if fields.count(name) > 1}):
        words = {"names": ", ".join(twice)}
        raise Unreadable(_("Row 1 names these columns twice: %(names)s.") % words)
    if not sheet.lines:
        raise Unreadable(_("There are no rows beneath the names of the columns."))


@require_safe
@for_staff()
def import_template(request: HttpRequest) -> HttpResponse:
    names = [aliases[0] for aliases in COLUMNS.values()]
    headers = {"Content-Disposition": 'attachment; filename="procedures.csv"'}
    # With a mark by which Excel knows UTF-8.
    text = "\ufeff" + "".join(csv_lines(names, []))
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


# One list
# --------


@require_safe
@for_staff()
def procedure_import(request: HttpRequest, listing: uuid.UUID) -> HttpResponse:
    return _page(request, _row(request, listing))


def _row(request: HttpRequest, listing: uuid.UUID) -> ProcedureImport:
    return get_object_or_404(queries.imports_of(request.clinic), uuid=listing)


def _page(
    request: HttpRequest, row: ProcedureImport, refusal: NotAllowed | None = None
) -> HttpResponse:
    counts = queries.counts_of(row)
    # What needs a look first, then what will happen.
    order = [Outcome.WRONG, Outcome.NEW, Outcome.ADDED, Outcome.KNOWN, Outcome.ENROLLED]
    present = [one for one in order if counts.get(one)]
    shown = request.GET.get("show", "")
    if shown not in present:
        shown = present[0] if present else Outcome.NEW
    after = request.GET.get("after", "")
    rows, following = queries.page(row, shown, int(after) if _is_number(after) else 0)
    here = reverse("procedure_import", args=[row.uuid])
    context: dict[str, Any] = {
        "here": "enrol",
        **menu(request.clinic, request.now),
        "row": row,
        "refusal": refusal,
        "unvouched": isinstance(refusal, imports.NotVouched),
        "counts": counts,
        "total": sum(counts.values()),
        "ahead": sum(counts.get(one, 0) for one in ImportRow.AHEAD),
        "new": counts.get(Outcome.NEW, 0),
        "added": counts.get(Outcome.ADDED, 0),
        "known": counts.get(Outcome.KNOWN, 0),
        "wrong": counts.get(Outcome.WRONG, 0),
        "enrolled": counts.get(Outcome.ENROLLED, 0),
        "untold": queries.untold(row),
        "told": queries.told(row),
        "expired": row.expires_at <= request.now,
        "consent_version": enrolment.CONSENT_VERSION,
        "shown": shown,
        "chips": [(one, one.label, counts[one], f"{here}?show={one}") for one in present],
        "page": {"rows": rows, "after": following},
        "paged": _is_number(after),
        "first_url": f"{here}?show={shown}",
        "next_url": f"{here}?show={shown}&after={following}",
    }
    return render(request, "staff/import.html", context)


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= 9


@require_POST
@for_staff()
def import_confirm(request: HttpRequest, listing: uuid.UUID) -> HttpResponse:
    """Only this takes anything in. A short list is in when the page answers."""
    row = _row(request, listing)
    try:
        imports.confirm(
            procedure_import=row,
            user=request.user,
            now=request.now,
            vouched=bool(request.POST.get("vouched")),
        )
    except NotAllowed as refusal:
        row = queries.imports_of(request.clinic).filter(uuid=listing).first()
        if row is None:
            messages.error(request, str(refusal))
            return redirect("procedure_imports")
        return _page(request, row, refusal)
    imports.take_in(clock=clock.now, until=clock.now() + AT_ONCE)
    row = _row(request, listing)
    if row.state == ProcedureImport.State.DONE:
        count = row.counts.get(Outcome.ENROLLED, 0)
        said = ngettext("%(n)d row is enrolled.", "%(n)d rows are enrolled.", count)
        messages.success(request, said % {"n": count})
    else:
        # Not before: a worker passes over a list that this request holds.
        nudges.take_in_soon()
    return redirect("procedure_import", listing)


@require_POST
@for_staff()
def import_discard(request: HttpRequest, listing: uuid.UUID) -> HttpResponse:
    try:
        imports.discard(procedure_import=_row(request, listing), now=request.now)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The preview is discarded. Nothing was taken in."))
    return redirect("procedure_imports")
