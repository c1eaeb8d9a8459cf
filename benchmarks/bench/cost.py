"""What a page costs: CPU of a request, in the process that answers it and in PostgreSQL.

The whole of Django answers, middleware, session and user included; no socket is between.
"""

import gzip
import os
import time
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib.auth import get_user_model
from django.test import Client

from benchmarks.bench.meters import counted, own_cpu, server_cpu

WARM = 5
# What `startproject` writes, without the admin site and static files.
DJANGO: dict[str, Any] = {
    "SECRET_KEY": "bare",
    "USE_TZ": True,
    "ALLOWED_HOSTS": ["testserver"],
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
}


def database() -> dict[str, Any]:
    """DATABASE_URL as Django wants it, with its defaults."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": parts.username or "",
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": parts.port or "",
    }


def signed_in() -> Client:
    """A client of somebody new, by Django's own tables."""
    client = Client()
    client.force_login(get_user_model().objects.create_user("somebody"))
    return client


def pages(client: Client, addresses: dict[str, str], requests: int) -> dict[str, dict[str, float]]:
    """By name: milliseconds of CPU a request, statements of one, milliseconds by the clock.

    The median of five rounds, so that a moment of the machine's own counts for little.
    """
    found = {}
    for name, address in addresses.items():
        for _ in range(WARM):
            answer = client.get(address)
            assert answer.status_code == 200, (name, answer.status_code)
        with counted() as count:
            client.get(address)
        rounds = []
        for _ in range(5):
            begin, own, server = time.perf_counter(), own_cpu(), server_cpu()
            for _ in range(requests // 5):
                client.get(address)
            used = own_cpu() - own + server_cpu() - server
            rounds.append((used, own_cpu() - own, time.perf_counter() - begin))
        used, own, seconds = sorted(rounds)[2]
        each = 1000 / (requests // 5)
        found[name] = {
            "cpu": used * each,
            "own": own * each,
            "wall": seconds * each,
            "statements": count.statements,
            "bytes": len(answer.content),
            "zipped": len(gzip.compress(answer.content)),
        }
    return found
