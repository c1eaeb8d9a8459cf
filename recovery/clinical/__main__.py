"""The clinical core without the web: JSON lines in on stdin, JSON lines out on stdout.

`python -m recovery.clinical assess` reads {"ctx": {...}, "history": [...], "log": {...}} a line and
writes the rules that fire by number, the severity and the text of the one advice. R39 alone writes
its own sentence as the text; beside another rule the text is that rule's. Numbers stay in braces.

`python -m recovery.clinical schedule` reads {"procedure_at": "2026-03-06T09:30", "zone":
"America/New_York"} a line, with until_day, discharged_at and include where they matter, and writes
one line an occasion. A time without an offset is wall-clock time in the zone, and a date alone is a
procedure whose hour is not known. Times come out in UTC.

`python -m recovery.clinical score` reads {"instrument": "PEG", "answers": [6, 7, 5]} a line and
writes its raw sum and its score, or {"instrument": "PEG", "baseline": 20, "followup": 14} and
writes the response: change, percent, mid, r30, r50, worse. What is missing is null and leaves null.
The answers, and what a baseline and a follow-up are:

    NRS            the rating, 0-10; the same
    PEG            three ratings, 0-10; raw sums, 0-30
    RMDQ           the numbers of the ticked lines, 1-24, [] for none; counts, 0-24
    ODI            ten sections, 0-5 or null; percents, 0-100, at most one decimal
    PGIC           1-7; none, since it is a change
    MME            [{"drug": "oxycodone", "mg": 5, "doses": 4}], or each as [drug, mg, doses]
    ACETAMINOPHEN  [{"mg": 500, "tablets": 6}], or each as [mg, tablets], or the mg of the day
    COMPOSITE      no answers; {"ODI": 44, "NRS": 7} and {"ODI": 29, "NRS": 5}

A score that was counted elsewhere is given as "score": 41.2 in place of answers, for ODI, RMDQ,
PROMIS-PF, PROMIS-PI, EQ-5D-VAS and EQ-5D-INDEX. With "detail": true a response also says what only
its instrument has: NRS pain_free; RMDQ recovered, target, hard_to_measure; ODI fall_10, fall_15,
fall_20. MME and ACETAMINOPHEN name the rules that the total alone fires.

`python -m recovery.clinical pathway FILE` checks a clinic's own pathway, "-" for what is piped in.
It writes "ok" and the pathway in figures, or a line for each problem, "line: key: message", and
ends with 1. A line that begins with "warning" refuses nothing. `pathway-schema` writes the JSON
Schema of such a file. These two need PyYAML; the others need no package at all.

`python -m recovery.clinical protocol` reads nothing and writes docs/protocol.md: every rule,
threshold and text with its source.

Keys at the top of a line that are not named here are passed over; a line that is wrong answers
{"error": "..."} in its place, and the next one is read.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping

from recovery.clinical.commands.assess import assess_line
from recovery.clinical.commands.lines import Line, answers
from recovery.clinical.commands.pathway import check_file, schema
from recovery.clinical.commands.schedule import schedule_line
from recovery.clinical.commands.score import score_line
from recovery.clinical.protocol import document

COMMANDS: Mapping[str, Callable[[Line], Iterator[Line]]] = {
    "assess": assess_line,
    "schedule": schedule_line,
    "score": score_line,
}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m recovery.clinical",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=(*COMMANDS, "pathway", "pathway-schema", "protocol"))
    parser.add_argument("file", nargs="?", help="for pathway alone: its file, or -")
    given = parser.parse_args(argv)
    command = given.command
    if (command == "pathway") != (given.file is not None):
        parser.error("pathway takes one file, and the other commands take none")
    status = 0
    try:
        if command == "protocol":
            sys.stdout.write(document())
        elif command == "pathway-schema":
            sys.stdout.write(schema())
        elif command == "pathway":
            said, status = check_file(given.file)
            sys.stdout.write(said)
        else:
            for answer in answers(sys.stdin.buffer, COMMANDS[command]):
                sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has enough (head). Point stdout away, or the interpreter's exit flush fails.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


if __name__ == "__main__":
    sys.exit(main())
