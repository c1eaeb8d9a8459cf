"""A recovery with a year behind it, and what is asked and shared of one."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from recovery.models import (
    Alert,
    DailyLog,
    Recovery,
    TherapistLink,
    User,
    VisitQuestion,
)
from recovery.services import contacts, therapists, visits
from tests.cast import QUIET, make_recovery, user_of

LONG = "¿Cuándo podré nadar otra vez – “de verdad” – y levantar a mi nieta? "


def ask(recovery: Recovery, text: str, *, now: datetime) -> VisitQuestion:
    return visits.ask(
        recovery=recovery,
        text=text,
        client_id=uuid.uuid4(),
        user=user_of(recovery),
        source=DailyLog.Source.PATIENT,
        now=now,
    )


def share(recovery: Recovery, user: User, *, now: datetime, **said: Any) -> TherapistLink:
    return therapists.make(
        recovery=recovery,
        user=user,
        now=now,
        **{
            "recipient": "Harbor Physio",
            "days": 30,
            "consent_how": TherapistLink.ConsentHow.SPOKEN,
            "consented_on": now.date(),
            "client_id": uuid.uuid4(),
        }
        | said,
    )


def with_a_year(clinic: Any, nurse: User, *, now: datetime, days: int = 365) -> Recovery:
    """A log each day, ten long questions, and 60 alerts of which most were called about."""
    recovery = make_recovery(
        clinic,
        day=days,
        now=now,
        baseline_opioid_mme=30,
        levels="L3, L4, L5, S1",
        surgeon="Dr. Ana María Núñez de la Peña",
        patient={
            "given_name": "María de los Ángeles Concepción",
            "family_name": "Fernández-Villaverde y Ortiz de Zárate",
        },
    )
    # A year is longer than the pathway; the clinic follows on.
    Recovery.objects.filter(pk=recovery.pk).update(state=Recovery.State.ACTIVE)
    recovery.refresh_from_db()
    DailyLog.objects.bulk_create(
        DailyLog(
            recovery=recovery,
            client_id=uuid.uuid4(),
            log_date=recovery.procedure_on + timedelta(days=day),
            day=day,
            entered_at=recovery.procedure_at + timedelta(days=day, hours=10),
            source="patient",
            mode="web",
            rule_set="1",
            advice="",
            late=day % 9 == 0,
            pain_worst=min(10, day % 7 + 3),
            opioid_mme=day % 4 * 10,
            acetaminophen_mg=500 * (day % 5),
            **QUIET | {"pain_avg": day % 7 + 1},
        )
        for day in range(days)
    )
    for number in range(10):
        ask(recovery, (LONG * 5)[: 280 + number], now=now)
    recovery.alerts.all().delete()
    for number in range(60):
        alert = Alert.objects.create(
            recovery=recovery,
            rule=f"X{number:02}",
            severity="review",
            headline=f"Headline {number:02} of some length to fill a cell",
            staff_text="",
            rule_set="1",
            raised_at=now - timedelta(days=number + 1),
            clock_from=now - timedelta(days=number + 1),
        )
        if number % 3:
            contacts.record(
                recovery=recovery,
                user=nurse,
                now=now - timedelta(days=number),
                kind="call",
                outcome="advised",
                minutes=4,
                read={alert.uuid: alert.firings},
            )
    return recovery
