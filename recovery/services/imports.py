"""A list of procedures: stored as a preview, confirmed by a named person, taken in row by row."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from recovery.models import Clinic, ImportRow, Patient, ProcedureImport, Recovery, User
from recovery.queries.imports import Listed, counts_of, known_of, matched, outcome_of
from recovery.services import enrolment, nudges
from recovery.services.refusals import NotAllowed

# Rows that are taken in by one transaction.
BATCH = 200
SETTLED = ("outcome", "recovery", "problems", "given", "record_number", "name", "procedure")
Outcome = ImportRow.Outcome
State = ProcedureImport.State
Clock = Callable[[], datetime]


class NotVouched(NotAllowed):
    """Nobody has said that those marked as told were told."""


@transaction.atomic
def preview(
    *,
    clinic: Clinic,
    user: User,
    now: datetime,
    read_as: str,
    passed_over: Sequence[str],
    rows: Sequence[Listed],
) -> ProcedureImport:
    """Store what the file says and what each row would do. Nobody is enrolled by it."""
    row = ProcedureImport.objects.create(
        clinic=clinic,
        by=user,
        at=now,
        read_as=read_as,
        passed_over=list(passed_over),
        expires_at=now + ProcedureImport.LASTS,
    )
    found = list(matched(clinic, rows))
    for one in found:
        one.procedure_import = row
    ImportRow.objects.bulk_create(found, batch_size=1000)
    return row


@transaction.atomic
def confirm(
    *, procedure_import: ProcedureImport, user: User, now: datetime, vouched: bool
) -> ProcedureImport:
    """Leave it to `take_in`. `vouched`: `user` says that those marked as told were told.

    Raises NotAllowed when it was confirmed already, has expired, holds nothing to take in, or has
    such rows and nobody vouches for them.
    """
    row = _locked(procedure_import)
    if row.state != State.PREVIEW:
        raise NotAllowed(_("This list is confirmed already."))
    if row.expires_at <= now:
        raise NotAllowed(_("This preview has expired. Upload the file again."))
    ahead = row.rows.filter(outcome__in=ImportRow.AHEAD)
    if not ahead.exists():
        raise NotAllowed(_("There is nothing in this list to take in."))
    if not vouched and ahead.filter(told=True).exists():
        raise NotVouched(
            _(
                "Tick the box: it says that the patients marked as told were told what the text"
                " says."
            )
        )
    row.state, row.confirmed_by, row.confirmed_at = State.CONFIRMED, user, now
    row.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    return row


@transaction.atomic
def discard(*, procedure_import: ProcedureImport, now: datetime) -> None:
    """Its rows go at once, itself with `forget`. Raises NotAllowed for one that was confirmed."""
    row = _locked(procedure_import)
    if row.state != State.PREVIEW:
        raise NotAllowed(_("This list is confirmed already."))
    row.rows.all().delete()
    row.expires_at = min(row.expires_at, now)
    row.save(update_fields=["expires_at"])


def take_in(*, clock: Clock, until: datetime) -> int:
    """Enroll the rows of confirmed lists, a batch a transaction, before `until`; returns how many
    were looked at. A second worker takes another list; one that dies leaves its batch undone.
    """
    done = 0
    while clock() < until:
        taken = _batch(clock())
        if taken is None:
            break
        done += taken
    return done


@transaction.atomic
def _batch(now: datetime) -> int | None:
    """None: no list waits."""
    lists = ProcedureImport.objects.select_for_update(of=("self",), skip_locked=True)
    row = (
        lists.filter(state=State.CONFIRMED)
        .select_related("confirmed_by")
        .order_by("confirmed_at", "pk")
        .first()
    )
    if row is None:
        return None
    # Two lists of one clinic that name the same patient go in one after the other; other rows of
    # the clinic are written meanwhile.
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=row.clinic_id)
    rows = list(row.rows.filter(outcome__in=ImportRow.AHEAD).order_by("number")[:BATCH])
    assert row.confirmed_by is not None, "a confirmed list was confirmed by somebody"
    with nudges.held_back():
        _take(rows, clinic, row.confirmed_by, now)
    nudges.send_soon(urgent=False)
    _settle(rows)
    if len(rows) < BATCH:
        row.counts = counts_of(row)
        row.state, row.done_at = State.DONE, now
        row.save(update_fields=["counts", "state", "done_at"])
    return len(rows)


def _take(rows: Sequence[ImportRow], clinic: Clinic, user: User, now: datetime) -> None:
    """Do what the preview said, unless something has changed since; then say what."""
    people = [_read(one.given) for one in rows]
    register = known_of(clinic, people)
    new: list[tuple[ImportRow, dict[str, Any]]] = []
    for one, given in zip(rows, people, strict=True):
        here = register.by_number.get(given["record_number"])
        one.outcome, one.problems = outcome_of(given, register, {})
        if one.outcome == Outcome.NEW:
            new.append((one, given))
        elif one.outcome == Outcome.ADDED and here:
            _alone(one, partial(_added, here.patient, given, user, now))
    enrol = partial(enrolment.enrol, clinic=clinic, user=user, now=now)
    newcomers = [given for _one, given in new]
    try:
        recoveries = enrolment.enrol_all(clinic=clinic, user=user, now=now, people=newcomers)
    except (enrolment.Known, enrolment.Incomplete, DatabaseError):
        # Nobody is in. Each by itself, so that one bad row keeps nobody else out.
        for one, given in new:
            _alone(one, partial(enrol, **given))
    else:
        for (one, _given), recovery in zip(new, recoveries, strict=True):
            one.recovery = recovery


def _alone(one: ImportRow, enrol: Callable[[], Recovery]) -> None:
    """Enrolment is a transaction of its own: nothing is left of a row that it refuses."""
    try:
        one.recovery = enrol()
    except (enrolment.Known, enrolment.Incomplete):
        what = _("The clinic cannot enroll this row now.")
    except NotAllowed as refusal:
        what = str(refusal)
    except DatabaseError:
        what = _("The database refused this row.")
    else:
        return
    one.outcome, one.problems = Outcome.WRONG, [("", "", what)]


def _settle(rows: Sequence[ImportRow]) -> None:
    for one in rows:
        if one.recovery:
            # The patient's own rows have it now.
            one.outcome = Outcome.ENROLLED
            one.given, one.record_number, one.name, one.procedure = {}, "", "", ""
    # They are there, so each conflicts: one statement without the case for every cell that
    # bulk_update builds, which takes as long as to enroll them.
    ImportRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["pk"], update_fields=SETTLED
    )


def _added(patient: Patient, given: dict[str, Any], user: User, now: datetime) -> Recovery:
    person = {"record_number", "given_name", "family_name", "birth_date", "phone", "email"}
    apart = person | {"zone", "language", "email_ok"}
    facts = {name: value for name, value in given.items() if name not in apart}
    return enrolment.add_procedure(patient=patient, user=user, now=now, **facts)


def _read(stored: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the services, as `queries.imports.as_json` wrote them."""
    mme = stored.get("baseline_opioid_mme")
    return stored | {
        "birth_date": date.fromisoformat(stored["birth_date"]),
        "procedure_at": datetime.fromisoformat(stored["procedure_at"]),
        "baseline_opioid_mme": None if mme is None else Decimal(mme),
    }


def forget(*, now: datetime) -> None:
    """Remove previews that nobody confirmed, and the rows of lists that are done, in their time."""
    ended = ProcedureImport.objects.filter(expires_at__lte=now)
    ImportRow.objects.filter(
        procedure_import__in=ended.filter(state__in=[State.PREVIEW, State.DONE])
    ).delete()
    ended.filter(state=State.PREVIEW).delete()


def _locked(procedure_import: ProcedureImport) -> ProcedureImport:
    """Raises NotAllowed when a colleague has discarded it, or its time was over."""
    found: ProcedureImport | None = (
        ProcedureImport.objects.select_for_update().filter(pk=procedure_import.pk).first()
    )
    if found is None:
        raise NotAllowed(_("This preview is gone. Upload the file again."))
    return found
