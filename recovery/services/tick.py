"""The tick: every minute, move each recovery that is due to the present.

One indexed column says which are due. A second tick at the same time skips the rows that the
first holds (PostgreSQL) or waits for it (SQLite), and then finds nothing to do.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q, QuerySet

from recovery.clinical.pathway import Occasion
from recovery.models import Alert, CheckIn, Clinic, DailyLog, Message, Recovery
from recovery.queries.pathways import plan_of, planned
from recovery.services import (
    channels,
    corridors,
    messages,
    notices,
    nudges,
    oncall,
    outcomes,
    status,
    timing,
)
from recovery.services.advance import Owed, advance, escalate, opening
from recovery.services.alerts import CHANGED, locked
from recovery.services.channels import Reminded
from recovery.services.situations import Situation

logger = logging.getLogger(__name__)

BATCH = 200
ORDER = ("next_event_at", "pk")
ERRORS = (ArithmeticError, LookupError, TypeError, ValueError, DatabaseError)
# What a change of its alerts alone changes.
RANKED = ("alert_rank", "alert_since", "queue_rank", "queue_wait", "queue_since")
COLUMNS = (*status.STATUS, *status.MISS, "state")


class Ticked(NamedTuple):
    advanced: int
    failed: int


def run(*, now: datetime) -> Ticked:
    """Advance every recovery that is due at `now`; returns how many, and how many could not be.

    A batch that fails is tried row by row, so that one bad row delays nobody else; the bad one
    is logged by its row number and stays due, and its alerts tell staff all the same. Where a
    recovery completed, its clinic's corridor is built anew at the end, once a day at most.
    """
    done, bad, grown = 0, set[int](), dict[int, Clinic]()
    while True:
        try:
            advanced = _advance_batch(_due(now, bad), now, grown)
        except ERRORS:
            logger.exception("A batch of the tick failed; trying its rows one by one")
            bad |= _one_by_one(now, bad, grown)
            continue
        done += advanced
        if advanced < BATCH:
            break
    for clinic in grown.values():
        _rebuild_corridor(clinic, now)
    return Ticked(done, len(bad))


def _due(now: datetime, bad: set[int]) -> QuerySet[Recovery]:
    due = Recovery.objects.filter(next_event_at__lte=now)
    return due.exclude(pk__in=bad) if bad else due


def _rebuild_corridor(clinic: Clinic, now: datetime) -> None:
    """One that fails keeps no heartbeat back: the next recovery that completes tries again."""
    try:
        corridors.rebuild_once_a_day(clinic, now=now)
    except ERRORS:
        logger.exception("The corridor of clinic row %s cannot be built", clinic.pk)


def _one_by_one(now: datetime, bad: set[int], grown: dict[int, Clinic]) -> set[int]:
    """Advance the next batch's rows each alone; returns those that failed."""
    failed = set()
    with nudges.held_back():
        for pk in list(_due(now, bad).order_by(*ORDER).values_list("pk", flat=True)[:BATCH]):
            try:
                _advance_batch(_due(now, bad).filter(pk=pk), now, grown)
            except ERRORS:
                logger.exception("The tick cannot advance recovery row %s", pk)
                failed.add(pk)
                _escalate_alone(pk, now)
    # One for the batch, whose sender takes alerts first: a nudge of each row would wait for a dead
    # broker each time.
    nudges.send_soon(urgent=False)
    return failed


def _escalate_alone(pk: int, now: datetime) -> None:
    """A form that cannot open keeps no emergency from the staff."""
    try:
        with transaction.atomic():
            recovery, standing = locked(pk)
            people = oncall.people({recovery.clinic_id})
            situation = Situation(
                recovery=recovery,
                plan=plan_of(recovery.pathway_id),
                occasions=(),
                checkins={},
                alerts=standing,
                logs=(),
                addressee=None,
                people=people.get(recovery.clinic_id, []),
                facts=timing.Facts(),
                told=notices.told_at_once(standing, now),
            )
            owed = escalate(situation, now)
            if owed.alerts:
                _write([owed])
                recovery.save(update_fields=RANKED)
    except ERRORS:
        logger.exception("The tick cannot escalate the alerts of recovery row %s", pk)


def _advance_batch(due: QuerySet[Recovery], now: datetime, grown: dict[int, Clinic]) -> int:
    """Advance up to BATCH of `due`; the clinics in which one completed are added to `grown`."""
    advanced, completed = _advance_locked(due, now)
    grown |= {recovery.clinic_id: recovery.clinic for recovery in completed}
    return advanced


@transaction.atomic
def _advance_locked(due: QuerySet[Recovery], now: datetime) -> tuple[int, list[Recovery]]:
    """Lock and advance up to BATCH of `due`, leaving out what another tick holds; returns how
    many, and those that completed.

    What is joined to a locked row is read as it was when the statement began, so patients and
    clinics are asked for after it.
    """
    recoveries = list(
        due.select_for_update(
            of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked
        )
        .prefetch_related("patient", "clinic")
        .order_by(*ORDER)[:BATCH]
    )
    going_on = [recovery for recovery in recoveries if recovery.sends]
    if recoveries:
        before = [_columns(recovery) for recovery in recoveries]
        known = situations(recoveries, now)
        _write([advance(situation, now) for situation in known])
        # Most ticks move one column alone, and each that is written costs a case a row.
        pairs = [*zip(before, map(_columns, recoveries), strict=True)]
        moved = [name for name in COLUMNS if any(old[name] != new[name] for old, new in pairs)]
        Recovery.objects.bulk_update(recoveries, moved)
    return len(recoveries), [r for r in going_on if r.state == Recovery.State.COMPLETED]


