"""Demo mode's pages: the mailbox, and the button that moves everybody's clock by a day."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery import clock
from recovery.models import CheckIn, Recovery
from recovery.services import tick
from tests.cast import checkin_of, make_recovery

pytestmark = pytest.mark.django_db

# A Monday, 10:00 in New York.
TEN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
KEY = "01770000000000000000-0123abcd"


@pytest.fixture(autouse=True)
def demo(settings: Any, tmp_path: Path) -> Path:
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    return tmp_path


@pytest.fixture
def on_day_2(clinic: Any, nurse: Any, set_clock: Any) -> Recovery:
    set_clock(TEN)
    return make_recovery(clinic, day=2, now=clock.now())


@pytest.fixture
def mail(demo: Path) -> Path:
    message = EmailMessage()
    message["From"] = "Northgate Clinic <care@demo.example>"
    message["To"] = "ruth@example.org"
    message["Subject"] = "Your <next> question"
    message["Date"] = "Mon, 02 Mar 2026 22:00:04 +0000"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("Answer here:\n\nhttp://localhost:8000/c/token/\n\n<b>bold</b>")
    message.add_alternative("<p>Answer <script>alert(1)</script></p>", subtype="html")
    (demo / "mailbox").mkdir()
    path = demo / "mailbox" / f"{KEY}.eml"
    path.write_bytes(message.as_bytes())
    return path


def next_day(client: Client, **headers: str) -> Any:
    return client.post(reverse("demo_next_day"), headers=headers)


def test_the_next_day_opens_its_check_in(client: Client, on_day_2: Recovery) -> None:
    assert not CheckIn.objects.filter(key="DAY-03").exists()
    next_day(client)
    assert clock.now() - TEN > timedelta(days=1)
    tick.run(now=clock.now())
    assert checkin_of(on_day_2, "DAY-03").state == "open"
    next_day(client)
    tick.run(now=clock.now())
    assert checkin_of(on_day_2, "DAY-02").state == "expired"
    assert checkin_of(on_day_2, "DAY-04").state == "open"


def test_the_button_leads_back_to_the_page_that_had_it(client: Client, on_day_2: Recovery) -> None:
    assert next_day(client).url == reverse("home")
    here = "http://testserver/staff/?only=urgent"
    assert next_day(client, referer=here).url == here
    assert next_day(client, referer="https://elsewhere.example/").url == reverse("home")


def test_a_get_moves_nothing(client: Client, on_day_2: Recovery) -> None:
    assert client.get(reverse("demo_next_day")).status_code == 405
    assert clock.now() - TEN < timedelta(hours=1)


def test_the_mailbox_lists_what_was_kept(client: Client, mail: Path) -> None:
    page = client.get(reverse("demo_mailbox")).content.decode()
    assert "Your &lt;next&gt; question" in page
    assert "ruth@example.org" in page
    assert "Mar 2, 17:00" in page
    assert reverse("demo_mail", args=[KEY]) in page


def test_an_empty_mailbox_says_so(client: Client) -> None:
    assert "No mail yet" in client.get(reverse("demo_mailbox")).content.decode()


def test_a_mail_shows_its_text_links_and_headers_and_runs_nothing(
    client: Client, mail: Path
) -> None:
    page = client.get(reverse("demo_mail", args=[KEY])).content.decode()
    assert '<a href="http://localhost:8000/c/token/"' in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "List-Unsubscribe=One-Click" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page


@pytest.mark.parametrize("key", ["01770000000000000000-ffffffff", "..", "secret-key"])
def test_what_is_no_mail_is_not_found(client: Client, mail: Path, key: str) -> None:
    assert client.get(reverse("demo_mail", args=[key])).status_code == 404


def test_outside_demo_mode_there_is_nothing_here(client: Client, mail: Path, settings: Any) -> None:
    settings.DEMO = False
    assert client.get(reverse("demo_mailbox")).status_code == 404
    assert client.get(reverse("demo_mail", args=[KEY])).status_code == 404
    assert next_day(client).status_code == 404
