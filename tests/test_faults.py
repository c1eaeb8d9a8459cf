"""The fault suite itself: what it refuses, and the parts that it would be blind without."""

import os
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from benchmarks.faults import sink
from benchmarks.faults.management.commands.crowd import zone_at
from benchmarks.faults.place import ROOT
from benchmarks.faults.proxy import Proxy
from benchmarks.faults.rows import Row, table

# An import of our code, or our app named to Django; a limit's SQL may read our tables.
OURS = re.compile(r"(import|from) (recovery|intracept_care)\b|[\"']recovery\b")


@pytest.mark.parametrize("suite", ["faults", "bench"])
@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        ({}, "DATABASE_URL must name a database of a PostgreSQL server"),
        ({"DATABASE_URL": "sqlite:///care.sqlite3"}, "DATABASE_URL must name"),
        ({"DATABASE_URL": "postgres://127.0.0.1:9/care"}, "no PostgreSQL at DATABASE_URL"),
    ],
)
def test_it_refuses_to_run_without_servers(suite, named, complaint):
    env = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    command = [sys.executable, "-m", f"benchmarks.{suite}", "--quick"]
    done = subprocess.run(
        command, cwd=ROOT, env=env | named, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr


def test_it_names_the_promises_it_knows():
    command = [sys.executable, "-m", "benchmarks.faults", "--only", "F99"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no F99 here; there are F1, F2, F3, F4, F5, F6, F7, F8, F9, F10" in done.stderr


@pytest.mark.parametrize("hour", range(24))
def test_somewhere_it_is_late_afternoon(hour):
    now = datetime(2026, 3, 2, hour, 30, tzinfo=UTC)
    assert now.astimezone(ZoneInfo(zone_at(17, now))).hour == 17


def test_a_line_that_is_being_written_is_not_read_yet(tmp_path):
    path = tmp_path / "sink.jsonl"
    assert sink.read(path) == []
    path.write_text('{"event": "kept", "what": "1"}\n{"event": "ke')
    assert [line["what"] for line in sink.read(path)] == ["1"]


def test_the_way_to_redis_can_be_cut_and_mended():
    with socket.create_server(("127.0.0.1", 0)) as target:
        target.settimeout(5)
        with Proxy(f"redis://127.0.0.1:{target.getsockname()[1]}/3") as proxy:
            assert proxy.url == f"redis://127.0.0.1:{proxy.port}/3"
            for _ in range(2):
                with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
                    there, _address = target.accept()
                    client.sendall(b"PING")
                    assert there.recv(4) == b"PING"
                    there.sendall(b"PONG")
                    assert client.recv(4) == b"PONG"
                    proxy.cut()
                    assert client.recv(4) == b""
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
                proxy.mend()


@pytest.mark.parametrize(
    "limit", sorted((ROOT / "benchmarks/limits").glob("*.py")), ids=lambda path: path.name
)
def test_a_limit_stays_bare(limit):
    text = limit.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert OURS.search(text) is None


def test_the_table_says_what_fell_short():
    rows = [Row("F1", "10", "lost 0", "lost 0", held=True), Row("F2", "9", "1", "2", held=False)]
    assert table(rows).splitlines() == [
        "| promise | size | target | measured |            |",
        "|---------|------|--------|----------|------------|",
        "| F1      | 10   | lost 0 | lost 0   | held       |",
        "| F2      | 9    | 1      | 2        | FELL SHORT |",
    ]
