import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.models import (
    Clinic,
    Consent,
    Contact,
    DailyLog,
    Message,
    Milestone,
    Recovery,
    User,
)
from recovery.queries import timeline
from recovery.queries.record import record_of
from recovery.queries.record_parts import MAILS
from recovery.services import logs, milestones
from tests.cast import QUIET, make_recovery

NOW = datetime(2026, 3, 5, 15, 17, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def recovery(clinic: Clinic, nurse: User) -> Recovery:
    """On day 3, two check-ins missed, and none of the mails that the tick owed for them."""
    recovery = make_recovery(clinic, day=3, now=NOW)
    Message.objects.all().delete()
    return recovery


def mail(recovery: Recovery, key: str, state: str = "sent", **more: Any) -> Message:
    at = more.pop("at", NOW)
    return Message.objects.create(
        dedupe_key=key,
        clinic=recovery.clinic,
        recovery=recovery,
        state=state,
        created_at=at,
        planned_at=at,
        send_after=at,
        sent_at=at if state == "sent" else None,
        **{"kind": "reminder", "number": 1} | more,
    )


def walk(recovery: Recovery, user: User, on: datetime, **read: Any) -> Milestone:
    return milestones.record(
        recovery=recovery,
        code=Milestone.Code.WALKED,
        on=on.date(),
        user=user,
        source=DailyLog.Source.PATIENT,
        now=NOW - DAY + on.day * MINUTE,
        **{"read": None} | read,
    )


def mails(recovery: Recovery) -> list[timeline.Event]:
    record = record_of(recovery, NOW)
    return [event for event in timeline.events(recovery, [], [], record) if event.what == "mail"]


def test_all_tables_are_one_statement(recovery: Recovery, nurse: User) -> None:
    Contact.objects.create(
        recovery=recovery,
        by=nurse,
        at=NOW,
        kind="call",
        outcome="advised",
        minutes=7,
        note="Spot healed.",
    )
    mail(recovery, "one")
    first = walk(recovery, nurse, NOW - 2 * DAY)
    walk(recovery, nurse, NOW - DAY, read=first.uuid)
    with CaptureQueriesContext(connection) as statements:
        record = record_of(recovery, NOW)
    assert len(statements) == 1
    [contact] = record.contacts
    assert contact[2:] == ("call", "advised", "Spot healed.", "Nora", 7)
    assert abs(contact.at - NOW) < timedelta(seconds=1)
    assert ("EVE0", "expired") in [(row.text, row.code) for row in record.checkins]
    assert [(row.kind, row.text) for row in record.accesses] == [
        ("self", recovery.patient.accesses.get().user.email)
    ]
    assert [(row.code, row.number) for row in record.consents] == [("1", 1)]
    assert [(row.code, row.text, row.number) for row in record.milestones] == [
        ("walked", "2026-03-03", 0),
        ("walked", "2026-03-04", 1),
    ]
    assert [(row.code, row.text, row.person) for row in record.withdrawn] == [
        ("walked", "2026-03-03", "Nora")
    ]
    # Two check-ins were missed, so this recovery waits for somebody.
    assert record.waiting == 1


def test_somebody_without_a_name_is_shown_by_the_address(recovery: Recovery, nurse: User) -> None:
    User.objects.filter(pk=nurse.pk).update(name="")
    Contact.objects.create(recovery=recovery, by=nurse, at=NOW, kind="call", outcome="advised")
    [contact] = record_of(recovery, NOW).contacts
    assert (contact.person, contact.number) == ("nora@northgate.example", None)


def test_what_has_ended_or_is_another_s_is_not_there(
    recovery: Recovery, clinic: Clinic, harbor: Clinic
) -> None:
    mail(make_recovery(clinic, day=3, now=NOW), "theirs")
    recovery.patient.accesses.update(ended_at=NOW)
    Consent.objects.filter(patient=recovery.patient).update(withdrawn_at=NOW)
    record = record_of(recovery, NOW)
    assert (record.accesses, record.consents, mails(recovery)) == ([], [], [])


@pytest.mark.parametrize(
    ("state", "reason", "shown"),
    [
        ("sent", "", True),
        ("unknown", "", True),
        ("owed", "", True),
        ("refused", "server", True),
        ("not_sent", "opted_out", True),
        ("not_sent", "no_consent", True),
        ("not_sent", "answered", False),
        ("not_sent", "superseded", False),
        ("not_sent", "expired", False),
    ],
)
def test_reminders_that_were_not_needed_are_left_out(
    recovery: Recovery, state: str, reason: str, shown: bool
) -> None:
    mail(recovery, "one", state, reason=reason)
    assert bool(mails(recovery)) is shown


def test_the_mails_of_one_alert_are_one_entry(
    recovery: Recovery, nurse: User, second_nurse: User
) -> None:
    for user in (nurse, second_nurse):
        mail(recovery, f"now {user}", kind="alert", user=user)
        mail(recovery, f"later {user}", kind="escalation", user=user, at=NOW + 15 * MINUTE)
    told = [(event.row.kind, event.count) for event in mails(recovery)]
    assert told == [("escalation", 2), ("alert", 2)]


def test_no_more_than_the_newest_mails_are_read(recovery: Recovery) -> None:
    for n in range(MAILS + 5):
        mail(recovery, str(n), at=NOW + n * MINUTE)
    record = record_of(recovery, NOW)
    assert len(record.mails) == MAILS
    assert record.mails[-1].at - NOW == (MAILS + 4) * MINUTE


def report(recovery: Recovery, at: datetime) -> None:
    logs.record(
        recovery_id=recovery.pk,
        values=dict(QUIET),
        client_id=uuid.uuid4(),
        revision=None,
        log_date=at.date(),
        now=at,
        source="patient",
        mode="web",
    )


def told(recovery: Recovery) -> list[tuple[str, int]]:
    """What the timeline says, newest first, and how many reminders stand in each entry."""
    return [(event.what, len(event.reminded)) for event in entries(recovery)]


def entries(recovery: Recovery) -> list[timeline.Event]:
    record, rows = record_of(recovery, NOW), timeline.logs_of(recovery)
    return timeline.events(recovery, rows, [], record)


def test_a_milestone_and_its_correction_are_entries(recovery: Recovery, nurse: User) -> None:
    recovery.checkins.all().delete()
    first = walk(recovery, nurse, NOW - 2 * DAY)
    walk(recovery, nurse, NOW - DAY, read=first.uuid)
    # The correction stands above what it takes the place of.
    assert [what for what, _reminded in told(recovery)] == [
        "milestone",
        "withdrawn",
        "milestone",
        "procedure",
    ]


def test_reminders_stand_with_the_log_that_followed_them(recovery: Recovery, nurse: User) -> None:
    recovery.checkins.all().delete()
    mail(recovery, "one", at=NOW - 90 * MINUTE)
    mail(recovery, "two", at=NOW - 30 * MINUTE, number=2)
    report(recovery, NOW)
    assert told(recovery) == [("log", 2), ("procedure", 0)]
    assert entries(recovery)[0].reminded == (NOW - 90 * MINUTE, NOW - 30 * MINUTE)


def test_a_reminder_stands_with_what_it_asked_for(recovery: Recovery, nurse: User) -> None:
    """Not with the log of the next day, that came before the check-in of the first had ended."""
    [missed] = recovery.checkins.filter(state="expired").order_by("-expires_at")[:1]
    recovery.checkins.exclude(pk=missed.pk).delete()
    mail(recovery, "one", at=missed.expires_at - 90 * MINUTE, checkin=missed)
    report(recovery, missed.expires_at - 30 * MINUTE)
    assert told(recovery) == [("missed", 1), ("log", 0), ("procedure", 0)]


def test_a_reminder_that_nothing_followed_is_an_entry(recovery: Recovery, nurse: User) -> None:
    recovery.checkins.all().delete()
    report(recovery, NOW - 60 * MINUTE)
    mail(recovery, "one")
    assert told(recovery) == [("mail", 0), ("log", 0), ("procedure", 0)]


@pytest.mark.parametrize(
    "change",
    [{"state": "refused", "reason": "server"}, {"state": "unknown"}, {"kind": "invitation"}],
)
def test_only_reminders_that_went_out_are_folded(
    recovery: Recovery, nurse: User, change: dict[str, str]
) -> None:
    recovery.checkins.all().delete()
    mail(recovery, "one", at=NOW - 60 * MINUTE, **change)
    report(recovery, NOW)
    assert told(recovery) == [("log", 0), ("mail", 0), ("procedure", 0)]
