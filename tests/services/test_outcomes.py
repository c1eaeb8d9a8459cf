"""The rows that outcomes are counted from: kept by every write, equal to what the raw rows say."""

import io
import os
import uuid
from collections import Counter
from datetime import datetime, timedelta
from fractions import Fraction
from importlib import import_module
from random import Random
from statistics import mean, median
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.clinical.plan import DEFAULT_PLAN
from recovery.clinical.timepoints import DAYS
from recovery.models import CheckIn, Clinic, Outcome, Recovery
from recovery.queries import cohorts
from recovery.queries.instruments import instruments_of
from recovery.queries.outcomes import changes
from recovery.services import checkins, logs, outcomes, recoveries, reschedules, tick
from tests.cast import NOW, QUIET, checkin_of, make_recovery
from tests.completed import completed
from tests.outcome_reference import SCALES, form_rows, log_rows

pytestmark = pytest.mark.django_db
# A thousand with FULL_SIZE=1, as CI has it once.
SIZE = 1000 if os.environ.get("FULL_SIZE") else 100
FORMS = ("baseline", "two_week", "one_month", "six_week", "three_month")
DAY = timedelta(days=1)
PEG_ITEMS = ("peg-average", "peg-enjoyment", "peg-activity")


def send(
    recovery: Recovery, key: str, answers: dict[str, Any], *, now: datetime = NOW, **more: Any
) -> None:
    checkin = checkin_of(recovery, key) if isinstance(key, str) else key
    who = {"source": "patient", "mode": "web"} | more
    checkins.save(
        checkin_id=checkin.pk,
        instruments=instruments_of(checkin.form, staff=True, clinic=recovery.clinic),
        answers=answers,
        client_id=who.pop("client_id", uuid.uuid4()),
        now=now,
        send=True,
        **who,
    )


def row_of(recovery: Recovery, form: str = "one_month") -> tuple[Any, ...]:
    row = Outcome.objects.get(recovery=recovery, anchor=recovery.anchor, form=form)
    return row.state, row.nrs_before, row.nrs_after, row.peg_before, row.peg_after, row.pgic


@pytest.fixture
def asked(clinic: Clinic, nurse: Any) -> Recovery:
    """On day 28: the one-month form is open, and the baseline said 7 and 18 of 30."""
    recovery = make_recovery(clinic, day=28, now=NOW)
    send(recovery, "BASE", told(7, (6, 6, 6)), source="staff", mode="paper", user=nurse)
    return recovery


def told(pain: int, peg: tuple[int, int, int], **more: Any) -> dict[str, Any]:
    return {"NRS": {"nrs-7d": pain}, "PEG": dict(zip(PEG_ITEMS, peg, strict=True))} | more


def test_a_form_that_is_sent_has_its_row(asked: Recovery) -> None:
    send(asked, "C30", told(4, (3, 3, 3), PGIC={"pgic": 2}))
    assert row_of(asked) == ("on_time", 7, 4, 18, 9, 2)


def test_one_that_is_kept_for_later_has_none(asked: Recovery, clinic: Clinic) -> None:
    checkin = checkin_of(asked, "C30")
    checkins.save(
        checkin_id=checkin.pk,
        instruments=instruments_of("one_month", staff=False, clinic=clinic),
        answers=told(4, (3, 3, 3)),
        client_id=uuid.uuid4(),
        now=NOW,
        source="patient",
        mode="web",
        send=False,
    )
    assert not Outcome.objects.filter(form="one_month").exists()


def test_a_correction_changes_it_also_to_no_answer(asked: Recovery) -> None:
    name = uuid.uuid4()
    send(asked, "C30", told(4, (3, 3, 3)), client_id=name)
    send(asked, "C30", {"NRS": {"nrs-7d": 5}}, client_id=name, revision=0)
    assert row_of(asked) == ("on_time", 7, 5, None, None, None)


def test_a_corrected_baseline_changes_what_was_held_against_it(asked: Recovery, nurse: Any) -> None:
    send(asked, "C30", told(4, (3, 3, 3)))
    send(asked, "BASE", told(9, (9, 9, 9)), source="staff", mode="paper", user=nurse)
    assert row_of(asked) == ("on_time", 9, 4, 27, 9, None)


