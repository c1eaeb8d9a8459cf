#!/usr/bin/env python3
"""Django's command line, with the options of `up` that the settings must know."""

import argparse
import os
import sys


def tell_settings(arguments: list[str]) -> None:
    """Put the options of `up` into the environment.

    The settings are read before a command sees its options, and outside demo mode they refuse to
    load without a secret; the processes that `up` starts inherit the same words.
    """
    early = argparse.ArgumentParser(add_help=False)
    early.add_argument("--demo", action="store_true")
    early.add_argument("--force", action="store_true")
    early.add_argument("--port")
    options, _ = early.parse_known_args(arguments)
    if options.demo:
        os.environ["DEMO"] = "force" if options.force else os.environ.get("DEMO") or "true"
    if options.port:
        os.environ["PORT"] = options.port


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intracept_care.settings")
    if sys.argv[1:2] == ["up"]:
        tell_settings(sys.argv[2:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
