import uuid
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from recovery.models.clinics import Clinic
from recovery.models.pathways import Pathway
from recovery.models.patients import Patient


class QueueRank(models.IntegerChoices):
    """The order of the staff queue. Null on a recovery that nobody needs to look at."""

    EMERGENCY = 1, _("Emergency")
    URGENT = 2, _("Urgent")
    REVIEW = 3, _("Review")
    CALL = 4, _("To call")
    OVERDUE = 5, _("Overdue")
    CONTACTED = 6, _("Contacted")
    # Closed or called today; leaves the queue with the clinic's day.
    HANDLED = 7, _("Handled today")


class Wait(models.IntegerChoices):
    """What the patient said: can it wait until tomorrow? The second key of the queue's order."""

    CANNOT = 0, _("Cannot wait")
    UNSAID = 1, _("Not said")
    CAN = 2, _("Can wait")


class Modic(models.TextChoices):
    """The change of the endplates on MRI."""

    TYPE_1 = "1", _("Type 1")
    TYPE_2 = "2", _("Type 2")
    BOTH = "1+2", _("Types 1 and 2")
    NEITHER = "none", _("Neither")


class RecoveryFacts:
    """What follows from a recovery's facts, whether it is the model or a row of a list."""

    pk: Any
    state: Any
    procedure_at: Any
    procedure_on: Any

    @property
    def sends(self) -> bool:
        """Whether the patient may be sent anything at all."""
        return self.state in (Recovery.State.PLANNED, Recovery.State.ACTIVE)

    @property
    def precedence(self) -> tuple[bool, bool, datetime, int]:
        """Of one patient's recoveries the greatest is the one that a page is about: the followed
        one, else the latest procedure that took place.
        """
        return (
            self.state in Recovery.FOLLOWED,
            self.state != Recovery.State.CANCELLED,
            self.procedure_at,
            self.pk,
        )

    def day_on(self, on: date) -> int:
        """Calendar days since the procedure; `on` is a date in the patient's zone."""
        days: int = (on - self.procedure_on).days
        return days


