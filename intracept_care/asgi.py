"""The door for an ASGI server; nothing of ours needs one."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intracept_care.settings")

application = get_asgi_application()
