"""The tables that a recovery's record is read from, as one statement."""

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
from recovery.queries.patients import IN_ROOM, WAITING, CountUpTo
from recovery.queries.prepared import Prepared, moment, number
from recovery.queries.unions import name_of, part, staff_part

# Mails are many, and an old one matters to nobody; the newest are shown.
MAILS = 80
# Reminders that were not needed are the rule, and tell nobody anything.
NEEDLESS = (Message.Reason.ANSWERED, Message.Reason.EXPIRED, Message.Reason.SUPERSEDED)
RECOVERY, PATIENT, CLINIC = number("recovery"), number("patient"), number("clinic")


class Row(NamedTuple):
    """One row of another table, in the columns that all of them share."""

    part: str
    at: datetime
    kind: str
    code: str
    text: str
    person: str
    number: int | None


def _union() -> QuerySet[Any]:
    newest = (
        Message.objects.filter(recovery=RECOVERY)
        .exclude(state=Message.State.NOT_SENT, reason__in=NEEDLESS)
        .order_by("-planned_at", "-pk")
    )
    mails = Message.objects.filter(pk__in=Subquery(newest.values("pk")[:MAILS]))
    parts = [
        staff_part(
            Contact.objects.filter(recovery=RECOVERY),
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
            person=Coalesce("checkin__key", Value("")),
            number=F("number"),
        ),
        part(
            CheckIn.objects.filter(recovery=RECOVERY, anchor=number("anchor")),
            "checkin",
            at=F("expires_at"),
            kind=F("form"),
            code=F("state"),
            text=F("key"),
            number=F("day"),
        ),
        part(
            PatientAccess.objects.filter(patient=PATIENT, ended_at=None),
            "access",
            at=F("created_at"),
            kind=F("relationship"),
            text=F("user__email"),
            person=F("user__name"),
        ),
        part(
            Consent.objects.filter(patient=PATIENT, withdrawn_at=None),
            "consent",
            at=F("told_at"),
            code=F("text_version"),
            # 1 by e-mail, 2 by text, 3 both.
            number=Cast("email_ok", IntegerField()) + 2 * Cast("sms_ok", IntegerField()),
        ),
        staff_part(
            Reschedule.objects.filter(recovery=RECOVERY),
            "move",
            kind=F("from_procedure_at"),
            code=F("to_procedure_at"),
            text=F("reason"),
        ),
        staff_part(
            # What was typed at enrolment is no change, though it is kept as one.
            FactChange.objects.filter(recovery=RECOVERY).exclude(at=moment("created")),
            "fact",
            kind=F("fact"),
            code=F("before"),
            text=F("after"),
        ),
        staff_part(
            PathwayMove.objects.filter(recovery=RECOVERY),
            "pathway",
            kind=F("from_pathway__title"),
            code=F("to_pathway__title"),
            text=F("from_pathway__version"),
            number=F("to_pathway__version"),
        ),
        staff_part(Note.objects.filter(recovery=RECOVERY), "note", text=F("text")),
        staff_part(
            Snooze.objects.filter(alert__recovery=RECOVERY),
            "snooze",
            kind=F("rule"),
            text=F("reason"),
            number=F("expected_level"),
        ),
        part(
            WaitAnswer.objects.filter(log__recovery=RECOVERY),
            "wait",
            at=F("at"),
            number=F("can_wait"),
        ),
        part(
            Recovery.objects.filter(patient=PATIENT).exclude(pk=RECOVERY),
            "other",
            at=F("procedure_at"),
            kind=F("state"),
            code=F("uuid"),
        ),
        part(
            Milestone.objects.filter(recovery=RECOVERY),
            "milestone",
            at=F("recorded_at"),
            kind=F("source"),
            code=F("code"),
            text=F("on"),
            person=name_of("recorded_by"),
            number=ExpressionWrapper(Q(withdrawn_at=None), BooleanField()),
        ),
        part(
            Milestone.objects.filter(recovery=RECOVERY).exclude(withdrawn_at=None),
            "withdrawn",
            at=F("withdrawn_at"),
            code=F("code"),
            text=F("on"),
            person=name_of("withdrawn_by"),
        ),
        _room(),
        part(
            FormResponse.objects.filter(recovery=RECOVERY).exclude(completed_at=None),
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
                response__recovery=RECOVERY,
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
            Pathway.objects.filter(pk=Subquery(usable(CLINIC).values("pk")[:1])),
            "newest",
            at=Coalesce("approved_at", moment("procedure")),
            kind=F("title"),
            text=F("version"),
            number=F("pk"),
        ),
        part(
            Clinic.objects.filter(pk=CLINIC),
            "clinic",
            at=F("created_at"),
            code=IN_ROOM,
            number=WAITING,
        ),
    ]
    return parts[0].union(*parts[1:], all=True)


def _room() -> QuerySet[Any]:
    """A sheet that says something, as one entry; its marks stand on a page of their own."""
    marks = Observation.objects.current().filter(sheet=OuterRef("pk")).order_by()
    left = DischargeCheck.objects.filter(sheet=OuterRef("pk"), state=DischargeCheck.State.LEFT_OPEN)
    sheets = ObservationSheet.objects.filter(recovery=RECOVERY).annotate(
        last=Subquery(marks.order_by("-entered_at").values("entered_at")[:1])
    )
    return part(
        sheets.exclude(last=None),
        "room",
        at=F("last"),
        code=CountUpTo(left.values("pk")),
        number=CountUpTo(marks.values("pk")),
    )


PARTS = Prepared(_union)