class Recovery(RecoveryFacts, models.Model):
    """One procedure followed up.

    Below the facts stand the status columns, written with every log, alert, contact and tick
    (services.status), so that the queue never reads a log.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        COMPLETED = "completed", _("Completed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        CANCELLED = "cancelled", _("Cancelled")
        DIED = "died", _("Died")

    # Followed now, or again after a pause. A patient has one such recovery at most: two would ask
    # the same questions twice a day, and nobody could tell which procedure an answer is about.
    FOLLOWED = (State.PLANNED, State.ACTIVE, State.PAUSED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The patient's clinic, repeated here because the queue's index begins with it. Written once,
    # by services.enrolment. No trigger holds them together: on SQLite the next change of this
    # table would lose it without a word.
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="recoveries")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="recoveries")
    pathway = models.ForeignKey(Pathway, models.PROTECT, related_name="recoveries")
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    created_at = models.DateTimeField()
    # Set by every resume and move: an occasion that expired before it never becomes a row.
    resumed_at = models.DateTimeField(null=True, blank=True)

    procedure_at = models.DateTimeField(_("procedure"))
    # The local date in the patient's zone. Stored: a change of zone never shifts day numbers.
    procedure_on = models.DateField()
    # Raised by each move, so that check-ins of an old date stay apart; another hour of the same
    # day takes them along.
    anchor = models.PositiveSmallIntegerField(default=1)
    discharged_at = models.DateTimeField(null=True, blank=True)

    levels = models.CharField(_("levels treated"), max_length=40, blank=True)
    surgeon = models.CharField(_("surgeon"), max_length=80, blank=True)
    # Facts of candidacy as the source gives them; shown as known or missing, never judged.
    pain_months = models.PositiveSmallIntegerField(
        _("months of low back pain"), null=True, blank=True
    )
    care_months = models.PositiveSmallIntegerField(
        _("months of conservative care"), null=True, blank=True
    )
    modic = models.CharField(
        _("Modic type"), max_length=4, choices=Modic, blank=True, db_default=""
    )
    icd10 = models.CharField(_("diagnosis, ICD-10 code"), max_length=8, blank=True, db_default="")
    baseline_pain = models.PositiveSmallIntegerField(_("baseline pain"), null=True, blank=True)
    baseline_opioid_mme = models.DecimalField(
        _("opioids at baseline (MME a day)"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    anticoagulated = models.BooleanField(_("anticoagulant"), null=True, blank=True)
    osteoporosis = models.BooleanField(_("osteoporosis"), null=True, blank=True)

    next_event_at = models.DateTimeField(null=True, blank=True)
    last_log_at = models.DateTimeField(null=True, blank=True)
    last_log_day = models.SmallIntegerField(null=True, blank=True)
    last_pain = models.PositiveSmallIntegerField(null=True, blank=True)
    # [[day, average pain], ...] of the last 14 days that have one, oldest first.
    pain_trend = models.JSONField(default=list, blank=True)
    days_logged = models.PositiveSmallIntegerField(default=0)
    # For the outcomes: on how many of D1 to D7 and of D1 to D14 there is a log; and by the form of
    # a time point whether opioids were taken around it, where a log told.
    week_days_logged = models.PositiveSmallIntegerField(default=0, db_default=0)
    fortnight_days_logged = models.PositiveSmallIntegerField(default=0, db_default=0)
    opioid_use = models.JSONField(
        default=dict,
        db_default=models.Value({}, output_field=models.JSONField()),
        blank=True,
    )
    # Expiry of the first unanswered check-in of the current run of misses.
    overdue_since = models.DateTimeField(null=True, blank=True)
    # A contact hides the overdue row: until the next miss, or until `overdue_until` where a call
    # about the silence says so; for good where that took the patient off the list.
    overdue_hidden = models.BooleanField(default=False)
    overdue_until = models.DateTimeField(null=True, blank=True)
    # What the last call about this run of misses came to (Contact.Outcome); empty without one.
    overdue_call = models.CharField(max_length=12, blank=True, db_default="")
    # Reminders of this check-in, by its key, went unanswered as often as the pathway allows: staff
    # call instead, until a contact or an answer.
    call_since = models.DateTimeField(null=True, blank=True)
    call_for = models.CharField(max_length=12, blank=True, default="", db_default="")
    # Of the alerts alone: their worst rank and its oldest clock.
    alert_rank = models.PositiveSmallIntegerField(choices=QueueRank, null=True, blank=True)
    alert_since = models.DateTimeField(null=True, blank=True)
    queue_rank = models.PositiveSmallIntegerField(choices=QueueRank, null=True, blank=True)
    queue_wait = models.PositiveSmallIntegerField(
        choices=Wait, default=Wait.UNSAID, db_default=Wait.UNSAID
    )
    queue_since = models.DateTimeField(null=True, blank=True)
    # When its last alert was closed or snoozed, or its patient called about a miss; cleared by the
    # tick when the clinic's day ends.
    handled_at = models.DateTimeField(null=True, blank=True)
    last_contact_at = models.DateTimeField(null=True, blank=True)
    last_contact_outcome = models.CharField(max_length=12, blank=True, db_default="")
    # Whose it is until it is given to another; stops no clock and keeps nobody out.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    # Who is on the patient at this moment; an alert that is claimed says so too.
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    held_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                "clinic",
                "queue_rank",
                "queue_wait",
                "queue_since",
                "id",
                name="recovery_queue_order",
                condition=models.Q(queue_rank__isnull=False),
            ),
            # The same rows of one person.
            models.Index(
                "clinic",
                "assigned_to",
                "queue_rank",
                "queue_wait",
                "queue_since",
                "id",
                name="recovery_queue_assigned",
                condition=models.Q(queue_rank__isnull=False, assigned_to__isnull=False),
            ),
            # The few that somebody is on at this moment.
            models.Index(
                "held_by",
                "held_until",
                name="recovery_held",
                condition=models.Q(held_by__isnull=False),
            ),
            # Who did not answer, the youngest recoveries first: that is by phase.
            models.Index(
                fields=["clinic", "-procedure_on", "overdue_since", "id"],
                name="recovery_overdue",
                condition=models.Q(overdue_since__isnull=False),
            ),
            models.Index(
                "next_event_at",
                name="recovery_next_event",
                condition=models.Q(next_event_at__isnull=False),
            ),
            # Whom the clinic treats today, for the observation room.
            models.Index("clinic", "procedure_at", name="recovery_by_procedure"),
        ]
        constraints = [
            models.CheckConstraint(
                name="recovery_state_is_known",
                condition=models.Q(
                    state__in=[
                        "planned",
                        "active",
                        "paused",
                        "completed",
                        "withdrawn",
                        "cancelled",
                        "died",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="baseline_pain_0_to_10",
                condition=models.Q(baseline_pain=None) | models.Q(baseline_pain__range=(0, 10)),
            ),
            models.CheckConstraint(
                name="last_pain_0_to_10",
                condition=models.Q(last_pain=None) | models.Q(last_pain__range=(0, 10)),
            ),
            models.CheckConstraint(
                name="discharge_follows_procedure",
                condition=models.Q(discharged_at=None)
                | models.Q(discharged_at__gte=models.F("procedure_at")),
            ),
            models.CheckConstraint(
                name="queue_rank_has_since",
                condition=models.Q(queue_rank=None, queue_since=None)
                | models.Q(
                    queue_rank__isnull=False, queue_rank__range=(1, 7), queue_since__isnull=False
                ),
            ),
            models.CheckConstraint(
                name="queue_wait_is_known", condition=models.Q(queue_wait__in=Wait.values)
            ),
            models.CheckConstraint(
                name="held_recovery_has_who_and_until",
                condition=models.Q(held_by=None, held_until=None)
                | models.Q(held_by__isnull=False, held_until__isnull=False),
            ),
            models.CheckConstraint(
                name="modic_is_known",
                condition=models.Q(modic="") | models.Q(modic__in=Modic.values),
            ),
            models.CheckConstraint(
                name="call_has_since_and_what_for",
                condition=models.Q(call_since=None, call_for="")
                | models.Q(call_since__isnull=False) & ~models.Q(call_for=""),
            ),
            models.CheckConstraint(
                name="days_logged_of_7_and_of_14",
                condition=models.Q(
                    week_days_logged__lte=7,
                    fortnight_days_logged__lte=14,
                    fortnight_days_logged__gte=models.F("week_days_logged"),
                ),
            ),
            models.CheckConstraint(name="anchor_from_1", condition=models.Q(anchor__gte=1)),
            models.UniqueConstraint(
                "patient",
                name="one_followed_recovery_per_patient",
                condition=models.Q(state__in=["planned", "active", "paused"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Recovery of {self.procedure_on}"
