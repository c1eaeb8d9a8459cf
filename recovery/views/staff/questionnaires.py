"""The manager's pages of the clinic's own questionnaires: load, look at, take out of use."""

import re
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recovery.access import for_staff
from recovery.clinical.instruments import SHIPPED, Instrument, QuestionnaireError
from recovery.clinical.instruments.items import walk
from recovery.forms.checkin_layout import checkin_helper
from recovery.forms.checkins import CheckInForm
from recovery.forms.questionnaires import QuestionnaireForm, named_forms
from recovery.models import Questionnaire, Role
from recovery.queries.instruments import own_instrument_of
from recovery.queries.questionnaires import added_keys, questionnaires_of
from recovery.services import questionnaires as service

# Any that asks no part of a daily log: a preview is one questionnaire alone.
BARE_FORM = "one_month"
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Role.MANAGER)
def questionnaires(request: HttpRequest) -> HttpResponse:
    form = QuestionnaireForm(
        request.POST or None,
        request.FILES if request.method == "POST" else None,
        own=added_keys(request.clinic),
    )
    if form.is_valid() and (row := _load(request, form)):
        return redirect("questionnaire", row.uuid)
    context = {
        "here": "clinic",
        "form": form,
        "rows": questionnaires_of(request.clinic),
        "form_names": dict(named_forms()),
    }
    return render(request, "staff/questionnaires.html", context)


def _load(request: HttpRequest, form: QuestionnaireForm) -> Questionnaire | None:
    try:
        loaded = service.load(
            clinic=request.clinic, user=request.user, now=request.now, **form.values
        )
    except QuestionnaireError as error:
        form.refuse(error)
        return None
    message = (
        _("%(name)s is in use. Look it over as patients see it.")
        if loaded.changed
        else _("%(name)s was in use already. Nothing changed.")
    )
    messages.success(request, message % {"name": loaded.questionnaire})
    return loaded.questionnaire


@require_safe
@for_staff(Role.MANAGER)
def questionnaire(request: HttpRequest, questionnaire: uuid.UUID) -> HttpResponse:
    """One version, with all its questions as the patient's form draws them."""
    row = _row(request, questionnaire)
    instrument = own_instrument_of(row.pk)
    languages = _languages(instrument)
    language = request.GET.get("language", "")
    language = language if language in languages else languages[0]
    with translation.override(language):
        preview = _preview(request, instrument)
        helper = checkin_helper(preview)
    context = {
        "here": "clinic",
        "row": row,
        "instrument": instrument,
        "copyright": instrument.copyright.in_language(language),
        "preview": preview,
        "helper": helper,
        "language": language,
        "languages": [(tag, _name(tag)) for tag in languages],
        "addable": row.key not in SHIPPED and row.retired_at is None,
        "form_names": named_forms(),
    }
    return render(request, "staff/questionnaire.html", context)


def _row(request: HttpRequest, questionnaire: uuid.UUID) -> Questionnaire:
    rows = Questionnaire.objects.filter(clinic=request.clinic)
    return get_object_or_404(
        rows.select_related("loaded_by", "retired_by").defer("definition"), uuid=questionnaire
    )


def _languages(instrument: Instrument) -> list[str]:
    """The language it is written in, then those that its texts are translated into."""
    texts = [instrument.title, instrument.copyright]
    for _path, item, _above in walk(instrument.items):
        texts += [item.text, *(option.text for option in item.options)]
    found = {language for text in texts for language, _words in text.translations}
    own = instrument.language if LANGUAGE.fullmatch(instrument.language) else "en"
    return [own, *sorted(tag for tag in found - {own} if LANGUAGE.fullmatch(tag))]


def _name(language: str) -> str:
    try:
        return str(translation.get_language_info(language.lower())["name_local"]).capitalize()
    except KeyError:
        return language


def _preview(request: HttpRequest, instrument: Instrument) -> CheckInForm:
    today = timezone.localdate(request.now)
    form = CheckInForm(form=BARE_FORM, procedure_on=today, on=today, instruments=[instrument])
    form.enabled = {(instrument.key, item.link_id) for item in instrument.questions}
    return form


@require_POST
@for_staff(Role.MANAGER)
def questionnaire_forms(request: HttpRequest, questionnaire: uuid.UUID) -> HttpResponse:
    row = _row(request, questionnaire)
    try:
        changed = service.set_forms(row, request.POST.getlist("asked_in"))
    except QuestionnaireError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Saved.") if changed else _("Nothing changed."))
    return redirect("questionnaire", row.uuid)


@require_POST
@for_staff(Role.MANAGER)
def questionnaire_retire(request: HttpRequest, questionnaire: uuid.UUID) -> HttpResponse:
    row = _row(request, questionnaire)
    service.retire(questionnaire=row, user=request.user, now=request.now)
    message = _("%(name)s is out of use. Forms that were begun with it go on with it.")
    messages.success(request, message % {"name": row})
    return redirect("questionnaires")
