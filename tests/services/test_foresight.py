"""The dry run and what the engine then does are the same, mail by mail, and the dry run itself
leaves no trace.
"""

import random
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Min
from django.test.utils import CaptureQueriesContext

from recovery.clinical.pathway import local as there
from recovery.models import Clinic, Consent, Message, Patient, Recovery, User
from recovery.services import delivery, foresight, later, messages, recoveries, reschedules, tick
from tests.cast import make_recovery, user_of
from tests.mailserver import MailServer
from tests.services.test_logs import record
from tests.services.test_tick import TODAY, local

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# A Monday at noon, and Wednesday before dawn.
NOON, UNTIL = local(12), local(5, days=2)
ZONES = ("America/New_York", "Pacific/Honolulu", "Europe/London", "Pacific/Kiritimati")


def change(recovery: Recovery, user: User, state: str) -> None:
    recoveries.change_state(recovery=recovery, user=user, now=NOON, state=Recovery.State(state))


def move(recovery: Recovery, user: User) -> None:
    recovery.refresh_from_db()
    reschedules.reschedule(
        recovery=recovery,
        user=user,
        anchor=recovery.anchor,
        procedure_at=there(TODAY + timedelta(days=1), time(7, 45), recovery.patient.zone),
        reason="",
        now=NOON,
    )


def cap(recovery: Recovery, user: User) -> None:
    for hour in (8, 9):
        Message.objects.create(
            kind="reminder",
            state="sent",
            dedupe_key=f"capped {recovery.pk} {hour}",
            clinic=recovery.clinic,
            recovery=recovery,
            user=user_of(recovery),
            number=1,
            created_at=local(hour),
            planned_at=local(hour),
            send_after=local(hour),
            sent_at=local(hour),
        )


def leave_owed(recovery: Recovery, user: User) -> None:
    """One that should have gone this morning, and waits still."""
    messages.owe_invitation(recovery, now=local(7))


def put_off(recovery: Recovery, user: User) -> None:
    for checkin in recovery.checkins.open():
        checkin.recovery = recovery
        for when in [*later.offers(checkin, now=NOON)][:1]:
            later.ask(checkin=checkin, when=when, now=NOON)


FATES: dict[str, Callable[[Recovery, User], Any]] = {
    "nothing happened": lambda r, u: None,
    "answered today": lambda r, u: record(r, now=NOON),
    "an emergency that nobody claims": lambda r, u: record(r, now=NOON, saddle="yes"),
    "an urgent alert": lambda r, u: record(r, now=NOON, fall=True, sudden_new_back_pain=True),
    "paused": lambda r, u: change(r, u, "paused"),
    "withdrawn": lambda r, u: change(r, u, "withdrawn"),
    "reminders off": lambda r, u: messages.turn_off(patient=r.patient, now=NOON),
    "reminders of logs off": lambda r, u: messages.turn_off(
        patient=r.patient, now=NOON, only="logs"
    ),
    "reminders of forms off": lambda r, u: messages.turn_off(
        patient=r.patient, now=NOON, only="forms"
    ),
    "put off": put_off,
    "the address fails": lambda r, u: Patient.objects.filter(pk=r.patient_id).update(
        address_fails_at=NOON
    ),
    "no agreement": lambda r, u: Consent.objects.filter(patient=r.patient).update(email_ok=False),
    "nobody to write to": lambda r, u: r.patient.accesses.update(ended_at=NOON),
    "the account is closed": lambda r, u: User.objects.filter(pk=user_of(r).pk).update(
        is_active=False
    ),
    "two today already": cap,
    "an invitation waits": leave_owed,
    "moved": move,
}


def crowd(clinic: Clinic, user: User, seed: int) -> None:
    """Somebody with each fate, on a random day in a random zone, and some more with any."""
    chance = random.Random(seed)
    for fate in [*FATES, *chance.choices([*FATES], k=6)]:
        day = -2 if fate == "moved" else chance.choice([-3, -1, 0, 1, 2, 5, 13, 14, 27, 41, 85])
        zone = chance.choice(ZONES)
        recovery = make_recovery(
            clinic, day=day, now=NOON, zone=zone, baseline=chance.random() < 0.5
        )
        if day >= 0 or "alert" not in fate:
            FATES[fate](recovery, user)


def engine(server: MailServer, until: datetime) -> None:
    """Every minute in which something is due, as beat has it."""
    minute = NOON
    while minute <= until:
        tick.run(now=minute)
        delivery.deliver(clock=lambda now=minute: now)
        moments = [
            Recovery.objects.aggregate(at=Min("next_event_at"))["at"],
            Message.objects.filter(state="owed").aggregate(at=Min("send_after"))["at"],
        ]
        following = max(min(moment for moment in moments if moment), minute + timedelta(seconds=1))
        whole = following.replace(second=0, microsecond=0)
        minute = whole if whole == following else whole + MINUTE


