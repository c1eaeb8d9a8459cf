"""R47 by the tick: whom each moment mails, over clinic hours, holidays and states.

TODAY is a Monday; Northgate is open from 08:00 to 17:00 on weekdays. Nora is first on call, Jonas
is next, Mia is not in the order.
"""

from datetime import datetime, timedelta

import pytest

from recovery.models import Alert, Clinic, MailEvent, Membership, Message, Recovery
from recovery.services import clinics, contacts, delivery, mailevents, oncall, tick
from tests.cast import make_recovery
from tests.mailserver import MailServer
from tests.services.test_logs import record
from tests.services.test_tick import local, run_from_to

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EMERGENCY = {"saddle": "yes"}
URGENT = {"calf_one_leg": True}
TUESDAY = "2026-03-03"


@pytest.fixture
def on_call(clinic, nurse, second_nurse, clinician) -> Recovery:
    for user in (nurse, second_nurse):
        oncall.move(clinic=clinic, user=user, to="on")
    return make_recovery(clinic, day=5, now=local(5))


def mails() -> list[tuple[str, datetime, str]]:
    """Kind, time and names of all that was owed, in order of time."""
    rows = Message.objects.filter(kind__in=["alert", "escalation"])
    found: dict[tuple[datetime, str], list[str]] = {}
    for at, kind, name in rows.order_by("planned_at", "kind", "user__name").values_list(
        "planned_at", "kind", "user__name"
    ):
        found.setdefault((at, kind), []).append(name)
    return [(kind, at, " ".join(names)) for (at, kind), names in found.items()]


EVERYBODY = "Jonas Mia Nora"


@pytest.mark.parametrize(
    ("answers", "raised", "until", "expected"),
    [
        pytest.param(
            EMERGENCY,
            local(9),
            local(11),
            [
                ("alert", local(9), "Nora"),
                ("escalation", local(9, 15), "Jonas"),
                ("escalation", local(10), EVERYBODY),
                ("escalation", local(11), EVERYBODY),
            ],
            id="an emergency in the morning",
        ),
        pytest.param(
            EMERGENCY,
            local(23),
            local(1, days=1),
            [
                ("alert", local(23), "Nora"),
                ("escalation", local(23, 15), "Jonas"),
                ("escalation", local(0, days=1), EVERYBODY),
                ("escalation", local(1, days=1), EVERYBODY),
            ],
            id="an emergency at night never waits",
        ),
        pytest.param(
            URGENT,
            local(9),
            local(16),
            [("alert", local(9), "Nora"), ("escalation", local(11), EVERYBODY)],
            id="urgent while open",
        ),
        pytest.param(
            URGENT,
            local(16),
            local(15, days=1),
            [("alert", local(16), "Nora"), ("escalation", local(9, days=1), EVERYBODY)],
            id="urgent, and closing comes between",
        ),
        pytest.param(
            URGENT,
            local(20),
            local(16, days=1),
            [
                ("alert", local(8, days=1), "Nora"),
                ("escalation", local(10, days=1), EVERYBODY),
            ],
            id="urgent while closed waits for opening",
        ),
        pytest.param(
            EMERGENCY | URGENT,
            local(20),
            local(20, 15),
            [("alert", local(20), "Nora"), ("escalation", local(20, 15), "Jonas")],
            id="both at night: the emergency alone",
        ),
        pytest.param({"fall": True}, local(9), local(16), [], id="a review is never mailed"),
    ],
)
def test_whom_an_alert_mails_and_when(on_call, answers, raised, until, expected):
    record(on_call, now=raised, **answers)
    run_from_to(raised, until, 5 * MINUTE)
    assert mails() == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (EMERGENCY, [("alert", local(20), "Nora"), ("escalation", local(20, 15), "Jonas")]),
        (
            URGENT,
            [
                ("alert", local(8, days=2), "Nora"),
                ("escalation", local(10, days=2), EVERYBODY),
            ],
        ),
    ],
)
def test_over_a_holiday_what_is_urgent_waits_and_an_emergency_does_not(
    on_call, clinic, answers, expected
):
    Clinic.objects.update(holidays={TUESDAY: "Founders' Day"})
    clinic.refresh_from_db()
    record(Recovery.objects.get(), now=local(20), **answers)
    end = local(20, 20) if answers == EMERGENCY else local(12, days=2)
    run_from_to(local(20), end, 5 * MINUTE)
    assert mails() == expected


