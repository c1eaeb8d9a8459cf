"""An expected symptom sleeps until the phase ends, until it is stronger, or until staff wake it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from recovery.clinical.rules import RULES_BY_ID, Severity
from recovery.clinical.rules.levels import LEVELS
from recovery.models import AccessEvent, Alert, Message, Recovery, Snooze
from recovery.models.alerts import NEVER_SNOOZED
from recovery.models.recoveries import QueueRank
from recovery.services import alerts, contacts, snoozes, tick
from recovery.services.refusals import NotAllowed
from tests.cast import NOW, TODAY, ZONE, make_recovery
from tests.services.test_logs import record

pytestmark = pytest.mark.django_db
# D5 is TODAY; the gradual return ends with D14.
BORDER = datetime(2026, 3, 12, tzinfo=ZoneInfo(ZONE))
FLARE = {"pain_avg": 9, "pain_controlled": True}


@pytest.fixture
def recovery(clinic, nurse) -> Recovery:
    return make_recovery(clinic, day=5, now=NOW)


@pytest.fixture
def leg_pain(recovery) -> Alert:
    """R33, for review: new leg pain of 4."""
    record(recovery, leg_pain=4, leg_pain_status="new_or_worse", leg_side="left")
    return Alert.objects.get(rule="R33")


def again(recovery: Recovery, level: int | None, *, hours: int = 1) -> None:
    now = NOW + timedelta(hours=hours)
    on = now.astimezone(ZoneInfo(ZONE)).date()
    told = {"leg_pain_status": "new_or_worse", "leg_side": "left", "leg_pain": level}
    record(recovery, now=now, log_date=on, **told)


def snooze(
    alert: Alert, user, level: int = 5, reason: str = "Known radiculitis.", now=NOW
) -> Alert:
    return snoozes.snooze(alert=alert, level=level, reason=reason, user=user, now=now)


def rank(recovery: Recovery) -> int | None:
    recovery.refresh_from_db()
    return recovery.queue_rank


def test_a_snoozed_alert_leaves_the_queue_until_the_phase_ends(recovery, leg_pain, nurse):
    assert rank(recovery) == QueueRank.REVIEW
    asleep = snooze(leg_pain, nurse)
    assert (asleep.state, asleep.expected_level, asleep.returns_at) == ("snoozed", 5, BORDER)
    # In sight, grey, until the day ends.
    assert rank(recovery) == QueueRank.HANDLED
    # The first that anybody did with it.
    assert (asleep.acknowledged_at, asleep.reached_at) == (NOW, None)
    kept = Snooze.objects.get()
    assert (kept.by, kept.reason, kept.phase.code) == (
        nurse,
        "Known radiculitis.",
        "gradual_return",
    )
    assert AccessEvent.objects.filter(user=nurse, what="snoozed to 5 R33").exists()
    tick.run(now=BORDER - timedelta(minutes=1))
    leg_pain.refresh_from_db()
    assert leg_pain.state == "snoozed"
    assert recovery.alerts.get(rule="R33").state == "snoozed"
    recovery.refresh_from_db()
    assert recovery.handled_at is None
    tick.run(now=BORDER)
    leg_pain.refresh_from_db()
    assert (leg_pain.state, leg_pain.expected_level, leg_pain.clock_from) == ("open", None, BORDER)
    assert rank(recovery) == QueueRank.REVIEW


@pytest.mark.parametrize(
    ("level", "state"), [(4, "snoozed"), (5, "snoozed"), (6, "open"), (None, "open")]
)
def test_what_is_stronger_than_expected_or_unknown_wakes_it(
    recovery, leg_pain, nurse, level, state
):
    snooze(leg_pain, nurse)
    again(recovery, level)
    leg_pain.refresh_from_db()
    assert (leg_pain.state, leg_pain.firings) == (state, 2)
    assert leg_pain.logs.count() == 2
    assert rank(recovery) == (QueueRank.HANDLED if state == "snoozed" else QueueRank.REVIEW)


def test_a_snooze_silences_no_other_rule(recovery, leg_pain, nurse):
    snooze(leg_pain, nurse, level=10)
    record(recovery, now=NOW + timedelta(hours=1), saddle="yes")
    assert rank(recovery) == QueueRank.EMERGENCY
    assert Message.objects.filter(kind="alert", severity="emergency").exists()


def test_an_urgent_alert_is_snoozed_only_after_somebody_was_reached(recovery, nurse):
    record(recovery, **FLARE)
    alert = Alert.objects.get(rule="R18")
    with pytest.raises(NotAllowed, match="contact"):
        snooze(alert, nurse, level=9)
    contacts.record(recovery=recovery, user=nurse, now=NOW, kind="call", outcome="no_answer")
    with pytest.raises(NotAllowed, match="contact"):
        snooze(alert, nurse, level=9)
    contacts.record(recovery=recovery, user=nurse, now=NOW, kind="call", outcome="advised")
    snooze(alert, nurse, level=9)
    mails = Message.objects.filter(kind__in=["alert", "escalation"]).count()
    record(recovery, now=NOW + timedelta(hours=2), **FLARE)
    tick.run(now=NOW + timedelta(days=2))
    alert.refresh_from_db()
    assert (alert.state, alert.firings) == ("snoozed", 2)
    assert Message.objects.filter(kind__in=["alert", "escalation"]).count() == mails
    assert not Alert.objects.filter(rule="R42").exists()
    # Thursday, 10:00 in the clinic.
    record(recovery, now=NOW + timedelta(hours=61), pain_avg=10, pain_controlled=True)
    alert.refresh_from_db()
    assert (alert.state, rank(recovery)) == ("open", QueueRank.URGENT)
    assert Message.objects.filter(kind="alert").count() > mails


def test_one_that_was_contacted_comes_back_as_contacted(recovery, nurse):
    record(recovery, **FLARE)
    alert = Alert.objects.get(rule="R18")
    contacts.record(recovery=recovery, user=nurse, now=NOW, kind="call", outcome="advised")
    snooze(alert, nurse, level=9)
    tick.run(now=BORDER)
    alert.refresh_from_db()
    assert (alert.state, alert.returns_at) == ("contacted", None)


def test_a_contact_does_not_end_a_snooze_and_it_closes_as_any_other(recovery, leg_pain, nurse):
    snooze(leg_pain, nurse)
    contacts.record(recovery=recovery, user=nurse, now=NOW, kind="call", outcome="advised")
    leg_pain.refresh_from_db()
    assert leg_pain.state == "snoozed"
    alerts.close(recovery=recovery, read={leg_pain.uuid: 1}, user=nurse, now=NOW, reason="phone")
    leg_pain.refresh_from_db()
    assert (leg_pain.state, leg_pain.returns_at, leg_pain.expected_level) == ("closed", None, None)


def test_staff_wake_it_before_its_time(recovery, leg_pain, nurse):
    snooze(leg_pain, nurse)
    later = NOW + timedelta(hours=3)
    snoozes.wake(alert=leg_pain, user=nurse, now=later)
    leg_pain.refresh_from_db()
    assert (leg_pain.state, leg_pain.clock_from) == ("open", later)
    with pytest.raises(NotAllowed, match="not snoozed"):
        snoozes.wake(alert=leg_pain, user=nurse, now=later)


def test_it_cannot_be_snoozed_twice_or_without_a_reason(leg_pain, nurse):
    with pytest.raises(NotAllowed, match="expected"):
        snooze(leg_pain, nurse, reason="  ")
    snooze(leg_pain, nurse)
    with pytest.raises(NotAllowed, match="already handled"):
        snooze(leg_pain, nurse)


@pytest.mark.parametrize(
    ("answers", "rule"),
    [({"saddle": "yes"}, "R01"), ({"wound": ["opened"]}, "R13"), ({"fall": True}, "R35")],
)
def test_emergencies_and_rules_without_a_level_are_never_snoozed(recovery, nurse, answers, rule):
    record(recovery, **answers)
    with pytest.raises(NotAllowed, match="cannot be snoozed"):
        snooze(Alert.objects.get(rule=rule), nurse)


def test_no_emergency_rule_has_a_level():
    emergencies = {rule for rule, one in RULES_BY_ID.items() if one.severity == Severity.EMERGENCY}
    assert emergencies == set(NEVER_SNOOZED)
    assert not emergencies & set(LEVELS)


def test_the_database_snoozes_no_emergency(recovery, leg_pain, nurse):
    asleep = {"state": "snoozed", "expected_level": 5, "returns_at": BORDER}
    row = Alert.objects.filter(pk=leg_pain.pk)
    for wrong, rule in (
        (asleep | {"severity": "emergency"}, "no_emergency_is_snoozed"),
        (asleep | {"rule": "R01"}, "no_emergency_is_snoozed"),
        (asleep | {"expected_level": None}, "snoozed_alert_has_level_and_end"),
        (asleep | {"returns_at": None}, "snoozed_alert_has_level_and_end"),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            row.update(**wrong)
    good = {"alert": leg_pain, "by": nurse, "at": NOW, "reason": "x", "ends_at": BORDER}
    good |= {"phase": leg_pain.phase, "rule": "R33", "expected_level": 5}
    for wrong, rule in (
        ({"rule": "R01"}, "snooze_is_of_no_emergency_rule"),
        ({"reason": ""}, "snooze_has_a_reason"),
        ({"expected_level": 11}, "snooze_level_0_to_10"),
        ({"ends_at": NOW}, "snooze_ends_after_it_begins"),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Snooze.objects.create(**good | wrong)


@pytest.mark.parametrize(
    ("day", "days"),
    [
        pytest.param(1, 2, id="short-term ends with D2"),
        pytest.param(14, 1, id="the last day of the gradual return"),
        pytest.param(40, None, id="the follow-up has no end: 30 days"),
    ],
)
def test_the_border_of_each_phase(clinic, nurse, day, days):
    recovery = make_recovery(clinic, day=day, now=NOW)
    record(recovery, leg_pain=4, leg_pain_status="new_or_worse", leg_side="left")
    asleep = snooze(Alert.objects.get(rule="R33"), nurse)
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=ZoneInfo(ZONE))
    expected = NOW + timedelta(days=30) if days is None else midnight + timedelta(days=days)
    assert asleep.returns_at == expected
