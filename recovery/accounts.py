"""What allauth asks of us: how to send a sign-in code, what to say, and that nobody signs up."""

import logging
import smtplib
import threading
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from recovery.forms.sign_in import NOT_AGAIN_YET
from recovery.mails.build import code_mail
from recovery.wording import ENGLISH, Speech

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("The code was wrong too often. Ask for a new one."),
        "rate_limited": NOT_AGAIN_YET,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """The clinic enrols; nobody signs up."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send without letting the answer wait for it.

        The person is waiting, so this mail has no row in the outbox; and were it sent before
        the answer, the time of the answer would tell whether the address is known.
        """
        request = context["request"]
        message = code_mail(
            to=email,
            code=context["code"],
            clinic=request.clinic,
            # The page's own language: to ask for the reader's would take time for a known address.
            speech=Speech(get_language() or ENGLISH),
            now=request.now,
        )
        threading.Thread(target=_send, args=[message], daemon=False).start()


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        # The person can ask for another code; the address stays out of the log.
        logger.warning("A sign-in code could not be sent: %s", type(error).__name__)
