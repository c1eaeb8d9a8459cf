import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recovery.models import Clinic, Patient, Recovery
from recovery.queries import patients
from tests.queries.crowd import crowd

NOW = datetime(2026, 3, 5, 15, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(set_clock: Any) -> None:
    set_clock(NOW)


@pytest.mark.parametrize("size", [0, 1, 50, 200])
@pytest.mark.parametrize("text", ["", "crowd"])
def test_six_statements_at_most(as_nurse: Client, clinic: Clinic, size: int, text: str) -> None:
    crowd(clinic, size, now=NOW, rank=None)
    as_nurse.get(reverse("patients"))
    with CaptureQueriesContext(connection) as statements:
        response = as_nurse.post(reverse("patients"), {"q": text})
    assert response.content.count(b"is-row") == min(size, 50)
    assert len(statements) <= 6, [one["sql"][:80] for one in statements]
    assert not any("dailylog" in one["sql"] for one in statements)


@pytest.mark.parametrize("text", ["", "pat"])
def test_the_next_page_goes_on_where_this_one_ends(
    as_nurse: Client, clinic: Clinic, text: str
) -> None:
    crowd(clinic, 120, now=NOW, rank=None)
    listed: list[str] = []
    asked, pages = {"q": text}, 0
    while asked:
        with CaptureQueriesContext(connection) as statements:
            ask = as_nurse.post if text else as_nurse.get
            content = ask(reverse("patients"), asked).content.decode()
        pages += 1
        # The first request of a process also reads the version of a pathway.
        assert len(statements) <= 6 + (pages == 1)
        listed += re.findall(r'class="ic-name"[^>]*>([^<]+)<', content)
        following = re.findall(r'(?:[?&]after=|name="after" value=")([^"]*)"', content)
        asked = {"q": text, "after": following[0]} if following else {}
    everyone = Patient.objects.order_by("family_name").values_list("family_name", flat=True)
    assert (pages, listed) == (3, [f"{name}, Pat" for name in everyone])


def test_namesakes_at_a_page_border_are_all_shown(clinic: Clinic) -> None:
    crowd(clinic, 60, now=NOW, rank=None)
    Patient.objects.update(family_name="Smith", given_name="Sam")
    first = patients.page(clinic=clinic, now=NOW)
    second = patients.page(clinic=clinic, now=NOW, after=first.after)
    numbers = {row.recovery.patient.record_number for row in first.rows + second.rows}
    assert (len(first.rows), len(second.rows), len(numbers)) == (50, 10, 60)


def test_a_patient_with_two_recoveries_stands_once_with_the_newer(clinic: Clinic) -> None:
    [old] = crowd(clinic, 1, now=NOW, rank=None)
    Recovery.objects.update(state=Recovery.State.COMPLETED)
    new = Recovery.objects.create(
        clinic=clinic,
        patient=old.patient,
        pathway=old.pathway,
        created_at=NOW,
        procedure_at=NOW + timedelta(days=3),
        procedure_on=(NOW + timedelta(days=3)).date(),
    )
    [row] = patients.page(clinic=clinic, now=NOW).rows
    assert row.recovery.uuid == new.uuid
    assert (row.place.day, row.place.phase) == (-3, None)


def test_the_place_of_a_page_cannot_be_taken_from_the_neighbour(
    clinic: Clinic, harbor: Clinic
) -> None:
    crowd(clinic, 3, now=NOW, rank=None)
    [theirs] = crowd(harbor, 1, now=NOW, rank=None)
    assert patients.page(clinic=clinic, now=NOW, after=theirs.patient.uuid).rows == []
