"""Answers to a check-in form: kept while they grow, scored and judged once they are sent."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction

from recovery.clinical import logfields, rules
from recovery.clinical.checkinforms import LOG
from recovery.clinical.instruments import Instrument, evaluate, score
from recovery.clinical.rules import judging
from recovery.clinical.timepoints import BASELINE
from recovery.models import AccessEvent, CheckIn, DailyLog, FormResponse, Recovery, Score, User
from recovery.queries.checkins import form_checkin
from recovery.queries.pathways import phase_now, plan_of
from recovery.services import alerts, facts, messages, outcomes, replays, status

Answers = Mapping[str, Mapping[str, Any]]

# An ODI of 9 sections may have decimals without end; this is far below any mark.
KEPT = Decimal("0.000001")
STATUS = (
    *status.STATUS,
    *status.MISS,
    "baseline_pain",
    "baseline_opioid_mme",
    "anticoagulated",
    "osteoporosis",
)


class EnteredByStaff(PermissionDenied):
    """What staff entered is corrected by staff: a patient's answers need an id of their own."""


@dataclass(frozen=True, slots=True)
class Saved:
    response: FormResponse
    # True when nothing was stored, because the same answers are stored already.
    replay: bool


@transaction.atomic
def save(
    *,
    checkin_id: int,
    instruments: Sequence[Instrument],
    answers: Answers,
    client_id: uuid.UUID,
    revision: int | None = None,
    now: datetime,
    source: DailyLog.Source,
    mode: DailyLog.Mode,
    user: User | None = None,
    send: bool,
    language: str = "en",
    taken_over: FormResponse | None = None,
) -> Saved:
    """Keep what was answered so far, or `send` it: then it is scored and judged.

    `answers` holds by section (an instrument's key, or "log") the clean answers by linkId or
    field name. The draft of a client id is saved over; what was sent never changes, and sending
    other answers is a correction that supersedes it. The same answers again change nothing, nor
    does a retry that comes after a correction: `revision` is that of the sent row the form was
    filled from, None for one that was not sent yet. `language` is that of the page.
    The answers that a daily log asks too are judged at every save (R01-R38): a sign of danger
    does not wait until the form is finished. `taken_over` is the patient's draft from which staff
    filled the form: of what it has told, nobody is told again.

    After the check-in has expired a patient's answers are kept, not taken: the response stays in
    progress and staff may take it as a late entry. Raises EnteredByStaff when a patient would
    write over what staff entered.
    """
    recovery = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(checkins=checkin_id)
    )
    # Read now that nobody else writes.
    checkin = CheckIn.objects.get(pk=checkin_id)
    own = list(
        FormResponse.objects.filter(checkin=checkin, client_id=client_id).order_by("revision")
    )
    last = own[-1] if own else None
    staff = source == DailyLog.Source.STAFF
    late = checkin.expires_at <= now
    send = send and (staff or not late)
    sent = last is not None and last.is_sent
    given = _plain(answers)
    replay = last is not None and (
        (last.answers == given and (sent or not send)) or replays.is_stale(own, given, revision)
    )
    if last and last.source == DailyLog.Source.STAFF and not staff and not (sent and replay):
        raise EnteredByStaff("what staff entered is corrected by staff")
    if last and replay:
        return Saved(last, replay=True)
    if sent and not send:
        # A correction is sent or it is not; a draft of one would hide what was sent.
        raise PermissionDenied("what was sent is corrected by sending it again")
    # Asked before the draft, which is the same row, is written over.
    told_before = any(
        one.answers.get(LOG) == given.get(LOG) for one in (last, taken_over) if one is not None
    )
    response = last if last and not sent else FormResponse(client_id=client_id, checkin=checkin)
    response.recovery = recovery
    if sent:
        assert last is not None
        response.revision, response.supersedes = last.revision + 1, last
    response.answers = given
    response.instruments = {one.key: one.version for one in instruments}
    response.status = FormResponse.Status.COMPLETED if send else FormResponse.Status.IN_PROGRESS
    response.saved_at, response.completed_at = now, now if send else None
    response.entered_by, response.source, response.mode = user, source, mode
    response.language = language
    response.late = late
    findings = _log_findings(recovery, checkin.day if late else _today(recovery, now), answers)
    fresh = [] if told_before else list(findings)
    scores = _scores(response, instruments, answers) if send else []
    told = outcomes.told_before(checkin) if send else []
    if send:
        totals = {one.instrument: one.total for one in scores}
        judged = _score_findings(recovery, checkin, totals, told)
        findings, fresh = (*findings, *judged), [*fresh, *judged]
    advice = rules.advice(finding for finding in findings if finding.patient_text)
    response.rule_set = rules.RULE_SET_VERSION
    response.judged_pathway_id = recovery.pathway_id
    response.rules = [finding.rule_id for finding in findings]
    response.shown_rule = advice.rule_id or ""
    response.advice = rules.fill(advice.text, recovery.clinic.numbers)
    response.save()
    Score.objects.bulk_create(scores)
    if staff:
        AccessEvent.objects.create(
            at=now,
            user=user,
            patient_id=recovery.patient_id,
            action=AccessEvent.Action.WRITE,
            what=f"form {checkin.key}",
        )
    if send:
        _completed(recovery, checkin, given, replaced=last if sent else None, now=now)
        outcomes.form_sent(checkin, told, response, scores)
    if fresh:
        phase = phase_now(recovery, now)
        alerts.raise_findings(recovery, fresh, cause=response, phase=phase, now=now)
    else:
        status.set_queue_rank(recovery)
    recovery.save(update_fields=STATUS)
    return Saved(response, replay=False)


