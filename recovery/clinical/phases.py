"""The four phases of a recovery, and which of them a log or a moment belongs to.

A day number is the local date minus the local date of the procedure: D0 is the procedure day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

IMMEDIATE = "immediate"
WATCHED_AFTER_PROCEDURE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of days, both ends included; `last_day` None is without end."""

    code: str
    order: int
    first_day: int
    last_day: int | None
    name: str
    source: str


class PhaseDays(Protocol):
    """What `phase_of` asks of a phase, so that a clinic's stored phases serve as well."""

    code: str
    order: int
    first_day: int
    last_day: int | None


AnyPhase = TypeVar("AnyPhase", bound=PhaseDays)


DEFAULT_PHASES: tuple[Phase, ...] = (
    Phase(IMMEDIATE, 1, 0, 0, "in the clinic", "S0: rest and observation, 1 to 2 hours"),
    Phase("short_term", 2, 0, 2, "first 2 days", "S0: light activity, 24 to 48 hours"),
    Phase("gradual_return", 3, 3, 14, "building up", "S0: physical therapy, 1 to 2 weeks"),
    Phase("follow_up", 4, 15, None, "follow-up", "S0: check-ins, 1 to 3 months; D15-D29 judgement"),
)


def immediate_ends_at(procedure_at: datetime, discharged_at: datetime | None) -> datetime:
    """The discharge, or 2 hours after the procedure while no discharge is known."""
    return discharged_at or procedure_at + WATCHED_AFTER_PROCEDURE


def phase_of(
    day: int,
    *,
    entered_at: datetime,
    procedure_at: datetime,
    discharged_at: datetime | None,
    phases: Sequence[AnyPhase],
) -> AnyPhase | None:
    """The phase of a log about `day` entered at `entered_at`; None before D0.

    D0 belongs to two phases: to the first only for what is entered before that one ends. For the
    phase a patient is in now, pass today's day and the present as `entered_at`.
    """
    watched = entered_at < immediate_ends_at(procedure_at, discharged_at)
    for phase in sorted(phases, key=lambda phase: phase.order):
        inside = phase.first_day <= day and (phase.last_day is None or day <= phase.last_day)
        if inside and (watched or phase.code != IMMEDIATE):
            return phase
    return None
