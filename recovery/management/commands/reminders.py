"""Which mails will go out until a time, and which will not and why. Sends nothing."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

from recovery import clock
from recovery.management.clinics import clinic_named
from recovery.models import Clinic, Recovery
from recovery.services import foresight
from recovery.services.recheck import TO_STAFF
from recovery.services.reminders import ASKED_FOR_LATER


class Command(BaseCommand):
    help = (
        "List what will go out until a time, one mail a line: when, the patient's zone, the record"
        " number, the language, what it is about; then what will not, and why. As things stand: the"
        " code that sends decides, on a copy of the rows in memory. Nothing is written or sent."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until", required=True, help='in the clinic\'s zone, like "2026-12-01 12:00"'
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="required: this command never sends"
        )
        parser.add_argument("--clinic", default="", help="its name or uuid; without it, all")

    def handle(self, *, until: str, dry_run: bool, clinic: str, **_options: Any) -> None:
        if not dry_run:
            raise CommandError("Say --dry-run. To send what is due, use manage.py send_due.")
        now = clock.now()
        clinics = [clinic_named(clinic)] if clinic else list(Clinic.objects.order_by("name", "pk"))
        moments = {one.pk: _moment(until, one, now) for one in clinics}
        for one in clinics:
            self._tell(one, now, moments[one.pk])

    def _tell(self, clinic: Clinic, now: datetime, until: datetime) -> None:
        recoveries = Recovery.objects.filter(clinic=clinic)
        found = foresight.outlook(recoveries, now=now, until=until)
        going = [one for one in found.mails if not one.reason]
        not_going = [one for one in found.mails if one.reason]
        end = until.astimezone(ZoneInfo(clinic.zone))
        self.stdout.write(f"{clinic.name}, until {end:%Y-%m-%d %H:%M} {clinic.zone}")
        self.stdout.write(f"Will go out: {len(going)}")
        for one in going:
            self.stdout.write(f"  {_line(one)}")
        self.stdout.write(f"Will not go out: {len(not_going)}")
        for one in not_going:
            self.stdout.write(f"  {_line(one)}: {one.reason.label}")
        for recovery in found.unreadable:
            number = recovery.patient.record_number
            self.stderr.write(f"Recovery row {recovery.pk} of {number} cannot be read.")
        if found.unreadable:
            raise CommandError(f"{len(found.unreadable)} recoveries cannot be read: see the log.")


def _moment(text: str, clinic: Clinic, now: datetime) -> datetime:
    """In the clinic's zone, unless it names an offset. Raises CommandError."""
    try:
        at = parse_datetime(text)
        if at is not None and is_naive(at):
            at = at.replace(tzinfo=ZoneInfo(clinic.zone))
        ahead = at is not None and at > now
    except (ValueError, OverflowError):
        at, ahead = None, False
    if at is None:
        raise CommandError(f'"{text}" is no time. Write it like "2026-12-01 12:00".')
    if not ahead:
        raise CommandError(f'"{text}" is not ahead.')
    return at


def _line(one: foresight.Foreseen) -> str:
    message = one.message
    assert message.recovery is not None
    patient = message.recovery.patient
    there = one.at.astimezone(ZoneInfo(patient.zone))
    about = " ".join(checkin.key for checkin in one.checkins)
    if message.kind in TO_STAFF:
        about = "to staff"
    elif message.kind == message.Kind.REMINDER and message.number:
        about = f"{about} (reminder {message.number})"
    elif message.number == ASKED_FOR_LATER:
        about = f"{about} (asked for later)"
    parts = (
        f"{there:%Y-%m-%d %H:%M}",
        patient.zone,
        patient.record_number,
        one.language,
        str(message.channel),
        str(message.kind),
        about,
    )
    return "  ".join(part for part in parts if part)
