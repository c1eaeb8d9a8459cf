"""Through what mails leave: a mail server, or a provider's API where EMAIL_URL names one."""

from django.conf import settings

from recovery.services.provider import ApiHandover
from recovery.services.smtp import Handover

Server = Handover | ApiHandover


def connect() -> Server:
    """Entering raises OSError or SMTPException if nobody answers; nothing after that does."""
    return ApiHandover() if settings.MAIL_PROVIDER else Handover()
