"""The site: settings, routes, and the doors for the web server and for Celery."""

from intracept_care.celery import app as celery_app

__all__ = ["celery_app"]
