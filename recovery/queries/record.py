"""What is known of a recovery besides its logs and alerts, read in one statement."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from recovery.models import (
    CheckIn,
    Clinic,
    Consent,
    Contact,
    DischargeCheck,
    FactChange,
    FormResponse,
    Message,
    Milestone,
    Note,
    Observation,
    ObservationSheet,
    Pathway,
    PathwayMove,
    PatientAccess,
    Recovery,
    Reschedule,
    Score,
    Snooze,
    WaitAnswer,
)
from recovery.queries.pathways import usable
from recovery.queries.patients import CountUpTo, in_room_up_to, waiting_up_to
from recovery.queries.unions import name_of, part, staff_part

# Mails are many, and an old one matters to nobody; the newest are shown.
MAILS = 80
# Reminders that were not needed are the rule, and tell nobody anything.
NEEDLESS = (Message.Reason.ANSWERED, Message.Reason.EXPIRED, Message.Reason.SUPERSEDED)


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
    # code: the text's version, number: 1 when e-mails are agreed to, 2 when texts are, 3 both.
    consents: list[Row] = field(default_factory=list)
    # Since enrolment. move: kind before, code after, text why; fact: kind which, code before, text.
    # pathway: kind and code the titles before and after, empty for a shipped version; text and
    # number the versions.
    changes: list[Row] = field(default_factory=list)
    # What was said beside a contact. note: text. snooze: kind the rule, number the level, text why.
    # wait: number 1 when the patient can wait until tomorrow.
    said: list[Row] = field(default_factory=list)
    # The patient's other recoveries. at: the procedure, kind: the state, code: the uuid.
    others: list[Row] = field(default_factory=list)
    # at: when it was told, code: which, text: the date, number: 1 while it stands.
    milestones: list[Row] = field(default_factory=list)
    # Those taken back or corrected; at: when that was.
    withdrawn: list[Row] = field(default_factory=list)
    # Check-in forms that were sent. kind: the form, code: who, text: how, person: the response,
    # number: the revision.
    forms: list[Row] = field(default_factory=list)
    # Of their current versions. at: when the form opened, kind: the check-in, code: the instrument,
    # text: the score, person: the total, number: the response.
    scores: list[Row] = field(default_factory=list)
    # at: the newest entry, code: points left open at the discharge, number: marks that stand.
    rooms: list[Row] = field(default_factory=list)
    # The pathway that new recoveries follow. text: the version, kind: its title, number: its pk.
    newest: Row | None = None
    # How many recoveries of the clinic wait for somebody, and how many are in the room.
    waiting: int = 0
    in_room: int = 0

    @property
    def marks(self) -> int:
        """The marks of the observation room that stand."""
        return sum(row.number or 0 for row in self.rooms)


def record_of(recovery: Recovery, now: datetime) -> Record:
    """Eighteen tables in one statement: a page of one patient may not cost one for each."""
    record = Record()
    of = {
        "contact": record.contacts,
        "mail": record.mails,
        "checkin": record.checkins,
        "access": record.accesses,
        "consent": record.consents,
        "move": record.changes,
        "fact": record.changes,
        "pathway": record.changes,
        "note": record.said,
        "snooze": record.said,
        "wait": record.said,
        "other": record.others,
        "milestone": record.milestones,
        "withdrawn": record.withdrawn,
        "form": record.forms,
        "score": record.scores,
        "room": record.rooms,
    }
    for values in sorted(_union(recovery, now), key=lambda values: values[1]):
        row = Row(*values)
        if row.part == "clinic":
            record.waiting = row.number or 0
            record.in_room = int(row.code)
        elif row.part == "newest":
            record.newest = row
        else:
            of[row.part].append(row)
    return record


def _union(recovery: Recovery, now: datetime) -> QuerySet[Any]:
    newest = (
        Message.objects.filter(recovery=recovery)
        .exclude(state=Message.State.NOT_SENT, reason__in=NEEDLESS)
        .order_by("-planned_at", "-pk")
    )
    mails = Message.objects.filter(pk__in=Subquery(newest.values("pk")[:MAILS]))
    parts = [
        staff_part(
            Contact.objects.filter(recovery=recovery),
            "contact",
            kind=F("kind"),
            code=F("outcome"),
            text=F("note"),
            number=F("minutes"),
        ),
        part(
            mails,
            "mail",
            at=Coalesce("sent_at", "planned_at"),
            kind=F("kind"),
            code=F("state"),
            text=F("reason"),
            number=F("number"),
        ),
        part(
            CheckIn.objects.filter(recovery=recovery, anchor=recovery.anchor),
            "checkin",
            at=F("expires_at"),
            kind=F("form"),
            code=F("state"),
            text=F("key"),
            number=F("day"),
        ),
        part(
            PatientAccess.objects.filter(patient=recovery.patient_id, ended_at=None),
            "access",
            at=F("created_at"),
            kind=F("relationship"),
            text=F("user__email"),
            person=F("user__name"),
        ),
        part(
            Consent.objects.filter(patient=recovery.patient_id, withdrawn_at=None),
            "consent",
            at=F("told_at"),
            code=F("text_version"),
            # 1 by e-mail, 2 by text, 3 both.
            number=Cast("email_ok", IntegerField()) + 2 * Cast("sms_ok", IntegerField()),
        ),
        staff_part(
            Reschedule.objects.filter(recovery=recovery),
            "move",
            kind=F("from_procedure_at"),
            code=F("to_procedure_at"),
            text=F("reason"),
        ),
        staff_part(
            # What was typed at enrolment is no change, though it is kept as one.
            FactChange.objects.filter(recovery=recovery).exclude(at=recovery.created_at),
            "fact",
            kind=F("fact"),
            code=F("before"),
            text=F("after"),
        ),
        staff_part(
            PathwayMove.objects.filter(recovery=recovery),
            "pathway",
            kind=F("from_pathway__title"),
            code=F("to_pathway__title"),
            text=F("from_pathway__version"),
            number=F("to_pathway__version"),
        ),
        staff_part(Note.objects.filter(recovery=recovery), "note", text=F("text")),
        staff_part(
            Snooze.objects.filter(alert__recovery=recovery),
            "snooze",
            kind=F("rule"),
            text=F("reason"),
            number=F("expected_level"),
        ),
        part(
            WaitAnswer.objects.filter(log__recovery=recovery),
            "wait",
            at=F("at"),
            number=F("can_wait"),
        ),
        part(
            Recovery.objects.filter(patient=recovery.patient_id).exclude(pk=recovery.pk),
            "other",
            at=F("procedure_at"),
            kind=F("state"),
            code=F("uuid"),
        ),
        part(
            Milestone.objects.filter(recovery=recovery),
            "milestone",
            at=F("recorded_at"),
            kind=F("source"),
            code=F("code"),
            text=F("on"),
            person=name_of("recorded_by"),
            number=ExpressionWrapper(Q(withdrawn_at=None), BooleanField()),
        ),
        part(
            Milestone.objects.filter(recovery=recovery).exclude(withdrawn_at=None),
            "withdrawn",
            at=F("withdrawn_at"),
            code=F("code"),
            text=F("on"),
            person=name_of("withdrawn_by"),
        ),
        _room(recovery),
        part(
            FormResponse.objects.filter(recovery=recovery).exclude(completed_at=None),
            "form",
            at=F("completed_at"),
            kind=F("checkin__form"),
            code=F("source"),
            text=F("mode"),
            person=F("pk"),
            number=F("revision"),
        ),
        part(
            Score.objects.filter(
                response__recovery=recovery,
                response__status=FormResponse.Status.COMPLETED,
                response__successor=None,
            ),
            "score",
            at=F("response__checkin__opens_at"),
            kind=F("response__checkin"),
            code=F("instrument"),
            text=F("score"),
            person=F("total"),
            number=F("response"),
        ),
        part(
            Pathway.objects.filter(pk=Subquery(usable(recovery.clinic).values("pk")[:1])),
            "newest",
            at=Coalesce("approved_at", Value(recovery.procedure_at)),
            kind=F("title"),
            text=F("version"),
            number=F("pk"),
        ),
        part(
            Clinic.objects.filter(pk=recovery.clinic_id),
            "clinic",
            at=F("created_at"),
            code=in_room_up_to(recovery.clinic, now),
            number=waiting_up_to(recovery.clinic),
        ),
    ]
    return parts[0].union(*parts[1:], all=True)


def _room(recovery: Recovery) -> QuerySet[Any]:
    """A sheet that says something, as one entry; its marks stand on a page of their own."""
    marks = Observation.objects.current().filter(sheet=OuterRef("pk")).order_by()
    left = DischargeCheck.objects.filter(sheet=OuterRef("pk"), state=DischargeCheck.State.LEFT_OPEN)
    sheets = ObservationSheet.objects.filter(recovery=recovery).annotate(
        last=Subquery(marks.order_by("-entered_at").values("entered_at")[:1])
    )
    return part(
        sheets.exclude(last=None),
        "room",
        at=F("last"),
        code=CountUpTo(left.values("pk")),
        number=CountUpTo(marks.values("pk")),
    )
