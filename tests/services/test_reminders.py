"""Which of a day's reminders go: at most two, the first and the last, and none is kept back by one
that never goes. Day 14 has the two-week form at ten, and the log at five and at eight.
"""

import re
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest

from recovery.models import CheckIn, Message, Pathway, Patient, Recovery
from recovery.queries.pathways import phases_of, plan_of
from recovery.services import delivery, foresight, later, messages, tick
from recovery.tokens import checkin_of as checkin_of_token
from tests.cast import checkin_of, make_recovery, user_of
from tests.mailserver import MailServer
from tests.services.test_channels import run
from tests.services.test_tick import local

pytestmark = pytest.mark.django_db
EVENING = local(20, 30)


@pytest.fixture
def on_day_14(clinic, nurse, mail_server) -> Recovery:
    """To whom nothing is owed yet, at six."""
    recovery = make_recovery(clinic, day=14, now=local(6))
    Message.objects.all().delete()
    return recovery


def told(recovery: Recovery, **filters: Any) -> dict[str, str]:
    """What became of each reminder of the day: its state if it went or waits, else the reason."""
    rows = Message.objects.filter(recovery=recovery, kind="reminder", **filters)
    found = rows.select_related("checkin").order_by("planned_at", "pk")
    return {f"{row.checkin.key} {row.number}": row.reason or row.state for row in found}


def foretold(recovery: Recovery, now: datetime) -> dict[str, str]:
    """The same by the dry run, up to the evening."""
    mails = foresight.outlook(Recovery.objects.all(), now=now, until=EVENING).mails
    return {
        f"{one.message.checkin.key} {one.message.number}": str(one.reason) or "sent"
        for one in mails
        if one.message.kind == "reminder"
    }


def put_off(recovery: Recovery, key: str, when: str, now: datetime) -> None:
    later.ask(checkin=checkin_of(recovery, key), when=when, now=now)


def turn_off(recovery: Recovery, only: str) -> None:
    messages.turn_off(patient=recovery.patient, now=local(7), only=only)


# At seven in the morning, what then becomes of the day.
DAYS: dict[str, tuple[Callable[[Recovery], Any], dict[str, str]]] = {
    "nobody does anything": (
        lambda r: None,
        {"C14 1": "sent", "DAY-14 1": "capped", "DAY-14 2": "sent"},
    ),
    "the form is answered": (
        lambda r: CheckIn.objects.filter(key="C14").update(
            state="completed", completed_at=local(7)
        ),
        {"DAY-14 1": "sent", "DAY-14 2": "sent"},
    ),
    "the form is put off to tomorrow": (
        lambda r: put_off(r, "C14", "morning", local(7)),
        {"C14 1": "later", "DAY-14 1": "sent", "DAY-14 2": "sent"},
    ),
    "the form is put off by an hour": (
        lambda r: put_off(r, "C14", "hour", local(9, 30)),
        {"C14 1": "later", "C14 0": "sent", "DAY-14 1": "capped", "DAY-14 2": "sent"},
    ),
    "the log is put off to the evening": (
        lambda r: put_off(r, "DAY-14", "tonight", local(7)),
        {"C14 1": "sent", "DAY-14 1": "later", "DAY-14 2": "later", "DAY-14 0": "sent"},
    ),
    "forms are off": (
        lambda r: turn_off(r, "forms"),
        {"C14 1": "opted_out", "DAY-14 1": "sent", "DAY-14 2": "sent"},
    ),
    "logs are off": (
        lambda r: turn_off(r, "logs"),
        {"C14 1": "sent", "DAY-14 1": "opted_out", "DAY-14 2": "opted_out"},
    ),
    "all are off": (
        lambda r: turn_off(r, ""),
        dict.fromkeys(["C14 1", "DAY-14 1", "DAY-14 2"], "opted_out"),
    ),
    "both are wanted at ten": (
        lambda r: Patient.objects.update(remind_at=time(10)),
        {"C14 1": "sent", "DAY-14 1": "merged", "DAY-14 2": "sent"},
    ),
    "both are wanted at ten, and forms are off": (
        lambda r: (Patient.objects.update(remind_at=time(10)), turn_off(r, "forms")),
        {"C14 1": "opted_out", "DAY-14 1": "sent", "DAY-14 2": "sent"},
    ),
    "the evening is quiet": (
        lambda r: Patient.objects.update(quiet_from=time(19)),
        {"C14 1": "sent", "DAY-14 1": "sent"},
    ),
}


