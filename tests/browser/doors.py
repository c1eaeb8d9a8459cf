"""Into the site without the sign-in page, which other tests walk through."""

from django.test import Client
from playwright.sync_api import Page

from recovery.models import User
from tests.cast import sign_in_staff


def come_in(page: Page, user: User | None, site: str) -> None:
    """Whoever was signed in on the page's browser is out, and `user` is in by the right door."""
    page.context.clear_cookies()
    if user is None:
        return
    client = Client()
    if user.memberships.exists():
        sign_in_staff(client, user)
    else:
        client.force_login(user)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
