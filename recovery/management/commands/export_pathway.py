"""Write a clinic's pathway as one YAML file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recovery.clinical.ownpathways import Document, from_data, write_yaml
from recovery.management.clinics import clinic_named
from recovery.models import Clinic, PathwayDraft
from recovery.queries.pathways import active_pathway, document_of


class Command(BaseCommand):
    help = (
        "Write the version in use, or another one of the clinic's, to standard output. The file "
        "can be taken in again by import_pathway, in this clinic or another."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Django's own --version gives way: here it is that of a pathway."""
        return super().create_parser(
            prog_name, subcommand, **kwargs | {"conflict_handler": "resolve"}
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or uuid")
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--version", type=int, metavar="N", help="the clinic's own version of this number"
        )
        which.add_argument("--draft", action="store_true", help="the draft that is worked on")

    def handle(self, *, clinic: str, **options: Any) -> None:
        document = _document(clinic_named(clinic), options["version"], draft=options["draft"])
        self.stdout.write(write_yaml(document), ending="")


def _document(clinic: Clinic, number: int | None, *, draft: bool) -> Document:
    if draft:
        row = PathwayDraft.objects.filter(clinic=clinic).first()
        if row is None:
            raise CommandError(f"{clinic} has no draft.")
        return from_data(row.document)
    if number is None:
        return document_of(active_pathway(clinic))
    pathway = clinic.pathways.filter(version=number).first()
    if pathway is None:
        raise CommandError(f"{clinic} has no version {number} of its own.")
    return document_of(pathway)
