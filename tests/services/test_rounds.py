"""The engine's rounds: what goes when, at what rate, and what the heartbeats say of it."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recovery import tasks
from recovery.models import CheckIn, Heartbeat, MailAllowance, Message, Patient, Recovery
from recovery.queries import engine
from recovery.services import claims, delivery, rounds, tick
from recovery.services.smtp import Answer
from tests.cast import make_recovery, user_of
from tests.crowd import at_once
from tests.engine import free_port
from tests.mailserver import CUT
from tests.services.test_delivery import AT, MINUTE, SECOND, owe, patient, patients, states
from tests.services.test_tick import local
from tests.texting import Provider, by_text

__all__ = ["patient", "patients"]
pytestmark = pytest.mark.django_db


# Spread over a few minutes
# -------------------------


@pytest.fixture
def crowd(clinic, nurse) -> list[Recovery]:
    return [make_recovery(clinic, day=5, now=local(6)) for _ in range(8)]


def owed() -> list[datetime]:
    rows = Message.objects.filter(state="owed", kind="reminder").order_by("recovery")
    return list(rows.values_list("send_after", flat=True))


def test_reminders_of_one_time_are_spread_after_it(crowd, settings):
    settings.REMINDER_SPREAD_MINUTES = 5
    tick.run(now=local(17))
    assert {message.planned_at for message in Message.objects.filter(state="owed")} == {local(17)}
    times = owed()
    assert len(set(times)) == 8
    assert all(local(17) <= at < local(17, 5) for at in times)


def test_the_spread_is_the_same_whenever_it_is_asked(crowd, settings):
    settings.REMINDER_SPREAD_MINUTES = 5
    tick.run(now=local(17))
    first = owed()
    Message.objects.all().delete()
    CheckIn.objects.update(reminders_settled=0)
    Recovery.objects.update(next_event_at=local(17))
    tick.run(now=local(17) + SECOND)
    assert [abs(a - b) <= SECOND for a, b in zip(first, owed(), strict=True)] == [True] * 8


def test_what_is_late_is_not_spread_again(crowd, settings):
    settings.REMINDER_SPREAD_MINUTES = 5
    tick.run(now=local(17, 6))
    assert set(owed()) == {local(17, 6)}


@pytest.mark.parametrize("minutes", [0, 60])
def test_the_spread_never_leaves_the_day(crowd, settings, minutes):
    settings.REMINDER_SPREAD_MINUTES = minutes
    tick.run(now=local(20, 30))
    assert all(local(20, 30) <= at < local(21) for at in owed())


def test_what_waits_for_the_morning_is_spread_over_it(crowd, settings):
    settings.REMINDER_SPREAD_MINUTES = 5
    tick.run(now=local(22))
    times = owed()
    assert len(set(times)) == 8
    assert all(local(8, days=1) <= at < local(8, 5, days=1) for at in times)


# A provider's rate
# -----------------


class Watch:
    """A clock that only waiting moves."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch(AT)


def sent_by(watch: Watch, **options: object) -> int:
    return delivery.deliver(clock=watch, pause=watch.wait, **options)["sent"]


@pytest.mark.parametrize(("rate", "seconds"), [(60, 29), (300, 5), (0, 0)])
def test_no_more_leave_than_the_provider_takes(
    patient, mail_server, settings, watch, rate, seconds
):
    settings.MAILS_PER_MINUTE = rate
    for _ in range(30):
        owe(patient, number=None)
    assert sent_by(watch) == 30
    assert (watch.at - AT).total_seconds() == pytest.approx(seconds, abs=1)


def test_all_senders_take_from_one_allowance(patient, mail_server, settings, watch):
    settings.MAILS_PER_MINUTE = 60
    for _ in range(4):
        owe(patient, number=None)
    # The first takes the second's worth, and the other nothing in the same second.
    assert [sent_by(watch, until=AT + SECOND / 2) for _ in range(2)] == [1, 0]


def test_an_alert_never_waits_for_the_allowance_but_counts_in_it(
    patient, nurse, mail_server, settings, watch
):
    settings.MAILS_PER_MINUTE = 60
    for _ in range(2):
        owe(patient, number=None)
    sent_by(watch, until=AT + SECOND / 2)
    alert = owe(patient, kind="alert", user=nurse, checkin=None, urgency=0)
    assert delivery.deliver(clock=lambda: AT, urgent=True)["sent"] == 1
    assert states(alert) == ["sent"]
    assert MailAllowance.objects.get().left < 0


