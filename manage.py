#!/usr/bin/env python3
"""Django's command line, with the one flag that must be known before the settings are read."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intracept_care.settings")
    # Outside demo mode the settings refuse to load without a secret, so `up --demo` has to say
    # what it is before Django reads them. The children inherit the variable.
    if sys.argv[1:2] == ["up"] and "--demo" in sys.argv:
        os.environ["DEMO"] = "force" if "--force" in sys.argv else os.environ.get("DEMO") or "1"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
