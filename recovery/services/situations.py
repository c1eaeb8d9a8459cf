"""All that is known of a recovery when its tick comes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from recovery.clinical.pathway import Occasion, Plan
from recovery.models import Alert, Channel, CheckIn, Recovery
from recovery.services import oncall, timing
from recovery.services.channels import Reminded


@dataclass(slots=True)
class Situation:
    """One recovery, its patient and clinic loaded. `advance` changes it."""

    recovery: Recovery
    plan: Plan
    occasions: Sequence[Occasion]
    checkins: dict[str, CheckIn]
    alerts: list[Alert]
    # (day, entered_at, log id), oldest first; read only when something opens or expires.
    logs: Sequence[tuple[int, datetime, int]]
    addressee: int | None
    people: Sequence[oncall.Person]
    facts: timing.Facts
    # By alert that is about to tell the next person, who had their turn (notices.told_at_once).
    told: Mapping[int, Collection[int]] = field(default_factory=dict)
    # By which the patient can be reached, the first one first; known only where a reminder is due.
    channels: Sequence[Channel] = ()
    # Reminders that went and may be unanswered; likewise.
    reminded: list[Reminded] = field(default_factory=list)