def test_a_sender_that_dies_takes_only_its_share_with_it(patient, mail_server, settings, watch):
    settings.MAILS_PER_MINUTE = 60
    message = owe(patient)
    Message.objects.filter(pk=message.pk).update(
        state="claimed", token=message.uuid, lease_until=AT + MINUTE
    )
    watch.wait(120)
    assert sent_by(watch) == 1


# Each channel by itself
# ----------------------


@pytest.fixture
def by_both(clinic, patient, mail_server, texts) -> tuple[Recovery, Recovery]:
    """Who is reminded by mail, and who by text."""
    other = by_text(make_recovery(clinic, day=5, now=local(6)))
    Message.objects.all().delete()
    return patient, other


def owe_both(by_both: tuple[Recovery, Recovery], mails: int, by_phone: int) -> None:
    mailed, texted = by_both
    for _ in range(mails):
        owe(mailed, number=None)
    for _ in range(by_phone):
        owe(texted, number=None, channel="sms", user=None)


def gone() -> dict[str, int]:
    rows = Message.objects.filter(state="sent").values_list("channel", flat=True)
    return dict(Counter(rows))


@pytest.mark.parametrize(
    ("mails_rate", "texts_rate", "in_ten_seconds"),
    [
        (0, 60, {"email": 50, "sms": 10}),
        (60, 0, {"email": 10, "sms": 50}),
        # A bucket holds a second's worth, so three more.
        (60, 180, {"email": 10, "sms": 31}),
        (0, 0, {"email": 50, "sms": 50}),
    ],
)
def test_what_waits_for_the_rate_of_one_channel_holds_nothing_of_the_other_back(
    by_both, settings, watch, mails_rate, texts_rate, in_ten_seconds
):
    settings.MAILS_PER_MINUTE, settings.TEXTS_PER_MINUTE = mails_rate, texts_rate
    owe_both(by_both, 50, 50)
    sent_by(watch, until=AT + 9.5 * SECOND)
    assert gone() == in_ten_seconds


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_sender_of_one_channel_takes_nothing_of_the_other(by_both, watch, channel):
    owe_both(by_both, 2, 2)
    assert sent_by(watch, channels=[channel]) == 2
    assert gone() == {channel: 2}


def test_all_senders_of_texts_take_from_one_allowance_and_leave_that_of_mails(
    by_both, settings, watch
):
    settings.MAILS_PER_MINUTE = settings.TEXTS_PER_MINUTE = 60
    owe_both(by_both, 2, 4)
    soon = {"until": AT + SECOND / 2, "channels": ["sms"]}
    assert [sent_by(watch, **soon) for _ in range(2)] == [1, 0]
    assert MailAllowance.objects.get().id == MailAllowance.TEXTS
    watch.at = AT
    assert sent_by(watch, until=AT + SECOND / 2, channels=["email"]) == 1


@pytest.mark.django_db(transaction=True)
def test_senders_at_once_take_what_there_is_of_each_channel_and_nothing_twice(
    by_both, mail_server, texts, settings
):
    settings.MAILS_PER_MINUTE, settings.TEXTS_PER_MINUTE = 600, 300
    owe_both(by_both, 30, 30)

    def sender() -> int:
        watch = Watch(AT)
        return sent_by(watch, until=AT + SECOND / 100)

    assert sum(at_once([sender] * 4)) == 15
    assert gone() == {"email": 10, "sms": 5}
    assert (len(mail_server.accepted), len(texts.all)) == (10, 5)
    assert set(MailAllowance.objects.values_list("id", "left")) == {(1, 0.0), (2, 0.0)}


@pytest.fixture
def slow_provider(settings, watch, monkeypatch) -> None:
    """Ten seconds a text."""

    def send(provider: Provider, text: object) -> Answer:
        watch.wait(10)
        return Answer.ACCEPTED

    monkeypatch.setattr(Provider, "send", send)
    settings.SMS_BACKEND = "tests.texting.Provider"


def test_a_slow_provider_of_texts_keeps_one_sender_of_both_for_ten_seconds_at_a_time(
    by_both, slow_provider, watch
):
    owe_both(by_both, 3 * claims.BATCH, 10)
    sent_by(watch, until=AT + 25 * SECOND)
    assert gone() == {"email": 3 * claims.BATCH, "sms": 3}
    waiting = Message.objects.filter(channel="sms").exclude(state="sent")
    assert set(waiting.values_list("state", "attempts", "token")) == {("owed", 0, None)}


