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

from recovery.clinical import logfields, rules
from recovery.clinical.pathway import checkin_key_for
from recovery.clinical.phases import phase_of
from recovery.models import AccessEvent, CheckIn, DailyLog, Recovery, User
from recovery.models.alerts import Severity
from recovery.queries.pathways import phases_of, plan_of
from recovery.queries.today import means_today
from recovery.services import alerts, messages, status

# The questions of a log, as the row stores them.
NO_ANSWERS = frozenset(
    {"day", "log_date", "entered_at", "entered_by", "opioid_mme", "opioid_total_unknown"}
)
ANSWERS = (
    *(name for name in logfields.FIELDS if hasattr(DailyLog, name) and name not in NO_ANSWERS),
    "temp_value",
    "temp_unit",
)
# Who reports, in the clinical core's words; a staff text says it.
WHO = {
    DailyLog.Source.PATIENT: "patient",
    DailyLog.Source.CAREGIVER: "carer",
    DailyLog.Source.STAFF: "staff",
}
TREND_DAYS = 14
TENTH = Decimal("0.1")
STATUS = (
    *status.STATUS,
    "last_log_at",
    "last_log_day",
    "last_pain",
    "pain_trend",
    "days_logged",
    "overdue_since",
    "overdue_hidden",
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
    day: int
    pain_avg: int | None


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
) -> Recorded:
    """Store one log and do all that follows from it, in one transaction.

    `values` holds the answered questions by field name, a temperature as temp_value and
    temp_unit. `revision` is that of the stored row the form was filled from, None for a blank
    form. The same client id with the same answers, or late with those of that revision or the
    next, changes nothing (see _replay); with other answers it is a correction, which supersedes
    the newest row of that client id. The rules run in every state of the recovery. `checkin` is
    given by a link alone: it may have expired, and then the log is late. Where the sender did not
    choose `log_date`, `dated` is false, and what is stored already keeps its own.

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
        _Narrow(*row)
        for row in DailyLog.objects.filter(recovery=recovery)
        .order_by("pk")
        .values_list(*_Narrow._fields)
    ]
    own = _versions(earlier, client_id)
    dated = dated and not (checkin is not None and means_today(checkin))
    if own and not dated:
        log_date = own[-1].log_date
    today = now.astimezone(ZoneInfo(recovery.patient.zone)).date()
    if log_date > today:
        raise ValueError(f"{log_date} has not come yet")
    day = recovery.day_on(log_date)
    clean = logfields.clean({**values, "day": day, "entered_by": WHO[source]})
    if own and own[-1].source == DailyLog.Source.STAFF != source:
        raise PermissionDenied("what staff entered is corrected by staff")
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
        late=log_date < today or (checkin is not None and checkin.expires_at <= now),
        still_happening=still_happening,
        retrospective=today - log_date > DailyLog.RECENT,
        **_given(values),
    )
    if own and (same := _replay(own, log, revision, dated=dated)):
        return Recorded(same, replay=True)
    _judge_and_save(recovery, log, clean, _history(earlier, log), now)
    return Recorded(log, replay=False)


def _versions(earlier: Sequence[_Narrow], client_id: uuid.UUID) -> list[DailyLog]:
    """The rows of a client id, oldest first; without a statement where there is none."""
    keys = [row.pk for row in earlier if row.client_id == client_id]
    return list(DailyLog.objects.filter(pk__in=keys).order_by("pk")) if keys else []


def _replay(
    own: Sequence[DailyLog], log: DailyLog, revision: int | None, *, dated: bool
) -> DailyLog | None:
    """The stored row that `log` only repeats.

    That is the newest row, from whatever page it comes; or an older one that this form may have
    made, since a retry that comes late reverts no correction. But an emergency or urgent answer
    that the correction took back is said again, not repeated: it is stored, and fires.
    """
    *older, newest = own
    if _says(newest, dated=dated) == _says(log, dated=dated):
        return newest
    base = -1 if revision is None else revision
    for row in older:
        made_it = row.revision in (base, base + 1)
        if made_it and _says(row, dated=dated) == _says(log, dated=dated):
            return row if _calling(row) <= _calling(newest) else None
    return None


def _says(log: DailyLog, *, dated: bool) -> tuple[Any, ...]:
    """What a person told by this log; how it came says something only where staff entered it."""
    by_staff = log.source == DailyLog.Source.STAFF
    entered = (log.mode, log.still_happening) if by_staff else ()
    return answers(log), log.log_date if dated else None, entered


def _calling(log: DailyLog) -> set[str]:
    """The rules it fired that ask for a call at once or today."""
    return {
        rule for rule in log.rules if Severity(rules.RULES_BY_ID[rule].severity) in alerts.CALLS
    }


def answers(log: DailyLog) -> dict[str, Any]:
    """The answered questions of a stored log; a question left empty is absent."""
    return _given({name: getattr(log, name) for name in ANSWERS})


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are stored and compared. What is computed from others is no answer."""
    given = {name: values[name] for name in ANSWERS if values.get(name) not in (None, "")}
    if "wound" in given:
        given["wound"] = sorted(given["wound"])
    if "opioids" in given:
        given["opioids"] = [_plain(entry) for entry in given["opioids"]]
    return given


