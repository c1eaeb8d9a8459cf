"""The page of everything that happened in a recovery."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.models import AccessEvent, Clinic, Contact, Recovery, User
from tests.pages import words
from tests.views.staff.conftest import NOW, someone, url
from tests.views.staff.test_recoveries import a_year


@pytest.fixture
def a_long_story(clinic: Clinic, nurse: User, now: Any) -> Recovery:
    recovery = someone(clinic, "Zelda", "Year", day=364, ticked=False)
    a_year(recovery)
    for n in range(3):
        Contact.objects.create(
            recovery=recovery,
            by=nurse,
            at=recovery.procedure_at + n * timedelta(days=100, hours=1),
            kind="call",
            outcome="advised",
            note=f"Call number {n}.",
        )
    return recovery


def page(client: Client, recovery: Recovery, **query: str) -> Any:
    response = client.get(url("recovery_timeline", recovery.uuid), query)
    assert response.status_code == 200
    return response


def test_every_entry_is_reached_page_by_page(as_nurse: Client, a_long_story: Recovery) -> None:
    """365 logs, three calls, the procedure."""
    address, days, calls = url("recovery_timeline", a_long_story.uuid), [], []
    pages = 0
    while address:
        html = as_nurse.get(address).content.decode()
        days += [int(day) for day in re.findall(r"<span>Log D(\d+)", html)]
        calls += re.findall(r"Call number (\d)", html)
        pages += 1
        [address] = re.findall(r'href="([^"]*\?before=\d+)"', html) or [""]
    assert (pages, days, calls) == (4, [*range(364, -1, -1)], ["2", "1", "0"])
    assert "Procedure" in html


def test_a_day_of_another_year_has_its_year(as_nurse: Client, a_long_story: Recovery) -> None:
    assert "Feb 20 Log D351" in words(page(as_nurse, a_long_story))
    assert "Mar 7, 2025 Log D1," in words(page(as_nurse, a_long_story, before="300"))


@pytest.mark.parametrize("before", ["", "-1", "x", "1e9", "9" * 40, "²", "\x00"])
def test_what_is_no_place_begins_anew(
    as_nurse: Client, a_long_story: Recovery, before: str
) -> None:
    assert "Newest first, 1 to 100 of" in words(page(as_nurse, a_long_story, before=before))


def test_beyond_the_first_there_is_nothing(as_nurse: Client, recovery: Recovery) -> None:
    text = words(page(as_nurse, recovery, before="500"))
    assert "Nothing earlier." in text
    assert "Newest 100" in text


def test_the_look_is_recorded_and_costs_as_much_after_a_year(
    as_nurse: Client, a_long_story: Recovery, clinic: Clinic
) -> None:
    counts = []
    for recovery in (a_long_story, someone(clinic, "Ruth", "Keller", day=2)):
        page(as_nurse, recovery)
        with CaptureQueriesContext(connection) as statements:
            page(as_nurse, recovery)
        counts.append(len(statements))
        read = AccessEvent.objects.filter(patient=recovery.patient, what="timeline", action="read")
        assert read.count() == 2
    assert counts[0] == counts[1]
    assert NOW - a_long_story.procedure_at > timedelta(days=363)
