import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

GetResponse = Callable[[HttpRequest], HttpResponse]


def no_store(get_response: GetResponse) -> GetResponse:
    """No page is kept by a browser or a proxy, so that Back on a shared machine shows nothing.

    For every page alike: one that forgot to ask for it would be the one with a name on it. Files
    of the site's looks are answered before this and may be kept.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        add_never_cache_headers(response)
        return response

    return middleware


def known_session_keys(get_response: GetResponse) -> GetResponse:
    """Forget a session cookie that no session of ours can have: PostgreSQL fails on some."""

    def middleware(request: HttpRequest) -> HttpResponse:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if key is not None and not re.fullmatch("[a-z0-9]{8,40}", key):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        return get_response(request)

    return middleware
