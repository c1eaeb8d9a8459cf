"""What the written rules take for a hundred thousand logs: the command line, on one core."""

import json
import resource
import subprocess
import sys
from typing import Any

from benchmarks.faults.rows import Row
from benchmarks.faults.run import Run
from tests.clinical.quiet import QUIET
from tests.clinical.test_rules import VECTORS

MOST = 10.0
HISTORY = [{"day": day, "pain_avg": day % 11} for day in range(1, 31)]


def promise(run: Run) -> list[Row]:
    count = run.size.judged
    run.say(f"rules: {count} logs, every second one with 30 logs before it")
    lines = [_line(vector, long=bool(turn % 2)) for turn in range(2) for vector in VECTORS]
    text = "\n".join((lines * (count // len(lines) + 1))[:count]) + "\n"
    before = _spent()
    done = subprocess.run(
        [sys.executable, "-S", "-m", "recovery.clinical", "assess"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    seconds = (_spent() - before) * 100_000 / count
    answers = len(done.stdout.splitlines())
    return [
        Row(
            "RULES logs judged",
            f"{count} logs",
            f"100,000 in < {MOST:g} s of one core",
            f"{answers} answers, {seconds:.1f} s for 100,000",
            answers == count and seconds < MOST,
        )
    ]


def _line(vector: dict[str, Any], *, long: bool) -> str:
    given = vector | {"log": QUIET | vector["log"]}
    return json.dumps(given | {"history": HISTORY} if long else given)


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
