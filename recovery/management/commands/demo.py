"""Fill an empty demo with two clinics and their patients, and print who can sign in."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recovery import clock
from recovery.management.demo.people import HOUSES
from recovery.management.demo.play import play
from recovery.management.demo.signins import sign_ins
from recovery.models import User

SEED = 2034


class Command(BaseCommand):
    help = "Fill an empty demo with invented clinics and patients; print the sign-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seed", type=int, default=SEED, help="another number gives other courses of pain"
        )

    def handle(self, *, seed: int, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("The demo clinic is for demo mode alone: set DEMO=true.")
        # An e-mail address, since the clinics' names can be changed on their pages.
        if not User.objects.filter(email=HOUSES[0].staff[0].email).exists():
            play(now=clock.now(), seed=seed)
        self.stdout.write(sign_ins())
