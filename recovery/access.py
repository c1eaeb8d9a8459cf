"""Who may see what. Every view of patient data starts here; strangers get 404, the wrong role 403.

Three doors lead in: a patient's e-mailed code, a check-in link, a staff password. A session
remembers the door it came through: a code never opens a staff page, and a staff session never
opens patient pages, not even the person's own.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone

from recovery import clock, tokens
from recovery.models import (
    AccessEvent,
    CheckIn,
    Membership,
    Patient,
    PatientAccess,
    Recovery,
    Role,
    TherapistLink,
    User,
)
from recovery.page_language import remember
from recovery.queries import engine, staff
from recovery.queries.languages import speech_of
from recovery.wording import Speech, speaking

View = Callable[..., HttpResponse]


class SignedOut(PermissionDenied):
    """Something was sent by nobody. A redirect to the door would drop it without a word."""


class OtherClinic(PermissionDenied):
    """Something was sent from a page that was not made for the clinic the session works in.

    `page` is what the person is in the page's clinic and `here` in the session's, if anything.
    `named`: the page said which.
    """

    def __init__(self, page: staff.Post | None, here: staff.Post | None, *, named: bool) -> None:
        self.page, self.here, self.named = page and page.clinic, here and here.clinic, named


DOOR = "door"
STAFF_DOOR = "staff"
CLINIC = "clinic"
# Fields of a post: the clinic that its page was made for, and one to go back to first.
MADE_FOR = "made_for"
WORK_IN = "work_in"
CLINICAL = (Role.NURSE, Role.CLINICIAN)


# Patients
# --------


def patient_accesses(user: User) -> QuerySet[PatientAccess]:
    """The people this user may act for, whoever's recoveries they are."""
    return PatientAccess.objects.filter(user=user, ended_at=None).select_related("patient__clinic")


