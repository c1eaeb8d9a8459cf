"""What moving a procedure would do, without doing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from recovery.clinical.pathway import Occasion, occasions
from recovery.models import CheckIn, DailyLog, Message, Recovery
from recovery.queries.pathways import plan_of


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there under the present date."""

    planned: list[Occasion]
    checkins: dict[str, CheckIn]
    # Reminders that would not go any more, and those that went or may have gone.
    owed: int
    sent: int
    logs: int

    @property
    def open(self) -> list[CheckIn]:
        return self._in(CheckIn.State.OPEN)

    @property
    def answered(self) -> list[CheckIn]:
        return self._in(CheckIn.State.COMPLETED)

    def _in(self, state: CheckIn.State) -> list[CheckIn]:
        found = [checkin for checkin in self.checkins.values() if checkin.state == state]
        return sorted(found, key=lambda checkin: (checkin.opens_at, checkin.key))

    def to_come(self, now: datetime) -> int:
        """How many forms are still to open."""
        return sum(occasion.opens_at > now for occasion in self.planned)


@dataclass(frozen=True, slots=True)
class Move:
    """One form of the pathway under both dates; a side is None where the date has no such form.

    `over` says that its new time has passed already, so that it is never asked.
    """

    key: str
    form: str
    day: int
    before: Occasion | None
    after: Occasion | None
    checkin: CheckIn | None
    over: bool


def standing(recovery: Recovery) -> Standing:
    """Three statements."""
    reminders = Message.objects.filter(recovery=recovery, kind=Message.Kind.REMINDER)
    state = Message.State
    counts = reminders.aggregate(
        owed=Count("pk", filter=Q(state__in=[state.OWED, state.CLAIMED])),
        sent=Count("pk", filter=Q(state__in=[state.HANDING, state.SENT, state.UNKNOWN])),
    )
    rows = CheckIn.objects.filter(recovery=recovery, anchor=recovery.anchor)
    return Standing(
        planned=_occasions(recovery, recovery.procedure_at, recovery.discharged_at),
        checkins={row.key: row for row in rows},
        logs=DailyLog.objects.current().filter(recovery=recovery).count(),
        **counts,
    )


def moves(
    recovery: Recovery,
    now: Standing,
    *,
    at: datetime,
    procedure_at: datetime,
    discharged_at: datetime | None,
) -> list[Move]:
    """Every form of the pathway, in the order of the new date; `at` is the present."""
    before = {occasion.key: occasion for occasion in now.planned}
    after = {o.key: o for o in _occasions(recovery, procedure_at, discharged_at)}
    return [
        Move(
            key=key,
            form=one.form,
            day=one.day,
            before=before.get(key),
            after=after.get(key),
            checkin=now.checkins.get(key),
            over=key in after and after[key].expires_at <= at,
        )
        for key, one in (after | {k: o for k, o in before.items() if k not in after}).items()
    ]


def reopening(rows: Sequence[Move]) -> list[Move]:
    """Those that another hour of the same day lets open at another time: of what has opened only
    what waits and was not reminded of.
    """
    return [
        row
        for row in rows
        if (row.before and row.before.opens_at) != (row.after and row.after.opens_at)
        if row.checkin is None or (row.checkin.is_open and not row.checkin.reminders_settled)
    ]


def _occasions(
    recovery: Recovery, procedure_at: datetime, discharged_at: datetime | None
) -> list[Occasion]:
    zone = recovery.patient.zone
    on = recovery.procedure_on
    if procedure_at != recovery.procedure_at:
        on = procedure_at.astimezone(ZoneInfo(zone)).date()
    return occasions(
        procedure_at,
        zone,
        plan_of(recovery.pathway_id),
        procedure_on=on,
        discharged_at=discharged_at,
    )


def asked(rows: Sequence[Move]) -> int:
    """How many of the forms will be asked under the new date."""
    return sum(row.after is not None and not row.over for row in rows)