@transaction.atomic
def row_for(*, recovery: Recovery, key: str, now: datetime) -> CheckIn:
    """The check-in of a form that staff enter: written now if it never opened for the patient.

    Raises LookupError for a key under which the plan has no form that is or was open.
    """
    locked = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient")
        .get(pk=recovery.pk)
    )
    checkin = form_checkin(locked, key, now=now)
    if checkin is None:
        raise LookupError(key)
    if not checkin.pk:
        checkin.save()
    return checkin


def _plain(answers: Answers) -> dict[str, dict[str, Any]]:
    """As JSON holds them, so that what was stored and what is sent again are equal."""
    return {
        section: {name: _json(value) for name, value in found.items() if value not in (None, "")}
        for section, found in answers.items()
        if found
    }


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, tuple | list):
        return [_json(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _json(one) for name, one in value.items()}
    return value


def _log_findings(recovery: Recovery, day: int, answers: Answers) -> tuple[rules.Finding, ...]:
    """What R01-R38 say of the form's own questions. R39 asks for a whole log, which this is not."""
    given = answers.get(LOG)
    if not given:
        return ()
    log = logfields.clean({**given, "day": day})
    found = rules.assess(
        rules.Profile(
            baseline_pain=recovery.baseline_pain,
            baseline_opioid_mme=recovery.baseline_opioid_mme,
            anticoagulated=recovery.anticoagulated,
            osteoporosis=recovery.osteoporosis,
        ),
        [],
        log,
        plan_of(recovery.pathway_id).changes,
    )
    return tuple(finding for finding in found if finding.rule_id != rules.INCOMPLETE)


def _scores(
    response: FormResponse, instruments: Iterable[Instrument], answers: Answers
) -> list[Score]:
    """A row for each instrument that was touched; without a score where an answer is missing."""
    rows = []
    for instrument in instruments:
        evaluation = evaluate(instrument, answers.get(instrument.key, {}))
        if not instrument.scorer or not evaluation.values:
            continue
        found = score(instrument, evaluation)
        rows.append(
            Score(
                response=response,
                instrument=instrument.key,
                version=instrument.version,
                answered=len(evaluation.values),
                total=None if found.basis is None else _stored(found.basis),
                score=found.shown or "",
            )
        )
    return rows


def _stored(basis: int | Decimal | Fraction) -> Decimal:
    exact = Fraction(basis)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(KEPT)


def _score_findings(
    recovery: Recovery,
    checkin: CheckIn,
    totals: Mapping[str, Decimal | None],
    told: Sequence[outcomes.Told],
) -> list[rules.Finding]:
    """R44 and R45, against the baseline form; pain also against what was typed at enrolment."""
    if checkin.form == BASELINE:
        return []
    baseline: dict[str, Decimal | int | None] = {
        name: score.total for name, score in outcomes.baseline_of(told).items()
    }
    baseline.setdefault("NRS", recovery.baseline_pain)
    found = []
    changes = plan_of(recovery.pathway_id).changes
    pain = {"baseline": baseline["NRS"], "followup": totals.get("NRS")}
    if judging.limited_response(checkin.form, **pain):
        # A daily log of the same days may say another number.
        form = checkin.form.replace("_", "-")
        detail = f"Pain {pain['followup']:.0f} in the {form} form, baseline {pain['baseline']:.0f}."
        found.append(judging.finding("R44", detail, changes))
    if worse := judging.worse_than_baseline(baseline, totals):
        found.append(judging.finding("R45", f"({', '.join(worse)})", changes))
    return found


def _completed(
    recovery: Recovery,
    checkin: CheckIn,
    given: Answers,
    *,
    replaced: FormResponse | None,
    now: datetime,
) -> None:
    """What a sent form ends: its check-in, unless that has expired, its reminders, a silence."""
    if checkin.is_open and now < checkin.expires_at:
        checkin.state, checkin.completed_at = CheckIn.State.COMPLETED, now
        checkin.save(update_fields=["state", "completed_at"])
    if checkin.anchor == recovery.anchor:
        messages.answered(recovery, checkin.key)
    status.called_or_answered(recovery)
    if now < checkin.expires_at or not _others_missed(recovery, checkin):
        status.answered(recovery)
    if checkin.form == BASELINE:
        facts.fill_in(recovery, given, corrects=replaced.answers if replaced else {})


def _others_missed(recovery: Recovery, checkin: CheckIn) -> bool:
    """Whether the patient's silence is about more than the form that staff enter late."""
    since = recovery.overdue_since
    missed = CheckIn.objects.filter(
        recovery=recovery, anchor=recovery.anchor, state=CheckIn.State.EXPIRED
    )
    return bool(since and missed.filter(expires_at__gte=since).exclude(pk=checkin.pk).exists())


def _today(recovery: Recovery, now: datetime) -> int:
    return recovery.day_on(now.astimezone(ZoneInfo(recovery.patient.zone)).date())
