"""Build what outcomes are counted from anew, for every clinic."""

from django.core.management.base import BaseCommand, CommandParser

from recovery import clock
from recovery.models import Clinic
from recovery.services import outcomes


class Command(BaseCommand):
    help = (
        "Build the rows that outcomes are counted from anew, out of the answers and logs. Every "
        "write keeps them; this is for an upgrade, a restored database, or rows changed by hand."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--missing", action="store_true", help="only clinics that were never counted"
        )

    def handle(self, *, missing: bool, **options: object) -> None:
        clinics = Clinic.objects.order_by("name", "pk")
        for clinic in clinics.filter(outcomes_at=None) if missing else clinics:
            rows = outcomes.rebuild(clinic, now=clock.now())
            self.stdout.write(f"{clinic.name}: {rows} forms counted")
