"""The sheet that an outside physiotherapist reads by a link, without an account."""

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recovery import access, pdf
from recovery.forms.therapists import BirthDateForm
from recovery.models import TherapistLink
from recovery.queries.therapists import therapist_sheet as sheet_of
from recovery.services import therapists
from recovery.views.patient.warnings import warning_signs

ACTION = "therapist_sheet"
GONE, TOO_MANY = 410, 429


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_therapist
def therapist_sheet(request: HttpRequest, link: TherapistLink) -> HttpResponse:
    """Ask for the date of birth, then show the sheet in the answer to it.

    A GET shows nothing of the patient and changes nothing, since mail scanners open links. What has
    expired, was revoked, or ended with the follow-up answers alike.
    """
    if not link.is_open(request.now):
        return render(request, "therapist/closed.html", status=GONE)
    if request.method != "POST":
        return _ask(request, BirthDateForm())
    form = BirthDateForm(request.POST)
    if not form.is_valid():
        return _ask(request, form)
    if not ratelimit.consume(request, action=ACTION, key=link.uuid.hex):
        form.add_error("birth_date", _("Too many tries. Wait an hour, or call the clinic."))
        return _ask(request, form, status=TOO_MANY)
    recovery = link.recovery
    if form.cleaned_data["birth_date"] != recovery.patient.birth_date:
        form.add_error("birth_date", _("That is not the date of birth that the clinic has."))
        return _ask(request, form)
    ratelimit.clear(request, action=ACTION, key=link.uuid.hex)
    therapists.opened(link=link, now=request.now)
    sheet = sheet_of(recovery, recovery.clinic, now=request.now)
    context = {
        "link": link,
        "recovery": recovery,
        "patient": recovery.patient,
        "sheet": sheet,
        "chart": sheet.chart,
        "described": sheet.described,
        "key": pdf.chart_key(sheet.chart),
        "head": pdf.score_head(sheet.scores),
        "notes": pdf.score_notes(sheet.scores),
        "numbers": recovery.clinic.numbers,
        **warning_signs(recovery),
    }
    return render(request, "therapist/sheet.html", context)


def _ask(request: HttpRequest, form: BirthDateForm, *, status: int = 200) -> HttpResponse:
    return render(request, "therapist/ask.html", {"form": form}, status=status)
