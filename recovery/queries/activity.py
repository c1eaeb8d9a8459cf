"""The activity ledger: days on which patients entered something, minutes and live contacts.

All dates are those of the patient's zone. What counts as what: docs/decisions/0029.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from recovery.clinical.activity import (
    DAYS_A_PERIOD,
    Forecast,
    Period,
    in_global_period,
    periods,
    time_codes,
)
from recovery.clinical.pathway import local
from recovery.models import Clinic, Contact, DailyLog, FormResponse, Recovery

PAGE = 50
BY_NAME = ("patient__family_name", "patient__given_name", "id")
# A month is asked for in the clinic's zone and counted in the patient's: no two are further apart.
ZONES_APART = timedelta(days=1)


@dataclass(slots=True)
class Counted:
    """Of some contacts: minutes, real-time contacts, and those whose minutes nobody wrote."""

    minutes: int = 0
    live: int = 0
    without_minutes: int = 0

    def add(self, contact: Contact) -> None:
        self.minutes += contact.minutes or 0
        self.without_minutes += contact.minutes is None
        self.live += contact.kind == Contact.Kind.CALL and contact.reached

    @property
    def codes(self) -> tuple[tuple[str, int], ...]:
        return time_codes(self.minutes, live=self.live > 0)


@dataclass(slots=True)
class Month:
    """A calendar month: all of it, and without the days in the procedure's global period.

    Visits stand beside it: whether time in person counts, the sources do not say.
    """

    first: date
    whole: Counted = field(default_factory=Counted)
    without: Counted = field(default_factory=Counted)
    visits: Counted = field(default_factory=Counted)

    @property
    def apart_minutes(self) -> int:
        return self.whole.minutes - self.without.minutes

    @property
    def apart_live(self) -> int:
        return self.whole.live - self.without.live


@dataclass(frozen=True, slots=True)
class PeriodRow:
    period: Period
    forecast: Forecast | None
    # Days of others, which do not count as the patient's.
    caregiver_days: int
    staff_days: int


@dataclass(frozen=True, slots=True)
class Activity:
    """Of one recovery; both oldest first."""

    recovery: Recovery
    periods: list[PeriodRow]
    months: list[Month]

    def month(self, first: date) -> Month:
        return next((one for one in self.months if one.first == first), Month(first))

    def overlapping(self, first: date) -> list[PeriodRow]:
        """The periods that have a day in the month."""
        after, rows = next_month(first), self.periods
        return [row for row in rows if row.period.first < after and row.period.last >= first]


@dataclass(frozen=True, slots=True)
class ActivityPage:
    rows: list[Activity]
    # The recovery after whom the next page begins; None on the last page.
    after: uuid.UUID | None


def next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def activity_of(recoveries: Sequence[Recovery], *, now: datetime) -> list[Activity]:
    """Of each recovery, its patient loaded. Two statements, however many there are."""
    entered = _entered(recoveries)
    contacts: dict[int, list[Contact]] = defaultdict(list)
    rows = Contact.objects.filter(recovery__in=recoveries).order_by("at", "pk")
    for contact in rows.only("recovery_id", "at", "kind", "outcome", "minutes"):
        contacts[contact.recovery_id].append(contact)
    return [_activity(one, entered[one.pk], contacts[one.pk], now) for one in recoveries]


def _entered(recoveries: Sequence[Recovery]) -> dict[int, list[tuple[datetime, str]]]:
    """When something was entered and by whom. A correction is no entry of its own."""
    first = Q(recovery__in=recoveries, supersedes=None)
    logs = DailyLog.objects.filter(first).order_by()
    forms = FormResponse.objects.filter(first, status=FormResponse.Status.COMPLETED).order_by()
    found: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    entries = logs.values_list("recovery_id", "entered_at", "source").union(
        forms.values_list("recovery_id", F("completed_at"), "source"), all=True
    )
    for recovery, at, source in entries:
        found[recovery].append((at, source))
    return found


def _activity(
    recovery: Recovery,
    entered: Collection[tuple[datetime, str]],
    contacts: Sequence[Contact],
    now: datetime,
) -> Activity:
    zone = ZoneInfo(recovery.patient.zone)
    today = now.astimezone(zone).date()
    days: dict[str, set[date]] = defaultdict(set)
    for at, source in entered:
        days[source].add(at.astimezone(zone).date())
    by_patient = days[DailyLog.Source.PATIENT]
    found = periods(by_patient, procedure_on=recovery.procedure_on, today=today)
    months: dict[date, Month] = {}
    for contact in contacts:
        on = contact.at.astimezone(zone).date()
        month = months.setdefault(on.replace(day=1), Month(on.replace(day=1)))
        if contact.kind == Contact.Kind.VISIT:
            month.visits.add(contact)
            continue
        month.whole.add(contact)
        if not in_global_period(recovery.day_on(on)):
            month.without.add(contact)
    return Activity(
        recovery=recovery,
        periods=[
            PeriodRow(
                period=period,
                forecast=period.forecast(today) if recovery.sends else None,
                caregiver_days=_within(period, days[DailyLog.Source.CAREGIVER]),
                staff_days=_within(period, days[DailyLog.Source.STAFF]),
            )
            for period in found
        ],
        months=[months[first] for first in sorted(months)],
    )


def _within(period: Period, days: Collection[date]) -> int:
    return sum(period.first <= day <= period.last for day in days)


# A clinic's month
# ----------------


def month_page(
    clinic: Clinic, first: date, *, now: datetime, after: uuid.UUID | None = None
) -> ActivityPage:
    """Fifty recoveries by name that have something to count in the month, in three statements."""
    listed = _with_something(clinic, first).order_by(*BY_NAME)
    if after is not None:
        last = Recovery.objects.filter(clinic=clinic, uuid=after)
        place = [Subquery(last.values(name)) for name in BY_NAME]
        listed = listed.filter(TupleGreaterThan(Tuple(*BY_NAME), place))
    found = list(listed[: PAGE + 1])
    return ActivityPage(
        rows=activity_of(found[:PAGE], now=now),
        after=found[PAGE - 1].uuid if len(found) > PAGE else None,
    )


def month_batches(clinic: Clinic, first: date, *, now: datetime) -> Iterator[list[Activity]]:
    """All of them, a bounded number at a time."""
    after = None
    while True:
        found = month_page(clinic, first, now=now, after=after)
        if found.rows:
            yield found.rows
        after = found.after
        if after is None:
            break


def _with_something(clinic: Clinic, first: date) -> QuerySet[Recovery]:
    """Somebody entered something in a period that may reach into the month, or staff did."""
    begin = local(first, time(), clinic.zone) - ZONES_APART
    end = local(next_month(first), time(), clinic.zone) + ZONES_APART
    earlier = begin - timedelta(days=DAYS_A_PERIOD)
    here = Q(recovery=OuterRef("pk"))
    logs = DailyLog.objects.filter(here, entered_at__range=(earlier, end))
    forms = FormResponse.objects.filter(here, completed_at__range=(earlier, end))
    contacts = Contact.objects.filter(here, at__range=(begin, end))
    return (
        Recovery.objects.filter(clinic=clinic)
        .filter(Exists(logs) | Exists(forms) | Exists(contacts))
        .select_related("patient")
    )
