"""Where the demo of the pictures lives. Import this before Django reads its settings."""

import atexit
import os
import shutil
import socket
import tempfile
from contextlib import closing

FOLDER = tempfile.mkdtemp(prefix="care-screens-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


PORT = int(os.environ.get("PORT") or _free_port())
for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "DEBUG", "HTTPS"):
    os.environ.pop(name, None)
os.environ |= {
    "DEMO": "true",
    "VAR_DIR": FOLDER,
    "PORT": str(PORT),
    "DJANGO_SETTINGS_MODULE": "intracept_care.settings",
    # Playwright runs an event loop in this thread, which Django takes for asynchronous code.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}
