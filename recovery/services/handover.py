"""Through what messages leave: a mail server, or a provider's API where EMAIL_URL names one; and
for text messages the class that SMS_BACKEND names.
"""

from typing import Any, Protocol, Self

from django.conf import settings

from recovery.models import Channel
from recovery.services import sms
from recovery.services.provider import ApiHandover
from recovery.services.smtp import Handover, Result


class Server(Protocol):
    """A session in two steps: `envelope` may be forgotten, `content` not."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...
    def envelope(self, letter: Any, /) -> Result: ...
    def content(self, letter: Any, /) -> Result: ...
    def forget(self) -> None: ...


def connect(channel: str = Channel.EMAIL) -> Server:
    """Entering raises OSError or SMTPException if nobody answers; nothing after that does, but what
    breaks one message.
    """
    if channel == Channel.SMS:
        return sms.connect()
    return ApiHandover() if settings.MAIL_PROVIDER else Handover()
