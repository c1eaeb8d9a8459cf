"""What the demo mailbox holds: kept mails, newest first."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

KEY = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Mail:
    """One kept mail; `key` names it in the mailbox, and `date` is what its sender claims."""

    key: str
    subject: str
    sender: str
    to: str
    date: datetime | None
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]

    @property
    def links(self) -> list[str]:
        """The addresses in the text, each once, in order."""
        return list(dict.fromkeys(link.rstrip(".,;)") for link in LINK.findall(self.text)))


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text message that FileBackend kept; `words` before, at and after its link."""

    date: datetime
    to: str
    words: tuple[str, str, str]


def newest_texts(folder: Path, *, limit: int = 20) -> list[KeptText]:
    """The latest; a folder that does not exist yet is an empty one."""
    return [_text(path) for path in sorted(folder.glob("*.json"), reverse=True)[:limit]]


def _text(path: Path) -> KeptText:
    kept = json.loads(path.read_text(encoding="utf-8"))
    found = LINK.search(kept["words"])
    link = found.group() if found else ""
    before, _link, after = kept["words"].partition(link) if link else (kept["words"], "", "")
    date = datetime.strptime(path.name[:20], "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    return KeptText(date, kept["recipient"], (before, link, after))


def newest(folder: Path, *, limit: int = 100) -> list[Mail]:
    """The latest mails; a folder that does not exist yet is an empty one."""
    paths = sorted(folder.glob("*.eml"), reverse=True)[:limit]
    return list(_read_all(paths))


def find(folder: Path, key: str) -> Mail | None:
    """One mail by its key; a key of another shape finds nothing, whatever path it spells."""
    if not KEY.fullmatch(key):
        return None
    return next(_read_all([folder / f"{key}.eml"]), None)


def _read_all(paths: list[Path]) -> Iterator[Mail]:
    for path in paths:
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            continue
        yield parse(path.stem, raw)


def parse(key: str, raw: bytes) -> Mail:
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    return Mail(
        key=key,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        date=_date(message),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers=tuple((name, str(value)) for name, value in message.items()),
    )


def _date(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return None


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
