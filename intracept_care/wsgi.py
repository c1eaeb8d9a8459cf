"""The door for a WSGI server, the one that `up` and the Procfile use."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intracept_care.settings")

application = get_wsgi_application()
