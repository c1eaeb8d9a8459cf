"""Many recoveries at once, by rows: for pages, counts and what a page costs."""

from datetime import datetime, timedelta
from itertools import count

from recovery.models import Alert, Clinic, Patient, Recovery
from recovery.models.recoveries import QueueRank
from tests.cast import default_pathway

SEVERITIES = {
    QueueRank.EMERGENCY: "emergency",
    QueueRank.URGENT: "urgent",
    QueueRank.REVIEW: "review",
}
_numbers = count(1)


def crowd(
    clinic: Clinic, size: int, *, now: datetime, rank: QueueRank | None = QueueRank.REVIEW
) -> list[Recovery]:
    """`size` recoveries on day 10, the first waiting longest, each with two alerts if ranked."""
    numbers = [next(_numbers) for _n in range(size)]
    patients = Patient.objects.bulk_create(
        Patient(
            clinic=clinic,
            record_number=f"C{number:05}",
            given_name="Pat",
            family_name=f"Crowd{number:05}",
            zone=clinic.zone,
            phone="555-0100",
        )
        for number in numbers
    )
    pathway = default_pathway()
    recoveries = Recovery.objects.bulk_create(
        Recovery(
            clinic=clinic,
            patient=patient,
            pathway=pathway,
            state=Recovery.State.ACTIVE,
            created_at=now - timedelta(days=20),
            procedure_at=now - timedelta(days=10),
            procedure_on=(now - timedelta(days=10)).date(),
            baseline_pain=6,
            last_pain=4,
            last_log_at=now - timedelta(hours=1),
            last_log_day=10,
            pain_trend=[[day, 10 - day] for day in range(11)],
            queue_rank=rank,
            queue_since=rank and now - timedelta(minutes=size - place),
        )
        for place, patient in enumerate(patients)
    )
    if severity := SEVERITIES.get(rank):
        Alert.objects.bulk_create(
            Alert(
                recovery=recovery,
                rule=rule,
                severity=severity,
                headline="Something to look at",
                staff_text="A text.",
                rule_set="1",
                raised_at=recovery.queue_since,
                clock_from=recovery.queue_since,
            )
            for recovery in recoveries
            for rule in ("R34", "R35")
        )
    return recoveries
