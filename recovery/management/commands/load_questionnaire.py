"""Load a clinic's own questionnaire from a FHIR R4 Questionnaire file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from recovery import clock
from recovery.clinical.checkinforms import FORMS
from recovery.clinical.instruments import SCORERS, QuestionnaireError
from recovery.clinical.instruments.fhir import MAX_BYTES
from recovery.management.clinics import clinic_named, read_file
from recovery.models import Clinic
from recovery.services import questionnaires


class Command(BaseCommand):
    help = (
        "Load a FHIR R4 Questionnaire for a clinic. Under the key of a shipped instrument (RMDQ, "
        "ODI, ...) it takes that one's place; a new key is asked by the forms named with --form."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a Questionnaire in JSON, at most 1 MiB")
        parser.add_argument(
            "--clinic", default="", help="the clinic's name or uuid, if there are several"
        )
        parser.add_argument(
            "--key", default="", help="such as RMDQ; without it the file's own name is the key"
        )
        parser.add_argument(
            "--scorer",
            default="",
            help=f"one of {', '.join(SCORERS)}; without it the usual one of a shipped key, or none",
        )
        parser.add_argument(
            "--form",
            action="append",
            dest="forms",
            help=f"a form that asks a new key, several times if need be: {', '.join(FORMS)}",
        )
        parser.add_argument("--dry-run", action="store_true", help="check the file, store nothing")

    def handle(self, *, file: Path, dry_run: bool, **options: Any) -> None:
        clinic = clinic_named(options["clinic"])
        raw = read_file(file, MAX_BYTES)
        try:
            with transaction.atomic():
                loaded = questionnaires.load(
                    clinic=clinic,
                    raw=raw,
                    now=clock.now(),
                    key=options["key"],
                    scorer=options["scorer"],
                    forms=options["forms"],
                )
                transaction.set_rollback(dry_run)
        except QuestionnaireError as error:
            raise CommandError(f"{file.name}: {error}") from error
        self.stdout.write(_said(loaded, clinic, dry_run=dry_run))


def _said(loaded: questionnaires.Loaded, clinic: Clinic, *, dry_run: bool) -> str:
    row = loaded.questionnaire
    if not loaded.changed:
        return f"{row} is in use at {clinic} already. Nothing changed."
    scorer = f"scorer {row.scorer}" if row.scorer else "no score"
    words = f"{row} ({row.title}, {scorer}) {'can be' if dry_run else 'is'} in use at {clinic}"
    if loaded.replaced:
        words += f", instead of version {loaded.replaced.version}"
    return f"{words}. Nothing is stored: this was a dry run." if dry_run else f"{words}."
