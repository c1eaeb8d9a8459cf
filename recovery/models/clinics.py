"""A clinic is a tenant: its numbers, its hours, its staff."""

import uuid
from datetime import date, time
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recovery.clinical.hours import Calendar
from recovery.clinical.rules import PLACEHOLDERS

DIGEST_AT = time(8)


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
    # Name by ISO date. Beside the hours, since whoever reads those must know these; and so that a
    # day cannot stand here twice.
    holidays = models.JSONField(
        _("holidays"),
        default=dict,
        db_default=models.Value({}, output_field=models.JSONField()),
        blank=True,
    )
    # When the people who want it are mailed what waits, on open days in the clinic's zone.
    digest_at = models.TimeField(_("morning mail"), default=DIGEST_AT, db_default=DIGEST_AT)
    # The next such moment, found by its index; null for a clinic that never opens. The database's
    # default lets code of the release before make clinics: they are looked at once.
    next_digest_at = models.DateTimeField(null=True, blank=True, db_default=Now())
    created_at = models.DateTimeField(auto_now_add=True)
    # When its own corridor was last built (services.corridors). Null: never.
    corridor_at = models.DateTimeField(null=True, blank=True)
    # Since when every answer is in the rows that outcomes are counted from. Null: older answers
    # are not yet (`manage.py rebuild_outcomes`).
    outcomes_at = models.DateTimeField(null=True, blank=True, db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                "next_digest_at",
                name="clinic_next_digest",
                condition=Q(next_digest_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="clinic_has_name", condition=~models.Q(name="")),
            models.CheckConstraint(name="clinic_has_zone", condition=~models.Q(zone="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def calendar(self) -> Calendar:
        """When it is open."""
        return Calendar(self.hours, self.zone, frozenset(map(date.fromisoformat, self.holidays)))

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


class Duty(models.Model):
    """How one person serves one clinic: the place in its on-call order, and which mails come.

    A person without a row is not in the order, and gets every mail.
    """

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="duties")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="duties")
    # From 1, the first to be told. Null: behind all who have a place.
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    emergency_mails = models.BooleanField(default=True, db_default=True)
    urgent_mails = models.BooleanField(default=True, db_default=True)
    waiting_mails = models.BooleanField(default=True, db_default=True)
    digest_mails = models.BooleanField(default=True, db_default=True)
    # The person's own filters of the queue: [{"name": ..., "ranks": [...], "whose": ...}, ...].
    queue_filters = models.JSONField(
        default=list, blank=True, db_default=Value([], output_field=models.JSONField())
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("clinic", "user", name="one_duty_per_clinic_and_user"),
            models.UniqueConstraint(
                "clinic",
                "place",
                name="one_person_per_place_on_call",
                condition=Q(place__isnull=False),
            ),
            models.CheckConstraint(
                name="place_on_call_from_1",
                condition=Q(place=None) | Q(place__isnull=False, place__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.clinic_id}, place {self.place}"
