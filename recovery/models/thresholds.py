from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recovery.models.alerts import Severity
from recovery.models.clinics import Clinic
from recovery.models.logs import DailyLog
from recovery.models.recoveries import Recovery
from recovery.models.rehearsals import OverPastLogs


class ThresholdRehearsal(OverPastLogs):
    """Another number in a rule's condition, run over past logs. A question: nothing follows it.

    `rule` and `name` are those of `rules.THRESHOLDS`. One whose `rule_set` is no longer the one in
    use says nothing of today's rules.
    """

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="threshold_rehearsals")
    rule = models.CharField(max_length=4)
    name = models.CharField(max_length=16)
    value = models.DecimalField(max_digits=7, decimal_places=1)
    value_now = models.DecimalField(max_digits=7, decimal_places=1)
    # What the version in use changes of the rules, as a Rehearsal has it.
    changes_now = models.JSONField()
    # {"now" | "then" | change: {"fires", "patients", "acted", ...}}, and {"others": {rule:
    # {"gained", "lost"}}} of those that fire where the rule does not.
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index("at", name="threshold_to_run", condition=Q(state="running"))]
        constraints = [
            models.UniqueConstraint(
                *("clinic", "rule", "name", "value", "rule_set"),
                name="one_rehearsal_per_clinic_and_number",
            ),
            models.CheckConstraint(
                name="threshold_rehearsal_asks_another_number",
                condition=~Q(value=F("value_now")),
            ),
            models.CheckConstraint(
                name="threshold_rehearsal_done_has_time",
                condition=Q(state="running", finished_at=None)
                | Q(state="done", finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.name} {self.value}"


class ThresholdFiring(models.Model):
    """A log on which the rule fires today, or would with the other number, or both."""

    class Change(models.TextChoices):
        LOST = "lost", _("Lost")
        GAINED = "gained", _("New")
        KEPT = "kept", _("As today")

    rehearsal = models.ForeignKey(ThresholdRehearsal, models.CASCADE, related_name="firings")
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="+")
    log = models.ForeignKey(DailyLog, models.CASCADE, related_name="+")
    day = models.SmallIntegerField()
    change = models.CharField(max_length=6, choices=Change)
    # The loudest of all rules that fire on the log; empty where none does.
    loudest_now = models.CharField(max_length=10, choices=Severity, blank=True)
    loudest = models.CharField(max_length=10, choices=Severity, blank=True)
    # What staff did with the alert that it fed in truth; of one that is gained, with any other
    # alert that the log fed.
    acted = models.BooleanField()

    class Meta:
        indexes = [
            models.Index("rehearsal", "change", "id", name="threshold_firing_by_change"),
        ]
        constraints = [
            models.UniqueConstraint(
                "rehearsal", "log", name="one_firing_per_threshold_rehearsal_and_log"
            ),
            models.CheckConstraint(
                name="threshold_firing_is_known",
                condition=Q(
                    change__in=["lost", "gained", "kept"],
                    loudest__in=["", *Severity.values],
                    loudest_now__in=["", *Severity.values],
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change} on D{self.day}"
