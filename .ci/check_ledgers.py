"""Judge the passes of CI by their ledgers: print the counts and fail on what was not tested.

Usage: check_ledgers.py FLOOR NAME=LEDGER...
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

RAN = {"passed", "failed"}
COLUMNS = ("browser", "service", "other")
Tests = dict[str, dict[str, Any]]


def counts(tests: Tests) -> Counter[str]:
    """Tests that ran, by kind; one that needs a browser and the services counts as both."""
    return Counter(
        kind
        for test in tests.values()
        if test["outcome"] in RAN
        for kind in test["kinds"] or ["other"]
    )


def complaints(passes: dict[str, Tests], floor: dict[str, int]) -> list[str]:
    found = []
    everything = {name: test for tests in passes.values() for name, test in tests.items()}
    ran = {
        name for tests in passes.values() for name, test in tests.items() if test["outcome"] in RAN
    }
    for label, tests in passes.items():
        for name, test in tests.items():
            if test["outcome"] not in RAN | {"skipped"}:
                found.append(f"{name} {test['outcome']} in the pass on {label}")
    found.extend(
        f"{name} ran in no pass: {everything[name].get('reason', 'never started')}"
        for name in sorted(set(everything) - ran)
    )
    best = Counter[str]()
    for tests in passes.values():
        best |= counts(tests)
    for kind, least in floor.items():
        if best[kind] < least:
            found.append(f"{best[kind]} {kind} tests, fewer than the floor of {least}")
    return found


def read(path: Path) -> Tests:
    """A pass that broke off before its end has left no ledger: none of its tests ran."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def main(floor: str, *ledgers: str) -> int:
    passes = {
        label: read(Path(path)) for label, _, path in (ledger.partition("=") for ledger in ledgers)
    }
    for label, tests in passes.items():
        shown = ", ".join(f"{counts(tests)[column]} {column}" for column in COLUMNS)
        skipped = sum(test["outcome"] == "skipped" for test in tests.values())
        seconds = sum(test["seconds"] for test in tests.values())
        print(f"{label}: {shown}; {skipped} skipped; {seconds:.0f} s of tests")
    problems = complaints(passes, json.loads(Path(floor).read_text(encoding="utf-8")))
    for problem in problems:
        print(f"CI: {problem}")
    outcomes = Counter(test["outcome"] for tests in passes.values() for test in tests.values())
    print(f"{outcomes['passed']} passed, {outcomes['failed']} failed")
    return 1 if problems or outcomes["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
