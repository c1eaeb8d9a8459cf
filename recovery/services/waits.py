"""The patient's own word on a log that raised an alert: can it wait until tomorrow?"""

from datetime import datetime

from django.db import transaction

from recovery.models import Alert, DailyLog, WaitAnswer
from recovery.models.alerts import Severity
from recovery.services import alerts, status


@transaction.atomic
def answer(*, log: DailyLog, can_wait: bool, now: datetime) -> bool:
    """Keep the answer, and sort the queue by it; returns whether there was anything to sort.

    It holds for the alerts that the log's newest version fed and that are not closed. Where one of
    the recovery's alerts is an emergency nothing is asked, and nothing is kept. The same answer
    again changes nothing.
    """
    recovery, standing = alerts.locked(log.recovery_id)
    fed = set(log.alerts.values_list("pk", flat=True))
    asked = [alert for alert in standing if alert.pk in fed]
    if not asked or any(alert.severity == Severity.EMERGENCY for alert in standing):
        return False
    changed = [alert for alert in asked if alert.can_wait != can_wait]
    if not changed:
        return True
    WaitAnswer.objects.create(log=log, at=now, can_wait=can_wait)
    for alert in changed:
        alert.can_wait = can_wait
    Alert.objects.bulk_update(changed, ["can_wait"])
    status.set_alert_rank(recovery, standing)
    recovery.save(update_fields=status.STATUS)
    return True
