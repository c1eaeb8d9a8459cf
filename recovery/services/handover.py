"""Through what messages leave: a mail server, or a provider's API where EMAIL_URL names one; and
for text messages the class that SMS_BACKEND names.
"""

from django.conf import settings

from recovery.models import Channel
from recovery.services import sms
from recovery.services.provider import ApiHandover
from recovery.services.smtp import Handover

# A session in two steps: `envelope` may be forgotten, `content` not.
Server = Handover | ApiHandover | sms.SmsBackend


def connect(channel: str = Channel.EMAIL) -> Server:
    """Entering raises OSError or SMTPException if nobody answers; nothing after that does, but what
    breaks one message.
    """
    if channel == Channel.SMS:
        return sms.connect()
    return ApiHandover() if settings.MAIL_PROVIDER else Handover()
