"""The door for a WSGI server, the one that `up` and the Procfile use."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intracept_care.settings")

_django = get_wsgi_application()
_BOUNDARY = re.compile(
    r";\s*(boundary=(?:[\w'()+,./:=?-]{1,70}|\"[\w'()+,./:=? -]{1,70}\"))", re.ASCII
)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, with a Content-Type that it can read.

    It looks up any character set that a stranger names there, before its own handling of errors
    begins. Ours is UTF-8, so of the parameters only a form's boundary is let through.
    """
    media, semicolon, _parameters = (given := environ.get("CONTENT_TYPE", "")).partition(";")
    if semicolon:
        boundary = _BOUNDARY.search(given)
        environ["CONTENT_TYPE"] = f"{media}; {boundary[1]}" if boundary else media
    return _django(environ, start_response)
