"""R40 to R43 and R46: what misses and silence fire when a recovery's tick comes.

Misses are judged when a check-in expires and so once; R42 and R46 by when they were last told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.pathway import Plan, local
from recovery.clinical.rules import Finding, judging
from recovery.models import Alert, AlertLog, CheckIn, Contact, FormResponse, Recovery
from recovery.services.escalation import CALLS

BASELINE = "baseline"
LAST_EXPECTED_DAY = 14
BASELINE_MISSING_FROM = time(6)
TOLD_ONCE = ("R42", "R46")
ENDED = (Recovery.State.WITHDRAWN, Recovery.State.CANCELLED, Recovery.State.DIED)


@dataclass(slots=True)
class Facts:
    """What the rules of time ask about one recovery."""

    # When staff reached somebody.
    contacts: list[datetime] = field(default_factory=list)
    baseline_answered: bool = False
    # By alert: when an answer last fed it.
    fed_at: dict[int, datetime] = field(default_factory=dict)
    # By rule: when it was last told, whatever became of it.
    told_at: dict[str, datetime] = field(default_factory=dict)


def facts_of(
    recoveries: Sequence[Recovery], alerts: Mapping[int, Sequence[Alert]]
) -> defaultdict[int, Facts]:
    """The facts by recovery: three statements, and two more while an alert that calls stands."""
    found: defaultdict[int, Facts] = defaultdict(Facts)
    reached = Contact.objects.filter(recovery__in=recoveries, outcome__in=Contact.REACHED)
    for recovery_id, at in reached.values_list("recovery_id", "at"):
        found[recovery_id].contacts.append(at)
    answered = FormResponse.objects.current().filter(
        recovery__in=recoveries, checkin__form=BASELINE
    )
    for recovery_id in answered.values_list("recovery_id", flat=True):
        found[recovery_id].baseline_answered = True
    told = Alert.objects.filter(recovery__in=recoveries, rule__in=TOLD_ONCE)
    for recovery_id, rule, at in (
        told.order_by().values_list("recovery_id", "rule").annotate(Max("clock_from"))
    ):
        found[recovery_id].told_at[rule] = at
    calling = {one.pk: one for rows in alerts.values() for one in rows if one.severity in CALLS}
    if calling:
        logs = AlertLog.objects.filter(alert__in=calling).values_list("alert")
        forms = Alert.responses.through.objects.filter(alert__in=calling).values_list("alert")
        for pk, at in (
            *logs.order_by().annotate(Max("log__entered_at")),
            *forms.order_by().annotate(Max("formresponse__saved_at")),
        ):
            fed_at = found[calling[pk].recovery_id].fed_at
            fed_at[pk] = max(at, fed_at.get(pk, at))
    return found


def judge(
    recovery: Recovery,
    facts: Facts,
    *,
    plan: Plan,
    logged_days: Collection[int],
    checkins: Mapping[str, CheckIn],
    expired: Sequence[CheckIn],
    alerts: Iterable[Alert],
    now: datetime,
) -> list[Finding]:
    """What fires at `now`; `expired` are the check-ins that expire with this tick."""
    found: dict[str, list[str]] = {}
    if recovery.sends:
        for checkin in sorted(expired, key=lambda one: one.expires_at):
            for rule in _missed(recovery, facts, plan, logged_days, checkins, checkin):
                found.setdefault(rule, []).append(f"D{checkin.day}")
        if _no_baseline(recovery, facts, now):
            found["R46"] = []
    if recovery.state not in ENDED and _silent(recovery, facts, alerts, now):
        found["R42"] = []
    # One that stands says it already, unless a contact has answered it since.
    for alert in alerts:
        answered = alert.severity in CALLS and alert.state == Alert.State.CONTACTED
        if alert.rule in TOLD_ONCE and not answered:
            found.pop(alert.rule, None)
    return [
        judging.finding(rule, f"({', '.join(days)})" if days else "", plan.changes)
        for rule, days in found.items()
    ]


def moments(recovery: Recovery, facts: Facts, alerts: Iterable[Alert]) -> list[datetime]:
    """When one of these rules may fire by itself; those that are past do no harm."""
    silent = [at + judging.SILENCE for at in _fed(facts, alerts)]
    baseline = [] if facts.baseline_answered else [_baseline_missing_at(recovery)]
    return [*silent, *baseline]


def _missed(
    recovery: Recovery,
    facts: Facts,
    plan: Plan,
    logged_days: Collection[int],
    checkins: Mapping[str, CheckIn],
    checkin: CheckIn,
) -> list[str]:
    if checkin.form not in LOG_FORMS:
        return [] if checkin.form == BASELINE else ["R43"]
    if checkin.form != "daily" or not 1 <= checkin.day <= LAST_EXPECTED_DAY:
        return []
    missed = {
        one.day: one
        for one in checkins.values()
        if one.form == "daily"
        and one.state == CheckIn.State.EXPIRED
        and one.expires_at <= checkin.expires_at
        and one.day not in logged_days
    }
    rules = []
    contact_days = {recovery.day_on(_date(recovery, at)) for at in facts.contacts}
    logged = checkin.day in logged_days
    if checkin.day == 1 and judging.first_day_silent(logged=logged, contact_days=contact_days):
        rules.append("R40")
    # A day on which the clinic's pathway asks nothing is neither logged nor missed.
    expected = sorted(one.day for one in plan.slots if one.form == "daily" and not one.optional)
    if judging.second_miss(missed, checkin.day, expected):
        began = missed[judging.run_of_misses(missed, checkin.day, expected)[0]].opens_at
        if all(at < began for at in facts.contacts):
            rules.append("R41")
    return rules


def _no_baseline(recovery: Recovery, facts: Facts, now: datetime) -> bool:
    due = _baseline_missing_at(recovery)
    told = facts.told_at.get("R46")
    return not facts.baseline_answered and due <= now and (told is None or told < due)


def _baseline_missing_at(recovery: Recovery) -> datetime:
    day_1 = recovery.procedure_on + timedelta(days=1)
    return local(day_1, BASELINE_MISSING_FROM, recovery.patient.zone)


def _silent(recovery: Recovery, facts: Facts, alerts: Iterable[Alert], now: datetime) -> bool:
    told = facts.told_at.get("R42")
    contacted_at = max(facts.contacts, default=None)
    return any(
        judging.silent_after(
            fed_at=at, last_log_at=recovery.last_log_at, contacted_at=contacted_at, now=now
        )
        and (told is None or told < at)
        for at in _fed(facts, alerts)
    )


def _fed(facts: Facts, alerts: Iterable[Alert]) -> list[datetime]:
    """When the emergency and urgent alerts that answers raised, not closed, were last fed."""
    return [
        facts.fed_at[alert.pk]
        for alert in alerts
        if alert.severity in CALLS
        and alert.state not in (Alert.State.CLOSED, Alert.State.SNOOZED)
        and alert.pk in facts.fed_at
    ]


def _date(recovery: Recovery, at: datetime) -> date:
    return at.astimezone(ZoneInfo(recovery.patient.zone)).date()
