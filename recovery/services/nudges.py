"""A nudge shortens the wait between a commit and the mail or the work that it owes. It guarantees
nothing: rows say what is owed, and beat finds them within a minute.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# A page must never wait for Redis.
LIMIT = 0.2
_held_back: ContextVar[bool] = ContextVar("held_back", default=False)


@contextmanager
def held_back() -> Iterator[None]:
    """Within, nobody is asked for anything: what is written owes no mail that could go now."""
    token = _held_back.set(True)
    try:
        yield
    finally:
        _held_back.reset(token)


def send_soon(*, urgent: bool) -> None:
    """After the commit, ask a worker to send what is owed: what is urgent, or all of it. Never
    raises, never retries.
    """
    _after_commit("recovery.tasks.send_urgent" if urgent else "recovery.tasks.send")


def tick_soon() -> None:
    """After the commit, ask a worker for a tick before its minute. As `send_soon`."""
    _after_commit("recovery.tasks.tick")


def take_in_soon() -> None:
    """After the commit, ask a worker to take in the lists that were confirmed. As `send_soon`."""
    _after_commit("recovery.tasks.take_in")


def rehearse_soon() -> None:
    """After the commit, ask a worker for the rehearsals that were begun. As `send_soon`."""
    _after_commit("recovery.tasks.rehearse")


def _after_commit(task: str) -> None:
    if not _held_back.get():
        transaction.on_commit(partial(_nudge, task), robust=True)


def _nudge(task: str) -> None:
    options = {"socket_connect_timeout": LIMIT, "socket_timeout": LIMIT, "max_retries": 0}
    try:
        with current_app.connection_for_write(
            connect_timeout=LIMIT, transport_options=options
        ) as connection:
            current_app.send_task(task, connection=connection, expires=55, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("No nudge, beat will find it: %s", type(error).__name__)
