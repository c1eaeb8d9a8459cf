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
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recovery.clinical.logfields import FIELDS, Field, LogError, check, clean, quoted
from recovery.clinical.pathway import instant, occasions
from recovery.clinical.protocol import document
from recovery.clinical.rules import INCOMPLETE, Earlier, advice, assess, clean_profile

Line = dict[str, Any]
Part = TypeVar("Part")

UNTIL_DAY = Field("until_day", "int", -36500, 36500)
KINDS: dict[type, str] = {dict: "an object", list: "a list", str: "text"}


def assess_line(line: Line) -> Iterator[Line]:
    profile = clean_profile(_part(line, "ctx", dict) or {})
    history = [_earlier(entry) for entry in _part(line, "history", list) or ()]
    log = _part(line, "log", dict)
    if log is None:
        raise LogError("log", "log is missing")
    findings = assess(profile, history, clean(log))
    shown = advice(findings)
    alone = shown.rule_id == INCOMPLETE
    yield {
        "rules": [finding.rule_id for finding in findings],
        "top": shown.severity,
        "text": shown.r39_text if alone else shown.text,
    }


def _earlier(entry: Any) -> Earlier:
    """Day and average pain: all that the rules read of an earlier log."""
    if not isinstance(entry, dict):
        raise LogError("history", "history has an entry that is not an object")
    day, pain = entry.get("day"), entry.get("pain_avg")
    try:
        return _checked(day, pain)
    except TypeError:  # a list or an object, which no cache can look up: it is refused
        return _checked.__wrapped__(day, pain)


# Histories are most of the input and repeat the same few pairs. `typed`, for True is not 1 here.
@lru_cache(maxsize=4096, typed=True)
def _checked(day: Any, pain: Any) -> Earlier:
    if day is None:
        raise LogError("history", "history has an entry whose day is missing")
    try:
        return Earlier(
            check(FIELDS["day"], day), None if pain is None else check(FIELDS["pain_avg"], pain)
        )
    except LogError as error:
        raise LogError("history", f"history: {error.message}") from error


def schedule_line(line: Line) -> Iterator[Line]:
    zone = _zone(line)
    procedure_at = _moment(line, "procedure_at")
    discharged_at = _moment(line, "discharged_at")
    if procedure_at is None:
        raise LogError("procedure_at", "procedure_at is missing")
    if discharged_at is not None:
        if not isinstance(discharged_at, datetime):
            raise LogError("discharged_at", "discharged_at has no time of day")
        if isinstance(procedure_at, datetime) and _before(discharged_at, procedure_at, zone):
            raise LogError("discharged_at", "discharged_at is before procedure_at")
    include = _part(line, "include", list) or []
    if not all(isinstance(key, str) for key in include):
        raise LogError("include", "include is not a list of keys")
    until_day = line.get("until_day")
    for occasion in occasions(
        procedure_at,
        zone,
        discharged_at=discharged_at,
        include=include,
        until_day=None if until_day is None else check(UNTIL_DAY, until_day),
    ):
        yield {
            "key": occasion.key,
            "form": occasion.form,
            "day": occasion.day,
            "opens_at": _utc(occasion.opens_at),
            "due_at": _utc(occasion.due_at),
            "expires_at": _utc(occasion.expires_at),
            "reminders": [_utc(reminder) for reminder in occasion.reminders],
        }


def _before(one: datetime, other: datetime, zone: str) -> bool:
    return instant(one, zone) < instant(other, zone)


def _zone(line: Line) -> str:
    zone = _part(line, "zone", str)
    if zone is None:
        raise LogError("zone", "zone is missing")
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise LogError("zone", f"zone {quoted(zone)} is not known") from error


def _moment(line: Line, name: str) -> datetime | date | None:
    text = _part(line, name, str)
    if text is None:
        return None
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return parse(text)
        except ValueError:
            continue
    raise LogError(name, f"{name} {quoted(text)} is not a time in ISO 8601")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _part(line: Line, name: str, kind: type[Part]) -> Part | None:
    """A part of the line; absent and null are the same."""
    part = line.get(name)
    if part is None or isinstance(part, kind):
        return part
    raise LogError(name, f"{name} is not {KINDS[kind]}")


def _decode(raw: bytes) -> Line:
    """The line as an object. JSON would let the last of two answers win, so that is refused.

    Every key has a colon: with as many colons as keys no key stands twice, and the slower decoder
    that looks is not needed.
    """
    text = raw.decode("utf-8-sig")
    line = DECODER.decode(text)
    if not isinstance(line, dict):
        raise LogError("", "a line must be a JSON object")
    history = line.get("history")
    parts = (line, line.get("ctx"), line.get("log"), *(history if type(history) is list else ()))
    if text.count(":") != sum(len(part) for part in parts if isinstance(part, dict)):
        STRICT_DECODER.decode(text)
    return line


def _unambiguous(pairs: list[tuple[str, Any]]) -> Line:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise LogError(twice, f"{twice[:40]} is given twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise LogError(name, f"{name} is not a number")


DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)
STRICT_DECODER = json.JSONDecoder(
    object_pairs_hook=_unambiguous, parse_float=Decimal, parse_constant=_no_constant
)


def answers(
    lines: Iterable[bytes], answer_line: Callable[[Line], Iterator[Line]]
) -> Iterator[Line]:
    """The answers to each line in turn; an empty line has none."""
    for raw in lines:
        if not raw.strip():
            continue
        try:
            yield from answer_line(_decode(raw))
        except json.JSONDecodeError as error:
            yield {"error": f"not JSON: {error}"}
        except UnicodeDecodeError:
            yield {"error": "not UTF-8"}
        except RecursionError:
            yield {"error": "nested too deep"}
        except ArithmeticError:
            yield {"error": "a number or a date is out of range"}
        except ValueError as error:
            yield {"error": str(error)}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m recovery.clinical",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("assess", "schedule", "protocol"))
    command = parser.parse_args(argv).command
    try:
        if command == "protocol":
            sys.stdout.write(document())
        else:
            answer_line = assess_line if command == "assess" else schedule_line
            for answer in answers(sys.stdin.buffer, answer_line):
                sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has enough (head). Point stdout away, or the interpreter's exit flush fails.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
