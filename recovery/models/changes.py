"""What staff changed of a recovery since enrolment. Rows are added, never changed."""

from django.conf import settings
from django.db import models

from recovery.models.pathways import Pathway
from recovery.models.recoveries import Recovery


class Reschedule(models.Model):
    """A procedure that moved to another time: from when to when, by whom, and why.

    `anchor` is the one that ended; the check-ins of the new date carry the next.
    """

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="reschedules")
    anchor = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    from_procedure_at = models.DateTimeField()
    to_procedure_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "recovery", "anchor", name="one_reschedule_per_recovery_and_anchor"
            ),
            models.CheckConstraint(
                name="reschedule_moves_the_procedure",
                condition=~models.Q(from_procedure_at=models.F("to_procedure_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_procedure_at:%Y-%m-%d} to {self.to_procedure_at:%Y-%m-%d}"


class PathwayMove(models.Model):
    """A recovery that went on by another version of the pathway: from which, to which, by whom."""

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="pathway_moves")
    from_pathway = models.ForeignKey(Pathway, models.PROTECT, related_name="+")
    to_pathway = models.ForeignKey(Pathway, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pathway_move_changes_the_pathway",
                condition=~models.Q(from_pathway=models.F("to_pathway")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_pathway_id} to {self.to_pathway_id}"


class FactChange(models.Model):
    """A fact of a recovery that staff typed at enrolment, wrote or corrected: from what, to what.

    Logs keep the values that they were judged by; this says who changed them since.
    """

    # Those of the patient: they stand with the recovery on whose page they were changed.
    OF_PATIENT = ("phone", "birth_date")

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="fact_changes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # The name of a field of Recovery, or of Patient.
    fact = models.CharField(max_length=24)
    # As text; empty where nothing was known.
    before = models.CharField(max_length=80, blank=True)
    after = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="fact_change_changes",
                condition=~models.Q(before=models.F("after")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact}: {self.before or '-'} to {self.after or '-'}"
