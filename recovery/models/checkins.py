import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recovery.models.logs import DailyLog
from recovery.models.recoveries import Recovery


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def open(self) -> "CheckInQuerySet":
        return self.filter(state=CheckIn.State.OPEN)


class CheckIn(models.Model):
    """An occasion of the pathway that has opened. What has not opened yet is computed."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        COMPLETED = "completed", _("Completed")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="checkins")
    anchor = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=12)
    form = models.CharField(max_length=16)
    day = models.SmallIntegerField()
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    completed_at = models.DateTimeField(null=True, blank=True)
    # The log as first saved; its corrections follow from it.
    completed_by = models.ForeignKey(
        DailyLog, models.PROTECT, null=True, blank=True, related_name="checkins"
    )
    # How many of the occasion's reminder times the tick has dealt with, sent or not.
    reminders_settled = models.PositiveSmallIntegerField(default=0)
    # When the patient asked to be reminded instead of at the times until then; null once it came.
    later_at = models.DateTimeField(null=True, blank=True)

    objects: Any = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery", "anchor", "key", name="one_checkin_per_recovery_anchor_and_key"
            ),
            models.CheckConstraint(
                name="checkin_window_in_order",
                condition=Q(opens_at__lt=F("expires_at")) & Q(due_at__lte=F("expires_at")),
            ),
            models.CheckConstraint(
                name="completed_checkin_has_time",
                condition=Q(state="completed", completed_at__isnull=False)
                | (Q(state__in=["open", "expired", "cancelled"], completed_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
