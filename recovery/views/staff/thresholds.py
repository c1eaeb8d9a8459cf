"""What another number in a rule would have fired: a question of managers and clinicians."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from recovery import access, clock
from recovery.forms.thresholds import ThresholdForm, number_name, plain
from recovery.models import Role, ThresholdFiring, ThresholdRehearsal
from recovery.queries import thresholds as queries
from recovery.services import thresholds as service
from recovery.views.staff.pathways import READ_OR_POST

# How long the page itself judges before it leaves the rest to a worker.
AT_ONCE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its figures."""

    row: ThresholdRehearsal

    @property
    def title(self) -> str:
        return number_name(self.row.rule, self.row.name)

    @property
    def value(self) -> str:
        return plain(self.row.value)

    @property
    def value_now(self) -> str:
        return plain(self.row.value_now)

    @property
    def quieter(self) -> bool:
        return queries.supposed_of(self.row).quieter

    @property
    def figures(self) -> Any:
        return queries.figures(self.row)


@require_http_methods(READ_OR_POST)
@access.for_staff(Role.MANAGER, Role.CLINICIAN)
def thresholds(request: HttpRequest) -> HttpResponse:
    """A post begins it; over few logs it is done when its page answers."""
    form = ThresholdForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = service.begin(
            clinic=request.clinic, supposed=form.supposed, user=request.user, now=request.now
        )
        service.run(clock=clock.now, until=clock.now() + AT_ONCE)
        return redirect("threshold", row.uuid)
    asked = [Asked(row) for row in queries.asked(request.clinic)]
    context = {"here": "thresholds", "form": form, "asked": asked}
    return render(request, "staff/thresholds.html", context)


@require_safe
@access.for_staff(Role.MANAGER, Role.CLINICIAN)
def threshold(request: HttpRequest, threshold: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(queries.asked(request.clinic), uuid=threshold)
    context: dict[str, Any] = {"here": "thresholds", "row": row, "asked": Asked(row)}
    if row.state == ThresholdRehearsal.State.DONE:
        context |= _result(request, row)
    return render(request, "staff/threshold.html", context)


def _result(request: HttpRequest, row: ThresholdRehearsal) -> dict[str, Any]:
    figures = queries.figures(row)
    there = [one for one in ThresholdFiring.Change if figures[one].fires]
    change = request.GET.get("change", "")
    change = change if change in there else there[0] if there else ""
    after = request.GET.get("after", "")
    paged = after.isascii() and after.isdigit() and len(after) <= 18
    found, following = queries.firings(row, change, int(after) if paged else 0)
    named = bool(request.roles & set(access.CLINICAL))
    if named:
        access.record_reads(request, {one.recovery.patient_id for one in found}, "rehearsal")
    here = reverse("threshold", args=[row.uuid])
    return {
        "figures": figures,
        "others": queries.others(row),
        "change": ThresholdFiring.Change(change) if change else None,
        # Managers read no charts: only who is also a nurse or clinician sees whose a log is.
        "named": named,
        "page": {"rows": found, "after": following},
        "paged": paged,
        "chips": [(one, f"{here}?change={one}") for one in there],
        "first_url": f"{here}?change={change}",
        "next_url": f"{here}?change={change}&after={following}",
    }
