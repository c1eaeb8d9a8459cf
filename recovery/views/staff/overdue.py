"""Overdue and silent: who did not answer, the calls about it, and whether they help."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recovery import access
from recovery.forms.overdue import HELP, CallForm
from recovery.models import Contact, Recovery
from recovery.queries import overdue as queries
from recovery.queries.patients import menu, place
from recovery.services import alerts
from recovery.services import overdue as services
from recovery.services.refusals import NotAllowed
from recovery.templatetags.corridor import course_words
from recovery.templatetags.rows import OUTCOMES, RowWords
from recovery.templatetags.staff import short_name
from recovery.views.staff.queue import shown_count

PHASES = {
    "short_term": gettext_lazy("Short-term"),
    "gradual_return": gettext_lazy("Gradual return"),
    "follow_up": gettext_lazy("Follow-up"),
}
SHOWS = {
    queries.ALL: gettext_lazy("All"),
    queries.TO_CALL: gettext_lazy("To call"),
    queries.HIDDEN: gettext_lazy("Hidden"),
}
# How long a promise is given: short while a log is asked every day.
DAILY_UNTIL = 14
SOON, LATER = timedelta(days=2), timedelta(days=7)


@require_safe
@access.for_staff()
def overdue(request: HttpRequest) -> HttpResponse:
    show = request.GET.get("show", "")
    show = show if show in SHOWS else queries.ALL
    phase = request.GET.get("phase", "")
    phase = phase if phase in PHASES else ""
    after = request.GET.get("after", "")
    page = queries.page(clinic=request.clinic, now=request.now, show=show, phase=phase, after=after)
    parts = queries.worked(request.clinic, request.now)
    say = RowWords(request.now)
    context = {
        "here": "overdue",
        "waiting": page.waiting,
        "in_room": page.in_room,
        "page": page,
        "groups": [
            {
                "label": str(one or _("Before the procedure")),
                "rows": [_words(r, request, say) for r in rows],
            }
            for one, rows in page.groups
        ],
        "chips": [
            *(
                _chip(label, page.counts.get(code), code, phase, show == code)
                for code, label in SHOWS.items()
            ),
        ],
        "phases": [
            _chip(
                label, page.counts.get(code, 0), show, "" if phase == code else code, phase == code
            )
            for code, label in PHASES.items()
        ],
        "worked": [
            {"label": Contact.Outcome(one.outcome).label, "one": one, "share": _share(one)}
            for one in parts
        ],
        "in_all": (total := queries.in_all(parts)),
        "share": _share(total),
        "first_url": _url(show=show, phase=phase),
        "next_url": page.after and _url(show=show, phase=phase, after=page.after),
        "paged": bool(after),
    }
    return render(request, "staff/overdue.html", context)


def _chip(label: Any, count: int | None, show: str, phase: str, current: bool) -> dict[str, Any]:
    return {
        "label": label,
        "count": "" if count is None else shown_count(count),
        "url": _url(show=show, phase=phase),
        "current": current,
    }


def _url(**query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return reverse("overdue") + (f"?{urlencode(given)}" if given else "")


def _share(one: queries.Worked) -> str:
    return f"{100 * one.answered / one.called:.0f} %" if one.called else ""


def _words(row: queries.Row, request: HttpRequest, say: RowWords) -> dict[str, Any]:
    recovery, now = row.recovery, request.now
    holder = recovery.held_until is not None and recovery.held_until > now
    mine = holder and recovery.held_by_id == request.user.pk
    call, times = recovery.overdue_call, say.times
    return say.of(recovery) | {
        "hidden": recovery.overdue_hidden,
        "where": say.day_and_phase(row.place),
        "since": times.day_and_time(recovery.overdue_since),
        "ago": times.ago(recovery.overdue_since),
        "course": course_words(row.course, recovery.last_log_day),
        "marks": say.mail_marks(recovery),
        "contact": say.last_contact(recovery),
        "note": recovery.note or "",
        "call": OUTCOMES[Contact.Outcome(call)] if call else "",
        "removed": call == Contact.Outcome.REMOVED,
        "until": recovery.overdue_until and times.day_and_time(recovery.overdue_until),
        "held_by": holder and (_("You") if mine else short_name(recovery.holder_name)),
        "held_until": holder and times.hm(recovery.held_until),
        "call_url": say.address("overdue_call", recovery),
        "back_url": say.address("overdue_back", recovery),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def overdue_call(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """One call: the number, what to ask, and what came of it."""
    row = access.staff_recovery(request, recovery)
    form = CallForm(
        request.POST if request.method == "POST" else None, initial=_initial(row, request.now)
    )
    if request.method == "POST" and form.is_valid():
        try:
            contact = services.call(recovery=row, user=request.user, now=request.now, **form.said())
        except NotAllowed as refusal:
            form.add_error("again_on", str(refusal))
        else:
            _tell(request, contact, row)
            return redirect("overdue")
    access.record_read(request, row, "overdue call")
    standing = list(row.alerts.not_closed().select_related("claimed_by"))
    context = {
        "here": "overdue",
        **menu(request.clinic, request.now),
        "recovery": row,
        "patient": row.patient,
        "place": place(row, request.now),
        "form": form,
        "outcomes": [(code, code.label, HELP[code]) for code in Contact.OF_MISSES],
        "hold": alerts.hold_of(row, standing, request.now),
        "contacts": row.contacts.select_related("by").order_by("-at", "-pk")[:5],
        "earliest": timezone.localdate(request.now) + timedelta(days=1),
        "latest": timezone.localdate(request.now) + services.LATEST,
    }
    return render(request, "staff/overdue_call.html", context)


def _initial(row: Recovery, now: datetime) -> dict[str, Any]:
    early = row.day_on(timezone.localdate(now)) <= DAILY_UNTIL
    again_on = timezone.localdate(now) + (SOON if early else LATER)
    since = row.overdue_since or now
    return {"since": since.isoformat(), "again_on": again_on.isoformat()}


def _tell(request: HttpRequest, contact: Contact, before: Recovery) -> None:
    before.refresh_from_db(fields=["overdue_since"])
    if before.overdue_since != contact.about_overdue_since:
        messages.info(request, _("Saved. The patient has answered since."))
    else:
        messages.success(request, _("Call saved."))


@require_POST
@access.for_staff()
def overdue_back(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    row = access.staff_recovery(request, recovery)
    try:
        services.put_back(recovery=row, user=request.user, now=request.now)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Back on the list."))
    return redirect("overdue")
