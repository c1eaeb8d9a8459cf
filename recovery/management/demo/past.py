"""Those whom the larger clinic followed before the cast: completed, so that outcomes have a group.

Their forms go through the services, which score and count them. Their logs and alerts, long closed,
are written as rows: nobody looks at how each came about, and a thousand more logs one by one would
double the demo's first start.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from recovery.clinical.plan import DEFAULT_PLAN, Slot
from recovery.management.demo import past_rows
from recovery.management.demo.checkins import Own
from recovery.management.demo.courses import pains
from recovery.management.demo.people import NORTHGATE
from recovery.management.demo.stage import Patient as Staged
from recovery.management.demo.steps import Case
from recovery.models import (
    Alert,
    CheckIn,
    Clinic,
    Consent,
    DailyLog,
    Milestone,
    Pathway,
    Patient,
    PatientAccess,
    ProceduresDone,
    Recovery,
    Role,
    User,
)
from recovery.queries.instruments import instruments_of
from recovery.services import checkins, outcomes, status
from recovery.services.logs import TREND_DAYS

PREFIX = "NP-"
# Fewer than the corridor asks for, which is the clinic's setting in the demo.
SIZE = 42
FIRST_DAY, APART = 124, 8
GIVEN = ("Agnes", "Bruno", "Celeste", "Dmitri", "Edith", "Farid", "Greta", "Hugo", "Ines", "Jalen")
FAMILY = ("Abbott", "Bergman", "Castell", "Dufour", "Eklund", "Fairchild", "Garza", "Holt", "Ivers")
LEVELS = ("L4, L5",) * 5 + ("L5, S1",) * 3 + ("L3, L4, L5",)
SURGEONS = ("Mia Aldana",) * 4 + ("Samir Haddad",) * 3
# A guest for the first few: too few to be shown as a group.
GUEST, GUESTS = "Tomas Ribeiro", 3
COURSES = ("good", "good", "great", "fair", "slow", "good", "fair", "none")
FORMS = ("baseline", "two_week", "one_month", "six_week", "three_month")
# Whose form of three months, and of one month, never came.
SILENT, SILENT_EARLY = 6, 13
LATE = 9


def write_past(*, now: datetime, seed: int) -> None:
    clinic = Clinic.objects.get(name=NORTHGATE.name)
    nurses = [one.email for one in NORTHGATE.staff if one.role == Role.NURSE]
    staff = list(User.objects.filter(email__in=nurses).order_by("email"))
    # Reproducible on purpose.
    rng = Random(f"{seed} past")  # noqa: S311
    pathway = Pathway.objects.filter(clinic=clinic).latest("version")
    people = [_staged(number, now, seed) for number in range(SIZE)]
    recoveries = _enrolled(clinic, pathway, people, staff[0], rng)
    for place, (person, recovery) in enumerate(zip(people, recoveries, strict=True)):
        _answer_forms(clinic, place, person, recovery, staff[0], rng)
    DailyLog.objects.bulk_create(
        log
        for person, one in zip(people, recoveries, strict=True)
        for log in past_rows.logs(person, one)
    )
    Milestone.objects.bulk_create(
        step for one in recoveries for step in past_rows.milestones(one, rng)
    )
    past_rows.alerts(recoveries, staff, rng)
    past_rows.settle(recoveries, staff[0])
    for one in recoveries:
        _finish(one)
    outcomes.count_logs_again(recoveries)
    Recovery.objects.bulk_update(recoveries, [*FINISHED, *outcomes.OF_LOGS])
    _books(clinic, now)


def _staged(number: int, now: datetime, seed: int) -> Staged:
    rng = Random(f"{seed} past {number}")  # noqa: S311
    case = Case(
        number=f"{PREFIX}{1900 + number}",
        given=GIVEN[number % len(GIVEN)],
        family=FAMILY[number % len(FAMILY)],
        born=date(1944, 2, 3) + timedelta(days=331 * number),
        email=f"past{number}@example.org",
        day=FIRST_DAY + APART * number,
        at="09:00",
        baseline=rng.choice((6, 6, 7, 7, 7, 8)),
        course=COURSES[number % len(COURSES)],
        answers="usual",
        flare=1,
        mme=Decimal(20) if number % 4 == 1 else Decimal(0),
        drug="hydrocodone" if number % 4 == 1 else "",
        anticoagulated=False,
        osteoporosis=False,
        usual=(),
        levels=LEVELS[number % len(LEVELS)],
        surgeon=GUEST if number < GUESTS else SURGEONS[number % len(SURGEONS)],
        zone="",
        caregiver="",
        caregiver_email="",
    )
    course = pains(case, rng, case.day)
    return Staged(case, NORTHGATE, NORTHGATE.phone(100 + number % 100), now, rng, rng, course)


def _enrolled(
    clinic: Clinic, pathway: Pathway, people: Sequence[Staged], nurse: User, rng: Random
) -> list[Recovery]:
    users = User.objects.bulk_create(
        User(email=one.case.email, name=f"{one.case.given} {one.case.family}") for one in people
    )
    patients = Patient.objects.bulk_create(
        Patient(
            clinic=clinic,
            record_number=one.case.number,
            given_name=one.case.given,
            family_name=one.case.family,
            birth_date=one.case.born,
            phone=one.phone,
            zone=one.zone,
        )
        for one in people
    )
    PatientAccess.objects.bulk_create(
        PatientAccess(user=user, patient=patient)
        for user, patient in zip(users, patients, strict=True)
    )
    told = [one.at(-12, time(10)) for one in people]
    Consent.objects.bulk_create(
        Consent(patient=patient, told_by=nurse, told_at=at, text_version="1", email_ok=True)
        for patient, at in zip(patients, told, strict=True)
    )
    return Recovery.objects.bulk_create(
        Recovery(
            clinic=clinic,
            patient=patient,
            pathway=pathway,
            state=Recovery.State.ACTIVE,
            created_at=at,
            procedure_at=one.procedure_at,
            procedure_on=one.procedure_on,
            discharged_at=one.procedure_at + timedelta(hours=2),
            levels=one.case.levels,
            surgeon=one.case.surgeon,
            baseline_pain=one.case.baseline,
            baseline_opioid_mme=one.case.mme,
            anticoagulated=False,
            osteoporosis=False,
            pain_months=rng.choice((8, 14, 24, 36, 60)),
            care_months=rng.choice((6, 9, 12)),
            modic=rng.choice(("1", "2", "2", "1+2")),
            icd10="M54.51",
        )
        for one, patient, at in zip(people, patients, told, strict=True)
    )


# Forms
# -----


def _answer_forms(
    clinic: Clinic, place: int, person: Staged, recovery: Recovery, nurse: User, rng: Random
) -> None:
    own = Own(person)
    scored = place % 3 != 2
    for slot in DEFAULT_PLAN.slots:
        if slot.form not in FORMS:
            continue
        if _missed(place, slot):
            _miss(recovery, person, slot, nurse)
            continue
        moment = _answered(person, place, slot)
        checkin = checkins.row_for(recovery=recovery, key=slot.key, now=moment)
        answers = own.answers(slot, person.day_of(moment))
        who: dict[str, Any] = {"source": "patient", "mode": "web"}
        if scored and slot.form in ("baseline", "three_month"):
            who = {"source": "staff", "mode": "in_person", "user": nurse}
            answers |= own.scores(slot, answers["NRS"]["nrs-7d"])
        elif slot.form == "three_month" and place % LATE == 4:
            who = {"source": "staff", "mode": "phone", "user": nurse}
        checkins.save(
            checkin_id=checkin.pk,
            instruments=instruments_of(slot.form, staff="user" in who, clinic=clinic),
            answers=answers,
            client_id=person.client_id(),
            now=moment,
            send=True,
            **who,
        )


def _missed(place: int, slot: Slot) -> bool:
    silent = slot.form == "three_month" and place % SILENT == 3
    return silent or (slot.form == "one_month" and place % SILENT_EARLY == 7)


def _answered(person: Staged, place: int, slot: Slot) -> datetime:
    if slot.form == "three_month" and place % LATE == 4:
        return person.at(slot.expires.day + 4, time(11, 10))
    return person.at(slot.day if slot.day > 0 else -3, time(18, place % 60))


def _miss(recovery: Recovery, person: Staged, slot: Slot, nurse: User) -> None:
    """It expires, staff hear of it, and it is closed without a call."""
    opened = person.at(*slot.opens)
    checkin = checkins.row_for(recovery=recovery, key=slot.key, now=opened)
    CheckIn.objects.filter(pk=checkin.pk).update(
        state=CheckIn.State.EXPIRED, reminders_settled=len(slot.reminders)
    )
    checkin.state = CheckIn.State.EXPIRED
    outcomes.passed([checkin])
    raised = person.at(*slot.expires) + timedelta(minutes=1)
    rule, severity, headline = past_rows.UNFILLED
    Alert.objects.bulk_create(
        [
            past_rows.closed(
                recovery, rule, severity, headline, raised, nurse, taken=timedelta(hours=17)
            )
        ]
    )


# The end
# -------

FINISHED = (
    "state",
    "alert_rank",
    "alert_since",
    "queue_rank",
    "queue_since",
    "next_event_at",
    "last_log_at",
    "last_log_day",
    "last_pain",
    "pain_trend",
    "days_logged",
)


def _finish(recovery: Recovery) -> None:
    logs = list(recovery.logs.order_by("day"))
    recovery.state, recovery.next_event_at = Recovery.State.COMPLETED, None
    # What R44 said of a limited response was settled at the visit.
    status.set_alert_rank(recovery, ())
    recovery.days_logged = len(logs)
    recovery.last_log_at, recovery.last_log_day = logs[-1].entered_at, logs[-1].day
    recovery.last_pain = logs[-1].pain_avg
    recovery.pain_trend = [
        [log.day, log.pain_avg]
        for log in logs
        if log.pain_avg is not None and log.day > logs[-1].day - TREND_DAYS
    ]


def _books(clinic: Clinic, now: datetime) -> None:
    """In most months one procedure more was done than enrolled."""
    months: dict[tuple[int, int], int] = {}
    done = clinic.recoveries.filter(procedure_at__lte=now).values_list("procedure_on", flat=True)
    for on in done:
        months[on.year, on.month] = months.get((on.year, on.month), 0) + 1
    ProceduresDone.objects.bulk_create(
        ProceduresDone(clinic=clinic, year=year, month=month, number=n + (month % 3 != 0))
        for (year, month), n in sorted(months.items())
    )