def _plain(opioid: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as JSON can hold it, so that 5, 5.0 and what was stored of them are equal."""
    return {
        name: value if name == "drug" or value is None else float(value)
        for name, value in opioid.items()
    }


def _history(earlier: Sequence[_Narrow], log: DailyLog) -> list[_Narrow]:
    """The current versions of the other logs, in the order they were entered."""
    superseded = {row.supersedes_id for row in earlier} | {log.supersedes_id}
    return [row for row in earlier if row.pk not in superseded]


def _judge_and_save(
    recovery: Recovery,
    log: DailyLog,
    clean: Mapping[str, Any],
    history: Sequence[_Narrow],
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
    findings = rules.assess(
        rules.Profile(
            baseline_pain=recovery.baseline_pain,
            baseline_opioid_mme=recovery.baseline_opioid_mme,
            anticoagulated=recovery.anticoagulated,
            osteoporosis=recovery.osteoporosis,
        ),
        [rules.Earlier(row.day, row.pain_avg) for row in history if row.day < log.day],
        clean,
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
    _set_status(recovery, log, history, now)
    if findings:
        alerts.raise_findings(recovery, findings, cause=log, phase=log.phase, now=now)
    else:
        status.set_queue_rank(recovery)
    recovery.save(update_fields=STATUS)


def _complete_checkin(recovery: Recovery, log: DailyLog, now: datetime) -> None:
    """The check-in that a log of this day answers, if it is open; one that has expired stays so,
    and one still to open counts this log when the tick opens it.
    """
    plan = plan_of(recovery.pathway_id)
    key = checkin_key_for(log.day, plan, before_procedure=now < recovery.procedure_at)
    if key is None:
        return
    CheckIn.objects.open().filter(
        recovery=recovery, anchor=recovery.anchor, key=key, opens_at__lte=now, expires_at__gt=now
    ).update(state=CheckIn.State.COMPLETED, completed_at=now, completed_by=log)
    messages.answered(recovery, key)


def _set_status(
    recovery: Recovery, log: DailyLog, history: Sequence[_Narrow], now: datetime
) -> None:
    current: list[_Narrow | DailyLog] = [*history, log]
    by_day = {row.day: row.pain_avg for row in current if row.pain_avg is not None}
    newest = max(row.day for row in current)
    recovery.last_log_at = now
    recovery.last_log_day = newest
    recovery.last_pain = by_day[max(by_day)] if by_day else None
    recovery.pain_trend = [
        [day, pain] for day, pain in sorted(by_day.items()) if day > newest - TREND_DAYS
    ]
    recovery.days_logged = len({row.day for row in current})
    recovery.overdue_since = None
    recovery.overdue_hidden = False


def severity_shown(log: DailyLog) -> Severity | None:
    """The severity of the text that the patient saw; None for the neutral one."""
    return Severity(rules.RULES_BY_ID[log.shown_rule].severity) if log.shown_rule else None
