import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recovery.models.alerts import Alert
from recovery.models.recoveries import Recovery


class Contact(models.Model):
    """What staff did for a recovery: a call, a visit, a message."""

    class Kind(models.TextChoices):
        CALL = "call", _("Phone call")
        VISIT = "visit", _("Visit")
        MESSAGE = "message", _("Message")

    class Outcome(models.TextChoices):
        ADVISED = "advised", _("Reached and advised")
        BOOKED = "booked", _("Visit booked")
        EMERGENCY_DEPARTMENT = "ed", _("Sent to the emergency department")
        NO_ANSWER = "no_answer", _("No answer")
        WRONG_NUMBER = "wrong_number", _("Wrong number")
        # Of a call about answers that did not come.
        AGREED = "agreed", _("Agreed to answer")
        LATER = "later", _("Call later")
        REMOVED = "removed", _("Taken off the list")

    # What came of an alert.
    OF_ALERTS = (
        Outcome.ADVISED,
        Outcome.BOOKED,
        Outcome.EMERGENCY_DEPARTMENT,
        Outcome.NO_ANSWER,
        Outcome.WRONG_NUMBER,
    )
    # What came of a call about answers that did not come.
    OF_MISSES = (
        Outcome.AGREED,
        Outcome.LATER,
        Outcome.NO_ANSWER,
        Outcome.WRONG_NUMBER,
        Outcome.REMOVED,
    )
    # Only these are a contact in the sense of the rules (docs/protocol.md): somebody spoke with the
    # patient.
    REACHED = (
        Outcome.ADVISED,
        Outcome.BOOKED,
        Outcome.EMERGENCY_DEPARTMENT,
        Outcome.AGREED,
    )

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="contacts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind)
    outcome = models.CharField(max_length=12, choices=Outcome)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    # Of a call about answers that did not come: since when, and until when the row was hidden.
    about_overdue_since = models.DateTimeField(null=True, blank=True)
    hidden_until = models.DateTimeField(null=True, blank=True)
    alerts = models.ManyToManyField(Alert, related_name="contacts")
    # Of the form and what it says, so that a double tap stores one. Null: stored without a form.
    client_id = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [
            # What came of such calls is asked by when they were.
            models.Index(
                "at",
                "recovery",
                name="contact_about_a_miss",
                condition=Q(about_overdue_since__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "recovery", "client_id", name="one_contact_per_recovery_and_client_id"
            ),
            models.CheckConstraint(
                name="contact_outcome_is_known",
                condition=Q(
                    outcome__in=[
                        "advised",
                        "booked",
                        "ed",
                        "no_answer",
                        "wrong_number",
                        "agreed",
                        "later",
                        "removed",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="taken_off_the_list_has_a_reason",
                condition=~Q(outcome="removed") | ~Q(note=""),
            ),
            models.CheckConstraint(
                name="call_about_a_miss_says_since_when",
                condition=~Q(outcome__in=["agreed", "later", "removed"])
                | Q(about_overdue_since__isnull=False),
            ),
            models.CheckConstraint(
                name="contact_kind_is_known", condition=Q(kind__in=["call", "visit", "message"])
            ),
            models.CheckConstraint(
                name="contact_minutes_within_a_day",
                condition=Q(minutes=None) | Q(minutes__lte=1440),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"

    @property
    def reached(self) -> bool:
        return self.outcome in self.REACHED