def test_a_holiday_that_is_added_or_removed_moves_what_waits(on_call, clinic):
    record(on_call, now=local(20), **URGENT)
    day = local(20).date() + timedelta(days=1)
    clinics.add_holiday(clinic=clinic, on=day, name="Snow", now=local(21))
    run_from_to(local(21), local(17, days=1), 30 * MINUTE)
    assert mails() == []
    clinics.remove_holiday(clinic=clinic, on=day.isoformat(), now=local(10, 2, days=1))
    tick.run(now=local(10, 5, days=1))
    assert mails() == [("escalation", local(10, 5, days=1), EVERYBODY)]


@pytest.mark.parametrize("at", [local(21), local(7, days=1)])
def test_a_contact_before_opening_is_told_to_nobody(on_call, nurse, at):
    record(on_call, now=local(20), **URGENT)
    contacts.record(recovery=on_call, user=nurse, now=at, kind="call", outcome="advised")
    run_from_to(at, local(12, days=1), 10 * MINUTE)
    assert mails() == []


def test_a_new_log_while_closed_is_told_again_at_opening(on_call):
    record(on_call, now=local(14), **URGENT)
    record(on_call, now=local(20), **URGENT)
    run_from_to(local(20), local(12, days=1), 10 * MINUTE)
    assert mails() == [
        ("alert", local(14), "Nora"),
        # The two clinic hours since 14:00 are over, so this is everybody's.
        ("escalation", local(8, days=1), EVERYBODY),
    ]


def test_a_new_log_tells_all_whom_the_alert_has_reached(on_call):
    record(on_call, now=local(9), **EMERGENCY)
    tick.run(now=local(9, 15))
    record(on_call, now=local(9, 20), **EMERGENCY)
    assert mails()[-1] == ("alert", local(9, 20), "Jonas Nora")
    tick.run(now=local(10))
    record(on_call, now=local(10, 5), **EMERGENCY)
    assert mails()[-1] == ("alert", local(10, 5), EVERYBODY)


def test_after_an_outage_only_the_newest_step_mails_and_nobody_twice(on_call):
    record(on_call, now=local(9), **EMERGENCY)
    for _ in range(2):
        tick.run(now=local(10, 30))
    assert mails() == [("alert", local(9), "Nora"), ("escalation", local(10, 30), EVERYBODY)]


def test_an_outage_that_ends_at_night_leaves_the_urgent_one_for_the_morning(on_call):
    record(on_call, now=local(9), **URGENT)
    tick.run(now=local(22))
    assert len(mails()) == 1
    tick.run(now=local(8, days=1))
    assert mails()[1:] == [("escalation", local(8, days=1), EVERYBODY)]


def test_who_left_is_passed_over_at_the_very_step(on_call, nurse):
    record(on_call, now=local(20), **URGENT)
    Membership.objects.filter(user=nurse).update(is_active=False)
    tick.run(now=local(8, days=1))
    assert mails() == [("alert", local(8, days=1), "Jonas")]


def test_a_clinic_without_hours_keeps_nothing_waiting(on_call, clinic):
    clinics.update(clinic=clinic, values={"hours": [None] * 7}, now=local(5))
    recovery = Recovery.objects.get()
    record(recovery, now=local(22), **URGENT)
    tick.run(now=local(0, days=1))
    assert mails() == [("alert", local(22), "Nora"), ("escalation", local(0, days=1), EVERYBODY)]


# At the mail server
# ------------------


def test_the_first_then_the_next_then_everybody_at_the_server(
    on_call, nurse, second_nurse, clinician, mail_server: MailServer
):
    Message.objects.all().delete()
    record(on_call, now=local(9), **EMERGENCY)
    arrived = []
    for at, mails_due in ((local(9), 1), (local(9, 15), 1), (local(10), 3)):
        tick.run(now=at)
        assert delivery.deliver(clock=lambda at=at: at) == {Message.State.SENT: mails_due}
        arrived.append(sorted(mail_server.addresses))
        mail_server.accepted.clear()
    everybody = sorted(user.email for user in (nurse, second_nurse, clinician))
    assert arrived == [[nurse.email], [second_nurse.email], everybody]


