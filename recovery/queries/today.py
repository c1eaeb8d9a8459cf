"""The patient's Today page, as one read: what is due, what stands open, which days are logged."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.education import EXPECT_TO
from recovery.clinical.pathway import Occasion, Plan, checkin_key_for
from recovery.clinical.phases import phase_of
from recovery.clinical.rules import RULES_BY_ID, fill, precedence
from recovery.models import (
    Alert,
    CheckIn,
    DailyLog,
    FormResponse,
    Preparation,
    Recovery,
    RecoveryPhase,
)
from recovery.models.alerts import Severity
from recovery.queries.checkins import named
from recovery.queries.pathways import phases_of, plan_of, planned, planned_logs, preparation_of
from recovery.wording import say

# The days that have a bone each; after them there is one for each planned check-in.
LAST_BONE_DAY = 14
# The check-ins that any day's log answers while they are open (docs/protocol.md).
MEANS_TODAY = "PULSE-"
WIDTH, GAP, PHASE_GAP = 358, 3, 10


@dataclass(frozen=True, slots=True)
class OpenCheckIn:
    """A check-in to answer; `on` is the date of the log that answers it."""

    uuid: uuid.UUID
    on: date
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A check-in form to answer; `begun` when a draft of it is kept."""

    uuid: uuid.UUID
    name: Promise
    due_at: datetime
    expires_at: datetime
    begun: bool


@dataclass(frozen=True, slots=True)
class StandingAdvice:
    """The text of an alert that is not closed: it stays until staff have closed it."""

    rule: str
    severity: str
    text: str
    # When staff spoke with the patient about it, if they have since it fired last.
    contacted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bone:
    """One planned log in the spine. `look` is done, late, miss or nothing; place in SVG units."""

    x: float
    width: float
    look: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class TodayPage:
    on: date
    day: int
    phase: RecoveryPhase | None
    next_phase: RecoveryPhase | None
    # Open now, the newest first.
    open: tuple[OpenCheckIn, ...]
    forms: tuple[OpenForm, ...]
    next_opening: datetime | None
    advice: StandingAdvice | None
    bones: tuple[Bone, ...]
    # Of the check-ins that have closed.
    answered: int
    closed: int

    # Those of the phase, or of the time before the procedure.
    texts: RecoveryPhase | Preparation | None

    @property
    def expects(self) -> bool:
        """Whether something may still be called expected."""
        return self.day <= EXPECT_TO

    @property
    def yesterday_too(self) -> bool:
        """Whether yesterday's check-in is still open behind today's."""
        return any(one.on < self.on for one in self.open[1:])


def today(recovery: Recovery, *, now: datetime) -> TodayPage:
    """The page as it is at `now`; three statements."""
    phases, plan = phases_of(recovery.pathway_id), plan_of(recovery.pathway_id)
    on = now.astimezone(ZoneInfo(recovery.patient.zone)).date()
    day = recovery.day_on(on)
    phase = phase_of(
        day,
        entered_at=now,
        procedure_at=recovery.procedure_at,
        discharged_at=recovery.discharged_at,
        phases=phases,
    )
    to_log = planned_logs(recovery)
    answers = _answers(recovery, plan)
    due = [occasion for occasion in to_log if occasion.expires_at <= now]
    waiting = _waiting(recovery, now)
    return TodayPage(
        on=on,
        day=day,
        phase=phase,
        next_phase=next((one for one in phases if phase and one.order == phase.order + 1), None),
        open=tuple(_to_log(recovery, waiting, on)),
        forms=tuple(
            OpenForm(row.uuid, named(row.form), row.due_at, row.expires_at, row.begun)
            for row in waiting
            if row.form not in LOG_FORMS
        ),
        next_opening=next_opening(recovery, now=now),
        advice=standing_advice(recovery),
        bones=tuple(_spine(to_log, answers, phases, day=day, now=now, plan=plan)),
        answered=sum(one.key in answers for one in due),
        closed=len(due),
        texts=phase or preparation_of(recovery.pathway_id),
    )


def means_today(checkin: CheckIn) -> bool:
    """Whether it asks about the day it is answered on; the others ask about their own day."""
    return checkin.key.startswith(MEANS_TODAY)


def next_opening(recovery: Recovery, *, now: datetime) -> datetime | None:
    """When the next check-in opens, a log or a form; None after the last, or while none open."""
    if not recovery.sends:
        return None
    ahead = (one.opens_at for one in planned(recovery) if one.opens_at > now)
    return min(ahead, default=None)


def standing_advice(
    recovery: Recovery, *, client_id: uuid.UUID | None = None
) -> StandingAdvice | None:
    """Of all emergency and urgent alerts not closed, the one text (docs/protocol.md), with the
    clinic's present numbers; with a `client_id` only of those that a version of that log fed.
    """
    alerts = _standing(recovery.pk)
    if client_id:
        alerts = alerts.filter(logs__client_id=client_id)
    top = min(alerts, key=lambda alert: precedence(alert.severity, alert.rule), default=None)
    return _advice(top, recovery)


