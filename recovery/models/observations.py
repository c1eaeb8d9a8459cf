"""The hours in the observation room: marks, the checklist before going home."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from recovery.clinical.observation import FIELDS, LAST_MINUTE, STEP
from recovery.models.recoveries import Recovery

NUMBERS = ("pain", "strength_left", "strength_right")
WORDS = ("feeling", "site", "urine", "mobility")
EMPTY = Q(**dict.fromkeys(NUMBERS)) & Q(**dict.fromkeys(WORDS, ""))


def _in_range(name: str) -> models.CheckConstraint:
    low, high = FIELDS[name][0], FIELDS[name][-1]
    return models.CheckConstraint(
        name=f"observation_{name}_{low}_to_{high}",
        condition=Q(**{name: None}) | Q(**{f"{name}__range": (low, high)}),
    )


def _known(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"observation_{name}_is_known",
        condition=Q(**{name: ""}) | Q(**{f"{name}__in": FIELDS[name]}),
    )


class ObservationSheet(models.Model):
    """The room of one recovery on one day of procedure.

    `room_at` is minute 0, set once by staff and correctable until the first mark after it. A
    procedure that moves to another day gets another sheet; a corrected time of the same day keeps
    the one it has.
    """

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="observation_sheets")
    on = models.DateField()
    room_at = models.DateTimeField(null=True, blank=True)
    room_set_at = models.DateTimeField(null=True, blank=True)
    room_set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery", "on", name="one_observation_sheet_per_recovery_and_day"
            ),
            models.CheckConstraint(
                name="room_time_is_set_by_somebody_afterwards",
                condition=Q(room_at=None, room_set_at=None, room_set_by=None)
                | Q(room_set_by__isnull=False, room_at__isnull=False, room_set_at__isnull=False)
                & Q(room_set_at__gte=F("room_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"Observation on {self.on}"


class ObservationQuerySet(models.QuerySet["Observation"]):
    def current(self) -> "ObservationQuerySet":
        """Without the versions that a correction has superseded, and without marks taken back."""
        return self.filter(successor=None).exclude(EMPTY)


class Observation(models.Model):
    """What was seen at one mark. Append-only: a correction is a new row that supersedes this one.

    Nothing is required and nothing is filled in; a first row says something, a correction that
    says nothing takes the mark back. `observed_at` is when it was seen: the moment of entry while
    its mark was open, the mark's own time where it was entered afterwards.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sheet = models.ForeignKey(ObservationSheet, models.CASCADE, related_name="marks")
    # Null: before the procedure.
    minute = models.PositiveSmallIntegerField(null=True, blank=True)
    revision = models.PositiveSmallIntegerField(default=0)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successor"
    )
    observed_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    pain = models.PositiveSmallIntegerField(null=True, blank=True)
    strength_left = models.PositiveSmallIntegerField(null=True, blank=True)
    strength_right = models.PositiveSmallIntegerField(null=True, blank=True)
    feeling = models.CharField(max_length=10, blank=True)
    site = models.CharField(max_length=8, blank=True)
    urine = models.CharField(max_length=7, blank=True)
    mobility = models.CharField(max_length=7, blank=True)

    objects: Any = ObservationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "sheet",
                "minute",
                "revision",
                name="one_observation_per_mark_and_revision",
            ),
            models.UniqueConstraint(
                "sheet",
                "revision",
                name="one_observation_before_per_revision",
                condition=Q(minute=None),
            ),
            models.UniqueConstraint("supersedes", name="one_successor_per_observation"),
            models.CheckConstraint(
                name="observation_correction_supersedes",
                condition=Q(revision=0, supersedes=None)
                | Q(revision__gt=0, supersedes__isnull=False),
            ),
            models.CheckConstraint(
                name="observation_every_15_minutes_of_a_day",
                condition=Q(minute=None)
                | Q(minute__range=(0, LAST_MINUTE)) & Q(Exact(F("minute") % STEP, 0)),
            ),
            models.CheckConstraint(
                name="first_observation_says_something", condition=Q(revision__gt=0) | ~EMPTY
            ),
            models.CheckConstraint(
                name="observation_is_entered_afterwards",
                condition=Q(entered_at__gte=F("observed_at")),
            ),
            *(_in_range(name) for name in NUMBERS),
            *(_known(name) for name in WORDS),
        ]

    def __str__(self) -> str:
        return "Before" if self.minute is None else f"+{self.minute}"

    @property
    def values(self) -> dict[str, Any]:
        """The answers by field; what was not looked at is absent."""
        told = {name: getattr(self, name) for name in FIELDS}
        return {name: value for name, value in told.items() if value not in (None, "")}


class DischargeCheck(models.Model):
    """What became of one point of the checklist, who said so and when. Only ever added to: the
    newest row of a point holds.
    """

    class Code(models.TextChoices):
        AS_BEFORE = "as_before", _("Strength and feeling as before")
        URINE = "urine", _("Passed urine")
        WALKED = "walked", _("Walked with help")
        RIDE = "ride", _("Ride home is here")
        EXPLAINED = "explained", _("Sheet and warning signs explained")
        FIRST_LOG = "first_log", _("First log opened on the phone")

    class State(models.TextChoices):
        DONE = "done", _("Done")
        UNDONE = "undone", _("Taken back")
        # The patient left all the same, and whoever discharged knew.
        LEFT_OPEN = "left_open", _("Open at discharge")

    sheet = models.ForeignKey(ObservationSheet, models.CASCADE, related_name="checks")
    code = models.CharField(max_length=9, choices=Code)
    state = models.CharField(max_length=9, choices=State)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="discharge_check_code_is_known",
                condition=Q(
                    code__in=["as_before", "urine", "walked", "ride", "explained", "first_log"]
                ),
            ),
            models.CheckConstraint(
                name="discharge_check_state_is_known",
                condition=Q(state__in=["done", "undone", "left_open"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.state}"
