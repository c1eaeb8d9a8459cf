"""The queue: who needs somebody now."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from recovery.access import for_staff
from recovery.models import Contact
from recovery.models.recoveries import QueueRank
from recovery.queries import queue as queries
from recovery.queries.patients import COUNTED
from recovery.templatetags.corridor import course_words
from recovery.templatetags.staff import (
    call_marks,
    clock_words,
    day_and_phase,
    hm,
    mail_marks,
    row_words,
    short_name,
)

# By filter: its name, the shape before it.
CHIPS = {
    "": (_("All"), "", ""),
    "emergency": (_("Emergency"), "em", "em"),
    "urgent": (_("Urgent"), "ur", "ur"),
    "review": (_("Review"), "re", "re"),
    "call": (_("To call"), "", "bounce"),
    "overdue": (_("Overdue"), "", "silent"),
    "contacted": (_("Contacted"), "", "phone"),
}
NOTES = {
    QueueRank.EMERGENCY: _("Act now. Staff are told again until a contact is recorded."),
    QueueRank.URGENT: _("Contact within 2 clinic hours."),
    QueueRank.REVIEW: _("By the end of the next clinic day."),
    QueueRank.CALL: _("Reminders do not reach these patients, or nobody answers them."),
    QueueRank.OVERDUE: _("A check-in ended without an answer."),
    QueueRank.CONTACTED: _("Stays here until it is closed."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff()
def queue(request: HttpRequest) -> HttpResponse:
    """A search is posted and answered in place: addresses are kept, and name nobody."""
    asked = request.POST if request.method == "POST" else request.GET
    only = asked.get("only", "")
    only = only if only in queries.FILTERS else ""
    text = request.POST.get("q", "").strip()
    after = asked.get("after", "")
    page = queries.page(clinic=request.clinic, now=request.now, only=only, text=text, after=after)
    calendar = request.clinic.calendar
    context = {
        "here": "queue",
        "waiting": page.waiting,
        "in_room": page.in_room,
        "page": page,
        "groups": [
            {
                "label": rank.label,
                "note": NOTES[rank],
                "count": shown_count(page.counts[rank.name.lower()]),
                "rows": [words(row, request) for row in rows],
            }
            for rank, rows in page.groups
        ],
        "chips": [_chip(name, only, page) for name in CHIPS],
        "only": only,
        "text": text,
        "first_url": _url(only=only),
        "next_url": page.after and _url(only=only, after=page.after),
        "paged": bool(after),
        "open": calendar.is_open(request.now),
        "changes_at": calendar.next_change(request.now),
    }
    return render(request, "staff/queue.html", context)


def _chip(name: str, only: str, page: queries.QueuePage) -> dict[str, Any]:
    label, shade, shape = CHIPS[name]
    return {
        "label": label,
        "shade": shade,
        "shape": shape,
        "count": shown_count(page.counts[name] if name else page.waiting),
        "url": _url(only=name),
        "current": name == only,
    }


def shown_count(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count)


def _url(**query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return reverse("queue") + (f"?{urlencode(given)}" if given else "")


# A row in words
# --------------

BAR = 84
OUTCOMES = {
    Contact.Outcome.ADVISED: _("Advised"),
    Contact.Outcome.BOOKED: _("Visit booked"),
    Contact.Outcome.EMERGENCY_DEPARTMENT: _("Sent to ED"),
    Contact.Outcome.NO_ANSWER: _("No answer"),
    Contact.Outcome.WRONG_NUMBER: _("Wrong number"),
}


def words(row: queries.Row, request: HttpRequest) -> dict[str, Any]:
    recovery, now = row.recovery, request.now
    own = row_words(recovery, now)
    if row.first and row.first.outcome and row.rank == QueueRank.CONTACTED:
        own["word"] = OUTCOMES[Contact.Outcome(row.first.outcome)]
    return own | {
        "headline": headline(row),
        "why": why(row),
        "course": course_words(row.course, recovery.last_log_day),
        "marks": ". ".join(mail_marks(recovery, calls=row.rank != QueueRank.CALL)),
        "where": where(row),
        "over": row.clock.over,
        "clock": clock_words(row.clock, now),
        "bar": round(BAR * row.clock.gone) if row.clock.kind == "due" else None,
        "holder": row.holder,
        "held_by": row.holder and short_name(row.holder),
        "mine": row.holder == request.user,
        "claim": reverse("alert_claim", args=[row.first.uuid]) if row.claimable else "",
    }


def headline(row: queries.Row) -> str:
    if row.first:
        return row.first.headline
    return (
        ". ".join(call_marks(row.recovery))
        if row.rank == QueueRank.CALL
        else gettext("Check-in not answered")
    )


def why(row: queries.Row) -> str:
    """The rules of the row's rank, what the first says, and the rules that stand beside."""
    if not row.first:
        if row.rank == QueueRank.CALL:
            return " ".join(_why_call(row.recovery))
        # That it is silent, and since when, is told with the course.
        return ""
    text = f"{', '.join(alert.rule for alert in row.alerts)}. {row.first.staff_text}"
    if row.rank == QueueRank.CONTACTED and row.first.contacted_at:
        text = f"{row.first.rule}. " + gettext("Contact at %(time)s.") % {
            "time": hm(row.first.contacted_at)
        }
    if row.others:
        text += " " + gettext("Also %(rules)s.") % {"rules": ", ".join(a.rule for a in row.others)}
    return text


def _why_call(recovery: Any) -> list[str]:
    why = []
    if recovery.call_since:
        key = {"key": recovery.call_for}
        why.append(gettext("Reminders of %(key)s were not answered. No more go out.") % key)
    if recovery.patient.address_fails_at:
        why.append(gettext("The mail server refused the address. Ask for another."))
    if recovery.patient.mobile_fails_at:
        why.append(gettext("The provider refused the number. Ask for another."))
    return why


def where(row: queries.Row) -> str:
    """The age, and the day with its phase."""
    day = day_and_phase(row.place)
    return day if row.place.age is None else f"{row.place.age}, {day}"
