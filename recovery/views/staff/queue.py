"""The queue: who needs somebody now."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext, ngettext
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
from recovery.templatetags.filled import filled
from recovery.templatetags.lists import queue_chips, queue_groups
from recovery.templatetags.rows import RowWords
from recovery.templatetags.staff import day_and_time, full_time
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
    "mine": (_("Mine"), "", "person"),
}
NOTES = {
    QueueRank.EMERGENCY: _("Act now. Staff are told again until a contact is recorded."),
    QueueRank.URGENT: _("Contact within 2 clinic hours."),
    QueueRank.REVIEW: _("By the end of the next clinic day."),
    QueueRank.CALL: _("Reminders do not reach these patients, or nobody answers them."),
    QueueRank.OVERDUE: _("A check-in ended without an answer."),
    QueueRank.CONTACTED: _("Stays here until it is closed. Whoever was not reached comes back."),
    QueueRank.HANDLED: _("Stays in sight until midnight."),
}


# Not filled in.
FORM = FilterForm()


@dataclass(frozen=True, slots=True)
class Filter:
    """What the page shows of the queue: some ranks, or those of the person alone."""

    only: tuple[str, ...] = ()
    mine: bool = False

    @classmethod
    def asked(cls, query: QueryDict) -> "Filter":
        return cls.of(query.getlist("only"), mine=bool(query.get("mine")))

    @classmethod
    def of(cls, names: Collection[str], *, mine: bool) -> "Filter":
        return cls(tuple(name for name in queries.FILTERS if name in names), mine)

    @property
    def narrows(self) -> bool:
        return bool(self.only or self.mine)

    @property
    def is_own(self) -> bool:
        """No chip stands for it, so the filter itself is in sight."""
        return len(self.only) > 1 or bool(self.only and self.mine)

    @property
    def ticks(self) -> list[tuple[str, Any, bool]]:
        """The ranks to choose from: name, label, chosen."""
        return [(name, CHIPS[name][0], name in self.only) for name in queries.FILTERS]

    def url(self, name: str = "queue", **more: str) -> str:
        return reverse(name) + self.query(**more)

    def query(self, **more: str) -> str:
        given: list[tuple[str, str]] = [("only", one) for one in self.only]
        given += [("mine", "yes")] if self.mine else []
        given += [(key, value) for key, value in more.items() if value]
        return f"?{urlencode(given)}" if given else ""


OF_CHIPS = {name: Filter((name,)) for name in queries.FILTERS} | {
    "": Filter(),
    queries.MINE: Filter(mine=True),
}
QUERIES = {name: one.query() for name, one in OF_CHIPS.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff()
def queue(request: HttpRequest) -> HttpResponse:
    """A search is posted and answered in place: addresses are kept, and name nobody."""
    posted = request.method == "POST"
    asked = request.POST if posted else request.GET
    text, after = request.POST.get("q", "").strip(), asked.get("after", "")
    return _answer(request, Filter.asked(asked), text=text, after=after, polls=not posted)


def _answer(
    request: HttpRequest,
    shown: Filter,
    *,
    text: str = "",
    after: str = "",
    polls: bool = True,
    form: FilterForm = FORM,
) -> HttpResponse:
    page = _page(request, shown, text=text, after=after)
    rows = _rows(request, shown, page, narrowed=bool(text or after))
    context = {
        # One for all forms of the page: each is masked anew.
        "csrf_token": get_token(request),
        "here": "queue",
        "waiting": page.waiting,
        "in_room": page.in_room,
        "page": page,
        "filter": shown,
        "text": text,
        "refused": " ".join(form.errors.get("name", ())),
        "paged": bool(after),
        "first_url": shown.url(),
        "next_url": page.after and shown.url(after=page.after),
    }
    values = {
        "csrf_token": context["csrf_token"],
        "made_for": request.clinic.uuid,
        "text": text,
        "first_url": context["first_url"],
        "now": full_time(request.now),
        "hours": _hours(request),
        # A search is not repeated by the poll: its words stand in no address.
        "poll": "" if after or not polls else shown.url("queue_rows"),
        "etag": _etag(rows),
        "rows": rows,
        "typed": form["name"].value() or "",
        "refused": context["refused"],
    }
    # What few pages have.
    if page.saved:
        values["saved"] = _part("_queue_saved", {"saved": page.saved}, request)
    if page.approved:
        lost = lost_languages(request.clinic)
        values["lost"] = _part("_lost_languages", {"lost": lost}, request)
    if page.after or after:
        values["pages"] = _part("_pages", context, request)
    content = filled("staff/_queue.html", values, filter=shown, form=FORM)
    return render(request, "staff/queue.html", context | {"content": content})


@require_safe
@for_staff()
def queue_rows(request: HttpRequest) -> HttpResponse:
    """What the open page asks for every while: its rows and counts, or 304 when nothing moved."""
    shown = Filter.asked(request.GET)
    rows = _rows(request, shown, _page(request, shown))
    etag = _etag(rows)
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(rows, headers={"ETag": etag})


@require_POST
@for_staff()
def queue_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter that is shown under a name, or drop one."""
    if dropped := request.POST.get("drop"):
        handling.drop_filter(clinic=request.clinic, user=request.user, name=dropped[:40])
        return redirect("queue")
    shown, form = Filter.asked(request.POST), FilterForm(request.POST)
    if form.is_valid():
        saved = {"name": form.cleaned_data["name"], "only": [*shown.only], "mine": shown.mine}
        try:
            handling.save_filter(clinic=request.clinic, user=request.user, saved=saved)
        except NotAllowed as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, gettext("Filter saved."))
            return redirect(shown.url())
    return _answer(request, shown, form=form)


