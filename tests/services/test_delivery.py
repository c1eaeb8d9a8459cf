"""Delivery through a real SMTP server: what is sent, what is sent again, and what never is.

A sender dies or freezes where its clock says so: the clock is asked between all steps, so a clock
that raises leaves the rows as kill -9 does, and one that lets another sender work is a freeze.
"""

import shutil
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from recovery.models import Message, Patient, Recovery, User
from recovery.models.recoveries import QueueRank
from recovery.services import addresses, claims, delivery, logs, messages, tick
from recovery.services.smtp import Handover, Letter, Result
from tests.cast import QUIET, checkin_of, make_recovery, user_of
from tests.crowd import at_once
from tests.engine import free_port
from tests.mailserver import CUT, MailServer
from tests.services.test_tick import local

pytestmark = pytest.mark.django_db
AT = local(17)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LAPSED = AT + 2 * MINUTE
_numbers = count(1)


def owe(recovery: Recovery | None, **fields: Any) -> Message:
    """A row of the outbox: the first reminder of day 5 at 17:00, unless `fields` say otherwise."""
    if recovery is not None:
        fields = {
            "clinic": recovery.clinic,
            "recovery": recovery,
            "user": user_of(recovery),
            "checkin": checkin_of(recovery, "DAY-05"),
            **fields,
        }
    return Message.objects.create(
        **{
            "kind": "reminder",
            "dedupe_key": f"test:{next(_numbers)}",
            "number": 1,
            "created_at": AT,
            "planned_at": AT,
            "send_after": AT,
            **fields,
        }
    )


@pytest.fixture
def patients(clinic, nurse) -> list[Recovery]:
    """Five on day 5, to whom nothing is owed yet."""
    found = [make_recovery(clinic, day=5, now=local(6)) for _ in range(5)]
    Message.objects.all().delete()
    return found


@pytest.fixture
def patient(patients) -> Recovery:
    return patients[0]


def address(recovery: Recovery) -> str:
    return user_of(recovery).email


def send(at: datetime = AT) -> int:
    return delivery.deliver(clock=lambda: at)["sent"]


def states(*found: Message) -> list[str]:
    for message in found:
        message.refresh_from_db()
    return [message.state for message in found]


# What a server says
# ------------------


def test_an_accepted_mail_is_sent_once(patient, mail_server):
    message = owe(patient)
    assert (send(), send(), send(AT + HOUR)) == (1, 0, 0)
    assert states(message) == ["sent"]
    assert (message.sent_at, message.lease_until) == (AT, None)
    [mail] = mail_server.mails()
    assert mail.to == address(patient)
    assert dict(mail.headers)["Message-ID"] == message.message_id


def test_a_refused_address_delays_nobody_and_puts_the_patient_in_the_queue(patients, mail_server):
    found = [owe(recovery) for recovery in patients]
    mail_server.at_rcpt[address(patients[2])] = "550 5.1.1 No such user"
    assert send() == 4
    assert states(*found) == ["sent", "sent", "refused", "sent", "sent"]
    assert found[2].reason == "address_fails"
    patients[2].refresh_from_db()
    assert (patients[2].queue_rank, patients[2].queue_since) == (4, AT)
    assert list(Patient.objects.filter(address_fails_at=AT)) == [patients[2].patient]


def test_a_refused_mail_says_so_and_leaves_the_address_alone(patient, mail_server):
    message = owe(patient)
    mail_server.at_data[address(patient)] = "554 Looks like spam"
    send()
    assert states(message) == ["refused"]
    assert message.reason == "server"
    assert not Patient.objects.exclude(address_fails_at=None).exists()


@pytest.mark.parametrize("step", ["at_rcpt", "at_data"])
def test_an_alert_that_the_server_refuses_is_tried_again_until_it_takes_it(
    patient, nurse, mail_server, step
):
    message = owe(patient, kind="alert", user=nurse, checkin=None, severity="emergency", urgency=0)
    getattr(mail_server, step)[nurse.email] = "554 5.7.1 Relaying denied"
    send()
    assert (states(message), message.send_after) == (["owed"], AT + MINUTE)
    getattr(mail_server, step).clear()
    assert send(AT + MINUTE) == 1
    assert mail_server.addresses == [nurse.email]


def test_a_refused_staff_address_touches_no_patient(patient, nurse, mail_server):
    message = owe(patient, kind="alert", user=nurse, checkin=None)
    mail_server.at_rcpt[nurse.email] = "550 No such user"
    send()
    assert states(message) == ["refused"]
    assert not Patient.objects.exclude(address_fails_at=None).exists()


