"""Which channel a reminder takes, when staff call instead, and that a fourth never goes."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Min
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.clinical.plan import Unanswered
from recovery.models import CheckIn, Contact, Message, Pathway, Patient, Recovery
from recovery.models.recoveries import QueueRank
from recovery.queries.pathways import phases_of, plan_of
from recovery.services import contacts, delivery, foresight, later, tick
from tests.cast import checkin_of, make_recovery
from tests.services.test_logs import record
from tests.services.test_tick import local
from tests.texting import by_text

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def run(recovery: Recovery, until: datetime) -> None:
    """The engine's minutes, from one event to the next."""
    while True:
        event = Recovery.objects.filter(pk=recovery.pk).aggregate(at=Min("next_event_at"))["at"]
        mail = Message.objects.filter(state="owed").aggregate(at=Min("send_after"))["at"]
        now = min(filter(None, [event, mail]), default=None)
        if now is None or now > until:
            break
        tick.run(now=now)
        delivery.deliver(clock=lambda now=now: now)
    recovery.refresh_from_db()


def gone(recovery: Recovery, **filters: Any) -> list[str]:
    rows = Message.objects.filter(recovery=recovery, kind="reminder", state="sent", **filters)
    return list(rows.order_by("planned_at").values_list("channel", flat=True))


@pytest.fixture
def on_day_84(clinic, nurse, mail_server, texts) -> Recovery:
    """C90 alone is open, whose reminders are due on D85, D90, D95 and D100."""
    recovery = make_recovery(clinic, day=84, now=local(6))
    Message.objects.all().delete()
    others = CheckIn.objects.open().exclude(key="C90")
    others.update(state="completed", completed_at=local(6))
    # What was missed before is no matter of these tests.
    recovery.alerts.all().delete()
    return recovery


def test_instead_of_a_fourth_mail_of_a_form_staff_call(on_day_84, nurse):
    run(on_day_84, local(11, days=17))
    assert gone(on_day_84, checkin__key="C90") == ["email"] * 3
    last = Message.objects.get(recovery=on_day_84, checkin__key="C90", number=4)
    assert (last.state, last.reason) == ("not_sent", "call")
    assert (on_day_84.call_for, on_day_84.call_since) == ("C90", last.created_at)
    assert (on_day_84.queue_rank, on_day_84.queue_since) == (QueueRank.CALL, last.created_at)


def test_two_in_a_row_without_an_answer_and_the_next_channel_is_used(on_day_84):
    by_text(on_day_84, "email,sms")
    run(on_day_84, local(11, days=17))
    assert gone(on_day_84, checkin__key="C90") == ["email", "email", "sms"]
    assert on_day_84.call_for == "C90"


def test_the_first_may_be_the_text(on_day_84):
    by_text(on_day_84, "sms,email")
    run(on_day_84, local(11, days=12))
    assert gone(on_day_84, checkin__key="C90") == ["sms", "sms", "email"]


@pytest.mark.parametrize(
    "fails", [{"mobile": ""}, {"mobile_fails_at": local(6)}], ids=["no number", "fails"]
)
def test_a_channel_that_does_not_work_is_passed_over(on_day_84, fails):
    by_text(on_day_84, "sms,email")
    Patient.objects.update(**fails)
    run(on_day_84, local(11, days=2))
    assert gone(on_day_84, checkin__key="C90") == ["email"]


def test_an_address_that_fails_is_passed_over_too(on_day_84):
    by_text(on_day_84, "email,sms", address_fails_at=local(6))
    run(on_day_84, local(11, days=2))
    assert gone(on_day_84, checkin__key="C90") == ["sms"]


def test_days_of_silence_count_across_forms(clinic, nurse, mail_server, texts):
    """Two mails of the first day, then texts; still two a day, as the pathway says."""
    recovery = by_text(make_recovery(clinic, day=5, now=local(6)), "email,sms")
    Message.objects.all().delete()
    run(recovery, local(21, days=1))
    assert gone(recovery) == ["email", "email", "sms", "sms"]
    assert recovery.call_since is None


