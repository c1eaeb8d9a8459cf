import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recovery.models.alerts import Severity
from recovery.models.clinics import Clinic
from recovery.models.logs import DailyLog
from recovery.models.recoveries import Recovery


class OverPastLogs(models.Model):
    """What somebody let run over logs that the clinic has, in pieces. Alerts nobody."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule_set = models.CharField(max_length=32)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    # The recovery it has come to, from the latest to the oldest; null before the first.
    reached = models.PositiveBigIntegerField(null=True, blank=True)
    judged = models.PositiveIntegerField(default=0)
    # Logs that fired other rules when they were written, by an earlier rule set.
    otherwise = models.PositiveIntegerField(default=0)
    # Logs that were beyond the bound and not judged.
    left_out = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Rehearsal(OverPastLogs):
    """A draft's changed rules, run over past logs.

    `digest` names what it depends on: the draft's changes, those in use, and the rule set. One of
    another digest says nothing of the draft, and one that nobody has `seen` is no rehearsal.
    """

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="rehearsals")
    digest = models.CharField(max_length=64)
    # [{"rule", "severity", "patient_text"}, ...] of the draft, and of the version in use.
    changes = models.JSONField()
    changes_now = models.JSONField()
    # The rules that the two differ in.
    rules = models.JSONField()
    # By rule: how often it fires, and how often the patient would be shown its text, now and then.
    counts = models.JSONField(default=dict)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index("at", name="rehearsal_to_run", condition=Q(state="running"))]
        constraints = [
            models.UniqueConstraint("clinic", "digest", name="one_rehearsal_per_clinic_and_digest"),
            models.CheckConstraint(
                name="rehearsal_done_has_time",
                condition=Q(state="running", finished_at=None)
                | Q(state="done", finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="rehearsal_seen_by_somebody_when_done",
                condition=Q(seen_by=None, seen_at=None)
                | Q(state="done", seen_by__isnull=False, seen_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Rehearsal {self.digest[:8]}"


class RehearsalFiring(models.Model):
    """A changed rule that fires: on a log, or, a rule of time and scores, where an alert stands."""

    rehearsal = models.ForeignKey(Rehearsal, models.CASCADE, related_name="firings")
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="+")
    # Null: a rule that no log fires.
    log = models.ForeignKey(DailyLog, models.CASCADE, null=True, blank=True, related_name="+")
    day = models.SmallIntegerField()
    rule = models.CharField(max_length=4)
    severity_now = models.CharField(max_length=10, choices=Severity)
    severity = models.CharField(max_length=10, choices=Severity)
    # What staff did with the alert that it fed in truth; see queries.rehearsals.
    acted = models.BooleanField()

    class Meta:
        indexes = [models.Index("rehearsal", "rule", "id", name="firing_by_rule")]
        constraints = [
            models.UniqueConstraint(
                "rehearsal", "log", "rule", name="one_firing_per_rehearsal_log_and_rule"
            ),
            models.CheckConstraint(
                name="firing_severity_is_known",
                condition=Q(severity__in=Severity.values, severity_now__in=Severity.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} on D{self.day}"
