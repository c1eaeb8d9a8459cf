"""The check-in forms of a patient: what was answered, and entry on the patient's behalf."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from recovery import access
from recovery.clinical import rules
from recovery.forms.checkin_layout import checkin_helper
from recovery.forms.checkins import StaffCheckInForm
from recovery.models import CheckIn, DailyLog, FormResponse, Recovery
from recovery.queries.checkins import STAFF_NAMES, form_checkin, forms_of, response_of
from recovery.queries.instruments import instruments_for_staff
from recovery.queries.languages import told_in_both
from recovery.queries.patients import menu
from recovery.services import checkins
from recovery.views.patient import entry


@require_safe
@access.for_staff()
def staff_checkins(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    access.record_read(request, row, "forms")
    context = {"forms": forms_of(row, now=request.now), **_frame(request, row)}
    return render(request, "staff/checkins.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def staff_checkin(request: HttpRequest, recovery: uuid.UUID, key: str) -> HttpResponse:
    """One form, empty, from the patient's draft, or from what was sent, which it then corrects."""
    row = access.staff_recovery(request, recovery)
    checkin = form_checkin(row, key, now=request.now)
    if checkin is None:
        raise Http404
    known = response_of(checkin, staff=True) if checkin.pk else None
    form = _form(request, row, checkin, known)
    kept = None
    if form.is_valid():
        saved = _save(request, row, key, form, known)
        _tell(request, saved)
        return redirect("staff_checkins", row.uuid)
    if form.is_bound and entry.emergency_in(form, row):
        # A refusal hides no emergency: what is clear is kept, and judged, before it is mended.
        kept = _save(request, row, key, form, known, send=known is not None and known.is_sent)
    access.record_read(request, row, f"form {checkin.key}")
    context = {
        "form": form,
        "helper": checkin_helper(form, warn=False),
        "problems": form.problems(),
        "checkin": checkin,
        "known": known,
        "kept": kept,
        "revision": _revision(kept or known),
        "name": STAFF_NAMES[checkin.form],
        # Once each: several scales may be of one owner.
        "owners": dict.fromkeys(
            str(one.copyright) for one in form.instruments if one.copyright.base
        ),
        "late": checkin.expires_at <= request.now,
        **_frame(request, row),
    }
    return render(request, "staff/checkin_form.html", context)


def _form(
    request: HttpRequest, row: Recovery, checkin: CheckIn, known: FormResponse | None
) -> StaffCheckInForm:
    today = access.local_date(row, request.now)
    late = checkin.expires_at <= request.now
    return StaffCheckInForm(
        request.POST if request.method == "POST" else None,
        form=checkin.form,
        procedure_on=row.procedure_on,
        on=access.local_date(row, checkin.due_at) if late else today,
        instruments=instruments_for_staff(checkin.form, clinic=row.clinic, begun=known),
        answers=known.answers if known else None,
        typed_by_patient=known is not None and known.source != DailyLog.Source.STAFF,
    )


def _save(
    request: HttpRequest,
    row: Recovery,
    key: str,
    form: StaffCheckInForm,
    known: FormResponse | None,
    *,
    send: bool = True,
) -> FormResponse:
    try:
        checkin = checkins.row_for(recovery=row, key=key, now=request.now)
    except LookupError:
        # A colleague has moved the procedure meanwhile; the page keeps what was typed.
        raise Http404 from None
    sent = known is not None and known.is_sent
    return checkins.save(
        checkin_id=checkin.pk,
        instruments=form.instruments,
        answers=form.sections,
        # Never that of the patient's draft, which stays the patient's. A form that is posted twice
        # is one entry: its id comes from the check-in's own.
        client_id=known.client_id if sent else uuid.uuid5(checkin.uuid, "staff"),
        taken_over=None if sent else known,
        revision=form.filled_from,
        now=request.now,
        source=DailyLog.Source.STAFF,
        mode=form.cleaned_data.get("mode") or DailyLog.Mode.PHONE,
        user=request.user,
        send=send,
    ).response


def _revision(sent: FormResponse | None) -> int | str:
    return sent.revision if sent and sent.is_sent else ""


def _tell(request: HttpRequest, saved: FormResponse) -> None:
    if saved.shown_rule in rules.RULES_BY_ID:
        advice = told_in_both(saved.recovery, saved.advice)
        messages.warning(request, _("Saved. Tell the patient: %(advice)s") % {"advice": advice})
    else:
        messages.success(request, _("Saved."))


def _frame(request: HttpRequest, row: Recovery) -> dict[str, object]:
    return {
        "here": "patients",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
    }
