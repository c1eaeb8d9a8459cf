"""The clinical core without the web: JSON lines in on stdin, JSON lines out on stdout.

`python -m recovery.clinical assess` reads {"ctx": {...}, "history": [...], "log": {...}} a line and
writes the rules that fire by number, the severity and the text of the one advice. R39 alone writes
its own sentence as the text; beside another rule the text is that rule's. Numbers stay in braces.

`python -m recovery.clinical schedule` reads {"procedure_at": "2026-03-06T09:30", "zone":
"America/New_York"} a line, with until_day, discharged_at and include where they matter, and writes
one line an occasion. A time without an offset is wall-clock time in the zone, and a date alone is a
procedure whose hour is not known. Times come out in UTC.

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
from recovery.clinical.commands.schedule import schedule_line
from recovery.clinical.protocol import document

COMMANDS: Mapping[str, Callable[[Line], Iterator[Line]]] = {
    "assess": assess_line,
    "schedule": schedule_line,
}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m recovery.clinical",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=(*COMMANDS, "protocol"))
    command = parser.parse_args(argv).command
    try:
        if command == "protocol":
            sys.stdout.write(document())
        else:
            for answer in answers(sys.stdin.buffer, COMMANDS[command]):
                sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has enough (head). Point stdout away, or the interpreter's exit flush fails.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
