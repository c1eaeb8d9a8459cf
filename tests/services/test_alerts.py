"""What staff do with alerts and what the rules refuse them."""

from datetime import timedelta

import pytest

from recovery.models import AccessEvent, Alert, Message
from recovery.models.recoveries import QueueRank
from recovery.services import alerts, contacts
from recovery.services.refusals import NotAllowed
from tests.cast import NOW, make_recovery
from tests.services.test_logs import record

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def alert(clinic, nurse) -> Alert:
    record(make_recovery(clinic, day=5, now=NOW), saddle="yes")
    return Alert.objects.get()


def contact(alert: Alert, user, outcome="advised", now=LATER, **kwargs):
    return contacts.record(
        recovery=alert.recovery, user=user, now=now, kind="call", outcome=outcome, **kwargs
    )


def close(alert: Alert, user, reason="phone", **kwargs) -> Alert:
    [closed] = alerts.close(
        recovery=alert.recovery,
        read={alert.uuid: alert.firings},
        user=user,
        now=LATER,
        reason=reason,
        **kwargs,
    )
    return closed


def test_a_claim_says_who_and_until_when(alert, nurse):
    claimed = alerts.claim(alert=alert, user=nurse, now=LATER)
    assert (claimed.state, claimed.claimed_by) == (Alert.State.ACKNOWLEDGED, nurse)
    assert claimed.claimed_until == LATER + timedelta(minutes=30)
    assert claimed.next_notice_at == NOW + timedelta(minutes=15)


def test_a_colleagues_claim_is_respected_until_it_is_taken_over(alert, nurse, second_nurse):
    alerts.claim(alert=alert, user=nurse, now=LATER)
    with pytest.raises(NotAllowed, match="Nora"):
        alerts.claim(alert=alert, user=second_nurse, now=LATER)
    taken = alerts.claim(alert=alert, user=second_nurse, now=LATER, take_over=True)
    assert taken.claimed_by == second_nurse
    assert AccessEvent.objects.filter(user=second_nurse, what="took over from Nora R01").exists()


def test_only_the_holder_gives_a_claim_back(alert, nurse, second_nurse):
    alerts.claim(alert=alert, user=nurse, now=LATER)
    with pytest.raises(NotAllowed):
        alerts.release(alert=alert, user=second_nurse, now=LATER)
    assert alerts.release(alert=alert, user=nurse, now=LATER).state == Alert.State.OPEN


def test_an_emergency_closes_only_after_somebody_was_reached(alert, nurse):
    with pytest.raises(NotAllowed, match="contact"):
        close(alert, nurse)
    contact(alert, nurse, "no_answer")
    with pytest.raises(NotAllowed, match="contact"):
        close(alert, nurse)
    contact(alert, nurse, "ed")
    closed = close(alert, nurse)
    assert (closed.state, closed.closed_by, closed.closing_reason) == ("closed", nurse, "phone")
    closed.recovery.refresh_from_db()
    assert closed.recovery.queue_rank == QueueRank.HANDLED


def test_a_review_alert_closes_without_a_contact(clinic, nurse):
    record(make_recovery(clinic, day=5, now=NOW), fall=True)
    closed = close(Alert.objects.get(), nurse, "seen")
    assert closed.state == Alert.State.CLOSED


def test_other_needs_words(clinic, nurse):
    record(make_recovery(clinic, day=5, now=NOW), fall=True)
    with pytest.raises(NotAllowed, match="why"):
        close(Alert.objects.get(), nurse, "other", text="  ")


def test_a_closed_alert_stays_closed_and_the_rule_raises_a_new_one(alert, nurse):
    contact(alert, nurse)
    close(alert, nurse)
    with pytest.raises(NotAllowed, match="closed"):
        close(alert, nurse)
    record(alert.recovery, saddle="yes", now=LATER)
    assert sorted(Alert.objects.values_list("state", flat=True)) == ["closed", "open"]


def test_a_contact_counts_for_every_alert_unless_unticked(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    record(recovery, saddle="yes", fall=True)
    emergency, review = Alert.objects.order_by("rule")
    contact(emergency, nurse, read={emergency.uuid: 1})
    emergency.refresh_from_db()
    review.refresh_from_db()
    assert (emergency.state, review.state) == ("contacted", "open")
    recovery.refresh_from_db()
    assert recovery.queue_rank == 3


def test_a_contact_stops_the_mails_that_still_wait(alert, nurse):
    contact(alert, nurse)
    assert set(Message.objects.filter(kind="alert").values_list("state", "reason")) == {
        ("not_sent", "contacted")
    }


def test_no_answer_after_a_contact_takes_nothing_back(alert, nurse):
    contact(alert, nurse, "booked")
    contact(alert, nurse, "no_answer")
    alert.refresh_from_db()
    assert alert.state == Alert.State.CONTACTED


def test_the_queue_stands_on_the_worst_alert_and_its_oldest_clock(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    record(recovery, fall=True)
    record(recovery, calf_one_leg=True, now=LATER)
    recovery.refresh_from_db()
    assert (recovery.queue_rank, recovery.queue_since) == (2, LATER)
