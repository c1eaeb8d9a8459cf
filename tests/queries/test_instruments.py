"""Which instruments a form asks, with a clinic's own among them."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.models import CheckIn, Clinic, FormResponse, Recovery
from recovery.queries.instruments import instruments_for, instruments_for_staff, instruments_of
from recovery.services import questionnaires
from tests.cast import NOW, make_recovery
from tests.questionnaires import file, rmdq, sleep

pytestmark = pytest.mark.django_db


def load(clinic: Clinic, data: Any, **options: Any) -> Any:
    return questionnaires.load(clinic=clinic, raw=file(data), now=NOW, **options).questionnaire


def asked(form: str, clinic: Clinic, *, staff: bool = False) -> list[str]:
    found = instruments_of(form, staff=staff, clinic=clinic)
    return [f"{one.key} {one.version}" for one in found]


def test_ours_until_something_is_loaded(clinic: Clinic) -> None:
    assert asked("six_week", clinic) == ["NRS 1", "PEG 1", "PGIC 1"]
    assert asked("six_week", clinic, staff=True) == ["NRS 1", "PEG 1", "RMDQ 1", "PGIC 1"]


def test_a_copy_stands_where_the_score_entry_stood(clinic: Clinic, harbor: Clinic) -> None:
    load(clinic, rmdq())
    assert asked("six_week", clinic) == ["NRS 1", "PEG 1", "RMDQ 2026-01", "PGIC 1"]
    assert asked("one_month", clinic) == ["NRS 1", "PEG 1", "PGIC 1"]
    assert asked("six_week", harbor) == ["NRS 1", "PEG 1", "PGIC 1"]


def test_a_new_one_comes_last_in_the_forms_that_ask_it(clinic: Clinic) -> None:
    load(clinic, sleep(), forms=["one_month"])
    assert asked("one_month", clinic) == ["NRS 1", "PEG 1", "PGIC 1", "SLEEP 2026-01"]
    assert asked("two_week", clinic) == ["PEG 1"]


def test_out_of_use_ours_is_asked_again(clinic: Clinic) -> None:
    row = load(clinic, rmdq())
    questionnaires.retire(questionnaire=row, user=None, now=NOW)
    assert asked("six_week", clinic) == ["NRS 1", "PEG 1", "PGIC 1"]


def test_one_statement_once_it_is_read(clinic: Clinic) -> None:
    load(clinic, rmdq())
    load(clinic, sleep(), forms=["six_week"])
    asked("six_week", clinic)
    with CaptureQueriesContext(connection) as statements:
        asked("six_week", clinic)
    assert len(statements) == 1


def a_draft(recovery: Recovery, **versions: str) -> FormResponse:
    return FormResponse.objects.create(
        recovery=recovery,
        checkin=CheckIn.objects.get(recovery=recovery, form="six_week"),
        client_id=uuid.uuid4(),
        status="in_progress",
        instruments=versions,
        saved_at=NOW,
        source="patient",
        mode="web",
    )


def test_a_response_goes_on_with_the_versions_it_was_begun_with(clinic: Clinic, nurse: Any) -> None:
    load(clinic, rmdq())
    row = load(clinic, sleep(), forms=["six_week"])
    recovery = make_recovery(clinic, day=40, now=NOW)
    began = dict(each.split() for each in asked("six_week", clinic))
    response = a_draft(recovery, **began)
    older = a_draft(recovery, NRS="1", RMDQ="1")
    load(clinic, rmdq(version="2026-02"))
    questionnaires.retire(questionnaire=row, user=None, now=NOW)
    found = instruments_for(FormResponse.objects.get(pk=response.pk))
    assert {one.key: one.version for one in found} == began
    assert [one.key for one in found] == ["NRS", "PEG", "RMDQ", "PGIC", "SLEEP"]
    assert [one.scorer for one in instruments_for(older)] == ["sum", "entered"]
    assert asked("six_week", clinic)[2] == "RMDQ 2026-02"


def test_staff_enter_the_rest_of_what_was_begun(clinic: Clinic, nurse: Any) -> None:
    recovery = make_recovery(clinic, day=40, now=NOW)
    begun = a_draft(recovery, NRS="1", SLEEP="2026-01")
    load(clinic, sleep())
    load(clinic, sleep(version="2026-02"))
    load(clinic, rmdq())
    found = instruments_for_staff("six_week", clinic=clinic, begun=begun)
    told = [f"{one.key} {one.version}" for one in found]
    assert told == ["NRS 1", "PEG 1", "RMDQ 2026-01", "PGIC 1", "SLEEP 2026-01"]
    assert instruments_for_staff("six_week", clinic=clinic, begun=None) == instruments_of(
        "six_week", staff=True, clinic=clinic
    )
