"""Everything that happened in one recovery, from its newest entry to its first."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_safe

from recovery import access
from recovery.queries import timeline
from recovery.queries.record import record_of
from recovery.queries.record_parts import MAILS

# Entries of a page.
PAGE = 100


@require_safe
@access.for_staff()
def recovery_timeline(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """`?before=` is how many entries are newer than the first that is shown."""
    row = access.staff_recovery(request, recovery)
    access.record_read(request, row, "timeline")
    record = record_of(row, request.now)
    alerts = timeline.alerts_of(row)
    told = timeline.events(row, timeline.logs_of(row), alerts, record)
    skipped = _number(request.GET.get("before", ""))
    here, older = resolve_url("recovery_timeline", row.uuid), skipped + PAGE
    context = {
        "here": "patients",
        "waiting": record.waiting,
        "in_room": record.in_room,
        "recovery": row,
        "patient": row.patient,
        "events": told[skipped:older],
        "told": len(told),
        "first": skipped + 1,
        "last": min(older, len(told)),
        "mails": MAILS if len(record.mails) == MAILS else 0,
        "first_url": here if skipped else "",
        "next_url": f"{here}?before={older}" if older < len(told) else "",
    }
    return render(request, "staff/timeline.html", context)


def _number(asked: str) -> int:
    """No address of ours has more digits than this."""
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
