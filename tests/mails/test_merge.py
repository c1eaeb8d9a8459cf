"""Mails of a batch share their words, and nothing else."""

import itertools
from datetime import timedelta

import pytest

from recovery.mails.build import Batch, build
from recovery.models import Clinic, Message
from recovery.services.claims import claim
from tests.cast import make_recovery
from tests.services.test_delivery import AT, owe
from tests.services.test_tick import local
from tests.spanish import offer_spanish

pytestmark = pytest.mark.django_db

AWAY = "Ruiz & <Sons>"


@pytest.fixture
def batch(clinic, manager, harbor, harbor_nurse) -> list[Message]:
    """Reminders of two clinics, two languages and three zones, of logs and of forms, some with
    another check-in open; and a mail of another kind for each.
    """
    offer_spanish(clinic, manager)
    Clinic.objects.filter(pk=harbor.pk).update(mail_name=AWAY)
    harbor.refresh_from_db()
    zones = itertools.cycle(["America/New_York", "America/Los_Angeles", "America/Chicago"])
    languages = itertools.cycle(["en", "es"])
    for at, day in itertools.product([clinic, clinic, harbor], [5, 14, 15]):
        recovery = make_recovery(
            at, day=day, now=local(9), zone=next(zones), patient={"language": next(languages)}
        )
        Message.objects.filter(recovery=recovery).delete()
        open_ones = recovery.checkins.filter(state="open")
        owe(recovery, checkin=open_ones.order_by("-opens_at").first(), number=1)
        owe(recovery, kind="invitation", checkin=None, number=None)
    Message.objects.update(send_after=AT - timedelta(minutes=1))
    claimed, _wait = claim(AT)
    assert len(claimed) == 18
    return claimed


def test_a_mail_of_a_batch_is_the_mail_that_is_written_alone(batch):
    shared = Batch()
    seen = set()
    # At noon and at night, when mails say when the clinic opens again.
    for message, at in itertools.product(batch, [AT, AT + timedelta(hours=9)]):
        [one, alone] = [build(message, now=at, **more) for more in ({"batch": shared}, {})]
        assert (one.subject, one.body, one.alternatives) == (
            alone.subject,
            alone.body,
            alone.alternatives,
        )
        assert one.message()["From"] == alone.message()["From"]
        seen.add(one.body)
    # Each of the nine reminders has links of its own, and is told twice.
    assert len(seen) > 2 * 9


def test_each_reader_gets_links_of_its_own(batch):
    shared = Batch()
    bodies = [
        build(message, now=AT, batch=shared).body
        for message in batch
        if message.kind == Message.Kind.REMINDER
    ]
    links = [line for body in bodies for line in body.splitlines() if line.startswith("http")]
    assert len(links) == len(set(links)) >= 3 * len(bodies)
