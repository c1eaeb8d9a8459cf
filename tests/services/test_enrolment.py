"""Enrolling, and the clinic that may."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from recovery.models import (
    CheckIn,
    Clinic,
    Consent,
    Contact,
    Membership,
    Message,
    Patient,
    Role,
    User,
)
from recovery.services import clinics, contacts, enrolment, recoveries, tick
from recovery.services.enrolment import Incomplete
from recovery.services.refusals import NotAllowed
from tests.cast import NOW, PASSWORD, make_recovery, staff
from tests.crowd import while_it_waits

pytestmark = pytest.mark.django_db


def enrol(clinic, user, **fields):
    return enrolment.enrol(
        clinic=clinic,
        user=user,
        now=NOW,
        **{
            "record_number": "A-1",
            "given_name": "Ruth",
            "family_name": "Keller",
            "procedure_at": NOW + timedelta(days=3),
            "email_ok": True,
            "email": "Ruth@Example.org",
        }
        | fields,
    )


def test_enrolling_makes_patient_recovery_consent_and_owes_the_invitation(clinic, nurse):
    recovery = enrol(clinic, nurse, baseline_pain=7, baseline_opioid_mme=Decimal("20.0"))
    assert recovery.state == "planned"
    # NOW is 21:00 on March 2 in New York.
    assert recovery.procedure_on == date(2026, 3, 5)
    consent = Consent.objects.get(patient=recovery.patient)
    assert (consent.told_by, consent.email_ok) == (nurse, True)
    invitation = Message.objects.get(kind="invitation")
    assert invitation.user == User.objects.get(email="ruth@example.org")


def test_a_procedure_in_the_past_opens_only_what_is_still_open(clinic, nurse):
    recovery = enrol(clinic, nurse, procedure_at=NOW - timedelta(days=5, hours=12))
    tick.run(now=NOW)
    assert set(CheckIn.objects.filter(recovery=recovery).values_list("key", flat=True)) == {
        "DAY-05"
    }


def test_two_people_may_share_an_address(clinic, nurse):
    enrol(clinic, nurse)
    enrol(clinic, nurse, record_number="A-2", given_name="Alan")
    assert User.objects.get(email="ruth@example.org").accesses.count() == 2


def test_a_record_number_is_used_once(clinic, nurse, harbor, harbor_nurse):
    enrol(clinic, nurse)
    with pytest.raises(enrolment.Known), transaction.atomic():
        enrol(clinic, nurse, email="")
    enrol(harbor, harbor_nurse, email="")
    assert Patient.objects.count() == 2


@pytest.mark.parametrize(
    "number",
    ["emergency_number", "clinic_phone", "after_hours_phone", "poison_phone", "crisis_phone"],
)
def test_without_a_number_that_a_patient_text_names_nobody_is_enrolled(clinic, nurse, number):
    Clinic.objects.update(**{number: ""})
    clinic.refresh_from_db()
    with pytest.raises(Incomplete) as refused:
        enrol(clinic, nurse)
    assert refused.value.missing == [number]
    assert not Patient.objects.exists()


def test_without_an_active_nurse_or_clinician_nobody_is_enrolled(clinic, manager):
    with pytest.raises(Incomplete) as refused:
        enrol(clinic, manager)
    assert refused.value.missing == ["staff"]


# The clinic's staff
# ------------------


def test_the_last_nurse_or_clinician_cannot_be_deactivated(clinic, nurse, clinician):
    mine, theirs = (Membership.objects.get(user=user) for user in (nurse, clinician))
    clinics.set_active(membership=mine, active=False)
    with pytest.raises(NotAllowed):
        clinics.set_active(membership=theirs, active=False)
    assert enrolment.missing(clinic) == []


def test_the_last_manager_cannot_be_deactivated(clinic, nurse, manager):
    with pytest.raises(NotAllowed):
        clinics.set_active(membership=manager.memberships.get(), active=False)


def test_an_invitation_owes_a_mail_until_a_password_is_chosen(clinic):
    invite = {"clinic": clinic, "email": "Jo@Example.org", "name": "Jo", "now": NOW}
    clinics.invite(role=Role.NURSE, **invite)
    clinics.invite(role=Role.NURSE, **invite)
    assert Message.objects.filter(kind="invitation").count() == 2
    user = User.objects.get(email="jo@example.org")
    user.set_password(PASSWORD)
    user.save()
    clinics.invite(role=Role.CLINICIAN, **invite)
    assert Message.objects.filter(kind="invitation").count() == 2
    assert user.memberships.count() == 2


def test_a_password_reset_is_owed_to_active_staff_alone(clinic, nurse):
    leaver = staff(clinic, "Lea", Role.NURSE)
    leaver.memberships.update(is_active=False)
    for email in (nurse.email.upper(), leaver.email, "stranger@example.org"):
        clinics.owe_password_reset(email=email, now=NOW)
    assert [mail.user for mail in Message.objects.all()] == [nurse]


# The state of a recovery
# -----------------------


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("active", "paused", True),
        ("paused", "active", True),
        ("active", "withdrawn", True),
        ("active", "died", True),
        ("active", "cancelled", False),
        ("planned", "cancelled", True),
        ("withdrawn", "active", False),
        ("died", "active", False),
        ("completed", "active", False),
        ("active", "completed", False),
    ],
)
def test_states_follow_each_other_as_written(clinic, nurse, before, after, allowed):
    recovery = make_recovery(clinic, day=5, now=NOW, ticked=False, state=before)
    change = {"recovery": recovery, "user": nurse, "now": NOW, "state": after}
    if allowed:
        assert recoveries.change_state(**change).state == after
    else:
        with pytest.raises(NotAllowed):
            recoveries.change_state(**change)


def test_pausing_stops_what_is_owed_to_the_patient(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    recoveries.change_state(recovery=recovery, user=nurse, now=NOW, state="paused")
    assert set(Message.objects.filter(recovery=recovery, state="owed")) == set()
    assert Message.objects.filter(recovery=recovery, reason="not_followed").exists()


# A second procedure
# ------------------


def again(recovery, user, **facts):
    at = NOW + timedelta(days=20)
    return enrolment.add_procedure(
        patient=recovery.patient, user=user, now=NOW, procedure_at=at, **facts
    )


def test_a_second_procedure_is_a_recovery_of_its_own(clinic, nurse):
    first = make_recovery(clinic, day=200, now=NOW)
    second = again(first, nurse, baseline_pain=5)
    assert (second.patient, second.state, second.baseline_pain) == (first.patient, "planned", 5)
    assert (first.baseline_pain, second.anchor) == (6, 1)
    assert Consent.objects.filter(patient=first.patient).count() == 1
    assert Message.objects.get(kind="invitation", recovery=second).user is not None


@pytest.mark.parametrize("state", ["planned", "active", "paused", "died"])
def test_one_follow_up_of_a_patient_at_a_time(clinic, nurse, state):
    first = make_recovery(clinic, day=5, now=NOW, ticked=False, state=state)
    with pytest.raises(NotAllowed):
        again(first, nurse)


@pytest.mark.parametrize("state", ["completed", "withdrawn", "cancelled"])
def test_after_the_first_has_ended_another_may_follow(clinic, nurse, state):
    first = make_recovery(clinic, day=5, now=NOW, ticked=False, state=state)
    assert again(first, nurse).state == "planned"


def test_the_database_holds_one_follow_up_a_patient(clinic, nurse):
    first = make_recovery(clinic, day=200, now=NOW)
    again(first, nurse)
    first.state = "active"
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save()


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_a_consent_is_recorded_beside_a_contact_and_both_are_kept(clinic, nurse, clinician):
    recovery = make_recovery(clinic, day=5, now=NOW)
    Consent.objects.all().delete()
    while_it_waits(
        recovery,
        lambda: enrolment.record_consent(recovery=recovery, user=nurse, now=NOW, email_ok=True),
        lambda: contacts.record(
            recovery=recovery, user=clinician, now=NOW, kind="call", outcome="advised"
        ),
    )
    assert Consent.objects.filter(patient=recovery.patient, email_ok=True).count() == 1
    assert Contact.objects.filter(recovery=recovery).count() == 1