@pytest.mark.parametrize("case", DAYS)
def test_the_first_and_the_last_that_can_go_do_and_the_dry_run_says_so(on_day_14, case):
    change, expected = DAYS[case]
    change(on_day_14)
    Recovery.objects.update(next_event_at=local(10))
    said = foretold(on_day_14, local(9, 31))
    run(on_day_14, EVENING)
    assert told(on_day_14, planned_at__lte=EVENING) == expected
    assert said == expected


def test_after_a_stop_the_newest_goes_also_between_two_others(on_day_14):
    assert foretold(on_day_14, local(17, 30))["DAY-14 1"] == "sent"
    tick.run(now=local(17, 30))
    delivery.deliver(clock=lambda: local(17, 31))
    assert told(on_day_14) == {"C14 1": "superseded", "DAY-14 1": "sent"}
    run(on_day_14, EVENING)
    assert told(on_day_14)["DAY-14 2"] == "sent"


def refuse(server: MailServer, recovery: Recovery) -> None:
    server.at_rcpt[user_of(recovery).email] = "451 4.3.0 Try again"


def test_what_never_left_is_no_first_one(on_day_14, mail_server):
    """The next one takes its place, and names its form too."""
    refuse(mail_server, on_day_14)
    run(on_day_14, local(16, 59))
    assert told(on_day_14) == {"C14 1": "owed"}
    mail_server.at_rcpt.clear()
    tick.run(now=local(17))
    delivery.deliver(clock=lambda: local(17, 6))
    assert told(on_day_14) == {"C14 1": "superseded", "DAY-14 1": "sent"}


def test_a_kind_that_is_off_takes_no_place_of_one_that_waits(on_day_14, mail_server):
    turn_off(on_day_14, "logs")
    refuse(mail_server, on_day_14)
    run(on_day_14, local(20, 1))
    mail_server.at_rcpt.clear()
    run(on_day_14, local(20, 59))
    assert told(on_day_14) == {"C14 1": "sent", "DAY-14 1": "opted_out", "DAY-14 2": "opted_out"}


@pytest.mark.parametrize(
    ("off", "hour", "mailed", "named"),
    [
        (None, 10, "C14 1", {"C14", "DAY-13", "DAY-14"}),
        ("logs", 10, "C14 1", {"C14"}),
        ("forms", 17, "DAY-14 1", {"DAY-14"}),
    ],
)
def test_what_is_off_is_not_named_in_another_mail_either(
    on_day_14, mail_server, off, hour, mailed, named
):
    if off:
        turn_off(on_day_14, off)
    mails = foresight.outlook(Recovery.objects.all(), now=local(9), until=local(hour)).mails
    [said] = [one for one in mails if not one.reason]
    run(on_day_14, local(hour))
    assert told(on_day_14)[mailed] == "sent"
    tokens = re.findall(r"/c/([^/\s]+)/\s", mail_server.mails()[-1].text)
    linked = CheckIn.objects.filter(uuid__in=map(checkin_of_token, tokens))
    assert {one.key for one in linked} == named
    assert {one.key for one in said.checkins} == named


def test_a_call_by_staff_takes_no_mails_place(clinic, nurse, mail_server):
    """On day 42 the form's second reminder is a call; the log's of the day before waits still."""
    plan = Pathway.objects.get(clinic=None, version=1)
    plan.plan |= {"unanswered": {"next_channel_after": 1, "call_after": 1}}
    plan.save()
    phases_of.cache_clear()
    plan_of.cache_clear()
    recovery = make_recovery(clinic, day=40, now=local(6))
    Message.objects.all().delete()
    run(recovery, local(12))
    tick.run(now=local(10, 30, days=2))
    delivery.deliver(clock=lambda: local(10, 31, days=2))
    recovery.refresh_from_db()
    assert told(recovery) == {"C42 1": "sent", "PULSE-41 1": "sent", "C42 2": "call"}
    assert recovery.call_for == "C42"
