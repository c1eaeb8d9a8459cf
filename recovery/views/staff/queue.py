"""The queue: who needs somebody now."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recovery.access import for_staff
from recovery.forms.handling import FilterForm
from recovery.models.recoveries import QueueRank
from recovery.queries import queue as queries
from recovery.queries.language_state import lost_languages
from recovery.queries.patients import COUNTED
from recovery.services import handling
from recovery.services.refusals import NotAllowed
from recovery.templatetags.rows import RowWords
from recovery.views.staff.queue_words import words

# By filter: its name, the shape before it.
CHIPS = {
    "": (_("All"), "", ""),
    "emergency": (_("Emergency"), "em", "em"),
    "urgent": (_("Urgent"), "ur", "ur"),
    "review": (_("Review"), "re", "re"),
    "call": (_("To call"), "", "bounce"),
    "overdue": (_("Overdue"), "", "silent"),
    "contacted": (_("Contacted"), "", "phone"),
    "handled": (_("Handled"), "", "check"),
}
NOTES = {
    QueueRank.EMERGENCY: _("Act now. Staff are told again until a contact is recorded."),
    QueueRank.URGENT: _("Contact within 2 clinic hours."),
    QueueRank.REVIEW: _("By the end of the next clinic day."),
    QueueRank.CALL: _("Reminders do not reach these patients, or nobody answers them."),
    QueueRank.OVERDUE: _("A check-in ended without an answer."),
    QueueRank.CONTACTED: _("Stays here until it is closed."),
    QueueRank.HANDLED: _("Stays in sight until midnight."),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What the page shows of the queue: some ranks, or those of the person alone."""

    only: list[str] = field(default_factory=list)
    mine: bool = False

    @classmethod
    def asked(cls, query: QueryDict) -> "Filter":
        asked = set(query.getlist("only"))
        return cls([name for name in queries.FILTERS if name in asked], bool(query.get("mine")))

    def url(self, name: str = "queue", **more: str) -> str:
        given: list[tuple[str, str]] = [("only", one) for one in self.only]
        given += [("mine", "yes")] if self.mine else []
        given += [(key, value) for key, value in more.items() if value]
        return reverse(name) + (f"?{urlencode(given)}" if given else "")


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff()
def queue(request: HttpRequest) -> HttpResponse:
    """A search is posted and answered in place: addresses are kept, and name nobody."""
    posted = request.method == "POST"
    asked = request.POST if posted else request.GET
    shown = Filter.asked(asked)
    text = request.POST.get("q", "").strip()
    context = _context(request, shown, text=text, after=asked.get("after", ""))
    rows = render_to_string("staff/_queue_rows.html", context, request)
    # A search is not repeated by the poll: its words stand in no address.
    poll = "" if posted or context["paged"] else shown.url("queue_rows")
    if context["page"].approved:
        context["lost"] = lost_languages(request.clinic)
    context |= {"rows": rows, "poll": poll, "etag": _etag(rows), "form": FilterForm()}
    return render(request, "staff/queue.html", context)


@require_safe
@for_staff()
def queue_rows(request: HttpRequest) -> HttpResponse:
    """What the open page asks for every while: its rows and counts, or 304 when nothing moved."""
    rows = render_to_string(
        "staff/_queue_rows.html", _context(request, Filter.asked(request.GET)), request
    )
    etag = _etag(rows)
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(rows, headers={"ETag": etag})


@require_POST
@for_staff()
def queue_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter that is shown under a name, or drop one."""
    shown = Filter.asked(request.POST)
    try:
        if dropped := request.POST.get("drop"):
            handling.drop_filter(clinic=request.clinic, user=request.user, name=dropped[:40])
            return redirect("queue")
        form = FilterForm(request.POST)
        if not form.is_valid():
            raise NotAllowed("\n".join(form.errors["name"]))
        saved = {"name": form.cleaned_data["name"], "only": shown.only, "mine": shown.mine}
        handling.save_filter(clinic=request.clinic, user=request.user, saved=saved)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("Filter saved."))
    return redirect(shown.url())


def _etag(rows: str) -> str:
    return quote_etag(salted_hmac("recovery.queue", rows).hexdigest())


def _context(
    request: HttpRequest, shown: Filter, *, text: str = "", after: str = ""
) -> dict[str, Any]:
    page = queries.page(
        clinic=request.clinic,
        user=request.user,
        now=request.now,
        only=shown.only,
        mine=shown.mine,
        text=text,
        after=after,
    )
    calendar = request.clinic.calendar
    say = RowWords(request.now)
    return {
        "here": "queue",
        "waiting": page.waiting,
        "in_room": page.in_room,
        "page": page,
        "groups": [
            {
                "label": rank.label,
                "note": NOTES[rank],
                "count": shown_count(page.counts[rank.name.lower()]),
                "rows": [words(row, request, say) for row in rows],
            }
            for rank, rows in page.groups
        ],
        "chips": [*_chips(shown, page)],
        "ranks": [{"name": name, "label": CHIPS[name][0]} for name in queries.FILTERS],
        "saved": [_saved(one, shown) for one in page.saved],
        "filter": shown,
        "filtered": bool(shown.only or shown.mine),
        # No chip stands for it, so the filter itself is in sight.
        "of_own": len(shown.only) > 1 or bool(shown.only and shown.mine),
        "text": text,
        "first_url": shown.url(),
        "next_url": page.after and shown.url(after=page.after),
        "paged": bool(after),
        "open": calendar.is_open(request.now),
        "changes_at": calendar.next_change(request.now),
    }


def _chips(shown: Filter, page: queries.QueuePage) -> list[dict[str, Any]]:
    everybody = sum(page.counts[name] for name in queries.FILTERS)
    ranks = [
        {
            "label": label,
            "shade": shade,
            "shape": shape,
            # What "All" lists has those too who were contacted or handled.
            "count": shown_count(page.counts[name] if name else everybody),
            "url": Filter([name] if name else []).url(),
            "current": shown == Filter([name] if name else []),
        }
        for name, (label, shade, shape) in CHIPS.items()
    ]
    mine = Filter(mine=True)
    return [
        *ranks,
        {
            "label": _("Mine"),
            "shade": "",
            "shape": "person",
            "count": shown_count(page.counts[queries.MINE]),
            "url": mine.url(),
            "current": shown == mine,
        },
    ]


def _saved(kept: dict[str, Any], shown: Filter) -> dict[str, Any]:
    one = Filter([name for name in queries.FILTERS if name in kept["only"]], kept["mine"])
    return {"name": kept["name"], "url": one.url(), "current": one == shown}


def shown_count(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count)
