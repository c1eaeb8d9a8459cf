import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from recovery.access import for_staff
from recovery.models import Recovery
from recovery.models.recoveries import QueueRank
from recovery.queries import patients as queries
from recovery.templatetags.corridor import course_words
from recovery.templatetags.rows import RowWords

# The places in the queue that an alert gives.
BY_ALERT = {QueueRank.EMERGENCY, QueueRank.URGENT, QueueRank.REVIEW, QueueRank.CONTACTED}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff()
def patients(request: HttpRequest) -> HttpResponse:
    """All patients of the clinic by name, or those that a search finds. A search is posted and
    answered in place: addresses are kept, and name nobody.
    """
    text = request.POST.get("q", "").strip()
    asked = request.POST if request.method == "POST" else request.GET
    after = _uuid(asked.get("after", ""))
    page = queries.page(clinic=request.clinic, now=request.now, text=text, after=after)
    say = RowWords(request.now)
    context = {
        "here": "patients",
        "waiting": page.waiting,
        "in_room": page.in_room,
        "page": page,
        "rows": [_words(row, say) for row in page.rows],
        "text": text,
        "paged": after is not None,
        "first_url": reverse("patients"),
        "next_url": page.after and f"{reverse('patients')}?{urlencode({'after': page.after})}",
    }
    return render(request, "staff/patients.html", context)


def _words(row: queries.Row, say: RowWords) -> dict[str, Any]:
    recovery, patient = row.recovery, row.recovery.patient
    who = [gettext("Record %(number)s") % {"number": patient.record_number}]
    if row.place.age is not None:
        who.append(str(row.place.age))
    # The day of the procedure does not break within itself.
    began = say.times.short_date(recovery.procedure_on).replace(" ", "\xa0")
    return say.of(recovery) | {
        "listed": f"{patient.family_name}, {patient.given_name}",
        "who": ", ".join(who),
        "state": Recovery.State(recovery.state).label,
        "where": f"{say.day_and_phase(row.place)}, {began}",
        "reason": recovery.headline if recovery.queue_rank in BY_ALERT else "",
        "course": course_words(row.course, recovery.last_log_day),
        "marks": say.mail_marks(recovery),
    }


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
