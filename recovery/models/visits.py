"""What a visit is prepared with: the patient's own questions, and links for a therapist."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recovery.models.logs import DailyLog
from recovery.models.recoveries import Recovery


class VisitQuestionQuerySet(models.QuerySet["VisitQuestion"]):
    def standing(self) -> "VisitQuestionQuerySet":
        """Neither taken up at a visit nor removed."""
        return self.filter(taken_at=None, removed_at=None)


class VisitQuestion(models.Model):
    """What a patient wants to ask at the next visit, in their own words. No rule reads it.

    It may be changed or removed until staff have taken it up; `revision` counts the changes, so
    that nobody decides on words that they have not read. Rows stay.
    """

    LONGEST = 300
    # So many may stand at a time: they must fit on one page with the rest.
    MOST = 10

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="visit_questions")
    text = models.CharField(max_length=LONGEST)
    revision = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=DailyLog.Source)
    # Names the form, so that a double tap asks once.
    client_id = models.UUIDField()
    changed_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: Any = VisitQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery", "client_id", name="one_visit_question_per_recovery_and_client_id"
            ),
            models.CheckConstraint(name="visit_question_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="visit_question_comes_from_the_patient_s_side",
                condition=Q(source__in=["patient", "caregiver"]),
            ),
            models.CheckConstraint(
                name="visit_question_is_taken_by_somebody",
                condition=Q(taken_at=None, taken_by=None)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
            ),
            models.CheckConstraint(
                name="visit_question_is_taken_or_removed",
                condition=Q(taken_at=None) | Q(removed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"Question of {self.asked_at:%Y-%m-%d}"

    @property
    def as_read(self) -> str:
        """The question as a page showed it; a form sends it back."""
        return f"{self.uuid}:{self.revision}"


class TherapistLink(models.Model):
    """Lets an outside physiotherapist read one sheet until it expires, by the patient's consent.

    The address is signed and not stored (decision 12); whoever holds it must also know the
    patient's date of birth. Each opening is an AccessEvent without a user.
    """

    class ConsentHow(models.TextChoices):
        SPOKEN = "spoken", _("Spoken")
        WRITTEN = "written", _("In writing")

    LONGEST = timedelta(days=90)
    # Which facts the patient was told that it shows (docs/decisions).
    FACTS_VERSION = "1"
    # The patient left, or there is nothing to treat: the link ends by itself.
    ENDED_STATES = (Recovery.State.WITHDRAWN, Recovery.State.CANCELLED, Recovery.State.DIED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="therapist_links")
    # The therapist or practice, as staff wrote it.
    recipient = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    client_id = models.UUIDField()
    expires_at = models.DateTimeField()
    consent_how = models.CharField(max_length=8, choices=ConsentHow)
    consented_on = models.DateField()
    facts_version = models.CharField(max_length=8, default=FACTS_VERSION)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery", "client_id", name="one_therapist_link_per_recovery_and_client_id"
            ),
            models.CheckConstraint(
                name="therapist_link_names_its_recipient", condition=~Q(recipient="")
            ),
            models.CheckConstraint(
                name="therapist_link_expires_after_it_is_made",
                condition=Q(expires_at__gt=F("created_at")),
            ),
            models.CheckConstraint(
                name="therapist_link_consent_is_known",
                condition=Q(consent_how__in=["spoken", "written"]),
            ),
            models.CheckConstraint(
                name="therapist_link_is_revoked_by_somebody",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Link for a therapist until {self.expires_at:%Y-%m-%d}"

    @property
    def what(self) -> str:
        """Its name in AccessEvent."""
        return f"therapist link {self.uuid.hex[:12]}"

    def is_open(self, now: datetime) -> bool:
        """Whether it shows anything; asks the recovery's state."""
        ended = self.revoked_at is not None or self.recovery.state in self.ENDED_STATES
        return not ended and now < self.expires_at
