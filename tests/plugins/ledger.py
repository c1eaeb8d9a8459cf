"""`--ledger FILE` writes down what happened to every test, for .ci/check_ledgers.py."""

import json
from pathlib import Path
from typing import Any

import pytest

KINDS = ("browser", "service")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--ledger", metavar="FILE", help="write every test's outcome as JSON")


def pytest_configure(config: pytest.Config) -> None:
    # With pytest-xdist every process collects, but only the first one hears all the reports.
    if config.getoption("--ledger") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Ledger(Path(config.getoption("--ledger"))))


class Ledger:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._tests: dict[str, dict[str, Any]] = {}

    def _entry(self, name: str) -> dict[str, Any]:
        return self._tests.setdefault(name, {"outcome": "not run", "kinds": [], "seconds": 0.0})

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            self._entry(item.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: list[str]) -> None:
        for name in ids:
            self._entry(name)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        entry = self._entry(report.nodeid)
        entry["kinds"] = [kind for kind in KINDS if kind in report.keywords]
        entry["seconds"] = round(entry["seconds"] + report.duration, 2)
        if hasattr(report, "wasxfail"):
            entry["outcome"] = "xpassed" if report.passed else "xfailed"
        elif report.failed:
            entry["outcome"] = "failed"
        elif report.skipped:
            entry["outcome"] = "skipped"
            entry["reason"] = str(report.longrepr[2]) if report.longrepr else ""
        elif report.when == "call" and entry["outcome"] == "not run":
            entry["outcome"] = "passed"

    def pytest_sessionfinish(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._tests, indent=1), encoding="utf-8")
