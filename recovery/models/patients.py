import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from recovery.models.clinics import Clinic


class Patient(models.Model):
    """A person treated by a clinic. Signs in through a User with access, or not at all."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="patients")
    record_number = models.CharField(_("record number"), max_length=32)
    given_name = models.CharField(_("first name"), max_length=80)
    family_name = models.CharField(_("last name"), max_length=80)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    zone = models.CharField(_("time zone"), max_length=64)
    language = models.CharField(_("language"), max_length=10, default="en")
    # Set by the one-POST unsubscribe page; staff see "no reminders".
    reminders_off_at = models.DateTimeField(null=True, blank=True)
    # Set when a mail server refused the address for good; staff see "call: address fails".
    address_fails_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # The page of all patients. Migration 0004 adds PostgreSQL's for search by prefix.
            models.Index("clinic", "family_name", "given_name", "id", name="patient_by_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                "clinic", "record_number", name="one_patient_per_clinic_and_record_number"
            ),
            models.CheckConstraint(
                name="patient_has_record_number", condition=~models.Q(record_number="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def name(self) -> str:
        return str(self)
