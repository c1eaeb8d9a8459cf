"""`pathway`: the file of a clinic's own pathway in, what is wrong with it out."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from recovery.clinical.ownpathways import (
    MAX_BYTES,
    SCHEMA,
    Document,
    calendar,
    examine_yaml,
    figures,
)

# Any day does for figures that are counted from D0.
PROCEDURE = datetime(2026, 6, 10, 9, 30, tzinfo=UTC)


def check_file(name: str) -> tuple[str, int]:
    """What is said of the file, and the status that the command ends with."""
    try:
        raw = _read(name)
    except OSError as error:
        return f"{name}: {error.strerror}\n", 1
    reading = examine_yaml(raw)
    said = [
        f"warning: {problem}" if problem.warning else str(problem) for problem in reading.problems
    ]
    if reading.document is None:
        return "".join(f"{line}\n" for line in said), 1
    return "".join(f"{line}\n" for line in [*said, _ok(reading.document)]), 0


def schema() -> str:
    return json.dumps(SCHEMA, indent=2) + "\n"


def _read(name: str) -> bytes:
    """At most one byte more than is taken: what is named may have no end."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(name).open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def _ok(document: Document) -> str:
    found = figures(document, calendar(document, PROCEDURE, "UTC"))
    return (
        f"ok: {found.logs} daily logs and {found.forms} check-in forms, {found.left_out} left out; "
        f"{found.mails} reminders if nothing is answered; the last ends on D{found.last_day}"
    )
