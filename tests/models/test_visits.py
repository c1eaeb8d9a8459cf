"""The database refuses a question or a link that cannot be."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError

from recovery.models import TherapistLink, VisitQuestion
from tests.cast import NOW, TODAY, make_recovery

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"text": ""}, "visit_question_says_something"),
        ({"source": "staff"}, "visit_question_comes_from_the_patient_s_side"),
        ({"taken_at": NOW}, "visit_question_is_taken_by_somebody"),
        (
            {"taken_at": NOW, "by": True, "removed_at": NOW},
            "visit_question_is_taken_or_removed",
        ),
    ],
)
def test_a_wrong_question(clinic, nurse, fields, rule):
    recovery = make_recovery(clinic, now=NOW, ticked=False)
    taken_by = nurse if fields.pop("by", False) else None
    given = {"text": "May I swim?", "source": "patient", "asked_by": nurse, "asked_at": NOW}
    with pytest.raises(IntegrityError, match=rule):
        VisitQuestion.objects.create(
            recovery=recovery, client_id=uuid.uuid4(), taken_by=taken_by, **given | fields
        )


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"recipient": ""}, "therapist_link_names_its_recipient"),
        ({"expires_at": NOW}, "therapist_link_expires_after_it_is_made"),
        ({"consent_how": "assumed"}, "therapist_link_consent_is_known"),
        ({"revoked_at": NOW}, "therapist_link_is_revoked_by_somebody"),
    ],
)
def test_a_wrong_link(clinic, nurse, fields, rule):
    recovery = make_recovery(clinic, now=NOW, ticked=False)
    given = {
        "recipient": "Harbor Physio",
        "expires_at": NOW + timedelta(days=30),
        "consent_how": "spoken",
        "consented_on": TODAY,
    }
    with pytest.raises(IntegrityError, match=rule):
        TherapistLink.objects.create(
            recovery=recovery,
            created_at=NOW,
            created_by=nurse,
            client_id=uuid.uuid4(),
            **given | fields,
        )
