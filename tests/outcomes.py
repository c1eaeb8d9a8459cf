"""Recoveries with outcome rows, as the writes would have kept them: a page is about groups."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from recovery.clinical.timepoints import DAYS
from recovery.models import Alert, Clinic, Milestone, Outcome, Patient, Recovery, User
from tests.cast import default_pathway

_numbers = count(1)
FORMS = ("two_week", "one_month", "six_week", "three_month")


def treated(clinic: Clinic, size: int, *, at: datetime, **facts: Any) -> list[Recovery]:
    """Completed recoveries whose procedure was at that moment."""
    patients = Patient.objects.bulk_create(
        Patient(
            clinic=clinic,
            record_number=f"O{next(_numbers):05}",
            given_name="Pat",
            family_name="Group",
            zone=clinic.zone,
        )
        for _n in range(size)
    )
    fields = {"state": Recovery.State.COMPLETED, "surgeon": "Mia Aldana", "levels": "L4, L5"}
    return Recovery.objects.bulk_create(
        Recovery(
            clinic=clinic,
            patient=patient,
            pathway=default_pathway(),
            created_at=at,
            procedure_at=at,
            procedure_on=at.date(),
            **fields | facts,
        )
        for patient in patients
    )


def answered(
    recoveries: Sequence[Recovery],
    form: str = "three_month",
    *,
    expires_at: datetime | None = None,
    **figures: Any,
) -> None:
    """One row each; a figure is "nrs" = (before, after), or pgic. State `missed` has none. Without
    another time the form has expired on the day that gives it its name.
    """
    columns: dict[str, Any] = {"state": figures.pop("state", "on_time")}
    for name, value in figures.items():
        if name == "pgic":
            columns[name] = value
        else:
            columns |= {f"{name}_before": value[0], f"{name}_after": value[1]}
    Outcome.objects.bulk_create(
        Outcome(
            recovery=one,
            anchor=one.anchor,
            form=form,
            expires_at=expires_at or one.procedure_at + timedelta(days=DAYS[form]),
            **columns,
        )
        for one in recoveries
    )


def a_good_year(clinic: Clinic, nurse: User, now: datetime, size: int = 40) -> list[Recovery]:
    """Enough of everything for each part of the pages."""
    rng = Random(3)
    found = []
    for place in range(size):
        at = now - timedelta(days=100 + 6 * place)
        [one] = treated(
            clinic,
            1,
            at=at,
            surgeon=("Mia Aldana", "Samir Haddad")[place % 2],
            baseline_opioid_mme=20 * (place % 3 == 0),
            opioid_use={"one_month": place % 5 == 0, "three_month": False},
            week_days_logged=5,
            fortnight_days_logged=9,
            days_logged=20,
            modic="2",
            pain_months=24,
        )
        found.append(one)
        for form in FORMS:
            if place % 7 == 3 and form == "three_month":
                answered([one], form, state="missed")
                continue
            after = rng.randint(0, 6)
            more = {"odi": (50, 5 * after), "rmdq": (15, 2 * after)} if place % 2 else {}
            told = more if form == "three_month" else {}
            answered([one], form, nrs=(7, after), peg=(20, 3 * after), pgic=1 + after % 4, **told)
        for code, day in (("walked", 3), ("work", 20)):
            if rng.random() < 0.8:
                Milestone.objects.create(
                    recovery=one,
                    code=code,
                    on=one.procedure_on + timedelta(days=day + place % 5),
                    recorded_at=at + timedelta(days=40),
                    recorded_by=nurse,
                    source="staff",
                )
        alert(one, nurse, rule=("R32", "R18")[place % 2], acted=place % 20 == 1 or place % 2 == 1)
    return found


def alert(
    recovery: Recovery, nurse: User, *, rule: str = "R18", acted: bool = True, minutes: int = 30
) -> Alert:
    """Raised on D4, acknowledged after so many minutes and closed within the hour after."""
    raised = recovery.procedure_at + timedelta(days=4)
    taken = raised + timedelta(minutes=minutes)
    return Alert.objects.create(
        recovery=recovery,
        rule=rule,
        severity="urgent" if rule == "R18" else "review",
        state="closed",
        headline="Pain",
        staff_text="Pain.",
        rule_set="1",
        raised_at=raised,
        clock_from=raised,
        acknowledged_at=taken,
        reached_at=taken if acted else None,
        closed_by=nurse,
        closed_at=taken + timedelta(hours=1),
        closing_reason="phone" if acted else "other",
        closing_text="" if acted else "Known.",
    )
