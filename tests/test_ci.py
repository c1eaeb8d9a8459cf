"""The judge of CI's two passes: .ci/check_ledgers.py."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

main = runpy.run_path(str(Path(__file__).parent.parent / ".ci" / "check_ledgers.py"))["main"]


def one(outcome: str, *kinds: str) -> dict[str, Any]:
    return {"outcome": outcome, "kinds": list(kinds), "seconds": 1.0}


GOOD = {
    "sqlite": {"plain": one("passed"), "page": one("passed", "browser")},
    "postgres": {
        "plain": one("passed"),
        "page": one("passed", "browser"),
        "line": one("passed", "browser", "service"),
    },
}


@pytest.mark.parametrize(
    ("label", "changed", "code", "said"),
    [
        pytest.param("sqlite", {}, 0, "sqlite: 1 browser, 0 service, 1 other", id="all ran"),
        pytest.param("postgres", {}, 0, "postgres: 2 browser, 1 service, 1 other", id="counts"),
        pytest.param("postgres", {"page": one("skipped")}, 0, "1 skipped", id="ran elsewhere"),
        pytest.param(
            "postgres", {"line": one("skipped")}, 1, "line ran in no pass", id="never ran"
        ),
        pytest.param("postgres", {"new": one("not run")}, 1, "new not run", id="broke off"),
        pytest.param("sqlite", {"plain": one("failed")}, 1, "4 passed, 1 failed", id="failed"),
        pytest.param("sqlite", {"plain": one("xfailed")}, 1, "plain xfailed", id="xfail"),
        pytest.param("sqlite", {"plain": one("xpassed")}, 1, "plain xpassed", id="xpass"),
        pytest.param(
            "postgres",
            {"line": one("passed")},
            1,
            "0 service tests, fewer than the floor of 1",
            id="below the floor",
        ),
    ],
)
def test_verdicts(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    label: str,
    changed: dict[str, Any],
    code: int,
    said: str,
) -> None:
    (tmp_path / "floor").write_text('{"browser": 1, "service": 1}')
    for name, tests in GOOD.items():
        (tmp_path / name).write_text(json.dumps(tests | (changed if name == label else {})))
    ledgers = [f"{name}={tmp_path / name}" for name in GOOD]
    assert main(str(tmp_path / "floor"), *ledgers) == code
    assert said in capsys.readouterr().out


def test_a_pass_without_a_ledger_is_no_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "floor").write_text('{"browser": 1}')
    assert main(str(tmp_path / "floor"), f"sqlite={tmp_path / 'none'}") == 1
    assert "0 browser tests" in capsys.readouterr().out