@pytest.mark.parametrize("answers", [EMERGENCY, URGENT])
@pytest.mark.parametrize("step", ["at_rcpt", "at_data"])
def test_an_address_that_fails_hands_the_step_on_at_once(
    on_call, nurse, second_nurse, clinician, mail_server: MailServer, answers, step
):
    Message.objects.all().delete()
    getattr(mail_server, step)[nurse.email] = "550 5.1.1 User unknown"
    record(on_call, now=local(9), **answers)
    delivery.deliver(clock=lambda: local(9))
    assert mail_server.addresses == [second_nurse.email]
    delivery.deliver(clock=lambda: local(9, 1))
    assert mails() == [("alert", local(9), "Jonas Nora")]


def test_a_later_step_goes_on_to_whom_no_earlier_one_told(
    on_call, nurse, second_nurse, clinician, mail_server: MailServer
):
    Message.objects.all().delete()
    mail_server.at_rcpt[second_nurse.email] = "550 5.1.1 User unknown"
    record(on_call, now=local(9), **EMERGENCY)
    for at in (local(9), local(9, 15)):
        tick.run(now=at)
        delivery.deliver(clock=lambda at=at: at)
    assert mail_server.addresses == [nurse.email, clinician.email]


def at_the_server(mail_server: MailServer, *moments: datetime) -> list[str]:
    """Whom the mails of each moment reach, by the part of the address before the @."""
    arrived = []
    for at in moments:
        tick.run(now=at)
        delivery.deliver(clock=lambda at=at: at)
        arrived.append(" ".join(sorted(one.partition("@")[0] for one in mail_server.addresses)))
        mail_server.accepted.clear()
    return arrived


def test_who_was_told_for_another_is_not_told_again_before_everybody_was(
    on_call, nurse, mail_server: MailServer
):
    Message.objects.all().delete()
    mail_server.at_rcpt[nurse.email] = "550 5.1.1 User unknown"
    record(on_call, now=local(9), **EMERGENCY)
    moments = (local(9), local(9, 15), local(10))
    assert at_the_server(mail_server, *moments) == ["jonas", "mia", "jonas mia"]


def test_what_fires_again_is_told_to_whom_it_was_told_so_far(
    on_call, nurse, mail_server: MailServer
):
    Message.objects.all().delete()
    mail_server.at_rcpt[nurse.email] = "550 5.1.1 User unknown"
    for fires in (local(9), local(9, 5)):
        record(on_call, now=fires, **EMERGENCY)
        assert at_the_server(mail_server, fires) == ["jonas"]
    assert at_the_server(mail_server, local(9, 15)) == ["mia"]


def test_when_everybody_was_told_the_next_step_begins_anew(
    on_call, nurse, clinician, mail_server: MailServer
):
    Message.objects.all().delete()
    Membership.objects.filter(user=clinician).update(is_active=False)
    mail_server.at_rcpt[nurse.email] = "550 5.1.1 User unknown"
    record(on_call, now=local(9), **EMERGENCY)
    # Nora is first again, and Jonas follows her at once.
    assert at_the_server(mail_server, local(9), local(9, 15)) == ["jonas", "jonas"]
    assert Message.objects.filter(user=nurse, state="refused").count() == 2


def test_another_order_meanwhile_tells_nobody_twice(on_call, clinic, clinician):
    record(on_call, now=local(9), **EMERGENCY)
    for to in ("on", "up", "up"):
        oncall.move(clinic=clinic, user=clinician, to=to)
    tick.run(now=local(9, 15))
    assert mails()[1:] == [("escalation", local(9, 15), "Mia")]


def test_an_alert_of_later_has_an_order_of_its_own(on_call, nurse, second_nurse):
    record(on_call, now=local(9), **EMERGENCY)
    contacts.record(recovery=on_call, user=nurse, now=local(9, 5), kind="call", outcome="advised")
    record(on_call, now=local(9, 30), **EMERGENCY)
    tick.run(now=local(9, 45))
    assert mails()[1:] == [
        ("alert", local(9, 30), "Nora"),
        ("escalation", local(9, 45), "Jonas"),
    ]


