"""Which rules are about how strong a symptom is, and so may be expected for a while.

A rule that is not here has no level: a fever, a wound, a fall or an answer that is missing is never
"as expected". Source: judgement; the emergency rules are out by 8.1 of the rules.
"""

from collections.abc import Mapping
from typing import Any

# By rule: the log's fields that its level is the largest of, each 0 to 10.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "R17": ("pain_avg", "pain_worst"),
    "R18": ("pain_avg",),
    "R20": ("leg_pain",),
    "R32": ("pain_avg",),
    "R33": ("leg_pain",),
    "R34": ("pain_avg",),
    "R38": ("pain_avg",),
}


def level_of(rule_id: str, reported: Any) -> int | None:
    """How strong what `reported` (a log) says of the rule's symptom is; None where it does not."""
    told = [getattr(reported, name, None) for name in LEVELS.get(rule_id, ())]
    return max((one for one in told if one is not None), default=None)
