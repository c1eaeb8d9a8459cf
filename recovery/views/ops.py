"""What machines ask: is this process up, and does the whole work?"""

import logging

from celery import current_app
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from recovery.queries import engine

logger = logging.getLogger(__name__)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether to route traffic here: the process answers. Its database may be away: then its
    pages say so, and no other process would do better.
    """
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """For alarms only: 503 while the database, the broker or a part of the engine is not well."""
    parts = {"database": _database(), "broker": _broker()}
    parts |= engine.health(at=timezone.now()) if parts["database"] == "ok" else {"tick": "unknown"}
    well = all(state == "ok" for state in parts.values())
    return JsonResponse(parts, status=200 if well else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("readyz: no database: %s", type(error).__name__)
        return "down"
    return "ok"


def _broker() -> str:
    try:
        with current_app.connection_for_read(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
    except (OperationalError, OSError) as error:
        logger.warning("readyz: no broker: %s", type(error).__name__)
        return "down"
    return "ok"