def test_without_an_answer_it_is_missed_and_late_once_staff_enter_it(
    asked: Recovery, nurse: Any
) -> None:
    later = NOW + 12 * DAY
    tick.run(now=later)
    assert row_of(asked) == ("missed", None, None, None, None, None)
    send(asked, "C30", told(4, (3, 3, 3)), now=later, source="staff", mode="phone", user=nurse)
    assert row_of(asked) == ("late", 7, 4, 18, 9, None)


def test_two_versions_of_a_questionnaire_are_not_compared(asked: Recovery) -> None:
    asked.responses.get(scores__instrument="PEG").scores.filter(instrument="PEG").update(
        version="another"
    )
    send(asked, "C30", told(4, (3, 3, 3)))
    assert row_of(asked) == ("on_time", 7, 4, None, 9, None)


def test_a_score_on_another_scale_is_left_out(asked: Recovery) -> None:
    asked.responses.get(scores__instrument="NRS").scores.filter(instrument="NRS").update(total=70)
    send(asked, "C30", told(4, (3, 3, 3)))
    assert row_of(asked)[:3] == ("on_time", None, 4)


def test_a_move_starts_anew_and_a_cancelled_procedure_counts_nowhere(
    asked: Recovery, nurse: Any
) -> None:
    send(asked, "C30", told(4, (3, 3, 3)))
    moved = reschedules.reschedule(
        recovery=asked,
        user=nurse,
        now=NOW,
        procedure_at=asked.procedure_at + 40 * DAY,
        anchor=asked.anchor,
    )
    assert not Outcome.objects.standing().exists()
    moved.refresh_from_db()
    assert moved.opioid_use == {}
    recoveries.change_state(recovery=moved, user=nurse, now=NOW, state="cancelled")
    frame = cohorts.frame(moved.clinic, NOW + 90 * DAY)
    assert frame.total == 0


def log(recovery: Recovery, day: int, **answers: Any) -> None:
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET | answers,
        client_id=answers.pop("client_id", None) or uuid.uuid4(),
        revision=None,
        log_date=recovery.procedure_on + day * DAY,
        now=NOW,
        source="patient",
        mode="web",
    )


def test_logs_tell_of_opioids_around_a_time_point_and_of_the_first_weeks(asked: Recovery) -> None:
    taken = [{"drug": "hydrocodone", "mg": 5, "doses": 2}]
    log(asked, 7, opioids=taken)
    log(asked, 8, opioids=[])
    log(asked, 8)
    log(asked, 24, opioids=[])
    log(asked, 27, opioids=taken)
    asked.refresh_from_db()
    assert asked.opioid_use == {"two_week": False, "one_month": True}
    assert (asked.week_days_logged, asked.fortnight_days_logged) == (1, 2)


def test_a_move_counts_the_days_anew(asked: Recovery, nurse: Any) -> None:
    log(asked, 7)
    log(asked, 28)
    reschedules.reschedule(
        recovery=asked,
        user=nurse,
        now=NOW,
        procedure_at=asked.procedure_at + 21 * DAY,
        anchor=asked.anchor,
    )
    asked.refresh_from_db()
    assert (asked.week_days_logged, asked.fortnight_days_logged) == (1, 1)


def test_a_form_costs_one_statement_more_for_it(asked: Recovery) -> None:
    with CaptureQueriesContext(connection) as found:
        send(asked, "C30", told(4, (3, 3, 3)))
    [own] = [one["sql"] for one in found if 'INTO "recovery_outcome"' in one["sql"]]
    assert "ON CONFLICT" in own


# The slow reference
# ------------------


def crowd(clinic: Clinic, size: int) -> list[Recovery]:
    """Recoveries that reach from three weeks to five months, with the forms of the plan open."""
    found = completed(clinic, size, {}, baseline_pain=7)
    rng, checks = Random(7), []
    for recovery in found:
        recovery.procedure_at = NOW - timedelta(days=rng.randint(20, 150))
        recovery.procedure_on = recovery.procedure_at.date()
        recovery.created_at = recovery.procedure_at - 30 * DAY
        recovery.state, recovery.next_event_at = Recovery.State.ACTIVE, NOW
        checks += [
            CheckIn(
                recovery=recovery,
                anchor=1,
                key=slot.key,
                form=slot.form,
                day=slot.day,
                opens_at=recovery.procedure_at + slot.opens.day * DAY,
                due_at=recovery.procedure_at + slot.day * DAY,
                expires_at=recovery.procedure_at + max(slot.expires.day, 0) * DAY,
            )
            for slot in DEFAULT_PLAN.slots
            if slot.form in FORMS and recovery.procedure_at + slot.opens.day * DAY <= NOW
        ]
    Recovery.objects.bulk_update(
        found, ["procedure_at", "procedure_on", "created_at", "state", "next_event_at"]
    )
    CheckIn.objects.bulk_create(checks)
    return found


