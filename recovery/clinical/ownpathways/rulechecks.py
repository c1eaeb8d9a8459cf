"""What a pathway changes of rules: severities only upward, and texts that name who to call."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from recovery.clinical.ownpathways.problem import Path, Problem
from recovery.clinical.ownpathways.textchecks import reading
from recovery.clinical.rules import (
    MILDER_THAN,
    PLACEHOLDERS,
    RED_FLAGS,
    RULES_BY_ID,
    TIME_RULES,
    UNCHANGEABLE,
    Severity,
)

Change = Mapping[str, Any]
Placed = tuple[Path, Change]

TIMED = {rule.id: rule for rule in TIME_RULES}
# Whatever its severity, its text names the line that knows what to do.
POISONED = "R21"
NAMED = re.compile(r"{(\w*)}")


def problems(changes: Sequence[Placed]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path, change in changes:
        rule_id = change["rule"]
        if rule_id in first:
            place = Problem(first[rule_id], "").key
            yield Problem((*path, "rule"), f"{rule_id} is changed twice, first at {place}")
            continue
        first[rule_id] = path
        yield from _change(path, change)
    yield from _in_order(changes)


def _change(path: Path, change: Change) -> Iterator[Problem]:
    rule_id = change["rule"]
    here = (*path, "rule")
    if rule_id in RED_FLAGS:
        yield Problem(here, f"{rule_id} is an emergency rule: it cannot be changed")
    elif rule_id in UNCHANGEABLE:
        yield Problem(here, f"{rule_id} cannot be changed")
    elif rule_id not in RULES_BY_ID and rule_id not in TIMED:
        yield Problem(here, f"{rule_id} is no rule")
    elif not change.get("severity") and not change.get("patient_text"):
        yield Problem(path, f"says nothing of {rule_id}: a severity, a text, or both")
    else:
        yield from _severity(path, change)
        yield from _text(path, change)


def _severity(path: Path, change: Change) -> Iterator[Problem]:
    shipped, wanted = _shipped(change["rule"]), change.get("severity")
    if wanted is None:
        return
    here = (*path, "severity")
    if Severity(wanted) == shipped:
        yield Problem(here, f"{change['rule']} is {shipped} already: leave this out")
    elif Severity(wanted).rank > shipped.rank:
        yield Problem(here, f"{change['rule']} is {shipped} and cannot be lowered to {wanted}")


def _text(path: Path, change: Change) -> Iterator[Problem]:
    rule_id, text = change["rule"], change.get("patient_text")
    here = (*path, "patient_text")
    severity = Severity(change.get("severity") or _shipped(rule_id))
    if rule_id in TIMED:
        if text is not None:
            yield Problem(here, f"patients hear nothing of {rule_id}, so it has no text")
        return
    if text is None:
        if severity.rank < _shipped(rule_id).rank:
            why = f"{rule_id} is raised to {severity}, so it needs a text that says whom to call"
            yield Problem(here, why)
        return
    yield from _placeholders(here, text)
    yield from _numbers(here, rule_id, severity, text)
    yield from reading(here, text)


def _placeholders(path: Path, text: str) -> Iterator[Problem]:
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    for name in NAMED.findall(text):
        if name not in PLACEHOLDERS:
            yield Problem(path, f"{{{name}}} is not one of {known}")
    if re.search(r"[{}]", NAMED.sub("", text)):
        yield Problem(path, f"a brace that belongs to none of {known}")


def _numbers(path: Path, rule_id: str, severity: Severity, text: str) -> Iterator[Problem]:
    """The number that the button dials stands in the text; for the clinic's its other line may."""
    named = set(NAMED.findall(text))
    reaches_us = rule_id == POISONED or named & {"clinic_phone", "after_hours_phone"}
    if severity == Severity.EMERGENCY and "emergency_number" not in named:
        yield Problem(path, "an emergency's text names {emergency_number}")
    if severity == Severity.URGENT and not reaches_us:
        yield Problem(path, "an urgent text names {clinic_phone} or {after_hours_phone}")
    if rule_id == POISONED and "poison_phone" not in named:
        yield Problem(path, f"the text of {POISONED} names {{poison_phone}}")


def _in_order(changes: Sequence[Placed]) -> Iterator[Problem]:
    """A worse answer never gets a milder word."""
    now = {rule_id: rule.severity for rule_id, rule in RULES_BY_ID.items()}
    placed = {}
    for path, change in changes:
        rule_id, wanted = change["rule"], change.get("severity")
        if rule_id in now and rule_id not in UNCHANGEABLE and rule_id not in placed and wanted:
            placed[rule_id] = path
            now[rule_id] = min(now[rule_id], Severity(wanted), key=lambda one: one.rank)
    for milder, worse in MILDER_THAN:
        if milder in placed and now[milder].rank < now[worse].rank:
            why = f"{milder} would be {now[milder]} and {worse}, a worse sign, {now[worse]}"
            yield Problem((*placed[milder], "severity"), f"{why}: raise {worse} too")


def _shipped(rule_id: str) -> Severity:
    severity = RULES_BY_ID[rule_id].severity if rule_id in RULES_BY_ID else TIMED[rule_id].severity
    assert severity is not None
    return severity
