"""Who may act for a patient, what the patient agreed to, and who looked."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from recovery.models.patients import Patient


class Relationship(models.TextChoices):
    SELF = "self", _("The patient")
    CAREGIVER = "caregiver", _("A caregiver")


class PatientAccess(models.Model):
    """A user who may log for a patient. One user may serve several patients."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="accesses")
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="accesses")
    relationship = models.CharField(max_length=12, choices=Relationship, default=Relationship.SELF)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "patient", name="one_access_per_user_and_patient"),
            models.UniqueConstraint(
                "patient",
                name="one_self_per_patient",
                condition=models.Q(relationship=Relationship.SELF, ended_at=None),
            ),
            models.CheckConstraint(
                name="access_relationship_is_known",
                condition=models.Q(relationship__in=Relationship.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.patient_id} ({self.relationship})"


class Consent(models.Model):
    """What the patient was told and agreed to. Without `email_ok` no mail is sent, without `sms_ok`
    no text message. `told_by` is who recorded it: staff, or who changed it on the patient's page.
    """

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="consents")
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    text_version = models.CharField(max_length=32)
    email_ok = models.BooleanField()
    sms_ok = models.BooleanField(default=False, db_default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "patient", name="one_consent_in_force", condition=models.Q(withdrawn_at=None)
            ),
            models.CheckConstraint(
                name="consent_names_its_text", condition=~models.Q(text_version="")
            ),
        ]

    def __str__(self) -> str:
        return f"Consent {self.text_version} of patient {self.patient_id}"


class AccessEvent(models.Model):
    """Who read or changed which patient's data, when. Only ever added to."""

    class Action(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Changed")

    at = models.DateTimeField()
    # Null: the holder of a check-in's or a therapist's link, who did not sign in.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="access_events"
    )
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="access_events")
    action = models.CharField(max_length=5, choices=Action)
    what = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["patient", "-at"], name="access_event_by_patient")]
        constraints = [
            models.CheckConstraint(
                name="access_event_action_is_known",
                condition=models.Q(action__in=["read", "write"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.what}"
