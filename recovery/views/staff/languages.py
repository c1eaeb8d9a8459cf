"""The clinic's languages: what each has and lacks, the clinic's own words in it, its approval."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recovery.access import for_staff
from recovery.clinical.rules import RULES_BY_ID
from recovery.clinical.wording import asked as asked_texts
from recovery.forms.languages import LanguageApprovalForm, OwnWordingForm
from recovery.models import Membership, Role
from recovery.queries.language_state import LanguageState, Line, language_state, readers
from recovery.queries.languages import NAMES
from recovery.services import languages as service
from recovery.services.refusals import NotAllowed
from recovery.wording import ENGLISH


@require_safe
@for_staff(Role.MANAGER)
def languages(request: HttpRequest) -> HttpResponse:
    rows = [
        (code, name, language_state(request.clinic, code), readers(request.clinic, code))
        for code, name in NAMES.items()
        if code != ENGLISH
    ]
    return render(request, "staff/languages.html", {"here": "clinic", "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Role.MANAGER)
def language(request: HttpRequest, language: str) -> HttpResponse:
    """Everything that is there beside its English; a post approves it."""
    state = _state(request, language)
    known_as = _known_as(request)
    form = LanguageApprovalForm(request.POST or None, known_as=known_as, digest=state.digest)
    if request.method == "POST" and form.is_valid():
        try:
            service.approve(
                clinic=request.clinic,
                language=language,
                digest=form.cleaned_data["digest"],
                name=form.cleaned_data["name"],
                note=form.cleaned_data["note"],
                user=request.user,
                now=request.now,
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
            form.data = form.data.copy()
            form.data["digest"] = state.digest
        else:
            said = _("%(language)s is offered to patients from now on.")
            messages.success(request, said % {"language": NAMES[language]})
            return redirect("language", language)
    return _page(request, state, form=form)


@require_POST
@for_staff(Role.MANAGER)
def language_words(request: HttpRequest, language: str) -> HttpResponse:
    """Keep the clinic's words for one of its own texts."""
    state = _state(request, language)
    form = OwnWordingForm(request.POST)
    refusal = ""
    if form.is_valid():
        try:
            service.write(
                clinic=request.clinic,
                language=language,
                user=request.user,
                now=request.now,
                **form.cleaned_data,
            )
        except NotAllowed as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("language", language)
    else:
        refusal = " ".join(str(error) for errors in form.errors.values() for error in errors)
    told = request.POST.get("original", ""), request.POST.get("words", ""), refusal
    return _page(request, state, refused=told)


@require_POST
@for_staff(Role.MANAGER)
def language_withdraw(request: HttpRequest, language: str) -> HttpResponse:
    _state(request, language)
    if service.withdraw(
        clinic=request.clinic, language=language, user=request.user, now=request.now
    ):
        said = _("%(language)s is no longer offered. Who had it reads English.")
        messages.success(request, said % {"language": NAMES[language]})
    return redirect("language", language)


def _state(request: HttpRequest, language: str) -> LanguageState:
    if language not in NAMES or language == ENGLISH:
        raise Http404
    return language_state(request.clinic, language)


def _known_as(request: HttpRequest) -> str:
    rows = Membership.objects.active().filter(user=request.user, clinic=request.clinic)
    return str(rows.select_related("user").get(role=Role.MANAGER).known_as)


def _page(
    request: HttpRequest,
    state: LanguageState,
    *,
    form: LanguageApprovalForm | None = None,
    refused: tuple[str, str, str] = ("", "", ""),
) -> HttpResponse:
    context: dict[str, Any] = {
        "here": "clinic",
        "state": state,
        "name": NAMES[state.language],
        "readers": readers(request.clinic, state.language),
        "form": form or LanguageApprovalForm(known_as=_known_as(request), digest=state.digest),
        "own": [_row(number, line, refused) for number, line in enumerate(state.own)],
        "refusal": refused[2],
        "parts": _parts(state.rules),
    }
    return render(request, "staff/language.html", context)


def _row(number: int, line: Line, refused: tuple[str, str, str]) -> dict[str, Any]:
    """A text of the clinic with what was typed for it, also where that was refused."""
    original, typed, refusal = refused
    mine = bool(refusal) and original == line.text
    return {
        "number": number,
        "line": line,
        "words": typed if mine else line.words,
        "refusal": refusal if mine else "",
    }


def _parts(lines: tuple[Line, ...]) -> list[tuple[str, list[Line]]]:
    """What is read together: the rules' texts first, for they matter most."""
    questions = {told.place for told in asked_texts()}
    rules = [line for line in lines if not line.place or line.place in RULES_BY_ID]
    asked = [line for line in lines if line.place in questions]
    told = [line for line in lines if line not in rules and line not in asked]
    return [
        (_("Texts of the rules"), rules),
        (_("Before the procedure and the phases"), told),
        (_("Questions"), asked),
    ]
