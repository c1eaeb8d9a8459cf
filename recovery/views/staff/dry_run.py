"""The dry run: what will go out until a time, and what will not and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from recovery import access
from recovery.forms.ledger import DryRunForm
from recovery.models import Clinic, Recovery
from recovery.queries.patients import menu
from recovery.services import foresight
from recovery.services.foresight import Foreseen
from recovery.services.recheck import TO_STAFF

# So many recoveries at most are looked at for a page; the command has no limit.
LOOKED_AT = 500
# So many of the lines that are found stand on the page.
LISTED = 500


@require_safe
@access.for_staff()
def dry_run(request: HttpRequest) -> HttpResponse:
    """What will go out until a time, and what will not and why, if nobody does anything."""
    clinic = request.clinic
    tomorrow = timezone.localdate(request.now) + timedelta(days=1)
    asked = request.GET if "until" in request.GET else {"until": f"{tomorrow}T12:00"}
    form = DryRunForm(asked, now=request.now)
    context: dict[str, Any] = {"here": "queue", **menu(clinic, request.now), "form": form}
    if form.is_valid():
        context |= _outlook(clinic, request.now, form.cleaned_data["until"])
    return render(request, "staff/dry_run.html", context)


def _outlook(clinic: Clinic, now: datetime, until: datetime) -> dict[str, Any]:
    recoveries = Recovery.objects.filter(clinic=clinic)
    found = foresight.outlook(recoveries, now=now, until=until, most=LOOKED_AT)
    to_patients = [one for one in found.mails if one.message.kind not in TO_STAFF]
    return {
        "until": until,
        "lists": {
            "going": _first([one for one in to_patients if not one.reason]),
            "not_going": _first([one for one in to_patients if one.reason]),
        },
        "to_staff": _to_staff(found.mails),
        "unreadable": found.unreadable,
        "left_off": found.left_off,
        "looked_at": LOOKED_AT,
    }


def _first(lines: list[Foreseen]) -> dict[str, Any]:
    return {"count": len(lines), "lines": lines[:LISTED], "more": max(0, len(lines) - LISTED)}


@dataclass(slots=True)
class StaffMails:
    """What tells staff of one patient's alerts while nobody acts: each step tells several people,
    and an emergency's comes again each hour.
    """

    first: Foreseen
    moments: set[datetime] = field(default_factory=set)
    names: dict[str, None] = field(default_factory=dict)

    @property
    def more(self) -> int:
        return len(self.moments) - 1


def _to_staff(found: Iterable[Foreseen]) -> list[StaffMails]:
    """One line for each patient, kind and reason not to go, by the first of its mails."""
    lines: dict[tuple[Any, ...], StaffMails] = {}
    for one in found:
        if one.message.kind in TO_STAFF:
            key = one.message.recovery_id, one.message.kind, one.reason
            line = lines.setdefault(key, StaffMails(one))
            line.moments.add(one.at)
            line.names[str(one.message.user)] = None
    return list(lines.values())