def test_a_mail_that_bounces_late_goes_on_to_whom_no_step_has_told(on_call, nurse):
    Message.objects.all().delete()
    record(on_call, now=local(9), **EMERGENCY)
    tick.run(now=local(9, 15))
    bounced(Message.objects.get(user=nurse), local(9, 16))
    assert mails() == [
        ("alert", local(9), "Nora"),
        ("escalation", local(9, 15), "Jonas"),
        ("alert", local(9, 16), "Mia"),
    ]


def test_it_goes_on_to_whoever_can_be_reached_and_ends_with_the_last(
    on_call, nurse, second_nurse, clinician, mail_server: MailServer
):
    Message.objects.all().delete()
    for user in (nurse, second_nurse):
        mail_server.at_rcpt[user.email] = "550 5.1.1 User unknown"
    record(on_call, now=local(9), **URGENT)
    delivery.deliver(clock=lambda: local(9))
    assert mail_server.addresses == [clinician.email]
    mail_server.at_rcpt[clinician.email] = "550 5.1.1 User unknown"
    tick.run(now=local(11))
    assert delivery.deliver(clock=lambda: local(11)) == {Message.State.REFUSED: 3}


def test_who_wants_no_such_mails_is_passed_over(
    on_call, clinic, nurse, second_nurse, clinician, mail_server: MailServer
):
    Message.objects.all().delete()
    wanted = dict.fromkeys(oncall.MAILS, True) | {"urgent_mails": False}
    oncall.choose(clinic=clinic, user=second_nurse, mails=wanted)
    mail_server.at_rcpt[nurse.email] = "550 5.1.1 User unknown"
    record(on_call, now=local(9), **URGENT)
    delivery.deliver(clock=lambda: local(9))
    assert mail_server.addresses == [clinician.email]


def bounced(mail: Message, now: datetime) -> None:
    told = mailevents.Told(
        kind=MailEvent.Kind.BOUNCED, message=mail.uuid, event_id="1", at=now, address_fails=True
    )
    mailevents.record(told, provider="ours", now=now)


def test_a_mail_that_bounces_hands_the_step_on_until_there_is_a_contact(
    on_call, nurse, second_nurse, mail_server: MailServer
):
    Message.objects.all().delete()
    record(on_call, now=local(9), **EMERGENCY)
    delivery.deliver(clock=lambda: local(9))
    bounced(Message.objects.get(user=nurse), local(9, 2))
    assert mails() == [("alert", local(9), "Nora"), ("alert", local(9, 2), "Jonas")]
    contacts.record(
        recovery=on_call, user=second_nurse, now=local(9, 5), kind="call", outcome="advised"
    )
    bounced(Message.objects.get(user=second_nurse), local(9, 6))
    assert len(mails()) == 2


def test_an_urgent_mail_that_the_server_did_not_take_by_closing_waits_for_opening(
    on_call, nurse, mail_server: MailServer
):
    Message.objects.all().delete()
    record(on_call, now=local(16, 58), **URGENT)
    # Put off, it is left as it was: nothing became of it.
    assert delivery.deliver(clock=lambda: local(17, 5)) == {}
    mail = Message.objects.get()
    assert (mail.state, mail.send_after) == ("owed", local(8, days=1))
    assert delivery.deliver(clock=lambda: local(8, days=1)) == {Message.State.SENT: 1}


@pytest.mark.parametrize(
    ("answers", "name", "state"),
    [
        (EMERGENCY, "emergency_mails", "not_sent"),
        (URGENT, "urgent_mails", "not_sent"),
        (URGENT, "waiting_mails", "sent"),
        (EMERGENCY, "urgent_mails", "sent"),
    ],
)
def test_what_is_switched_off_before_the_mail_goes_does_not_go(
    on_call, clinic, nurse, mail_server: MailServer, answers, name, state
):
    Message.objects.all().delete()
    record(on_call, now=local(9), **answers)
    wanted = dict.fromkeys(oncall.MAILS, True) | {name: False}
    oncall.choose(clinic=clinic, user=nurse, mails=wanted)
    assert delivery.deliver(clock=lambda: local(9)) == {state: 1}
    mail = Message.objects.get(user=nurse)
    assert mail.state == state
    assert mail.reason == ("switched_off" if state == "not_sent" else "")


def test_an_alert_keeps_its_step_while_it_waits(on_call):
    record(on_call, now=local(20), **URGENT)
    alert = Alert.objects.get()
    assert (alert.notice_step, alert.next_notice_at) == (0, local(8, days=1))
