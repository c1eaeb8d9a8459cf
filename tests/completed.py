"""Recoveries that are over, by rows: what a clinic's own corridor is built from."""

import uuid
from collections.abc import Mapping
from datetime import date, time, timedelta
from itertools import count
from typing import Any

from recovery.clinical.pathway import local
from recovery.models import Clinic, DailyLog, Patient, Recovery
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