def live(recovery: Recovery, nurse: Any, rng: Random) -> None:
    """What may happen to one of them, in the order of time."""
    for checkin in recovery.checkins.order_by("day"):
        if rng.random() < (0.15 if checkin.form == "baseline" else 0.4):
            continue
        late = rng.random() < 0.15
        now = min(NOW, checkin.expires_at + 2 * DAY if late else checkin.opens_at + DAY)
        by_staff = late or rng.random() < 0.4
        who: dict[str, Any] = {"client_id": uuid.uuid4()}
        if by_staff:
            who |= {"source": "staff", "mode": "paper", "user": nurse}
        send(recovery, checkin, some_answers(rng, by_staff), now=now, **who)
        if rng.random() < 0.15:
            other = {} if rng.random() < 0.5 else {"client_id": uuid.uuid4()}
            send(recovery, checkin, some_answers(rng, by_staff), now=now + DAY / 99, **who | other)
    if rng.random() < 0.2:
        base = recovery.checkins.get(form="baseline")
        late_base = {"source": "staff", "mode": "paper", "user": nurse}
        send(recovery, base, some_answers(rng, staff=True), now=NOW, **late_base)
    for _log in range(rng.choice((0, 0, 1, 3))):
        opioids = rng.choice(([], [{"drug": "tramadol", "mg": 50, "doses": 2}], None))
        log(recovery, rng.randint(1, 20), opioids=opioids)
    if rng.random() < 0.06:
        reschedules.reschedule(
            recovery=recovery,
            user=nurse,
            now=NOW,
            procedure_at=recovery.procedure_at + rng.choice((-9, -3, 5, 30)) * DAY,
            anchor=1,
        )
    elif rng.random() < 0.03:
        recoveries.change_state(recovery=recovery, user=nurse, now=NOW, state="withdrawn")


def some_answers(rng: Random, staff: bool) -> dict[str, Any]:
    """Each part may be left out; a PEG may lack one of its three."""
    found: dict[str, Any] = {"NRS": {"nrs-7d": rng.randint(0, 10)}, "PGIC": {"pgic": 2}}
    found["PEG"] = {item: rng.randint(0, 10) for item in PEG_ITEMS if rng.random() < 0.95}
    if staff:
        found["RMDQ"] = {"rmdq-count": rng.randint(0, 24)}
        found["ODI"] = {"odi-percent": rng.choice((0, 12, 33.3, 46, 88)), "odi-answered": 10}
    return {key: told for key, told in found.items() if rng.random() < 0.9}


def kept() -> list[tuple[Any, ...]]:
    rows = Outcome.objects.order_by("recovery", "anchor", "form").values_list(
        "recovery",
        "anchor",
        "form",
        "state",
        *(f"{scale.lower()}_{side}" for scale in SCALES for side in ("before", "after")),
        "pgic",
        "expires_at",
    )
    return [
        (
            *row[:4],
            *(None if figure is None else round(float(figure), 6) for figure in row[4:-1]),
            row[-1],
        )
        for row in rows
    ]


def kept_of_logs() -> dict[int, tuple[int, int, dict[str, bool]]]:
    return {
        one.pk: (one.week_days_logged, one.fortnight_days_logged, one.opioid_use)
        for one in Recovery.objects.all()
    }


def test_a_thousand_random_recoveries_are_counted_as_the_raw_rows_say(
    clinic: Clinic, nurse: Any
) -> None:
    rng = Random(11)
    for recovery in crowd(clinic, SIZE):
        live(recovery, nurse, rng)
    tick.run(now=NOW)
    expected = form_rows()
    states = Counter(row[3] for row in expected)
    assert min(states[state] for state in ("on_time", "late", "missed")) > SIZE // 10
    assert kept() == expected
    assert kept_of_logs() == log_rows()
    _page_says_what_the_rows_say(clinic, expected)
    Outcome.objects.all().delete()
    Recovery.objects.update(opioid_use={}, week_days_logged=0, fortnight_days_logged=0)
    Clinic.objects.update(outcomes_at=None)
    out = io.StringIO()
    call_command("rebuild_outcomes", missing=True, stdout=out)
    assert f"{len(expected)} forms counted" in out.getvalue()
    assert kept() == expected
    assert kept_of_logs() == log_rows()


