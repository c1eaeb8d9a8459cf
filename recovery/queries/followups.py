"""How the recoveries of a cohort went beside their scores: logs, opioids, milestones, alerts."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    Sum,
    Value,
    When,
)

from recovery.clinical.summaries import LEAST, Share, Summary, share, summary
from recovery.clinical.timepoints import DAYS, FIRST_FORTNIGHT
from recovery.models import Alert, Contact, Milestone
from recovery.models.alerts import Severity
from recovery.queries.cells import Shown
from recovery.queries.cohorts import Cohort

# The curve of the milestones ends here, and is about those followed for as long.
CURVE_DAYS = 90
# The days by which recoveries are told apart, the last first.
PAST = {
    "past_fortnight": FIRST_FORTNIGHT[-1],
    "past_curve": CURVE_DAYS,
    **{f"{form}_due": day for form, day in DAYS.items()},
}
PASSED = sorted(set(PAST.values()), reverse=True)
SEVERITIES = tuple(Severity)
COMPLICATIONS = tuple(Alert.Complication)


@dataclass(frozen=True, slots=True)
class Opioids:
    """At a time point, of those who have passed it. `share` is None where it is not shown; where
    those who have passed it are too few, nothing is.
    """

    form: str
    due: int
    n: int
    share: Share | None
    due_shown: bool = True

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
    def style(self) -> int:
        """How its line is drawn: the same whatever the filter."""
        return list(Milestone.Code).index(Milestone.Code(self.code)) + 1

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


@dataclass(frozen=True, slots=True)
class Complications:
    """What staff said as they closed alerts, by kind and of everybody.

    `closed` are the people whom a closed alert was about: only of them anything could be said.
    """

    closed: int
    # By Alert.Complication; None where it is not shown.
    kinds: Mapping[str, Share] | None
    # Of nobody's alert a complication was said, though one was closed.
    not_said: Share | None

    def rows(self) -> list[tuple[str, Share]]:
        kinds = self.kinds or {}
        return [(str(Alert.Complication(kind).label), told) for kind, told in kinds.items()]


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
    complications: Complications

    @property
    def calls_per_hundred_days(self) -> float | None:
        """Emergency and urgent alerts for each 100 days with a log."""
        calls = sum(one.alerts for one in self.raised if one.severity != Severity.REVIEW)
        return 100 * calls / self.days_logged if self.days_logged else None


def followups(cohort: Cohort) -> Followups:
    """Three statements, seven for a part of the clinic."""
    found = _recoveries(cohort)
    shown = _shown(cohort)
    alerts = _alerts(cohort)
    clinic = cohort.clinic.pk
    n = found["recoveries"]
    may = n >= LEAST
    return Followups(
        recoveries=n,
        ended={state: found[state] for state in ("withdrawn", "died")},
        baseline_forms=found["baseline"],
        days_logged=found["days_logged"],
        fortnight=share(found["fortnight"], len(FIRST_FORTNIGHT) * found["past_fortnight"])
        if shown(clinic, "past_fortnight", found["past_fortnight"])
        else None,
        opioids=_opioids(cohort, found, shown),
        milestones=_milestones(cohort, found["past_curve"])
        if shown(clinic, "past_curve", found["past_curve"])
        else [],
        raised=_raised(alerts, n) if may else [],
        emergency_department=share(found["ed"], n) if may else None,
        complications=_complications(cohort, alerts, n),
    )


def _recoveries(cohort: Cohort) -> Counter[str]:
    """Everything that is counted of the recoveries themselves.

    The database counts those that are alike, which are few; what they count for is told here.
    """
    contacts = Contact.objects.filter(outcome=Contact.Outcome.EMERGENCY_DEPARTMENT)
    closed = Alert.objects.filter(closing_reason=Alert.ClosingReason.EMERGENCY_DEPARTMENT)
    # Of the clinic they are not filtered: they are few in all, and read once.
    sent_to_ed = contacts.values("recovery").union(closed.values("recovery"))
    passed = [When(procedure_on__lte=_on(cohort, day), then=Value(day)) for day in PASSED]
    uses = When(baseline_opioid_mme__isnull=False, then=Q(baseline_opioid_mme__gt=0))
    alike = (
        cohort.recoveries()
        .annotate(passed=Case(*passed, default=Value(-1)), uses=Case(uses))
        .values_list("passed", "state", "uses", "opioid_use")
    )
    rows = alike.annotate(
        n=Count("*"),
        days=Sum("days_logged"),
        fortnight=Sum("fortnight_days_logged"),
        ed=Count("pk", filter=Q(pk__in=sent_to_ed)),
    )
    found: Counter[str] = Counter()
    for day, state, uses_at_baseline, use, n, days, fortnight, ed in rows.order_by():
        found.update({"recoveries": n, state: n, "days_logged": days, "ed": ed})
        if uses_at_baseline is not None:
            found.update({"baseline": n, "baseline_uses": n * uses_at_baseline})
        if day >= FIRST_FORTNIGHT[-1]:
            found.update({"past_fortnight": n, "fortnight": fortnight})
        if day >= CURVE_DAYS:
            found["past_curve"] += n
        for form in (form for form, middle in DAYS.items() if day >= middle):
            found[f"{form}_due"] += n
            if form in use:
                found[f"{form}_uses" if use[form] else f"{form}_none"] += n
    return found


def _on(cohort: Cohort, day: int) -> Any:
    """The newest procedure date whose recovery has passed a day, with the week around it."""
    today = cohort.now.astimezone(ZoneInfo(cohort.clinic.zone)).date()
    return today - timedelta(days=day)


def _shown(cohort: Cohort) -> Shown:
    """Of how many people each figure is that is about recoveries themselves."""
    past = {name: Q(procedure_on__lte=_on(cohort, day)) for name, day in PAST.items()}
    counts: dict[str, Any] = {"baseline": Count("pk", filter=Q(baseline_opioid_mme__isnull=False))}
    counts |= {name: Count("pk", filter=passed) for name, passed in past.items()}
    for form in DAYS:
        told = Q(**{f"opioid_use__{form}__isnull": False})
        counts[form] = Count("pk", filter=told & past[f"{form}_due"])
    return cohort.counted(Cohort.recoveries, "", "clinic", **counts)


def _opioids(cohort: Cohort, found: Mapping[str, int], shown: Shown) -> list[Opioids]:
    clinic, n = cohort.clinic.pk, found["baseline"]
    may = shown(clinic, "baseline", n)
    told = share(found["baseline_uses"], n) if may else None
    rows = [Opioids("baseline", found["recoveries"], n, told)]
    for form in DAYS:
        uses, due = found[f"{form}_uses"], found[f"{form}_due"]
        n = uses + found[f"{form}_none"]
        due_shown = shown(clinic, f"{form}_due", due)
        may = due_shown and shown(clinic, form, n)
        rows.append(Opioids(form, due, n, share(uses, n) if may else None, due_shown))
    return [row for row in rows if row.n]


def _milestones(cohort: Cohort, due: int) -> list[Reached]:
    """Of those followed for as long as the curve, the days up to its end."""
    past = Q(
        recovery__procedure_on__lte=_on(cohort, CURVE_DAYS), day__lte=timedelta(days=CURVE_DAYS)
    )
    standing = Milestone.objects.standing().annotate(
        day=ExpressionWrapper(F("on") - F("recovery__procedure_on"), output_field=DurationField())
    )
    rows = cohort.of(standing.filter(past)).values_list("code", "day").annotate(n=Count("pk"))
    days: dict[str, Counter[int]] = defaultdict(Counter)
    for code, day, n in rows.order_by():
        days[code][day.days] += n
    shown = cohort.counted(
        lambda whole: whole.of(standing.filter(past)), "recovery__", "code", told=Count("pk")
    )
    found = []
    for code in Milestone.Code.values:
        n = sum(days[code].values())
        if n:
            may = shown(code, "told", n)
            curve = _curve(days[code], due) if may else None
            found.append(Reached(code, due, n, summary(days[code]) if may else None, curve))
    return found


def _curve(days: Mapping[int, int], due: int) -> list[float]:
    told, curve = 0, []
    for day in range(CURVE_DAYS + 1):
        told += days.get(day, 0)
        curve.append(told / due)
    return curve


def _alerts(cohort: Cohort) -> Counter[str]:
    """How many alerts there were of each severity, and how many people had what.

    Recovery by recovery first: then people are counted in one pass, however many are counted of.
    """
    said = ~Q(complication="")
    of = {
        **{severity: Q(severity=severity) for severity in SEVERITIES},
        **{kind: Q(complication=kind) for kind in COMPLICATIONS},
        "closed": Q(state=Alert.State.CLOSED),
        "said": said,
    }
    each = cohort.of(Alert.objects.all()).order_by().values("recovery")
    # Not by "pk": the index that these rows are read from does not hold it.
    each = each.annotate(
        **{f"n_{name}": Count("recovery", filter=what) for name, what in of.items()}
    )
    counted = each.aggregate(
        **{name: Count("recovery", filter=Q(**{f"n_{name}__gt": 0})) for name in of},
        **{f"alerts_{severity}": Sum(f"n_{severity}") for severity in SEVERITIES},
    )
    return Counter({name: n or 0 for name, n in counted.items()})


def _raised(alerts: Mapping[str, int], due: int) -> list[Raised]:
    return [
        Raised(severity, alerts[f"alerts_{severity}"], share(alerts[severity], due))
        for severity in SEVERITIES
    ]


def _complications(cohort: Cohort, alerts: Mapping[str, int], due: int) -> Complications:
    """Shares of all, as studies tell them; shown by how many anything could be said of."""
    shown = cohort.counted(
        lambda whole: whole.of(Alert.objects.filter(state=Alert.State.CLOSED)),
        "recovery__",
        "recovery__clinic",
        closed=Count("recovery", distinct=True),
    )
    closed = alerts["closed"]
    kinds = not_said = None
    if shown(cohort.clinic.pk, "closed", closed):
        told = {kind: share(alerts[kind], due) for kind in COMPLICATIONS}
        kinds = {kind: one for kind, one in told.items() if one}
        not_said = share(closed - alerts["said"], due)
    return Complications(closed, kinds, not_said)
