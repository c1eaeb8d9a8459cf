"""What differs between the draft and the version in use, and its approval by name."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recovery.access import for_staff
from recovery.clinical.ownpathways import Document, PathwayError, Section, differences
from recovery.forms.pathway_sections import soon
from recovery.forms.pathways import ApprovalForm
from recovery.models import Membership, Role
from recovery.queries.pathways import document_of, versions
from recovery.queries.rehearsals import rehearsal_of
from recovery.services import pathways as service
from recovery.services.refusals import NotAllowed
from recovery.templatetags.pathways import slot_name
from recovery.views.staff.pathways import (
    READ_OR_POST,
    desk_of,
    followed_words,
    no_draft,
)

# A text whose review falls due so soon is better looked at before the approval than after it.
REVIEW_SOON = timedelta(days=90)


@require_http_methods(READ_OR_POST)
@for_staff(Role.MANAGER)
def pathway_approval(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request.clinic)
    roles = _roles(request)
    known_as = next(row.known_as for row in roles if row.role == Role.MANAGER)
    form = ApprovalForm(request.POST or None, known_as=known_as, revision=desk.revision)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            approved = service.approve(
                clinic=request.clinic,
                revision=form.read_at,
                user=request.user,
                now=request.now,
                note=form.cleaned_data["note"],
            )
        except NotAllowed as refused:
            refusal = str(refused)
        except PathwayError:
            refusal = _("The draft has problems now. They stand on its page.")
        else:
            said = _("Version %(n)d is in use: new recoveries follow it.")
            followed = sum(row.followed for row in versions(request.clinic))
            words = said % {"n": approved.version}
            messages.success(request, f"{words} {followed_words(followed)}")
            return redirect("pathway")
    document = desk.document
    if desk.draft is None or document is None:
        return no_draft(request) if desk.draft is None else redirect("pathway_draft")
    rows = versions(request.clinic)
    today = timezone.localdate(request.now)
    context = {
        "here": "clinic",
        "form": form,
        "refusal": refusal,
        "draft": desk.draft,
        "data": desk.data,
        "active": rows[0],
        "followed": followed_words(sum(row.followed for row in rows)),
        "warnings": [one for one in desk.problems if one.warning],
        "reviews": soon(desk.data, today + REVIEW_SOON),
        "today": today,
        "known_as": known_as,
        "role_names": [row.get_role_display() for row in roles],
        **told(document_of(desk.active), document),
    }
    if any(one.name == "rules" for one in context["sections"]):
        context["rules_changed"] = True
        active = document_of(desk.active)
        context["rehearsal"] = rehearsal_of(request.clinic, active, document)
    return render(request, "staff/pathway_approval.html", context)


def _roles(request: HttpRequest) -> list[Membership]:
    rows = Membership.objects.active().filter(user=request.user, clinic=request.clinic)
    return list(rows.select_related("user").order_by("role"))


def told(old: Document, new: Document) -> dict[str, Any]:
    """What _pathway_differences.html shows."""
    sections: list[Section] = differences(old, new)
    names = {slot.key: slot_name(slot) for slot in (*old.slots, *new.slots)}
    return {"sections": sections, "names": names}
