"""The rows and columns that outcomes are counted from: kept by each write, and built anew.

Every function that writes runs in the transaction of the answer, log or tick that it repeats, so
there is no job that could be forgotten. `rebuild` comes to the same from what is stored.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from django.db import transaction
from django.db.models import Case, OuterRef, Q, Subquery, When

from recovery.clinical.timepoints import (
    BASELINE,
    DAYS,
    FIRST_FORTNIGHT,
    FIRST_WEEK,
    HIGHEST,
    OPIOIDS_WITHIN,
    PGIC,
    on_scale,
)
from recovery.models import CheckIn, Clinic, DailyLog, FormResponse, Outcome, Recovery, Score

OF_LOGS = ("week_days_logged", "fortnight_days_logged", "opioid_use")
KEY = ("recovery", "anchor", "form")
FIGURES = (*(f"{key.lower()}_{side}" for key in HIGHEST for side in ("before", "after")), "pgic")
BATCH = 500


# What forms tell
# ---------------


class Told(NamedTuple):
    """A score of a form that was sent and that no correction has superseded."""

    response: int
    anchor: int
    form: str
    instrument: str
    version: str
    total: Decimal


def told_of(recoveries: Collection[int]) -> dict[int, list[Told]]:
    """By recovery, the oldest form first: of the same instrument the last one counts."""
    rows = (
        Score.objects.filter(
            response__in=FormResponse.objects.current().filter(recovery__in=recoveries),
            total__isnull=False,
        )
        .order_by("response__completed_at", "response_id", "pk")
        .values_list(
            "response__recovery",
            "response_id",
            "response__checkin__anchor",
            "response__checkin__form",
            "instrument",
            "version",
            "total",
        )
    )
    found: dict[int, list[Told]] = defaultdict(list)
    for recovery, response, anchor, form, instrument, version, total in rows:
        assert total is not None
        found[recovery].append(Told(response, anchor, form, instrument, version, total))
    return found


def told_before(checkin: CheckIn) -> list[Told]:
    """What the forms told before this one, which is no baseline, is sent; else nothing is read."""
    if checkin.form == BASELINE:
        return []
    return told_of([checkin.recovery_id]).get(checkin.recovery_id, [])


def baseline_of(told: Iterable[Told]) -> dict[str, Told]:
    """The newest baseline score by instrument, of whatever procedure date: a move keeps it."""
    return {one.instrument: one for one in told if one.form == BASELINE}


def form_sent(
    checkin: CheckIn, told: Sequence[Told], response: FormResponse, scores: Iterable[Score]
) -> None:
    """Keep the rows that a form changes which was sent just now: its own, or for a baseline all.

    One statement. `told` was read before; `response` supersedes what it corrects.
    """
    if checkin.form == BASELINE:
        _baseline_sent(checkin.recovery_id)
    if checkin.form not in DAYS:
        return
    new = [
        Told(response.pk, checkin.anchor, checkin.form, one.instrument, one.version, one.total)
        for one in scores
        if one.total is not None
    ]
    kept = [one for one in told if one.response != response.supersedes_id]
    row = Outcome(
        recovery_id=checkin.recovery_id,
        anchor=checkin.anchor,
        form=checkin.form,
        state=_answered(checkin.state),
        expires_at=checkin.expires_at,
        **_figures([*kept, *new], checkin.anchor, checkin.form),
    )
    _write([row])


def _baseline_sent(recovery: int) -> None:
    """Hold what was answered since against a baseline that came or was corrected afterwards.

    One statement, since mostly nothing was answered yet; else three.
    """
    rows = list(Outcome.objects.filter(recovery=recovery).exclude(state=Outcome.State.MISSED))
    if rows:
        told = told_of([recovery]).get(recovery, [])
        for row in rows:
            _set(row, _figures(told, row.anchor, row.form))
        Outcome.objects.bulk_update(rows, FIGURES)


def passed(checkins: Iterable[CheckIn]) -> None:
    """Write the rows of those that have expired without an answer; what has a row keeps it."""
    Outcome.objects.bulk_create(
        [
            Outcome(
                recovery_id=one.recovery_id,
                anchor=one.anchor,
                form=one.form,
                state=Outcome.State.MISSED,
                expires_at=one.expires_at,
            )
            for one in checkins
            if one.state == CheckIn.State.EXPIRED and one.form in DAYS
        ],
        ignore_conflicts=True,
    )


def _answered(state: str) -> Outcome.State:
    """Staff may enter a form that has expired: it is answered, and late."""
    return Outcome.State.ON_TIME if state == CheckIn.State.COMPLETED else Outcome.State.LATE


def _figures(told: Iterable[Told], anchor: int, form: str) -> dict[str, Any]:
    """The figures of a row by column, None where there is none or it is on another scale."""
    told = [one for one in told if on_scale(one.instrument, one.total)]
    before = baseline_of(told)
    after = {one.instrument: one for one in told if (one.anchor, one.form) == (anchor, form)}
    found: dict[str, Any] = dict.fromkeys(FIGURES)
    for key in HIGHEST:
        if later := after.get(key):
            first = before.get(key)
            found[f"{key.lower()}_after"] = later.total
            if first and first.version == later.version:
                found[f"{key.lower()}_before"] = first.total
    if later := after.get(PGIC):
        found["pgic"] = later.total
    return found


def _set(row: Outcome, figures: Mapping[str, Any]) -> None:
    for name, figure in figures.items():
        setattr(row, name, figure)


def _write(rows: Sequence[Outcome]) -> None:
    Outcome.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=KEY,
        update_fields=("state", "expires_at", *FIGURES),
    )


# What logs tell
# --------------


class Reported(Protocol):
    """A log, as far as outcomes ask; `day` counts from the present procedure date."""

    @property
    def day(self) -> int: ...
    @property
    def opioid_mme(self) -> Decimal | None: ...
    @property
    def opioid_total_unknown(self) -> bool: ...


class Row(NamedTuple):
    day: int
    opioid_mme: Decimal | None
    opioid_total_unknown: bool


def set_of_logs(recovery: Recovery, reported: Iterable[Reported]) -> None:
    """Set the columns OF_LOGS from the current logs, in the order of their first versions.

    Opioids at a time point: the last day that told of them within a week of it.
    """
    reported = list(reported)
    days = {row.day for row in reported}
    recovery.week_days_logged = sum(day in FIRST_WEEK for day in days)
    recovery.fortnight_days_logged = sum(day in FIRST_FORTNIGHT for day in days)
    takes = {
        row.day: row.opioid_total_unknown or bool(row.opioid_mme)
        for row in reported
        if row.opioid_total_unknown or row.opioid_mme is not None
    }
    recovery.opioid_use = {}
    for form, middle in DAYS.items():
        near = [day for day in takes if abs(day - middle) <= OPIOIDS_WITHIN]
        if near:
            recovery.opioid_use[form] = takes[max(near)]


def count_logs_again(recoveries: Collection[Recovery]) -> None:
    """Set the columns OF_LOGS from what is stored. One statement for any number; saves nothing."""
    first = DailyLog.objects.filter(
        recovery=OuterRef("recovery"), client_id=OuterRef("client_id"), revision=0
    )
    rows = (
        DailyLog.objects.current()
        .filter(recovery__in=recoveries)
        .order_by(Case(When(revision=0, then="pk"), default=Subquery(first.values("pk"))))
        .values_list("recovery", "log_date", "opioid_mme", "opioid_total_unknown")
    )
    by_pk = {recovery.pk: recovery for recovery in recoveries}
    logs: dict[int, list[Row]] = defaultdict(list)
    for pk, on, mme, unknown in rows:
        logs[pk].append(Row(by_pk[pk].day_on(on), mme, unknown))
    for one in recoveries:
        set_of_logs(one, logs[one.pk])


# All of it, anew
# ---------------


def rebuild(clinic: Clinic, *, now: datetime) -> int:
    """Build the rows and columns of a clinic anew from what is stored; returns how many rows.

    Batch by batch, each locked as every write locks its recovery, so that the site may run: what is
    written meanwhile is right already.
    """
    written, last = 0, 0
    while True:
        with transaction.atomic():
            batch = list(
                Recovery.objects.select_for_update(of=("self",))
                .filter(clinic=clinic, pk__gt=last)
                .order_by("pk")[:BATCH]
            )
            written += _rebuild_batch(batch)
        if not batch:
            break
        last = batch[-1].pk
    Clinic.objects.filter(pk=clinic.pk).update(outcomes_at=now)
    return written


def _rebuild_batch(batch: Sequence[Recovery]) -> int:
    pks = [recovery.pk for recovery in batch]
    told = told_of(pks)
    sent = (
        FormResponse.objects.current()
        .filter(recovery__in=pks, checkin__form__in=DAYS)
        .values_list("checkin", flat=True)
    )
    rows: dict[tuple[int, int, str], Outcome] = {}
    checkins = CheckIn.objects.filter(
        Q(state=CheckIn.State.EXPIRED) | Q(pk__in=sent), recovery__in=pks, form__in=DAYS
    )
    answered = set(sent)
    for one in checkins.order_by("pk"):
        row = Outcome(
            recovery_id=one.recovery_id,
            anchor=one.anchor,
            form=one.form,
            state=Outcome.State.MISSED,
            expires_at=one.expires_at,
        )
        if one.pk in answered:
            row.state = _answered(one.state)
            _set(row, _figures(told.get(one.recovery_id, []), one.anchor, one.form))
        rows[one.recovery_id, one.anchor, one.form] = row
    Outcome.objects.filter(recovery__in=pks).delete()
    Outcome.objects.bulk_create(rows.values())
    count_logs_again(batch)
    Recovery.objects.bulk_update(batch, OF_LOGS)
    return len(rows)
