"""Links by which an outside physiotherapist reads a sheet: made, listed, revoked by staff."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recovery import access
from recovery.forms.therapists import TherapistLinkForm
from recovery.models import TherapistLink
from recovery.queries.patients import menu
from recovery.queries.therapists import MadeLink, links_of
from recovery.services import therapists
from recovery.services.refusals import NotAllowed
from recovery.tokens import therapist_token


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def therapist_links(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """The links of a recovery, and a form for a new one."""
    row = access.staff_recovery(request, recovery)
    today = access.local_date(row, request.now)
    form = TherapistLinkForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_valid():
        said = form.cleaned_data
        try:
            therapists.make(
                recovery=row,
                recipient=said["recipient"],
                days=int(said["days"]),
                consent_how=TherapistLink.ConsentHow(said["consent_how"]),
                consented_on=said["consented_on"],
                client_id=said["client_id"] or uuid.uuid4(),
                user=request.user,
                now=request.now,
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The link is made. Give it to the therapist yourself."))
            return redirect("therapist_links", row.uuid)
    access.record_read(request, row, "therapist links")
    context = {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "form": form,
        "links": [_shown(made) for made in links_of(row, now=request.now)],
        "makes": row.state not in TherapistLink.ENDED_STATES and row.patient.birth_date,
    }
    return render(request, "staff/therapists.html", context)


def _shown(made: MadeLink) -> tuple[MadeLink, str]:
    """A link with its address while it works."""
    path = reverse("therapist_sheet", args=[therapist_token(made.link)])
    return made, f"{settings.SITE_URL}{path}" if made.is_open else ""


@require_POST
@access.for_staff()
def therapist_link_revoke(
    request: HttpRequest, recovery: uuid.UUID, link: uuid.UUID
) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    found = TherapistLink.objects.select_related("recovery").filter(recovery=row, uuid=link).first()
    if found is None:
        raise Http404
    therapists.revoke(link=found, user=request.user, now=request.now)
    messages.success(request, _("The link is revoked: it opens nothing any more."))
    return redirect("therapist_links", row.uuid)
