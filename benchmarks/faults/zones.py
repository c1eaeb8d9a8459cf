"""F7: across clock changes and a change of zone, none twice, none at night, none missed."""

import json
import subprocess
import sys

from benchmarks.faults.place import ROOT
from benchmarks.faults.rows import Row
from benchmarks.faults.run import QUICK, Run

PARTS = 2
WORK = (sys.executable, "-m", "benchmarks.faults.zonework")
WRONG = ("twice", "at_night", "missed", "at_another_time", "out_of_order")


def promise(run: Run) -> list[Row]:
    form = "quick" if run.size is QUICK else "full"
    run.say(f"zones: every zone, {form}")
    env = run.env | {"DATABASE_URL": run.place.database("zones")}
    processes = [
        subprocess.Popen(
            [*WORK, f"{run.seed} zones", form, str(part), str(PARTS)],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        )
        for part in range(PARTS)
    ]
    found = []
    for process in processes:
        said, _ = process.communicate()
        assert process.returncode == 0, "a process over the zones ended in an error"
        found.append(json.loads(said))
    for line in [example for one in found for example in one["examples"]]:
        run.say(f"zones: {line}")
    sums = {name: sum(one[name] for one in found) for name in found[0] if name != "examples"}
    wrong = sum(sums[name] for name in WRONG)
    days = "the days about each clock change and others" if form == "quick" else "every day"
    return [
        Row(
            "F7 clock changes and moves: none twice, none outside 08:00-21:00, none missed",
            f"{sums['zones']} zones ({sums['rules']} different), {days} of 2024-2030;"
            f" {sums['moved']} moves",
            "0 wrong",
            f"{wrong} wrong of {sums['reminders']} reminders in {sums['recoveries']} recoveries",
            wrong == 0 and sums["reminders"] > 0,
        )
    ]
