from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from recovery import checks  # noqa: F401 (importing it registers the checks)
from recovery.services import sms


class RecoveryConfig(AppConfig):
    name = "recovery"
    verbose_name = _("Intracept Care")

    def ready(self) -> None:
        """Stop the start where the class for text messages is not there."""
        if settings.SMS_BACKEND:
            sms.backend(settings.SMS_BACKEND)
