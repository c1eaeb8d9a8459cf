"""The Celery application; its timetable is CELERY_BEAT_SCHEDULE in the settings."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intracept_care.settings")

app = Celery("intracept_care")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def keep_djangos_logging(**_: object) -> None:
    """Celery sets up its own log lines unless someone answers; Django's LOGGING stands."""


setup_logging.connect(keep_djangos_logging)
