"""The demo of the pictures: seeded at a fixed moment, run by `up`, visited as any of its people."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from recovery.models import ClockOffset, PatientAccess, Recovery, User
from recovery.queries import mailbox
from recovery.services import clocks
from tests.browser.doors import session_of
from tests.conftest import BROWSER_ARGS, browser_path
from tests.screens.camera import Camera

T = TypeVar("T")

# A Tuesday, 14:20 in New York: the clinic is open, and the day's reminders have not gone yet.
BEGIN = datetime(2026, 3, 17, 18, 20, tzinfo=UTC)


class House:
    def __init__(self, browser: Browser, camera: Camera) -> None:
        self.camera = camera
        self._browser = browser
        self._pages: dict[int | None, Page] = {}

    def visit(self, who: User | None, path: str) -> Page:
        """A page as a visitor who has signed in already sees it."""
        key = who.pk if who else None
        if key not in self._pages:
            context = self._browser.new_context()
            if who:
                context.add_cookies([session_of(who, settings.SITE_URL)])
            self._pages[key] = context.new_page()
        page = self._pages[key]
        page.goto(settings.SITE_URL + path)
        return page

    def take(self, who: User | None, name: str, what: str, route: str, *ids: Any) -> Page:
        query = route.partition("?")
        page = self.visit(who, reverse(query[0], args=ids) + query[1] + query[2])
        self.camera.take(page, name, what)
        return page

    def show(self, html: str) -> Page:
        """Markup by itself, as a mail program shows it: without the rules of the site's pages."""
        page = self._browser.new_context().new_page()
        page.set_content(html)
        return page

    def show_at(self, path: str, html: str) -> Page:
        """Markup in the place of a page of the site, with the site's files at hand."""
        page = self._browser.new_context().new_page()
        address = settings.SITE_URL + path
        page.route(address, lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(address)
        return page

    def mail(self, to: str, subject: str) -> mailbox.Mail:
        """The newest mail to an address; it may still be on its way."""
        return _wait_for(
            lambda: next(
                (
                    mail
                    for mail in mailbox.newest(Path(settings.VAR_DIR) / "mailbox")
                    if to in mail.to and subject in mail.subject
                ),
                None,
            ),
            f"a mail to {to}",
        )


def _wait_for(look: Callable[[], T | None], what: str, seconds: int = 150) -> T:
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.5)
    return found


def recovery_of(family: str) -> Recovery:
    return Recovery.objects.select_related("patient").get(patient__family_name=family)


def patient(family: str) -> tuple[User, Recovery]:
    """Who signs in for a patient of the demo, and the recovery."""
    recovery = recovery_of(family)
    return PatientAccess.objects.get(patient=recovery.patient).user, recovery


def staff(email: str) -> User:
    return User.objects.get(email=email)


def later(by: timedelta) -> None:
    """Move the clock of every process, as the demo's button does."""
    clocks.move(by=by)


@contextmanager
def running(camera: Camera) -> Iterator[House]:
    path = browser_path()
    if path is None:
        raise SystemExit("No browser: install Chromium, on Debian with `apt install chromium`.")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    ClockOffset.objects.create(id=1, offset=BEGIN - timezone.now())
    call_command("demo", stdout=sys.stderr)
    command = [sys.executable, "manage.py", "up", "--demo", "--port", str(settings.PORT)]
    log = Path(settings.VAR_DIR) / "up.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=out, stderr=out)
        try:
            # Until the engine has run, staff pages say so.
            _wait_for(lambda: _answers(process, log), "the engine", seconds=300)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGS)
                yield House(browser, camera)
                browser.close()
        finally:
            process.terminate()
            process.wait(30)


def _answers(process: subprocess.Popen[bytes], log: Path) -> bool | None:
    if process.poll() is not None:
        raise SystemExit(log.read_text(encoding="utf-8"))
    try:
        with urllib.request.urlopen(f"{settings.SITE_URL}/readyz", timeout=5):
            return True
    except OSError:
        return None
