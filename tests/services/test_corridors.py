"""The clinic's own corridor: which days it has, what they say, when and how it is built."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.clinical.corridor import quartiles
from recovery.models import Clinic, CorridorDay, Recovery
from recovery.queries import days, timeline
from recovery.services import corridors, tick
from tests.cast import make_recovery
from tests.completed import completed, log_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def built(clinic: Clinic) -> dict[int, tuple[int, float, float, float]]:
    corridors.rebuild(clinic, now=NOW)
    rows = CorridorDay.objects.filter(clinic=clinic).order_by("day")
    return {
        row.day: (row.recoveries, float(row.lower), float(row.median), float(row.upper))
        for row in rows
    }


def test_a_day_needs_fifty_completed_recoveries_and_no_other_day_lends_it_any(clinic):
    completed(clinic, 49, {1: 6, 2: 5, 4: 4})
    assert built(clinic) == {}
    completed(clinic, 1, {2: 5})
    completed(clinic, 1, {3: 9})
    assert built(clinic) == {2: (50, 5, 5, 5)}


@pytest.mark.parametrize("state", ["planned", "active", "paused", "withdrawn", "cancelled", "died"])
def test_only_what_was_followed_to_its_end_counts(clinic, state):
    completed(clinic, 49, {2: 5})
    completed(clinic, 9, {2: 9}, state=state)
    assert built(clinic) == {}


def test_another_clinic_s_recoveries_are_none_of_ours(clinic, harbor):
    completed(clinic, 49, {2: 5})
    completed(harbor, 50, {2: 9})
    assert built(clinic) == {}
    assert built(harbor) == {2: (50, 9, 9, 9)}


def test_quartiles_of_a_day(clinic):
    for pain, size in ((2, 13), (4, 14), (5, 13), (8, 12)):
        completed(clinic, size, {7: pain})
    assert built(clinic) == {7: (52, 3, 4, 5)}


def test_a_day_without_a_pain_answer_is_no_pain(clinic):
    completed(clinic, 50, {2: 5, 3: None, -2: 8})
    assert built(clinic) == {2: (50, 5, 5, 5)}


def fifty(clinic: Clinic, story: Callable[[Recovery], Any]) -> dict[int, float]:
    """The pain by day that the corridor takes of fifty recoveries with the same story."""
    for recovery in completed(clinic, 50, {}):
        story(recovery)
    found = built(clinic)
    assert all(lower == median == upper for _n, lower, median, upper in found.values())
    return {day: row[1] for day, row in found.items()}


@pytest.mark.parametrize("last", [0, 9])
def test_of_several_logs_the_one_entered_last_counts(clinic, last):
    def story(recovery: Recovery) -> None:
        for pain in (4, last, None):
            log_of(recovery, 2, pain).save()

    assert fifty(clinic, story) == {2: last}


@pytest.mark.parametrize(("to", "found"), [(2, {2: 7}), (5, {2: 7, 5: 1})])
def test_a_correction_stands_in_the_place_of_what_it_corrects(clinic, to, found):
    """It is no newer report of its day, and one about another day leaves this one."""

    def story(recovery: Recovery) -> None:
        first = log_of(recovery, 2, 4)
        first.save()
        log_of(recovery, 2, 7).save()
        again = {"client_id": first.client_id, "revision": 1, "supersedes": first}
        log_of(recovery, to, 1, **again).save()

    assert fifty(clinic, story) == found


def test_days_count_from_the_present_procedure_date(clinic):
    def story(recovery: Recovery) -> None:
        log_of(recovery, 0, 9).save()
        log_of(recovery, 3, 8).save()
        recovery.procedure_on += DAY
        recovery.save()

    assert fifty(clinic, story) == {2: 8}


@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_the_charts_of_all_completed_recoveries_show(clinic, seed):
    """Against a slow reference: each recovery's chart, drawn for itself."""
    rng = Random(seed)
    for recovery in completed(clinic, 70, {}):
        scatter(recovery, rng)
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for recovery in Recovery.objects.filter(clinic=clinic):
        for day in days.by_day(timeline.current(timeline.logs_of(recovery))):
            if day.average is not None and day.day >= 0:
                counts[day.day][day.average] += 1
    expected = {
        day: tuple(map(float, quartiles([found[pain] for pain in range(11)])))
        for day, found in counts.items()
        if found.total() >= 50
    }
    assert len(expected) in range(2, 8)
    assert built(clinic) == expected


