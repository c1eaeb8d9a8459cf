"""Everything that happened in one recovery, read in few statements and told newest first."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.models import Alert, CheckIn, DailyLog, Message, Recovery
from recovery.queries.prepared import Prepared, number
from recovery.queries.record import Record
from recovery.queries.record_parts import Row

# What a reminder asks for, and what follows one that is not answered.
ANSWERS = ("log", "form", "missed")
# So many entries after a reminder may be what it asked for.
FOLLOWING = 12
CAUSE = {"log": 0, "form": 0, "correction": 0, "withdrawn": 0, "mail": 2}
# Logs that the page's charts, table and timeline need; answers are read for two logs only.
NARROW = (
    "pk",
    "supersedes_id",
    "log_date",
    "entered_at",
    "source",
    "mode",
    "late",
    "pain_avg",
    "pain_worst",
    "leg_pain",
    "opioid_mme",
    "opioid_total_unknown",
    "acetaminophen_mg",
    "nsaid_taken",
)


class Log(NamedTuple):
    """A daily log without its answers; its day counts from the present procedure date."""

    pk: int
    supersedes_id: int | None
    day: int
    entered_at: datetime
    source: str
    mode: str
    late: bool
    pain_avg: int | None
    pain_worst: int | None
    leg_pain: int | None
    opioid_mme: Any
    opioid_total_unknown: bool
    acetaminophen_mg: int | None
    nsaid_taken: bool | None
    rules: list[str]


@dataclass(slots=True)
class Event:
    """An entry of the timeline; which fields it has depends on `what`."""

    at: datetime
    what: str
    log: Log | None = None
    alerts: Sequence[Alert] = ()
    row: Row | None = None
    count: int = 1
    # When it was reminded of, oldest first: of logs, and of those that did not come.
    reminded: Sequence[datetime] = ()


LOGS = Prepared(
    lambda: (
        DailyLog.objects.filter(recovery=number("recovery"))
        .order_by("pk")
        # Mostly no rule fired: to take the rules as text spares a parser's work on most rows.
        .values_list(*NARROW, Cast("rules", TextField()))
    )
)


def logs_of(recovery: Recovery) -> list[Log]:
    """All logs with their superseded versions, oldest first."""
    return [
        Log(pk, old, recovery.day_on(on), *rest, json.loads(rules) if rules != "[]" else [])
        for pk, old, on, *rest, rules in LOGS.rows({"recovery": recovery.pk})
    ]


def current(logs: Sequence[Log]) -> list[Log]:
    """The current versions, in the order of their first ones: a correction is no newer report."""
    first: dict[int, int] = {}
    for log in logs:
        first[log.pk] = first[log.supersedes_id] if log.supersedes_id else log.pk
    superseded = {log.supersedes_id for log in logs}
    return sorted((log for log in logs if log.pk not in superseded), key=lambda log: first[log.pk])


def _alerts() -> QuerySet[Alert]:
    forms = Alert.responses.through.objects.filter(alert=OuterRef("pk"))
    newest = forms.order_by("-formresponse__saved_at")
    return (
        Alert.objects.filter(recovery=number("recovery"))
        .annotate(
            response=Subquery(newest.values("formresponse")[:1]),
            responded_at=Subquery(newest.values("formresponse__saved_at")[:1]),
        )
        .select_related("claimed_by", "closed_by")
        .order_by("raised_at", "rule")
    )


ALERTS = Prepared(_alerts)


def alerts_of(recovery: Recovery) -> list[Alert]:
    """Each with `response` and `responded_at`: the check-in form that fed it last, if one did."""
    return list(ALERTS.models({"recovery": recovery.pk}))


def events(
    recovery: Recovery, logs: Iterable[Log], alerts: Iterable[Alert], record: Record
) -> list[Event]:
    """The timeline, newest first. Alerts of one log are one entry, and so are mails of one step."""
    found = [Event(recovery.procedure_at, "procedure")]
    found += [
        Event(log.entered_at, "correction" if log.supersedes_id else "log", log=log) for log in logs
    ]
    found += [
        Event(at, "raised", alerts=list(same))
        for at, same in groupby(sorted(alerts, key=lambda a: a.raised_at), lambda a: a.raised_at)
    ]
    found += [
        Event(alert.closed_at, "closed", alerts=[alert]) for alert in alerts if alert.closed_at
    ]
    found += [Event(row.at, "contact", row=row) for row in record.contacts]
    found += [Event(row.at, row.part, row=row) for row in (*record.changes, *record.said)]
    found += [
        Event(row.at, "missed", row=row)
        for row in record.checkins
        if row.code == CheckIn.State.EXPIRED
    ]
    found += [Event(row.at, "form", row=row) for row in record.forms]
    found += [Event(row.at, "milestone", row=row) for row in record.milestones]
    found += [Event(row.at, "withdrawn", row=row) for row in record.withdrawn]
    found += [Event(row.at, "room", row=row) for row in record.rooms]
    found += _mails(record.mails)

    def place(event: Event) -> tuple[datetime, int]:
        # What happened in one second stands in the order of cause, the last of it on top.
        return event.at.replace(microsecond=0), CAUSE.get(event.what, 1)

    return _with_reminders(sorted(found, key=place, reverse=True), record)


def _with_reminders(told: Sequence[Event], record: Record) -> list[Event]:
    """Sent reminders stand in the line of what they asked for; on their own while nothing came."""
    asked = {row.text: row for row in record.checkins}
    kept: list[Event] = []
    for event in told:
        row = event.row if event.what == "mail" else None
        sent = row and row.kind == Message.Kind.REMINDER and row.code == Message.State.SENT
        answer = _answer(kept, asked.get(row.person)) if row and sent else None
        if answer is None:
            kept.append(event)
        else:
            kept[answer] = replace(kept[answer], reminded=(event.at, *kept[answer].reminded))
    return kept


def _answer(kept: Sequence[Event], asked: Row | None) -> int | None:
    """The place of what a reminder asked for, among what followed it; else of what followed next,
    if the check-in was answered or is not known any more.
    """
    newest = len(kept) - 1
    for place in range(newest, max(newest - FOLLOWING, -1), -1):
        if asked and _is_of(kept[place], asked):
            return place
    open_yet = asked and asked.code != CheckIn.State.COMPLETED
    return None if newest < 0 or open_yet or kept[newest].what not in ANSWERS else newest


def _is_of(event: Event, asked: Row) -> bool:
    if event.log:
        return event.what == "log" and asked.kind in LOG_FORMS and event.log.day == asked.number
    if event.what == "missed":
        return event.row is not None and event.row.text == asked.text
    return event.what == "form" and event.row is not None and event.row.kind == asked.kind


def _mails(mails: Sequence[Row]) -> list[Event]:
    """Mails of one kind, fate and minute are one entry: an alert tells the whole staff."""

    def same(row: Row) -> tuple[Any, ...]:
        return row.at.replace(second=0, microsecond=0), row.kind, row.code, row.text

    grouped = groupby(sorted(mails, key=same), same)
    rows = [list(group) for _key, group in grouped]
    return [Event(group[0].at, "mail", row=group[0], count=len(group)) for group in rows]
