"""A clinic is a tenant: its numbers, its hours, its staff."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from recovery.clinical.rules import PLACEHOLDERS


def weekday_hours() -> list[list[str] | None]:
    return [["08:00", "17:00"]] * 5 + [None, None]


class Clinic(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    mail_name = models.CharField(
        _("name in e-mails"),
        max_length=120,
        blank=True,
        help_text=_("Shown as the sender. Leave out words that hint at a treatment."),
    )
    zone = models.CharField(_("time zone"), max_length=64)
    clinic_phone = models.CharField(_("clinic phone"), max_length=32, blank=True)
    emergency_number = models.CharField(_("emergency number"), max_length=32, blank=True)
    after_hours_phone = models.CharField(_("after-hours phone"), max_length=32, blank=True)
    poison_phone = models.CharField(_("poison help line"), max_length=32, blank=True)
    crisis_phone = models.CharField(_("crisis line"), max_length=32, blank=True)
    # Seven entries, Monday first: [opens, closes] as "HH:MM" in the clinic's zone, or null.
    hours = models.JSONField(_("opening hours"), default=weekday_hours)
    created_at = models.DateTimeField(auto_now_add=True)
    # When its own corridor was last built (services.corridors). Null: never.
    corridor_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="clinic_has_name", condition=~models.Q(name="")),
            models.CheckConstraint(name="clinic_has_zone", condition=~models.Q(zone="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def numbers(self) -> dict[str, str]:
        """The phone numbers by the placeholder that the rule texts use.

        None is ever empty: a text with a gap in it is worse than one that names the emergency
        number.
        """
        emergency = self.emergency_number or settings.EMERGENCY_NUMBER
        return {name: getattr(self, name) or emergency for name in PLACEHOLDERS}

    @property
    def missing_numbers(self) -> list[str]:
        return [name for name in PLACEHOLDERS if not getattr(self, name)]


class Role(models.TextChoices):
    NURSE = "nurse", _("Nurse")
    CLINICIAN = "clinician", _("Clinician")
    MANAGER = "manager", _("Manager")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        return self.filter(is_active=True, user__is_active=True)

    def clinical(self) -> "MembershipQuerySet":
        """Those who may see patients: nurses and clinicians."""
        return self.filter(role__in=[Role.NURSE, Role.CLINICIAN])


class Membership(models.Model):
    """One role of one person in one clinic; a person may hold several."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    # As the clinic's manager wrote it. The user's own name may be another clinic's secret.
    name = models.CharField(_("name"), max_length=120, blank=True, db_default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: Any = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "user", "clinic", "role", name="one_membership_per_user_clinic_role"
            ),
            models.CheckConstraint(
                name="membership_role_is_known", condition=models.Q(role__in=Role.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.known_as} ({self.get_role_display()})"

    @property
    def known_as(self) -> str:
        """What this clinic calls the person."""
        return self.name or self.user.email
