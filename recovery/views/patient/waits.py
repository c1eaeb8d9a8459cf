"""Can it wait until tomorrow? Asked on the page of a stored log, and answered there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from recovery.models import DailyLog
from recovery.services import waits

SAID = {"yes": True, "no": False}
PLACE = "#wait"


def take(request: HttpRequest, log: DailyLog) -> HttpResponse:
    """Keep the answer that was posted to the page of `log`, and show the page again."""
    said = SAID.get(request.POST.get("wait", ""))
    if said is not None:
        waits.answer(log=log, can_wait=said, now=request.now)
    return redirect(request.path + PLACE)
