"""The texts that belong to no rule, and the numbers that patient texts name."""

from collections.abc import Mapping

# A clinic sets every one before it enrols: a text without its number is no advice. The crisis line
# stands beside the free-text box and on the warning-signs page.
PLACEHOLDERS = (
    "emergency_number",
    "clinic_phone",
    "after_hours_phone",
    "poison_phone",
    "crisis_phone",
)

NEUTRAL_TEXT = "Thank you. Your log is saved. Call us if something worries you."

DISCLAIMER = (
    "This website helps your clinic follow your recovery. It is not an emergency service. "
    "No one watches your answers all day and night. "
    "If you think it is an emergency, call {emergency_number} now. "
    "Do not wait for a reply here. It does not tell you what illness you have, "
    "and it does not replace your doctor. If what you read here differs from what your care team "
    "told you, follow your care team and call us."
)

# Urgent rules whose text says to call now.
CALL_NOW = frozenset({"R10", "R21"})

FREE_TEXT_NOTE = "Staff may not read this until the next working day."


def fill(text: str, numbers: Mapping[str, str]) -> str:
    """The text with the clinic's numbers in it; KeyError for one that is not given."""
    return text.format_map(numbers)


def number_to_call(calls: str, *, clinic_open: bool) -> str:
    """The placeholder whose number a rule's button dials now: a closed clinic is not called."""
    return "after_hours_phone" if calls == "clinic_phone" and not clinic_open else calls
