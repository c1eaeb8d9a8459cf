from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from recovery import checks  # noqa: F401 (importing it registers the checks)


class RecoveryConfig(AppConfig):
    name = "recovery"
    verbose_name = _("Intracept Care")
