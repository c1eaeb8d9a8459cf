"""The patient's own questions for the next visit: the list, and the form of each."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from recovery import access
from recovery.forms.visits import QuestionForm
from recovery.models import Recovery, VisitQuestion
from recovery.services import visits
from recovery.services.refusals import NotAllowed
from recovery.views.patient import entry

READ_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(READ_OR_POST)
@access.for_patient
def visit_questions(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    """What is written down, and a form for one more."""
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            visits.ask(
                recovery=recovery,
                text=form.cleaned_data["text"],
                client_id=form.cleaned_data["client_id"] or uuid.uuid4(),
                user=request.user,
                source=entry.source_of(request),
                now=request.now,
            )
        except NotAllowed as refusal:
            form.add_error("text", str(refusal))
        else:
            return redirect("visit_questions", recovery.uuid)
    return _list(request, recovery, form)


@require_http_methods(READ_OR_POST)
@access.for_patient
def visit_question(request: HttpRequest, recovery: Recovery, question: uuid.UUID) -> HttpResponse:
    """Change one that stands, or remove it. What was taken up or removed has no form."""
    row = recovery.visit_questions.filter(uuid=question).first()
    if row is None:
        raise Http404
    row.recovery = recovery
    stands = row.taken_at is None and row.removed_at is None
    if request.method != "POST":
        if not stands:
            raise Http404
        form = QuestionForm(initial={"text": row.text, "read": row.revision})
        return _page(request, row, form)
    form = QuestionForm(request.POST)
    removes = "remove" in request.POST
    if stands and not removes and not form.is_valid():
        return _page(request, row, form)
    form.is_valid()
    read = form.cleaned_data.get("read")
    said: dict[str, Any] = {
        "question": row,
        "read": -1 if read is None else read,
        "user": request.user,
        "now": request.now,
    }
    try:
        if removes:
            visits.remove(**said)
        else:
            visits.change(text=form.cleaned_data.get("text", ""), **said)
    except NotAllowed as refusal:
        return _moved(request, row, str(refusal))
    return redirect("visit_questions", recovery.uuid)


def _moved(request: HttpRequest, row: VisitQuestion, why: str) -> HttpResponse:
    """What was typed, with what stands now: on its own form, or as a new question to ask."""
    row.refresh_from_db()
    typed = request.POST.get("text", "")
    if row.taken_at or row.removed_at:
        return _list(request, row.recovery, QuestionForm(initial={"text": typed}), moved=why)
    return _page(request, row, QuestionForm({"text": typed, "read": row.revision}), moved=why)


def _page(
    request: HttpRequest, row: VisitQuestion, form: QuestionForm, *, moved: str = ""
) -> HttpResponse:
    context = {"recovery": row.recovery, "question": row, "form": form, "moved": moved}
    return render(request, "patient/visit_question.html", context)


def _list(
    request: HttpRequest, recovery: Recovery, form: QuestionForm, *, moved: str = ""
) -> HttpResponse:
    rows = recovery.visit_questions.filter(removed_at=None).order_by("pk")
    context = {
        "recovery": recovery,
        "form": form,
        "moved": moved,
        "standing": [row for row in rows if row.taken_at is None],
        "taken": [row for row in rows if row.taken_at],
        "followed": recovery.state in Recovery.FOLLOWED,
        "today": access.local_date(recovery, request.now),
    }
    return render(request, "patient/visit_questions.html", context)
