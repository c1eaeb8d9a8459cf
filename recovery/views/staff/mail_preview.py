"""Each mail that goes out, in each language, with invented data: as a page and as text."""

import hashlib
from base64 import b64encode

from csp.decorators import csp_replace, csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from recovery.access import CLINICAL, for_staff
from recovery.mails.build import Mail, css
from recovery.mails.samples import SAMPLES, sample
from recovery.models import Role
from recovery.queries.languages import NAMES, offered_languages, own_words
from recovery.queries.patients import menu
from recovery.wording import ENGLISH, Speech

# How wide the page of a mail is shown: a small phone, and a mail program.
WIDTHS = (320, 700)


@require_safe
@csp_update({"frame-src": ["'self'"]})
@for_staff(*Role)
def mail_preview(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("mail", next(iter(SAMPLES)))
    language = request.GET.get("language", ENGLISH)
    mail = _mail(request, kind, language)
    clinical = bool(request.roles & set(CLINICAL))
    context = {
        "here": "clinic",
        **(menu(request.clinic, request.now) if clinical else {}),
        "kinds": [(name, title) for name, (title, _to_patient) in SAMPLES.items()],
        "kind": kind,
        "to_patient": SAMPLES[kind][1],
        "title": SAMPLES[kind][0],
        "languages": NAMES.items(),
        "language": language,
        "offered": language in dict(offered_languages(request.clinic)),
        "mail": mail,
        "widths": WIDTHS,
    }
    return render(request, "staff/mail_preview.html", context)


@require_safe
@xframe_options_sameorigin
@for_staff(*Role)
def mail_preview_page(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """The mail's own page, for the frame: no script, no file, and no style but the mails' own."""
    [(html, _type)] = _mail(request, kind, language).alternatives
    digest = b64encode(hashlib.sha256(css().encode()).digest()).decode()
    only = csp_replace({"style-src": [f"'sha256-{digest}'"], "frame-ancestors": ["'self'"]})
    shown: HttpResponse = only(lambda _request: HttpResponse(html))(request)
    return shown


def _mail(request: HttpRequest, kind: str, language: str) -> Mail:
    if kind not in SAMPLES or language not in NAMES:
        raise Http404
    own = {} if language == ENGLISH else own_words(request.clinic, language)
    return sample(kind, clinic=request.clinic, speech=Speech(language, own), now=request.now)
