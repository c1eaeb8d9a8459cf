"""What the draft's changed rules would have said of the logs there are; needed to approve them."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recovery import access, clock
from recovery.clinical.ownpathways import Document
from recovery.models import Rehearsal, Role
from recovery.queries import rehearsals as queries
from recovery.queries.pathways import document_of
from recovery.services import rehearsals as service
from recovery.services.refusals import NotAllowed
from recovery.views.staff.pathways import READ_OR_POST, desk_of, no_draft

# How long the page itself judges before it leaves the rest to a worker.
AT_ONCE = timedelta(seconds=2)


@require_http_methods(READ_OR_POST)
@access.for_staff(Role.MANAGER)
def rehearsal(request: HttpRequest) -> HttpResponse:
    """A post begins it; over few logs it is done when the page answers."""
    if request.method == "POST":
        try:
            service.begin(clinic=request.clinic, user=request.user, now=request.now)
        except NotAllowed as refusal:
            messages.warning(request, str(refusal))
        else:
            service.run(clock=clock.now, until=clock.now() + AT_ONCE)
        return redirect("rehearsal")
    desk = desk_of(request.clinic)
    if desk.draft is None:
        return no_draft(request)
    document = desk.document
    if document is None:
        return redirect("pathway_draft")
    return render(
        request, "staff/rehearsal.html", _context(request, document_of(desk.active), document)
    )


def _context(request: HttpRequest, old: Document, new: Document) -> dict[str, Any]:
    changed = queries.changed_rules(old, new)
    row = queries.rehearsal_of(request.clinic, old, new) if changed else None
    context: dict[str, Any] = {"here": "clinic", "changed": changed, "row": row}
    if row is None or row.state != Rehearsal.State.DONE:
        return context
    rule = request.GET.get("rule", "")
    rule = rule if rule in row.rules else row.rules[0]
    after = request.GET.get("after", "")
    paged = after.isascii() and after.isdigit() and len(after) <= 18
    found, following = queries.firings(row, rule, int(after) if paged else 0)
    named = bool(request.roles & set(access.CLINICAL))
    if named:
        access.record_reads(request, {one.recovery.patient_id for one in found}, "rehearsal")
    here = reverse("rehearsal")
    return context | {
        "lines": queries.lines(row),
        "rule": rule,
        "fires": row.counts.get(rule, {}).get("fires", 0),
        # Managers read no charts: only who is also a nurse or clinician sees whose a log is.
        "named": named,
        "page": {"rows": found, "after": following},
        "paged": paged,
        "chips": [(one, f"{here}?rule={one}") for one in row.rules],
        "first_url": f"{here}?rule={rule}",
        "next_url": f"{here}?rule={rule}&after={following}",
    }


@require_POST
@access.for_staff(Role.MANAGER)
def rehearsal_seen(request: HttpRequest) -> HttpResponse:
    """Said of the rehearsal of the draft as it is now."""
    desk = desk_of(request.clinic)
    document = desk.document if desk.draft else None
    row = document and queries.rehearsal_of(request.clinic, document_of(desk.active), document)
    if not row or str(row.uuid) != request.POST.get("rehearsal"):
        messages.warning(request, _("The draft has changed since. Run its rehearsal."))
        return redirect("rehearsal")
    try:
        service.see(rehearsal=row, user=request.user, now=request.now)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        return redirect("rehearsal")
    return redirect("pathway_approval")
