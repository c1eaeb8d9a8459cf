"""Store what was reported, judge it by the rules, and owe what follows from it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from recovery.clinical import logfields, rules
from recovery.clinical.pathway import checkin_key_for
from recovery.clinical.phases import phase_of
from recovery.models import AccessEvent, CheckIn, DailyLog, Recovery, User
from recovery.models.logs import WHO
from recovery.queries.pathways import phases_of, plan_of, planned
from recovery.queries.today import MEANS_TODAY, means_today
from recovery.services import alerts, messages, outcomes, replays, status

TREND_DAYS = 14
TENTH = Decimal("0.1")
STATUS = (
    *status.STATUS,
    "last_log_at",
    "last_log_day",
    "last_pain",
    "pain_trend",
    "days_logged",
    *outcomes.OF_LOGS,
    *status.MISS,
)


@dataclass(frozen=True, slots=True)
class Recorded:
    log: DailyLog
    # True when nothing was stored, because the same answers are stored already.
    replay: bool


class _Narrow(NamedTuple):
    """What is read of every earlier log: enough for the rules, the trend and replays."""

    pk: int
    client_id: uuid.UUID
    revision: int
    supersedes_id: int | None
    log_date: date
    pain_avg: int | None
    opioid_mme: Decimal | None
    opioid_total_unknown: bool
    # Counted from the present procedure date, which may have moved since it was written.
    day: int = 0


@transaction.atomic
def record(
    *,
    recovery_id: int,
    values: Mapping[str, Any],
    client_id: uuid.UUID,
    revision: int | None,
    log_date: date,
    now: datetime,
    source: DailyLog.Source,
    mode: DailyLog.Mode,
    user: User | None = None,
    checkin: CheckIn | None = None,
    still_happening: bool | None = None,
    dated: bool = True,
    language: str = "en",
) -> Recorded:
    """Store one log and do all that follows from it, in one transaction.

    `values` holds the answered questions by field name, a temperature as temp_value and
    temp_unit. `revision` is that of the stored row the form was filled from, None for a blank
    form. The same client id again changes nothing where it only repeats (replays.replay_of);
    else it is a correction, which supersedes the newest row of that client id. The rules run in
    every state of the recovery. `checkin` is given by a link alone: it may have expired, and then
    the log is late. Where the sender did not choose `log_date`, `dated` is false, and what is
    stored already keeps its own. `language` is that of the page.

    Raises logfields.LogError for a value that the form should have refused, ValueError for a day
    that has not come yet where the patient is, and PermissionDenied when a patient would correct
    what staff entered. Statements: six, and at most six more with alerts.
    """
    recovery = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=recovery_id)
    )
    earlier = [
        (row := _Narrow(*columns))._replace(day=recovery.day_on(row.log_date))
        for columns in DailyLog.objects.filter(recovery=recovery)
        .order_by("pk")
        .values_list(*_Narrow._fields[:-1])
    ]
    own = _versions(earlier, client_id)
    dated = dated and not (checkin is not None and means_today(checkin))
    if own and not dated:
        log_date = own[-1].log_date
    zone = ZoneInfo(recovery.patient.zone)
    today = now.astimezone(zone).date()
    if log_date > today:
        raise ValueError(f"{log_date} has not come yet")
    day = recovery.day_on(log_date)
    clean = logfields.clean({**values, "day": day, "entered_by": WHO[source]})
    if own and own[-1].source == DailyLog.Source.STAFF != source:
        raise PermissionDenied("what staff entered is corrected by staff")
    first_sent = own[0].entered_at if own else now
    late = log_date < first_sent.astimezone(zone).date()
    log = DailyLog(
        recovery=recovery,
        client_id=client_id,
        revision=own[-1].revision + 1 if own else 0,
        supersedes=own[-1] if own else None,
        log_date=log_date,
        day=day,
        entered_at=now,
        entered_by=user,
        source=source,
        mode=mode,
        late=late or (checkin is not None and checkin.expires_at <= first_sent),
        language=language,
        still_happening=still_happening,
        retrospective=today - log_date > DailyLog.RECENT,
        **replays.given(values),
    )
    if own and (same := replays.replay_of(own, log, revision, dated=dated)):
        return Recorded(same, replay=True)
    _judge_and_save(recovery, log, clean, _reported(earlier, log), now)
    return Recorded(log, replay=False)


def _versions(earlier: Sequence[_Narrow], client_id: uuid.UUID) -> list[DailyLog]:
    """The rows of a client id, oldest first; without a statement where there is none."""
    keys = [row.pk for row in earlier if row.client_id == client_id]
    return list(DailyLog.objects.filter(pk__in=keys).order_by("pk")) if keys else []


def _reported(earlier: Sequence[_Narrow], log: DailyLog) -> list[_Narrow | DailyLog]:
    """The current version of every log, this one too, in the order of their first versions: a
    correction is no newer report of its day.
    """
    rows: list[_Narrow | DailyLog] = [*earlier, log]
    superseded = {row.supersedes_id for row in rows}
    names = dict.fromkeys(row.client_id for row in rows)
    place = {name: number for number, name in enumerate(names)}
    current = [row for row in rows if row is log or row.pk not in superseded]
    return sorted(current, key=lambda row: place[row.client_id])


def _judge_and_save(
    recovery: Recovery,
    log: DailyLog,
    clean: Mapping[str, Any],
    reported: Sequence[_Narrow | DailyLog],
    now: datetime,
) -> None:
    log.phase = phase_of(
        log.day,
        entered_at=now,
        procedure_at=recovery.procedure_at,
        discharged_at=recovery.discharged_at,
        phases=phases_of(recovery.pathway_id),
    )
    log.judged_baseline_pain = recovery.baseline_pain
    log.judged_baseline_opioid_mme = recovery.baseline_opioid_mme
    log.judged_anticoagulated = recovery.anticoagulated
    log.judged_osteoporosis = recovery.osteoporosis
    log.opioid_total_unknown = bool(clean.get("opioid_total_unknown"))
    if (total := clean.get("opioid_mme")) is not None:
        # Rounded for display; the rules judge the exact total.
        log.opioid_mme = total.quantize(TENTH, ROUND_HALF_UP)
    log.judged_pathway_id = recovery.pathway_id
    findings = rules.assess(
        rules.Profile(
            baseline_pain=recovery.baseline_pain,
            baseline_opioid_mme=recovery.baseline_opioid_mme,
            anticoagulated=recovery.anticoagulated,
            osteoporosis=recovery.osteoporosis,
        ),
        [rules.Earlier(row.day, row.pain_avg) for row in reported if row.day < log.day],
        clean,
        plan_of(recovery.pathway_id).changes,
    )
    advice = rules.advice(findings)
    numbers = recovery.clinic.numbers
    log.rule_set = rules.RULE_SET_VERSION
    log.rules = [finding.rule_id for finding in findings]
    log.shown_rule = advice.rule_id or ""
    log.advice = rules.fill(advice.text, numbers)
    log.missing_text = rules.fill(advice.r39_text or "", numbers)
    log.save(force_insert=True)
    if log.source == DailyLog.Source.STAFF:
        # The patient's own log is its own record; what staff enter is recorded apart.
        AccessEvent.objects.create(
            at=now,
            user=log.entered_by,
            patient_id=recovery.patient_id,
            action=AccessEvent.Action.WRITE,
            what="log",
        )
    _complete_checkin(recovery, log, now)
    _set_status(recovery, log, reported, now)
    if findings:
        alerts.raise_findings(recovery, findings, cause=log, phase=log.phase, now=now)
    else:
        status.set_queue_rank(recovery)
    recovery.save(update_fields=STATUS)


def _complete_checkin(recovery: Recovery, log: DailyLog, now: datetime) -> None:
    """The check-in that a log of this day answers, if it is open; one that has expired stays so,
    and one still to open counts this log when the tick opens it. A pulse that a move to another
    pathway kept open is answered by any log from its day on: it asks about the day it is answered.
    """
    plan = plan_of(recovery.pathway_id)
    key = checkin_key_for(log.day, plan, before_procedure=now < recovery.procedure_at)
    if log.supersedes and log.supersedes.log_date != log.log_date:
        _give_back_checkin(recovery, log, key, now)
    pulses = Q(key__startswith=MEANS_TODAY, day__lte=log.day)
    CheckIn.objects.open().filter(
        Q(key=key) | pulses if key else pulses,
        recovery=recovery,
        anchor=recovery.anchor,
        opens_at__lte=now,
        expires_at__gt=now,
    ).update(state=CheckIn.State.COMPLETED, completed_at=now, completed_by=log)
    if key:
        messages.answered(recovery, key)


def _give_back_checkin(recovery: Recovery, log: DailyLog, key: str | None, now: datetime) -> None:
    """The check-in of the day that a correction took back: another log of that day may answer it,
    else it waits again, or has expired without an answer.
    """
    plan = plan_of(recovery.pathway_id)

    def answers(one: DailyLog, key: str) -> bool:
        early = one.entered_at < recovery.procedure_at
        day = recovery.day_on(one.log_date)
        return checkin_key_for(day, plan, before_procedure=early) == key

    answered = CheckIn.objects.filter(
        recovery=recovery, anchor=recovery.anchor, completed_by__client_id=log.client_id
    )
    for checkin in answered.exclude(key=key or ""):
        in_time = recovery.logs.current().filter(entered_at__lt=checkin.expires_at).order_by("pk")
        checkin.completed_by = next((one for one in in_time if answers(one, checkin.key)), None)
        if checkin.completed_by is None:
            checkin.completed_at = None
            waits = checkin.expires_at > now
            checkin.state = CheckIn.State.OPEN if waits else CheckIn.State.EXPIRED
        checkin.save(update_fields=["completed_by", "completed_at", "state"])
    # The tick counts its expiry and what is left of its reminders again.
    status.bring_forward(recovery, [now])


def _set_status(
    recovery: Recovery, log: DailyLog, reported: Sequence[_Narrow | DailyLog], now: datetime
) -> None:
    by_day = {row.day: row.pain_avg for row in reported if row.pain_avg is not None}
    newest = max(row.day for row in reported)
    recovery.last_log_at = now
    recovery.last_log_day = newest
    recovery.last_pain = by_day[max(by_day)] if by_day else None
    recovery.pain_trend = [
        [day, pain] for day, pain in sorted(by_day.items()) if day > newest - TREND_DAYS
    ]
    recovery.days_logged = len({row.day for row in reported})
    status.called_or_answered(recovery)
    outcomes.set_of_logs(recovery, reported)
    if recovery.overdue_since and all(newest > day for day in _missed_days(recovery, now)):
        status.answered(recovery)


def _missed_days(recovery: Recovery, now: datetime) -> list[int]:
    """The days of the check-ins that have passed since the patient fell silent."""
    since = recovery.overdue_since
    return [one.day for one in planned(recovery) if since and since <= one.expires_at <= now]
