"""Every message owed and what became of it: of one patient, of a whole clinic, or of its staff."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recovery.clinical.pathway import local
from recovery.models import Clinic, FormResponse, MailEvent, Message, Recovery

PAGE = 50
# Rows of an export that are in memory at once.
EXPORTED = 500
PLACE = ("planned_at", "id")
Kind, State = Message.Kind, Message.State
FAILS = (Message.Reason.ADDRESS_FAILS, Message.Reason.NUMBER_FAILS)
BACK = (MailEvent.Kind.BOUNCED, MailEvent.Kind.REJECTED)


class Shown(NamedTuple):
    """A filter: by what became of a mail, or by what kind it is of."""

    label: str | Promise
    condition: Q


def _told(*kinds: MailEvent.Kind) -> Q:
    return Q(Exists(MailEvent.objects.filter(message=OuterRef("pk"), kind__in=kinds)))


SHOWN = {
    "waiting": Shown(_("Waits"), Q(state__in=[State.OWED, State.CLAIMED, State.HANDING])),
    "sent": Shown(_("Sent"), Q(state=State.SENT)),
    "answered": Shown(
        _("Answered"),
        Q(state=State.SENT, kind=Kind.REMINDER, checkin__completed_at__gte=F("sent_at")),
    ),
    "opened": Shown(MailEvent.Kind.OPENED.label, _told(MailEvent.Kind.OPENED)),
    "delivered": Shown(_("Delivered"), _told(MailEvent.Kind.DELIVERED)),
    "bounced": Shown(
        _("Bounced"),
        Q(state=State.REFUSED, reason__in=FAILS) | _told(*BACK),
    ),
    "unknown": Shown(_("Unknown"), Q(state=State.UNKNOWN)),
    "refused": Shown(_("Refused"), Q(state=State.REFUSED) & ~Q(reason__in=FAILS)),
    "not_sent": Shown(_("Not sent"), Q(state=State.NOT_SENT)),
}
ABOUT_A_PATIENT = Q(recovery__isnull=False)
OF_PATIENTS = {
    kind: Shown(Kind(kind).label, Q(kind=kind) & ABOUT_A_PATIENT)
    for kind in (Kind.ALERT, Kind.ESCALATION, Kind.INVITATION, Kind.REMINDER)
}
PASSWORD = "password"  # noqa: S105
OF_STAFF = {
    Kind.DIGEST: Shown(Kind.DIGEST.label, Q(kind=Kind.DIGEST)),
    # An invitation of staff, or a reset that they asked for.
    PASSWORD: Shown(_("Password mail"), Q(kind=Kind.INVITATION) & ~ABOUT_A_PATIENT),
}
KINDS: Mapping[str, Shown] = OF_PATIENTS | OF_STAFF


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Message]
    # The mail after which the next page begins; None on the last.
    after: uuid.UUID | None


def of_patient(recovery: Recovery) -> QuerySet[Message]:
    """Of all recoveries of the patient that `recovery` is of."""
    return Message.objects.filter(clinic=recovery.clinic_id, recovery__patient=recovery.patient_id)


def of_clinic(clinic: Clinic) -> QuerySet[Message]:
    return Message.objects.filter(clinic=clinic)


def of_staff(clinic: Clinic) -> QuerySet[Message]:
    """Those about no patient: what a manager may see who treats nobody."""
    return of_clinic(clinic).exclude(ABOUT_A_PATIENT)


def kind_of(mail: Message) -> str:
    """The name in KINDS."""
    to_staff = mail.kind == Kind.INVITATION and mail.recovery_id is None
    return PASSWORD if to_staff else mail.kind


def filtered(
    mails: QuerySet[Message], *, zone: str, day: date | None, kind: str, state: str
) -> QuerySet[Message]:
    """Those planned on `day` in `zone`, of a kind, of which this became."""
    if day is not None:
        mails = mails.filter(planned_at__gte=_midnight(day, zone))
        if day < date.max:
            mails = mails.filter(planned_at__lt=_midnight(day + timedelta(days=1), zone))
    if kind:
        mails = mails.filter(KINDS[kind].condition)
    if state:
        mails = mails.filter(SHOWN[state].condition)
    return mails


def _midnight(day: date, zone: str) -> datetime:
    return local(day, time(), zone)


def page(mails: QuerySet[Message], *, after: uuid.UUID | None = None, size: int = PAGE) -> Page:
    """The latest by plan first, in two statements; each with `form_mode`, how its form was
    answered, and what the provider told of it.
    """
    if after is not None:
        last = Message.objects.filter(uuid=after)
        mails = mails.filter(
            TupleLessThan(Tuple(*PLACE), [Subquery(last.values(name)) for name in PLACE])
        )
    rows = list(_full(mails).order_by(*(f"-{name}" for name in PLACE))[: size + 1])
    return Page(rows[:size], rows[size - 1].uuid if len(rows) > size else None)


def batches(mails: QuerySet[Message]) -> Iterator[list[Message]]:
    """All of them in the same order, a bounded number at a time."""
    after = None
    while True:
        found = page(mails, after=after, size=EXPORTED)
        if found.rows:
            yield found.rows
        after = found.after
        if after is None:
            break


def _full(mails: QuerySet[Message]) -> QuerySet[Message]:
    forms = FormResponse.objects.filter(checkin=OuterRef("checkin"), completed_at__isnull=False)
    return (
        mails.select_related("recovery__patient", "user", "checkin__completed_by")
        .prefetch_related(Prefetch("events", MailEvent.objects.order_by("at", "pk")))
        .annotate(form_mode=Subquery(forms.order_by("pk").values("mode")[:1]))
    )
