"""The manager's page: numbers, hours and holidays, who works here, and who is told first."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from recovery.access import for_staff
from recovery.forms.clinics import ClinicForm, HolidayForm, InvitationForm
from recovery.models import Clinic, Membership, Role, User
from recovery.queries.language_state import lost_languages
from recovery.queries.messages import failing_staff
from recovery.services import clinics, enrolment, oncall
from recovery.services.refusals import NotAllowed

SWITCHED_OFF = {
    "emergency_mails": gettext_lazy("emergencies"),
    "urgent_mails": gettext_lazy("urgent alerts"),
    "waiting_mails": gettext_lazy("urgent alerts that wait"),
    "digest_mails": gettext_lazy("morning mail"),
}


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


@dataclass(frozen=True)
class OnCall:
    """A nurse or clinician, in the order in which alerts tell them."""

    user: User
    name: str
    placed: bool
    off: list[str]
    # When the address last failed, if it took no mail since.
    failed_at: datetime | None


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Role.MANAGER)
def clinic(request: HttpRequest) -> HttpResponse:
    form = ClinicForm(request.POST or None, clinic=request.clinic)
    if form.is_valid():
        clinics.update(clinic=request.clinic, values=form.values, now=request.now)
        messages.success(request, _("Saved."))
        return redirect("clinic")
    return _page(request, form=form)


def _page(
    request: HttpRequest,
    *,
    form: ClinicForm | None = None,
    invitation: InvitationForm | None = None,
    holiday: HolidayForm | None = None,
) -> HttpResponse:
    """The page, with the one of its forms that was refused as it was filled."""
    clinic = request.clinic
    people: dict[int, Person] = {}
    rows = request.clinic.memberships.select_related("user").order_by("name", "user_id", "pk")
    for membership in rows:
        people.setdefault(membership.user_id, Person(membership.user)).memberships.append(
            membership
        )
    missing = enrolment.missing(clinic)
    on_call = _on_call(clinic, people)
    context = {
        "here": "clinic",
        "lost": lost_languages(clinic),
        "form": form or ClinicForm(clinic=clinic),
        "invitation": invitation or InvitationForm(),
        "holiday": holiday or HolidayForm(clinic=clinic, now=request.now),
        "holidays": [
            (date.fromisoformat(day), name)
            for day, name in sorted(clinic.holidays.items())
            if day >= localdate(request.now).isoformat()
        ],
        "on_call": on_call,
        "placed": sum(one.placed for one in on_call),
        "nobody_gets": [
            word
            for word in map(str, SWITCHED_OFF.values())
            if on_call and all(word in one.off for one in on_call)
        ],
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


def _on_call(clinic: Clinic, people: dict[int, Person]) -> list[OnCall]:
    here = oncall.people([clinic.pk]).get(clinic.pk, [])
    failing = failing_staff(clinic, [one.user for one in here])
    return [
        OnCall(
            user=people[one.user].user,
            name=people[one.user].name,
            placed=one.place is not None,
            off=[str(word) for name, word in SWITCHED_OFF.items() if not getattr(one, name)],
            failed_at=failing.get(one.user),
        )
        for one in here
    ]


@require_POST
@for_staff(Role.MANAGER)
def staff_invite(request: HttpRequest) -> HttpResponse:
    """Give a person a role; somebody new gets a mail with which to set a password."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, invitation=form)
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


@require_POST
@for_staff(Role.MANAGER)
def on_call_change(request: HttpRequest, user: uuid.UUID) -> HttpResponse:
    """Put a person into the on-call order, up, down or out; `to` says which."""
    row = get_object_or_404(
        Membership.objects.filter(clinic=request.clinic, user__uuid=user).select_related("user")[:1]
    )
    try:
        oncall.move(clinic=request.clinic, user=row.user, to=request.POST.get("to", ""))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The on-call order is changed."))
    return redirect("clinic")


@require_POST
@for_staff(Role.MANAGER)
def holiday_add(request: HttpRequest) -> HttpResponse:
    form = HolidayForm(request.POST, clinic=request.clinic, now=request.now)
    if form.is_valid():
        on, name = form.cleaned_data["on"], form.cleaned_data["holiday"]
        try:
            clinics.add_holiday(clinic=request.clinic, on=on, name=name, now=request.now)
        except NotAllowed as refusal:
            form.add_error("on", str(refusal))
        else:
            words = {"day": date_format(on, "l, F j, Y"), "name": name}
            messages.success(request, _("Closed on %(day)s: %(name)s.") % words)
            return redirect("clinic")
    return _page(request, holiday=form)


@require_POST
@for_staff(Role.MANAGER)
def holiday_remove(request: HttpRequest) -> HttpResponse:
    """Take away the day that `on` names; one that is gone already stays so."""
    name = clinics.remove_holiday(
        clinic=request.clinic, on=request.POST.get("on", ""), now=request.now
    )
    if name:
        messages.success(request, _("%(name)s is no longer a holiday.") % {"name": name})
    return redirect("clinic")