def _page_says_what_the_rows_say(clinic: Clinic, expected: list[tuple[Any, ...]]) -> None:
    """Means, quartiles and shares, by Python's own statistics over the reference."""
    frame = cohorts.frame(clinic, NOW)
    found = changes(cohorts.Cohort(clinic, NOW, frame), "three_month")
    anchors = dict(Recovery.objects.values_list("pk", "anchor"))
    past = set(Recovery.objects.filter(procedure_at__lte=NOW).values_list("pk", flat=True))
    standing = [row for row in expected if anchors[row[0]] == row[1] and row[0] in past]
    rows = [row for row in standing if row[-1] <= NOW]
    open_yet = Counter(row[2] for row in standing if row[-1] > NOW)
    assert {form: one.ahead for form, one in found.asked.items() if one.ahead} == open_yet
    assert len(open_yet) > 2
    for form, one in found.due.items():
        states = Counter(row[3] for row in rows if row[2] == form)
        assert (one.on_time, one.late, one.missed) == tuple(
            states[state] for state in ("on_time", "late", "missed")
        )
    for place, scale in enumerate(SCALES):
        unit = 3 if scale == "PEG" else 1
        for point in found.points[scale]:
            pairs = [row[4 + 2 * place : 6 + 2 * place] for row in rows if row[2] == point.form]
            falls = [(b - a) / unit for b, a in pairs if b is not None]
            assert (point.due, point.n) == (len(pairs), len(falls)), (scale, point.form)
            if point.summary:
                assert float(point.summary.mean) == pytest.approx(mean(falls), abs=1e-5)
                assert float(point.summary.median) == pytest.approx(median(falls), abs=1e-5)
                assert float(point.summary.lower) == pytest.approx(quartile(falls, 1), abs=1e-5)
                assert float(point.summary.upper) == pytest.approx(quartile(falls, 3), abs=1e-5)
    three = [row for row in rows if row[2] == "three_month"]
    two = [row for row in three if row[4] is not None and row[4] - row[5] >= 2]
    third = [row for row in three if row[4] and 10 * (row[4] - row[5]) >= 3 * row[4]]
    shares = {str(one.mark.label): one for one in found.responders}
    assert shares["Pain down 2 points or more"].share.met == len(two)
    assert shares["Pain down 30% or more"].share.met == len(third)
    both = [row for row in three if None not in row[4:8] and row[4] - row[5] >= 2]
    better = [row for row in both if row[6] - row[7] >= 3]
    [quadrant] = [one for one in found.quadrants if one.scale == "PEG"]
    assert quadrant.parts[:2] == (len(better), len(both) - len(better))
    assert sum(quadrant.parts) == quadrant.n
    assert Fraction(quadrant.n, 1) <= len(three)
    assert set(found.due) <= set(found.asked) <= set(DAYS)


def quartile(values: list[float], quarters: int) -> float:
    """The mean of the two neighbours where the share falls between them."""
    ordered = sorted(values)
    place, between = divmod(len(ordered) * quarters, 4)
    return ordered[place] if between else (ordered[place - 1] + ordered[place]) / 2


def test_the_upgrade_takes_the_windows_of_older_rows_from_their_checkins(asked: Recovery) -> None:
    send(asked, "C30", told(4, (3, 3, 3)))
    before = kept()
    assert {row[3] for row in before} == {"on_time", "missed"}
    Outcome.objects.update(expires_at=None)
    migration = import_module("recovery.migrations.0007_windows_of_older_outcomes")
    migration.forwards(apps, None)
    assert kept() == before


def test_a_rebuild_changes_nothing_that_is_right(asked: Recovery) -> None:
    send(asked, "C30", told(4, (3, 3, 3)))
    before = kept()
    assert outcomes.rebuild(asked.clinic, now=NOW) == len(before)
    assert kept() == before
