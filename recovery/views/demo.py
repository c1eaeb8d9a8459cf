"""Demo mode's own pages: the mailbox, and the button that moves the clock."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from recovery.queries import mailbox
from recovery.services import clocks


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, **kwargs)

    return wrapper


@require_safe
@demo_only
def demo_mailbox(request: HttpRequest) -> HttpResponse:
    mails = mailbox.newest(settings.VAR_DIR / "mailbox")
    texts = mailbox.newest_texts(settings.VAR_DIR / "texts")
    return render(request, "demo/mailbox.html", {"mails": mails, "texts": texts})


@require_safe
@demo_only
def demo_mail(request: HttpRequest, key: str) -> HttpResponse:
    mail = mailbox.find(settings.VAR_DIR / "mailbox", key)
    if mail is None:
        raise Http404
    return render(request, "demo/mail.html", {"mail": mail})


@require_POST
@demo_only
def demo_next_day(request: HttpRequest) -> HttpResponse:
    """Move everybody's clock on by a day, and back to the page that asked."""
    clocks.move(by=timedelta(days=1))
    back = request.META.get("HTTP_REFERER", "")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if allowed else "home")
