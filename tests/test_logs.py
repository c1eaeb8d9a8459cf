"""Log lines name what went wrong and never whom."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, OperationalError
from django.test import RequestFactory
from django.urls import ResolverMatch

from intracept_care.logs import QuietFormatter

CANARY = "canary-pain-9-anna@example.org"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the operator reads of everything logged below `django`, `celery` and `recovery`."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(QuietFormatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def refused() -> None:
    try:
        raise ValueError(f"DETAIL: Failing row contains ({CANARY})")
    except ValueError as error:
        raise IntegrityError(f"violates check constraint\nDETAIL: {CANARY}") from error


def test_an_error_is_told_by_kind_and_place(written: io.StringIO) -> None:
    try:
        refused()
    except IntegrityError:
        logging.getLogger("recovery.services").exception("A log was not saved")
    line = written.getvalue()
    assert "ERROR recovery.services: A log was not saved" in line
    assert "django.db.utils.IntegrityError" in line
    assert "builtins.ValueError" in line
    assert "in refused" in line
    assert CANARY not in line


def test_an_error_of_the_machinery_keeps_its_words(written: io.StringIO) -> None:
    try:
        raise OperationalError(f"connection refused\n{CANARY}")
    except OperationalError:
        logging.getLogger("recovery").exception("No database")
    assert "OperationalError: connection refused" in written.getvalue()
    assert CANARY not in written.getvalue()


def test_a_request_is_told_by_its_route(written: io.StringIO) -> None:
    request = RequestFactory().get(f"/l/{CANARY}?token={CANARY}")
    request.resolver_match = ResolverMatch(refused, (), {}, route="l/<str:token>")
    logger = logging.getLogger("django.request")
    extra = {"status_code": 404, "request": request}
    logger.warning("%s: %s", "Not Found", request.path, extra=extra)
    assert "GET /l/<str:token> 404" in written.getvalue()

    request.resolver_match = None
    logger.warning("%s: %s", "Not Found", request.path, extra=extra)
    assert "GET no route 404" in written.getvalue()
    assert CANARY not in written.getvalue()


def test_a_failed_task_is_told_without_its_words(written: io.StringIO) -> None:
    try:
        refused()
    except IntegrityError as error:
        context = {"name": "recovery.tasks.send", "exc": repr(error), "traceback": CANARY}
        logging.getLogger("celery.app.trace").exception(
            "Task %(name)s raised unexpected: %(exc)s\n%(traceback)s", context
        )
    assert "Task recovery.tasks.send raised unexpected: django.db.utils.Integ" in written.getvalue()
    assert CANARY not in written.getvalue()
