"""In which language a page speaks before it knows whose it is: at the sign-in, and where it broke.

A cookie holds the language of the last page and nothing else. It is not trusted: a page that asks
the database anyway speaks only what a clinic offers.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from recovery.queries.languages import NAMES
from recovery.wording import ENGLISH

CHOICE = "language"
YEAR = 365 * 24 * 3600


def remembered(request: HttpRequest) -> str:
    """The language of the last page in this browser. Asks the database nothing."""
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return language if language in NAMES else ENGLISH


def wanted(request: HttpRequest) -> str:
    """What was chosen on the page, else the last page's language, else the browser's."""
    chosen = request.GET.get(CHOICE, "")
    return chosen if chosen in NAMES else translation.get_language_from_request(request)


def remember(request: HttpRequest, response: HttpResponse, language: str) -> HttpResponse:
    """Leave the language to this browser's next page. English alone leaves nothing."""
    known = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if language != (known or ENGLISH):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