def scatter(recovery: Recovery, rng: Random) -> None:
    """Days left out, told twice, corrected, corrected to another day; the procedure moves."""
    for day in range(-1, 8):
        for _log in range(rng.choice((0, 1, 1, 1, 2))):
            log = log_of(recovery, day, rng.choice((None, *range(11))))
            log.save()
            for revision in range(1, rng.choice((1, 1, 2, 3))):
                again = log_of(recovery, day + rng.choice((0, 0, 1)), rng.randint(0, 10))
                again.client_id, again.revision, again.supersedes = log.client_id, revision, log
                again.save()
                log = again
    recovery.procedure_on += rng.choice((0, 0, 0, 1)) * DAY
    recovery.save()


def test_a_rebuild_forgets_what_no_longer_holds(clinic):
    found = completed(clinic, 50, {2: 5, 3: 4})
    assert set(built(clinic)) == {2, 3}
    Recovery.objects.filter(pk=found[0].pk).update(state="withdrawn")
    assert built(clinic) == {}


def statements(clinic: Clinic) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        corridors.rebuild(clinic, now=NOW)
    return [one["sql"] for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_a_rebuild_is_five_statements_and_locks_the_clinic_alone(clinic):
    completed(clinic, 50, dict.fromkeys(range(15), 5))
    few = statements(clinic)
    completed(clinic, 80, dict.fromkeys(range(85), 4))
    many = statements(clinic)
    assert len(few) == len(many) == 5
    locking = [sql for sql in many if re.search(r"FOR (NO KEY )?UPDATE", sql)]
    assert not any("recovery_recovery" in sql for sql in locking)


def test_half_points_are_kept_exactly(clinic):
    completed(clinic, 25, {1: 3})
    completed(clinic, 25, {1: 4})
    built(clinic)
    assert CorridorDay.objects.get().median == Decimal("3.5")


# The tick
# --------


@pytest.fixture
def ending(clinic, nurse):
    """A recovery that completes at the next tick; fifty others have."""
    completed(clinic, 50, {2: 5})
    return about_to_end(clinic)


def about_to_end(clinic: Clinic) -> Recovery:
    """It completes at the tick that looks at it; none does until `complete` says so."""
    recovery = make_recovery(clinic, day=104, now=NOW - DAY)
    Recovery.objects.filter(pk=recovery.pk).update(next_event_at=None)
    return recovery


def complete(recovery: Recovery, now: datetime) -> None:
    Recovery.objects.filter(pk=recovery.pk).update(next_event_at=now)
    tick.run(now=now)
    recovery.refresh_from_db()
    assert recovery.state == Recovery.State.COMPLETED


def test_a_recovery_that_completes_has_the_corridor_built(clinic, ending):
    complete(ending, NOW + DAY)
    assert CorridorDay.objects.get().day == 2
    clinic.refresh_from_db()
    assert clinic.corridor_at == NOW + DAY


def test_once_a_day_of_the_clinic_is_enough(clinic, ending):
    second, third = about_to_end(clinic), about_to_end(clinic)
    # 23:00 and 23:59 of one evening in New York, and a minute after its midnight.
    evening = datetime(2026, 3, 7, 4, 0, tzinfo=UTC)
    complete(ending, evening)
    complete(second, evening + timedelta(minutes=59))
    clinic.refresh_from_db()
    assert clinic.corridor_at == evening
    complete(third, evening + timedelta(minutes=61))
    clinic.refresh_from_db()
    assert clinic.corridor_at == evening + timedelta(minutes=61)


def test_nothing_completed_builds_nothing(clinic, nurse):
    completed(clinic, 50, {2: 5})
    make_recovery(clinic, day=5, now=NOW)
    tick.run(now=NOW + 3 * DAY)
    clinic.refresh_from_db()
    assert clinic.corridor_at is None


def test_a_corridor_that_fails_keeps_no_recovery_back(clinic, ending, caplog):
    """The zone of a clinic is what a rebuild reads and the batch does not."""
    Clinic.objects.filter(pk=clinic.pk).update(zone="Mars/Olympus")
    complete(ending, NOW + DAY)
    assert f"corridor of clinic row {clinic.pk}" in caplog.text
    assert not CorridorDay.objects.exists()


def test_the_command_builds_every_clinic_s(clinic, harbor, capsys):
    completed(clinic, 50, {2: 5, 3: 5})
    completed(harbor, 49, {2: 5})
    call_command("rebuild_corridors")
    assert capsys.readouterr().out.splitlines() == [
        "Harbor Spine: no day with enough completed recoveries",
        "Northgate Spine Clinic: 2 days with own data",
    ]
    assert CorridorDay.objects.count() == 2
    assert not Clinic.objects.filter(corridor_at=None).exists()
