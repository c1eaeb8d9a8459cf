"""Build a text message from its row in the outbox. Nothing about health stands in it, and as
little as can be: who writes, that something waits, and a short link.
"""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.mails.build import FORM_MINUTES, LOG_MINUTES, address, sender
from recovery.models import Message
from recovery.tokens import short_code


def words(message: Message) -> str:
    """The text of a reminder whose clinic, check-in and recovery with patient are loaded, in one
    line.
    """
    checkin, recovery = message.checkin, message.recovery
    assert checkin is not None
    assert recovery is not None
    context = {
        "sender": sender(message),
        "minutes": LOG_MINUTES if checkin.form in LOG_FORMS else FORM_MINUTES,
        "link": address(reverse("short_link", args=[short_code(checkin)])),
        "emergency": message.clinic.emergency_number,
    }
    with translation.override(recovery.patient.language):
        return " ".join(render_to_string("texts/reminder.txt", context).split())