def test_a_round_of_texts_ends_in_its_minute_with_nothing_in_hand(
    by_both, slow_provider, settings, watch
):
    settings.TEXTS_PER_MINUTE = 6000
    owe_both(by_both, 1, 20)
    with CaptureQueriesContext(connection) as captured:
        rounds.send_round(clock=watch, at=watch, channels=["sms"])
    assert (gone(), watch.at) == ({"sms": 5}, AT + rounds.ROUND)
    assert set(Message.objects.exclude(state="sent").values_list("state", flat=True)) == {"owed"}
    # What was claimed and did not go is in the bucket again.
    assert MailAllowance.objects.get().left == 95
    assert len([one for one in captured if "lease_until" in one["sql"]]) <= 12
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"text provider"}


def test_the_timetable_sends_each_channel_by_a_task_of_its_own(by_both, set_clock):
    set_clock(AT)
    owe_both(by_both, 1, 1)
    tasks.send_urgent()
    assert gone() == {}
    tasks.send()
    assert gone() == {"email": 1}
    tasks.send_texts()
    assert gone() == {"email": 1, "sms": 1}
    timetable = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"recovery.tasks.send", "recovery.tasks.send_texts"} <= timetable


# Heartbeats
# ----------


def send(now: datetime) -> None:
    rounds.send_round(clock=lambda: now, at=lambda: now)


def beat(name: str) -> Heartbeat:
    return Heartbeat.objects.get(name=name)


def test_nothing_to_send_and_all_is_well(patient, mail_server):
    send(AT)
    assert (beat("send").at, beat("send").behind_since) == (AT, None)
    assert not Heartbeat.objects.filter(name="mail server").exists()


