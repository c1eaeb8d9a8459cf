"""Into the site without the sign-in page, which other tests walk through."""

from django.test import Client
from playwright.sync_api import Page

from recovery.models import User
from tests.cast import sign_in_staff


def session_of(user: User, site: str) -> dict[str, str]:
    """The cookie of one who signed in by the right door, as Playwright takes it."""
    client = Client()
    if user.memberships.exists():
        sign_in_staff(client, user)
    else:
        client.force_login(user)
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}


def come_in(page: Page, user: User | None, site: str) -> None:
    """Whoever was signed in on the page's browser is out, and `user` is in by the right door."""
    page.context.clear_cookies()
    if user is not None:
        page.context.add_cookies([session_of(user, site)])
