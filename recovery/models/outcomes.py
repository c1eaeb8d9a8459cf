"""What a clinic's outcomes are counted from: narrow rows that repeat what responses say."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recovery.clinical.timepoints import DAYS, HIGHEST, PGIC_STATES
from recovery.models.clinics import Clinic
from recovery.models.recoveries import Recovery


def _within(name: str, highest: int) -> models.CheckConstraint:
    """The raw sums of one scale, in its range; without a score afterwards none before is kept."""
    before, after = f"{name}_before", f"{name}_after"
    return models.CheckConstraint(
        name=f"outcome_{name}_0_to_{highest}",
        condition=(Q(**{after: None}) & Q(**{before: None}))
        | (
            Q(**{f"{after}__isnull": False, f"{after}__range": (0, highest)})
            & (Q(**{before: None}) | Q(**{f"{before}__range": (0, highest)}))
        ),
    )


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def standing(self) -> "OutcomeQuerySet":
        """Of the present procedure date, where the procedure took place."""
        return self.filter(anchor=F("recovery__anchor")).exclude(
            recovery__state=Recovery.State.CANCELLED
        )

    def due(self, now: datetime) -> "OutcomeQuerySet":
        """Those whose window has ended: until then some have answered and nobody has missed it."""
        return self.exclude(expires_at__gt=now)


class Outcome(models.Model):
    """One outcome form of one recovery that was answered or has passed without an answer.

    Kept by the writes (services.outcomes) in the transaction of the form that is sent or has
    expired; a form that is open has no row. The figures are raw sums as Score holds them. `before`
    is the newest baseline form's, null where it has none or was another version of the
    questionnaire: two versions are not compared.
    """

    class State(models.TextChoices):
        ON_TIME = "on_time", _("On time")
        LATE = "late", _("Late")
        MISSED = "missed", _("No answer")

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="outcomes", db_index=False)
    anchor = models.PositiveSmallIntegerField()
    form = models.CharField(max_length=16)
    state = models.CharField(max_length=8, choices=State)
    # The check-in's. Null only where the release before wrote the row: taken as over.
    expires_at = models.DateTimeField(null=True, blank=True)
    nrs_before = models.PositiveSmallIntegerField(null=True, blank=True)
    nrs_after = models.PositiveSmallIntegerField(null=True, blank=True)
    peg_before = models.PositiveSmallIntegerField(null=True, blank=True)
    peg_after = models.PositiveSmallIntegerField(null=True, blank=True)
    rmdq_before = models.PositiveSmallIntegerField(null=True, blank=True)
    rmdq_after = models.PositiveSmallIntegerField(null=True, blank=True)
    odi_before = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    odi_after = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    pgic = models.PositiveSmallIntegerField(null=True, blank=True)

    objects: Any = OutcomeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recovery", "anchor", "form"],
                name="one_outcome_per_recovery_anchor_and_form",
            ),
            models.CheckConstraint(name="outcome_form_is_known", condition=Q(form__in=list(DAYS))),
            models.CheckConstraint(
                name="outcome_state_is_known", condition=Q(state__in=["on_time", "late", "missed"])
            ),
            models.CheckConstraint(
                name="missed_outcome_has_no_score",
                condition=~Q(state="missed")
                | Q(nrs_after=None, peg_after=None, rmdq_after=None, odi_after=None, pgic=None),
            ),
            models.CheckConstraint(
                name="outcome_pgic_1_to_7",
                condition=Q(pgic=None) | Q(pgic__range=(PGIC_STATES[0], PGIC_STATES[-1])),
            ),
            *(_within(name.lower(), highest) for name, highest in HIGHEST.items()),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.state}"


class ProceduresDone(models.Model):
    """How many of these procedures a clinic did in a month, by its own books: what its enrolled
    recoveries are held against. Written by the manager.
    """

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="procedures_done")
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "year", "month"], name="one_number_of_procedures_per_month"
            ),
            models.CheckConstraint(
                name="procedures_done_in_a_real_month",
                condition=Q(year__range=(2000, 2199), month__range=(1, 12)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} in {self.year}-{self.month:02}"
