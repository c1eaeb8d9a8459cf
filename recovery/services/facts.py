"""The facts of a recovery: what staff write, with who changed it from what to what, and what a
baseline form fills in where staff have typed nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from django.db import transaction

from recovery.clinical.checkinforms import LOG
from recovery.clinical.medicines import opioid_total
from recovery.models import AccessEvent, FactChange, Patient, Recovery, User

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
# The section of a baseline form that asks for some of them, and what its answers mean.
SECTION = "FACTS"
ANSWERED = {"yes": True, "no": False}
# The column's own digit and its most: rounded up, so that the same dose is never more than before.
TENTH, MOST = Decimal("0.1"), Decimal("99999.9")
Answers = Mapping[str, Mapping[str, Any]]


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
    return _write(recovery, recovery, facts, user, now, what="facts")


@transaction.atomic
def correct_person(
    *, recovery: Recovery, user: User, now: datetime, person: Mapping[str, Any]
) -> list[FactChange]:
    """The same for a patient's phone and date of birth; the change stands with this recovery."""
    if unknown := set(person) - set(FactChange.OF_PATIENT):
        raise ValueError(f"not to be corrected here: {', '.join(sorted(unknown))}")
    # First, as every write does: the change that is noted below asks for it too.
    recovery = Recovery.objects.select_for_update(of=("self",)).get(pk=recovery.pk)
    patient = Patient.objects.select_for_update(no_key=True).get(pk=recovery.patient_id)
    return _write(patient, recovery, person, user, now, what="person")


def _write(
    row: Recovery | Patient,
    recovery: Recovery,
    given: Mapping[str, Any],
    user: User,
    now: datetime,
    *,
    what: str,
) -> list[FactChange]:
    """Save on the locked `row` what differs, with its changes and who wrote."""
    noted = (note(row, recovery, name, value, user, now) for name, value in given.items())
    changes = [change for change in noted if change]
    if changes:
        row.save(update_fields=[change.fact for change in changes])
        FactChange.objects.bulk_create(changes)
        AccessEvent.objects.create(
            at=now,
            user=user,
            patient_id=recovery.patient_id,
            action=AccessEvent.Action.WRITE,
            what=what,
        )
    return changes


def typed_first(recoveries: Iterable[Recovery], user: User, now: datetime) -> None:
    """Write down what staff typed at enrolment, so that no form is taken for its source."""
    FactChange.objects.bulk_create(
        FactChange(recovery=recovery, by=user, at=now, fact=name, after=text)
        for recovery in recoveries
        for name in FACTS
        if (text := as_text(getattr(recovery, name)))
    )


def fill_in(recovery: Recovery, answers: Answers, *, corrects: Answers) -> None:
    """Take from a baseline form what nobody has typed yet, or what the version that it `corrects`
    had given; saves nothing. What staff typed stays, also where the form said the same; the
    patient's page shows both.
    """
    before = _told(corrects)
    typed = _typed(recovery) if before else {}
    for name, told in _told(answers).items():
        stands = getattr(recovery, name)
        given = name in before and stands == before[name] and typed.get(name) != as_text(stands)
        if stands is None or given:
            setattr(recovery, name, told)


def _typed(recovery: Recovery) -> dict[str, str]:
    """By fact, as text: what staff last wrote, whatever stands there now."""
    rows = FactChange.objects.filter(recovery=recovery).order_by("at", "pk")
    return dict(rows.values_list("fact", "after"))


def _told(answers: Answers) -> dict[str, Any]:
    section = answers.get(SECTION, {})
    told: dict[str, Any] = {
        name: ANSWERED[section[name]]
        for name in ("anticoagulated", "osteoporosis")
        if section.get(name) in ANSWERED
    }
    for pain in answers.get("NRS", {}).values():
        told["baseline_pain"] = pain
    opioids = answers.get(LOG, {}).get("opioids")
    total = None if opioids is None else opioid_total(opioids)[0]
    if total is not None and total <= MOST:
        told["baseline_opioid_mme"] = total.quantize(TENTH, ROUND_UP)
    return told


def note(
    row: Recovery | Patient, recovery: Recovery, fact: str, value: Any, user: User, now: datetime
) -> FactChange | None:
    """Set one fact on the row, the recovery's own or its patient's, and say what changed, if
    anything; saves neither.
    """
    before, after = as_text(getattr(row, fact)), as_text(value)
    if before == after:
        return None
    setattr(row, fact, value)
    return FactChange(recovery=recovery, by=user, at=now, fact=fact, before=before, after=after)


def as_text(value: Any) -> str:
    """A value as the record of changes holds it; empty for what is not known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