def _etag(rows: str) -> str:
    return quote_etag(salted_hmac("recovery.queue", rows).hexdigest())


def _part(name: str, context: dict[str, Any], request: HttpRequest) -> str:
    return render_to_string(f"staff/{name}.html", context, request)


def _page(
    request: HttpRequest, shown: Filter, *, text: str = "", after: str = ""
) -> queries.QueuePage:
    return queries.page(
        clinic=request.clinic,
        user=request.user,
        now=request.now,
        only=shown.only,
        mine=shown.mine,
        text=text,
        after=after,
    )


def _rows(
    request: HttpRequest, shown: Filter, page: queries.QueuePage, *, narrowed: bool = False
) -> str:
    """The counts, the chips and the rows."""
    say = RowWords(request.now)
    groups = [
        {
            "label": rank.label,
            "note": NOTES[rank],
            "count": shown_count(page.counts[rank.name.lower()]),
            "rows": [words(row, request, say) for row in rows],
        }
        for rank, rows in page.groups
    ]
    values = {
        "waiting": shown_count(page.waiting),
        "said": _waiting(page.waiting),
        "chips": queue_chips(_chips(shown, page)),
        "saved": queue_chips(_saved(shown, page)),
        "groups": queue_groups(groups),
    }
    return filled("staff/_queue_rows.html", values, narrowed=narrowed or shown.narrows)


def _waiting(count: int) -> str:
    if count > COUNTED:
        return gettext("More than 99 patients need someone.")
    said = ngettext("%(n)s patient needs someone.", "%(n)s patients need someone.", count)
    return said % {"n": count}


def _hours(request: HttpRequest) -> str:
    calendar = request.clinic.calendar
    is_open, changes_at = calendar.is_open(request.now), calendar.next_change(request.now)
    if changes_at is None:
        return "" if is_open else gettext("No opening hours set")
    said = gettext("Open until %(at)s") if is_open else gettext("Closed until %(at)s")
    return said % {"at": day_and_time(changes_at, request.now)}


def _chips(shown: Filter, page: queries.QueuePage) -> Iterator[dict[str, Any]]:
    # What "All" lists has those too who were contacted or handled.
    counts = page.counts | {"": sum(page.counts[name] for name in queries.FILTERS)}
    for name, (label, shade, shape) in CHIPS.items():
        yield {
            "label": str(label),
            "shade": shade,
            "shape": shape,
            "count": shown_count(counts[name]),
            "query": QUERIES[name],
            "current": shown == OF_CHIPS[name],
        }


def _saved(shown: Filter, page: queries.QueuePage) -> Iterator[dict[str, Any]]:
    for kept in page.saved:
        one = Filter.of(kept["only"], mine=kept["mine"])
        yield {"label": kept["name"], "query": one.query(), "current": one == shown}


def shown_count(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count)
