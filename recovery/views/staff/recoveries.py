"""The patient's page: what a nurse needs to act, what a surgeon needs to see."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recovery import access, pdf
from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.pathway import Occasion
from recovery.forms.alerts import CloseForm
from recovery.forms.contacts import ContactForm
from recovery.forms.procedures import DISCHARGE_DAYS, DischargeForm
from recovery.models import (
    Alert,
    Channel,
    CheckIn,
    Clinic,
    DailyLog,
    FormResponse,
    Recovery,
    RecoveryPhase,
    Role,
)
from recovery.models.access import Relationship
from recovery.queries import chart, corridors, glance, queue, timeline
from recovery.queries.checkins import as_log
from recovery.queries.days import Day, by_day
from recovery.queries.observations import why_closed
from recovery.queries.pathways import phases_of, planned
from recovery.queries.patients import Place, place
from recovery.queries.plot import Chart
from recovery.queries.record import Record, record_of
from recovery.queries.record_parts import Row
from recovery.queries.scores import scores_of
from recovery.services import recoveries, reschedules
from recovery.services.alerts import Hold, hold_of
from recovery.services.refusals import NotAllowed
from recovery.templatetags.answers import Answers, answers, asked_by

# Entries of the timeline, and what is asked next.
SHOWN, NEXT = 12, 4


@dataclass(frozen=True, slots=True)
class Case:
    """The alerts not closed, as one card: the worst first."""

    alerts: list[Alert]
    clock: queue.Clock
    # What fed the first of them last: a log, and the one before it, or a check-in form's answers to
    # a log's questions.
    log: DailyLog | None
    before: DailyLog | None
    response: FormResponse | None
    answers: Answers | None
    # When that log was corrected, if it was.
    corrected_at: datetime | None
    # Each alert with the log that fired it again last, if one did.
    fired: list[tuple[Alert, timeline.Log | None]]
    # Who is on the patient, by a claim of one of them or of the row.
    hold: Hold | None

    @property
    def first(self) -> Alert:
        return self.alerts[0]

    @property
    def unclaimed(self) -> Alert | None:
        """The worst one that somebody should take, once nobody is on the patient."""
        return next((alert for alert in self.alerts if alert.state in Alert.WAITING), None)

    @property
    def needs_contact(self) -> bool:
        """Whether closing must wait for a contact that reached somebody."""
        return self.first.severity != "review" and not self.contacted

    @property
    def contacted(self) -> bool:
        asleep = self.first.state == Alert.State.SNOOZED and self.first.contacted_at is not None
        return asleep or self.first.state == Alert.State.CONTACTED


@require_safe
@access.for_staff()
def staff_recovery(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    return page(request, access.staff_recovery(request, recovery))


def page(
    request: HttpRequest,
    recovery: Recovery,
    *,
    contact: ContactForm | None = None,
    close: CloseForm | None = None,
    picked: Collection[uuid.UUID] | None = None,
    discharge: DischargeForm | None = None,
) -> HttpResponse:
    """The whole page; with a form that was refused, and the alerts it was about, as typed."""
    access.record_read(request, recovery, "recovery")
    logs = timeline.logs_of(recovery)
    alerts = timeline.alerts_of(recovery)
    record = record_of(recovery, request.now)
    days = by_day(timeline.current(logs))
    where = place(recovery, request.now)
    asked = planned(recovery)
    logs_asked = [one for one in asked if one.form in LOG_FORMS]
    case = _case(request, recovery, alerts, logs)
    told = timeline.events(recovery, logs, alerts, record)
    begun = chart.begun(phases_of(recovery.pathway_id), where.day)
    discharge = discharge or _discharge(request, recovery, record, where)
    zoomed = next((phase for phase in begun if phase.code == request.GET.get("phase")), None)
    scores = scores_of(recovery, record)
    context = {
        "here": "patients",
        "waiting": record.waiting,
        "in_room": record.in_room,
        "recovery": recovery,
        "patient": recovery.patient,
        "place": where,
        "summary": glance.summary(recovery, days, record, alerts, where),
        "record": record,
        "milestones": sorted((row for row in record.milestones if row.number), key=_told_on),
        "caregivers": [r for r in record.accesses if r.kind == Relationship.CAREGIVER],
        "mailed": bool(record.accesses and _agreed(record, recovery, Channel.EMAIL, 1)),
        "texted": bool(recovery.patient.mobile and _agreed(record, recovery, Channel.SMS, 2)),
        "paused": recovery.patient.is_paused(access.local_date(recovery, request.now)),
        "case": case,
        # Others than nurses see it as a line, until they open it or a form of it was refused.
        "case_open": case and (Role.NURSE in request.roles or contact or close),
        # The case has both forms; without one, a contact that was typed is shown again.
        "contact": contact or (ContactForm() if case else None),
        "close": close or (CloseForm() if case else None),
        "refused": any(form.errors for form in (contact, close, discharge) if form),
        "picked": case and ({a.uuid for a in case.alerts} if picked is None else picked),
        "spine": glance.strip(recovery, record, days, logs_asked, request.now),
        "chart": _chart(recovery, request.clinic, days, alerts, record, logs_asked, where, zoomed),
        "phases": begun,
        "scores": scores,
        "head": pdf.score_head(scores),
        "notes": pdf.score_notes(scores),
        "events": told[:SHOWN],
        "told": len(told),
        "contacts": sorted(record.contacts, key=lambda row: row.at, reverse=True),
        "minutes": sum(row.number or 0 for row in record.contacts),
        "upcoming": _upcoming(asked, record, request.now),
        "moves": [Recovery.State(state) for state in recoveries.MOVES[recovery.state]],
        "movable": recovery.state in reschedules.MOVABLE,
        "cancellable": Recovery.State.CANCELLED in recoveries.MOVES[recovery.state],
        # On its day the sheet is there to be begun; later it is there if it was.
        "observed": record.rooms or not why_closed(recovery, request.now),
        "missing_facts": glance.missing_facts(recovery),
        "discharge": discharge,
    }
    return render(request, "staff/recovery.html", context)


def _upcoming(asked: Sequence[Occasion], record: Record, now: datetime) -> list[Occasion]:
    """What opens next, logs and forms, but not what was answered ahead, as the first evening is by
    a log before leaving.
    """
    done = {row.text for row in record.checkins if row.code == CheckIn.State.COMPLETED}
    return [one for one in asked if one.opens_at > now and one.key not in done][:NEXT]


def _discharge(
    request: HttpRequest, recovery: Recovery, record: Record, where: Place
) -> DischargeForm | None:
    """Asked on D0 and D1, and correctable until the first evening is answered; a first log before
    leaving may have answered that, and then the discharge is still to be written down.
    """
    answered = any(
        row.kind == "evening" and row.code == CheckIn.State.COMPLETED for row in record.checkins
    )
    wanted = (
        recovery.state in Recovery.FOLLOWED
        and where.day in DISCHARGE_DAYS
        and recovery.procedure_at <= request.now
        and not (answered and recovery.discharged_at)
    )
    return DischargeForm(recovery=recovery, now=request.now) if wanted else None


def _agreed(record: Record, recovery: Recovery, channel: Channel, bit: int) -> bool:
    """Whether the patient chose a channel and agreed to it."""
    if channel not in recovery.patient.in_order:
        return False
    return any((row.number or 0) & bit for row in record.consents)


def _told_on(row: Row) -> str:
    return row.text


def _case(
    request: HttpRequest,
    recovery: Recovery,
    alerts: Sequence[Any],
    logs: Sequence[timeline.Log],
) -> Case | None:
    standing = sorted(
        (alert for alert in alerts if alert.state != Alert.State.CLOSED), key=queue.worst_first
    )
    # One that was handled stands behind one that was not.
    standing.sort(key=queue.rank_of)
    if not standing:
        return None
    first = standing[0]
    # Not one that fed an alert of this rule which is closed.
    feeding = [log for log in logs if first.rule in log.rules and log.entered_at >= first.raised_at]
    response = None
    if first.response and (not feeding or feeding[-1].entered_at < first.responded_at):
        feeding, response = (
            [],
            FormResponse.objects.select_related("checkin").get(pk=first.response),
        )
        response.recovery = recovery
    rows: dict[int, DailyLog] = {}
    before_pk = corrected_at = None
    if feeding:
        newest = feeding[-1]
        earlier = [log for log in timeline.current(logs) if log.pk < newest.pk]
        before_pk = earlier[-1].pk if earlier else None
        rows = DailyLog.objects.in_bulk([newest.pk, *([before_pk] if before_pk else [])])
        later = (log.entered_at for log in logs if log.supersedes_id == newest.pk)
        corrected_at = next(later, None)
    log = rows.get(feeding[-1].pk) if feeding else response and as_log(response)
    before = rows.get(before_pk) if before_pk else None
    here = [alert for alert in standing if queue.rank_of(alert) == queue.rank_of(first)]
    return Case(
        alerts=standing,
        clock=queue.clock_of(here, request.clinic.calendar, request.now),
        log=log,
        before=before,
        response=response,
        answers=answers(log, before, asked_by(a.rule for a in here)) if log else None,
        corrected_at=corrected_at,
        fired=[(alert, _again(alert, logs)) for alert in standing],
        hold=hold_of(recovery, standing, request.now),
    )


def _again(alert: Alert, logs: Sequence[timeline.Log]) -> timeline.Log | None:
    again = [log for log in logs if alert.rule in log.rules and log.entered_at > alert.raised_at]
    return again[-1] if again else None


def _chart(
    recovery: Recovery,
    clinic: Clinic,
    days: list[Day],
    alerts: Sequence[Alert],
    record: Record,
    planned: Sequence[Occasion],
    where: Place,
    phase: RecoveryPhase | None,
) -> Chart:
    zone = ZoneInfo(recovery.patient.zone)

    def day(at: datetime) -> int:
        return recovery.day_on(at.astimezone(zone).date())

    return chart.draw(
        days=days,
        today=where.day,
        baseline=recovery.baseline_pain,
        baseline_mme=recovery.baseline_opioid_mme,
        phases=phases_of(recovery.pathway_id),
        alerts=[(day(alert.raised_at), alert) for alert in alerts],
        contacts=[(day(row.at), row) for row in record.contacts],
        planned=[o.day for o in planned if o.day > where.day] if recovery.sends else [],
        corridor=partial(corridors.band_on, recovery, clinic),
        phase=phase,
    )


@require_POST
@access.for_staff()
def recovery_state(request: HttpRequest, recovery: uuid.UUID) -> HttpResponse:
    """Pause, resume or end a recovery."""
    row = access.staff_recovery(request, recovery)
    wanted = request.POST.get("state", "")
    if wanted not in Recovery.State:
        messages.error(request, _("Choose what to change it to."))
    else:
        try:
            row = recoveries.change_state(
                recovery=row, user=request.user, now=request.now, state=Recovery.State(wanted)
            )
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            state = row.get_state_display().lower()
            messages.success(request, _("Follow-up: %(state)s.") % {"state": state})
    return redirect("staff_recovery", row.uuid)
