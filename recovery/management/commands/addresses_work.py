"""After a mail server refused everybody: let mails go to those addresses again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from recovery import clock
from recovery.services import addresses


class Command(BaseCommand):
    help = (
        "Clear “address fails” of every patient whose address was refused at or after a moment."
        " For a mail server that refused everybody; one patient's is cleared on the patient's page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("since", help="such as 2026-03-05T14:00Z; without a zone, in TIME_ZONE")

    def handle(self, *, since: str, **_options: Any) -> None:
        try:
            moment = parse_datetime(since)
        except ValueError:
            moment = None
        if moment is None:
            raise CommandError(f"{since} is no date with a time, such as 2026-03-05T14:00Z")
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        done = addresses.all_work_again(since=moment, now=clock.now())
        self.stdout.write(f"{done} patients get mails again.")
