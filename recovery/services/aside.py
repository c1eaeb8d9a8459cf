"""Work that an answer must not wait for, since its time would tell what was found."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

logger = logging.getLogger(__name__)


def do(service: Callable[..., Any], **arguments: Any) -> None:
    """Call the service in a thread of its own. It is tried once: whoever waits can ask again."""
    threading.Thread(target=_run, args=[service, arguments], daemon=False).start()


def _run(service: Callable[..., Any], arguments: dict[str, Any]) -> None:
    try:
        service(**arguments)
    except Exception:
        logger.exception("%s failed", service.__name__)
    finally:
        connection.close()