def for_patient(view: View) -> View:
    """Pass the view the recovery named in the URL, if the user may act for its patient."""

    @wraps(view)
    def wrapper(request: HttpRequest, recovery: uuid.UUID, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.method == "POST":
                raise SignedOut
            return redirect_to_login(request.get_full_path())
        if request.session.get(DOOR) == STAFF_DOOR:
            raise PermissionDenied
        row = (
            _recoveries()
            .filter(uuid=recovery)
            .filter(patient__accesses__user=request.user.pk, patient__accesses__ended_at=None)
            .annotate(relationship=F("patient__accesses__relationship"))
        )
        found = row.first()
        if found is None:
            raise Http404
        request.relationship = found.relationship
        with _on_behalf_of(request, found.patient, found.pathway_id) as language:
            return remember(request, view(request, found, **kwargs), language)

    return wrapper


def _recoveries() -> QuerySet[Recovery]:
    return Recovery.objects.select_related("patient__clinic", "clinic", "pathway")


@contextmanager
def _on_behalf_of(
    request: HttpRequest, patient: Patient, pathway_id: int | None = None
) -> Iterator[str]:
    """Answer at the patient's time, in their zone and language, and leave neither behind: the
    next answer of this thread is somebody else's. Yields the language, which is English where
    theirs is not offered.
    """
    request.now = clock.now()
    request.clinic = patient.clinic
    speech = speech_of(patient, pathway_id)
    with timezone.override(ZoneInfo(patient.zone)), speaking(speech):
        yield speech.language


# Check-in links
# --------------


def for_link(view: View) -> View:
    """Pass the view the check-in that the link is for; whether it is still open is its matter."""

    @wraps(view)
    def wrapper(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        checkin = (
            CheckIn.objects.select_related(
                "recovery__patient__clinic", "recovery__clinic", "recovery__pathway"
            )
            .filter(uuid=tokens.checkin_of(token))
            .first()
        )
        if checkin is None:
            raise Http404
        recovery = checkin.recovery
        with _on_behalf_of(request, recovery.patient, recovery.pathway_id) as language:
            return remember(request, view(request, checkin, **kwargs), language)

    return wrapper


def checkin_of_code(code: str) -> CheckIn:
    """The check-in of a text message's short link. Raises Http404."""
    checkin = CheckIn.objects.filter(uuid=tokens.checkin_of_code(code)).first()
    if checkin is None:
        raise Http404
    return checkin


def for_first_log(view: View) -> View:
    """Pass the view the recovery whose first log was handed over in the observation room."""

    @wraps(view)
    def wrapper(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        recovery = _recoveries().filter(uuid=tokens.first_log_of(token)).first()
        if recovery is None:
            raise Http404
        with _on_behalf_of(request, recovery.patient, recovery.pathway_id) as language:
            return remember(request, view(request, recovery, **kwargs), language)

    return wrapper


def for_therapist(view: View) -> View:
    """Pass the view the link by which an outside therapist reads a sheet; whether it is still open
    and its holder knows the patient is its matter. In the patient's zone, in the site's language.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        rows = TherapistLink.objects.select_related(
            "recovery__patient__clinic", "recovery__clinic", "recovery__pathway"
        )
        link = rows.filter(uuid=tokens.therapist_link_of(token)).first()
        if link is None:
            raise Http404
        recovery = link.recovery
        with _on_behalf_of(request, recovery.patient, recovery.pathway_id), speaking(Speech()):
            response = view(request, link, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapper


def for_unsubscribing(view: View) -> View:
    """Pass the view the patient that an unsubscribe link is for."""

    @wraps(view)
    def wrapper(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        patient = (
            Patient.objects.select_related("clinic").filter(uuid=tokens.patient_of(token)).first()
        )
        if patient is None:
            raise Http404
        with _on_behalf_of(request, patient) as language:
            return remember(request, view(request, patient, **kwargs), language)

    return wrapper


# Staff
# -----


def open_staff_door(request: HttpRequest) -> None:
    """Mark the session as one that signed in with a staff password."""
    request.session[DOOR] = STAFF_DOOR


def staff_memberships(user: User) -> QuerySet[Membership]:
    return Membership.objects.active().filter(user=user).select_related("clinic")


def choose_clinic(request: HttpRequest, clinic_uuid: uuid.UUID) -> None:
    """Remember which clinic the session works in. Raises Http404 if it is not the user's."""
    if not staff_memberships(request.user).filter(clinic__uuid=clinic_uuid).exists():
        raise Http404
    request.session[CLINIC] = str(clinic_uuid)


def for_staff(*roles: Role) -> Callable[[View], View]:
    """Let staff with one of `roles` in (by default those who may see patients).

    Memberships are read at each request, so a role taken away ends access at once. What is sent is
    taken only where its page was made for the session's clinic, which another tab may have changed.
    """
    allowed = set(roles or CLINICAL)

    def decorator(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                if request.method == "POST":
                    raise SignedOut
                return redirect_to_login(request.get_full_path(), resolve_url("staff_sign_in"))
            if request.session.get(DOOR) != STAFF_DOOR:
                raise PermissionDenied
            # A recovery is found in its own clinic only, whatever the page says.
            post = _post(request, address_decides="recovery" in kwargs)
            if post is None:
                return redirect("staff_clinics")
            request.clinic, request.roles = post.clinic, post.roles
            if not request.roles & allowed:
                raise PermissionDenied
            request.now = clock.now()
            request.standstill = engine.standstill(*post.pulse, at=timezone.now())
            with timezone.override(ZoneInfo(request.clinic.zone)):
                return view(request, *args, **kwargs)

        return wrapper

    return decorator


def _post(request: HttpRequest, *, address_decides: bool) -> staff.Post | None:
    """What the user is in the session's clinic; None when the person must choose one first.

    Raises OtherClinic.
    """
    posts = staff.posts_of(request.user)
    if not posts:
        raise PermissionDenied
    if request.method == "POST" and request.POST.get(WORK_IN) in posts:
        request.session[CLINIC] = request.POST[WORK_IN]
    post = posts.get(request.session.get(CLINIC))
    if post is None and len(posts) == 1:
        [post] = posts.values()
    if request.method == "POST":
        named = request.POST.get(MADE_FOR)
        page = posts.get(named)
        fits = page is post is not None if named else address_decides or len(posts) == 1
        if not fits:
            raise OtherClinic(page, post, named=bool(named))
    return post


def staff_recovery(request: HttpRequest, recovery: uuid.UUID) -> Recovery:
    """The recovery, if it is of the staff's clinic; Http404 otherwise."""
    found = staff.recovery_of(request.clinic, recovery)
    if found is None:
        raise Http404
    return found


def record_read(request: HttpRequest, recovery: Recovery, what: str) -> None:
    """Record that the signed-in staff member looked at this patient's data."""
    AccessEvent.objects.create(
        at=request.now,
        user=request.user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.READ,
        what=what,
    )


def record_reads(request: HttpRequest, patients: Iterable[int], what: str) -> None:
    """The same of several patients at once."""
    AccessEvent.objects.bulk_create(
        AccessEvent(
            at=request.now,
            user=request.user,
            patient_id=patient,
            action=AccessEvent.Action.READ,
            what=what,
        )
        for patient in patients
    )


def local_date(recovery: Recovery, now: datetime) -> date:
    """Today's date where the patient is."""
    return now.astimezone(ZoneInfo(recovery.patient.zone)).date()
