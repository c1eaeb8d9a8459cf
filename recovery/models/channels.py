"""By what messages go, in the words of patients and staff alike."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """By what a message goes."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")


class Channels(models.TextChoices):
    """By what reminders go: the first, and what follows it where nobody answers."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    EMAIL_SMS = "email,sms", _("E-mail, then text message")
    SMS_EMAIL = "sms,email", _("Text message, then e-mail")

    @property
    def in_order(self) -> tuple[Channel, ...]:
        return tuple(Channel(one) for one in self.value.split(","))
