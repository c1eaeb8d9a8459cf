"""What staff and patients say of a row of the queue. Rows are added, never changed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from recovery.models.alerts import NEVER_SNOOZED, Alert
from recovery.models.logs import DailyLog
from recovery.models.pathways import RecoveryPhase
from recovery.models.recoveries import Recovery


class Note(models.Model):
    """What one colleague leaves for the others about a patient's follow-up."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.CharField(max_length=500)
    # Of the form, so that a double tap leaves one.
    client_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery", "client_id", name="one_note_per_recovery_and_client_id"
            ),
            models.CheckConstraint(name="note_has_text", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"Note of {self.at:%Y-%m-%d}"


class Snooze(models.Model):
    """A symptom that staff expect for a while: up to which level, why, and until when.

    What holds now stands on the alert; this says who decided it.
    """

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="snoozes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    rule = models.CharField(max_length=4)
    expected_level = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    # The phase with whose end it ends.
    phase = models.ForeignKey(RecoveryPhase, models.PROTECT, related_name="+")
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="snooze_is_of_no_emergency_rule", condition=~Q(rule__in=NEVER_SNOOZED)
            ),
            models.CheckConstraint(name="snooze_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="snooze_level_0_to_10", condition=Q(expected_level__lte=10)
            ),
            models.CheckConstraint(
                name="snooze_ends_after_it_begins", condition=Q(ends_at__gt=F("at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} up to {self.expected_level}"


class WaitAnswer(models.Model):
    """What was answered, on the page of a stored log, to "can it wait until tomorrow?"."""

    log = models.ForeignKey(DailyLog, models.CASCADE, related_name="wait_answers")
    at = models.DateTimeField()
    can_wait = models.BooleanField()

    def __str__(self) -> str:
        return "can wait" if self.can_wait else "cannot wait"
