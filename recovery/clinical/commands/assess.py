"""`assess`: a log with its profile and history in, the rules that fire out."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from recovery.clinical.commands.lines import Line, part
from recovery.clinical.logfields import FIELDS, LogError, check, clean
from recovery.clinical.rules import INCOMPLETE, Earlier, advice, assess, clean_profile


def assess_line(line: Line) -> Iterator[Line]:
    profile = clean_profile(part(line, "ctx", dict) or {})
    history = _history(part(line, "history", list) or [])
    log = part(line, "log", dict)
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


def _history(entries: list[Any]) -> list[Earlier]:
    """The earlier logs. Most name both day and pain, which is all that the quick way takes."""
    try:
        return [_checked(entry["day"], entry["pain_avg"]) for entry in entries]
    except (KeyError, TypeError):
        return [_earlier(entry) for entry in entries]


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