def test_a_server_that_is_gone_is_known_since_the_first_refusal(patient, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    owe(patient)
    send(AT)
    # Every mail waits for its next try, and the server is asked nevertheless.
    send(AT + 10 * SECOND)
    assert beat("mail server").behind_since == AT


def test_a_server_that_is_back_is_known_before_the_next_mail_is_due(patient, settings, mail_server):
    there = settings.EMAIL_PORT
    settings.EMAIL_PORT = free_port()
    owe(patient)
    send(AT)
    settings.EMAIL_PORT = there
    send(AT + 10 * SECOND)
    assert beat("mail server").behind_since is None


def minutes(many: int, *, since: datetime = AT) -> set[str]:
    """What a round each minute leads to, in the words of /readyz."""
    for minute in range(many):
        now = since + minute * MINUTE
        send(now)
    health = engine.health(at=now)
    return {health[name] for name in ("send", "mail server", "mail acceptance")}


TURNED_AWAY = [
    ("at_rcpt", "451 4.3.0 Try again"),
    ("at_rcpt", "554 5.7.1 Relaying denied"),
    ("at_rcpt", "550 5.7.1 Blocked"),
    ("at_rcpt", "530 5.7.0 Authentication required"),
    ("at_rcpt", CUT),
    ("at_data", "451 Try again"),
    ("at_data", "554 We take nothing"),
]


@pytest.mark.parametrize(("step", "reply"), TURNED_AWAY)
def test_a_server_that_turns_everybody_away_is_known_in_five_minutes(
    patients, mail_server, step, reply
):
    for recovery in patients[:2]:
        owe(recovery, number=None)
        getattr(mail_server, step)[user_of(recovery).email] = reply
    assert minutes(5) == {"ok"}
    assert minutes(3, since=AT + 5 * MINUTE) > {"ok"}
    assert beat("mail acceptance").behind_since == AT
    assert mail_server.accepted == []


@pytest.mark.parametrize("reply", ["451 4.3.0 Try again", "554 5.7.1 Relaying denied"])
def test_it_is_known_also_where_the_addresses_come_one_by_one(patients, mail_server, reply):
    for minute, recovery in enumerate(patients[:2]):
        owe(recovery, number=None, send_after=AT + 3 * minute * MINUTE)
        mail_server.at_rcpt[user_of(recovery).email] = reply
    minutes(5)
    assert beat("mail acceptance").behind_since == AT + 3 * MINUTE


@pytest.mark.parametrize("reply", ["451 4.3.0 Try again", "554 5.7.1 Relaying denied"])
def test_a_server_that_takes_one_between_turns_not_all_away(patients, mail_server, reply):
    first, between, last = patients[:3]
    for minute, recovery in enumerate([first, between, last]):
        owe(recovery, number=None, send_after=AT + minute * MINUTE)
    for recovery in (first, last):
        mail_server.at_rcpt[user_of(recovery).email] = reply
    assert minutes(4) == {"ok"}
    assert mail_server.addresses == [user_of(between).email]


def test_a_server_that_refuses_the_sender_is_known_by_one_mail(patient, mail_server):
    owe(patient, number=None)
    mail_server.at_mail = "550 5.1.8 Sender's domain not found"
    assert minutes(6) > {"ok"}


@pytest.mark.parametrize(
    "reply", ["452 4.2.2 Mailbox full", "552 5.2.2 Mailbox full", "550 5.1.1 User unknown"]
)
def test_what_speaks_of_the_address_says_nothing_of_the_server(patients, mail_server, reply):
    for recovery in patients:
        owe(recovery, number=None)
        mail_server.at_rcpt[user_of(recovery).email] = reply
    assert minutes(6) == {"ok"}


def test_one_address_says_nothing_of_the_server(patient, mail_server):
    owe(patient, number=None)
    mail_server.at_rcpt[user_of(patient).email] = "451 4.3.0 Try again"
    assert minutes(6) == {"ok"}


@pytest.fixture
def turned_away(patients, mail_server) -> list[Recovery]:
    """Two to whom the server has taken no mail for six minutes."""
    for recovery in patients[:2]:
        owe(recovery, number=None)
        mail_server.at_rcpt[user_of(recovery).email] = "554 5.7.1 Relaying denied"
    assert minutes(6) > {"ok"}
    return patients[:2]


def test_an_accepted_mail_ends_it(turned_away, patients, mail_server):
    owe(patients[2], number=None)
    assert minutes(1, since=AT + 6 * MINUTE) == {"ok"}


def test_nothing_left_that_waits_ends_it(turned_away):
    CheckIn.objects.filter(state=CheckIn.State.OPEN).update(state=CheckIn.State.EXPIRED)
    assert minutes(1, since=AT + 6 * MINUTE) == {"ok"}


def test_what_a_round_leaves_over_is_behind_since_it_was_due(patient, mail_server, settings):
    owe(patient, number=None)
    owe(patient, number=None, send_after=AT - 10 * MINUTE)
    times = iter([AT])
    # The round is over before it has begun to send.
    rounds.send_round(clock=lambda: next(times, AT + MINUTE), at=lambda: AT + MINUTE)
    assert beat("send").behind_since == AT - 10 * MINUTE
    assert mail_server.accepted == []


@pytest.mark.parametrize(("by_beat", "names"), [(True, {"beat", "tick"}), (False, {"tick"})])
def test_only_the_timetable_shows_that_beat_lives(patient, by_beat, names):
    rounds.tick_round(now=AT, at=lambda: AT, by_beat=by_beat)
    assert set(Heartbeat.objects.values_list("name", flat=True)) == names


# Without Celery
# --------------


@pytest.fixture
def send_due(set_clock: Callable[[datetime], None]) -> Callable[[], str]:
    def send_due() -> str:
        out = StringIO()
        call_command("send_due", stdout=out)
        return out.getvalue()

    set_clock(local(17))
    return send_due


def test_send_due_does_a_minutes_work_and_says_what(crowd, mail_server, send_due):
    assert send_due().splitlines() == ["8 recoveries moved on to the present.", "8 mails sent."]
    assert len(mail_server.accepted) == 8
    assert send_due().splitlines() == ["0 recoveries moved on to the present."]
    assert set(Heartbeat.objects.values_list("name", flat=True)) >= {"beat", "tick", "send"}
    assert all(timezone.now() - row.at < MINUTE for row in Heartbeat.objects.all())


def test_send_due_fails_when_a_mail_is_refused(crowd, mail_server, send_due):
    mail_server.at_rcpt[user_of(crowd[0]).email] = "550 5.1.1 No such user"
    with pytest.raises(CommandError, match="1 mails failed for good"):
        send_due()
    assert len(mail_server.accepted) == 7


def test_send_due_fails_without_a_mail_server(crowd, settings, send_due):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with pytest.raises(CommandError, match="the mail server does not answer"):
        send_due()


def test_send_due_fails_when_the_server_turns_everybody_away(crowd, mail_server, send_due):
    for recovery in crowd:
        mail_server.at_rcpt[user_of(recovery).email] = "451 4.3.0 Try again"
    with pytest.raises(CommandError, match="the mail server turned every mail away"):
        send_due()


def test_send_due_fails_when_a_row_cannot_be_read(crowd, mail_server, send_due):
    Patient.objects.filter(pk=crowd[0].patient_id).update(zone="Mars/Olympus")
    with pytest.raises(CommandError, match="1 recoveries could not be read"):
        send_due()
    assert len(mail_server.accepted) == 7
