"""How the recoveries of a cohort went beside their scores: logs, opioids, milestones, alerts."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Sum

from recovery.clinical.summaries import LEAST, Share, Summary, share, summary
from recovery.clinical.timepoints import DAYS, FIRST_FORTNIGHT
from recovery.models import Alert, Contact, Milestone, Recovery
from recovery.models.alerts import Severity
from recovery.queries.cohorts import Cohort, Shown

# The curve of the milestones ends here, and is about those followed for as long.
CURVE_DAYS = 90
SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Opioids:
    """At a time point, of those who have passed it. `share` is None where it is not shown."""

    form: str
    due: int
    n: int
    share: Share | None

    @property
    def none(self) -> int:
        return self.n - (self.share.met if self.share else 0)

    @property
    def missing(self) -> int:
        return self.due - self.n


@dataclass(frozen=True, slots=True)
class Reached:
    """A milestone: told by `n` of `due`; its days and the curve, where enough have told."""

    code: str
    due: int
    n: int
    days: Summary | None
    # The share of `due` that had told of it by each day of the curve.
    curve: list[float] | None

    @property
    def label(self) -> str:
        return Milestone.Code(self.code).label

    @property
    def told(self) -> Share | None:
        return share(self.n, self.due)

    @property
    def missing(self) -> int:
        return self.due - self.n


@dataclass(frozen=True, slots=True)
class Raised:
    """Alerts of one severity: how many, and of how many people."""

    severity: Severity
    alerts: int
    people: Share | None


@dataclass(frozen=True)
class Followups:
    recoveries: int
    ended: Mapping[str, int]
    baseline_forms: int
    days_logged: int
    # Of the first two weeks, of those who have passed them: days with a log, and all days.
    fortnight: Share | None
    opioids: list[Opioids]
    milestones: list[Reached]
    raised: list[Raised]
    emergency_department: Share | None

    @property
    def calls_per_hundred_days(self) -> float | None:
        """Emergency and urgent alerts for each 100 days with a log."""
        calls = sum(one.alerts for one in self.raised if one.severity != Severity.REVIEW)
        return 100 * calls / self.days_logged if self.days_logged else None


def followups(cohort: Cohort) -> Followups:
    """Three statements, six for a part of the clinic."""
    found = _recoveries(cohort)
    shown = _shown(cohort)
    clinic = cohort.clinic.pk
    n = found["recoveries"]
    may = n >= LEAST
    return Followups(
        recoveries=n,
        ended={state: found[state] for state in ("withdrawn", "died")},
        baseline_forms=found["baseline"],
        days_logged=found["days_logged"] or 0,
        fortnight=share(found["fortnight"] or 0, len(FIRST_FORTNIGHT) * found["past_fortnight"])
        if shown(clinic, "past_fortnight", found["past_fortnight"])
        else None,
        opioids=_opioids(cohort, found, shown),
        milestones=_milestones(cohort, found["past_curve"])
        if shown(clinic, "past_curve", found["past_curve"])
        else [],
        raised=_raised(cohort, n) if may else [],
        emergency_department=share(found["ed"], n) if may else None,
    )


def _recoveries(cohort: Cohort) -> dict[str, Any]:
    past = {day: Q(procedure_on__lte=_on(cohort, day)) for day in (*DAYS.values(), 14, CURVE_DAYS)}
    sent_to_ed = Exists(
        Contact.objects.filter(
            recovery=OuterRef("pk"), outcome=Contact.Outcome.EMERGENCY_DEPARTMENT
        )
    ) | Exists(
        Alert.objects.filter(
            recovery=OuterRef("pk"), closing_reason=Alert.ClosingReason.EMERGENCY_DEPARTMENT
        )
    )
    uses = Q(baseline_opioid_mme__gt=0)
    counts: dict[str, Any] = {
        "recoveries": Count("pk"),
        "withdrawn": Count("pk", filter=Q(state=Recovery.State.WITHDRAWN)),
        "died": Count("pk", filter=Q(state=Recovery.State.DIED)),
        "days_logged": Sum("days_logged"),
        "fortnight": Sum("fortnight_days_logged", filter=past[14]),
        "past_fortnight": Count("pk", filter=past[14]),
        "past_curve": Count("pk", filter=past[CURVE_DAYS]),
        "ed": Count("pk", filter=Q(sent_to_ed)),
        "baseline": Count("pk", filter=Q(baseline_opioid_mme__isnull=False)),
        "baseline_uses": Count("pk", filter=uses),
    }
    for form, day in DAYS.items():
        told = {use: past[day] & Q(**{f"opioid_use__{form}": use}) for use in (True, False)}
        counts[f"{form}_due"] = Count("pk", filter=past[day])
        counts[f"{form}_uses"] = Count("pk", filter=told[True])
        counts[f"{form}_none"] = Count("pk", filter=told[False])
    result: dict[str, Any] = cohort.recoveries().aggregate(**counts)
    return result


def _on(cohort: Cohort, day: int) -> Any:
    """The newest procedure date whose recovery has passed a day, with the week around it."""
    today = cohort.now.astimezone(ZoneInfo(cohort.clinic.zone)).date()
    return today - timedelta(days=day)


def _shown(cohort: Cohort) -> Shown:
    """Of how many people each figure is that is about recoveries themselves."""
    told = {form: f"opioid_use__{form}__isnull" for form in DAYS}
    past = {"past_fortnight": 14, "past_curve": CURVE_DAYS}
    whole = Cohort(cohort.clinic, cohort.now, cohort.frame).recoveries()
    counts: dict[str, Any] = {"baseline": Count("pk", filter=Q(baseline_opioid_mme__isnull=False))}
    counts |= {form: Count("pk", filter=Q(**{name: False})) for form, name in told.items()}
    counts |= {
        name: Count("pk", filter=Q(procedure_on__lte=_on(cohort, day)))
        for name, day in past.items()
    }
    return cohort.counted(whole, "", "clinic", **counts)


def _opioids(cohort: Cohort, found: Mapping[str, Any], shown: Shown) -> list[Opioids]:
    rows = [("baseline", found["recoveries"], found["baseline"], found["baseline_uses"])]
    for form in DAYS:
        uses, none = found[f"{form}_uses"], found[f"{form}_none"]
        rows.append((form, found[f"{form}_due"], uses + none, uses))
    clinic = cohort.clinic.pk
    return [
        Opioids(form, due, n, share(uses, n) if shown(clinic, form, n) else None)
        for form, due, n, uses in rows
        if n
    ]


def _milestones(cohort: Cohort, due: int) -> list[Reached]:
    """Of those followed for as long as the curve, the days up to its end."""
    past = Q(
        recovery__procedure_on__lte=_on(cohort, CURVE_DAYS), day__lte=timedelta(days=CURVE_DAYS)
    )
    standing = Milestone.objects.standing().annotate(
        day=ExpressionWrapper(F("on") - F("recovery__procedure_on"), output_field=DurationField())
    )
    rows = cohort.of(standing.filter(past)).values_list("code", "day").annotate(n=Count("pk"))
    days: dict[str, Counter[Fraction]] = defaultdict(Counter)
    for code, day, n in rows.order_by():
        days[code][Fraction(day.days)] += n
    whole = Cohort(cohort.clinic, cohort.now, cohort.frame).of(standing.filter(past))
    shown = cohort.counted(whole, "recovery__", "code", told=Count("pk"))
    found = []
    for code in Milestone.Code.values:
        n = sum(days[code].values())
        if n:
            may = shown(code, "told", n)
            curve = _curve(days[code], due) if may else None
            found.append(Reached(code, due, n, summary(days[code]) if may else None, curve))
    return found


def _curve(days: Mapping[Fraction, int], due: int) -> list[float]:
    told, curve = 0, []
    for day in range(CURVE_DAYS + 1):
        told += days.get(Fraction(day), 0)
        curve.append(told / due)
    return curve


def _raised(cohort: Cohort, due: int) -> list[Raised]:
    rows = cohort.of(Alert.objects.all()).values_list("severity")
    counted = rows.annotate(n=Count("pk"), people=Count("recovery", distinct=True)).order_by()
    found = {severity: (n, people) for severity, n, people in counted}
    return [
        Raised(severity, alerts, share(people, due))
        for severity in SEVERITIES
        for alerts, people in [found.get(severity, (0, 0))]
    ]
