"""Everything that happened in one recovery, read in few statements and told newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import (
    CharField,
    DateTimeField,
    F,
    IntegerField,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, NullIf

from recovery.models import (
    Alert,
    CheckIn,
    Clinic,
    Consent,
    Contact,
    DailyLog,
    FactChange,
    Message,
    PatientAccess,
    Recovery,
    Reschedule,
)
from recovery.queries.patients import waiting_up_to

# Mails are many, and an old one matters to nobody; the newest are shown.
MAILS = 80
# What a reminder asks for, and what follows one that is not answered.
ANSWERS = ("log", "missed")
CAUSE = {"log": 0, "correction": 0, "mail": 2}
# Reminders that were not needed are the rule, and tell nobody anything.
NEEDLESS = (Message.Reason.ANSWERED, Message.Reason.EXPIRED, Message.Reason.SUPERSEDED)
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
    "opioid_mme",
    "opioid_total_unknown",
    "acetaminophen_mg",
    "nsaid_taken",
    "rules",
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
    opioid_mme: Any
    opioid_total_unknown: bool
    acetaminophen_mg: int | None
    nsaid_taken: bool | None
    rules: list[str]


class Row(NamedTuple):
    """One row of another table, in the columns that all of them share."""

    part: str
    at: datetime
    kind: str
    code: str
    text: str
    person: str
    number: int | None


@dataclass(slots=True)
class Record:
    """What is known of a recovery besides its logs and alerts."""

    contacts: list[Row] = field(default_factory=list)
    mails: list[Row] = field(default_factory=list)
    # at: when it expires. kind: the form, code: the state, text: the key, number: the day.
    checkins: list[Row] = field(default_factory=list)
    # kind: the relationship, text: the address, person: the name.
    accesses: list[Row] = field(default_factory=list)
    # code: the text's version, number: 1 when e-mails are agreed to.
    consents: list[Row] = field(default_factory=list)
    # Since enrolment. move: kind before, code after, text why; fact: kind which, code before, text.
    changes: list[Row] = field(default_factory=list)
    # The patient's other recoveries. at: the procedure, kind: the state, code: the uuid.
    others: list[Row] = field(default_factory=list)
    # How many recoveries of the clinic wait for somebody.
    waiting: int = 0


@dataclass(frozen=True, slots=True)
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


def logs_of(recovery: Recovery) -> list[Log]:
    """All logs with their superseded versions, oldest first."""
    rows = DailyLog.objects.filter(recovery=recovery).order_by("pk").values_list(*NARROW)
    return [Log(pk, old, recovery.day_on(on), *rest) for pk, old, on, *rest in rows]


def current(logs: Sequence[Log]) -> list[Log]:
    """The current versions, in the order of their first ones: a correction is no newer report."""
    first: dict[int, int] = {}
    for log in logs:
        first[log.pk] = first[log.supersedes_id] if log.supersedes_id else log.pk
    superseded = {log.supersedes_id for log in logs}
    return sorted((log for log in logs if log.pk not in superseded), key=lambda log: first[log.pk])


def alerts_of(recovery: Recovery) -> list[Alert]:
    return list(
        Alert.objects.filter(recovery=recovery)
        .select_related("claimed_by", "closed_by")
        .order_by("raised_at", "rule")
    )


def record_of(recovery: Recovery) -> Record:
    """Nine tables in one statement: a page of one patient may not cost one for each."""
    record = Record()
    of = {
        "contact": record.contacts,
        "mail": record.mails,
        "checkin": record.checkins,
        "access": record.accesses,
        "consent": record.consents,
        "move": record.changes,
        "fact": record.changes,
        "other": record.others,
    }
    for values in sorted(_union(recovery), key=lambda values: values[1]):
        row = Row(*values)
        if row.part == "clinic":
            record.waiting = row.number or 0
        else:
            of[row.part].append(row)
    return record


def _union(recovery: Recovery) -> QuerySet[Any]:
    newest = (
        Message.objects.filter(recovery=recovery)
        .exclude(state=Message.State.NOT_SENT, reason__in=NEEDLESS)
        .order_by("-planned_at", "-pk")
    )
    mails = Message.objects.filter(pk__in=Subquery(newest.values("pk")[:MAILS]))
    parts = [
        _by_staff(
            Contact.objects.filter(recovery=recovery),
            "contact",
            kind=F("kind"),
            code=F("outcome"),
            text=F("note"),
            number=F("minutes"),
        ),
        _part(
            mails,
            "mail",
            at=Coalesce("sent_at", "planned_at"),
            kind=F("kind"),
            code=F("state"),
            text=F("reason"),
            number=F("number"),
        ),
        _part(
            CheckIn.objects.filter(recovery=recovery, anchor=recovery.anchor),
            "checkin",
            at=F("expires_at"),
            kind=F("form"),
            code=F("state"),
            text=F("key"),
            number=F("day"),
        ),
        _part(
            PatientAccess.objects.filter(patient=recovery.patient_id, ended_at=None),
            "access",
            at=F("created_at"),
            kind=F("relationship"),
            text=F("user__email"),
            person=F("user__name"),
        ),
        _part(
            Consent.objects.filter(patient=recovery.patient_id, withdrawn_at=None),
            "consent",
            at=F("told_at"),
            code=F("text_version"),
            number=F("email_ok"),
        ),
        _by_staff(
            Reschedule.objects.filter(recovery=recovery),
            "move",
            kind=F("from_procedure_at"),
            code=F("to_procedure_at"),
            text=F("reason"),
        ),
        _by_staff(
            FactChange.objects.filter(recovery=recovery),
            "fact",
            kind=F("fact"),
            code=F("before"),
            text=F("after"),
        ),
        _part(
            Recovery.objects.filter(patient=recovery.patient_id).exclude(pk=recovery.pk),
            "other",
            at=F("procedure_at"),
            kind=F("state"),
            code=F("uuid"),
        ),
        _part(
            Clinic.objects.filter(pk=recovery.clinic_id),
            "clinic",
            at=F("created_at"),
            number=waiting_up_to(recovery.clinic),
        ),
    ]
    return parts[0].union(*parts[1:], all=True)


def _name_of(field_name: str) -> Any:
    return Coalesce(NullIf(f"{field_name}__name", Value("")), f"{field_name}__email")


def _by_staff(rows: QuerySet[Any], part: str, **columns: Any) -> QuerySet[Any]:
    return _part(rows, part, at=F("at"), person=_name_of("by"), **columns)


def _part(rows: QuerySet[Any], part: str, **columns: Any) -> QuerySet[Any]:
    """The shared columns; each cast, since a union asks the same type of every part."""
    nothing = Value("")
    return rows.order_by().values_list(
        Value(part, output_field=CharField()),
        Cast(columns["at"], DateTimeField()),
        *(Cast(columns.get(name, nothing), CharField()) for name in ("kind", "code")),
        *(Cast(columns.get(name, nothing), CharField()) for name in ("text", "person")),
        Cast(columns.get("number"), IntegerField()),
    )


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
    found += [Event(row.at, row.part, row=row) for row in record.changes]
    found += [
        Event(row.at, "missed", row=row)
        for row in record.checkins
        if row.code == CheckIn.State.EXPIRED
    ]
    found += _mails(record.mails)

    def place(event: Event) -> tuple[datetime, int]:
        # What happened in one second stands in the order of cause, the last of it on top.
        return event.at.replace(microsecond=0), CAUSE.get(event.what, 1)

    return _with_reminders(sorted(found, key=place, reverse=True))


def _with_reminders(told: Sequence[Event]) -> list[Event]:
    """Sent reminders stand in the line of what followed them; on their own while nothing has."""
    kept: list[Event] = []
    for event in told:
        reminder = event.what == "mail" and event.row and event.row.kind == Message.Kind.REMINDER
        if reminder and event.row.code == Message.State.SENT and kept and kept[-1].what in ANSWERS:
            kept[-1] = replace(kept[-1], reminded=(event.at, *kept[-1].reminded))
        else:
            kept.append(event)
    return kept


def _mails(mails: Sequence[Row]) -> list[Event]:
    """Mails of one kind, fate and minute are one entry: an alert tells the whole staff."""

    def same(row: Row) -> tuple[Any, ...]:
        return row.at.replace(second=0, microsecond=0), row.kind, row.code, row.text

    grouped = groupby(sorted(mails, key=same), same)
    rows = [list(group) for _key, group in grouped]
    return [Event(group[0].at, "mail", row=group[0], count=len(group)) for group in rows]
