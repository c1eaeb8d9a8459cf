"""Links for a therapist: made with consent, for a while, ended by many things."""

import uuid
from datetime import timedelta

import pytest

from recovery.models import AccessEvent, Patient, Recovery, TherapistLink
from recovery.services import therapists
from recovery.services.refusals import NotAllowed
from recovery.tokens import therapist_link_of, therapist_token
from tests.cast import NOW, make_recovery
from tests.visits import share

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(clinic, nurse) -> Recovery:
    return make_recovery(clinic, day=20, now=NOW)


def test_the_token_is_signed_and_not_stored(recovery, nurse):
    link = share(recovery, nurse, now=NOW)
    token = therapist_token(link)
    assert therapist_link_of(token) == link.uuid
    assert therapist_link_of(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert therapist_link_of(link.uuid.hex) is None
    stored = [str(value) for value in TherapistLink.objects.values().get().values()]
    assert not any(token.rpartition(":")[2] in value for value in stored)


def test_a_double_tap_makes_one(recovery, nurse):
    client_id = uuid.uuid4()
    assert share(recovery, nurse, now=NOW, client_id=client_id) == share(
        recovery, nurse, now=NOW, client_id=client_id
    )
    assert TherapistLink.objects.count() == 1


@pytest.mark.parametrize("days", [0, -1, 91])
def test_a_wrong_length(recovery, nurse, days):
    with pytest.raises(NotAllowed):
        share(recovery, nurse, now=NOW, days=days)


def test_without_a_date_of_birth_there_is_none(recovery, nurse):
    Patient.objects.update(birth_date=None)
    with pytest.raises(NotAllowed, match="date of birth"):
        share(recovery, nurse, now=NOW)


@pytest.mark.parametrize("state", ["withdrawn", "cancelled", "died"])
def test_the_end_of_a_follow_up_ends_them(recovery, nurse, state):
    link = share(recovery, nurse, now=NOW)
    Recovery.objects.update(state=state)
    link.recovery.refresh_from_db()
    assert not link.is_open(NOW)
    with pytest.raises(NotAllowed, match="ended"):
        share(recovery, nurse, now=NOW)


def test_it_is_open_until_the_moment_it_expires(recovery, nurse):
    link = share(recovery, nurse, now=NOW, days=7)
    end = NOW + timedelta(days=7)
    assert link.is_open(end - timedelta(seconds=1))
    assert not link.is_open(end)


def test_it_is_revoked_once(recovery, nurse, second_nurse):
    link = share(recovery, nurse, now=NOW)
    therapists.revoke(link=link, user=second_nurse, now=NOW)
    therapists.revoke(link=link, user=nurse, now=NOW + timedelta(days=1))
    link.refresh_from_db()
    assert (link.revoked_by, link.revoked_at) == (second_nurse, NOW)
    assert not link.is_open(NOW)
    made, revoked = AccessEvent.objects.filter(what__contains="therapist link").order_by("pk")
    assert (made.user, made.what.rpartition(" ")[2]) == (nurse, "made")
    assert (revoked.user, revoked.what.rpartition(" ")[2]) == (second_nurse, "revoked")