def identity(message: Message) -> tuple[Any, ...]:
    checkin = message.checkin
    return (
        message.recovery.patient.record_number,
        message.kind,
        checkin and (checkin.anchor, checkin.key),
        message.number,
        message.planned_at,
        message.user_id,
    )


def links(server: MailServer) -> dict[str, int]:
    """How many check-ins each mail that arrived asks for, by its row."""
    found = {}
    for _address, content in server.accepted:
        text = content.decode().replace("=\r\n", "").replace("=\n", "")
        row = re.search(r"Message-ID: <([0-9a-f-]{36})@", text, re.IGNORECASE)
        found[row[1]] = len(set(re.findall(r"/c/([^/\s\"<]+)/", text)))
    return found


@pytest.mark.once
@pytest.mark.parametrize("seed", [1, 2])
def test_the_engine_does_what_the_dry_run_said(clinic, nurse, mail_server, settings, seed):
    settings.REMINDER_SPREAD_MINUTES = 5
    crowd(clinic, nurse, seed)
    known = set(Message.objects.exclude(state="owed").values_list("pk", flat=True))
    everybody = Recovery.objects.filter(clinic=clinic)
    before = rows()
    said = foresight.outlook(everybody, now=NOON, until=UNTIL)
    assert rows() == before, "the dry run has written"
    assert said.unreadable == []
    engine(mail_server, UNTIL)
    became = Message.objects.exclude(pk__in=known).exclude(state="owed").select_related("user")
    became = list(became.select_related("recovery__patient", "checkin", "user"))
    forecast = {identity(one.message): one for one in said.mails}
    assert len(forecast) == len(said.mails)
    told = {key: str(one.reason) for key, one in forecast.items()}
    # What leaves in the last minute may be on either side of it.
    last = {key for key, one in forecast.items() if one.at > UNTIL - MINUTE}
    fact = {identity(row): row.reason for row in became}
    assert {k: v for k, v in fact.items() if k not in last} == {
        k: v for k, v in told.items() if k not in last
    }
    asks = links(mail_server)
    for row in became:
        if row.state == "sent":
            one = forecast[identity(row)]
            assert one.at <= row.sent_at <= one.at + MINUTE, row
            assert one.message.user.language == row.user.language
            if row.kind == "reminder":
                assert asks[str(row.uuid)] == len(one.checkins), row
    # A crowd in which nothing happens would prove nothing.
    assert {"", "opted_out", "address_fails", "no_consent", "no_address", "inactive"} <= {
        *fact.values()
    }
    assert sum(row.state == "sent" for row in became) > 10


def rows() -> dict[str, list[dict[str, Any]]]:
    models = apps.get_app_config("recovery").get_models()
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_it_takes_a_fixed_number_of_statements_and_none_of_them_writes_or_locks(clinic, nurse):
    def statements(days: list[int]) -> int:
        for day in days:
            make_recovery(clinic, day=day, now=NOON)
        with CaptureQueriesContext(connection) as caught:
            found = foresight.outlook(Recovery.objects.filter(clinic=clinic), now=NOON, until=UNTIL)
        assert found.mails
        for query in caught:
            assert query["sql"].startswith("SELECT")
            assert "FOR UPDATE" not in query["sql"]
        return len(caught)

    first = statements([2, 5])
    assert statements([2, 5, 13, 20] * 3) == first <= 20


def test_more_than_it_may_look_at_are_left_off_and_counted(clinic, nurse):
    for _each in range(3):
        make_recovery(clinic, day=5, now=NOON)
    everybody = Recovery.objects.filter(clinic=clinic)
    found = foresight.outlook(everybody, now=NOON, until=UNTIL, most=2)
    assert found.left_off == 1
    assert len({one.message.recovery_id for one in found.mails}) == 2


def test_a_row_that_cannot_be_read_is_told_and_keeps_no_other_back(clinic, nurse):
    bad, good = make_recovery(clinic, day=5, now=NOON), make_recovery(clinic, day=5, now=NOON)
    Patient.objects.filter(pk=bad.patient_id).update(zone="Mars/Phobos")
    found = foresight.outlook(Recovery.objects.filter(clinic=clinic), now=NOON, until=UNTIL)
    assert found.unreadable == [bad]
    assert {one.message.recovery_id for one in found.mails} == {good.pk}
