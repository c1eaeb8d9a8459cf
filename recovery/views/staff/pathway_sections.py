"""Editing the draft of the clinic's pathway: a page and a form for each section."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recovery.access import for_staff
from recovery.clinical.ownpathways import PathwayError, problems
from recovery.clinical.ownpathways.formchecks import NEEDED
from recovery.clinical.rules import PLACEHOLDERS, RULES, TIME_RULES, UNCHANGEABLE
from recovery.forms.pathway_sections import (
    CorridorForm,
    DaysForm,
    RuleForm,
    TextsForm,
    shipped_severity,
)
from recovery.forms.pathway_slots import LeaveOutForm, NewSlotForm, SlotForm, form_of
from recovery.forms.pathway_words import (
    BEFORE,
    message_of,
    place_of,
    rule_name,
    slot_name,
    told_name,
)
from recovery.forms.pathways import SectionForm, TitleForm
from recovery.models import RecoveryPhase, Role
from recovery.services import pathways as service
from recovery.services.refusals import Moved
from recovery.views.staff.pathways import READ_OR_POST, Desk, desk_of, no_draft

RULE_IDS = [rule.id for rule in (*RULES, *TIME_RULES)]
CHANGEABLE = [
    rule_id for rule_id in RULE_IDS if rule_id not in UNCHANGEABLE and shipped_severity(rule_id)
]


def _section(
    request: HttpRequest,
    desk: Desk,
    form: SectionForm,
    template: str,
    *,
    heading: str,
    leads_to: Callable[[], str],
    **context: Any,
) -> HttpResponse:
    """Show one section, or save it and go on. What is refused stays as it was typed."""
    moved = ""
    if request.method != "POST" and desk.draft is None:
        return no_draft(request)
    if request.method == "POST" and form.is_valid():
        try:
            draft = service.save(
                clinic=request.clinic,
                data=form.changed(),
                revision=form.read_at,
                user=request.user,
                now=request.now,
            )
        except Moved as refusal:
            moved = str(refusal)
        except PathwayError as error:
            form.refuse(error)
        else:
            _say_saved(request, form, saved=draft.revision != form.read_at)
            return redirect(leads_to())
    context |= {
        "here": "clinic",
        "form": form,
        "data": desk.data,
        "draft": desk.draft,
        "heading_words": heading,
        "moved": moved,
    }
    return render(request, template, context)


def _say_saved(request: HttpRequest, form: SectionForm, *, saved: bool) -> None:
    """And what should be looked at in this section, though it may stay."""
    messages.success(request, _("Saved in the draft.") if saved else _("Nothing changed."))
    for problem in problems(form.data_after):
        if problem.warning and form.field_at(problem.path):
            words = f"{place_of(form.data_after, problem)}: {message_of(problem)}"
            messages.warning(request, words)


def _draft_at(anchor: str) -> Callable[[], str]:
    return lambda: f"{reverse('pathway_draft')}#{anchor}"


@require_http_methods(READ_OR_POST)
@for_staff(Role.MANAGER)
def pathway_title(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request.clinic)
    form = TitleForm(request.POST or None, data=desk.data, revision=desk.revision)
    return _section(
        request,
        desk,
        form,
        "staff/pathway_title.html",
        heading=_("Title of the pathway"),
        leads_to=_draft_at("main"),
    )


# Forms
# -----


@require_http_methods(READ_OR_POST)
@for_staff(Role.MANAGER)
def pathway_slot(request: HttpRequest, key: str) -> HttpResponse:
    """When one form is asked. One that somebody has just taken out still shows what was typed."""
    if form_of(key) is None:
        raise Http404
    desk = desk_of(request.clinic)
    form = SlotForm(request.POST or None, data=desk.data, key=key, revision=desk.revision)
    if form.slot is None and request.method != "POST":
        messages.warning(request, _("%(key)s is not in the draft.") % {"key": key})
        return redirect("pathway_draft")
    day = form.slot["day"] if form.slot else 0
    return _section(
        request,
        desk,
        form,
        "staff/pathway_slot.html",
        heading=slot_name(key, form.form, day) if form.slot else key,
        leads_to=_draft_at("forms"),
        key=key,
        needed=key in NEEDED,
    )


@require_http_methods(READ_OR_POST)
@for_staff(Role.MANAGER)
def pathway_slot_new(request: HttpRequest) -> HttpResponse:
    """Adds a form at its usual times, and leads to its page."""
    desk = desk_of(request.clinic)
    form = NewSlotForm(request.POST or None, data=desk.data, revision=desk.revision)
    return _section(
        request,
        desk,
        form,
        "staff/pathway_slot_new.html",
        heading=_("Add a form"),
        leads_to=lambda: reverse("pathway_slot", args=[form.key]),
    )


@require_POST
@for_staff(Role.MANAGER)
def pathway_slot_remove(request: HttpRequest, key: str) -> HttpResponse:
    desk = desk_of(request.clinic)
    form = LeaveOutForm(request.POST, data=desk.data, key=key)
    if not form.is_valid():
        messages.error(request, _("This page is out of date. Look again."))
        return redirect("pathway_draft")
    try:
        service.save(
            clinic=request.clinic,
            data=form.changed(),
            revision=form.read_at,
            user=request.user,
            now=request.now,
        )
    except Moved as refusal:
        messages.error(request, str(refusal))
    except PathwayError as error:
        messages.error(request, message_of(error.problems[0]))
    else:
        messages.success(request, _("%(key)s is taken out of the draft.") % {"key": key})
    return redirect(_draft_at("forms")())


# Phases and texts
# ----------------


@require_http_methods(READ_OR_POST)
@for_staff(Role.MANAGER)
def pathway_days(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request.clinic)
    form = DaysForm(request.POST or None, data=desk.data, revision=desk.revision)
    return _section(
        request,
        desk,
        form,
        "staff/pathway_days.html",
        heading=_("Days of the phases"),
        leads_to=_draft_at("phases"),
    )


@require_http_methods(READ_OR_POST)
@for_staff(Role.MANAGER)
def pathway_texts(request: HttpRequest, code: str) -> HttpResponse:
    """What patients are told in a phase, or before the procedure."""
    if code not in (BEFORE, *RecoveryPhase.Code.values):
        raise Http404
    desk = desk_of(request.clinic)
    form = TextsForm(request.POST or None, data=desk.data, code=code, revision=desk.revision)
    return _section(
        request,
        desk,
        form,
        "staff/pathway_texts.html",
        heading=_("%(phase)s: what patients are told") % {"phase": told_name(code)},
        leads_to=_draft_at("phases"),
    )


# Rules and corridor
# ------------------


@require_safe
@for_staff(Role.MANAGER)
def pathway_rules(request: HttpRequest) -> HttpResponse:
    """Every rule, with what the draft changes of it."""
    desk = desk_of(request.clinic)
    if desk.draft is None:
        return no_draft(request)
    changes = {change["rule"]: change for change in desk.data["rules"]}
    rows = [
        {
            "id": rule_id,
            "shipped": shipped_severity(rule_id),
            "change": changes.get(rule_id),
            "changeable": rule_id in CHANGEABLE,
        }
        for rule_id in RULE_IDS
    ]
    return render(request, "staff/pathway_rules.html", {"here": "clinic", "rows": rows})


@require_http_methods(READ_OR_POST)
@for_staff(Role.MANAGER)
def pathway_rule(request: HttpRequest, rule: str) -> HttpResponse:
    """One that cannot be changed has no page."""
    if rule not in CHANGEABLE:
        raise Http404
    desk = desk_of(request.clinic)
    form = RuleForm(request.POST or None, data=desk.data, rule_id=rule, revision=desk.revision)
    return _section(
        request,
        desk,
        form,
        "staff/pathway_rule.html",
        heading=f"{rule}: {rule_name(rule)}",
        leads_to=lambda: f"{reverse('pathway_rules')}#{rule}",
        rule=rule,
        placeholders=[(name, request.clinic.numbers[name]) for name in PLACEHOLDERS],
    )


@require_http_methods(READ_OR_POST)
@for_staff(Role.MANAGER)
def pathway_corridor(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request.clinic)
    form = CorridorForm(request.POST or None, data=desk.data, revision=desk.revision)
    return _section(
        request,
        desk,
        form,
        "staff/pathway_corridor.html",
        heading=_("Corridor"),
        leads_to=_draft_at("corridor"),
    )
