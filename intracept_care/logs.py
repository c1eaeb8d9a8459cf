"""Log lines without people in them.

An error's own words may hold what a patient typed (PostgreSQL prints the row that it refused) or
an address (SMTP names whom it refused), and a path may hold a link's secret. So lines tell where
and what kind, and name the route instead of the path.
"""

import logging
import traceback
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

# Errors of the machinery, whose words name hosts and files but never a person.
SAFE_TO_QUOTE = (ConnectionError, ImproperlyConfigured, ImportError, OperationalError)


def named(error: BaseException) -> str:
    """What an error is, with its first line only where that cannot name a person."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, SAFE_TO_QUOTE):
        return f"{name}: {str(error).partition(chr(10))[0]}"
    if constraint := getattr(getattr(error.__cause__, "diag", None), "constraint_name", None):
        return f"{name}: {constraint}"
    return name


class QuietFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        # A copy of our own: another handler may have left its full traceback in the record.
        record = logging.makeLogRecord({**record.__dict__, "exc_text": None})
        request: Any = getattr(record, "request", None)
        if record.name.startswith("django.") and hasattr(request, "resolver_match"):
            match = request.resolver_match
            route = f"/{match.route}" if match else "no route"
            status = getattr(record, "status_code", "")
            record.msg, record.args = "%s %s %s", (request.method, route, status)
        elif record.name == "celery.app.trace" and isinstance(record.args, dict):
            kind = named(record.exc_info[1]) if record.exc_info and record.exc_info[1] else ""
            hidden = {"exc": kind, "traceback": "", "args": "", "kwargs": "", "return_value": ""}
            record.args = {**record.args, **hidden}
        return super().format(record)

    def formatException(  # noqa: N802 - logging's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | Any,
    ) -> str:
        """Frames as usual; each error of the chain by its kind."""
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            lines.append(f"Traceback (most recent call last):\n{frames}{named(error)}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\nduring or because of:\n\n".join(lines)
