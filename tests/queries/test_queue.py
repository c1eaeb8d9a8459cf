"""What the queue's page holds and what it costs, statement by statement."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recovery.models import Clinic, User
from recovery.models.recoveries import QueueRank
from recovery.queries import queue
from tests.queries.crowd import crowd

NOW = datetime(2026, 3, 5, 15, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(set_clock: Any) -> None:
    set_clock(NOW)


def names(page: queue.QueuePage) -> list[str]:
    return [row.recovery.patient.family_name for _rank, rows in page.groups for row in rows]


@pytest.mark.parametrize("size", [0, 1, 50, 200])
@pytest.mark.parametrize("asked", [{}, {"only": "review"}, {"q": "crowd"}])
def test_six_statements_whatever_stands_in_it(
    as_nurse: Client, clinic: Clinic, size: int, asked: dict[str, str]
) -> None:
    crowd(clinic, size, now=NOW)
    ask = as_nurse.post if "q" in asked else as_nurse.get
    ask(reverse("queue"), asked)
    with CaptureQueriesContext(connection) as statements:
        response = ask(reverse("queue"), asked)
    assert response.content.count(b"is-row") == min(size, 50)
    # The session, the user, the roles, the clock (in demo and test mode), the rows, their alerts.
    assert len(statements) <= 6, [one["sql"][:80] for one in statements]
    assert not any("dailylog" in one["sql"] for one in statements)


def test_the_second_page_costs_no_more(as_nurse: Client, clinic: Clinic) -> None:
    crowd(clinic, 120, now=NOW)
    first = as_nurse.get(reverse("queue")).content.decode()
    [after] = re.findall(r'href="([^"]*after=[^"]*)"', first)
    with CaptureQueriesContext(connection) as statements:
        as_nurse.get(after.replace("&amp;", "&"))
    assert len(statements) <= 6


def test_pages_of_fifty_hold_each_row_once_in_order(clinic: Clinic, nurse: User) -> None:
    ranks = (QueueRank.URGENT, QueueRank.REVIEW, QueueRank.OVERDUE)
    rows = [row for rank in ranks for row in crowd(clinic, 40, now=NOW, rank=rank)]
    expected = [row.patient.family_name for row in rows]
    seen, after, sizes = [], "", []
    for _page in range(4):
        page = queue.page(clinic=clinic, user=nurse, now=NOW, after=after)
        sizes.append(len(names(page)))
        seen += names(page)
        after = page.after
        if not after:
            break
    assert (sizes, seen) == ([50, 50, 20], expected)


def test_rows_of_the_same_moment_are_all_shown(clinic: Clinic, nurse: User) -> None:
    rows = crowd(clinic, 60, now=NOW)
    for row in rows:
        row.queue_since = NOW
        row.save()
    first = queue.page(clinic=clinic, user=nurse, now=NOW)
    second = queue.page(clinic=clinic, user=nurse, now=NOW, after=first.after)
    assert names(first) + names(second) == [row.patient.family_name for row in rows]


@pytest.mark.parametrize("forged", ["x", "3~2026-03-05T10:00:00+00:00~1", "a~b~c:sig", "\0"])
def test_a_forged_place_begins_anew(clinic: Clinic, forged: str, nurse: User) -> None:
    crowd(clinic, 3, now=NOW)
    page = queue.page(clinic=clinic, user=nurse, now=NOW, after=forged)
    assert len(names(page)) == 3


@pytest.mark.parametrize(("size", "count"), [(0, 0), (99, 99), (100, 100), (130, 100)])
def test_counts_stop_at_a_hundred(clinic: Clinic, size: int, count: int, nurse: User) -> None:
    crowd(clinic, size, now=NOW, rank=QueueRank.URGENT)
    page = queue.page(clinic=clinic, user=nurse, now=NOW, only=["review"])
    assert (page.counts["urgent"], page.waiting) == (count, count)


def test_the_page_says_99_plus(as_nurse: Client, clinic: Clinic) -> None:
    crowd(clinic, 130, now=NOW, rank=QueueRank.URGENT)
    content = as_nurse.get(reverse("queue")).content.decode()
    assert "<b>99+</b>" in content
    assert "More than 99 patients need someone." in content


def test_a_clinic_without_hours_still_has_clocks(clinic: Clinic, nurse: User) -> None:
    clinic.hours = [None] * 7
    clinic.save()
    crowd(clinic, 1, now=NOW, rank=QueueRank.URGENT)
    crowd(clinic, 1, now=NOW, rank=QueueRank.REVIEW)
    [(_u, [urgent]), (_r, [review])] = queue.page(clinic=clinic, user=nurse, now=NOW).groups
    assert urgent.clock.left == 119
    assert review.clock.left == 24 * 60 - 1
