"""Build the corridor of every clinic anew, from its completed recoveries."""

from django.core.management.base import BaseCommand

from recovery import clock
from recovery.models import Clinic
from recovery.services import corridors


class Command(BaseCommand):
    help = (
        "Build every clinic's own corridor anew. The tick does it once a day where a recovery "
        "completed; this is for a correction, a restored database, or a look at the result."
    )

    def handle(self, **options: object) -> None:
        for clinic in Clinic.objects.order_by("name", "pk"):
            days = corridors.rebuild(clinic, now=clock.now())
            if days is None:
                self.stdout.write(f"{clinic.name}: being built by another process")
            elif days:
                self.stdout.write(f"{clinic.name}: {days} days with own data")
            else:
                self.stdout.write(f"{clinic.name}: no day with enough completed recoveries")