def standing_of(log: DailyLog, recovery: Recovery) -> StandingAdvice | None:
    """The text that this log was given, while its alert is not closed."""
    return _advice(_standing(recovery.pk).filter(logs=log, rule=log.shown_rule).first(), recovery)


def _advice(alert: Alert | None, recovery: Recovery) -> StandingAdvice | None:
    if alert is None:
        return None
    text = fill(say(alert.patient_text), recovery.clinic.numbers)
    contacted_at = alert.contacted_at if alert.state == Alert.State.CONTACTED else None
    return StandingAdvice(alert.rule, alert.severity, text, contacted_at)


def told_by_link(checkin: CheckIn) -> bool:
    """Whether a log that came by a link of this check-in told the patient to act, and staff have
    not closed that yet.
    """
    recovery = checkin.recovery
    plan = plan_of(recovery.pathway_id)
    # The check-in of a date from which the procedure has moved keeps that date's days.
    moved = checkin.anchor != recovery.anchor
    logs = _standing(recovery.pk).filter(logs__mode=DailyLog.Mode.LINK)
    return any(
        checkin_key_for(day if moved else recovery.day_on(on), plan) == checkin.key
        for on, day in logs.values_list("logs__log_date", "logs__day")
    )


def told_by_handover(recovery: Recovery) -> bool:
    """The same for a log of the procedure's day that came by the code of the observation room."""
    return bool(
        _standing(recovery.pk)
        .filter(logs__mode=DailyLog.Mode.LINK, logs__log_date=recovery.procedure_on)
        .exists()
    )


def _standing(recovery_id: int) -> Any:
    return Alert.objects.not_closed().filter(
        recovery=recovery_id,
        severity__in=[Severity.EMERGENCY, Severity.URGENT],
        rule__in=RULES_BY_ID.keys(),
    )


def _waiting(recovery: Recovery, now: datetime) -> list[Any]:
    """Open check-ins, the newest first. One that has just expired, before the tick marked it, is
    not open; `begun` says of each whether a draft of it is kept that is the patient's.
    """
    kept = FormResponse.objects.in_progress().filter(checkin=OuterRef("pk"))
    drafts = kept.exclude(source=DailyLog.Source.STAFF)
    rows = CheckIn.objects.open().filter(
        recovery=recovery, anchor=recovery.anchor, expires_at__gt=now
    )
    return list(rows.annotate(begun=Exists(drafts)).order_by("-opens_at"))


def _to_log(recovery: Recovery, waiting: Iterable[CheckIn], today: date) -> Iterable[OpenCheckIn]:
    for row in waiting:
        if row.form in LOG_FORMS:
            on = today if means_today(row) else recovery.procedure_on + timedelta(days=row.day)
            yield OpenCheckIn(row.uuid, on, row.due_at, row.expires_at)


def _answers(recovery: Recovery, plan: Plan) -> dict[str | None, bool]:
    """Each occasion that a log answers, and whether all its logs were entered late."""
    found: dict[str | None, bool] = {}
    rows = DailyLog.objects.current().filter(recovery=recovery)
    for on, late, entered_at in rows.values_list("log_date", "late", "entered_at"):
        early = entered_at < recovery.procedure_at
        key = checkin_key_for(recovery.day_on(on), plan, before_procedure=early)
        found[key] = found.get(key, True) and late
    return found


def _spine(
    to_log: Iterable[Occasion],
    answers: Mapping[str | None, bool],
    phases: Sequence[RecoveryPhase],
    *,
    day: int,
    now: datetime,
    plan: Plan,
) -> Iterable[Bone]:
    """One bone a planned log: every day to D14, and from D15 the planned check-ins as well."""
    shown = [one for one in to_log if one.day <= LAST_BONE_DAY or day > LAST_BONE_DAY]
    starts = [shown[0].day, 1, *(phase.first_day for phase in phases if phase.first_day > 0)]
    groups = [sum(one.day >= start for start in starts) for one in shown]
    breaks = [before != after for before, after in pairwise(groups)]
    gaps = [PHASE_GAP if wide else GAP for wide in breaks]
    # A clinic's own pathway may ask for more logs than there is room for gaps of full width.
    squeeze = min(1, WIDTH / 2 / max(1, sum(gaps)))
    width = (WIDTH - sum(gaps) * squeeze) / len(shown)
    x = 0.0
    for one, gap in zip(shown, [*gaps, 0], strict=True):
        late = answers.get(one.key)
        look = "done" if late is False else "late" if late else ""
        if not look and one.expires_at <= now:
            look = "miss"
        current = one.day == day or checkin_key_for(day, plan) == one.key
        yield Bone(round(x, 1), round(width, 1), look, current)
        x += width + gap * squeeze
