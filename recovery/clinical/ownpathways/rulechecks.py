"""What a pathway changes of rules: severities only upward, and texts that name who to call."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from recovery.clinical.ownpathways.problem import Path, Problem, _, written
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
            place = written(first[rule_id])
            yield Problem(
                (*path, "rule"),
                _("%(rule_id)s is changed twice, first at %(place)s", rule_id=rule_id, place=place),
            )
            continue
        first[rule_id] = path
        yield from _change(path, change)
    yield from _in_order(changes)


def _change(path: Path, change: Change) -> Iterator[Problem]:
    rule_id = change["rule"]
    here = (*path, "rule")
    if rule_id in RED_FLAGS:
        yield Problem(
            here, _("%(rule_id)s is an emergency rule: it cannot be changed", rule_id=rule_id)
        )
    elif rule_id in UNCHANGEABLE:
        yield Problem(here, _("%(rule_id)s cannot be changed", rule_id=rule_id))
    elif rule_id not in RULES_BY_ID and rule_id not in TIMED:
        yield Problem(here, _("%(rule_id)s is no rule", rule_id=rule_id))
    elif not change.get("severity") and not change.get("patient_text"):
        yield Problem(
            path, _("says nothing of %(rule_id)s: a severity, a text, or both", rule_id=rule_id)
        )
    else:
        yield from _severity(path, change)
        yield from _text(path, change)


def _severity(path: Path, change: Change) -> Iterator[Problem]:
    shipped, wanted = _shipped(change["rule"]), change.get("severity")
    if wanted is None:
        return
    here = (*path, "severity")
    if Severity(wanted) == shipped:
        yield Problem(
            here,
            _(
                "%(rule)s is %(shipped)s already: leave this out",
                rule=change["rule"],
                shipped=shipped,
            ),
        )
    elif Severity(wanted).rank > shipped.rank:
        yield Problem(
            here,
            _(
                "%(rule)s is %(shipped)s and cannot be lowered to %(wanted)s",
                rule=change["rule"],
                shipped=shipped,
                wanted=wanted,
            ),
        )


def _text(path: Path, change: Change) -> Iterator[Problem]:
    rule_id, text = change["rule"], change.get("patient_text")
    here = (*path, "patient_text")
    severity = Severity(change.get("severity") or _shipped(rule_id))
    if rule_id in TIMED:
        if text is not None:
            yield Problem(
                here, _("patients hear nothing of %(rule_id)s, so it has no text", rule_id=rule_id)
            )
        return
    if text is None:
        if severity.rank < _shipped(rule_id).rank:
            yield Problem(
                here,
                _(
                    "%(rule_id)s is raised to %(severity)s, so it needs a text that says "
                    "whom to call",
                    rule_id=rule_id,
                    severity=severity,
                ),
            )
        return
    yield from _placeholders(here, text)
    yield from _numbers(here, rule_id, severity, text)
    yield from reading(here, text)


def _placeholders(path: Path, text: str) -> Iterator[Problem]:
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    for name in NAMED.findall(text):
        if name not in PLACEHOLDERS:
            yield Problem(path, _("{%(name)s} is not one of %(known)s", name=name, known=known))
    if re.search(r"[{}]", NAMED.sub("", text)):
        yield Problem(path, _("a brace that belongs to none of %(known)s", known=known))


def _numbers(path: Path, rule_id: str, severity: Severity, text: str) -> Iterator[Problem]:
    """The number that the button dials stands in the text; for the clinic's its other line may."""
    named = set(NAMED.findall(text))
    reaches_us = rule_id == POISONED or named & {"clinic_phone", "after_hours_phone"}
    if severity == Severity.EMERGENCY and "emergency_number" not in named:
        yield Problem(path, _("an emergency's text names {emergency_number}"))
    if severity == Severity.URGENT and not reaches_us:
        yield Problem(path, _("an urgent text names {clinic_phone} or {after_hours_phone}"))
    if rule_id == POISONED and "poison_phone" not in named:
        yield Problem(path, _("the text of %(rule_id)s names {poison_phone}", rule_id=POISONED))


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
            yield Problem(
                (*placed[milder], "severity"),
                _(
                    "%(milder)s would be %(now)s and %(worse)s, a worse sign, %(other)s: "
                    "raise %(worse)s too",
                    milder=milder,
                    now=now[milder],
                    worse=worse,
                    other=now[worse],
                ),
            )


def _shipped(rule_id: str) -> Severity:
    severity = RULES_BY_ID[rule_id].severity if rule_id in RULES_BY_ID else TIMED[rule_id].severity
    assert severity is not None
    return severity
