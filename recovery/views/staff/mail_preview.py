"""Each mail and text message that goes out, in each language, with invented data: a mail as a page
and as text.
"""

import hashlib
from base64 import b64encode
from typing import Any

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from recovery.access import CLINICAL, for_staff
from recovery.mails.build import Mail, css
from recovery.mails.lengths import GSM, UNICODE, length
from recovery.mails.samples import SAMPLES, TEXTS, sample, sample_text
from recovery.models import Role
from recovery.queries.languages import NAMES, offered_languages, own_words
from recovery.queries.patients import menu
from recovery.wording import ENGLISH, Speech

# How wide the page of a mail is shown: a small phone, and a mail program.
WIDTHS = (320, 700)
TITLES = {name: title for name, (title, _more) in (*SAMPLES.items(), *TEXTS.items())}


@require_safe
@csp_update({"frame-src": ["'self'"]})
@for_staff(*Role)
def mail_preview(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("mail", next(iter(SAMPLES)))
    language = request.GET.get("language", ENGLISH)
    shown = _text if kind in TEXTS else _mail_shown
    clinical = bool(request.roles & set(CLINICAL))
    context = {
        "here": "clinic",
        **shown(request, kind, language),
        **(menu(request.clinic, request.now) if clinical else {}),
        "kinds": TITLES.items(),
        "kind": kind,
        "title": TITLES[kind],
        "languages": NAMES.items(),
        "language": language,
        "offered": language in dict(offered_languages(request.clinic)),
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


def _mail_shown(request: HttpRequest, kind: str, language: str) -> dict[str, Any]:
    mail = _mail(request, kind, language)
    return {"mail": mail, "to_patient": SAMPLES[kind][1], "widths": WIDTHS}


def _text(request: HttpRequest, kind: str, language: str) -> dict[str, Any]:
    words = sample_text(kind, clinic=request.clinic, speech=_speech(request, language))
    return {
        "text": words,
        "length": length(words),
        "gsm": GSM,
        "unicode": UNICODE,
        "sender": settings.SMS_FROM,
        "sends_texts": bool(settings.SMS_BACKEND),
        "to_patient": True,
    }


def _mail(request: HttpRequest, kind: str, language: str) -> Mail:
    if kind not in SAMPLES:
        raise Http404
    speech = _speech(request, language)
    return sample(kind, clinic=request.clinic, speech=speech, now=request.now)


def _speech(request: HttpRequest, language: str) -> Speech:
    if language not in NAMES:
        raise Http404
    return Speech(language, {} if language == ENGLISH else own_words(request.clinic, language))