def test_an_answer_begins_anew_by_the_first_channel(clinic, nurse, mail_server, texts):
    recovery = by_text(make_recovery(clinic, day=5, now=local(6)), "email,sms")
    Message.objects.all().delete()
    run(recovery, local(17, 30, days=1))
    assert gone(recovery) == ["email", "email", "sms"]
    record(recovery, now=local(18, days=1))
    run(recovery, local(17, 30, days=2))
    assert gone(recovery)[-1] == "email"


def called(recovery: Recovery, nurse: Any, outcome: str) -> None:
    contacts.record(
        recovery=recovery,
        user=nurse,
        now=local(12, days=17),
        kind=Contact.Kind.CALL,
        outcome=Contact.Outcome(outcome),
    )
    recovery.refresh_from_db()


@pytest.mark.parametrize(("outcome", "closed"), [("advised", True), ("no_answer", False)])
def test_a_contact_that_reached_somebody_closes_the_call(on_day_84, nurse, outcome, closed):
    run(on_day_84, local(11, days=17))
    called(on_day_84, nurse, outcome)
    assert (on_day_84.call_since is None) is closed
    assert (on_day_84.queue_rank == QueueRank.CALL) is not closed


def test_an_answer_closes_the_call(on_day_84):
    run(on_day_84, local(11, days=17))
    record(on_day_84, now=local(12, days=17))
    on_day_84.refresh_from_db()
    assert (on_day_84.call_since, on_day_84.call_for) == (None, "")


def test_a_pathway_may_call_sooner(on_day_84):
    plan = Pathway.objects.get(pk=on_day_84.pathway_id)
    plan.plan |= {"unanswered": {"next_channel_after": 1, "call_after": 2}}
    plan.save()
    phases_of.cache_clear()
    plan_of.cache_clear()
    by_text(on_day_84, "email,sms")
    run(on_day_84, local(11, days=12))
    assert gone(on_day_84, checkin__key="C90") == ["email", "sms"]
    assert on_day_84.call_for == "C90"
    assert plan_of(on_day_84.pathway_id).unanswered == Unanswered(1, 2)


