"""The manager's page: numbers, hours, and who works here."""

import uuid
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recovery.access import for_staff
from recovery.forms.clinics import ClinicForm, InvitationForm
from recovery.models import Membership, Role, User
from recovery.services import clinics, enrolment
from recovery.services.refusals import NotAllowed


@dataclass
class Person:
    user: User
    memberships: list[Membership] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.memberships[0].known_as

    @property
    def lacks(self) -> list[Role]:
        """The roles that could be given."""
        held = {membership.role for membership in self.memberships}
        return [role for role in Role if role not in held]


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Role.MANAGER)
def clinic(request: HttpRequest) -> HttpResponse:
    form = ClinicForm(request.POST or None, clinic=request.clinic)
    if form.is_valid():
        clinics.update(clinic=request.clinic, values=form.values)
        messages.success(request, _("Saved."))
        return redirect("clinic")
    return _page(request, form, InvitationForm())


def _page(request: HttpRequest, form: ClinicForm, invitation: InvitationForm) -> HttpResponse:
    people: dict[int, Person] = {}
    rows = request.clinic.memberships.select_related("user").order_by("name", "user_id", "pk")
    for membership in rows:
        people.setdefault(membership.user_id, Person(membership.user)).memberships.append(
            membership
        )
    missing = enrolment.missing(request.clinic)
    context = {
        "here": "clinic",
        "form": form,
        "invitation": invitation,
        "people": people.values(),
        "missing": missing,
        "missing_names": [
            str(ClinicForm.base_fields[name].label).lower()
            if name != "staff"
            else _("a nurse or clinician")
            for name in missing
        ],
    }
    return render(request, "staff/clinic.html", context)


@require_POST
@for_staff(Role.MANAGER)
def staff_invite(request: HttpRequest) -> HttpResponse:
    """Give a person a role; somebody new gets a mail with which to set a password."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, ClinicForm(clinic=request.clinic), form)
    given = form.cleaned_data
    membership = clinics.invite(
        clinic=request.clinic,
        email=given["email"],
        name=given["name"],
        role=Role(given["role"]),
        now=request.now,
    )
    message = _("%(name)s is now %(role)s here.")
    if not membership.user.has_usable_password():
        message += " " + _("A mail to set a password goes out.")
    words = {"name": membership.known_as, "role": membership.get_role_display().lower()}
    messages.success(request, message % words)
    return redirect("clinic")


@require_POST
@for_staff(Role.MANAGER)
def membership_change(request: HttpRequest, membership: uuid.UUID) -> HttpResponse:
    """End a role or give it back; `active` says which."""
    row = get_object_or_404(request.clinic.memberships.select_related("user"), uuid=membership)
    active = request.POST.get("active") == "yes"
    try:
        clinics.set_active(membership=row, active=active)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        message = _("%(name)s: %(role)s again.") if active else _("%(name)s: no longer %(role)s.")
        words = {"name": row.known_as, "role": row.get_role_display().lower()}
        messages.success(request, message % words)
    return redirect("clinic")
