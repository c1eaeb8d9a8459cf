"""Celery imports this in every worker: here one is given the design that the run is about."""

from django.conf import settings

from benchmarks.faults import weaker
from recovery.services import delivery

if settings.FAULTS_DESIGN:
    delivery._hand_over = getattr(weaker, settings.FAULTS_DESIGN)
