"""The demo mailbox shows what was kept, and nothing else of the machine."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from recovery.queries import mailbox

FIRST = "01795365900037678462-6cb1f457"
SECOND = "01795365900037678463-00000000"


def keep(folder: Path, key: str, subject: str, text: str, html: str = "") -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Clinic <care@demo.example>"
    message["To"] = "anna@demo.example"
    message["Date"] = "Sun, 22 Nov 2026 17:05:00 -0500"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    (folder / f"{key}.eml").write_bytes(bytes(message))


def test_the_newest_stands_first_with_its_parts(tmp_path: Path) -> None:
    keep(tmp_path, FIRST, "Ihr Überblick", "Öffnen: https://x.example/a?b=1. Bye\n")
    keep(tmp_path, SECOND, "Later", "Text\n", "<p>Text</p>")
    (tmp_path / f"{SECOND}.part").write_bytes(b"half a mail")
    later, earlier = mailbox.newest(tmp_path)
    assert (later.key, later.text.strip(), later.html.strip()) == (SECOND, "Text", "<p>Text</p>")
    assert earlier.subject == "Ihr Überblick"
    assert earlier.to == "anna@demo.example"
    assert earlier.links == ["https://x.example/a?b=1"]
    assert earlier.date
    assert earlier.date.isoformat() == "2026-11-22T17:05:00-05:00"
    assert mailbox.newest(tmp_path, limit=1) == [later]


def test_a_mailbox_that_nothing_reached_is_empty(tmp_path: Path) -> None:
    assert mailbox.newest(tmp_path / "mailbox") == []


@pytest.mark.parametrize("key", ["", "../secret-key", f"{FIRST}.eml", f"../{FIRST}", SECOND])
def test_only_keys_of_kept_mails_find_one(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "mailbox"
    folder.mkdir()
    keep(folder, FIRST, "Kept", "Text")
    keep(tmp_path, FIRST, "Outside", "Text")
    assert mailbox.find(folder, key) is None
    found = mailbox.find(folder, FIRST)
    assert found
    assert found.subject == "Kept"


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"Date: never\nSubject: =?x?q?=\n\nhm"])
def test_a_strange_mail_is_shown_as_far_as_it_can_be(raw: bytes) -> None:
    assert mailbox.parse(FIRST, raw).date is None