@pytest.mark.parametrize("step", ["at_rcpt", "at_data"])
def test_a_temporary_refusal_waits_longer_each_time(patient, mail_server, step):
    message = owe(patient, send_after=local(9))
    replies = getattr(mail_server, step)
    replies[address(patient)] = "451 Try again"
    at, waits = local(9), []
    for _ in range(6):
        send(at)
        assert states(message) == ["owed"]
        waits.append((message.send_after - at) // MINUTE)
        assert send(message.send_after - SECOND) == 0
        at = message.send_after
    assert waits == [1, 5, 15, 60, 60, 60]
    replies.clear()
    assert send(at) == 1


def test_an_alert_waits_five_minutes_at_most_for_a_server_that_was_away(
    patient, nurse, mail_server, settings
):
    message = owe(patient, kind="alert", user=nurse, checkin=None, severity="emergency", urgency=0)
    there = settings.EMAIL_PORT
    settings.EMAIL_PORT = free_port()
    at, waits = AT, []
    for _ in range(5):
        assert send(at) == 0
        assert states(message) == ["owed"]
        waits.append((message.send_after - at) // MINUTE)
        at = message.send_after
    assert waits == [1, 5, 5, 5, 5]
    settings.EMAIL_PORT = there
    assert send(at) == 1


def test_a_temporary_refusal_delays_nobody_else(patients, mail_server):
    found = [owe(recovery) for recovery in patients]
    mail_server.at_rcpt[address(patients[0])] = "450 Mailbox busy"
    assert send() == 4
    assert states(*found) == ["owed", "sent", "sent", "sent", "sent"]


def test_without_a_server_all_stays_owed(patients, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    found = [owe(recovery) for recovery in patients]
    assert send() == 0
    assert states(*found) == ["owed"] * 5
    assert {message.send_after for message in found} == {AT + MINUTE}


def test_a_server_that_goes_away_in_the_middle_leaves_the_rest_owed(patients, mail_server):
    found = [owe(recovery) for recovery in patients]

    def clock() -> datetime:
        if len(mail_server.accepted) == 2:
            mail_server.close()
        return AT

    assert delivery.deliver(clock=clock)["sent"] == 2
    assert states(*found) == ["sent", "sent", "owed", "owed", "owed"]


@pytest.mark.parametrize("keeps", [True, False])
def test_a_reminder_cut_in_the_hand_over_is_unknown_and_never_goes_again(
    patients, mail_server, keeps
):
    found = [owe(recovery) for recovery in patients]
    mail_server.keeps = keeps
    mail_server.at_data[address(patients[1])] = CUT
    send()
    mail_server.at_data.clear()
    send(AT + HOUR)
    assert states(*found) == ["sent", "unknown", "sent", "sent", "sent"]
    assert found[1].message_id
    assert mail_server.addresses.count(address(patients[1])) == keeps
    assert mail_server.connections == 2


def test_an_alert_cut_in_the_hand_over_goes_again_as_the_same_mail(patient, nurse, mail_server):
    message = owe(patient, kind="alert", user=nurse, checkin=None)
    mail_server.at_data[nurse.email] = CUT
    send()
    mail_server.at_data.clear()
    assert (send(AT + 59 * SECOND), send(AT + MINUTE)) == (0, 1)
    assert states(message) == ["sent"]
    first, second = [dict(mail.headers)["Message-ID"] for mail in mail_server.mails()]
    assert first == second


def test_a_connection_cut_after_the_answer_changes_nothing(patients, mail_server):
    found = [owe(recovery) for recovery in patients]
    mail_server.cut_afterwards.add(address(patients[0]))
    send()
    assert states(*found) == ["sent"] * 5
    assert sorted(mail_server.addresses) == sorted(map(address, patients))


# Senders that die or freeze
# --------------------------


class Killed(BaseException):
    pass


def kill(when: Callable[[], bool], at: datetime = AT) -> None:
    """A sender that is gone as soon as `when`."""

    def clock() -> datetime:
        if when():
            raise Killed
        return at

    with pytest.raises(Killed):
        delivery.deliver(clock=clock)


def freeze(when: Callable[[], bool], look: Callable[[], list[str]] = list) -> list[str]:
    """A sender that stands still as soon as `when`, past its lease, while another works.

    Returns what `look` saw just before it went on.
    """
    seen: list[list[str]] = []

    def clock() -> datetime:
        if not seen and when():
            send(LAPSED)
            seen.append(look())
        return LAPSED + MINUTE if seen else AT

    delivery.deliver(clock=clock)
    return seen[0]


def claimed() -> bool:
    return Message.objects.filter(state="claimed").exists()


def handing() -> bool:
    return Message.objects.filter(state="handing").exists()


def test_what_a_dead_sender_had_claimed_is_sent_by_another(patients, mail_server):
    found = [owe(recovery) for recovery in patients]
    kill(claimed)
    assert send(AT + 59 * SECOND) == 0
    assert send(LAPSED) == 5
    assert states(*found) == ["sent"] * 5
    assert len(set(mail_server.addresses)) == len(mail_server.addresses) == 5


def test_dead_senders_do_not_make_the_wait_after_a_refusal_longer(patient, mail_server):
    """No server was asked, however often somebody died with the mail."""
    message = owe(patient)
    at = AT
    for _ in range(4):
        kill(claimed, at)
        at += LAPSED - AT
    mail_server.at_rcpt[address(patient)] = "451 4.7.1 Try again later"
    send(at)
    message.refresh_from_db()
    assert message.send_after == at + MINUTE


def test_what_a_dead_sender_was_handing_over_is_unknown_and_the_rest_goes(patients, mail_server):
    found = [owe(recovery) for recovery in patients]
    kill(lambda: len(mail_server.accepted) == 2)
    assert states(*found) == ["sent", "handing", "claimed", "claimed", "claimed"]
    send(LAPSED)
    assert states(*found) == ["sent", "unknown", "sent", "sent", "sent"]
    assert len(set(mail_server.addresses)) == len(mail_server.addresses) == 5


def test_an_alert_that_a_dead_sender_was_handing_over_goes_again(patient, nurse, mail_server):
    message = owe(patient, kind="alert", user=nurse, checkin=None)
    kill(lambda: bool(mail_server.accepted))
    assert send(LAPSED) == 1
    assert states(message) == ["sent"]


def test_a_sender_frozen_before_the_hand_over_sends_nothing_afterwards(patients, mail_server):
    found = [owe(recovery) for recovery in patients]
    freeze(lambda: bool(mail_server.envelopes))
    assert states(*found) == ["sent"] * 5
    assert len(set(mail_server.addresses)) == len(mail_server.addresses) == 5


def test_a_sender_frozen_in_the_hand_over_still_records_what_it_learns(patients, mail_server):
    found = [owe(recovery) for recovery in patients]
    meanwhile = freeze(lambda: bool(mail_server.accepted), look=lambda: states(*found))
    assert meanwhile == ["unknown", "sent", "sent", "sent", "sent"]
    assert states(*found) == ["sent"] * 5
    assert len(set(mail_server.addresses)) == len(mail_server.addresses) == 5


def test_a_sender_frozen_in_the_hand_over_gives_back_what_the_server_did_not_take(
    patient, mail_server
):
    """Nobody else may send an unknown reminder, so it is still the frozen sender's to return."""
    message = owe(patient)
    mail_server.at_data[address(patient)] = "451 Try again"
    freeze(handing)
    assert states(message) == ["owed"]


# A row or a template that breaks
# -------------------------------


def no_zone(recovery: Recovery) -> None:
    Patient.objects.filter(pk=recovery.patient_id).update(zone="Mars/Olympus")


def no_checkin(recovery: Recovery) -> None:
    Message.objects.filter(recovery=recovery).update(checkin=None)


def no_address(recovery: Recovery) -> None:
    User.objects.filter(pk=user_of(recovery).pk).update(email="two\nlines@example.org")


def letters_no_server_takes(recovery: Recovery) -> None:
    User.objects.filter(pk=user_of(recovery).pk).update(email="rüth@example.org")


@pytest.mark.parametrize("wreck", [no_zone, no_checkin, no_address, letters_no_server_takes])
def test_a_row_that_breaks_delays_nobody_else(patients, mail_server, wreck):
    found = [owe(recovery) for recovery in patients]
    wreck(patients[1])
    assert send() == 4
    assert states(*found) == ["sent", "owed", "sent", "sent", "sent"]


@pytest.mark.parametrize("wreck", [no_zone, no_checkin, no_address, letters_no_server_takes])
def test_a_row_that_breaks_is_set_aside_after_three_tries(patients, mail_server, wreck):
    message = owe(patients[1])
    wreck(patients[1])
    for at, state in [(AT, "owed"), (AT + MINUTE, "owed"), (AT + 6 * MINUTE, "refused")]:
        send(at)
        assert states(message) == [state]
    assert (message.reason, message.failures) == ("broken", 3)
    assert message.fault
    assert send(AT + HOUR) == 0
    assert mail_server.envelopes == []


def test_a_row_that_is_mended_between_its_tries_goes(patients, mail_server):
    message = owe(patients[1])
    letters_no_server_takes(patients[1])
    send()
    User.objects.filter(pk=message.user_id).update(email="ruth@example.org")
    assert send(AT + MINUTE) == 1
    assert states(message) == ["sent"]


def test_a_template_that_breaks_delays_only_its_own_kind(patient, nurse, mail_server, broken_mail):
    broken_mail("reminder.txt", "{% this is no template %}")
    found = [owe(patient), owe(patient, kind="alert", user=nurse, checkin=None)]
    assert send() == 1
    assert states(*found) == ["owed", "sent"]
    assert found[0].fault == "TemplateSyntaxError"


@pytest.fixture
def breaking_server(monkeypatch: pytest.MonkeyPatch, patients: list[Recovery]) -> Callable:
    """Handing over to the second patient raises what nobody thought of, at the given step."""

    def breaking_server(step: str) -> None:
        as_ever = getattr(Handover, step)

        def breaks(server: Handover, letter: Letter) -> Result:
            result = as_ever(server, letter)
            if letter.recipient == address(patients[1]):
                raise RuntimeError("nobody thought of this")
            return result

        monkeypatch.setattr(Handover, step, breaks)

    return breaking_server


def test_a_hand_over_that_breaks_is_tried_three_times(patients, mail_server, breaking_server):
    found = [owe(recovery) for recovery in patients]
    breaking_server("envelope")
    assert send() == 4
    assert states(*found) == ["sent", "owed", "sent", "sent", "sent"]
    send(AT + MINUTE)
    send(AT + 6 * MINUTE)
    assert states(found[1]) == ["refused"]
    assert (found[1].reason, found[1].fault) == ("broken", "RuntimeError")


def test_a_reminder_that_breaks_once_its_content_went_is_unknown(
    patients, mail_server, breaking_server
):
    found = [owe(recovery) for recovery in patients]
    breaking_server("content")
    assert send() == 4
    assert states(*found) == ["sent", "unknown", "sent", "sent", "sent"]
    assert send(AT + HOUR) == 0


@pytest.fixture
def broken_mail(settings: Any, tmp_path: Path) -> Callable[[str, str], None]:
    def broken_mail(name: str, text: str) -> None:
        shutil.copytree(project.BASE_DIR / "templates" / "mails", tmp_path / "mails")
        (tmp_path / "mails" / name).write_text(text)
        [engine] = settings.TEMPLATES
        settings.TEMPLATES = [engine | {"DIRS": [tmp_path]}]

    return broken_mail


# Night
# -----


@pytest.mark.parametrize(
    ("at", "sent"),
    [
        pytest.param(local(20, 59), True, id="a minute before nine in the evening"),
        pytest.param(local(21), False, id="nine in the evening"),
        pytest.param(local(23, 59), False, id="before midnight"),
        pytest.param(local(0, days=1), False, id="midnight"),
        pytest.param(local(7, 59, days=1), False, id="a minute before eight in the morning"),
        pytest.param(local(8, days=1), True, id="eight in the morning"),
    ],
)
def test_a_reminder_owed_in_the_evening_goes_by_day_only(patient, mail_server, at, sent):
    message = owe(patient)
    assert send(at) == sent
    assert states(message) == ["sent" if sent else "owed"]
    if not sent:
        assert message.send_after == local(8, days=1)


def test_a_reminder_that_waited_for_the_morning_goes_then_and_once(patient, mail_server):
    message = owe(patient)
    assert [send(local(hour)) for hour in (22, 23)] == [0, 0]
    assert [send(local(hour, days=1)) for hour in (2, 7, 8, 9)] == [0, 0, 1, 0]
    assert (message.attempts, states(message)) == (0, ["sent"])


def test_a_wait_after_a_refusal_never_ends_at_night(patient, mail_server):
    message = owe(patient, attempts=3)
    mail_server.at_rcpt[address(patient)] = "450 Mailbox busy"
    send(local(20, 30))
    mail_server.at_rcpt.clear()
    assert [send(local(21, 30)), send(local(8, days=1))] == [0, 1]
    assert states(message) == ["sent"]


def test_the_evening_may_end_within_a_batch(patients, mail_server):
    found = [owe(recovery) for recovery in patients]

    def clock() -> datetime:
        return local(21) if len(mail_server.accepted) >= 2 else local(20, 59)

    delivery.deliver(clock=clock)
    assert states(*found) == ["sent", "sent", "owed", "owed", "owed"]
    assert {message.send_after for message in found[2:]} == {local(8, days=1)}
    assert len(mail_server.accepted) == 2


def test_it_is_night_by_the_patients_own_clock(clinic, nurse, mail_server):
    here = make_recovery(clinic, day=5, now=local(6))
    # It is 07:00 there when it is 17:00 in New York.
    there = make_recovery(clinic, day=5, now=local(6), zone="Asia/Tokyo")
    Message.objects.all().delete()
    found = [owe(here), owe(there)]
    assert send() == 1
    assert states(*found) == ["sent", "owed"]
    assert found[1].send_after == local(18)


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        pytest.param({"number": None}, True, id="a link that was asked for"),
        pytest.param(
            {"kind": "invitation", "checkin": None, "number": None}, False, id="an invitation"
        ),
    ],
)
def test_other_mails_to_a_patient_at_night(patient, mail_server, fields, sent):
    owe(patient, **fields)
    assert send(local(22)) == sent


def test_staff_are_told_at_any_hour(patient, clinic, nurse, mail_server):
    owe(patient, kind="alert", user=nurse, checkin=None)
    messages.owe_password_mail(nurse, clinic, now=local(2))
    assert send(local(2, days=1)) == 2


# Order, rounds, cost
# -------------------


def test_alerts_leave_first(patients, nurse, mail_server):
    for recovery in patients:
        owe(recovery)
    owe(patients[0], kind="alert", user=nurse, checkin=None, urgency=0, send_after=AT)
    send()
    assert mail_server.addresses[0] == nurse.email


def test_the_urgent_sender_takes_nothing_else(patients, nurse, mail_server):
    reminder = owe(patients[0], urgency=2)
    alert = owe(patients[0], kind="alert", user=nurse, checkin=None, urgency=0)
    done = delivery.deliver(clock=lambda: AT, urgent=True)
    assert done["sent"] == 1
    assert states(alert, reminder) == ["sent", "owed"]


def test_nothing_goes_before_its_time(patient, mail_server):
    owe(patient, send_after=AT + MINUTE)
    assert (send(), send(AT + MINUTE)) == (0, 1)


def test_a_round_ends_in_time_and_the_next_goes_on(patient, mail_server):
    for _ in range(claims.BATCH + 1):
        owe(patient, number=None)
    done = delivery.deliver(clock=iter_clock(AT, mail_server), until=AT + SECOND)
    assert done["sent"] == claims.BATCH
    assert send() == 1


def iter_clock(start: datetime, server: MailServer) -> Callable[[], datetime]:
    """Each mail takes a tenth of a second."""
    return lambda: start + len(server.accepted) * SECOND / 10


def test_a_mail_costs_two_statements_at_most(patient, mail_server):
    for _ in range(2 * claims.BATCH):
        owe(patient, number=None)
    with CaptureQueriesContext(connection) as captured:
        assert send() == 2 * claims.BATCH
    data = [q for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(data) <= 2 * 2 * claims.BATCH
    assert mail_server.connections == 2


def test_kinds_mix_in_a_batch(patient, clinic, nurse, mail_server):
    owe(patient)
    owe(patient, kind="invitation", checkin=None, number=None)
    owe(patient, kind="alert", user=nurse, checkin=None)
    owe(patient, kind="escalation", user=nurse, checkin=None)
    owe(None, clinic=clinic, kind="invitation", user=nurse, checkin=None, number=None)
    assert send() == 5
    assert len({mail.subject for mail in mail_server.mails()}) == 5


@pytest.mark.django_db(transaction=True)
def test_a_failing_address_is_not_lost_to_a_log_that_waits_for_it(clinic, nurse) -> None:
    """On PostgreSQL the log goes on with the patient as it read it before it waited."""
    recovery = make_recovery(clinic, day=5, now=AT)
    refused = Message.objects.filter(recovery=recovery, kind="reminder").first()

    def log() -> None:
        logs.record(
            recovery_id=recovery.pk,
            values=QUIET,
            client_id=uuid.uuid4(),
            revision=None,
            log_date=AT.date(),
            now=AT,
            source="patient",
            mode="web",
        )

    waiting = threading.Thread(target=at_once, args=[[log]])
    with transaction.atomic():
        addresses.address_failed(refused, now=AT)
        waiting.start()
        time.sleep(0.5)
    waiting.join()
    tick.run(now=AT + MINUTE)
    recovery.refresh_from_db()
    assert (recovery.days_logged, recovery.queue_rank) == (1, QueueRank.CALL)
