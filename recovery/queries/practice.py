"""How the practice runs: who was enrolled and answers, what becomes of alerts. Numbers alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from recovery.clinical.hours import Calendar
from recovery.clinical.summaries import LEAST, Share, share
from recovery.models import (
    Alert,
    Clinic,
    Contact,
    DailyLog,
    FormResponse,
    Membership,
    Outcome,
    ProceduresDone,
    Recovery,
    Role,
)
from recovery.models.alerts import Severity
from recovery.queries.cohorts import Cohort

# Rules of which a smaller share led to action are for review. A judgement, as the budget of alerts.
LITTLE_ACTION = 0.2
# Closing an alert so says that something was done.
ACTED = (
    Alert.ClosingReason.PHONE,
    Alert.ClosingReason.SEEN,
    Alert.ClosingReason.EMERGENCY_DEPARTMENT,
)
OWN = (DailyLog.Source.PATIENT, DailyLog.Source.CAREGIVER)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MONTHS_BACK = 24


@dataclass(frozen=True, slots=True)
class Funnel:
    """From the procedure to the three-month form. `done` is the clinic's own number of the months
    that have one; `uncounted` says how many enrolled ones fall in months without. A share of too
    few, here or in other periods, is None; `due` are those of the three-month form.
    """

    done: int
    enrolled_of_done: int
    uncounted: int
    enrolled: int
    activated: Share | None
    logging: Share | None
    due: int
    three_months: Share | None

    @property
    def enrolment(self) -> Share | None:
        """None also where more were enrolled than the books say were done."""
        enough = self.done >= LEAST
        return share(self.enrolled_of_done, self.done) if self.fits and enough else None

    @property
    def fits(self) -> bool:
        return self.enrolled_of_done <= self.done


@dataclass(frozen=True, slots=True)
class Waits:
    """Minutes from the raise to a deed, of those alerts for which it came: see `handled`."""

    n: int
    half: float | None
    ninth: float | None


@dataclass(frozen=True, slots=True)
class Handled:
    severity: Severity
    raised: int
    acknowledged: Waits
    reached: Waits


@dataclass(frozen=True, slots=True)
class RuleUse:
    """A rule's alerts; `action` is of those closed, None below LEAST of them."""

    rule: str
    raised: int
    closed: int
    action: Share | None

    @property
    def review(self) -> bool:
        return self.action is not None and self.action.met < LITTLE_ACTION * self.action.n


@dataclass(frozen=True, slots=True)
class Load:
    """`hours` are those in which the clinic was open, times its nurses now."""

    alerts: int
    nurses: int
    hours: float
    contacts: int
    minutes: int
    without_minutes: int

    @property
    def per_hour(self) -> float | None:
        return self.alerts / self.hours if self.hours else None


def funnel(cohort: Cohort) -> Funnel:
    """Of the procedures of a period. Four statements, six for less than all time."""
    rows = cohort.recoveries()
    today = cohort.now.astimezone(ZoneInfo(cohort.clinic.zone)).date()
    past_week = Q(procedure_on__lte=today - timedelta(days=8))
    told = Exists(DailyLog.objects.filter(recovery=OuterRef("pk"), source__in=OWN)) | Exists(
        FormResponse.objects.filter(recovery=OuterRef("pk"), source__in=OWN)
    )
    found = rows.aggregate(
        enrolled=Count("pk"),
        activated=Count("pk", filter=Q(told)),
        past_week=Count("pk", filter=past_week),
        logging=Count("pk", filter=past_week & Q(week_days_logged__gte=1)),
    )

    def forms(of: Cohort) -> QuerySet[Outcome]:
        return of.of(Outcome.objects.standing().due(of.now)).filter(form="three_month")

    asked = forms(cohort).aggregate(
        due=Count("pk"), answered=Count("pk", filter=~Q(state=Outcome.State.MISSED))
    )
    enrolled = _by_month(rows)
    done = {
        (one.year, one.month): one.number
        for one in ProceduresDone.objects.filter(clinic=cohort.clinic)
        if _within(cohort.period, one.year, one.month)
    }
    week = cohort.counted(Cohort.recoveries, "", "clinic", n=Count("pk", filter=past_week))
    due = cohort.counted(forms, "recovery__", "form", n=Count("pk"))
    return Funnel(
        done=sum(done.values()),
        enrolled_of_done=sum(enrolled.get(month, 0) for month in done),
        uncounted=sum(n for month, n in enrolled.items() if month not in done),
        enrolled=found["enrolled"],
        activated=share(found["activated"], found["enrolled"]),
        logging=share(found["logging"], found["past_week"])
        if week(cohort.clinic.pk, "n", found["past_week"])
        else None,
        due=asked["due"],
        three_months=share(asked["answered"], asked["due"])
        if due("three_month", "n", asked["due"])
        else None,
    )


def _by_month(rows: QuerySet[Recovery]) -> dict[tuple[int, int], int]:
    counted = rows.values_list("procedure_on__year", "procedure_on__month").annotate(n=Count("pk"))
    return {(year, month): n for year, month, n in counted.order_by()}


def _within(period: str, year: int, month: int) -> bool:
    return f"{year}-Q{(month + 2) // 3}".startswith(period)


