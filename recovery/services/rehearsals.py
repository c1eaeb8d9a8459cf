"""A draft's changed rules over the logs there are: begun by a manager, run in pieces, looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.clinical import rules
from recovery.clinical.ownpathways import Document, from_data
from recovery.models import (
    Clinic,
    PathwayDraft,
    Rehearsal,
    RehearsalFiring,
    User,
)
from recovery.queries import rehearsals as queries
from recovery.queries.pathways import active_pathway, document_of
from recovery.services import nudges, pastlogs
from recovery.services.refusals import NotAllowed

TIMED = {rule.id for rule in rules.TIME_RULES}
State = Rehearsal.State


@transaction.atomic
def begin(*, clinic: Clinic, user: User, now: datetime) -> Rehearsal:
    """Let `run` have the draft as it is. One that runs already is that one; one that is done begins
    anew, unseen. The lists of the clinic's other rehearsals go, their figures stay.

    Raises NotAllowed without a draft, and for one that changes no rule.
    """
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    draft = PathwayDraft.objects.filter(clinic=clinic).first()
    if draft is None:
        raise NotAllowed(_("The draft is gone: somebody has approved or discarded it."))
    old, new = document_of(active_pathway(clinic)), from_data(draft.document)
    changed = queries.changed_rules(old, new)
    if not changed:
        raise NotAllowed(_("The draft changes no rule."))
    found = queries.rehearsal_of(clinic, old, new)
    if found and found.state == State.RUNNING:
        return found
    RehearsalFiring.objects.filter(rehearsal__clinic=clinic).delete()
    Rehearsal.objects.filter(clinic=clinic, digest=queries.digest(old, new)).delete()
    row: Rehearsal = Rehearsal.objects.create(
        clinic=clinic,
        digest=queries.digest(old, new),
        changes=queries.as_data(new.changes),
        changes_now=queries.as_data(old.changes),
        rules=changed,
        rule_set=rules.RULE_SET_VERSION,
        by=user,
        at=now,
    )
    nudges.rehearse_soon()
    return row


def run(*, clock: pastlogs.Clock, until: datetime) -> int:
    """Go on with what was begun; see `pastlogs.run`."""
    return pastlogs.run(Rehearsal.objects.all(), _judge, _finish, clock=clock, until=until)


def _judge(row: Rehearsal, recoveries: Sequence[int]) -> None:
    now, then = queries.from_data(row.changes_now), queries.from_data(row.changes)
    changed = set(row.rules)
    acted = queries.acted_on(recoveries, row.rules)
    found = []
    for log in queries.judged(recoveries, now, then):
        row.judged += 1
        row.otherwise += not log.as_written
        for rule, name in ((log.now, "shown_now"), (log.then, "shown")):
            if rule is not None and rule in changed:
                _count(row, rule, name)
        for was, would in zip(log.findings_now, log.findings, strict=True):
            if was.rule_id in changed:
                found.append(
                    RehearsalFiring(
                        rehearsal=row,
                        recovery_id=log.recovery_id,
                        log_id=log.log_id,
                        day=log.day,
                        rule=was.rule_id,
                        severity_now=was.severity,
                        severity=would.severity,
                        acted=(log.log_id, was.rule_id) in acted,
                    )
                )
    RehearsalFiring.objects.bulk_create(found, batch_size=1000)


def _count(row: Rehearsal, rule: str, name: str) -> None:
    counts: dict[str, Any] = row.counts.setdefault(rule, {})
    counts[name] = counts.get(name, 0) + 1


def _finish(row: Rehearsal) -> None:
    """Add the rules that no log fires, by the alerts that they raised: a draft changes how loud a
    rule is, never whether it fires.
    """
    changes, changes_now = queries.from_data(row.changes), queries.from_data(row.changes_now)
    found = []
    for alert, acted in queries.timed_alerts(
        row.clinic, [one for one in row.rules if one in TIMED]
    ):
        recovery = alert.recovery
        on = alert.raised_at.astimezone(ZoneInfo(recovery.patient.zone)).date()
        found.append(
            RehearsalFiring(
                rehearsal=row,
                recovery=recovery,
                day=recovery.day_on(on),
                rule=alert.rule,
                severity_now=queries.severity(alert.rule, changes_now),
                severity=queries.severity(alert.rule, changes),
                acted=acted,
            )
        )
    RehearsalFiring.objects.bulk_create(found, batch_size=1000)
    for rule, figures in queries.totals(row).items():
        row.counts[rule] = figures | row.counts.get(rule, {})


@transaction.atomic
def see(*, rehearsal: Rehearsal, user: User, now: datetime) -> None:
    """Say that somebody has looked at it. Raises NotAllowed while it runs. A second look changes
    nothing.
    """
    row = Rehearsal.objects.select_for_update().get(pk=rehearsal.pk)
    if row.state != State.DONE:
        raise NotAllowed(_("The rehearsal is not done yet."))
    if row.seen_at is None:
        row.seen_by, row.seen_at = user, now
        row.save(update_fields=["seen_by", "seen_at"])


def require(clinic: Clinic, old: Document, new: Document) -> None:
    """Raises NotAllowed when the two differ in rules and no rehearsal of that was run and seen."""
    if not queries.changed_rules(old, new):
        return
    row = queries.rehearsal_of(clinic, old, new)
    if row is None or row.state != State.DONE:
        raise NotAllowed(
            _("The draft changes rules. Run a rehearsal of exactly these changes first.")
        )
    if row.seen_at is None:
        raise NotAllowed(_("Look at the rehearsal of these changes first, and say so there."))
