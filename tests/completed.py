"""A clinic's corridor by rows: what its own is built from, what is built, what it sets itself."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from recovery.clinical.pathway import local
from recovery.clinical.plan import Step, plan_from_json, plan_to_json
from recovery.models import Clinic, CorridorDay, DailyLog, Pathway, Patient, Recovery
from tests.cast import default_pathway

BEGAN = date(2025, 9, 1)
_numbers = count(1)


def completed(
    clinic: Clinic, size: int, pains: Mapping[int, int | None], **more: Any
) -> list[Recovery]:
    """`size` completed recoveries with the same pain by day, each told on its day."""
    pathway = default_pathway()
    patients = Patient.objects.bulk_create(
        Patient(
            clinic=clinic,
            record_number=f"D{next(_numbers):05}",
            given_name="Pat",
            family_name="Done",
            zone=clinic.zone,
        )
        for _n in range(size)
    )
    at = local(BEGAN, time(9), clinic.zone)
    fields = {"state": Recovery.State.COMPLETED, "procedure_at": at, "procedure_on": BEGAN} | more
    found = Recovery.objects.bulk_create(
        Recovery(clinic=clinic, patient=patient, pathway=pathway, created_at=at, **fields)
        for patient in patients
    )
    DailyLog.objects.bulk_create(
        log_of(recovery, day, pain) for recovery in found for day, pain in pains.items()
    )
    return found


def log_of(recovery: Recovery, day: int, pain: int | None, **more: Any) -> DailyLog:
    """A log about `day`, not stored yet."""
    given = {"client_id": uuid.uuid4(), "source": "patient", "mode": "web"} | more
    return DailyLog(
        recovery=recovery,
        log_date=recovery.procedure_on + timedelta(days=day),
        day=day,
        entered_at=recovery.procedure_at + timedelta(days=day, hours=9),
        pain_avg=pain,
        rule_set="1",
        advice="Thank you.",
        **given,
    )


def with_own_days(
    clinic: Clinic, days: Iterable[tuple[int, int, str, str, str]], *, at: datetime
) -> None:
    """As if built at that moment; a day is its number, n and the three quartiles."""
    CorridorDay.objects.bulk_create(
        CorridorDay(clinic=clinic, day=day, recoveries=n, lower=low, median=middle, upper=high)
        for day, n, low, middle, high in days
    )
    Clinic.objects.filter(pk=clinic.pk).update(corridor_at=at)


def pathway_with_steps(clinic: Clinic, *steps: Step, version: int = 3) -> Pathway:
    """A version of the clinic's own, which is the default with these steps."""
    default = default_pathway()
    plan = replace(plan_from_json(default.plan), version=str(version), corridor=steps)
    found = Pathway.objects.create(
        clinic=clinic,
        version=version,
        plan=plan_to_json(plan),
    )
    for phase in default.phases.order_by("order"):
        phase.pk, phase.pathway = None, found
        phase.save()
    return found
