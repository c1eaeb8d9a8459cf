import uuid
from datetime import date, time

from django.db import models
from django.utils.translation import gettext_lazy as _

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.reminding import Hours
from recovery.models.channels import Channel, Channels
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
    # The number that text messages go to, as +15555550142. `phone` is what staff dial, as written.
    mobile = models.CharField(_("mobile"), max_length=16, blank=True, default="", db_default="")
    channels = models.CharField(
        max_length=10, choices=Channels, default=Channels.EMAIL, db_default=Channels.EMAIL
    )
    # The patient's own hours, within those of the pathway (08:00 to 21:00), on the patient's clock.
    quiet_until = models.TimeField(default=time(8), db_default=time(8))
    quiet_from = models.TimeField(default=time(21), db_default=time(21))
    # When a day's first reminder should come; null: when the pathway says.
    remind_at = models.TimeField(null=True, blank=True)
    # The first day, where the patient is, on which reminders go again. What is past is no pause.
    paused_until = models.DateField(null=True, blank=True)
    # Set by the one-POST unsubscribe page: all reminders, or those of one kind.
    reminders_off_at = models.DateTimeField(null=True, blank=True)
    logs_off_at = models.DateTimeField(null=True, blank=True)
    forms_off_at = models.DateTimeField(null=True, blank=True)
    # Set when a mail server refused the address for good; staff see "call: address fails".
    address_fails_at = models.DateTimeField(null=True, blank=True)
    # The same for `mobile`, by whoever hands over text messages.
    mobile_fails_at = models.DateTimeField(null=True, blank=True)
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
            models.CheckConstraint(
                name="patient_mobile_is_e164",
                condition=models.Q(mobile="") | models.Q(mobile__startswith="+"),
            ),
            models.CheckConstraint(
                name="patient_channels_are_known",
                condition=models.Q(channels__in=Channels.values),
            ),
            models.CheckConstraint(
                name="patient_hours_are_by_day",
                condition=models.Q(
                    quiet_until__gte=time(8),
                    quiet_from__lte=time(21),
                    quiet_until__lt=models.F("quiet_from"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def name(self) -> str:
        return str(self)

    @property
    def hours(self) -> Hours:
        return Hours(self.quiet_until, self.quiet_from, self.remind_at)

    @property
    def in_order(self) -> tuple[Channel, ...]:
        """The channels that the patient chose, the first one first."""
        return Channels(self.channels).in_order

    def turned_off(self, form: str) -> bool:
        """Whether reminders of `form` are off; with "", whether all are."""
        off = self.logs_off_at if form in LOG_FORMS else self.forms_off_at
        return self.reminders_off_at is not None or (bool(form) and off is not None)

    def is_paused(self, on: date) -> bool:
        return self.paused_until is not None and on < self.paused_until