def alerts_of(clinic: Clinic, period: str, now: datetime) -> QuerySet[Alert]:
    begin, end = bounds(clinic, period, now)
    return Alert.objects.filter(recovery__clinic=clinic, raised_at__gte=begin, raised_at__lt=end)


def bounds(clinic: Clinic, period: str, now: datetime) -> tuple[datetime, datetime]:
    """The period in the clinic's zone, up to `now`; all time begins with the first recovery."""
    zone = ZoneInfo(clinic.zone)
    if not period:
        first = clinic.recoveries.order_by("created_at").values_list("created_at", flat=True)
        return first.first() or now, now
    year = int(period[:4])
    first_month = 3 * int(period[-1]) - 2 if len(period) > 4 else 1
    months = 3 if len(period) > 4 else 12
    begin = date(year, first_month, 1)
    end = date(year + (first_month + months > 12), (first_month + months - 1) % 12 + 1, 1)
    return (
        datetime.combine(begin, time(), zone),
        min(datetime.combine(end, time(), zone), now),
    )


def handled(alerts: QuerySet[Alert], calendar: Calendar) -> list[Handled]:
    """One statement. An emergency waits at any hour, others while the clinic is open; by its hours
    and holidays of today.
    """
    rows: dict[str, list[Any]] = defaultdict(list)
    columns = ("severity", "raised_at", "acknowledged_at", "reached_at")
    for severity, *moments in alerts.values_list(*columns):
        rows[severity].append(tuple(moments))
    found = []
    for severity in Severity:
        wait = _any_hour if severity == Severity.EMERGENCY else calendar.open_time
        here = rows[severity]
        acknowledged = _waits(wait(raised, done) for raised, done, _r in here if done)
        reached = _waits(wait(raised, done) for raised, _a, done in here if done)
        found.append(Handled(severity, len(here), acknowledged, reached))
    return found


def _any_hour(start: datetime, end: datetime) -> timedelta:
    return max(end - start, timedelta())


def _waits(found: Iterable[timedelta]) -> Waits:
    waits = sorted(one / MINUTE for one in found)
    if len(waits) < LEAST:
        return Waits(len(waits), None, None)
    return Waits(len(waits), median(waits), waits[-(-9 * len(waits) // 10) - 1])


def rule_uses(alerts: QuerySet[Alert]) -> list[RuleUse]:
    """One statement; what needs a review first, then the most frequent."""
    closed = Q(state=Alert.State.CLOSED)
    acted = closed & (Q(reached_at__isnull=False) | Q(closing_reason__in=ACTED))
    counted = alerts.values_list("rule").annotate(
        raised=Count("pk"), closed=Count("pk", filter=closed), acted=Count("pk", filter=acted)
    )
    found = [
        RuleUse(
            rule,
            raised,
            done,
            share(acted_on, done) if done >= LEAST else None,
        )
        for rule, raised, done, acted_on in counted.order_by()
    ]
    return sorted(found, key=lambda one: (not one.review, -one.raised, one.rule))


def load(clinic: Clinic, alerts: QuerySet[Alert], begin: datetime, end: datetime) -> Load:
    """Three statements."""
    nurses = Membership.objects.active().filter(clinic=clinic, role=Role.NURSE).count()
    contacts = Contact.objects.filter(recovery__clinic=clinic, at__gte=begin, at__lt=end)
    found = contacts.aggregate(
        n=Count("pk"), total=Sum("minutes"), without=Count("pk", filter=Q(minutes=None))
    )
    return Load(
        alerts=alerts.count(),
        nurses=nurses,
        hours=nurses * open_hours(clinic.calendar, begin, end),
        contacts=found["n"],
        minutes=found["total"] or 0,
        without_minutes=found["without"],
    )


def open_hours(calendar: Calendar, begin: datetime, end: datetime) -> float:
    """The hours in which a clinic was open on the days of a period, on the last of them up to its
    end; by its hours of today.
    """
    zone = ZoneInfo(calendar.zone)
    first, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    hours = [_length(day) for day in calendar.hours]
    days = (first + timedelta(days=n) for n in range((last - first).days))
    whole = sum(hours[day.weekday()] for day in days if calendar.opens_on(day))
    if not any(hours):
        return 0.0
    last_day = max(begin, datetime.combine(last, time(), zone))
    return whole + calendar.open_time(last_day, end) / HOUR


def _length(day: Sequence[str] | None) -> float:
    if day is None:
        return 0.0
    opens, closes = (datetime.combine(date.min, time.fromisoformat(text)) for text in day)
    return (closes - opens) / HOUR


def months_to_enter(now: datetime, zone: str) -> list[str]:
    """The months whose number can be entered, the newest first."""
    today = now.astimezone(ZoneInfo(zone)).date()
    newest = today.year * 12 + today.month - 1
    months = range(newest, newest - MONTHS_BACK, -1)
    return [f"{month // 12}-{month % 12 + 1:02}" for month in months]


def entered(clinic: Clinic) -> Mapping[str, int]:
    rows = ProceduresDone.objects.filter(clinic=clinic).order_by("-year", "-month")
    return {f"{one.year}-{one.month:02}": one.number for one in rows[:MONTHS_BACK]}
