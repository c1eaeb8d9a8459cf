from django.db import models
from django.db.models import F, Q

from recovery.clinical.corridor import LEAST_RECOVERIES
from recovery.models.clinics import Clinic


class CorridorDay(models.Model):
    """The quartiles of pain on one day, counted from the procedure, over a clinic's own completed
    recoveries. Written by services.corridors alone, all days of a clinic at once.
    """

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="corridor_days")
    day = models.PositiveSmallIntegerField()
    # Completed recoveries that have a pain on this day.
    recoveries = models.PositiveIntegerField()
    lower = models.DecimalField(max_digits=3, decimal_places=1)
    median = models.DecimalField(max_digits=3, decimal_places=1)
    upper = models.DecimalField(max_digits=3, decimal_places=1)

    class Meta:
        constraints = [
            models.UniqueConstraint("clinic", "day", name="one_corridor_day_per_clinic_and_day"),
            models.CheckConstraint(
                name="corridor_day_has_50_recoveries",
                condition=Q(recoveries__gte=LEAST_RECOVERIES),
            ),
            models.CheckConstraint(
                name="corridor_quartiles_in_order_0_to_10",
                condition=Q(
                    lower__gte=0,
                    median__gte=F("lower"),
                    upper__gte=F("median"),
                    upper__lte=10,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"D{self.day}: {self.lower} to {self.upper}"
