"""Recoveries on a clinic's own pathway, through the real tick, logs and forms."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.clinical import rules
from recovery.clinical.logfields import clean
from recovery.models import Alert, CheckIn, DailyLog, Duty, Message, Recovery
from recovery.queries.pathways import plan_of, severity_shown
from recovery.services import checkins, logs, tick
from tests.cast import NOW, QUIET, checkin_of, default_pathway, make_recovery
from tests.pathways import Data, form_of, own_pathway
from tests.services.test_reschedules import live_until

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SKIN = "Your skin may be infected. Call {emergency_number} now."
RAISED_R13 = {"rule": "R13", "severity": "emergency", "patient_text": SKIN}


def rules_of(*changes: Data):
    return lambda data: data.update(rules=list(changes))


def on(pathway, clinic, *, day: int, now=NOW, **fields: Any) -> Recovery:
    recovery = make_recovery(clinic, day=day, now=now, ticked=False, **fields)
    Recovery.objects.filter(pk=recovery.pk).update(pathway=pathway)
    tick.run(now=now)
    recovery.refresh_from_db()
    return recovery


def report(recovery: Recovery, *, now=NOW, **answers: Any) -> DailyLog:
    return logs.record(
        recovery_id=recovery.pk,
        values=QUIET | answers,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=(now - timedelta(hours=5)).date(),
        now=now,
        source="patient",
        mode="web",
    ).log


def sparse(data: Data) -> None:
    """Daily to D3, every second day to D9; six months asked; other hours."""
    kept = {"BASE", "EVE0", "C30", "C90", "C180"}
    days = [1, 2, 3, 5, 7, 9]
    kept |= {f"DAY-{day:02}" for day in days}
    data["forms"] = [form for form in data["forms"] if form["key"] in kept]
    for day in days:
        form_of(data, f"DAY-{day:02}")["reminders"] = [f"D{day} 12:30"]
    form_of(data, "C180")["asked"] = True


def test_a_whole_recovery_by_a_plan_of_the_clinics_own(clinic, manager, nurse):
    """The literal list of what is asked and mailed when nobody ever answers."""
    pathway = own_pathway(clinic, manager, sparse)
    recovery = make_recovery(clinic, day=-31, now=NOW, ticked=False, baseline=False)
    Recovery.objects.update(pathway=pathway)
    live_until(recovery, NOW + 260 * DAY)
    recovery.refresh_from_db()
    assert recovery.state == "completed"
    asked = dict(CheckIn.objects.values_list("key", "state"))
    keys = ["BASE", "EVE0", *(f"DAY-0{day}" for day in (1, 2, 3, 5, 7, 9)), "C30", "C90", "C180"]
    assert asked == dict.fromkeys(keys, "expired")
    zone = recovery.patient.zone
    mailed = [
        (f"D{(at - recovery.procedure_on).days}", clock, key, number)
        for key, number, at, clock in sent_times(zone)
    ]
    assert mailed == [
        ("D-7", "10:00", "BASE", 1),
        ("D-2", "10:00", "BASE", 2),
        ("D-1", "10:00", "BASE", 3),
        ("D0", "19:00", "EVE0", 1),
        ("D1", "12:30", "DAY-01", 1),
        ("D2", "12:30", "DAY-02", 1),
        ("D3", "12:30", "DAY-03", 1),
        ("D5", "12:30", "DAY-05", 1),
        ("D7", "12:30", "DAY-07", 1),
        ("D9", "12:30", "DAY-09", 1),
        ("D28", "10:00", "C30", 1),
        ("D30", "10:00", "C30", 2),
        ("D33", "10:00", "C30", 3),
        ("D85", "10:00", "C90", 1),
        ("D90", "10:00", "C90", 2),
        ("D95", "10:00", "C90", 3),
        ("D100", "10:00", "C90", 4),
        ("D173", "10:00", "C180", 1),
        ("D180", "10:00", "C180", 2),
        ("D190", "10:00", "C180", 3),
    ]
    # R41 goes by the days that are asked: one run of misses, told once.
    raised = sorted(Alert.objects.values_list("rule", flat=True))
    assert raised == ["R40", "R41", "R43", "R46"]


def sent_times(zone: str):
    rows = Message.objects.filter(kind="reminder")
    for row in rows.select_related("checkin").order_by("planned_at"):
        there = row.planned_at.astimezone(ZoneInfo(zone))
        yield row.checkin.key, row.number, there.date(), f"{there:%H:%M}"


# Rules that a clinic raised
# --------------------------


@pytest.fixture
def raised(clinic, manager, nurse):
    return own_pathway(clinic, manager, rules_of(RAISED_R13))


def test_a_raised_rule_answers_with_the_clinics_text_and_calls_as_loudly(clinic, raised, nurse):
    recovery = on(raised, clinic, day=5)
    log = report(recovery, wound=["pus_or_smell"])
    assert (log.shown_rule, log.advice) == (
        "R13",
        "Your skin may be infected. Call 911 now.",
    )
    alert = Alert.objects.get(rule="R13")
    assert (alert.severity, alert.patient_text) == ("emergency", SKIN)
    assert alert.next_notice_at == NOW + timedelta(minutes=15)
    assert severity_shown(log) == "emergency"
    assert Message.objects.filter(kind="alert", user=nurse).count() == 1


def test_a_raised_rule_of_silence_is_mailed_though_no_alert_stood_before(clinic, manager, nurse):
    change = {"rule": "R40", "severity": "emergency"}
    pathway = own_pathway(clinic, manager, rules_of(change))
    recovery = on(pathway, clinic, day=1)
    tick.run(now=NOW + DAY)
    assert recovery.alerts.get().rule == "R40"
    assert recovery.messages.filter(kind="alert", user=nurse).exists()


def test_another_recovery_of_the_clinic_is_judged_by_its_own_version(clinic, raised, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    log = report(recovery, wound=["pus_or_smell"])
    assert Alert.objects.get(rule="R13").severity == "urgent"
    assert severity_shown(log) == "urgent"


def test_a_stored_log_gives_the_same_findings_later(clinic, raised, nurse):
    """P6: by its rule set and the pathway it was judged by, whatever its recovery follows since."""
    recovery = on(raised, clinic, day=5)
    log = report(recovery, wound=["pus_or_smell"], temp_value=Decimal("37.9"), temp_unit="C")
    Recovery.objects.update(pathway=default_pathway())
    log.refresh_from_db()
    again = rules.assess(
        rules.Profile(log.judged_baseline_pain, log.judged_baseline_opioid_mme, False, False),
        [],
        clean({**QUIET, "day": log.day, "wound": log.wound, "temp_c": log.temp_value}),
        plan_of(log.judged_pathway_id).changes,
    )
    assert [one.rule_id for one in again] == log.rules
    shown = rules.advice(again)
    assert rules.fill(shown.text, clinic.numbers) == log.advice
    assert shown.severity == severity_shown(log) == "emergency"


def test_a_log_of_before_there_were_changes_reads_as_the_shipped_rules(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    log = report(recovery, wound=["pus_or_smell"])
    DailyLog.objects.update(judged_pathway=None)
    log.refresh_from_db()
    assert severity_shown(log) == "urgent"


def test_an_alert_that_grows_louder_begins_its_clock_anew(clinic, raised, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    report(recovery, wound=["pus_or_smell"])
    before = Alert.objects.get(rule="R13")
    Recovery.objects.update(pathway=raised)
    later = NOW + timedelta(minutes=30)
    report(recovery, wound=["opened"], now=later)
    alert = Alert.objects.get(rule="R13")
    assert (alert.pk, alert.severity, alert.firings) == (before.pk, "emergency", 2)
    assert alert.next_notice_at == later + timedelta(minutes=15)


def test_a_check_in_form_is_judged_by_the_pathway_too(clinic, raised, nurse):
    recovery = on(raised, clinic, day=13)
    checkin = checkin_of(recovery, "C14")
    response = checkins.save(
        checkin_id=checkin.pk,
        instruments=(),
        answers={"log": {"wound": ["pus_or_smell"]}},
        client_id=uuid.uuid4(),
        now=NOW,
        source="patient",
        mode="web",
        send=True,
    ).response
    assert response.advice == "Your skin may be infected. Call 911 now."
    assert (severity_shown(response), response.judged_pathway) == ("emergency", raised)
    assert Alert.objects.get(rule="R13").severity == "emergency"


def test_a_raised_rule_of_time_is_mailed(clinic, manager, nurse):
    pathway = own_pathway(clinic, manager, rules_of({"rule": "R43", "severity": "urgent"}))
    recovery = on(pathway, clinic, day=17)
    Message.objects.all().delete()
    live_until(recovery, NOW + 2 * DAY)
    alert = Alert.objects.get(rule="R43")
    assert (alert.severity, alert.patient_text) == ("urgent", "")
    assert Message.objects.filter(kind="alert", user=nurse).count() == 1


def test_a_raised_rule_of_time_that_fires_again_while_it_stands_is_mailed_again(
    clinic, manager, nurse, clinician
):
    """To each whom it was told so far, and once: the nurse is first in the order."""
    Duty.objects.create(clinic=clinic, user=nurse, place=1)
    pathway = own_pathway(clinic, manager, rules_of({"rule": "R41", "severity": "urgent"}))
    recovery = on(pathway, clinic, day=2)
    mails = recovery.messages.filter(kind="alert", severity="urgent").order_by("pk")

    def told() -> list[str]:
        return sorted(mails.values_list("user__email", flat=True))

    # D1 and D2 are missed, then D4 and D5; each run is known at noon, when the clinic is open.
    noon = NOW + timedelta(hours=15, minutes=1)
    tick.run(now=noon)
    assert told() == [nurse.email]
    report(recovery, now=noon + timedelta(hours=6))
    for day in (1, 2, 3):
        tick.run(now=noon + day * DAY)
        tick.run(now=noon + day * DAY + timedelta(minutes=1))
    alert = recovery.alerts.get(rule="R41")
    assert (alert.state, alert.firings) == ("open", 2)
    assert told() == sorted([nurse.email, nurse.email, clinician.email])


def test_a_log_takes_no_statement_more(clinic, raised, nurse):
    counts = []
    # In clinic hours, when both tell staff at once.
    ten = NOW + timedelta(hours=13)
    for recovery in (make_recovery(clinic, day=5, now=NOW), on(raised, clinic, day=5)):
        report(recovery, now=ten)
        with CaptureQueriesContext(connection) as captured:
            report(recovery, wound=["pus_or_smell"], now=ten + timedelta(minutes=1))
        counts.append(sum("SAVEPOINT" not in one["sql"] for one in captured))
    assert counts[0] == counts[1]


def test_a_stale_retry_of_an_answer_that_the_clinic_raised_is_said_again(clinic, manager, nurse):
    """R35 is a review elsewhere; here it calls, so what a correction took back fires again."""
    text = "Call us today at {clinic_phone} about your fall."
    pathway = own_pathway(
        clinic,
        manager,
        rules_of({"rule": "R35", "severity": "urgent", "patient_text": text}),
    )
    recovery = on(pathway, clinic, day=5)
    client_id = uuid.uuid4()

    def send(revision, **answers):
        return logs.record(
            recovery_id=recovery.pk,
            values=QUIET | answers,
            client_id=client_id,
            revision=revision,
            log_date=(NOW - timedelta(hours=5)).date(),
            now=NOW,
            source="patient",
            mode="web",
        )

    send(None, fall=True)
    send(0, fall=False)
    again = send(None, fall=True)
    assert not again.replay
    assert again.log.advice == "Call us today at 555-0142 about your fall."
