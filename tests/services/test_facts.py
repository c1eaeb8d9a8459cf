"""Facts corrected after enrolment."""

import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.models import AccessEvent, Contact, FactChange
from recovery.services import contacts, facts
from tests.cast import NOW, make_recovery
from tests.crowd import while_it_waits
from tests.services.test_reschedules import log

pytestmark = pytest.mark.django_db


def test_a_correction_names_what_stood_there_and_who_changed_it(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW, ticked=False, surgeon="Mia A.")
    given = {
        "baseline_pain": 7,
        "baseline_opioid_mme": Decimal("22.50"),
        "osteoporosis": None,
        "surgeon": "Mia A.",
        "icd10": "M54.51",
    }
    facts.correct(recovery=recovery, user=nurse, now=NOW, facts=given)
    recovery.refresh_from_db()
    assert {name: getattr(recovery, name) for name in given} == given
    rows = FactChange.objects.order_by("fact").values_list("fact", "before", "after", "by", "at")
    assert list(rows) == [
        ("baseline_opioid_mme", "", "22.5", nurse.pk, NOW),
        ("baseline_pain", "6", "7", nurse.pk, NOW),
        ("icd10", "", "M54.51", nurse.pk, NOW),
        ("osteoporosis", "no", "", nurse.pk, NOW),
    ]
    assert AccessEvent.objects.filter(what="facts").count() == 1


def test_what_is_equal_is_no_change(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW, ticked=False)
    assert facts.correct(recovery=recovery, user=nurse, now=NOW, facts={"baseline_pain": 6}) == []
    assert not AccessEvent.objects.filter(what="facts").exists()


def test_past_logs_keep_what_they_were_judged_by(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW)
    before = log(recovery, on=recovery.procedure_on)
    facts.correct(recovery=recovery, user=nurse, now=NOW, facts={"baseline_pain": 9})
    before.refresh_from_db()
    after = log(recovery, on=recovery.procedure_on)
    assert (before.judged_baseline_pain, after.judged_baseline_pain) == (6, 9)


def test_only_facts_can_be_corrected(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW, ticked=False)
    with pytest.raises(ValueError, match="uuid"):
        facts.correct(recovery=recovery, user=nurse, now=NOW, facts={"uuid": uuid.uuid4()})


def test_four_statements_for_any_number_of_facts(clinic, nurse):
    recovery = make_recovery(clinic, day=5, now=NOW, ticked=False)
    given = {"baseline_pain": 1, "surgeon": "B", "levels": "L5", "modic": "2", "pain_months": 24}
    with CaptureQueriesContext(connection) as found:
        facts.correct(recovery=recovery, user=nurse, now=NOW, facts=given)
    assert len([one for one in found if "SAVEPOINT" not in one["sql"]]) == 4


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_a_phone_is_corrected_beside_a_contact_and_both_are_kept(clinic, nurse, clinician):
    recovery = make_recovery(clinic, day=5, now=NOW)
    corrected = while_it_waits(
        recovery,
        lambda: facts.correct_person(
            recovery=recovery, user=nurse, now=NOW, person={"phone": "555-0111"}
        ),
        lambda: contacts.record(
            recovery=recovery, user=clinician, now=NOW, kind="call", outcome="advised"
        ),
    )
    assert [change.fact for change in corrected] == ["phone"]
    assert Contact.objects.filter(recovery=recovery).count() == 1
    recovery.patient.refresh_from_db()
    assert recovery.patient.phone == "555-0111"
