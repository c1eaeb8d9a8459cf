"""What a patient does again for the first time after the procedure."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recovery.models.logs import DailyLog
from recovery.models.recoveries import Recovery


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def standing(self) -> "MilestoneQuerySet":
        """Without those that were corrected or taken back."""
        return self.filter(withdrawn_at=None)


class Milestone(models.Model):
    """The date on which a patient first did something again, as it was told.

    What was told stays: a correction withdraws the row and adds another, taking it back only
    withdraws it.
    """

    class Code(models.TextChoices):
        SLEPT = "slept", _("Slept through a night")
        WALKED = "walked", _("Walked for 10 minutes")
        DROVE = "drove", _("Drove a car")
        THERAPY = "therapy", _("Started physical therapy")
        WORK = "work", _("Went back to work")
        GOAL = "goal", _("Reached my own goal")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="milestones")
    code = models.CharField(max_length=8, choices=Code)
    on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=DailyLog.Source)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: Any = MilestoneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery",
                "code",
                name="one_standing_milestone_per_recovery_and_code",
                condition=Q(withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="milestone_code_is_known",
                condition=Q(code__in=["slept", "walked", "drove", "therapy", "work", "goal"]),
            ),
            models.CheckConstraint(
                name="milestone_source_is_known", condition=Q(source__in=DailyLog.Source.values)
            ),
            models.CheckConstraint(
                name="milestone_is_withdrawn_by_somebody_afterwards",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_by__isnull=False, withdrawn_at__gte=models.F("recorded_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} on {self.on}"

    @property
    def day(self) -> int:
        return self.recovery.day_on(self.on)
