from django.db import models


class ClockOffset(models.Model):
    """The one row that moves the clock of every process, in demo and test mode only."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_clock", condition=models.Q(id=1)),
        ]

    def __str__(self) -> str:
        return str(self.offset)


class Heartbeat(models.Model):
    """When a part of the engine last finished its round, by real time. Read by /readyz and by
    staff pages (queries.engine).
    """

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
    # It runs, and yet since then something waits that it could not do. Null: nothing does.
    behind_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
