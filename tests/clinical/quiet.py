"""A log on which no rule fires, and how to judge one with a few other answers."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from recovery.clinical.logfields import clean
from recovery.clinical.rules import Earlier, Finding, Profile, assess

QUIET: Mapping[str, Any] = MappingProxyType(
    {
        "pain_avg": 4,
        "leg_weakness": "none",
        "leg_numbness": "none",
        "leg_pain_status": "none",
        "saddle": "no",
        "bladder": "no",
        "bowel": "no",
        "chest_or_breath": False,
    }
)


def findings(
    day: int,
    history: Sequence[tuple[int, int | None]] = (),
    profile: Mapping[str, Any] | None = None,
    **answers: Any,
) -> tuple[Finding, ...]:
    """What a quiet day with these other answers finds; baseline 6 unless the profile says else."""
    known = Profile(**{"baseline_pain": 6, **(profile or {})})
    earlier = [Earlier(*entry) for entry in history]
    return assess(known, earlier, clean({**QUIET, **answers, "day": day}))


def fired(day: int, *args: Any, **answers: Any) -> str:
    return " ".join(finding.rule_id for finding in findings(day, *args, **answers))
