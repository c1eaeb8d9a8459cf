"""Another number in a rule's condition over the logs there are: begun, run in pieces, and no more.

It changes no rule and is needed for nothing: the numbers are those of the clinical core.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.clinical import rules
from recovery.models import Clinic, ThresholdFiring, ThresholdRehearsal, User
from recovery.queries import thresholds as queries
from recovery.queries.pathways import active_pathway, document_of
from recovery.queries.rehearsals import acted_on, as_data, from_data
from recovery.services import nudges, pastlogs
from recovery.services.refusals import NotAllowed

Change = ThresholdFiring.Change


@transaction.atomic
def begin(
    *, clinic: Clinic, supposed: rules.Supposed, user: User, now: datetime
) -> ThresholdRehearsal:
    """Let `run` have the question. One that runs already is that one; one that is done begins anew.
    The lists of the clinic's other questions go, their figures stay.

    Raises NotAllowed for the number that the rule has.
    """
    value_now = supposed.threshold.value
    if supposed.value == value_now:
        raise NotAllowed(_("That is the number that the rule has today."))
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    same = queries.asked(clinic).filter(
        rule=supposed.rule_id, name=supposed.name, value=supposed.value
    )
    found = same.first()
    if found and found.state == ThresholdRehearsal.State.RUNNING:
        return found
    done = ThresholdRehearsal.State.DONE
    ThresholdFiring.objects.filter(rehearsal__clinic=clinic, rehearsal__state=done).delete()
    same.delete()
    row: ThresholdRehearsal = ThresholdRehearsal.objects.create(
        clinic=clinic,
        rule=supposed.rule_id,
        name=supposed.name,
        value=supposed.value,
        value_now=value_now,
        changes_now=as_data(document_of(active_pathway(clinic)).changes),
        rule_set=rules.RULE_SET_VERSION,
        by=user,
        at=now,
    )
    nudges.rehearse_soon()
    return row


def run(*, clock: pastlogs.Clock, until: datetime) -> int:
    """Go on with what was begun of today's rules; see `pastlogs.run`."""
    begun = ThresholdRehearsal.objects.filter(rule_set=rules.RULE_SET_VERSION)
    return pastlogs.run(begun, _judge, _finish, clock=clock, until=until)


def _judge(row: ThresholdRehearsal, recoveries: Sequence[int]) -> None:
    acted = acted_on(recoveries)
    logs_acted_on = {log for log, _rule in acted}
    found = []
    for log in queries.compared(recoveries, queries.supposed_of(row), from_data(row.changes_now)):
        row.judged += 1
        row.otherwise += not log.as_written
        for rules_of, name in ((log.gained, "gained"), (log.lost, "lost")):
            for rule in rules_of:
                _count(row, rule, name)
        if log.change is None:
            continue
        gained = log.change == Change.GAINED
        found.append(
            ThresholdFiring(
                rehearsal=row,
                recovery_id=log.recovery_id,
                log_id=log.log_id,
                day=log.day,
                change=log.change,
                loudest_now=log.loudest_now,
                loudest=log.loudest,
                acted=log.log_id in logs_acted_on if gained else (log.log_id, row.rule) in acted,
            )
        )
    ThresholdFiring.objects.bulk_create(found, batch_size=1000)


def _count(row: ThresholdRehearsal, rule: str, name: str) -> None:
    counts: dict[str, Any] = row.counts.setdefault("others", {}).setdefault(rule, {})
    counts[name] = counts.get(name, 0) + 1


def _finish(row: ThresholdRehearsal) -> None:
    row.counts |= queries.totals(row)
