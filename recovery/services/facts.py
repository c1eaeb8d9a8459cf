"""What staff write of a recovery after enrolment, with who changed it from what to what."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from recovery.models import AccessEvent, FactChange, Recovery, User

FACTS = (
    "levels",
    "surgeon",
    "pain_months",
    "care_months",
    "modic",
    "icd10",
    "baseline_pain",
    "baseline_opioid_mme",
    "anticoagulated",
    "osteoporosis",
)


@transaction.atomic
def correct(
    *, recovery: Recovery, user: User, now: datetime, facts: Mapping[str, Any]
) -> list[FactChange]:
    """Set `facts` by field name; returns those that changed. Those not named stay.

    Logs keep the values that they were judged by, and alerts stay as they are: the next log is
    judged by the new ones. Allowed in every state, since an outcome needs its baseline.
    """
    if unknown := set(facts) - set(FACTS):
        raise ValueError(f"not to be corrected here: {', '.join(sorted(unknown))}")
    recovery = Recovery.objects.select_for_update(of=("self",)).get(pk=recovery.pk)
    changes = [
        change
        for name, value in facts.items()
        if (change := note(recovery, name, value, user, now))
    ]
    if changes:
        recovery.save(update_fields=[change.fact for change in changes])
        FactChange.objects.bulk_create(changes)
        AccessEvent.objects.create(
            at=now,
            user=user,
            patient_id=recovery.patient_id,
            action=AccessEvent.Action.WRITE,
            what="facts",
        )
    return changes


def note(recovery: Recovery, fact: str, value: Any, user: User, now: datetime) -> FactChange | None:
    """Set one fact on the row and say what changed, if anything; saves neither."""
    before, after = as_text(getattr(recovery, fact)), as_text(value)
    if before == after:
        return None
    setattr(recovery, fact, value)
    return FactChange(recovery=recovery, by=user, at=now, fact=fact, before=before, after=after)


def as_text(value: Any) -> str:
    """A value as the record of changes holds it; empty for what is not known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, datetime) else str(value)
