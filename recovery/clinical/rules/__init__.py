"""The rules that turn a log into advice for the patient and findings for staff.

Data and pure functions, versioned: `RULE_SET_VERSION` stands with every log they judged.
"""

from recovery.clinical.rules.changes import MILDER_THAN, RED_FLAGS, UNCHANGEABLE, calls_for
from recovery.clinical.rules.engine import (
    APPROVED_AT,
    APPROVED_BY,
    DAY_UNKNOWN,
    INCOMPLETE,
    RULE_SET_VERSION,
    RULES,
    RULES_BY_ID,
    Advice,
    Finding,
    advice,
    assess,
    precedence,
    red_flags,
    severity_of,
    with_changes,
)
from recovery.clinical.rules.facts import ASSUMED_BASELINE, Earlier, Profile, clean_profile
from recovery.clinical.rules.rule import Rule, Severity, TimeRule, Variant
from recovery.clinical.rules.texts import (
    CALL_NOW,
    DISCLAIMER,
    FREE_TEXT_NOTE,
    NEUTRAL_TEXT,
    PLACEHOLDERS,
    fill,
    number_to_call,
)
from recovery.clinical.rules.thresholds import (
    THRESHOLDS,
    THRESHOLDS_BY_NAME,
    Supposed,
    Threshold,
)
from recovery.clinical.rules.timed import TIME_RULES

__all__ = [
    "APPROVED_AT",
    "APPROVED_BY",
    "ASSUMED_BASELINE",
    "CALL_NOW",
    "DAY_UNKNOWN",
    "DISCLAIMER",
    "FREE_TEXT_NOTE",
    "INCOMPLETE",
    "MILDER_THAN",
    "NEUTRAL_TEXT",
    "PLACEHOLDERS",
    "RED_FLAGS",
    "RULES",
    "RULES_BY_ID",
    "RULE_SET_VERSION",
    "THRESHOLDS",
    "THRESHOLDS_BY_NAME",
    "TIME_RULES",
    "UNCHANGEABLE",
    "Advice",
    "Earlier",
    "Finding",
    "Profile",
    "Rule",
    "Severity",
    "Supposed",
    "Threshold",
    "TimeRule",
    "Variant",
    "advice",
    "assess",
    "calls_for",
    "clean_profile",
    "fill",
    "number_to_call",
    "precedence",
    "red_flags",
    "severity_of",
    "with_changes",
]