def _columns(recovery: Recovery) -> dict[str, Any]:
    return {name: getattr(recovery, name) for name in COLUMNS}


def situations(recoveries: Sequence[Recovery], until: datetime) -> list[Situation]:
    """All that `advance` must know of each to move it to any moment up to `until`. Patients and
    clinics are loaded already.
    """
    occasions = {recovery.pk: planned(recovery) for recovery in recoveries}
    anchors = {recovery.pk: recovery.anchor for recovery in recoveries}
    by_key: dict[int, dict[str, CheckIn]] = defaultdict(dict)
    for checkin in CheckIn.objects.filter(recovery__in=recoveries):
        if checkin.anchor == anchors[checkin.recovery_id]:
            by_key[checkin.recovery_id][checkin.key] = checkin
    alerts: dict[int, list[Alert]] = defaultdict(list)
    for alert in Alert.objects.not_closed().filter(recovery__in=recoveries):
        alerts[alert.recovery_id].append(alert)
    changing = [
        r
        for r in recoveries
        if opening(r, occasions[r.pk], by_key[r.pk], until)
        or any(one.expires_at <= until for one in by_key[r.pk].values() if one.is_open)
    ]
    logs: dict[int, list[tuple[int, datetime, int]]] = defaultdict(list)
    entries = DailyLog.objects.current().filter(recovery__in=changing).order_by("pk")
    by_pk = {recovery.pk: recovery for recovery in changing}
    for pk, recovery_id, on, entered_at in entries.values_list(
        "pk", "recovery_id", "log_date", "entered_at"
    ):
        # From the present procedure date, which may have moved since it was written.
        logs[recovery_id].append((by_pk[recovery_id].day_on(on), entered_at, pk))
    users = messages.addressees(recovery.patient_id for recovery in recoveries)
    reminding = [r for r in recoveries if _reminds(occasions[r.pk], by_key[r.pk], until)]
    agreed = channels.agreed({r.patient_id for r in reminding}) if reminding else {}
    reminded = _reminded(reminding)
    staff = oncall.people({r.clinic_id for r in recoveries})
    told = notices.told_at_once((one for some in alerts.values() for one in some), until)
    facts = timing.facts_of(recoveries, alerts)
    return [
        Situation(
            recovery=recovery,
            plan=plan_of(recovery.pathway_id),
            occasions=occasions[recovery.pk],
            checkins=by_key[recovery.pk],
            alerts=alerts[recovery.pk],
            logs=logs[recovery.pk],
            addressee=users.get(recovery.patient_id),
            channels=channels.usable(
                recovery.patient,
                agreed.get(recovery.patient_id, channels.NOTHING),
                addressee=users.get(recovery.patient_id),
            ),
            reminded=reminded[recovery.pk],
            people=staff.get(recovery.clinic_id, []),
            facts=facts[recovery.pk],
            told=told,
        )
        for recovery in recoveries
    ]


def _reminds(
    occasions: Sequence[Occasion], checkins: Mapping[str, CheckIn], until: datetime
) -> bool:
    """Whether a reminder falls due up to `until`."""
    return any(
        at <= until
        for one in occasions
        if (checkin := checkins.get(one.key, NOT_YET)).is_open
        for at in (*one.reminders[checkin.reminders_settled :], checkin.later_at)
        if at is not None
    )


# In place of the row of an occasion that has not opened.
NOT_YET = CheckIn()


def _reminded(recoveries: Sequence[Recovery]) -> defaultdict[int, list[Reminded]]:
    """The reminders that went and may be unanswered: since the last log, or of what is open."""
    found: defaultdict[int, list[Reminded]] = defaultdict(list)
    if not recoveries:
        return found
    recent = Q(recovery__last_log_at=None) | Q(planned_at__gt=F("recovery__last_log_at"))
    rows = Message.objects.filter(
        recent | Q(checkin__state=CheckIn.State.OPEN),
        recovery__in=recoveries,
        checkin__anchor=F("recovery__anchor"),
        kind=Message.Kind.REMINDER,
        number__isnull=False,
        state__in=messages.GONE,
    )
    for pk, at, channel, key, number in rows.values_list(
        "recovery_id", "planned_at", "channel", "checkin__key", "number"
    ):
        found[pk].append(Reminded(at, channel, key, bool(number)))
    return found


def _write(owed: Sequence[Owed]) -> None:
    CheckIn.objects.bulk_create([checkin for one in owed for checkin in one.opened])
    CheckIn.objects.bulk_update(
        [checkin for one in owed for checkin in one.changed],
        ["state", "reminders_settled", "later_at"],
    )
    outcomes.passed([row for one in owed for row in (*one.opened, *one.changed)])
    Alert.objects.bulk_create([alert for one in owed for alert in one.raised])
    Alert.objects.bulk_update([alert for one in owed for alert in one.alerts], CHANGED)
    mails = [message for one in owed for message in one.messages]
    messages.supersede(mail for mail in mails if _is_owed_reminder(mail))
    messages.owe(mails)


def _is_owed_reminder(mail: Message) -> bool:
    return mail.kind == Message.Kind.REMINDER and mail.state == Message.State.OWED
