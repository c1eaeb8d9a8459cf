"""python -m tests.languages: see catalogs.py"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intracept_care.settings")
django.setup()

from tests.languages.catalogs import write  # noqa: E402

write()
