"""What a clinic may change of the rules: severities upward alone, and words of its own."""

from recovery.clinical.plan import RuleChange
from recovery.clinical.rules.emergency import EMERGENCY_RULES
from recovery.clinical.rules.rule import Severity

RED_FLAGS = frozenset(rule.id for rule in EMERGENCY_RULES)
# R39 asks for what is missing, and R47 repeats what another rule raised: neither is advice.
UNCHANGEABLE = RED_FLAGS | {"R39", "R47"}

# The first of each pair is the milder sign of the two, or gives way to the second when both hold.
# Raised above it, a worse answer would get the milder word.
MILDER_THAN = (
    ("R30", "R12"),
    ("R30", "R29"),
    ("R31", "R13"),
    ("R31", "R14"),
    ("R32", "R17"),
    ("R33", "R20"),
    ("R34", "R18"),
    ("R35", "R19"),
    ("R37", "R21"),
)

POISONED = "R21"


def calls_for(rule_id: str, severity: Severity | str) -> str:
    """Whose number the button beneath a rule's text dials; empty for nobody's."""
    if severity == Severity.EMERGENCY:
        return "emergency_number"
    if severity == Severity.URGENT:
        return "poison_phone" if rule_id == POISONED else "clinic_phone"
    return ""


def raised(rule_id: str, severity: Severity, change: RuleChange | None) -> Severity:
    """The severity with the change in force: the higher of the two, whatever is stored."""
    if change is None or not change.severity or rule_id in UNCHANGEABLE:
        return severity
    return min(severity, Severity(change.severity), key=lambda one: one.rank)
