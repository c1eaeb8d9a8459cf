"""What the recovery nurse writes down between the procedure and the way home."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.clinical.observation import EARLY, FIELDS, LAST_MINUTE, STEP, mark_at, open_minute
from recovery.models import (
    AccessEvent,
    DischargeCheck,
    Observation,
    ObservationSheet,
    Recovery,
    User,
)
from recovery.queries.observations import day_in_clinic, open_points, why_closed
from recovery.services import discharges
from recovery.services.refusals import Moved, NotAllowed


class PointsOpen(NotAllowed):
    """The checklist has points open that the page which was sent did not name."""


@dataclass(frozen=True, slots=True)
class Recorded:
    mark: Observation
    # True when nothing was stored, because the same answers stand already.
    replay: bool


@transaction.atomic
def set_room_time(*, recovery: Recovery, user: User, now: datetime, room_at: datetime) -> None:
    """Say when the patient was back in the room: minute 0 of every mark.

    It can be corrected until the first mark after it is entered, since all of them count from it.
    Raises NotAllowed after that, and for a time before the procedure or in the future.
    """
    recovery, sheet = _locked(recovery, now)
    if sheet.room_at == room_at:
        return
    if not recovery.procedure_at <= room_at <= now:
        raise NotAllowed(_("The patient came back between the procedure and now."))
    if sheet.marks.exclude(minute=None).exists():
        raise NotAllowed(_("The marks count from this time, so it stays as it is."))
    sheet.room_at, sheet.room_set_at, sheet.room_set_by = room_at, now, user
    sheet.save()
    _note(recovery, user, now, "observation, back in the room")


@transaction.atomic
def record(
    *,
    recovery: Recovery,
    user: User,
    now: datetime,
    minute: int | None,
    values: Mapping[str, Any],
    read: int | None,
) -> Recorded:
    """Store one mark; `minute` None is "Before", `read` the revision that the form was filled from.

    The answers that stand already change nothing, nor does a retry of the post that a correction
    has superseded. Raises Moved when another version has come to stand since the form was opened,
    NotAllowed for a mark in the future or after the discharge, and for a first row that is empty.
    """
    recovery, sheet = _locked(recovery, now)
    versions = list(sheet.marks.filter(minute=minute).order_by("revision"))
    values = {name: values[name] for name in FIELDS if values.get(name) not in (None, "")}
    newest = versions[-1] if versions else None
    if newest and newest.values == values:
        return Recorded(newest, replay=True)
    if (newest.revision if newest else None) != read:
        made = next(
            (row for row in versions if row.revision == (0 if read is None else read + 1)), None
        )
        if newest and made and made.values == values:
            return Recorded(newest, replay=True)
        raise Moved(_("This mark has been entered since you opened it. Look at it again."))
    if not newest and not values:
        raise NotAllowed(_("Nothing was chosen, so nothing is saved."))
    seen_at = newest.observed_at if newest else _seen_at(recovery, sheet, minute, now)
    if recovery.discharged_at and seen_at > recovery.discharged_at:
        raise NotAllowed(_("The patient had left by then."))
    mark = Observation.objects.create(
        sheet=sheet,
        minute=minute,
        revision=newest.revision + 1 if newest else 0,
        supersedes=newest,
        observed_at=seen_at,
        # The clock of another process may be a moment behind.
        entered_at=max(now, seen_at),
        entered_by=user,
        **values,
    )
    _note(recovery, user, now, f"observation {'correction ' if newest else ''}{mark}".lower())
    return Recorded(mark, replay=False)


def _seen_at(
    recovery: Recovery, sheet: ObservationSheet, minute: int | None, now: datetime
) -> datetime:
    if minute is None:
        return min(now, recovery.procedure_at)
    if sheet.room_at is None:
        raise NotAllowed(_("Write down first when the patient was back in the room."))
    if minute % STEP or not 0 <= minute <= LAST_MINUTE:
        raise NotAllowed(_("There is no such mark."))
    at = mark_at(sheet.room_at, minute)
    if at - EARLY > now:
        raise NotAllowed(_("This mark is still to come."))
    return now if minute == open_minute(sheet.room_at, now) else min(at, now)


@transaction.atomic
def check(
    *, recovery: Recovery, user: User, now: datetime, code: DischargeCheck.Code, done: bool
) -> None:
    """Tick a point of the checklist, or take the tick back. What it is already changes nothing."""
    recovery, sheet = _locked(recovery, now)
    if recovery.discharged_at:
        raise NotAllowed(_("The patient has left, so the list stays as it is."))
    state = DischargeCheck.State.DONE if done else DischargeCheck.State.UNDONE
    last = sheet.checks.filter(code=code).order_by("-pk").values_list("state", flat=True).first()
    if last == state or (last is None and not done):
        return
    sheet.checks.create(code=code, state=state, at=now, by=user)
    _note(recovery, user, now, f"discharge check {code}, {state.label}".lower())


@transaction.atomic
def discharge(
    *,
    recovery: Recovery,
    user: User,
    now: datetime,
    discharged_at: datetime,
    accepted: Collection[str],
) -> None:
    """Let the patient go. `accepted` are the open points that the page named and staff confirmed.

    Raises PointsOpen while others are open, and what services.discharges.record raises. The open
    ones are written down as left open, by whom.
    """
    recovery, sheet = _locked(recovery, now)
    if recovery.discharged_at == discharged_at:
        return
    if recovery.discharged_at:
        raise NotAllowed(
            _("The discharge is saved already. Correct its time on the patient's page.")
        )
    left = open_points(recovery, sheet)
    if not set(left) <= set(accepted):
        raise PointsOpen(_("Some points of the list are open. Look at them once more."))
    discharges.record(recovery=recovery, user=user, now=now, discharged_at=discharged_at)
    sheet.checks.bulk_create(
        DischargeCheck(
            sheet=sheet, code=code, state=DischargeCheck.State.LEFT_OPEN, at=now, by=user
        )
        for code in left
    )


def _locked(recovery: Recovery, now: datetime) -> tuple[Recovery, ObservationSheet]:
    """The row for writing, with its sheet of the day. Raises NotAllowed where none is kept now."""
    recovery = (
        Recovery.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=recovery.pk)
    )
    if refusal := why_closed(recovery, now):
        raise NotAllowed(refusal)
    sheet, _created = ObservationSheet.objects.get_or_create(
        recovery=recovery, on=day_in_clinic(recovery)
    )
    return recovery, sheet


def _note(recovery: Recovery, user: User, now: datetime, what: str) -> None:
    AccessEvent.objects.create(
        at=now,
        user=user,
        patient_id=recovery.patient_id,
        action=AccessEvent.Action.WRITE,
        what=what,
    )
