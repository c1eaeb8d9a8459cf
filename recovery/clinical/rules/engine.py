"""The rules at work. Pure: the same profile, history and log give the same findings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from recovery.clinical.plan import RuleChange
from recovery.clinical.rules.changes import UNCHANGEABLE, calls_for, raised
from recovery.clinical.rules.emergency import EMERGENCY_RULES
from recovery.clinical.rules.facts import Earlier, Facts, Profile
from recovery.clinical.rules.review import REVIEW_RULES
from recovery.clinical.rules.rule import RANKS, Rule, Severity
from recovery.clinical.rules.texts import NEUTRAL_TEXT
from recovery.clinical.rules.thresholds import Supposed, supposing
from recovery.clinical.rules.urgent import URGENT_RULES
from recovery.clinical.rules.words import render

# Raised with every change to a condition, a threshold or a text; a test holds the two together.
RULE_SET_VERSION = "4"
# A named clinician signs before real use. Pages say "not yet approved" while these are None.
APPROVED_BY: str | None = None
APPROVED_AT: str | None = None

RULES: tuple[Rule, ...] = EMERGENCY_RULES + URGENT_RULES + REVIEW_RULES
RULES_BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in RULES}

INCOMPLETE = "R39"

# Inside every window of R01-R08, so that a log whose day is not known is judged as the worst case.
DAY_UNKNOWN = 14
NOTHING_KNOWN = Profile()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of a log. `patient_text` still names numbers in braces."""

    rule_id: str
    severity: Severity
    headline: str
    staff_text: str
    patient_text: str
    calls: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """The one text a patient sees, and R39's sentence where it stands beneath that text."""

    rule_id: str | None
    severity: Severity | Literal["none"]
    text: str
    calls: str
    r39_text: str | None


def assess(
    profile: Profile,
    history: Sequence[Earlier],
    log: Mapping[str, Any],
    changes: Sequence[RuleChange] = (),
    *,
    supposed: Supposed | None = None,
) -> tuple[Finding, ...]:
    """Every rule that a clean log fires, by number.

    `history` holds the other logs of the recovery that are not superseded, in the order they were
    entered; those that are not about an earlier day are passed over. `changes` are those of the
    clinic's pathway: they change what a finding says and how loudly, never whether a rule fires.
    `supposed` is a rehearsal's alone: what is live passes none.
    """
    facts = Facts(profile, history, log)
    ran = rules_on(facts.day)
    if supposed is not None:
        ran = supposing(ran, supposed)
    return with_changes(_findings(ran, facts), changes)


def red_flags(
    log: Mapping[str, Any],
    profile: Profile = NOTHING_KNOWN,
    changes: Sequence[RuleChange] = (),
) -> tuple[Finding, ...]:
    """R01-R08, and what `changes` raise to an emergency, on the clean fields of a refused post,
    which may lack anything, the day too. Earlier logs are not asked.
    """
    facts = Facts(profile, (), {"day": DAY_UNKNOWN, **log})
    if not changes:
        return _findings(EMERGENCY_RULES, facts)
    # All of them, since a rule may give way to one that was not raised.
    others = [rule for rule in rules_on(facts.day) if rule not in EMERGENCY_RULES]
    found = with_changes(_findings((*EMERGENCY_RULES, *others), facts), changes)
    return tuple(finding for finding in found if finding.severity == Severity.EMERGENCY)


def advice(findings: Iterable[Finding]) -> Advice:
    """The one text: highest severity, then lowest rule number.

    R39's sentence does not compete. It stands beneath the text shown, the neutral one included,
    but never beneath an emergency.
    """
    ordered = sorted(findings, key=lambda finding: precedence(finding.severity, finding.rule_id))
    if not ordered:
        return Advice(None, "none", NEUTRAL_TEXT, "", None)
    top = ordered[0]
    incomplete = next((one.patient_text for one in ordered if one.rule_id == INCOMPLETE), None)
    return Advice(
        rule_id=top.rule_id,
        severity=top.severity,
        text=NEUTRAL_TEXT if top.rule_id == INCOMPLETE else top.patient_text,
        calls=top.calls,
        r39_text=None if top.severity == Severity.EMERGENCY else incomplete,
    )


def precedence(severity: Severity | str, rule_id: str) -> tuple[bool, int, str]:
    """Sort key of the one text, also for stored alerts, whose severity a clinic may have raised."""
    return rule_id == INCOMPLETE, RANKS[severity], rule_id


def with_changes(findings: Iterable[Finding], changes: Sequence[RuleChange]) -> tuple[Finding, ...]:
    """The findings as a clinic's pathway has them; what may not change stays as it is."""
    if not changes:
        return tuple(findings)
    by_rule = {change.rule_id: change for change in changes}
    return tuple(_changed(finding, by_rule.get(finding.rule_id)) for finding in findings)


def severity_of(rule_id: str, changes: Sequence[RuleChange] = ()) -> Severity:
    """How loud a rule that a log can fire is with these changes."""
    change = next((one for one in changes if one.rule_id == rule_id), None)
    return raised(rule_id, RULES_BY_ID[rule_id].severity, change)


def _changed(finding: Finding, change: RuleChange | None) -> Finding:
    if change is None or finding.rule_id in UNCHANGEABLE:
        return finding
    severity = raised(finding.rule_id, finding.severity, change)
    if not finding.patient_text:  # staff alone hear of it
        return replace(finding, severity=severity)
    return replace(
        finding,
        severity=severity,
        patient_text=change.patient_text or finding.patient_text,
        calls=calls_for(finding.rule_id, severity),
    )


@lru_cache(maxsize=1024)
def rules_on(day: int) -> tuple[Rule, ...]:
    """The rules that run for a log about this day."""
    return tuple(rule for rule in RULES if rule.runs_on(day))


def _findings(rules: Iterable[Rule], facts: Facts) -> tuple[Finding, ...]:
    """What fires, in the rules' order: a rule stands behind the one it gives way to."""
    found: dict[str, Finding] = {}
    for rule in [rule for rule in rules if rule.fires(facts)]:
        if rule.unless not in found:
            found[rule.id] = _finding(rule, facts)
    return tuple(found.values())


def _finding(rule: Rule, facts: Facts) -> Finding:
    items = tuple(rule.items(facts)) if rule.items else ()
    staff_text = render(rule.staff_text, facts, items)
    assumed = rule.assumes_baseline and facts.profile.baseline_pain is None
    if assumed and "no baseline" not in staff_text:
        staff_text = f"{staff_text} No baseline."
    return Finding(
        rule_id=rule.id,
        severity=rule.severity,
        headline=render(rule.headline, facts, items),
        staff_text=staff_text,
        patient_text=rule.text_for(facts),
        calls=rule.calls,
        items=items,
    )