@pytest.mark.once
@given(
    channels=st.sampled_from(["email", "sms", "email,sms", "sms,email"]),
    answers=st.sets(st.integers(0, 20), max_size=3),
    put_off=st.sets(st.integers(0, 20), max_size=2),
    after=st.integers(1, 3),
    call=st.integers(1, 3),
    start=st.sampled_from([5, 12, 27, 84]),
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_never_a_fourth_of_one_form_whatever_happens(
    clinic, nurse, mail_server, texts, channels, answers, put_off, after, call, start
):
    """And never more than two a day, whatever their channels."""
    plan = Pathway.objects.get(clinic=None, version=1)
    plan.plan |= {"unanswered": {"next_channel_after": after, "call_after": call}}
    plan.save()
    phases_of.cache_clear()
    plan_of.cache_clear()
    recovery = by_text(make_recovery(clinic, day=start, now=local(6)), channels)
    for day in range(21):
        run(recovery, local(17, 30, days=day))
        if day in put_off:
            _put_off(recovery, local(17, 30, days=day))
        if day in answers:
            record(recovery, now=local(18, days=day), log_date=local(18, days=day).date())
    rows = Message.objects.filter(recovery=recovery, kind="reminder", state="sent")
    of_form = Counter(rows.filter(number__gte=1).values_list("checkin__key", flat=True))
    assert max(of_form.values(), default=0) <= call <= 3
    a_day = Counter(at.astimezone(local(1).tzinfo).date() for at in sent_at(rows))
    assert max(a_day.values(), default=0) <= 2
    Recovery.objects.filter(pk=recovery.pk).update(next_event_at=None)


def sent_at(rows: Any) -> list[datetime]:
    return list(rows.values_list("sent_at", flat=True))


def _put_off(recovery: Recovery, now: datetime) -> None:
    for checkin in recovery.checkins.filter(state="open"):
        checkin.recovery = recovery
        for when in later.offers(checkin, now=now):
            later.ask(checkin=checkin, when=when, now=now)
            break


# Later
# -----


@pytest.fixture
def at_five(clinic, nurse, mail_server) -> Recovery:
    """Day 5, the first reminder of two has gone."""
    recovery = make_recovery(clinic, day=5, now=local(6))
    Message.objects.all().delete()
    run(recovery, local(17, 6))
    assert gone(recovery) == ["email"]
    return recovery


def put_off(recovery: Recovery, when: str, now: datetime) -> datetime:
    return later.ask(checkin=checkin_of(recovery, "DAY-05"), when=when, now=now)


@pytest.mark.parametrize(
    ("when", "at", "second"),
    [
        ("hour", local(18, 10), "capped"),
        ("tonight", local(20), "later"),
        ("morning", local(8, days=1), "later"),
    ],
)
def test_later_is_one_reminder_then_and_none_before(at_five, when, at, second):
    assert put_off(at_five, when, local(17, 10)) == at
    run(at_five, local(8, 30, days=1))
    assert len(gone(at_five)) == 2
    asked = Message.objects.get(number=0)
    assert (asked.state, asked.sent_at, asked.planned_at) == ("sent", at, at)
    assert Message.objects.get(recovery=at_five, number=2).reason == second


def test_a_second_wish_replaces_the_first(at_five):
    put_off(at_five, "hour", local(17, 10))
    put_off(at_five, "morning", local(17, 20))
    run(at_five, local(8, 30, days=1))
    assert list(Message.objects.filter(number=0).values_list("planned_at", flat=True)) == [
        local(8, days=1)
    ]


def test_an_answer_ends_it(at_five):
    put_off(at_five, "hour", local(17, 10))
    record(at_five, now=local(17, 30))
    run(at_five, local(21))
    assert not Message.objects.filter(number=0).exists()


def test_the_dry_run_knows_of_it(at_five):
    put_off(at_five, "hour", local(17, 10))
    found = foresight.outlook(Recovery.objects.all(), now=local(17, 10), until=local(20, 30)).mails
    said = [(one.message.number, str(one.reason)) for one in found]
    assert said == [(0, ""), (2, "capped")]
    assert found[0].at == local(18, 10)


Offer = Callable[[Recovery], None]
OFFERS: dict[str, tuple[datetime, Offer, list[str]]] = {
    "in the afternoon": (local(17, 10), lambda r: None, ["hour", "tonight", "morning"]),
    "in the evening": (local(19, 30), lambda r: None, ["hour", "morning"]),
    "late": (local(20, 30), lambda r: None, ["morning"]),
    "the morning it closes": (local(11, 30, days=1), lambda r: None, []),
    "two went today": (
        local(17, 10),
        lambda r: Message.objects.create(
            kind="reminder",
            state="sent",
            dedupe_key="two",
            clinic=r.clinic,
            recovery=r,
            number=1,
            created_at=local(9),
            planned_at=local(9),
            send_after=local(9),
            sent_at=local(9),
        ),
        ["morning"],
    ),
    "a quiet evening": (
        local(17, 10),
        lambda r: Patient.objects.update(quiet_from="18:00"),
        ["morning"],
    ),
    "paused": (local(17, 10), lambda r: Patient.objects.update(paused_until="2026-03-05"), []),
}


@pytest.mark.parametrize("case", OFFERS)
def test_only_times_that_are_left_are_offered(at_five, case):
    now, change, expected = OFFERS[case]
    change(at_five)
    assert list(later.offers(checkin_of(at_five, "DAY-05"), now=now)) == expected
