"""Moving one recovery to the version in use, after a look at what that does."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recovery import access
from recovery.models import Recovery
from recovery.queries.pathway_moves import preview
from recovery.queries.pathways import active_pathway, document_of, usable
from recovery.queries.patients import menu
from recovery.services import pathway_moves
from recovery.services.refusals import Moved, NotAllowed
from recovery.views.staff.pathway_approval import told


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def pathway_move(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """What would move, then the move, of a recovery that follows an older version."""
    row = access.staff_recovery(request, recovery)
    refusal = ""
    if request.method == "POST":
        try:
            _move(request, row)
        except NotAllowed as refused:
            refusal = str(refused)
            row = access.staff_recovery(request, recovery)
        else:
            messages.success(request, _("This recovery follows the version in use now."))
            return redirect("staff_recovery", row.uuid)
    access.record_read(request, row, "pathway")
    target = active_pathway(request.clinic)
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "refusal": refusal,
        "target": target,
        "movable": movable(row, target),
    }
    if context["movable"]:
        context["preview"] = preview(row, target, now=request.now)
        context |= told(document_of(row.pathway), document_of(target))
    return render(request, "staff/pathway_move.html", context)


def movable(recovery: Recovery, target: object) -> bool:
    return recovery.state in Recovery.FOLLOWED and recovery.pathway != target


def _move(request: HttpRequest, recovery: Recovery) -> None:
    """By the two versions that the page showed; Moved if they are not the present ones."""
    shown = {str(row.uuid): row for row in usable(request.clinic)}
    before, after = (shown.get(request.POST.get(name, "")) for name in ("before", "after"))
    if before is None or after != active_pathway(request.clinic):
        raise Moved(_("Another version is in use since you opened this page. Look again."))
    assert after is not None
    pathway_moves.move(
        recovery=recovery,
        from_pathway=before,
        to_pathway=after,
        user=request.user,
        now=request.now,
    )
