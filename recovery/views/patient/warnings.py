"""The warning signs of a recovery, as its pathway and the day have them."""

from collections.abc import Mapping, Sequence
from typing import Any

from recovery.clinical.rules import RULES_BY_ID, Severity, severity_of
from recovery.forms.signs import EMERGENCY_SIGNS, RAISED_SIGNS, URGENT_SIGNS
from recovery.models import Recovery
from recovery.queries.pathways import plan_of


def warning_signs(recovery: Recovery, on_day: int = 0) -> dict[str, Any]:
    """Both lists, in the order of the rules; of the rules that run on that day. A sign whose rule
    the recovery's pathway has raised stands where the pathway has put it; one that begins later
    says so itself.
    """
    changes = plan_of(recovery.pathway_id).changes
    severities = {rule: severity_of(rule, changes) for rule in {**URGENT_SIGNS, **RAISED_SIGNS}}
    raised = {
        rule: signs
        for rule, signs in RAISED_SIGNS.items()
        if severities[rule] != RULES_BY_ID[rule].severity and _is_to_come(rule, on_day)
    }
    urgent = _of_the_day(URGENT_SIGNS, on_day) | raised
    emergency = {r: s for r, s in urgent.items() if severities[r] == Severity.EMERGENCY}
    return {
        "emergency_signs": _told(_of_the_day(EMERGENCY_SIGNS, on_day) | emergency),
        "urgent_signs": _told({r: s for r, s in urgent.items() if r not in emergency}),
    }


def _is_to_come(rule: str, day: int) -> bool:
    """Whether it runs on the day or, after the procedure, on a later one."""
    known = RULES_BY_ID[rule]
    return known.runs_on(day) or (day >= 0 and known.runs_on(max(day, known.first_day or 0)))


def _of_the_day(signs: Mapping[str, Sequence[Any]], day: int) -> dict[str, Sequence[Any]]:
    return {rule: told for rule, told in signs.items() if RULES_BY_ID[rule].runs_on(day)}


def _told(signs: Mapping[str, Sequence[Any]]) -> list[Any]:
    return [sign for rule in sorted(signs) for sign in signs[rule]]
