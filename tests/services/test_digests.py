"""The morning mail: when it is owed, to whom, and what it counts. TODAY is a Monday."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from recovery.models import Clinic, Membership, Message, Recovery, Role
from recovery.queries import digest
from recovery.services import clinics, delivery, digests, oncall, status
from tests.cast import NUMBERS, ZONE, make_recovery
from tests.services.test_tick import local

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
State = Message.State


@pytest.fixture
def overdue(clinic, nurse) -> Recovery:
    """Nobody has answered this patient's check-ins; the clinic's next morning mail is Monday's."""
    clinics.update(clinic=clinic, values={"digest_at": time(8, 30)}, now=local(5))
    recovery = make_recovery(clinic, day=5, now=local(5))
    Message.objects.all().delete()
    return recovery


def owed() -> list[tuple[str, datetime]]:
    rows = Message.objects.filter(kind="digest").order_by("created_at", "user")
    return list(rows.values_list("user__name", "created_at"))


def test_it_is_owed_once_at_its_time(overdue):
    for minute in (29, 30, 31, 59):
        digests.run(now=local(8, minute))
    digests.run(now=local(15))
    assert owed() == [("Nora", local(8, 30))]


def test_it_goes_to_every_nurse_and_clinician_who_wants_it(
    overdue, clinic, nurse, clinician, second_nurse, manager
):
    Membership.objects.create(user=clinician, clinic=clinic, role=Role.NURSE)
    mails = dict.fromkeys(oncall.MAILS, True) | {"digest_mails": False}
    oncall.choose(clinic=clinic, user=second_nurse, mails=mails)
    digests.run(now=local(8, 30))
    assert {name for name, _at in owed()} == {"Nora", "Mia"}


def test_nothing_is_owed_when_nobody_waits(clinic, nurse):
    clinics.update(clinic=clinic, values={"digest_at": time(8, 30)}, now=local(5))
    assert digests.run(now=local(8, 30)) == 1
    assert owed() == []


def test_a_week_with_a_holiday_and_its_weekend(overdue, clinic):
    clinics.add_holiday(clinic=clinic, on=date(2026, 3, 4), name="Founders", now=local(5))
    for hours in range(24 * 8):
        digests.run(now=local(5) + hours * HOUR)
    days = [at.astimezone(ZoneInfo(ZONE)).strftime("%a %H") for _name, at in owed()]
    assert days == ["Mon 09", "Tue 09", "Thu 09", "Fri 09", "Mon 09"]


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        pytest.param(local(14), [local(14)], id="the same day: it goes late"),
        pytest.param(local(9, days=3), [local(9, days=3)], id="three days: one, that day's"),
        pytest.param(local(7, days=3), [], id="before the hour: not yet"),
        pytest.param(local(9, days=5), [], id="a Saturday: none"),
    ],
)
def test_after_downtime_there_is_one_and_not_a_pile(overdue, back, expected):
    for _ in range(2):
        digests.run(now=back)
    assert [at for _name, at in owed()] == expected
    clinic = Clinic.objects.get()
    assert clinic.next_digest_at > back


@pytest.mark.parametrize(
    ("zone", "on", "at", "expected"),
    [
        pytest.param(
            "America/New_York",
            date(2026, 3, 8),
            time(2, 30),
            datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
            id="an hour that the spring skips: the first minute after it",
        ),
        pytest.param(
            "America/New_York",
            date(2026, 11, 1),
            time(1, 30),
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
            id="an hour that the autumn has twice: the first",
        ),
    ],
)
def test_a_clock_change_sends_it_once(zone, on, at, expected, nurse, clinic):
    Clinic.objects.filter(pk=clinic.pk).update(zone=zone, hours=[["00:30", "12:00"]] * 7)
    clinic.refresh_from_db()
    begin = expected - 3 * HOUR
    clinics.update(clinic=clinic, values={"digest_at": at}, now=begin)
    make_recovery(clinic, day=5, now=begin)
    Message.objects.all().delete()
    for minutes in range(0, 60 * 6, 15):
        digests.run(now=begin + minutes * MINUTE)
    assert owed() == [("Nora", expected)]


