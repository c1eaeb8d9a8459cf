"""The sheet before a visit, as a page and as a PDF, and the patient's questions taken up."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from recovery import access, pdf
from recovery.queries.visits import visit_sheet
from recovery.services import visits
from recovery.services.refusals import NotAllowed


@require_safe
@access.for_staff()
def visit_page(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    access.record_read(request, row, "visit sheet")
    sheet = visit_sheet(row, request.clinic, now=request.now)
    context = {
        "here": "patients",
        "waiting": sheet.waiting,
        "in_room": sheet.in_room,
        "recovery": row,
        "patient": row.patient,
        "sheet": sheet,
        "chart": sheet.chart,
        "described": pdf.chart_words(sheet),
        "key": pdf.chart_key(sheet.chart),
        "who": pdf.who(sheet),
        "head": pdf.score_head(sheet.scores),
        "notes": pdf.score_notes(sheet.scores),
    }
    return render(request, "staff/visit.html", context)


@require_safe
@access.for_staff()
def visit_pdf(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """One page; `?paper=` is a4 or us-letter, otherwise what printers at the clinic hold."""
    row = access.staff_recovery(request, recovery)
    access.record_read(request, row, "visit sheet PDF")
    asked = request.GET.get("paper", "")
    paper = pdf.Paper(asked) if asked in list(pdf.Paper) else pdf.paper_of(request.clinic)
    sheet = visit_sheet(row, request.clinic, now=request.now)
    made = pdf.visit_pdf(sheet, request.clinic, paper=paper, now=request.now)
    # A file's name may lie in a folder of downloads for long: it names nobody.
    headers = {"Content-Disposition": f'inline; filename="visit-{row.uuid.hex[:8]}.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@require_POST
@access.for_staff()
def visit_questions_taken(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """Note the ticked questions as taken up at the visit."""
    row = access.staff_recovery(request, recovery)
    read = _read(request)
    if not read:
        messages.error(request, _("Tick the questions that you took up."))
        return redirect("visit_page", row.uuid)
    try:
        n = visits.take(recovery=row, read=read, user=request.user, now=request.now)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext("%(n)d question taken up.", "%(n)d questions taken up.", n)
        messages.success(request, text % {"n": n})
    return redirect("visit_page", row.uuid)


def _read(request: HttpRequest) -> dict[uuid.UUID, int]:
    """By question the revision that the page showed; what is no such pair is left out."""
    read = {}
    for pair in request.POST.getlist("question"):
        name, _colon, revision = pair.partition(":")
        try:
            read[uuid.UUID(name)] = int(revision)
        except ValueError:
            continue
    return read
