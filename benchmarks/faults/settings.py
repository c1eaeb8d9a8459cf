"""The product's settings with the harness's own changes, for the processes that it starts."""

import os
from datetime import timedelta

from intracept_care.settings import *  # noqa: F403
from intracept_care.settings import CELERY_BEAT_SCHEDULE, EMAIL_TIMEOUT, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.faults.apps.FaultsConfig"]

# How long a minute of beat lasts here, and how long a sender may hold mails.
if minute := os.environ.get("FAULTS_MINUTE"):
    for entry in CELERY_BEAT_SCHEDULE.values():
        entry["schedule"] = timedelta(seconds=float(minute))
        entry["options"]["expires"] = float(minute) * 55 / 60
if lease := os.environ.get("FAULTS_LEASE"):
    MAIL_LEASE_SECONDS = float(lease)
    # In the product, too, a silent server is given up long before the lease is over.
    EMAIL_TIMEOUT = min(EMAIL_TIMEOUT, MAIL_LEASE_SECONDS / 4)

# Empty: the product's own way of handing over. Otherwise a function of benchmarks.faults.weaker.
FAULTS_DESIGN = os.environ.get("FAULTS_DESIGN", "")