def test_a_mail_that_did_not_leave_on_its_day_never_goes_and_says_why(overdue, mail_server):
    digests.run(now=local(8, 30))
    assert delivery.deliver(clock=lambda: local(9, days=1)) == {State.NOT_SENT: 1}
    mail = Message.objects.get(kind="digest")
    assert (mail.state, mail.reason) == ("not_sent", "too_old")


def test_what_was_done_meanwhile_needs_no_mail(overdue, mail_server):
    digests.run(now=local(8, 30))
    Recovery.objects.update(queue_rank=None, queue_since=None)
    assert delivery.deliver(clock=lambda: local(8, 31)) == {State.NOT_SENT: 1}
    assert Message.objects.get().reason == "nothing_left"


def test_who_switched_it_off_or_left_meanwhile_gets_none(
    overdue, clinic, nurse, clinician, mail_server
):
    digests.run(now=local(8, 30))
    mails = dict.fromkeys(oncall.MAILS, True) | {"digest_mails": False}
    oncall.choose(clinic=clinic, user=nurse, mails=mails)
    Membership.objects.filter(user=clinician).update(is_active=False)
    assert delivery.deliver(clock=lambda: local(8, 31)) == {State.NOT_SENT: 2}
    reasons = dict(Message.objects.values_list("user__name", "reason"))
    assert reasons == {"Nora": "switched_off", "Mia": "inactive"}


def test_it_arrives_with_numbers_and_without_names(overdue, clinic, mail_server):
    ranks = {3: 2, 4: 1}
    for rank, count in ranks.items():
        for _ in range(count):
            one = make_recovery(clinic, day=5, now=local(5))
            Recovery.objects.filter(pk=one.pk).update(queue_rank=rank)
    Message.objects.all().delete()
    digests.run(now=local(8, 30))
    assert delivery.deliver(clock=lambda: local(8, 31)) == {State.SENT: 1}
    [mail] = mail_server.mails()
    assert mail.subject == "Northgate Spine Clinic: your queue this morning"
    for line in ("2 wait for a review.", "1 must be called.", "1 is overdue."):
        assert line in mail.text
        assert line in mail.html
    for recovery in Recovery.objects.select_related("patient"):
        assert recovery.patient.family_name not in mail.text + mail.html


def test_it_counts_what_the_queue_shows(overdue, clinic, harbor, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = digest.waiting([clinic.pk, harbor.pk])
    assert found == {clinic.pk: digest.Waiting(overdue=1)}


@pytest.mark.parametrize("count", [1, 2])
def test_who_answers_no_reminder_must_be_called_as_whose_address_fails(
    overdue, clinic, mail_server, count
):
    """Nobody's address fails."""
    for _ in range(count):
        one = make_recovery(clinic, day=5, now=local(5))
        one.call_since, one.call_for = local(5), "C90"
        status.set_queue_rank(one)
        one.save()
    Message.objects.all().delete()
    digests.run(now=local(8, 30))
    delivery.deliver(clock=lambda: local(8, 31))
    [mail] = mail_server.mails()
    for part in (mail.text, mail.html):
        assert f"{count} must be called." in part
        assert "fails" not in part


def test_a_round_with_nothing_due_is_one_read_of_an_index(overdue, django_assert_num_queries):
    digests.run(now=local(9))
    with django_assert_num_queries(1):
        assert digests.run(now=local(9, 1)) == 0


def test_a_clinic_that_cannot_be_counted_delays_no_other(overdue, harbor):
    Clinic.objects.filter(pk=harbor.pk).update(zone="Mars/Olympus", next_digest_at=local(4))
    assert digests.run(now=local(8, 30)) == 1
    assert len(owed()) == 1


def test_a_new_clinic_knows_its_first_morning(db):
    clinic = clinics.create(
        name="New",
        zone=ZONE,
        manager_email="m@new.example",
        manager_name="Max",
        now=local(7),
        **NUMBERS,
    )
    assert clinic.next_digest_at == local(8)
    clinics.update(clinic=clinic, values={"hours": [None] * 7}, now=local(7))
    clinic.refresh_from_db()
    assert clinic.next_digest_at is None
