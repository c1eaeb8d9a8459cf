"""What the settings must find in the environment before pytest-django reads them.

Tests run in demo mode with a folder of their own, so that they never touch the files or the
broker of a demo that runs beside them; DATABASE_URL and REDIS_URL are taken from outside.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

# The folder outlives a worker process of pytest-xdist, so only the process that made it removes it.
if "INTRACEPT_TEST_VAR" not in os.environ:
    memory = Path("/dev/shm")  # where it is, no test waits for a disk
    parent = memory if os.access(memory, os.W_OK) else None
    os.environ["INTRACEPT_TEST_VAR"] = tempfile.mkdtemp(prefix="care-", dir=parent)
    atexit.register(shutil.rmtree, os.environ["INTRACEPT_TEST_VAR"], ignore_errors=True)

os.environ["VAR_DIR"] = os.environ["INTRACEPT_TEST_VAR"]
os.environ["DEMO"] = "force"
os.environ["SITE_URL"] = "http://testserver"
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["SECRET_KEY"] = "for-tests-only"
for name in ("DEBUG", "HTTPS", "EMAIL_URL", "TIME_ZONE", "TRUSTED_PROXY_COUNT", "LOG_LEVEL"):
    os.environ.pop(name, None)

# Each process of pytest-xdist works with a numbered database of Redis of its own.
if redis := os.environ.get("REDIS_URL"):
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    parts = urlsplit(redis)
    if parts.scheme == "unix":
        number = int(dict(parse_qsl(parts.query)).get("db", 0)) + worker
        os.environ["REDIS_URL"] = f"unix://{parts.path}?db={number}"
    else:
        number = int(parts.path.strip("/") or 0) + worker
        os.environ["REDIS_URL"] = parts._replace(path=f"/{number}").geturl()

# Playwright's synchronous interface runs an event loop in the thread of the test, which Django
# would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
