"""What tests find on the machine: a browser, PostgreSQL and Redis, and processes of our own."""

import gc
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.engine import Engine

pytest_plugins = ["tests.cast", "tests.mailserver", "tests.texting"]

# That of the clinic in tests/cast.py, which cannot be loaded before Django is.
ZONE, MORNING = "America/New_York", 7
REAL_NOW = timezone.now
BROWSERS = (
    "chromium-headless-shell",  # Debian's build without windows, the quickest
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
BROWSER_ARGS = [
    "--no-sandbox",  # root, as in most CI, has no other way
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.hookimpl(tryfirst=True)  # before any fixture
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let no test fall into the night of the clinics, when the check-ins of a day have not opened:
    before 7:00 in New York it is the evening before. What happens at night sets its own clock, and
    so do service tests, whose other processes know only the clock of the machine.
    """
    hour = REAL_NOW().astimezone(ZoneInfo(ZONE)).hour
    by_night = hour < MORNING and not item.get_closest_marker("service")
    timezone.now = (lambda: REAL_NOW() - timedelta(hours=hour + 2)) if by_night else REAL_NOW


def browser_path() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def on_postgres() -> bool:
    return "postgresql" in settings.DATABASES["default"]["ENGINE"]


def redis_is_named() -> bool:
    """Without REDIS_URL the settings name the socket of a broker that `up` would start."""
    return not settings.REDIS_URL.startswith(f"unix://{settings.VAR_DIR}")


def reasons_to_skip() -> dict[str, str]:
    reasons = {}
    if browser_path() is None:
        reasons["browser"] = f"no browser: none of {', '.join(BROWSERS)} is on the PATH"
    absent = [
        text
        for there, text in (
            (on_postgres(), "DATABASE_URL names no PostgreSQL"),
            (redis_is_named(), "REDIS_URL is not set"),
        )
        if not there
    ]
    if absent:
        reasons["service"] = f"no services: {' and '.join(absent)}"
    return reasons


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not asks_for_a_database(item):
            item.add_marker(pytest.mark.once)
    for kind, reason in reasons_to_skip().items():
        for item in items:
            if item.get_closest_marker(kind):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
    """What is loaded by now stays, so the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()


def asks_for_a_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "django_db_setup"}
    marked = any(item.get_closest_marker(name) for name in ("django_db", "service"))
    return marked or not fixtures.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for all that was skipped."""
    skipped = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.getreports("skipped")
    )
    if skipped:
        parts = [f"{count} ({reason})" for reason, count in skipped.items()]
        terminalreporter.write_line(f"Not run: {'; '.join(parts)}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=BROWSER_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def windows(chromium: Browser) -> dict[Any, BrowserContext]:
    """Browser contexts by their options, for one visitor after the other: a new one takes longer
    than most pages.
    """
    return {}


@pytest.fixture
def open_page(
    chromium: Browser, windows: dict[Any, BrowserContext]
) -> Iterator[Callable[..., Page]]:
    """Open pages, each as a visitor of its own; an error in a console fails the test at its end.

    `width` is in CSS pixels (390 is a phone); more keywords go to Playwright's `new_context`.
    `fresh` is for a page that leaves something in its context besides cookies.
    """
    lent: list[BrowserContext] = []
    own: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # That a page answers 403, 404 or 410 is what some tests want to see.
        refusal = "the server responded with a status of 4" in message.text
        if message.type == "error" and not (refusal and "/static/" not in message.location["url"]):
            complaints.append(f"{message.text} ({message.location['url']})")

    def context_for(options: dict[str, Any], *, fresh: bool) -> BrowserContext:
        key = tuple(sorted(options.items()))
        if fresh or windows.get(key) in lent:
            own.append(chromium.new_context(**options))
            return own[-1]
        if key not in windows:
            windows[key] = chromium.new_context(**options)
        lent.append(windows[key])
        return windows[key]

    def open_page(
        *, width: int = 390, height: int = 844, fresh: bool = False, **options: Any
    ) -> Page:
        page = context_for(options, fresh=fresh).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in own:
        context.close()
    for context in lent:
        for page in context.pages:
            page.close()
        context.clear_cookies()
    assert complaints == []


@pytest.fixture
def engine(
    request: pytest.FixtureRequest, transactional_db: None, tmp_path: Path
) -> Iterator[Engine]:
    """Real web, worker, beat and SMTP server over this test's database; nothing runs at first."""
    assert request.node.get_closest_marker("service"), "mark this test as a service test"
    broker = redis.Redis.from_url(settings.REDIS_URL)
    queues = settings.CELERY_TASK_DEFAULT_QUEUE, settings.URGENT_QUEUE
    broker.delete(*queues, "unacked", "unacked_index")
    with Engine(tmp_path) as engine:
        yield engine
    broker.close()
