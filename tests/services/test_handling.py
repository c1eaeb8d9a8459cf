"""Who is on a row, whose it is, what is left to read, and filters of one's own."""

import uuid
from datetime import timedelta

import pytest

from recovery.models import AccessEvent, Alert, Duty, Membership, Note, Recovery
from recovery.models.recoveries import QueueRank
from recovery.services import alerts, contacts, handling, tick
from recovery.services.refusals import NotAllowed
from tests.cast import NOW, make_recovery
from tests.crowd import at_once
from tests.services.test_logs import record

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def silent(clinic, nurse) -> Recovery:
    """Overdue, with no alert."""
    recovery = make_recovery(clinic, day=20, now=NOW)
    recovery.alerts.all().delete()
    recovery.overdue_since = NOW - timedelta(days=1)
    recovery.queue_rank, recovery.queue_since = QueueRank.OVERDUE, recovery.overdue_since
    recovery.save()
    return recovery


def claim(recovery, user, now=NOW, **more):
    return handling.claim(recovery=recovery, user=user, now=now, **more)


def holder(recovery, now=LATER):
    hold = alerts.hold_of(Recovery.objects.get(pk=recovery.pk), [], now)
    return hold and hold.by


def test_a_row_without_an_alert_is_claimed_for_thirty_minutes(silent, nurse, second_nurse):
    claim(silent, nurse)
    assert holder(silent) == nurse
    with pytest.raises(NotAllowed, match="Nora is on it"):
        claim(silent, second_nurse, LATER)
    assert holder(silent, NOW + timedelta(minutes=30)) is None
    claim(silent, second_nurse, NOW + timedelta(minutes=30))
    assert holder(silent, NOW + timedelta(minutes=31)) == second_nurse


def test_taking_over_and_giving_back_are_recorded(silent, nurse, second_nurse):
    claim(silent, nurse)
    claim(silent, second_nurse, LATER, take_over=True)
    with pytest.raises(NotAllowed):
        handling.release(recovery=silent, user=nurse, now=LATER)
    handling.release(recovery=silent, user=second_nurse, now=LATER)
    assert holder(silent) is None
    deeds = AccessEvent.objects.filter(action="write").order_by("pk")
    assert [one.what for one in deeds][-3:] == ["claimed", "took over from Nora", "gave back"]


def test_a_row_with_alerts_is_claimed_by_them(clinic, nurse, second_nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    record(recovery, fall=True)
    assert claim(recovery, nurse).state == Alert.State.ACKNOWLEDGED
    record(recovery, now=LATER, calf_one_leg=True)
    # The new one is open, but a colleague is with this patient.
    with pytest.raises(NotAllowed, match="Nora"):
        claim(recovery, second_nurse, LATER)
    claim(recovery, nurse, LATER)
    assert set(recovery.alerts.values_list("state", flat=True)) == {"acknowledged"}


def test_a_claim_stops_no_clock(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    record(recovery, saddle="yes")
    before = Alert.objects.get()
    claim(recovery, nurse)
    after = Alert.objects.get()
    assert (after.clock_from, after.next_notice_at) == (before.clock_from, before.next_notice_at)


def test_a_contact_ends_the_claim_of_the_row(silent, nurse):
    claim(silent, nurse)
    contacts.record(recovery=silent, user=nurse, now=LATER, kind="call", outcome="advised")
    assert holder(silent) is None
    silent.refresh_from_db()
    assert (silent.last_contact_at, silent.last_contact_outcome) == (LATER, "advised")


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answers", [{"fall": True}, {}])
def test_of_many_who_claim_at_once_one_has_it(clinic, nurse, second_nurse, clinician, answers):
    recovery = make_recovery(clinic, day=5, now=NOW)
    record(recovery, **answers)
    people = [nurse, second_nurse, clinician]
    found = at_once([lambda user=user: claim(recovery, user) for user in people])
    assert sum(isinstance(one, NotAllowed) for one in found) == 2
    row = Recovery.objects.get(pk=recovery.pk)
    held = {one.claimed_by for one in Alert.objects.filter(state="acknowledged")}
    assert len(held or {row.held_by}) == 1


def test_assigned_to_somebody_who_works_here(silent, nurse, second_nurse, harbor_nurse, manager):
    handling.assign(recovery=silent, to=second_nurse, user=nurse, now=NOW)
    silent.refresh_from_db()
    assert silent.assigned_to == second_nurse
    for stranger in (harbor_nurse, manager):
        with pytest.raises(NotAllowed, match="works here"):
            handling.assign(recovery=silent, to=stranger, user=nurse, now=NOW)
    Membership.objects.filter(user=nurse).update(is_active=False)
    with pytest.raises(NotAllowed):
        handling.assign(recovery=silent, to=nurse, user=second_nurse, now=NOW)
    handling.assign(recovery=silent, to=None, user=second_nurse, now=NOW)
    silent.refresh_from_db()
    assert silent.assigned_to is None


def test_a_note_is_left_once(silent, nurse):
    name = uuid.uuid4()
    for _ in range(2):
        handling.leave_note(
            recovery=silent, text=" Rings after 5. ", client_id=name, user=nurse, now=NOW
        )
    assert Note.objects.get().text == "Rings after 5."
    assert AccessEvent.objects.filter(what="note").count() == 1


def test_filters_are_a_persons_own_and_have_an_end(clinic, nurse, second_nurse):
    saved = {"name": "Now", "only": ["urgent"], "mine": False}
    for only in (["urgent"], ["emergency", "urgent"]):
        handling.save_filter(clinic=clinic, user=nurse, saved=saved | {"only": only})
    assert Duty.objects.get(user=nurse).queue_filters == [saved | {"only": ["emergency", "urgent"]}]
    assert not Duty.objects.filter(user=second_nurse).exists()
    for number in range(11):
        handling.save_filter(clinic=clinic, user=nurse, saved=saved | {"name": str(number)})
    with pytest.raises(NotAllowed, match="Twelve"):
        handling.save_filter(clinic=clinic, user=nurse, saved=saved | {"name": "one more"})
    handling.drop_filter(clinic=clinic, user=nurse, name="Now")
    assert len(Duty.objects.get(user=nurse).queue_filters) == 11


# Handled ones stay in sight
# --------------------------


def test_what_was_closed_stays_until_the_clinics_day_ends(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    record(recovery, fall=True)
    alerts.close(
        recovery=recovery,
        read={Alert.objects.get().uuid: 1},
        user=nurse,
        now=LATER,
        reason="duplicate",
    )
    recovery.refresh_from_db()
    assert (recovery.queue_rank, recovery.queue_since) == (QueueRank.HANDLED, LATER)
    # NOW is 21:00 in New York.
    midnight = NOW + timedelta(hours=3)
    tick.run(now=midnight - timedelta(minutes=1))
    recovery.refresh_from_db()
    assert recovery.queue_rank == QueueRank.HANDLED
    tick.run(now=midnight)
    recovery.refresh_from_db()
    assert (recovery.queue_rank, recovery.handled_at) == (None, None)


def test_what_fires_again_is_no_longer_handled(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    record(recovery, fall=True)
    read = {Alert.objects.get().uuid: 1}
    alerts.close(recovery=recovery, read=read, user=nurse, now=LATER, reason="duplicate")
    record(recovery, now=LATER, fall=True)
    recovery.refresh_from_db()
    assert recovery.queue_rank == QueueRank.REVIEW
