"""Build a text message from its row in the outbox. Nothing about health stands in it, and as
little as can be: who writes, that something waits, and a short link.
"""

from django.template.loader import render_to_string
from django.urls import reverse

from recovery.mails.build import MINUTES, address, sender, speech_for
from recovery.models import Message
from recovery.queries.languages import Speeches
from recovery.tokens import short_code
from recovery.wording import speaking


def words(message: Message, speeches: Speeches) -> str:
    """The text of a reminder whose clinic, check-in and recovery with patient are loaded, in one
    line and in the patient's language where the clinic offers it.
    """
    checkin, recovery = message.checkin, message.recovery
    assert checkin is not None
    assert recovery is not None
    with speaking(speech_for(message, speeches)):
        context = {
            "sender": sender(message.clinic, to_patient=True),
            "minutes": MINUTES.get(checkin.form),
            "link": address(reverse("short_link", args=[short_code(checkin)])),
            "emergency": message.clinic.emergency_number,
        }
        return " ".join(render_to_string("texts/reminder.txt", context).split())
