import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from recovery.models.clinics import Clinic


class Pathway(models.Model):
    """A version of the plan: which form on which day. Recoveries keep the version they began.

    A version never changes; a change is a new version. A clinic's own is approved by name, and
    with its phases and its preparation is one document (queries.pathways.document_of).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Null: the default that ships with the product.
    clinic = models.ForeignKey(
        Clinic, models.CASCADE, null=True, blank=True, related_name="pathways"
    )
    version = models.PositiveIntegerField()
    # What its clinic calls it; the shipped ones have none.
    title = models.CharField(max_length=80, blank=True, db_default="")
    # The plan as clinical.pathway.plan_from_json reads it.
    plan = models.JSONField()
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    # Why, as whoever approved it wrote.
    note = models.CharField(max_length=500, blank=True, db_default="")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("clinic", "version", name="one_pathway_per_clinic_and_version"),
            # Nulls are distinct in a unique index, so the shipped default needs its own.
            models.UniqueConstraint(
                "version",
                name="one_default_pathway_per_version",
                condition=models.Q(clinic=None),
            ),
            models.CheckConstraint(
                name="approved_pathway_has_who_and_when",
                condition=models.Q(approved_by=None, approved_at=None)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Pathway {self.version}"


class PathwayDraft(models.Model):
    """What a clinic works on; nobody follows it until it is approved. One a clinic.

    It is always one that could be approved: what has a problem is not saved.
    """

    clinic = models.OneToOneField(Clinic, models.CASCADE, related_name="pathway_draft")
    # As clinical.ownpathways.to_data gives it.
    document = models.JSONField()
    based_on = models.ForeignKey(Pathway, models.PROTECT, related_name="+")
    # Raised by each save: what was read before somebody else saved is not written over that.
    revision = models.PositiveIntegerField(default=1)
    # Null: whoever ran the command.
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pathway_draft_revision_from_1", condition=models.Q(revision__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"Draft {self.revision}"


class Told(models.Model):
    """Texts of a pathway version for patients, one sentence a line, with their source."""

    good_now = models.TextField(blank=True)
    wait_with = models.TextField(blank=True)
    # Stands on the page of its own time alone, and so says nothing of what can be expected.
    about = models.TextField(blank=True, db_default="")
    source = models.CharField(max_length=200)
    review_on = models.DateField()

    class Meta:
        abstract = True


class Preparation(Told):
    """What a pathway version tells before the procedure; no phase, for no log points to it."""

    # Nothing is called expected yet.
    expect: ClassVar[str] = ""

    pathway = models.OneToOneField(Pathway, models.CASCADE, related_name="preparation")
    patient_name = models.CharField(max_length=60)
    steps = models.TextField(blank=True)
    suits = models.TextField(blank=True)
    # Left out beside an urgent or emergency alert, as what a phase calls expected is.
    benefits = models.TextField(blank=True)
    # A line is a risk, a colon, and how often it happens.
    risks = models.TextField(blank=True)
    choices = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.patient_name


class RecoveryPhase(Told):
    """One of the four phases of a pathway version.

    Day 0 is shared: immediate lasts until discharge (unknown: 2 h after the procedure),
    short-term has the rest of it. Beyond that a trigger (migration 0002) refuses a phase that
    leaves a gap after, or overlaps, the one before it.
    """

    class Code(models.TextChoices):
        IMMEDIATE = "immediate", _("Immediate")
        SHORT_TERM = "short_term", _("Short-term")
        GRADUAL_RETURN = "gradual_return", _("Gradual return")
        FOLLOW_UP = "follow_up", _("Follow-up")

    ORDER: ClassVar[dict[str, int]] = {code: n for n, code in enumerate(Code.values, start=1)}

    pathway = models.ForeignKey(Pathway, models.CASCADE, related_name="phases")
    code = models.CharField(max_length=16, choices=Code)
    order = models.PositiveSmallIntegerField()
    first_day = models.PositiveSmallIntegerField()
    last_day = models.PositiveSmallIntegerField(null=True, blank=True)
    patient_name = models.CharField(max_length=60)
    # Lines that say something can be expected; never shown beside an urgent or emergency alert.
    expect = models.TextField(blank=True)

    class Meta:
        ordering = ["pathway", "order"]
        constraints = [
            models.UniqueConstraint("pathway", "order", name="one_phase_per_pathway_and_order"),
            models.CheckConstraint(
                name="phase_order_matches_its_code",
                condition=models.Q(code="immediate", order=1)
                | models.Q(code="short_term", order=2)
                | models.Q(code="gradual_return", order=3)
                | models.Q(code="follow_up", order=4),
            ),
            models.CheckConstraint(
                name="phase_days_in_order",
                condition=models.Q(last_day__isnull=False, last_day__gte=models.F("first_day"))
                | models.Q(last_day=None, order=4),
            ),
            models.CheckConstraint(
                name="first_phase_is_day_0",
                condition=~models.Q(order=1) | models.Q(first_day=0, last_day=0),
            ),
        ]

    def __str__(self) -> str:
        # Lists and charts ask often, and Django's `display` translates every choice to find one.
        return str(self.Code(self.code).label)
