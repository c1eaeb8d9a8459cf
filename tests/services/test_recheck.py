"""What is asked again when a mail is about to go: each reason why it then does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from recovery.models import (
    CheckIn,
    Consent,
    Membership,
    Message,
    Patient,
    PatientAccess,
    Recovery,
    User,
)
from recovery.services import delivery, messages
from tests.cast import ZONE, checkin_of, make_recovery, user_of
from tests.services.test_delivery import owe
from tests.services.test_logs import record
from tests.services.test_tick import local

pytestmark = pytest.mark.django_db
AT = local(17)


@pytest.fixture
def on_day_5(clinic, nurse, mail_server) -> Recovery:
    """To whom nothing is owed yet."""
    recovery = make_recovery(clinic, day=5, now=local(6))
    Message.objects.all().delete()
    return recovery


def outcome(message: Message) -> tuple[str, str]:
    delivery.deliver(clock=lambda: AT)
    message.refresh_from_db()
    return message.state, message.reason


def expired(recovery: Recovery) -> None:
    CheckIn.objects.update(due_at=AT, expires_at=AT)


def answered(recovery: Recovery) -> None:
    CheckIn.objects.update(state="completed", completed_at=AT)


REFUSALS: dict[str, tuple[Callable[[Recovery], object], str]] = {
    "the check-in was answered": (answered, "answered"),
    "the check-in has expired": (expired, "expired"),
    "its date was moved": (
        lambda r: CheckIn.objects.open().update(state="cancelled"),
        "not_followed",
    ),
    "consent was for no e-mail": (lambda r: Consent.objects.update(email_ok=False), "no_consent"),
    "consent was withdrawn": (lambda r: Consent.objects.update(withdrawn_at=AT), "no_consent"),
    "there never was a consent": (lambda r: Consent.objects.all().delete(), "no_consent"),
    "the patient has no address": (lambda r: Message.objects.update(user=None), "no_address"),
    "the account was closed": (
        lambda r: User.objects.filter(pk=user_of(r).pk).update(is_active=False),
        "inactive",
    ),
    "the person's access has ended": (
        lambda r: PatientAccess.objects.update(ended_at=AT),
        "inactive",
    ),
    "the address fails": (lambda r: Patient.objects.update(address_fails_at=AT), "address_fails"),
    "reminders were turned off": (
        lambda r: Patient.objects.update(reminders_off_at=AT),
        "opted_out",
    ),
} | {
    f"the recovery is {state}": (
        lambda r, state=state: Recovery.objects.update(state=state),
        "not_followed",
    )
    for state in ("paused", "completed", "withdrawn", "cancelled", "died")
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_reminder_does_not_go_when(on_day_5, mail_server, case):
    change, reason = REFUSALS[case]
    message = owe(on_day_5)
    change(on_day_5)
    assert outcome(message) == ("not_sent", reason)
    assert mail_server.accepted == []


def test_a_reminder_goes_when_nothing_has_changed(on_day_5, mail_server):
    assert outcome(owe(on_day_5)) == ("sent", "")
    assert mail_server.addresses == [user_of(on_day_5).email]


def test_an_invitation_goes_though_reminders_are_off(on_day_5):
    Patient.objects.update(reminders_off_at=AT)
    assert outcome(owe(on_day_5, kind="invitation", checkin=None, number=None)) == ("sent", "")


def test_an_answer_that_comes_while_a_sender_holds_the_mail_stops_it(on_day_5, mail_server):
    message = owe(on_day_5)

    def clock():
        if mail_server.envelopes and not on_day_5.logs.exists():
            record(on_day_5, now=AT)
        return AT

    delivery.deliver(clock=clock)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("not_sent", "answered")
    assert mail_server.accepted == []


# Two a day
# ---------

SENT_TODAY = (local(8), local(12))
# On the evening before, which is the same date in UTC.
SENT_LAST_EVENING = (local(19, 30, days=-1), local(20, 30, days=-1))


def sent(recovery: Recovery, at, **fields) -> Message:
    return owe(recovery, state="sent", sent_at=at, **fields)


@pytest.mark.parametrize(
    ("times", "fields", "expected"),
    [
        pytest.param(SENT_TODAY, {}, ("not_sent", "capped"), id="two went today"),
        pytest.param(SENT_TODAY[:1], {}, ("sent", ""), id="one went today"),
        pytest.param(SENT_LAST_EVENING, {}, ("sent", ""), id="two went last evening there"),
        pytest.param(SENT_TODAY, {"number": None}, ("sent", ""), id="both were asked for"),
    ],
)
def test_two_reminders_a_day_in_the_patients_zone(on_day_5, times, fields, expected):
    assert len({at.date() for at in (*times, AT)}) <= 2
    for at in times:
        sent(on_day_5, at, **fields)
    assert outcome(owe(on_day_5)) == expected


def test_what_may_have_gone_counts_as_gone(on_day_5):
    for _ in SENT_TODAY:
        owe(on_day_5, state="unknown", send_after=AT - timedelta(hours=1))
    assert outcome(owe(on_day_5)) == ("not_sent", "capped")


def test_reminders_of_one_batch_count_against_each_other(on_day_5, mail_server):
    sent(on_day_5, SENT_TODAY[0])
    first, second = owe(on_day_5), owe(on_day_5)
    assert outcome(first) == ("sent", "")
    assert outcome(second) == ("not_sent", "capped")


def test_a_link_that_was_asked_for_goes_beyond_the_two(on_day_5):
    for at in SENT_TODAY:
        sent(on_day_5, at)
    assert outcome(owe(on_day_5, number=None)) == ("sent", "")


@pytest.mark.parametrize("only", ["", "logs"])
def test_a_link_that_was_asked_for_goes_though_reminders_are_off(on_day_5, mail_server, only):
    messages.turn_off(patient=on_day_5.patient, now=AT, only=only)
    messages.renew_link(checkin_of(on_day_5, "DAY-05"), now=AT)
    messages.turn_off(patient=on_day_5.patient, now=AT)
    assert outcome(Message.objects.get()) == ("sent", "")
    assert mail_server.addresses == [user_of(on_day_5).email]


# Staff
# -----


@pytest.mark.parametrize("kind", ["alert", "escalation"])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda: None, ("sent", ""), id="in service"),
        pytest.param(
            lambda: Membership.objects.update(is_active=False),
            ("not_sent", "inactive"),
            id="role ended",
        ),
        pytest.param(
            lambda: Membership.objects.update(role="manager"),
            ("not_sent", "inactive"),
            id="now a manager",
        ),
        pytest.param(
            lambda: User.objects.update(is_active=False),
            ("not_sent", "inactive"),
            id="account closed",
        ),
    ],
)
def test_alerts_go_to_those_who_are_still_in_service(on_day_5, nurse, kind, change, expected):
    message = owe(on_day_5, kind=kind, user=nurse, checkin=None)
    change()
    assert outcome(message) == expected


@pytest.mark.parametrize(("active", "expected"), [(True, "sent"), (False, "not_sent")])
def test_a_password_mail_goes_to_an_open_account(clinic, nurse, mail_server, active, expected):
    User.objects.filter(pk=nurse.pk).update(is_active=active)
    message = owe(None, clinic=clinic, kind="invitation", user=nurse, checkin=None, number=None)
    assert outcome(message)[0] == expected


def test_a_patient_of_another_clinic_costs_nobody_their_consent(on_day_5, harbor, mail_server):
    other = make_recovery(harbor, day=5, now=local(6), zone=ZONE, email_ok=False)
    first, second = owe(on_day_5), owe(other)
    assert outcome(first) == ("sent", "")
    assert outcome(second) == ("not_sent", "no_consent")


def test_an_answer_to_another_checkin_stops_nothing(on_day_5):
    CheckIn.objects.filter(pk=checkin_of(on_day_5, "DAY-04").pk).update(
        state="completed", completed_at=AT
    )
    assert outcome(owe(on_day_5)) == ("sent", "")
