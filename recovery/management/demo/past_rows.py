"""What the demo's earlier patients logged, reached and raised, as rows that are long closed."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from random import Random

from recovery.clinical import logfields
from recovery.clinical.rules import NEUTRAL_TEXT, RULE_SET_VERSION
from recovery.management.demo.courses import quiet_answers
from recovery.management.demo.stage import Patient as Staged
from recovery.models import AccessEvent, Alert, Contact, DailyLog, Milestone, Recovery, User
from recovery.models.alerts import Severity
from recovery.queries.pathways import phase_now
from recovery.services import replays

LOG_DAYS = (1, 2, 3, 5, 7, 9, 12, 14, 20, 27, 34, 41, 55, 69, 83)
STEPS = (
    (Milestone.Code.WALKED, 3, 0.9),
    (Milestone.Code.SLEPT, 9, 0.8),
    (Milestone.Code.DROVE, 10, 0.85),
    (Milestone.Code.THERAPY, 14, 0.6),
    (Milestone.Code.WORK, 21, 0.5),
    (Milestone.Code.GOAL, 40, 0.45),
)
# Rule, severity, headline, on which day, for every so many, how many of ten were called.
ALERTS = (
    ("R32", Severity.REVIEW, "Pain above baseline, in the flare window", 3, 3, 3),
    ("R35", Severity.REVIEW, "Fall", 30, 6, 1),
    ("R18", Severity.URGENT, "Pain above baseline, after the flare window", 18, 5, 10),
    ("R13", Severity.URGENT, "Wound: redness", 6, 7, 10),
    ("R20", Severity.URGENT, "New leg pain", 9, 9, 10),
    ("R01", Severity.EMERGENCY, "Cauda equina signs: bladder", 11, 20, 10),
)
# What the nurse said of it who closed it after a call.
COMPLICATIONS = {"R32": Alert.Complication.FLARE, "R20": Alert.Complication.LEG_PAIN}
UNFILLED = ("R43", Severity.REVIEW, "Check-in form expired unfilled")


# Logs
# ----


def logs(person: Staged, recovery: Recovery) -> Iterator[DailyLog]:
    for day in LOG_DAYS:
        if person.rng.random() < 0.12:
            continue
        values = quiet_answers(person.case, day, person.pains[day], person.rng)
        clean = logfields.clean({**values, "day": day, "entered_by": "patient"})
        entered = person.at(day, time(18, day % 60))
        yield DailyLog(
            recovery=recovery,
            client_id=person.client_id(),
            phase=phase_now(recovery, entered),
            log_date=person.procedure_on + timedelta(days=day),
            day=day,
            entered_at=entered,
            source=DailyLog.Source.PATIENT,
            mode=DailyLog.Mode.WEB,
            rule_set=RULE_SET_VERSION,
            judged_pathway_id=recovery.pathway_id,
            judged_baseline_pain=recovery.baseline_pain,
            judged_baseline_opioid_mme=recovery.baseline_opioid_mme,
            judged_anticoagulated=False,
            judged_osteoporosis=False,
            opioid_mme=clean.get("opioid_mme"),
            advice=NEUTRAL_TEXT,
            **replays.given(values),
        )


def milestones(recovery: Recovery, rng: Random) -> Iterator[Milestone]:
    user = recovery.patient.accesses.get().user
    for code, usual, share in STEPS:
        if rng.random() < share:
            day = max(1, round(usual * rng.uniform(0.5, 2)))
            at = recovery.procedure_at + timedelta(days=day, hours=10)
            yield Milestone(
                recovery=recovery,
                code=code,
                on=recovery.procedure_on + timedelta(days=day),
                recorded_at=at,
                recorded_by=user,
                source=DailyLog.Source.PATIENT,
            )


# Alerts
# ------


def alerts(recoveries: Sequence[Recovery], nurses: Sequence[User], rng: Random) -> None:
    alerts, called = [], []
    for rule, severity, headline, day, every, of_ten in ALERTS:
        for place, recovery in enumerate(recoveries[every // 2 :: every]):
            raised = recovery.procedure_at + timedelta(days=day, minutes=rng.randint(0, 500))
            quick = severity == Severity.EMERGENCY
            taken = timedelta(minutes=rng.randint(3, 9) if quick else rng.randint(15, 110))
            nurse = nurses[place % len(nurses)]
            reached = place * 7 % 10 < of_ten
            alert = closed(recovery, rule, severity, headline, raised, nurse, taken, called=reached)
            alerts.append(alert)
            if reached:
                alert.complication = COMPLICATIONS.get(rule, "")
                called.append(alert)
    Alert.objects.bulk_create(alerts)
    for alert in called:
        assert alert.reached_at
        contact = Contact.objects.create(
            recovery=alert.recovery,
            by=alert.closed_by,
            at=alert.reached_at,
            kind=Contact.Kind.CALL,
            outcome=Contact.Outcome.ADVISED,
            minutes=rng.randint(4, 14),
        )
        contact.alerts.add(alert)
    AccessEvent.objects.bulk_create(
        AccessEvent(
            at=alert.closed_at,
            user=alert.closed_by,
            patient_id=alert.recovery.patient_id,
            action=AccessEvent.Action.WRITE,
            what=f"closed {alert.rule}",
        )
        for alert in alerts
    )


def settle(recoveries: Sequence[Recovery], nurse: User) -> None:
    """Close what the forms raised, as at a visit a week later."""
    for alert in Alert.objects.not_closed().filter(recovery__in=recoveries):
        alert.state = Alert.State.CLOSED
        alert.acknowledged_at = alert.reached_at = alert.raised_at + timedelta(hours=20)
        alert.closed_by, alert.closed_at = nurse, alert.raised_at + timedelta(days=7)
        alert.closing_reason = Alert.ClosingReason.SEEN
        alert.next_notice_at = None
        alert.save()


def closed(
    recovery: Recovery,
    rule: str,
    severity: Severity,
    headline: str,
    raised: datetime,
    nurse: User,
    taken: timedelta,
    *,
    called: bool = False,
) -> Alert:
    reached = raised + taken + timedelta(minutes=6)
    return Alert(
        uuid=uuid.uuid4(),
        recovery=recovery,
        phase=phase_now(recovery, raised),
        rule=rule,
        severity=severity,
        state=Alert.State.CLOSED,
        headline=headline,
        staff_text=f"{headline}.",
        rule_set=RULE_SET_VERSION,
        raised_at=raised,
        clock_from=raised,
        acknowledged_at=raised + taken,
        reached_at=reached if called else None,
        contacted_at=reached if called else None,
        closed_by=nurse,
        closed_at=reached + timedelta(minutes=9),
        closing_reason=Alert.ClosingReason.PHONE if called else Alert.ClosingReason.OTHER,
        closing_text="" if called else "Known, nothing to do.",
    )
