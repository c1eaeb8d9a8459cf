import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recovery.models.logs import DailyLog
from recovery.models.pathways import RecoveryPhase
from recovery.models.recoveries import QueueRank, Recovery
from recovery.models.responses import FormResponse


class Severity(models.TextChoices):
    EMERGENCY = "emergency", _("Emergency")
    URGENT = "urgent", _("Urgent")
    REVIEW = "review", _("Review")


# Where an alert that is open or acknowledged puts its recovery.
RANK_OF: dict[str, QueueRank] = {
    Severity.EMERGENCY: QueueRank.EMERGENCY,
    Severity.URGENT: QueueRank.URGENT,
    Severity.REVIEW: QueueRank.REVIEW,
}


# The emergency rules: no clinic may lower one, and nobody may snooze one.
NEVER_SNOOZED = [f"R{number:02}" for number in range(1, 9)]


class AlertQuerySet(models.QuerySet["Alert"]):
    def not_closed(self) -> "AlertQuerySet":
        return self.exclude(state=Alert.State.CLOSED)


class Alert(models.Model):
    """A finding that staff must handle. At most one not closed per recovery and rule."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        CONTACTED = "contacted", _("Contacted")
        SNOOZED = "snoozed", _("Snoozed")
        CLOSED = "closed", _("Closed")

    # Somebody should act on it.
    WAITING = (State.OPEN, State.ACKNOWLEDGED)

    class ClosingReason(models.TextChoices):
        PHONE = "phone", _("Resolved by phone")
        SEEN = "seen", _("Seen in clinic")
        EMERGENCY_DEPARTMENT = "ed", _("Sent to the emergency department")
        FALSE_ENTRY = "false_entry", _("False entry")
        DUPLICATE = "duplicate", _("Duplicate")
        OTHER = "other", _("Other")

    class Complication(models.TextChoices):
        """The risks that are named for the procedure (docs/protocol.md); empty: nothing said."""

        INFECTION = "infection", _("Infection")
        BLEEDING = "bleeding", _("Bleeding")
        LEG_PAIN = "leg_pain", _("New leg pain (radicular)")
        NERVE_DAMAGE = "nerve", _("Nerve damage")
        FRACTURE = "fracture", _("Vertebral fracture")
        FLARE = "flare", _("Pain flare that passed")
        OTHER = "other", _("Another complication")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="alerts")
    phase = models.ForeignKey(RecoveryPhase, models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=4)
    severity = models.CharField(max_length=10, choices=Severity)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    headline = models.CharField(max_length=60)
    staff_text = models.TextField()
    # What the patient is told, its {numbers} not filled in: they may change while it stands.
    # Empty for a rule that only staff hear of.
    patient_text = models.TextField(blank=True)
    rule_set = models.CharField(max_length=32)
    logs = models.ManyToManyField(DailyLog, through="AlertLog", related_name="alerts")
    # The check-in forms that fed it; a rule of time and silence has neither.
    responses = models.ManyToManyField(FormResponse, related_name="alerts")
    raised_at = models.DateTimeField()
    # How often its rule has fired while it stands: what staff do with it holds for what they read.
    # The database's own default lets code of the release before raise alerts too.
    firings = models.PositiveSmallIntegerField(default=1, db_default=1)
    # Restarted when a new log fires an emergency or urgent rule again.
    clock_from = models.DateTimeField()
    # Counts such restarts; part of the dedupe key of the alert's mails.
    notice = models.PositiveSmallIntegerField(default=1)
    # The next escalation mail (R47): how many went out for this notice, and when the next is due.
    notice_step = models.PositiveSmallIntegerField(default=0)
    next_notice_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    # Of its whole life, for the manager's page: when somebody first took it, or did more at once;
    # and when a contact first reached somebody. A rule that fires again leaves both.
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    # After no answer a review alert comes back to the queue at this time; a snoozed one at the end
    # of its phase.
    returns_at = models.DateTimeField(null=True, blank=True)
    # Of a snoozed one: the level up to which its rule may fire and it stays asleep.
    expected_level = models.PositiveSmallIntegerField(null=True, blank=True)
    # The patient's own word on the answer that fed it last: can it wait until tomorrow?
    can_wait = models.BooleanField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.CharField(max_length=12, choices=ClosingReason, blank=True)
    closing_text = models.TextField(blank=True)
    # As whoever closed it said. Empty is not "none".
    complication = models.CharField(
        max_length=10, choices=Complication, blank=True, default="", db_default=""
    )

    objects: Any = AlertQuerySet.as_manager()

    class Meta:
        indexes = [
            # Outcomes count the alerts of a whole clinic; the rows themselves are wide.
            models.Index(
                "recovery", "severity", "state", "complication", name="alert_as_outcomes_count_it"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "recovery",
                "rule",
                name="one_alert_not_closed_per_recovery_and_rule",
                condition=~Q(state="closed"),
            ),
            models.CheckConstraint(
                name="alert_severity_is_known", condition=Q(severity__in=Severity.values)
            ),
            models.CheckConstraint(
                name="alert_state_is_known",
                condition=Q(state__in=["open", "acknowledged", "contacted", "snoozed", "closed"]),
            ),
            models.CheckConstraint(
                name="closed_alert_has_who_when_and_why",
                condition=Q(state="closed", closed_by__isnull=False, closed_at__isnull=False)
                & ~Q(closing_reason="")
                | ~Q(state="closed") & Q(closed_by=None, closed_at=None, closing_reason=""),
            ),
            models.CheckConstraint(
                name="other_closing_reason_has_text",
                condition=~Q(closing_reason="other") | ~Q(closing_text=""),
            ),
            models.CheckConstraint(
                name="complication_is_known_and_of_a_closed_alert",
                condition=Q(complication="")
                | Q(
                    state="closed",
                    complication__in=[
                        "infection",
                        "bleeding",
                        "leg_pain",
                        "nerve",
                        "fracture",
                        "flare",
                        "other",
                    ],
                ),
            ),
            models.CheckConstraint(
                name="acknowledged_alert_has_claim",
                condition=~Q(state="acknowledged")
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
            ),
            models.CheckConstraint(
                name="no_emergency_is_snoozed",
                condition=~Q(state="snoozed", severity="emergency")
                & ~Q(state="snoozed", rule__in=NEVER_SNOOZED),
            ),
            models.CheckConstraint(
                name="snoozed_alert_has_level_and_end",
                condition=~Q(state="snoozed")
                | Q(expected_level__isnull=False, expected_level__lte=10, returns_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.severity} {self.state}"

    @property
    def as_read(self) -> str:
        """The alert as a page showed it; a form sends it back."""
        return f"{self.uuid}:{self.firings}"


class AlertLog(models.Model):
    """A log that fed an alert."""

    alert = models.ForeignKey(Alert, models.CASCADE)
    log = models.ForeignKey(DailyLog, models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint("alert", "log", name="one_link_per_alert_and_log"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} from {self.log_id}"
