"""The manager's pages of the clinic's pathway: the versions, the draft, and their files."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recovery.access import for_staff
from recovery.clinical import ownpathways
from recovery.clinical.ownpathways import SCHEMA, Document, PathwayError, Problem, write_yaml
from recovery.forms.pathways import USUAL_TIME, CalendarForm, DraftForm, PathwayFileForm
from recovery.forms.procedures import wall_time
from recovery.models import Clinic, Pathway, PathwayDraft, Role
from recovery.queries.pathways import active_pathway, document_of, usable, versions
from recovery.services import pathways as service
from recovery.services.refusals import Moved
from recovery.templatetags.pathways import slot_name

READ_OR_POST = ["GET", "HEAD", "POST"]
# Of a file's problems; a thousand of them are read by nobody.
PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Desk:
    """The clinic's draft as it lies there. Without one `data` is the version in use, so that what
    was typed can still be shown.
    """

    draft: PathwayDraft | None
    data: Mapping[str, Any]
    active: Pathway

    @property
    def revision(self) -> int:
        return self.draft.revision if self.draft else 0

    @property
    def problems(self) -> list[Problem]:
        """What refuses it and what should be looked at."""
        return ownpathways.problems(self.data)

    @property
    def document(self) -> Document | None:
        """None when the checks have grown since it was saved, so that it is refused now."""
        try:
            return ownpathways.from_data(self.data)
        except PathwayError:
            return None


def draft_of(clinic: Clinic) -> PathwayDraft | None:
    drafts = PathwayDraft.objects.filter(clinic=clinic)
    return drafts.select_related("edited_by").first()


def desk_of(clinic: Clinic) -> Desk:
    draft, active = draft_of(clinic), active_pathway(clinic)
    data = draft.document if draft else ownpathways.to_data(document_of(active))
    return Desk(draft, data, active)


def no_draft(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("There is no draft now. Begin one below."))
    return redirect("pathway")


@require_safe
@for_staff(Role.MANAGER)
def pathway(request: HttpRequest) -> HttpResponse:
    return _overview(request, PathwayFileForm(draft=draft_of(request.clinic)))


def _overview(request: HttpRequest, form: PathwayFileForm) -> HttpResponse:
    rows = versions(request.clinic)
    context: dict[str, Any] = {"here": "clinic", "form": form, "versions": rows, "active": rows[0]}
    context |= {"problems": form.problems[:PROBLEMS], "more": len(form.problems) - PROBLEMS}
    if form.draft:
        desk = Desk(form.draft, form.draft.document, rows[0].pathway)
        found, document = desk.problems, desk.document
        context |= {
            "draft": form.draft,
            "differences": document and count_differences(desk.active, document),
            "wrong": sum(not one.warning for one in found),
            "warnings": sum(one.warning for one in found),
        }
    return render(request, "staff/pathway.html", context)


def count_differences(active: Pathway, document: Document) -> int:
    sections = ownpathways.differences(document_of(active), document)
    return sum(len(section.differences) for section in sections)


@require_POST
@for_staff(Role.MANAGER)
def pathway_begin(request: HttpRequest) -> HttpResponse:
    service.begin(clinic=request.clinic, user=request.user, now=request.now)
    return redirect("pathway_draft")


@require_POST
@for_staff(Role.MANAGER)
def pathway_load(request: HttpRequest) -> HttpResponse:
    """Take a file into the draft; what is wrong with it is listed, and the draft stays."""
    form = PathwayFileForm(request.POST, request.FILES, draft=draft_of(request.clinic))
    if not form.is_valid():
        return _overview(request, form)
    try:
        service.load(
            clinic=request.clinic,
            raw=form.cleaned_data["file"].read(),
            user=request.user,
            now=request.now,
            revision=form.read_at if form.draft else None,
        )
    except PathwayError as error:
        form.refuse(error)
    except Moved as refusal:
        form.add_error("replace", str(refusal))
    else:
        messages.success(request, _("The file is the draft now. Nobody follows it yet."))
        return redirect("pathway_draft")
    return _overview(request, form)


# Reading
# -------


@require_safe
@for_staff(Role.MANAGER)
def pathway_version(request: HttpRequest, version: uuid.UUID) -> HttpResponse:
    row = _version(request, version)
    active = row == active_pathway(request.clinic)
    return _read(request, document_of(row), version=row, active=active)


def _version(request: HttpRequest, version: uuid.UUID) -> Pathway:
    row = next((row for row in usable(request.clinic) if row.uuid == version), None)
    if row is None:
        raise Http404
    return row


@require_safe
@for_staff(Role.MANAGER)
def pathway_draft(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request.clinic)
    if desk.draft is None:
        return no_draft(request)
    document = desk.document
    context = {"draft": desk.draft, "data": desk.data, "problems": desk.problems}
    if document is None:
        return render(request, "staff/pathway_refused.html", {"here": "clinic", **context})
    context["differences"] = count_differences(desk.active, document)
    return _read(request, document, **context)


def _read(request: HttpRequest, document: Document, **context: Any) -> HttpResponse:
    """All of one pathway, with its calendar for a procedure that the reader may choose."""
    asked = request.GET if "procedure_date" in request.GET else None
    today = timezone.localdate(request.now)
    zone = request.clinic.zone
    form = CalendarForm(asked, today=today, zone=zone)
    begins = wall_time(today, USUAL_TIME, zone)
    if asked is not None and form.is_valid() and form.procedure_at:
        begins = form.procedure_at
    days = ownpathways.calendar(document, begins, zone)
    context |= {
        "here": "clinic",
        "document": document,
        "names": {slot.key: slot_name(slot) for slot in document.slots},
        "form": form,
        "begins": begins,
        "days": days,
        "figures": ownpathways.figures(document, days),
    }
    return render(request, "staff/pathway_read.html", context)


# Files
# -----


@require_safe
@for_staff(Role.MANAGER)
def pathway_version_file(request: HttpRequest, version: uuid.UUID) -> HttpResponse:
    row = _version(request, version)
    name = f"pathway-{row.version}" if row.clinic_id else f"default-pathway-{row.version}"
    return _yaml(document_of(row), name)


@require_safe
@for_staff(Role.MANAGER)
def pathway_draft_file(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request.clinic)
    if desk.draft is None:
        return no_draft(request)
    document = desk.document
    return redirect("pathway_draft") if document is None else _yaml(document, "pathway-draft")


def _yaml(document: Document, name: str) -> HttpResponse:
    return _attached(write_yaml(document), "application/yaml; charset=utf-8", f"{name}.yaml")


@require_safe
@for_staff(Role.MANAGER)
def pathway_schema(request: HttpRequest) -> HttpResponse:
    text = json.dumps(SCHEMA, indent=2)
    return _attached(text, "application/schema+json", "pathway.schema.json")


def _attached(text: str, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=content_type, headers=headers)


# Discarding
# ----------


@require_http_methods(READ_OR_POST)
@for_staff(Role.MANAGER)
def pathway_discard(request: HttpRequest) -> HttpResponse:
    """Asks once: what is discarded is gone."""
    desk = desk_of(request.clinic)
    form = DraftForm(request.POST or None, initial={"revision": desk.revision})
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            service.discard(clinic=request.clinic, revision=form.read_at)
        except Moved as moved:
            refusal = str(moved)
        else:
            messages.success(request, _("The draft is discarded. The version in use stays."))
            return redirect("pathway")
    if desk.draft is None:
        return no_draft(request)
    document = desk.document
    context = {
        "here": "clinic",
        "draft": desk.draft,
        "refusal": refusal,
        "differences": document and count_differences(desk.active, document),
    }
    return render(request, "staff/pathway_discard.html", context)


def followed_words(count: int) -> str:
    """What becomes of the recoveries under way, once another version is in use."""
    kept = ngettext(
        "The %(n)d recovery under way keeps its version.",
        "The %(n)d recoveries under way keep theirs.",
        count,
    )
    return kept % {"n": count} if count else _("No recovery is under way.")
